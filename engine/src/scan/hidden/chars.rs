//! Characters around a place of a text, and what scripts they belong to.

use crate::scan::work::looked;

/// The character that begins here.
pub(super) fn after(bytes: &[u8], at: usize) -> Option<char> {
    looked(1);
    let low = |byte: &u8| u32::from(byte & 0x3F);
    let number = match bytes.get(at..)? {
        [a @ 0..=0x7F, ..] => u32::from(*a),
        [a @ 0xC2..=0xDF, b @ 0x80..=0xBF, ..] => (u32::from(a & 0x1F) << 6) | low(b),
        [a @ 0xE0..=0xEF, b @ 0x80..=0xBF, c @ 0x80..=0xBF, ..] => {
            (u32::from(a & 0x0F) << 12) | (low(b) << 6) | low(c)
        }
        [a @ 0xF0..=0xF4, b @ 0x80..=0xBF, c @ 0x80..=0xBF, d @ 0x80..=0xBF, ..] => {
            (u32::from(a & 0x07) << 18) | (low(b) << 12) | (low(c) << 6) | low(d)
        }
        _ => return None,
    };
    char::from_u32(number)
}

/// The character that ends here, and where it begins.
pub(super) fn before(bytes: &[u8], at: usize) -> Option<(usize, char)> {
    for length in 1..=4 {
        let start = at.checked_sub(length)?;
        if bytes.get(start).is_some_and(|byte| byte & 0xC0 != 0x80) {
            return after(bytes, start).filter(|char| char.len_utf8() == length).map(|char| (start, char));
        }
    }
    None
}

/// Symbols that emoji are made of or that can be shown as one, other than digits.
pub(super) const fn pictograph(char: char) -> bool {
    matches!(char,
        '©' | '®' | '‼' | '⁉' | '\u{20E3}' | '™' | 'ℹ' | '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{23FF}'
        | '\u{2460}'..='\u{24FF}' | '\u{25A0}'..='\u{27BF}' | '\u{2900}'..='\u{297F}' | '\u{2B00}'..='\u{2BFF}'
        | '〰' | '〽' | '㊗' | '㊙' | '\u{1F000}'..='\u{1FAFF}')
}

/// Han characters, which have variants chosen by selectors.
pub(super) const fn ideograph(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// East Asian text, in which letters as wide as Han characters are usual.
pub(super) const fn east_asian(char: char) -> bool {
    ideograph(char)
        || matches!(char, '\u{3000}'..='\u{30FF}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF61}'..='\u{FF9F}')
}

/// Scripts whose letters join or stack, so that joiners and non-joiners are part of spelling.
pub(super) const fn joining(char: char) -> bool {
    matches!(char,
        '\u{0600}'..='\u{061B}' | '\u{061D}'..='\u{07FF}' | '\u{0840}'..='\u{0DFF}' | '\u{0F00}'..='\u{109F}'
        | '\u{1780}'..='\u{17B3}' | '\u{17B6}'..='\u{180A}' | '\u{1810}'..='\u{18AF}' | '\u{1900}'..='\u{1CFF}'
        | '\u{A800}'..='\u{A8FF}' | '\u{A900}'..='\u{AADF}' | '\u{ABC0}'..='\u{ABFF}' | '\u{FB50}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFC}' | '\u{10A00}'..='\u{10FFF}' | '\u{11000}'..='\u{11FFF}' | '\u{1E900}'..='\u{1E95F}')
}

/// Scripts written without spaces, in which a zero-width space marks where a line may break.
pub(super) const fn spaceless(char: char) -> bool {
    matches!(char,
        '\u{0E00}'..='\u{109F}' | '\u{1780}'..='\u{17B3}' | '\u{17B6}'..='\u{17FF}' | '\u{1950}'..='\u{19FF}'
        | '\u{1A20}'..='\u{1AAF}' | '\u{1B00}'..='\u{1BBF}' | '\u{A980}'..='\u{A9FF}' | '\u{AA60}'..='\u{AADF}')
}

/// Whether a byte begins a letter written from right to left (Hebrew, Arabic and their neighbours), or a form of one.
pub(super) const fn right_to_left(char: char) -> bool {
    matches!(char,
        '\u{05BE}'..='\u{05F4}' | '\u{0620}'..='\u{064A}' | '\u{066E}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFC}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}
