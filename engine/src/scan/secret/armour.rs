//! Private keys in their armour: PEM and what resembles it, PuTTY, age.

use core::ops::Range;

use super::run;
use crate::scan::Kind;
use crate::scan::pattern::Bytes;
use crate::spelling::{self, Escaped};

/// The longest label of a PEM block, such as `PGP PRIVATE KEY BLOCK`.
const LABEL_MAX: usize = 48;
/// No private key is longer.
const BLOCK_MAX: usize = 32 * 1024;
/// Headers before the base64 are no longer.
const HEADERS_MAX: usize = 512;
/// A line of base64 has at least so many letters in a row; words and headers have fewer.
const LINE_MIN: usize = 16;
/// Less base64 is a picture of a key. The shortest real ones, of elliptic curves, have more.
const BODY_MIN: usize = 40;
/// AGE-SECRET-KEY-1 and 58 characters of Bech32.
const AGE_MIN: usize = 50;

/// The block whose `BEGIN` is at `at`, if it holds a private key: from its dashes to those of its end or, where it
/// is cut off, as far as it goes on like base64.
pub(super) fn pem(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let label = bytes.get(at..)?.strip_prefix(b"BEGIN ")?;
    let before = match bytes.get(..at)? {
        [before @ .., b' '] => before,
        before => before,
    };
    let dashes = before.iter().rev().take(6).take_while(|b| **b == b'-').count();
    let length = label.iter().take(LABEL_MAX).position(|b| *b == b'-')?;
    let label = label.get(..length)?;
    if dashes < 4 || !label.windows(11).any(|part| part == b"PRIVATE KEY") {
        return None;
    }
    let body = run(bytes, at + b"BEGIN ".len() + length, LABEL_MAX, |b| b == b'-');
    let until = bytes.get(body..)?.windows(4).take(BLOCK_MAX).position(|part| part == b"----");
    let behind = until.map_or(bytes.len().min(body + BLOCK_MAX), |length| body + length);
    let (base64, end) = base64_lines(bytes, body..behind, HEADERS_MAX);
    if base64 < BODY_MIN {
        return None;
    }
    let end = until.and_then(|_| closing(bytes, behind)).unwrap_or(end);
    Some((Kind::PrivateKey, before.len() - dashes..end))
}

/// The private lines of a PuTTY key; `te-Lines` of their header is at `at`.
pub(super) fn putty(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let header = bytes.get(at.checked_sub(b"Priva".len())?..)?.strip_prefix(b"Private-Lines: ")?;
    let digits = run(header, 0, 4, |b| b.is_ascii_digit());
    let start = run(header, digits, 4, |b| matches!(b, b'\r' | b'\n' | b'\\' | b'r' | b'n'));
    let (base64, end) = base64_lines(header, start..header.len().min(BLOCK_MAX), 0);
    let from = bytes.len() - header.len();
    (start > digits && base64 >= BODY_MIN).then_some((Kind::PrivateKey, from + start..from + end))
}

/// An identity of age.
pub(super) fn age(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    const PREFIX: &[u8] = b"AGE-SECRET-KEY-1";
    bytes.get(at..)?.starts_with(PREFIX).then_some(())?;
    let end = run(bytes, at + PREFIX.len(), 2 * AGE_MIN, |b| b.is_ascii_uppercase() || b.is_ascii_digit());
    (end - at >= PREFIX.len() + AGE_MIN).then_some((Kind::PrivateKey, at..end))
}

/// Behind the dashes of the `END` line whose first dashes are at `at`.
fn closing(bytes: &[u8], at: usize) -> Option<usize> {
    let label = run(bytes, at, LABEL_MAX, |b| matches!(b, b'-' | b' '));
    bytes.get(label..)?.starts_with(b"END").then_some(())?;
    let end = run(bytes, label, LABEL_MAX, |b| b.is_ascii_uppercase() || b == b' ' || b.is_ascii_digit());
    Some(run(bytes, end, LABEL_MAX, |b| b == b'-'))
}

/// How many bytes in these are lines of base64, and where the last of the lines in a row ends. Between lines may be
/// their ends, also as escapes, and what literals and comments in a program need; before them so many bytes of headers.
fn base64_lines(bytes: &[u8], place: Range<usize>, headers: usize) -> (usize, usize) {
    let Range { start: from, end: to } = place;
    let (mut base64, mut end, mut at) = (0, from, from);
    // A line that is shorter than those before it is the last.
    let (mut width, mut last) = (0, false);
    while at < to {
        let (length, line) = letters(bytes, at..to);
        if length == 0 {
            let header = base64 == 0 && at - from < headers;
            if !bytes.get(at).is_some_and(|b| BETWEEN.has(*b) || (header && IN_HEADER.has(*b))) {
                break;
            }
        } else if length >= LINE_MIN || (base64 > 0 && !is_escape(bytes, at, length)) {
            if last {
                break;
            }
            last = length < width;
            width = length;
            base64 += length;
            end = line;
        }
        at = line + usize::from(length == 0);
    }
    (base64, end)
}

/// How many letters of base64 stand here in a row, and where they end. Pages and URLs write some by their numbers.
fn letters(bytes: &[u8], place: Range<usize>) -> (usize, usize) {
    let Range { start: mut at, end: to } = place;
    let mut length = 0;
    loop {
        let end = run(bytes, at, to - at, |b| IN_BASE64.has(b));
        length += end - at;
        let rest = bytes.get(end..to).unwrap_or_default();
        let spelled = match spelling::percent(rest).or_else(|| spelling::reference(rest)) {
            Some((Escaped::Byte(letter), spelled)) if IN_BASE64.has(letter) => spelled,
            Some((Escaped::Char('+' | '/' | '='), spelled)) => spelled,
            _ => return (length, end),
        };
        length += 1;
        at = end + spelled;
    }
}

/// Whether these are the `n` or `r` of an escape.
fn is_escape(bytes: &[u8], at: usize, length: usize) -> bool {
    length == 1 && at.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\\')
}

static IN_BASE64: Bytes = Bytes::ALNUM.or(&Bytes::of(b"+/="));
static BETWEEN: Bytes = Bytes::of(b" \t\n\x0c\r\\\"',#*>!");
static IN_HEADER: Bytes = Bytes::of(b":-.()<@_");
