//! Finds secrets that show what they are by themselves: armoured keys, tokens, passwords in URLs, password hashes.

mod armour;
mod jwt;
mod login;
mod prefixed;
mod pwhash;

use super::trigger::{Gram, Set};
use super::work::looked;
use super::{Findings, Text};

/// Where each of them shows first.
pub(super) const GRAMS: &[Gram] = &[
    // `-BEGIN`, `- BEGIN`
    gram([b"-", b"b", b"e", b"g"], 1),
    gram([b"-", b" ", b"b", b"e"], 2),
    // `Private-Lines` of PuTTY
    gram([b"t", b"e", b"-", b"l"], 0),
    // AGE-SECRET-KEY
    gram([b"a", b"g", b"e", b"-"], 0),
    // What begins like a JSON object in base64: `{"`, `{ "`, `{` and the end of a line.
    Gram::of([Set::of(b"e"), Set::of(b"y"), Set::of(b"j"), Set::LETTER.or(Set::DIGIT)], 0),
    gram([b"e", b"y", b"a", b"i"], 0),
    gram([b"e", b"w", b"o", b"gk"], 0),
    gram([b"e", b"w", b"0", b"k"], 0),
    // The same, encoded twice.
    gram([b"z", b"x", b"l", b"k"], 0),
    // The end of `user:password@`.
    Gram::of([IN_LOGIN, Set::of(b"@"), Set::ANY, Set::ANY], 1).with(1, b'@'),
    gram([b"b", b"a", b"s", b"i"], 0),
    // `-u user:password`, `--user`
    Gram::of([Set::of(b"-"), Set::of(b"u"), Set::of(b" "), Set::ANY], 0),
    gram([b"-", b"u", b"s", b"e"], 0),
    // `$2b$`, `:$6$`, `:$y$`, `$argon2`, `$apr1`
    gram([b"$", b"2", b"abxy", b"$"], 0).with(0, b'$'),
    gram([b":=", b"$", b"0", b"$"], 1).with(1, b'$'),
    gram([b":=", b"$", b"y", b"$"], 1).with(1, b'$'),
    gram([b"$", b"a", b"rp", b"gr"], 0).with(0, b'$'),
    // A digit between letters, as random strings have and words do not.
    Gram::of([Set::LETTER, Set::DIGIT, Set::LETTER, Set::ANY], 0),
];

/// What may stand before that `@`. The later bytes of characters, alike to it, never follow any of these.
const IN_LOGIN: Set = Set::LETTER.or(Set::DIGIT).or(Set::of(b"!-.:@/"));

/// A place of which `before` of four bytes lie before it, each one of these.
const fn gram([a, b, c, d]: [&[u8]; 4], before: u8) -> Gram {
    Gram::of([Set::of(a), Set::of(b), Set::of(c), Set::of(d)], before)
}

/// Looks at what begins, or for `@` ends, at `at`.
pub(super) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let Some(rest) = text.bytes.get(at..) else {
        return at + 1;
    };
    let place = match rest {
        [b'B', ..] => armour::pem(text.bytes, at).or_else(|| login::basic(text.bytes, at)),
        [b't', ..] => armour::putty(text.bytes, at),
        [b'A', ..] => armour::age(text.bytes, at),
        [b'e', ..] => jwt::look(text.bytes, at),
        [b'Z', ..] => jwt::twice(text.bytes, at),
        [b'b', ..] => login::basic(text.bytes, at),
        [b'@', ..] => login::url(text.bytes, at),
        [b'-', ..] => login::option(text.bytes, at),
        [b'$', ..] => pwhash::look(text.bytes, at),
        _ => None,
    };
    let place = place.or_else(|| prefixed::look(text.bytes, at));
    match place {
        Some((kind, place)) => {
            let end = place.end;
            found.report(kind, place);
            end.max(at + 1)
        }
        None => at + 1,
    }
}

/// Where the run of such bytes from `at` ends, at most `most` of them.
pub(super) fn run(bytes: &[u8], at: usize, most: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let rest = rest.get(..most).unwrap_or(rest);
    let length = rest.iter().position(|b| !is(*b)).unwrap_or(rest.len());
    looked(length);
    at + length
}

/// How long the run of such bytes is that ends where these end, if it is no longer than `most`.
pub(super) fn run_back(bytes: &[u8], most: usize, is: impl Fn(u8) -> bool) -> usize {
    let near = bytes.get(bytes.len().saturating_sub(most)..).unwrap_or(&[]);
    let length = near.iter().rev().position(|b| !is(*b)).unwrap_or(near.len());
    looked(length);
    length
}

#[cfg(test)]
pub(super) mod tests;
