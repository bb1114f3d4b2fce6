//! Single characters that are spelled otherwise: `https:\/\/` and `\u002B` in what is JSON within another text, `%40` in URLs,
//! `&#64;` in pages, `\_` in Markdown that was made of pages, full width in Japanese.
//!
//! Each is honest and takes a value its form: a key with one such character in it is no key to a detector. So a line in
//! which a sign is spelled that values are made of is looked at once more, in plain spelling.

use alloc::string::String;
use core::ops::Range;

use crate::json::Escapes;
use crate::scan::trigger::{Gram, Set};
use crate::scan::{Text, work::looked};
use crate::spelling::{self, Escaped};

const WORD: Set = Set::LETTER.or(Set::DIGIT);
const HEX: Set = Set::of(b"0123456789abcdef");
const SIGN: Set = Set::of(b"_-.+@=");
const SLASH: Set = Set::of(b"\\");
/// The last byte of a digit of full width, and of the sign of addresses.
const WIDE: Set = Set::of(b"\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\xA0");
/// That of the signs of full width that may stand between letters of ASCII: `＋－．／：＝＿`.
const WIDE_SIGN: Set = Set::of(b"\x8B\x8D\x8E\x8F\x9A\x9D\xBF");

/// Where a sign may be spelled otherwise. Of two that show in the same four bytes the place of the first must not be behind
/// that of the second.
pub(in crate::scan) const GRAMS: &[Gram] = &[
    Gram::literal(b"\\/"),
    Gram::literal(b"\\u00"),
    Gram::of([WORD, SLASH, SIGN, WORD], 1).with(1, b'\\'),
    // %40, %2B
    Gram::of([Set::of(b"%"), Set::DIGIT, HEX, Set::ANY], 0).with(0, b'%'),
    // &#64; &#x40;
    Gram::of([Set::of(b"&"), Set::of(b"#"), Set::of(b"0x"), HEX], 0).with(0, b'&').with(1, b'#'),
    Gram::literal(b"&nbs"),
    Gram::literal(b"&col"),
    Gram::literal(b"&com"),
    Gram::literal(b"&equ"),
    Gram::literal(b"&hyp"),
    Gram::literal(b"&low"),
    Gram::literal(b"&per"),
    Gram::literal(b"&plu"),
    Gram::literal(b"&sol"),
    Gram::of([Set::of(b"\xEF"), Set::of(b"\xBC"), WIDE, Set::ANY], 0).with(0, 0xEF).with(1, 0xBC),
    Gram::of([WORD, Set::of(b"\xEF"), Set::of(b"\xBC"), WIDE_SIGN], 1).with(1, 0xEF).with(2, 0xBC),
];

/// How much of a line is read at once, and how much of it before the sign. Names of members stand before their values, and
/// so much of a value is not cut in two.
const AHEAD: usize = 4096;
const BEHIND: usize = 512;

/// A line, or a part of a long one, in plain spelling.
#[derive(Debug)]
pub(in crate::scan) struct Plain {
    pub(in crate::scan) text: String,
    /// Where it was written.
    start: usize,
    escapes: Escapes,
}

impl Plain {
    /// Where a part of it is written.
    pub(in crate::scan) fn written(&self, place: &Range<usize>) -> Range<usize> {
        let written = |at| self.start.saturating_add(self.escapes.written(at));
        written(place.start)..written(place.end)
    }
}

/// Looks at the sign that is spelled here: hands over the line it stands in; the place to go on from.
pub(in crate::scan) fn look(text: &Text<'_>, at: usize, each: &mut dyn FnMut(&Plain)) -> usize {
    let bytes = text.bytes;
    if !hides(bytes, at) {
        return at.saturating_add(1);
    }
    let start = begin(bytes, at);
    let rest = bytes.get(at..).unwrap_or_default();
    let part = rest.get(..AHEAD).unwrap_or(rest);
    let line = part.iter().position(|byte| *byte == b'\n');
    let is_cut = line.is_none() && part.len() < rest.len();
    let end = at.saturating_add(line.unwrap_or(part.len()));
    looked(end.saturating_sub(start));
    // A long part may be cut within a character.
    let line =
        bytes.get(start..end).and_then(|line| line.utf8_chunks().next()).map_or("", |line| line.valid());
    each(&plain(line, start));
    // What begins near the end of a part may go on behind it.
    end.saturating_sub(if is_cut { BEHIND } else { 0 }).max(at.saturating_add(1))
}

/// Whether a sign is spelled here that may be in the middle of a value, and that nothing asks to be spelled so.
fn hides(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
    match bytes.get(at..).unwrap_or_default() {
        [b'\\', b'/', ..] | [b'\\', b'u', b'0', b'0', b'2'..=b'7', _, ..] => !is_escaped(bytes, at),
        [b'\\', sign, next, ..] => {
            matches!(sign, b'_' | b'-' | b'.' | b'+' | b'@' | b'=')
                && before.is_ascii_alphanumeric()
                && next.is_ascii_alphanumeric()
        }
        rest @ ([b'%', ..] | [b'&', ..]) => {
            let Some((sign, length)) = one(rest) else { return false };
            let next = rest.get(length).copied().unwrap_or(b' ');
            match sign {
                '@' | '.' | '-' | '+' | ':' | '/' | '_' | '=' => {
                    next.is_ascii_alphanumeric() || matches!(next, b'%' | b'&' | b'_' | b'-')
                }
                // Digits seem to go on with those of a percent sign.
                ' ' | '\u{a0}' | '\n' | '\t' => {
                    (before.is_ascii_digit() || rest.first() == Some(&b'%'))
                        && (next.is_ascii_digit() || next == b'(')
                }
                _ => false,
            }
        }
        [0xEF, 0xBC, 0x90..=0x99 | 0xA0, ..] => true,
        [0xEF, 0xBC, 0x8B | 0x8D..=0x8F | 0x9A | 0x9D | 0xBF, next, ..] => {
            before.is_ascii_alphanumeric() && next.is_ascii_alphanumeric()
        }
        _ => false,
    }
}

/// Whether the backslash here is itself escaped. Of a very long row of them nobody can tell.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    const ROW_MAX: usize = 64;
    let before = bytes.get(at.saturating_sub(ROW_MAX)..at).unwrap_or_default();
    let row = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    looked(row);
    row % 2 == 1
}

/// Where the line begins; of a long one what may begin a word, far enough before the sign, or at least a character.
fn begin(bytes: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(BEHIND);
    let before = bytes.get(from..at).unwrap_or_default();
    looked(before.len());
    let begins = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b',' | b'{' | b'&');
    let is_boundary = |byte: &u8| byte & 0xC0 != 0x80;
    let start = match before.iter().rposition(|byte| *byte == b'\n') {
        Some(line) => line.saturating_add(1),
        None if from == 0 => 0,
        None => {
            let word = before.iter().take(BEHIND / 2).position(begins);
            word.or_else(|| before.iter().position(is_boundary)).unwrap_or_default()
        }
    };
    from.saturating_add(start)
}

/// A text in plain spelling.
fn plain(written: &str, start: usize) -> Plain {
    let mut text = String::with_capacity(written.len());
    let mut escapes = Escapes::default();
    let mut rest = written;
    let may_begin = |char| matches!(char, '\\' | '%' | '&' | '\u{3000}' | '\u{ff01}'..='\u{ff5e}');
    while let Some((before, found)) = rest.find(may_begin).and_then(|at| rest.split_at_checked(at)) {
        text.push_str(before);
        let mut chars = found.chars();
        let itself = chars.next().unwrap_or_default();
        match one(found.as_bytes()).and_then(|(char, length)| Some((char, found.get(length..)?))) {
            Some((char, behind)) => {
                text.push(char);
                rest = behind;
                escapes.push(text.len(), written.len().saturating_sub(rest.len()));
            }
            None => {
                text.push(itself);
                rest = chars.as_str();
            }
        }
    }
    text.push_str(rest);
    Plain { text, start, escapes }
}

/// The character that is spelled here, and how long it is.
fn one(rest: &[u8]) -> Option<(char, usize)> {
    match rest {
        [b'\\', b'u', ..] => spelling::utf16(rest),
        [b'\\', sign, ..] => backslash(*sign).map(|char| (char, 2)),
        [b'%', ..] => match spelling::percent(rest)? {
            (Escaped::Byte(byte @ (b'\t' | b'\n' | b'\r' | b' '..=b'~')), length) => {
                Some((char::from(byte), length))
            }
            _ => None,
        },
        [b'&', ..] => match spelling::reference(rest)? {
            (Escaped::Char(char), length) => {
                (!char.is_control() || matches!(char, '\t' | '\n' | '\r')).then_some((char, length))
            }
            (Escaped::Byte(_), _) => None,
        },
        [0xE3, 0x80, 0x80, ..] => Some((' ', 3)),
        // Of full width are all signs of ASCII, in its order.
        [0xEF, 0xBC, last @ 0x81..=0xBF, ..] => Some((char::from(last.wrapping_sub(0x60)), 3)),
        [0xEF, 0xBD, last @ 0x80..=0x9E, ..] => Some((char::from(last.wrapping_sub(0x20)), 3)),
        _ => None,
    }
}

/// What a sign behind a backslash means: in JSON, and in Markdown.
fn backslash(sign: u8) -> Option<char> {
    Some(match sign {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        sign if sign.is_ascii_punctuation() => char::from(sign),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use super::*;
    use crate::scan::trigger::Trigger;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// What is read, and where it stands, as asked at the grams only; asked everywhere it must be the same.
    fn found(text: &str) -> Vec<(String, Range<usize>)> {
        let text = Text { bytes: text.as_bytes(), key: None };
        let (mut all, mut everywhere) = (Vec::new(), Vec::new());
        let ask = |at, done: &mut usize, all: &mut Vec<_>| {
            if *done <= at {
                *done = look(&text, at, &mut |line| {
                    all.push((line.text.clone(), line.written(&(0..line.text.len()))));
                });
            }
        };
        let grams: Vec<_> = GRAMS.iter().map(|gram| (0, *gram)).collect();
        let mut done = 0;
        Trigger::new(&grams).unwrap().each(text.bytes, |_, at| ask(at, &mut done, &mut all));
        let mut done = 0;
        (0..text.bytes.len()).for_each(|at| ask(at, &mut done, &mut everywhere));
        assert_eq!(all, everywhere);
        all
    }

    #[test]
    fn a_line_with_a_sign_spelled_otherwise_is_read_in_plain_spelling() {
        for (line, read) in [
            (
                r#"log: {"url":"https:\/\/é\u002Bx\"","e":"\u00e9\ud83d\ude00\x41"}"#,
                r#"log: {"url":"https://é+x"","e":"é😀\x41"}"#,
            ),
            ("ada%40acme.example %20 100%", "ada@acme.example   100%"),
            ("postgres%3A%2F%2Fa%3Ab%40c %C3%A9", "postgres://a:b@c %C3%A9"),
            ("tel:%2B14155552671", "tel:+14155552671"),
            ("Card%204111 a%0Ab", "Card 4111 a\nb"),
            ("ada&#64;acme&#xA;b", "ada@acme\nb"),
            ("ada&#64;acme &amp; b&#x40;c", "ada@acme & b@c"),
            ("ada&commat;acme&period;example", "ada@acme.example"),
            ("4111&nbsp;1111%202222", "4111 1111 2222"),
            (r"sk\_live\_1 \* \d", r"sk_live_1 * \d"),
            ("０３－１２３４　５６７８", "03-1234 5678"),
            ("ada＠ａｃｍｅ．ｅｘ", "ada@acme.ex"),
            ("03－1234－5678", "03-1234-5678"),
        ] {
            let found = found(&format!("before\n{line}\nafter"));
            assert_eq!(found, [(String::from(read), 7..7 + line.len())]);
        }
    }

    #[test]
    fn spellings_that_hide_nothing_are_left_alone() {
        for text in [
            r"\n \t \u00e9 \u4e2d \\/ \\u002b C:\users \d",
            "\\",
            r"\u00",
            "50% of 20 %d %20 a%20b don&#39;t a &amp; b&lt;c &nbsp; a&nbsp;b",
            r"\_a a\_ \*b\*",
            "全角カナ！ a：全 全．b",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn each_place_leads_to_where_it_is_written() {
        let line = r#""a\u002Fb\/c\\d\u00e9e%40f＠g""#;
        let text = Text { bytes: line.as_bytes(), key: None };
        look(&text, 2, &mut |read| {
            assert_eq!(read.text, r#""a/b/c\dée@f@g""#);
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
                ("e@f", "e%40f"),
                ("f@g", "f＠g"),
            ] {
                assert_eq!(written(part), spelled);
            }
        });
    }

    #[test]
    fn no_value_is_cut_where_a_part_of_a_long_line_begins_or_ends() {
        let value = "ada%40acme.example";
        for filler in ["page=seven&", "harbour.garden-", "a", "日本語", "word "] {
            let before = filler.repeat(1 + 2 * BEHIND / filler.len());
            let parts = found(&format!("{before}{value}"));
            assert!(parts.iter().any(|(part, _)| part.ends_with("ada@acme.example")), "{filler}");
            let parts = found(&format!("{before}key {value}"));
            assert!(parts.iter().any(|(part, _)| part.ends_with("key ada@acme.example")), "{filler}");
            for cut in 0..value.len() {
                let words = "a ".repeat(AHEAD);
                let before = words.get(..AHEAD - r"\/".len() - cut).unwrap();
                let parts = found(&format!(r"{words}\/{before}{value} {words}"));
                assert!(parts.iter().any(|(part, _)| part.contains("ada@acme.example ")), "{cut}");
            }
        }
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
