//! Keys of vendors nobody listed: many form theirs of a short prefix and a long random string.

use core::ops::Range;

use super::run;
use crate::scan::Kind;
use crate::scan::assignment::{random, stands_in};
use crate::scan::pattern::Bytes;
use crate::scan::work::looked;

/// Where the first digit between letters may be in such a key: the prefix and a few letters before it.
const HEAD_MAX: usize = 64;
/// The longest key looked at.
const KEY_MAX: usize = 512;
/// The random part, where the prefix speaks of keys and where it does not. Ids of objects have prefixes too, but
/// are shorter.
const SPOKEN_MIN: usize = 20;
const UNSPOKEN_MIN: usize = 32;
const SPOKEN_RANDOM_MIN: i32 = 150;
const UNSPOKEN_RANDOM_MIN: i32 = 250;
/// The longest prefix, and the longest of its parts.
const PREFIX_MAX: usize = 24;
const WORD_MAX: usize = 12;

/// Parts of prefixes that speak of keys.
const SPEAKS: &[&[u8]] = &[
    b"sk",
    b"rk",
    b"pat",
    b"pats",
    b"api",
    b"apikey",
    b"key",
    b"live",
    b"prod",
    b"test",
    b"secret",
    b"token",
    b"tok",
    b"at",
    b"rt",
    b"auth",
    b"oauth",
    b"access",
    b"refresh",
    b"admin",
    b"svc",
    b"personal",
    b"sandbox",
    b"private",
];

/// The key whose first digit between letters is behind `at`.
pub(super) fn look(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    // What the grams of other secrets show seldom is this, too.
    mixed(bytes, at).then_some(())?;
    let start = start(bytes, at)?;
    let end = run(bytes, at, KEY_MAX, |b| IN_KEY.has(b));
    let key = bytes.get(start..end)?;
    if end == at + KEY_MAX
        || matches!(bytes.get(end), Some(b'/' | b'@' | b'+' | b'%' | b'(' | b'[' | 0x80..))
        || matches!(bytes.get(end..end + 2), Some([b'.' | b':', b]) if b.is_ascii_alphanumeric())
    {
        return None;
    }
    let (prefix, body) = split(key)?;
    let padding = run(bytes, end, 2, |b| b == b'=');
    let spoken = prefix
        .split(|b| *b == b'_' || *b == b'-')
        .any(|word| SPEAKS.iter().any(|s| s.eq_ignore_ascii_case(word)));
    let (bytes_min, random_min) =
        if spoken { (SPOKEN_MIN, SPOKEN_RANDOM_MIN) } else { (UNSPOKEN_MIN, UNSPOKEN_RANDOM_MIN) };
    // Hexadecimal is what hashes are written in: file names, commits, ids.
    let hexadecimal = |text: &[u8]| text.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'_' | b'-'));
    let plain = hexadecimal(key) || (!spoken && (hexadecimal(body) || prefix.starts_with(b"sha")));
    (body.len() >= bytes_min && !plain && random(body) >= random_min && !stands_in(key))
        .then_some((Kind::Prefixed, start..padding))
}

/// Where the run around `at` begins, if `at` is its first digit between letters: so a run is looked at once, and
/// going back costs no more than going forward did.
fn start(bytes: &[u8], at: usize) -> Option<usize> {
    let mut start = at;
    while let Some(before) = start.checked_sub(1) {
        match bytes.get(before)? {
            // No path, host, e-mail address, base64 or escape.
            b'/' | b'.' | b'@' | b'+' | b'\\' | b'%' | b'#' | b'~' | 0x80.. => return None,
            b if !IN_KEY.has(*b) => break,
            _ if mixed(bytes, before) || at - before > HEAD_MAX => return None,
            _ => start = before,
        }
    }
    looked(at - start);
    Some(start)
}

/// The prefix of a key, without the sign that joins it, and the rest: parts of the key go to the prefix as long as
/// they are short.
fn split(key: &[u8]) -> Option<(&[u8], &[u8])> {
    key.first().filter(|b| b.is_ascii_alphabetic())?;
    let mut behind = 0;
    loop {
        let rest = key.get(behind..)?;
        let word = rest.iter().take(WORD_MAX + 1).take_while(|b| b.is_ascii_alphanumeric()).count();
        let joined = matches!(rest.get(word), Some(b'_' | b'-'));
        if !rest.get(..word).is_some_and(is_word) || !joined || behind + word > PREFIX_MAX {
            break;
        }
        behind += word + 1;
    }
    Some((key.get(..behind.checked_sub(1)?)?, key.get(behind..)?))
}

/// Letters of one case with perhaps a digit or two behind them: base64 seldom begins so.
fn is_word(part: &[u8]) -> bool {
    let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (word, digits) = part.split_at(letters);
    let one_case = word.iter().all(u8::is_ascii_lowercase) || word.iter().all(u8::is_ascii_uppercase);
    part.len() >= 2
        && part.len() <= WORD_MAX
        && letters > 0
        && digits.len() <= 2
        && digits.iter().all(u8::is_ascii_digit)
        && one_case
}

/// Whether a letter, a digit and a letter stand here.
fn mixed(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..), Some([a, b, c, ..]) if a.is_ascii_alphabetic() && b.is_ascii_digit() && c.is_ascii_alphabetic())
}

static IN_KEY: Bytes = Bytes::ALNUM.or(&Bytes::of(b"_-"));
