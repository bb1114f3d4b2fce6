//! Hexadecimal groups: IPv6 and MAC addresses.

use core::net::Ipv6Addr;
use core::ops::Range;
use core::str::{self, FromStr};

use super::class::{ADDRESS, HEXADECIMAL, back, front, is};
use super::groups::digits_end;
use super::{before, byte, is_word};
use crate::scan::trigger::{Gram, Set};
use crate::scan::{Findings, Kind, Text};

const HEX: Set = Set::of(b"0abcdef");
const COLON: Set = Set::of(b":");
const SLASH: Set = Set::of(b"/");
const DASH: Set = Set::of(b"-");
const OUTSIDE: Set = Set::LETTER.or(Set::DIGIT).not();
/// Not behind another group; what is in the class of the dash, but is none, has grams of its own.
const BEFORE_DASHES: Set = Set::LETTER.or(Set::DIGIT).or(DASH).not();

/// Each place is a separator: `::` after a digit or at the beginning, a colon between digits, the first dash or dot.
pub(in crate::scan) const GRAMS: &[Gram] = &[
    Gram::of([HEX, COLON, COLON, Set::ANY], 1),
    Gram::of([OUTSIDE, COLON, COLON, HEX.or(COLON)], 1),
    Gram::of([OUTSIDE, COLON, COLON, SLASH], 1).with(3, b'/'),
    Gram::of([HEX, HEX, COLON, HEX], 2),
    Gram::of([HEX, COLON, HEX, COLON], 1),
    Gram::of([BEFORE_DASHES, HEX, HEX, DASH], 3),
    Gram::of([DASH, HEX, HEX, DASH], 3).with(0, b'['),
    Gram::of([DASH, HEX, HEX, DASH], 3).with(0, b'\\'),
    Gram::of([Set::of(b"."), HEX, HEX, HEX], 0),
];

/// No address is longer: six groups of four and an IPv4 address.
const ADDRESS_MAX: usize = 45;
const ZONE_MAX: usize = 16;
/// A MAC address has fewest; an IPv6 address may have fewer where there are two in a row.
const COLONS_MIN: usize = 5;

pub(in crate::scan) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let bytes = text.bytes;
    match byte(bytes, at) {
        Some(b':') => Some(colons(bytes, at, found)),
        // Without the next separator it is a date or a fraction.
        Some(b'-') if byte(bytes, at + 3) == Some(b'-') => mac(bytes, at.wrapping_sub(2), 2, b'-', found),
        Some(b'.') if byte(bytes, at + 5) == Some(b'.') => mac(bytes, at.wrapping_sub(4), 4, b'.', found),
        _ => None,
    }
    .unwrap_or(at + 1)
}

/// Twelve digits in groups of `size`. The first separator is the place that is asked about.
fn mac(bytes: &[u8], start: usize, size: usize, separator: u8, found: &mut dyn Findings) -> Option<usize> {
    let end = start.checked_add(12 + 12 / size - 1)?;
    let written = bytes.get(start..end)?;
    let outside = |byte: Option<u8>| !is_word(byte) && byte != Some(separator);
    let ended = outside(byte(bytes, end)) || byte(bytes, end) == Some(b'.') && !is_word(byte(bytes, end + 1));
    if outside(before(bytes, start)) && ended && is_mac(written, size, separator) {
        found.report(Kind::Mac, start..end);
        return Some(end);
    }
    None
}

/// Neither everybody's address nor nobody's.
fn is_mac(written: &[u8], size: usize, separator: u8) -> bool {
    let is_group = |group: &[u8]| {
        let (digits, behind) = group.split_at_checked(size).unwrap_or((group, &[]));
        digits.iter().all(|byte| is(*byte, HEXADECIMAL))
            && behind.first().is_none_or(|byte| *byte == separator)
    };
    let all = |digit: u8| written.iter().all(|byte| byte.eq_ignore_ascii_case(&digit) || *byte == separator);
    written.len() == 12 + 12 / size - 1 && written.chunks(size + 1).all(is_group) && !all(b'0') && !all(b'f')
}

/// The run of digits, colons and dots around a colon: one address or none.
fn colons(bytes: &[u8], at: usize, found: &mut dyn Findings) -> usize {
    let ahead = bytes.get(at..).unwrap_or_default();
    let ahead = ahead.get(..ADDRESS_MAX + 1).unwrap_or(ahead);
    let ahead = ahead.get(..front(ahead, ADDRESS)).unwrap_or_default();
    let end = at + ahead.len();
    let behind = bytes.get(at.saturating_sub(ADDRESS_MAX)..at).unwrap_or_default();
    let start = at - back(behind, ADDRESS);
    // Times have fewer colons.
    let whole = bytes.get(start..end).unwrap_or_default();
    let count =
        |sought: u8| whole.iter().fold(0_u8, |count, byte| count.wrapping_add((*byte == sought).into()));
    // The dots of a MAC address are places of their own.
    let dot = if count(b'.') > 0 { ahead.iter().position(|byte| *byte == b'.') } else { None };
    let (next, colons) = (dot.map_or(end, |dot| at + dot), usize::from(count(b':')));
    if colons < COLONS_MIN && !whole.windows(2).any(|two| two == b"::") {
        return next;
    }
    let Some(run) = run(bytes, start..end) else { return next };
    let Some(written) = bytes.get(run.clone()) else { return next };
    if is_mac(written, 2, b':') && !is_word(byte(bytes, run.end)) {
        found.report(Kind::Mac, run);
    } else if is_ipv6(written) || written == b"::" && byte(bytes, run.end) == Some(b'/') {
        // Nobody's address is one where it is a network.
        let last = with_zone_and_prefix(bytes, run.end);
        if let Some(last) = last.filter(|last| written != b"::" || *last > run.end) {
            found.report(Kind::Ip, run.start..last);
        }
    }
    next
}

/// The part of a run that can be an address: without the label before it and the punctuation behind.
fn run(bytes: &[u8], whole: Range<usize>) -> Option<Range<usize>> {
    let Range { mut start, mut end } = whole;
    if is_word(before(bytes, start)) {
        // The end of a word such as `mac:`, which happens to be of hexadecimal letters.
        let label = bytes.get(start..end)?.iter().position(|byte| !byte.is_ascii_alphabetic())?;
        if byte(bytes, start + label) != Some(b':') || byte(bytes, start + label + 1) == Some(b':') {
            return None;
        }
        start += label;
    }
    let written = bytes.get(start..end)?;
    match written {
        [b':', next, ..] if *next != b':' => start += 1,
        _ => {}
    }
    while let Some(b'.') = before(bytes, end).filter(|_| end > start) {
        end -= 1;
    }
    // One colon behind is punctuation, two are part of it.
    if matches!(bytes.get(end.checked_sub(2)?..end), Some([rest, b':']) if *rest != b':') && end - start > 2 {
        end -= 1;
    }
    (end > start && end - start <= ADDRESS_MAX).then_some(start..end)
}

/// What the standard reads as an address and is not a name with a `::` in it, which has no colons by themselves.
fn is_ipv6(written: &[u8]) -> bool {
    let alone = || written.iter().filter(|byte| **byte == b':').count() >= 4;
    (written.iter().any(u8::is_ascii_digit) || alone())
        && str::from_utf8(written).is_ok_and(|written| Ipv6Addr::from_str(written).is_ok())
}

/// The end with `%eth0` and `/64`; `None` where a word goes on.
fn with_zone_and_prefix(bytes: &[u8], mut end: usize) -> Option<usize> {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if is_word(byte(bytes, end)) {
        return None;
    }
    if byte(bytes, end) == Some(b'%') {
        let len = bytes.get(end + 1..)?.iter().take(ZONE_MAX).take_while(|byte| name(byte)).count();
        end += if len > 0 { len + 1 } else { 0 };
    }
    if byte(bytes, end) == Some(b'/') {
        let stop = digits_end(bytes, end + 1);
        let digits = bytes.get(end + 1..stop).unwrap_or_default();
        let prefix = str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u8>().ok());
        if prefix.is_some_and(|prefix| prefix <= 128) && !is_word(byte(bytes, stop)) {
            end = stop;
        }
    }
    Some(end)
}
