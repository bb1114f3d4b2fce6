//! Addresses of e-mail: RFC 5321 as it is used, RFC 6531 for other scripts.

use super::class::{DOMAIN, LOCAL, front, is};
use super::{before, byte};
use crate::scan::trigger::{Gram, Set};
use crate::scan::{Findings, Kind, Text};

/// A blank is not before an `@`, nor the first byte of a character, behind which other bytes are alike to it.
const BEFORE: Set = Set::of(&[b' ', 0xC2, 0xE2]).not();
/// What characters outside ASCII begin with.
const FOREIGN: Set = Set::of(&[0xC3, 0xD0, 0xD8, 0xE3]);

pub(in crate::scan) const GRAMS: &[Gram] =
    &[Gram::of([BEFORE, Set::of(b"@"), Set::LETTER.or(Set::DIGIT).or(FOREIGN), Set::ANY], 1).with(1, b'@')];

/// RFC 5321 section 4.5.3.1, in bytes; with room for quotes.
const LOCAL_MAX: usize = 66;
const DOMAIN_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// What is before and behind an `@`.
pub(in crate::scan) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let bytes = text.bytes;
    if byte(bytes, at) != Some(b'@') {
        return at + 1;
    }
    let Some(start) = local(bytes, at) else { return at + 1 };
    let Some(end) = domain(bytes, at + 1) else { return at + 1 };
    if is_login(bytes, start..at, end) {
        return at + 1;
    }
    found.report(Kind::Email, start..end);
    end
}

/// Where the part before the `@` begins.
fn local(bytes: &[u8], at: usize) -> Option<usize> {
    let from = at.saturating_sub(LOCAL_MAX);
    let near = bytes.get(from..at)?;
    if near.last() == Some(&b'"') {
        return quoted(near).map(|place| from + place);
    }
    let mut start = at - written(near);
    let written = bytes.get(start..at)?;
    if !written.is_ascii() {
        start += foreign(written)?;
    }
    let written = bytes.get(start..at)?;
    start += written.iter().take_while(|byte| matches!(byte, b'.' | b'-' | b'\'' | b'%')).count();
    let written = bytes.get(start..at)?;
    let useless = written.is_empty() || written.last() == Some(&b'.') || written.len() > LOCAL_MAX - 2;
    (!useless).then_some(start)
}

/// How many bytes at the end may be the part before an `@`: as many as two dots in a row are not among.
fn written(near: &[u8]) -> usize {
    let mut dotted = false;
    let ends = |byte: &u8| {
        let dot = *byte == b'.';
        let twice = dot && dotted;
        dotted = dot;
        twice || !is(*byte, LOCAL)
    };
    match near.iter().rev().position(ends) {
        Some(len) if dotted => len - 1,
        len => len.unwrap_or(near.len()),
    }
}

/// Where in it an address begins that is written with more than ASCII: not in the middle of a character, nor before
/// punctuation of other scripts.
fn foreign(written: &[u8]) -> Option<usize> {
    let (mut start, mut place) = (0, 0);
    while let Some(rest @ [_, ..]) = written.get(place..) {
        let len = match rest {
            [0x80..=0xBF, ..] => 1,
            [first, ..] if first.is_ascii() => 1,
            [0xC2, ..]
            | [0xE2, 0x80 | 0x81, ..]
            | [0xE3, 0x80, 0x80..=0x9F, ..]
            | [0xEF, 0xBC..=0xBE, ..] => character_len(rest),
            _ => {
                place += character_len(rest);
                continue;
            }
        };
        place += len;
        if !rest.first().is_some_and(u8::is_ascii) {
            start = place.min(written.len());
        }
    }
    // Of a script without blanks the sentence before runs into the address.
    let rest = written.get(start..)?;
    let dense = rest.iter().rposition(|byte| *byte >= 0xE0);
    if let Some(place) = dense {
        let after = place + character_len(rest.get(place..)?);
        if after < rest.len() && rest.get(after..)?.is_ascii() {
            start += after;
        }
    }
    Some(start)
}

fn character_len(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(0xF0..=0xFF) => 4,
        Some(0xE0..=0xEF) => 3,
        Some(0xC0..=0xDF) => 2,
        _ => 1,
    }
}

/// Where the quote opens that closes at the end.
fn quoted(near: &[u8]) -> Option<usize> {
    let within = near.get(..near.len().checked_sub(1)?)?;
    let open = within.iter().enumerate().rev().find(|(place, byte)| {
        **byte == b'"' && place.checked_sub(1).and_then(|before| within.get(before)) != Some(&b'\\')
    })?;
    let written = within.get(open.0 + 1..)?;
    (!written.is_empty() && !written.contains(&b'\n')).then_some(open.0)
}

/// Where the domain ends that begins at `at`: the last of its labels that can be a top level.
fn domain(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let rest = rest.get(..DOMAIN_MAX).unwrap_or(rest);
    let written = rest.get(..front(rest, DOMAIN))?;
    let written = if written.is_ascii() { written } else { rest.get(..boundary(rest, written.len()))? };
    let (mut start, mut end, mut numbers) = (0, None, 0);
    for (index, label) in written.split(|byte| *byte == b'.').enumerate() {
        if label.is_empty() || label.len() > LABEL_MAX || label.first() == Some(&b'-') {
            break;
        }
        numbers += usize::from(label.iter().all(u8::is_ascii_digit));
        // `2x.png` is an image, `1.2` a version.
        if index == 0 && matches!(label, [b'1'..=b'9', b'x']) || index == 1 && numbers == 2 {
            return None;
        }
        let trimmed = label.iter().rposition(|byte| *byte != b'-').map_or(0, |last| last + 1);
        if index > 0 && label.get(..trimmed).is_some_and(is_top_level) {
            end = Some(at + start + trimmed);
        }
        if trimmed < label.len() {
            break;
        }
        start += label.len() + 1;
    }
    let end = end?;
    (!matches!(byte(bytes, end), Some(b'@' | b'_'))).then_some(end)
}

/// Where punctuation of other scripts ends what may be a domain.
fn boundary(rest: &[u8], len: usize) -> usize {
    let mut place = 0;
    while place < len {
        match rest.get(place..) {
            Some(
                [0xC2, ..]
                | [0xE2, 0x80 | 0x81, ..]
                | [0xE3, 0x80, 0x80..=0x9F, ..]
                | [0xEF, 0xBC..=0xBF, ..],
            ) => {
                return place;
            }
            Some(here) => place += character_len(here),
            None => break,
        }
    }
    // A character that the length limit cuts is left out.
    if place > len { rest.iter().take(len).rposition(|byte| *byte >= 0xC0).unwrap_or(0) } else { len }
}

fn is_top_level(label: &[u8]) -> bool {
    if label.is_ascii() {
        let coded = label.get(..4).is_some_and(|front| front.eq_ignore_ascii_case(b"xn--"));
        return label.len() >= 2 && (coded || label.iter().all(u8::is_ascii_alphabetic));
    }
    label.iter().all(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
}

/// Whether it is a login to a server: inside a URL, or what `git` is told.
fn is_login(bytes: &[u8], local: core::ops::Range<usize>, end: usize) -> bool {
    if byte(bytes, end) == Some(b':') && matches!(bytes.get(local.clone()), Some(b"git" | b"hg" | b"svn")) {
        return true;
    }
    if !matches!(before(bytes, local.start), Some(b':' | b'/')) {
        return false;
    }
    let near = bytes.get(local.start.saturating_sub(LOCAL_MAX)..local.start).unwrap_or_default();
    let word = near.iter().rposition(u8::is_ascii_whitespace).map_or(0, |place| place + 1);
    let scheme = near.get(word..).unwrap_or_default();
    scheme
        .windows(3)
        .rposition(|three| three == b"://")
        .is_some_and(|place| !scheme.get(place + 3..).unwrap_or_default().contains(&b'/'))
}
