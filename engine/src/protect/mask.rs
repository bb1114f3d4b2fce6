//! Characters that say nothing in place of those that do, in a form that clients can go on with.

use alloc::vec::Vec;

use crate::scan::{Class, Kind};

/// Digits of a card number that stay, as receipts show them (PCI DSS 4, requirement 3.4.1 allows more).
const CARD_DIGITS_KEPT: usize = 4;

/// Adds the masked form of something found. Masking it again changes nothing.
pub(super) fn mask(kind: Option<Kind>, found: &str, out: &mut Vec<u8>) {
    match kind {
        Some(Kind::Email) => email(found, out),
        // The unspecified addresses: still an address to whoever checks.
        Some(Kind::Ip) => out.extend_from_slice(if found.contains(':') { b"::" } else { b"0.0.0.0" }),
        Some(Kind::Card) => card(found, out),
        Some(kind) if kind.class() == Class::Hidden => {}
        Some(kind) if kind.class() == Class::Pii => hide(found, b'*', out, is_alphanumeric),
        // Of a secret not even its punctuation is shown.
        _ => hide(found, b'*', out, |char| !char.is_whitespace()),
    }
}

/// An address of the same length: formats of JSON Schema allow a star before the `@` and only letters behind.
fn email(found: &str, out: &mut Vec<u8>) {
    let (local, host) = found.rsplit_once('@').unwrap_or((found, ""));
    out.resize(out.len() + local.chars().count(), b'*');
    out.push(b'@');
    hide(host, b'x', out, |char| char != '.');
}

fn card(found: &str, out: &mut Vec<u8>) {
    let mut left = found.bytes().filter(u8::is_ascii_digit).count();
    hide(found, b'*', out, |char| {
        let is_hidden = char.is_ascii_digit() && left > CARD_DIGITS_KEPT;
        left -= usize::from(char.is_ascii_digit());
        is_hidden
    });
}

/// Told faster for what is mostly there.
fn is_alphanumeric(char: char) -> bool {
    if char.is_ascii() { char.is_ascii_alphanumeric() } else { char.is_alphanumeric() }
}

/// Adds the text with `instead` in place of each character that says something.
fn hide(text: &str, instead: u8, out: &mut Vec<u8>, mut says: impl FnMut(char) -> bool) {
    if text.is_ascii() {
        // A bit that none of them has, so that none is asked what it is outside ASCII.
        out.extend(text.bytes().map(|byte| if says(char::from(byte & 0x7F)) { instead } else { byte }));
        return;
    }
    for char in text.chars() {
        if says(char) {
            out.push(instead);
        } else {
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
