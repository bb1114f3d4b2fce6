//! Dates inside numbers: what looks like a date is one, and numbers of people carry the day they were born.

/// Whether these are a day of a month of a year; of two digits the century is not known, so any leap day will do.
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
