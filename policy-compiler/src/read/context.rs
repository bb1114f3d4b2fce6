//! `context:`, what the proxy knows about a call.

use super::network::networks;
use super::value::{Fields, Reader};
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Circumstance, ContextTest, Window},
    syntax::{Node, Value},
};

const CONTEXT_KEYS: &[&str] = &["source", "region", "environment", "session", "time"];
const TIME_KEYS: &[&str] = &["days", "after", "before", "offset", "from", "until"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TIME_HELP: &str = "write hours and minutes in quotes, such as `\"08:30\"`";
const OFFSET_HELP: &str = "write the distance from UTC in quotes, such as `\"+02:00\"`; zones with summer time need a window for each half";
const DATE_HELP: &str = "write a date and a time in UTC, such as `2026-01-31T18:00Z`";

pub(super) fn tests(reader: &mut Reader, node: &Node) -> Vec<ContextTest> {
    let Some(fields) = reader.fields(node, "`context`", CONTEXT_KEYS, &[]) else { return Vec::new() };
    fields.reject_empty(reader, node);
    let mut tests = Vec::new();
    if let Some(node) = fields.get("source") {
        tests.push(ContextTest::Source(networks(reader, node)));
    }
    for (key, circumstance) in [("region", Circumstance::Region), ("environment", Circumstance::Environment)]
    {
        if let Some(node) = fields.get(key) {
            tests.push(ContextTest::Text(circumstance, reader.texts(node, "a glob")));
        }
    }
    if let Some(node) = fields.get("session") {
        match node.value {
            Value::Bool(session) => tests.push(ContextTest::Session(session)),
            _ => reader.wrong_type(node, "`true` or `false`"),
        }
    }
    if let Some(node) = fields.get("time") {
        let windows: Vec<Window> = match &node.value {
            Value::List(items) => {
                if items.is_empty() {
                    reader.empty_list(node);
                }
                items.iter().filter_map(|item| window(reader, item)).collect()
            }
            _ => window(reader, node).into_iter().collect(),
        };
        tests.push(ContextTest::Time(windows));
    }
    tests
}

fn window(reader: &mut Reader, node: &Node) -> Option<Window> {
    let fields = reader.fields(node, "a time window", TIME_KEYS, &[])?;
    fields.reject_empty(reader, node);
    let mut window = Window::ALWAYS;
    if let Some(node) = fields.get("days") {
        window.days = 0;
        for day in reader.texts(node, "a day") {
            match DAYS.iter().position(|name| *name == day.value) {
                Some(number) => window.days |= 1 << number,
                None => reader.unknown("day", &day.value, day.span, DAYS),
            }
        }
    }
    let mut read = |key, help, parse: &dyn Fn(&str) -> Option<i64>| value(reader, &fields, key, help, parse);
    if let Some(start) = read("after", TIME_HELP, &|text| clock(text).filter(|minute| *minute < 1440)) {
        window.start = u16::try_from(start).ok()?;
    }
    if let Some(end) = read("before", TIME_HELP, &clock) {
        window.end = u16::try_from(end).ok()?;
    }
    if let Some(offset) = read("offset", OFFSET_HELP, &offset) {
        window.offset = i16::try_from(offset).ok()?;
    }
    if let Some(from) = read("from", DATE_HELP, &date) {
        window.from = u32::try_from(from).ok()?;
    }
    if let Some(until) = read("until", DATE_HELP, &date) {
        window.until = u32::try_from(until).ok()?;
    }
    let empty = window.from >= window.until || (window.start == window.end);
    if empty {
        reader.push(
            Diagnostic::error(Code::BadValue, node.span, "the time window is empty")
                .help("it begins before it ends; over midnight write `after: \"22:00\", before: \"06:00\"`"),
        );
        return None;
    }
    Some(window)
}

/// A point in time, in seconds since 1970.
pub(super) fn time(reader: &mut Reader, fields: &Fields, key: &str) -> Option<u64> {
    let minutes = value(reader, fields, key, DATE_HELP, &date)?;
    Some(u64::try_from(minutes).ok()?.saturating_mul(60))
}

/// The text of a key, in a notation of its own.
fn value(
    reader: &mut Reader,
    fields: &Fields,
    key: &str,
    help: &str,
    parse: &dyn Fn(&str) -> Option<i64>,
) -> Option<i64> {
    let node = fields.get(key)?;
    let text = reader.text(node)?;
    let parsed = parse(&text.value);
    if parsed.is_none() {
        let message = format!("`{}` is no value of `{key}`", text.value);
        reader.push(Diagnostic::error(Code::BadValue, text.span, message).help(help));
    }
    parsed
}

/// `HH:MM` in minutes; `24:00` is the end of the day.
fn clock(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    let fits = minutes < 60 && (hours < 24 || (hours == 24 && minutes == 0));
    fits.then_some(hours * 60 + minutes)
}

fn offset(text: &str) -> Option<i64> {
    let (sign, clock_text) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    clock(clock_text).filter(|minutes| *minutes <= 14 * 60).map(|minutes| sign * minutes)
}

/// `YYYY-MM-DDTHH:MMZ` (RFC 3339 without seconds) in minutes since 1970.
fn date(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.split('-');
    let (year, month, day) =
        (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if parts.next().is_some() || year < 1970 || !(1..=12).contains(&month) {
        return None;
    }
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |month| match month {
        2 => 28 + i64::from(leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=length(month)).contains(&day) {
        return None;
    }
    let leap_years = |year: i64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let days =
        (year - 1970) * 365 + leap_years(year) - leap_years(1970) + (1..month).map(length).sum::<i64>() + day
            - 1;
    clock(time).filter(|minute| *minute < 1440).map(|minute| days * 1440 + minute)
}

fn digits(text: &str, len: usize) -> Option<i64> {
    (text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::{clock, date, offset};

    #[test]
    fn dates_are_minutes_since_1970() {
        for (text, minutes) in [
            ("1970-01-01T00:00Z", 0),
            ("1972-03-01T00:01Z", 790 * 1440 + 1),
            ("2000-02-29T00:00Z", 11_016 * 1440),
            ("2026-01-05T00:00Z", 1_767_571_200 / 60),
            ("2100-03-01T00:00Z", 4_107_542_400 / 60),
        ] {
            assert_eq!(date(text), Some(minutes), "{text}");
        }
        for text in [
            "",
            "2026-01-05",
            "2026-02-29T00:00Z",
            "2026-13-01T00:00Z",
            "2026-01-05T24:00Z",
            "1969-01-01T00:00Z",
            "26-1-5T00:00Z",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn clocks_and_offsets_have_bounds() {
        assert_eq!(
            (clock("00:00"), clock("24:00"), clock("24:01"), clock("9:00")),
            (Some(0), Some(1440), None, None)
        );
        assert_eq!(
            (offset("+02:00"), offset("-11:30"), offset("02:00"), offset("+15:00")),
            (Some(120), Some(-690), None, None)
        );
    }
}
