//! Personal data: addresses, numbers of people, of their cards, accounts and devices.
//!
//! Four families, by what a text shows first: digits ([`number`]), an `@` ([`email`]), hexadecimal groups
//! ([`hex`]), and words of letters and digits ([`coded`]).

mod card;
mod checks;
mod class;
pub(super) mod coded;
mod context;
mod countries;
mod date;
pub(super) mod email;
mod form;
mod groups;
pub(super) mod hex;
mod iban;
mod identity;
mod ipv4;
mod known;
mod letters;
pub(super) mod number;
mod numeral;
mod persons;
mod phone;
mod registers;
#[cfg(test)]
mod tests;
mod topic;
mod words;

/// The byte at this place; beyond either end none.
fn byte(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The byte before this place.
fn before(bytes: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).and_then(|at| byte(bytes, at))
}

/// Whether a number or name goes on with this byte.
fn is_word(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
