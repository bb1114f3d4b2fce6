//! Password hashes in the forms of crypt(3): bcrypt, SHA-crypt, argon2, yescrypt, apr1.

use core::ops::Range;

use super::run;
use crate::scan::Kind;
use crate::scan::pattern::Bytes;

/// The shortest digest, of MD5.
const DIGEST_MIN: usize = 22;
/// The longest hash.
const HASH_MAX: usize = 256;

/// The hash whose `$` is at `at`.
pub(super) fn look(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let rest = bytes.get(at..)?;
    let behind_colon =
        at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|b| matches!(b, b':' | b'='));
    let named = matches!(rest, [b'$', b'2', b'a' | b'b' | b'x' | b'y', b'$', b'0'..=b'3', b'0'..=b'9', b'$', ..])
        || rest.starts_with(b"$argon2")
        || rest.starts_with(b"$apr1$")
        // Too short a name to go by alone.
        || (behind_colon && matches!(rest, [b'$', b'1' | b'5' | b'6' | b'y', b'$', ..]));
    named.then_some(())?;
    let end = run(bytes, at, HASH_MAX, |b| IN_HASH.has(b));
    let digest = bytes.get(at..end)?.iter().rev().take_while(|b| **b != b'$').count();
    (digest >= DIGEST_MIN).then_some((Kind::PasswordHash, at..end))
}

static IN_HASH: Bytes = Bytes::ALNUM.or(&Bytes::of(b"$./+=,-_"));
