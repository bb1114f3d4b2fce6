//! Characters: which are letters, and where they stand in bytes.

/// Whether this is a character that is a word of its own.
pub(super) fn is_single(char: char) -> bool {
    matches!(char, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

/// The character here, and its length. Texts are UTF-8; what is not counts as one byte of nothing.
pub(super) fn char_at(text: &[u8], at: usize) -> (char, usize) {
    let continued = |after: usize| text.get(at + after).map_or(0, |byte| u32::from(*byte & 0x3F));
    let (code, len) = match text.get(at).copied() {
        Some(byte @ 0..=0x7F) => (u32::from(byte), 1),
        Some(byte @ 0xC0..=0xDF) => (u32::from(byte & 0x1F) << 6 | continued(1), 2),
        Some(byte @ 0xE0..=0xEF) => (u32::from(byte & 0xF) << 12 | continued(1) << 6 | continued(2), 3),
        Some(byte @ 0xF0..) => {
            (u32::from(byte & 7) << 18 | continued(1) << 12 | continued(2) << 6 | continued(3), 4)
        }
        _ => (0, 1),
    };
    (char::from_u32(code).unwrap_or('\0'), len.min(text.len().saturating_sub(at)).max(1))
}

/// The character that ends here, and its length.
pub(super) fn char_before(text: &[u8], at: usize) -> Option<(char, usize)> {
    let last = *text.get(at.checked_sub(1)?)?;
    if last.is_ascii() {
        return Some((char::from(last), 1));
    }
    let start = (at.saturating_sub(4)..at)
        .rev()
        .find(|start| text.get(*start).is_some_and(|byte| byte & 0xC0 != 0x80));
    let start = start.unwrap_or(at - 1);
    Some((char_at(text, start).0, at - start))
}

/// Whether words are made of it.
pub(super) fn is_letter(char: char) -> bool {
    match char {
        '\0'..='\x7F' => char.is_ascii_alphanumeric(),
        '\u{C0}'..='\u{24F}' => !matches!(char, '×' | '÷'),
        // Greek to the scripts of India, with their vowel signs.
        '\u{370}'..='\u{DFF}' => !matches!(char, '،' | '؛' | '؟' | '۔' | '।' | '॥'),
        // Latin of Vietnam; Hangul, written with spaces.
        '\u{1E00}'..='\u{1EFF}' | '\u{AC00}'..='\u{D7A3}' => true,
        _ => is_single(char),
    }
}

/// In lower case, for the scripts that words are listed in.
pub(super) fn fold(char: char) -> char {
    let by = match char {
        // The bit of the case is set in digits, too.
        '\0'..='\x7F' => return char::from(char as u8 | 0x20),
        'À'..='Þ' | 'А'..='Я' => 0x20,
        'Ѐ'..='Џ' => 0x50,
        _ => return char,
    };
    char::from_u32(u32::from(char) + by).unwrap_or(char)
}

/// The other character that [`fold`] makes this one of; itself where there is none.
pub(super) fn capital(char: char) -> char {
    let by = match char {
        '\0'..='\x7F' => return char.to_ascii_uppercase(),
        'à'..='þ' | 'а'..='я' => 0x20,
        'ѐ'..='џ' => 0x50,
        _ => return char,
    };
    char::from_u32(u32::from(char).saturating_sub(by)).unwrap_or(char)
}
