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
            let is_long = out.iter().skip(from).any(|byte| *byte == b':');
            out.truncate(from);
            out.extend_from_slice(if is_long { b"::" } else { b"0.0.0.0" });
        }
        Some(Kind::Card) => card(out, from),
        Some(kind) if kind.class() == Class::Hidden => out.truncate(from),
        Some(kind) if kind.class() == Class::Pii => hide(out, from..end, b'*', is_alphanumeric),
        // Of a secret not even its punctuation is shown.
        _ => hide(out, from..end, b'*', |char| !char.is_whitespace()),
    }
}

/// An address of the same length: formats of JSON Schema allow a star before the `@` and only letters behind.
fn email(out: &mut Vec<u8>, from: usize) {
    let sign = out.iter().skip(from).rposition(|byte| *byte == b'@');
    let sign = sign.map_or(out.len(), |sign| from + sign);
    if sign == out.len() {
        out.push(b'@');
    }
    let end = out.len();
    hide(out, sign + 1..end, b'x', |char| char != '.');
    hide(out, from..sign, b'*', |_| true);
}

fn card(out: &mut Vec<u8>, from: usize) {
    let digits = out.iter().enumerate().skip(from).filter(|(_, byte)| byte.is_ascii_digit());
    let kept = digits.rev().take(CARD_DIGITS_KEPT).last().map_or(from, |(first, _)| first);
    hide(out, from..kept, b'*', |char| char.is_ascii_digit());
}

/// Told faster for what is mostly there.
fn is_alphanumeric(char: char) -> bool {
    if char.is_ascii() { char.is_ascii_alphabetic() | char.is_ascii_digit() } else { char.is_alphanumeric() }
}

/// Puts `instead` in place of each character there that says something.
fn hide(out: &mut Vec<u8>, place: Range<usize>, instead: u8, says: impl Fn(char) -> bool) {
    match out.get_mut(place.clone()) {
        Some(found) if found.is_ascii() => {
            for byte in found {
                // A bit that none of them has, so that none is asked what it is outside ASCII.
                *byte = if says(char::from(*byte & 0x7F)) { instead } else { *byte };
            }
        }
        Some(_) => hide_any(out, place, instead, &says),
        None => {}
    }
}

/// The same for characters of several bytes, which one takes the place of.
fn hide_any(out: &mut Vec<u8>, place: Range<usize>, instead: u8, says: &dyn Fn(char) -> bool) {
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
