//! Classes of bytes, looked up rather than compared: what families ask of every byte of a run.

/// Letters and digits of ASCII.
pub(super) const ALPHANUMERIC: u8 = 1;
/// What a word is written with: letters of ASCII, and every byte of other scripts.
pub(super) const LETTER: u8 = 2;
/// What the part of an address of mail before the `@` is written with, without quotes.
pub(super) const LOCAL: u8 = 4;
/// What a domain is written with.
pub(super) const DOMAIN: u8 = 8;
/// What an address of a network or device is written with.
pub(super) const ADDRESS: u8 = 16;
/// What joins groups of digits begins with.
pub(super) const JOIN: u8 = 32;
/// What it ends with.
pub(super) const JOIN_END: u8 = 64;

/// Digits of hexadecimal numbers.
pub(super) const HEXADECIMAL: u8 = 128;

/// Whether a byte is of one of these classes.
#[inline]
pub(super) fn is(byte: u8, classes: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|class| class & classes != 0)
}

/// How many bytes at the front are of one of these classes.
#[inline]
pub(super) fn front(bytes: &[u8], classes: u8) -> usize {
    bytes.iter().position(|byte| !is(*byte, classes)).unwrap_or(bytes.len())
}

/// How many bytes at the end are of one of these classes.
#[inline]
pub(super) fn back(bytes: &[u8], classes: u8) -> usize {
    bytes.iter().rev().position(|byte| !is(*byte, classes)).unwrap_or(bytes.len())
}

static CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated by the compiler")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut number = 0;
    while number < 256 {
        let byte = number as u8;
        let far = !byte.is_ascii();
        let word = byte.is_ascii_alphanumeric();
        let local = matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'');
        let domain = matches!(byte, b'.' | b'-');
        let address = byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let joins = matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')');
        let join = joins || matches!(byte, 0xC2 | 0xE2);
        let join_end = joins || matches!(byte, 0x89 | 0x90..=0x93 | 0xA0 | 0xAF);
        classes[number] = bit(word, ALPHANUMERIC)
            | bit(far || byte.is_ascii_alphabetic(), LETTER)
            | bit(far || word || local, LOCAL)
            | bit(far || word || domain, DOMAIN)
            | bit(address, ADDRESS)
            | bit(join, JOIN)
            | bit(join_end, JOIN_END)
            | bit(byte.is_ascii_hexdigit(), HEXADECIMAL);
        number += 1;
    }
    classes
}

const fn bit(is_set: bool, class: u8) -> u8 {
    if is_set { class } else { 0 }
}
