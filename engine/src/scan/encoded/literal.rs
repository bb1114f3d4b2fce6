//! Characters that are escaped without need in what is JSON, or program text, within another text: `https:\/\/`, `\u002B`.
//!
//! Some writers escape whatever means something in HTML. In a text that is JSON as a whole no such escape is left; but JSON
//! stands in prose and logs as well, or is cut. There a line with such an escape is looked at once more without it.

use alloc::string::String;
use core::ops::Range;

use crate::json::Escapes;
use crate::scan::{Text, trigger::Gram, work::looked};

/// Where a character may be escaped without need.
pub(in crate::scan) const GRAMS: &[Gram] = &[Gram::literal(b"\\/"), Gram::literal(b"\\u00")];

/// How much of a line is decoded at once, and how much of it before the escape at least. Names of members stand before
/// their values.
const AHEAD: usize = 4096;
const BEHIND: usize = 512;

/// A line, or a part of a long one, without its escapes.
#[derive(Debug)]
pub(in crate::scan) struct Unescaped {
    pub(in crate::scan) text: String,
    /// Where it was written.
    start: usize,
    escapes: Escapes,
}

impl Unescaped {
    /// Where a part of it is written.
    pub(in crate::scan) fn written(&self, place: &Range<usize>) -> Range<usize> {
        let written = |at| self.start.saturating_add(self.escapes.written(at));
        written(place.start)..written(place.end)
    }
}

/// Looks at the escape that begins here: hands over the line it stands in; the place to go on from.
pub(in crate::scan) fn look(text: &Text<'_>, at: usize, each: &mut dyn FnMut(&Unescaped)) -> usize {
    let bytes = text.bytes;
    if !is_needless(bytes.get(at..).unwrap_or_default()) || is_escaped(bytes, at) {
        return at.saturating_add(1);
    }
    let start = begin(bytes, at);
    let rest = bytes.get(at..bytes.len().min(at.saturating_add(AHEAD))).unwrap_or_default();
    let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let end = at.saturating_add(length);
    looked(end.saturating_sub(start));
    // At its end a long part may be cut within a character.
    let line =
        bytes.get(start..end).and_then(|line| line.utf8_chunks().next()).map_or("", |line| line.valid());
    each(&unescape(line, start));
    end.max(at.saturating_add(1))
}

/// Whether this begins with the escape of a sign of ASCII that JSON need not escape.
fn is_needless(text: &[u8]) -> bool {
    matches!(text, [b'\\', b'/', ..] | [b'\\', b'u', b'0', b'0', b'2'..=b'7', _, ..])
}

/// Whether the backslash here is itself escaped. Of a very long row of them nobody can tell.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    const ROW_MAX: usize = 64;
    let before = bytes.get(at.saturating_sub(ROW_MAX)..at).unwrap_or_default();
    let row = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    looked(row);
    row % 2 == 1
}

/// Where the line begins; of a long one what may begin a word.
fn begin(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(BEHIND);
    let before = bytes.get(from..at).unwrap_or_default();
    looked(before.len());
    let begins = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b',' | b'{');
    let start = match before.iter().rposition(|byte| *byte == b'\n') {
        Some(line) => line.saturating_add(1),
        None if from == 0 => 0,
        None => before.iter().position(begins).unwrap_or(before.len()),
    };
    from.saturating_add(start)
}

/// A text without its escapes. What is no escape of JSON stays.
fn unescape(written: &str, start: usize) -> Unescaped {
    let mut text = String::with_capacity(written.len());
    let mut escapes = Escapes::default();
    let mut rest = written;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        match unit(escape) {
            Some((char, length)) => {
                text.push(char);
                rest = escape.get(length..).unwrap_or_default();
                escapes.push(text.len(), written.len().saturating_sub(rest.len()));
            }
            None => {
                text.push('\\');
                rest = escape;
            }
        }
    }
    text.push_str(rest);
    Unescaped { text, start, escapes }
}

/// What stands behind a backslash means, and how long it is.
fn unit(escape: &str) -> Option<(char, usize)> {
    let char = match escape.bytes().next()? {
        sign @ (b'"' | b'\\' | b'/') => char::from(sign),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let high = half(escape.get(1..)?)?;
            if let Some(char) = char::from_u32(u32::from(high)) {
                return Some((char, 5));
            }
            let low = half(escape.get(5..)?.strip_prefix("\\u")?)?;
            return Some((char::decode_utf16([high, low]).next()?.ok()?, 11));
        }
        _ => return None,
    };
    Some((char, 1))
}

fn half(digits: &str) -> Option<u16> {
    let digits = digits.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn found(text: &str) -> Vec<(String, Range<usize>)> {
        let text = Text { bytes: text.as_bytes(), key: None };
        let (mut all, mut done) = (Vec::new(), 0);
        for at in 0..text.bytes.len() {
            if done <= at {
                done = look(&text, at, &mut |line| {
                    all.push((line.text.clone(), line.written(&(0..line.text.len()))));
                });
            }
        }
        all
    }

    #[test]
    fn a_line_with_a_needless_escape_is_read_without_its_escapes() {
        let line = r#"log: {"url":"https:\/\/é\u002Bx\"","e":"\u00e9\ud83d\ude00\x41"}"#;
        let read = r#"log: {"url":"https://é+x"","e":"é😀\x41"}"#;
        let found = found(&format!("before\n{line}\nafter"));
        assert_eq!(found, [(String::from(read), 7..7 + line.len())]);
    }

    #[test]
    fn escapes_that_are_needed_are_left_to_others() {
        for text in
            [r"\n \t \u00e9 \u4e2d \\/ \\u002b C:\users \d", r"\", r"\u00", r"\u00\/".get(..5).unwrap()]
        {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn each_place_leads_to_where_it_is_written() {
        let line = r#""a\u002Fb\/c\\d\u00e9e""#;
        let text = Text { bytes: line.as_bytes(), key: None };
        look(&text, 2, &mut |read| {
            assert_eq!(read.text, r#""a/b/c\dée""#);
            let written = |part: &str| {
                let at = read.text.find(part).unwrap();
                line.get(read.written(&(at..at + part.len()))).unwrap()
            };
            for (part, spelled) in [
                ("a", "a"),
                ("/b", r"\u002Fb"),
                ("/c", r"\/c"),
                (r"\", r"\\"),
                ("dé", r"d\u00e9"),
                ("e", "e"),
            ] {
                assert_eq!(written(part), spelled);
            }
        });
    }

    #[test]
    fn of_a_long_line_a_part_is_read_at_a_time() {
        let text = format!("{}{}", "é word".repeat(200), r"\/é".repeat(5000));
        let found = found(&text);
        assert!(found.len() > 2);
        assert!(found.iter().all(|(_, place)| place.len() <= BEHIND + AHEAD));
        assert_eq!(found.last().unwrap().1.end, text.len());
    }
}
