//! Dates inside numbers: what looks like a date is one, and numbers of people carry the day they were born.

use super::groups::Group;

/// Whether these are a day of a month of a year; of two digits the century is not known, so any leap day will do.
#[inline(never)]
pub(super) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Whether a date is written in the first three groups: `2021-05-06`, `6.5.2021`, `5/6/21`.
pub(super) fn is_written(bytes: &[u8], groups: &[Group]) -> bool {
    let [a, b, c, rest @ ..] = groups else { return false };
    let same = b.join == c.join && matches!(b.join, [b'-' | b'.' | b'/', 0]);
    if !same || rest.first().is_some_and(|next| next.join == b.join) {
        return false;
    }
    let value = |group: &Group| {
        let digits = group.digits(bytes).iter().take(4);
        digits.fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
    };
    let is_year = |year| (1800..2200).contains(&year);
    match (a.len(), b.len(), c.len()) {
        (4, 1..=2, 1..=2) => is_year(value(a)) && is_day(value(a), value(b), value(c)),
        (1..=2, 1..=2, year @ (2 | 4)) => {
            let (x, y, z) = (value(a), value(b), value(c));
            (year == 2 || is_year(z)) && (is_day(z, y, x) || is_day(z, x, y))
        }
        _ => false,
    }
}

/// Year, month, day of two digits each at the front of the digits.
pub(super) fn year_first(digits: &[u8]) -> bool {
    matches!(digits, [a, b, c, d, e, f, ..] if is_day(pair(*a, *b), pair(*c, *d), pair(*e, *f)))
}

/// Day, month, year of two digits each at the front of the digits.
pub(super) fn day_first(digits: &[u8]) -> bool {
    matches!(digits, [a, b, c, d, e, f, ..] if is_day(pair(*e, *f), pair(*c, *d), pair(*a, *b)))
}

/// The number of two digits.
pub(super) fn pair(tens: u8, ones: u8) -> u32 {
    u32::from(tens) * 10 + u32::from(ones)
}
