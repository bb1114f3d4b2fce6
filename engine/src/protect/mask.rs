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
        Some(kind) if kind.class() == Class::Pii => {
            each(found, out, |char| char.is_alphanumeric().then_some(b'*'));
        }
        // Of a secret not even its punctuation is shown.
        _ => each(found, out, |char| (!char.is_whitespace()).then_some(b'*')),
    }
}

/// An address of the same length: formats of JSON Schema allow a star before the `@` and only letters behind.
fn email(found: &str, out: &mut Vec<u8>) {
    let (local, host) = found.rsplit_once('@').unwrap_or((found, ""));
    out.resize(out.len() + local.chars().count(), b'*');
    out.push(b'@');
    each(host, out, |char| (char != '.').then_some(b'x'));
}

fn card(found: &str, out: &mut Vec<u8>) {
    let mut left = found.bytes().filter(u8::is_ascii_digit).count();
    each(found, out, |char| {
        let is_shown = !char.is_ascii_digit() || left <= CARD_DIGITS_KEPT;
        left -= usize::from(char.is_ascii_digit());
        (!is_shown).then_some(b'*')
    });
}

/// Adds each character, or what is to stand in its place.
fn each(text: &str, out: &mut Vec<u8>, mut instead: impl FnMut(char) -> Option<u8>) {
    if text.is_ascii() {
        // The bit that is not set spares every byte the question what it is outside ASCII.
        out.extend(text.bytes().map(|byte| instead(char::from(byte & 0x7F)).unwrap_or(byte)));
        return;
    }
    for char in text.chars() {
        match instead(char) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}
