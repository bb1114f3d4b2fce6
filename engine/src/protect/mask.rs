//! Characters that say nothing in place of those that do, in a form that clients can go on with.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::scan::{Class, Kind};

/// Digits of a card number that stay, as receipts show them (PCI DSS 4, requirement 3.4.1 allows more).
const CARD_DIGITS_KEPT: usize = 4;

/// Masks what was found: what `out` ends with, from this place on. Masking it again changes nothing.
pub(super) fn mask(kind: Option<Kind>, out: &mut Vec<u8>, from: usize) {
    let end = out.len();
    match kind {
        Some(Kind::Email) => email(out, from),
        // The unspecified addresses: still an address to whoever checks.
        Some(Kind::Ip) => {
            // A group of a long one has four digits at most.
            let is_long = out.iter().skip(from).take(5).fold(false, |long, byte| long | (*byte == b':'));
            out.truncate(from);
            out.extend_from_slice(if is_long { b"::" } else { b"0.0.0.0" });
        }
        Some(Kind::Card) => card(out, from),
        Some(kind) if kind.class() == Class::Hidden => out.truncate(from),
        Some(kind) if kind.class() == Class::Pii => {
            hide(out, from..end, b'*', LETTER | DIGIT, char::is_alphanumeric);
        }
        // Of a secret not even its punctuation is shown.
        _ => hide(out, from..end, b'*', LETTER | DIGIT | DOT | MARK, |char| !char.is_whitespace()),
    }
}

/// An address of the same length: formats of JSON Schema allow a star before the `@` and only letters behind.
fn email(out: &mut Vec<u8>, from: usize) {
    let sign = out.get(from..).and_then(|found| found.iter().rposition(|byte| *byte == b'@'));
    let sign = sign.map_or(out.len(), |sign| from + sign);
    if sign == out.len() {
        out.push(b'@');
    }
    let end = out.len();
    hide(out, sign + 1..end, b'x', LETTER | DIGIT | MARK | BLANK, |char| char != '.');
    if let Some(local) = out.get_mut(from..sign).filter(|local| local.is_ascii()) {
        local.fill(b'*');
    } else {
        hide_any(out, from..sign, b'*', |_| true);
    }
}

fn card(out: &mut Vec<u8>, from: usize) {
    let found = out.get(from..).unwrap_or_default();
    let digits = found.iter().enumerate().rev().filter(|(_, byte)| byte.is_ascii_digit());
    let kept = digits.take(CARD_DIGITS_KEPT).last().map_or(0, |(first, _)| first);
    hide(out, from..from + kept, b'*', DIGIT, |char| char.is_ascii_digit());
}

/// Puts `instead` in place of each character there that says something. A text of ASCII is asked byte by byte, whether
/// it is of such a class.
fn hide(out: &mut Vec<u8>, place: Range<usize>, instead: u8, classes: u8, says: fn(char) -> bool) {
    match out.get_mut(place.clone()) {
        Some(found) if found.is_ascii() => {
            for byte in found {
                let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or(0);
                *byte = if class & classes != 0 { instead } else { *byte };
            }
        }
        Some(_) => hide_any(out, place, instead, says),
        None => {}
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const DOT: u8 = 4;
const BLANK: u8 = 8;
const MARK: u8 = 16;

/// What each byte of ASCII is.
static CLASSES: [u8; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => DIGIT,
            b'.' => DOT,
            b'\t'..=b'\r' | b' ' => BLANK,
            _ if byte.is_ascii_alphabetic() => LETTER,
            _ => MARK,
        };
        byte += 1;
    }
    classes
}

/// The same for characters of several bytes, which one takes the place of.
#[inline(never)]
fn hide_any(out: &mut Vec<u8>, place: Range<usize>, instead: u8, says: fn(char) -> bool) {
    let behind = out.split_off(place.end);
    let found = out.split_off(place.start);
    for char in String::from_utf8_lossy(&found).chars() {
        if says(char) {
            out.push(instead);
        } else {
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    out.extend_from_slice(&behind);
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn masked(kind: Option<Kind>, found: &str) -> String {
        let mut out = Vec::from(*b"left ");
        out.extend_from_slice(found.as_bytes());
        mask(kind, &mut out, 5);
        String::from_utf8(out).unwrap().strip_prefix("left ").unwrap().into()
    }

    #[test]
    fn each_kind_keeps_its_form_and_nothing_that_says_something() {
        let cases = [
            (Some(Kind::Email), "a.b+c@host-a.example", "*****@xxxxxx.xxxxxxx"),
            (Some(Kind::Email), "björn@höst.example", "*****@xxxx.xxxxxxx"),
            (Some(Kind::Ip), "192.0.2.1", "0.0.0.0"),
            (Some(Kind::Ip), "2001:db8::1", "::"),
            (Some(Kind::Card), "4111 1111-1111 1111", "**** ****-**** 1111"),
            (Some(Kind::Card), "4111\u{a0}1111", "****\u{a0}1111"),
            (Some(Kind::Phone), "+1 (212) 555\u{2011}0100", "+* (***) ***\u{2011}****"),
            (Some(Kind::NationalId), "Ж1-x", "**-*"),
            (Some(Kind::Tags), "\u{e0041}", ""),
            (Some(Kind::Jwt), "ey.a b\u{b}ß\u{a0}c", "**** *\u{b}*\u{a0}*"),
            (None, "a b", "* *"),
        ];
        for (kind, found, expected) in cases {
            assert_eq!(masked(kind, found), expected, "{found}");
            assert_eq!(masked(kind, expected), expected, "{found}, masked");
        }
    }

    #[test]
    fn a_byte_of_ascii_is_taken_as_the_character_it_is() {
        for byte in 0..0x80_u8 {
            let one = String::from(char::from(byte));
            for kind in [Kind::Phone, Kind::Jwt, Kind::Card, Kind::Mac] {
                // Beside a character of more bytes the other way is taken.
                let wide = masked(Some(kind), &alloc::format!("{one}\u{2011}"));
                let mark = if kind == Kind::Jwt { "*" } else { "\u{2011}" };
                assert_eq!(wide.strip_suffix(mark), Some(masked(Some(kind), &one).as_str()), "{byte:#x}");
            }
        }
    }
}
