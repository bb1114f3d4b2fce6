//! Windows of time: days of the week, times of day at a fixed offset from UTC, and a span of dates.

use crate::table::format::{NONE, WINDOW_WORDS};

const MINUTES_A_DAY: u16 = 24 * 60;
/// The largest offset from UTC in use is 14 hours.
const OFFSET_MINUTES_MAX: i16 = 14 * 60;

/// When something holds. Everything is in minutes, and ends are not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// Bit 0 is Monday.
    pub days: u8,
    /// Minute of the day at which it begins.
    pub start: u16,
    /// Minute of the day at which it ends; not after `start` means on the next day.
    pub end: u16,
    /// East of UTC.
    pub offset: i16,
    /// First minute since 1970-01-01T00:00Z.
    pub from: u32,
    /// The minute since 1970-01-01T00:00Z that is no longer in it; [`NONE`] for no end.
    pub until: u32,
}

impl Window {
    /// Every day.
    pub const EVERY_DAY: u8 = 0x7f;
    /// Always.
    pub const ALWAYS: Window =
        Window { days: Self::EVERY_DAY, start: 0, end: MINUTES_A_DAY, offset: 0, from: 0, until: NONE };

    /// Whether the time, in seconds since 1970-01-01T00:00Z, is in the window.
    #[must_use]
    pub fn holds(&self, unix_seconds: u64) -> bool {
        let minute = unix_seconds / 60;
        if minute < u64::from(self.from) || (self.until != NONE && minute >= u64::from(self.until)) {
            return false;
        }
        let day = i64::from(MINUTES_A_DAY);
        let local = i64::try_from(minute).unwrap_or(i64::MAX).saturating_add(i64::from(self.offset));
        let (date, time) = (local.div_euclid(day), local.rem_euclid(day));
        let (start, end) = (i64::from(self.start), i64::from(self.end));
        if start < end {
            return self.is_day(date) && start <= time && time < end;
        }
        // Over midnight: the part before it belongs to today, the part behind it to yesterday.
        (self.is_day(date) && time >= start) || (self.is_day(date - 1) && time < end)
    }

    /// `date` counts days from 1970-01-01, a Thursday.
    fn is_day(&self, date: i64) -> bool {
        self.days >> (date + 3).rem_euclid(7) & 1 == 1
    }

    /// The words of a table that say it.
    #[must_use]
    pub fn to_words(self) -> [u32; WINDOW_WORDS] {
        let offset = i32::from(self.offset) + i32::from(OFFSET_MINUTES_MAX);
        [
            self.days.into(),
            self.start.into(),
            self.end.into(),
            u32::try_from(offset).unwrap_or(NONE),
            self.from,
            self.until,
        ]
    }

    /// The window that the words of a table say; `None` where they say none.
    #[must_use]
    pub fn from_words(words: [u32; WINDOW_WORDS]) -> Option<Window> {
        let [days, start, end, offset, from, until] = words;
        let window = Window {
            days: u8::try_from(days).ok()?,
            start: u16::try_from(start).ok()?,
            end: u16::try_from(end).ok()?,
            offset: i16::try_from(offset).ok()?.checked_sub(OFFSET_MINUTES_MAX)?,
            from,
            until,
        };
        let fits = window.days != 0
            && window.days <= Self::EVERY_DAY
            && window.start < MINUTES_A_DAY
            && window.end <= MINUTES_A_DAY
            && window.offset <= OFFSET_MINUTES_MAX
            && window.from < window.until;
        fits.then_some(window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// 2026-01-05, a Monday, 00:00 UTC.
    const MONDAY: u64 = 1_767_571_200;
    const HOUR: u64 = 3600;
    const WORKDAYS: u8 = 0x1f;

    #[test]
    fn office_hours_are_days_and_times() {
        let office = Window { days: WORKDAYS, start: 8 * 60, end: 18 * 60, ..Window::ALWAYS };
        assert!(office.holds(MONDAY + 8 * HOUR));
        assert!(office.holds(MONDAY + 18 * HOUR - 1));
        assert!(!office.holds(MONDAY + 18 * HOUR));
        assert!(!office.holds(MONDAY + 8 * HOUR - 1));
        assert!(office.holds(MONDAY + 4 * 24 * HOUR + 9 * HOUR), "Friday");
        assert!(!office.holds(MONDAY + 5 * 24 * HOUR + 9 * HOUR), "Saturday");
        let east = Window { offset: 120, ..office };
        assert!(east.holds(MONDAY + 6 * HOUR));
        assert!(!east.holds(MONDAY + 16 * HOUR));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_it_begins() {
        let night = Window { days: 1, start: 22 * 60, end: 6 * 60, ..Window::ALWAYS };
        assert!(night.holds(MONDAY + 23 * HOUR));
        assert!(night.holds(MONDAY + 24 * HOUR + 5 * HOUR), "Tuesday morning");
        assert!(!night.holds(MONDAY + 5 * HOUR), "Monday morning");
        assert!(!night.holds(MONDAY + 12 * HOUR));
    }

    #[test]
    fn dates_are_bounds() {
        let minute = u32::try_from(MONDAY / 60).unwrap();
        let day = Window { from: minute, until: minute + 24 * 60, ..Window::ALWAYS };
        assert!(!day.holds(MONDAY - 1));
        assert!(day.holds(MONDAY));
        assert!(!day.holds(MONDAY + 24 * HOUR));
        assert!(Window::ALWAYS.holds(0) && Window::ALWAYS.holds(u64::MAX));
    }

    #[test]
    fn words_say_the_window_and_nothing_else() {
        let window = Window { days: 3, start: 1, end: 0, offset: -720, from: 5, until: 6 };
        for window in [window, Window::ALWAYS] {
            assert_eq!(Window::from_words(window.to_words()), Some(window));
        }
        let good = Window::ALWAYS.to_words();
        for (at, bad) in [(0, 0), (0, 128), (1, 1440), (2, 1441), (3, 1681), (4, NONE), (5, 0)] {
            let mut words = good;
            words[at] = bad;
            assert_eq!(Window::from_words(words), None, "{words:?}");
        }
    }
}
