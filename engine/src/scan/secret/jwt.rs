//! JSON Web Tokens: signed (three parts), without a signature (two), encrypted (five).

use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::run;
use crate::scan::Kind;
use crate::scan::pattern::Bytes;

/// How much of a header is decoded. Its algorithm stands near its beginning.
const HEADER_MAX: usize = 512;
/// How long a prefix may be that is joined by a dash: vendors put one before the token.
const PREFIX_MAX: usize = 12;
/// The shortest claims worth a token: an object of one member.
const CLAIMS_MIN: usize = 8;

/// The token that begins at `at`.
pub(super) fn look(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    if !begins(bytes, at) {
        return None;
    }
    let header = run(bytes, at, usize::MAX, |b| IN_PART.has(b));
    let claims = part(bytes, header)?;
    is_header(bytes.get(at..header.min(at + HEADER_MAX))?).then_some(())?;
    let mut end = claims;
    // Signature, or key, nonce, text and tag. Parts may be empty.
    for _ in 0..3 {
        end = part(bytes, end).unwrap_or(end);
    }
    let long = claims - header > CLAIMS_MIN || end - claims > CLAIMS_MIN;
    let claimed = end > claims || bytes.get(header + 1..header + 4) == Some(b"eyJ");
    (long && claimed).then(|| (Kind::Jwt, at..if bytes.get(end - 1) == Some(&b'.') { end - 1 } else { end }))
}

/// A token that was encoded once more, whole, from `at` on.
pub(super) fn twice(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let alone = at.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(|b| !b.is_ascii_alphanumeric());
    if !alone || !bytes.get(at..)?.starts_with(b"ZXlK") {
        return None;
    }
    let head = run(bytes, at, HEADER_MAX, |b| b.is_ascii_alphanumeric()) - at;
    let mut room = [0; HEADER_MAX];
    let text = bytes.get(at..at + (head & !3))?;
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut room).ok()?;
    let token = room.get(..length)?;
    // Two objects in a row tell as much as the name of an algorithm does, or an object that is no shorter than this.
    let is_long = length > HEADER_MAX / 2 && token.iter().all(|b| IN_PART.has(*b));
    if !is_long && !token.windows(4).any(|part| part == b".eyJ") {
        look(token, 0)?;
    }
    Some((Kind::Jwt, at..run(bytes, at, usize::MAX, |b| IN_PART.has(b) || b == b'=')))
}

/// The end of the part behind the full stop at `at`.
fn part(bytes: &[u8], at: usize) -> Option<usize> {
    (bytes.get(at) == Some(&b'.')).then(|| run(bytes, at + 1, usize::MAX, |b| IN_PART.has(b)))
}

/// Whether this is a JSON object in base64 that names an algorithm.
fn is_header(text: &[u8]) -> bool {
    let whole = text
        .get(..text.len() & !3)
        .filter(|_| text.len() % 4 == 1 || text.len() == HEADER_MAX)
        .unwrap_or(text);
    let mut room = [0; HEADER_MAX];
    let Ok(length) = URL_SAFE_NO_PAD.decode_slice(whole, &mut room) else {
        return false;
    };
    let json = room.get(..length).unwrap_or(&[]);
    let names = |name: &[u8]| json.windows(name.len()).any(|part| part == name);
    json.first() == Some(&b'{') && (names(b"\"alg\"") || names(b"\"typ\""))
}

/// Whether a token may begin here: after nothing that belongs to base64, or after a short prefix and a dash.
fn begins(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(at.saturating_sub(PREFIX_MAX + 1)..at).unwrap_or(&[]);
    match before {
        [.., last] if last.is_ascii_alphanumeric() => false,
        [prefix @ .., b'-' | b'_'] => prefix.len() < PREFIX_MAX || prefix.iter().any(|b| !IN_PART.has(*b)),
        _ => true,
    }
}

static IN_PART: Bytes = Bytes::ALNUM.or(&Bytes::of(b"_-"));
