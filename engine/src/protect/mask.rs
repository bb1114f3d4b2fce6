//! Characters that say nothing in place of those that do, in a form that clients can go on with.

use alloc::string::String;

use crate::scan::{Class, Kind};

/// Digits of a card number that stay, as receipts show them (PCI DSS 4, requirement 3.4.1 allows more).
const CARD_DIGITS_KEPT: usize = 4;

/// The masked form of something found. Masking it again changes nothing.
pub(super) fn masked(kind: Option<Kind>, found: &str) -> String {
    match kind {
        Some(Kind::Email) => email(found),
        // The unspecified addresses: still an address to whoever checks.
        Some(Kind::Ip) => String::from(if found.contains(':') { "::" } else { "0.0.0.0" }),
        Some(Kind::Card) => card(found),
        Some(kind) if kind.class() == Class::Hidden => String::new(),
        Some(kind) if kind.class() == Class::Pii => starred(found, char::is_alphanumeric),
        // Of a secret not even its punctuation is shown.
        _ => starred(found, |char| !char.is_whitespace()),
    }
}

fn starred(found: &str, is_secret: impl Fn(char) -> bool) -> String {
    found.chars().map(|char| if is_secret(char) { '*' } else { char }).collect()
}

/// An address of the same length: formats of JSON Schema allow a star before the `@` and only letters behind.
fn email(found: &str) -> String {
    let (local, host) = found.rsplit_once('@').unwrap_or((found, ""));
    let mut masked: String = local.chars().map(|_| '*').collect();
    masked.push('@');
    masked.extend(host.chars().map(|char| if char == '.' { '.' } else { 'x' }));
    masked
}

fn card(found: &str) -> String {
    let digits = found.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    found
        .chars()
        .map(|char| {
            if !char.is_ascii_digit() {
                return char;
            }
            seen += 1;
            if seen + CARD_DIGITS_KEPT > digits { char } else { '*' }
        })
        .collect()
}
