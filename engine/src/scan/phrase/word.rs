//! Words: what of a text phrases are compared with.
//!
//! Case is folded, marks between words do not count, an apostrophe joins what it stands between. A character of a
//! script that is written without spaces is a word. A word is known by 32 bits of hash: one other word in millions is
//! taken for it, and a phrase needs several words.

/// One word of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) hash: u32,
    /// No apostrophe is inside: it stands in the text as it does in the list of words, but for case.
    pub(super) plain: bool,
}

/// The words of longer runs of letters are nobody's.
const WORD_BYTES_MAX: usize = 64;

/// The hash of a word that is written alone, for lists of words; `None` where it is not one word.
#[cfg(any(test, feature = "write"))]
pub(super) fn hash_of(word: &str) -> Option<u32> {
    let found = next(word.as_bytes(), 0, word.len())?;
    (found.start == 0 && found.end == word.len()).then_some(found.hash)
}

/// The first word that begins at `at` or later, before `limit`.
pub(super) fn next(text: &[u8], at: usize, limit: usize) -> Option<Word> {
    let mut start = at;
    while start < limit {
        match text.get(start)? {
            // Texts inside texts still have their line ends escaped.
            b'\\' if matches!(text.get(start + 1), Some(b'n' | b'r' | b't')) => start += 2,
            byte if byte.is_ascii_alphanumeric() => return Some(word_at(text, start)),
            byte if byte.is_ascii() => start += 1,
            _ => {
                let (char, len) = char_at(text, start);
                if is_letter(char) {
                    return Some(word_at(text, start));
                }
                start += len;
            }
        }
    }
    None
}

/// The last word that ends at `at` or earlier and begins at `limit` or later.
pub(super) fn previous(text: &[u8], at: usize, limit: usize) -> Option<Word> {
    let mut end = at;
    loop {
        let (char, len) = char_before(text, end)?;
        if end - len < limit {
            return None;
        }
        if is_letter(char) && !ends_escape(text, end) {
            break;
        }
        end -= if ends_escape(text, end) { 2 } else { len };
    }
    let mut start = end;
    while let Some((char, len)) = char_before(text, start) {
        if start - len < limit || (start < end && is_single(char)) {
            break;
        }
        if is_letter(char) && !ends_escape(text, start) {
            start -= len;
            if is_single(char) {
                break;
            }
        } else if let Some(joint) = joint_before(text, start).filter(|len| start - len >= limit) {
            start -= joint;
        } else {
            break;
        }
    }
    Some(word_at(text, start))
}

/// The word that begins here, if one does.
pub(super) fn at(text: &[u8], at: usize) -> Option<Word> {
    begins(text, at).then(|| word_at(text, at))
}

fn begins(text: &[u8], at: usize) -> bool {
    // Most places are decided by two ASCII bytes.
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    if let (Some(here), Some(before)) = (text.get(at).filter(|here| here.is_ascii()), before) {
        match before {
            _ if !here.is_ascii_alphanumeric() => return false,
            b'\'' | b'\\' | 0x80.. => {}
            before if before.is_ascii_alphanumeric() => return ends_escape(text, at),
            _ => return true,
        }
    }
    let here = match text.get(at) {
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(0xC0..) => is_letter(char_at(text, at).0),
        _ => false,
    };
    if !here || (text.get(at.wrapping_sub(1)) == Some(&b'\\') && ends_escape(text, at + 1)) {
        return false;
    }
    match char_before(text, at) {
        None => true,
        Some((char, _)) if is_letter(char) => {
            ends_escape(text, at) || is_single(char) || is_single(char_at(text, at).0)
        }
        Some(_) => joint_before(text, at).is_none(),
    }
}

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

/// Whether the byte before `at` is the letter of an escaped line end or tab.
pub(super) fn ends_escape(text: &[u8], at: usize) -> bool {
    matches!(text.get(at.wrapping_sub(2)..at), Some([b'\\', b'n' | b'r' | b't']))
}

fn word_at(text: &[u8], start: usize) -> Word {
    let mut hash = 0x811C_9DC5_u32;
    let mut end = start;
    let mut plain = true;
    while end - start < WORD_BYTES_MAX {
        let Some(byte) = text.get(end) else { break };
        if byte.is_ascii_alphanumeric() {
            // The bit of the case is set in digits, too.
            hash = (hash ^ u32::from(byte | 0x20)).wrapping_mul(0x0100_0193);
            end += 1;
            continue;
        }
        let (char, len) = if byte.is_ascii() { (char::from(*byte), 1) } else { char_at(text, end) };
        if is_letter(char) {
            if is_single(char) && end > start {
                break;
            }
            hash = (hash ^ fold(char)).wrapping_mul(0x0100_0193);
            end += len;
            if is_single(char) {
                break;
            }
        } else if let Some(joint) = joint_at(text, end).filter(|_| end > start) {
            plain = false;
            end += joint;
        } else {
            break;
        }
    }
    Word { start, end, hash: hash ^ hash >> 15, plain }
}

/// The length of an apostrophe here that a letter follows; YAML doubles them.
fn joint_at(text: &[u8], at: usize) -> Option<usize> {
    let len = match text.get(at..)? {
        [b'\'', b'\'', ..] => 2,
        [b'\'', ..] => 1,
        [0xE2, 0x80, 0x99, ..] => 3,
        _ => return None,
    };
    text.get(at + len)?.is_ascii_alphabetic().then_some(len)
}

/// The length of an apostrophe that ends here, where a letter comes before it.
fn joint_before(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let len = match before {
        [.., b'\'', b'\''] => 2,
        [.., b'\''] => 1,
        [.., 0xE2, 0x80, 0x99] => 3,
        _ => return None,
    };
    let (char, _) = char_before(text, at - len)?;
    (is_letter(char) && !is_single(char) && text.get(at)?.is_ascii_alphabetic()).then_some(len)
}

fn is_letter(char: char) -> bool {
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

fn fold(char: char) -> u32 {
    let code = u32::from(char);
    match char {
        'A'..='Z' | 'À'..='Þ' | 'А'..='Я' => code + 0x20,
        'Ѐ'..='Џ' => code + 0x50,
        _ => code,
    }
}
