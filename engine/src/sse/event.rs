//! One event: its fields, and the same event with other data.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::iter;

use super::is_line_end;
use crate::lanes;

/// The lines from the first field to the blank line that ends them. Without a `data` field it is no event to clients,
/// but its `id` and `retry` count all the same; and some client may see data in it ([`Event::is_ambiguous`]).
///
/// Bytes that are not UTF-8 are read as U+FFFD, as clients read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// As it came, with its blank line.
    pub raw: &'a [u8],
}

/// What an event says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading<'a> {
    /// The `data` fields joined by LF; `None` where there is none.
    pub data: Option<Cow<'a, str>>,
    /// The last `event` field; `None` where it is absent or empty, which both mean `message`.
    pub name: Option<Cow<'a, str>>,
    /// Whether clients in use could read this in another way than the standard, and so than the other methods.
    ///
    /// That is so if it holds any of
    /// * a line ended by CR alone: some split at LF only;
    /// * U+2028, U+2029 or a control character other than TAB (NEL, VT, FF, FS, GS, RS, …): some end a line there
    ///   and so find fields and events inside what is one value or one comment;
    /// * bytes that are not UTF-8: some do not replace them;
    /// * two or more `data` fields: some take the last one alone;
    /// * a field name other than `event`, `data`, `id` and `retry`, such as `Data` or ` data`, or a line without a
    ///   colon: some are generous with names, some give up.
    pub is_ambiguous: bool,
}

impl<'a> Event<'a> {
    /// Reads its fields, once for all that is asked of most events.
    #[must_use]
    pub fn read(&self) -> Reading<'a> {
        let mut reading = Reading::default();
        for line in lines(self.raw) {
            let field = line.field();
            let is_named = !matches!(field, Field::Other) && (line.has_colon() || line.text.is_empty());
            reading.is_ambiguous |= !is_named || line.end == b"\r" || !is_plain(line.text);
            match field {
                Field::Data(value) => match &mut reading.data {
                    None => reading.data = Some(lossy(value)),
                    Some(data) => {
                        let joined = data.to_mut();
                        joined.push('\n');
                        joined.push_str(&lossy(value));
                        reading.is_ambiguous = true;
                    }
                },
                Field::Event(value) => reading.name = (!value.is_empty()).then(|| lossy(value)),
                _ => {}
            }
        }
        reading
    }

    /// [`Reading::data`] alone.
    #[must_use]
    pub fn data(&self) -> Option<Cow<'a, str>> {
        self.read().data
    }

    /// Whether clients see an event at all.
    #[must_use]
    pub fn has_data(&self) -> bool {
        self.fields().any(|field| matches!(field, Field::Data(_)))
    }

    /// [`Reading::name`] alone.
    #[must_use]
    pub fn name(&self) -> Option<Cow<'a, str>> {
        self.read().name
    }

    /// The last `id` field that counts: one with a NUL does not. Empty means that the id is unset.
    #[must_use]
    pub fn id(&self) -> Option<Cow<'a, str>> {
        let id = self.fields().filter_map(|field| match field {
            Field::Id(value) if !value.contains(&0) => Some(value),
            _ => None,
        });
        id.last().map(lossy)
    }

    /// The last `retry` field that is a number, in milliseconds.
    #[must_use]
    pub fn retry(&self) -> Option<u64> {
        let retry = self.fields().filter_map(|field| match field {
            Field::Retry(value) if value.iter().all(u8::is_ascii_digit) => {
                core::str::from_utf8(value).ok()?.parse().ok()
            }
            _ => None,
        });
        retry.last()
    }

    /// [`Reading::is_ambiguous`] alone.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        self.read().is_ambiguous
    }

    /// The same event with other data on a single `data` line, in a form that all clients read alike.
    ///
    /// `event`, `id` and `retry` fields and comments keep their order and text. Left out are fields of other names,
    /// which mean nothing, and lines of which [`Event::is_ambiguous`] could not be cured.
    ///
    /// `data` must be JSON. Its line breaks become spaces and its control characters escapes, which changes nothing
    /// in JSON.
    pub fn with_data(&self, data: &str, out: &mut Vec<u8>) {
        self.write(Some(data), out);
    }

    /// The same event in the form of [`Event::with_data`]. Its data, if it has any, must be JSON.
    pub fn canonical(&self, out: &mut Vec<u8>) {
        self.write(self.data().as_deref(), out);
    }

    fn write(&self, mut data: Option<&str>, out: &mut Vec<u8>) {
        for line in lines(self.raw) {
            match line.field() {
                Field::Data(_) => write_data(data.take(), out),
                Field::Other | Field::Blank => {}
                Field::Comment | Field::Event(_) | Field::Id(_) | Field::Retry(_) => {
                    if is_plain(line.text) {
                        out.extend_from_slice(line.text);
                        out.extend_from_slice(if line.has_colon() { b"\n" } else { b":\n" });
                    }
                }
            }
        }
        write_data(data, out);
        out.push(b'\n');
    }

    fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        lines(self.raw).map(|line| line.field())
    }
}

#[derive(Clone, Copy)]
enum Field<'a> {
    Blank,
    Comment,
    Data(&'a [u8]),
    Event(&'a [u8]),
    Id(&'a [u8]),
    Retry(&'a [u8]),
    Other,
}

#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a [u8],
    /// LF, CR or CRLF.
    end: &'a [u8],
}

impl<'a> Line<'a> {
    fn field(self) -> Field<'a> {
        let colon = self.text.iter().position(|byte| *byte == b':').unwrap_or(self.text.len());
        let (name, value) = self.text.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"" if self.text.is_empty() => Field::Blank,
            b"" => Field::Comment,
            b"data" => Field::Data(value),
            b"event" => Field::Event(value),
            b"id" => Field::Id(value),
            b"retry" => Field::Retry(value),
            _ => Field::Other,
        }
    }

    fn has_colon(self) -> bool {
        self.text.contains(&b':')
    }
}

fn lines(raw: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = raw;
    iter::from_fn(move || {
        let at = lanes::find(rest, is_line_end)?;
        let (text, tail) = rest.split_at_checked(at)?;
        let (end, after) = tail.split_at_checked(if tail.starts_with(b"\r\n") { 2 } else { 1 })?;
        rest = after;
        Some(Line { text, end })
    })
}

/// Whether all clients take `raw`, a line with its end, for one line.
pub(super) fn is_plain_line(raw: &[u8]) -> bool {
    lines(raw).all(|line| is_plain(line.text))
}

fn is_plain(text: &[u8]) -> bool {
    // Most events are of plain ASCII.
    lanes::find(text, |byte| !matches!(byte, b' '..=b'~' | b'\t')).is_none() || is_plain_utf8(text)
}

fn is_plain_utf8(text: &[u8]) -> bool {
    core::str::from_utf8(text).is_ok_and(|text| !text.contains(is_odd))
}

/// Whether some client ends a line or a text here: what Python's `splitlines` splits at, and the other controls.
fn is_odd(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')
}

fn lossy(value: &[u8]) -> Cow<'_, str> {
    // The strict reader is faster where there is nothing to replace.
    core::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed)
}

fn write_data(data: Option<&str>, out: &mut Vec<u8>) {
    let Some(mut rest) = data else { return };
    out.extend_from_slice(b"data: ");
    while let Some(at) = rest.find(is_odd) {
        let (plain, odd) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut chars = odd.chars();
        match chars.next() {
            // White space between tokens: JSON has no line break inside a string.
            Some('\n' | '\r') => out.push(b' '),
            Some(c) => out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes()),
            None => {}
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'\n');
}
