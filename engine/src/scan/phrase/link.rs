//! Images and links that carry data away: their address has a place for it, or already holds it.

use core::ops::Range;

use super::super::{Gram, Set};

pub(super) const GRAMS: &[Gram] = &[
    // ](http, ](//, ]: http, src=, href=, url(, mailto:
    Gram::of([Set::of(b"]"), Set::of(b"("), Set::of(b"h"), Set::of(b"t")], 0),
    Gram::literal(b"](//"),
    Gram::of([Set::of(b"]"), Set::of(b":"), Set::of(b" "), Set::of(b"h")], 0),
    Gram::literal(b"src="),
    Gram::literal(b"href"),
    Gram::literal(b"url("),
    Gram::literal(b"lto:"),
];

const URL_BYTES_MAX: usize = 512;
const TEXT_BYTES_MAX: usize = 128;
/// A value of this length, all letters and digits, is data rather than a setting.
const DATA_BYTES_MIN: usize = 32;

/// The image or link whose address is announced here.
pub(super) fn look(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    if rest.starts_with(b"](") {
        if !is_web(rest.get(2..)?) && !rest.starts_with(b"](//") {
            return None;
        }
        let url = at + 2..url_end(text, at + 2);
        let open = text
            .get(..at)?
            .iter()
            .rev()
            .take(TEXT_BYTES_MAX)
            .position(|byte| *byte == b'[')
            .map(|back| at - 1 - back);
        let start = open.unwrap_or(at);
        // An image may be the text of a link; then this address is the link's.
        let inner = text.get(at.wrapping_sub(1)) == Some(&b')');
        let image = !inner && start.checked_sub(1).is_some_and(|before| text.get(before) == Some(&b'!'));
        let end = if text.get(url.end) == Some(&b')') { url.end + 1 } else { url.end };
        return carries(text.get(url)?, image).then(|| start - usize::from(image)..end);
    }
    if rest.starts_with(b"]: ") {
        if !is_web(rest.get(3..)?) {
            return None;
        }
        let url = at + 3..url_end(text, at + 3);
        let mut name = text.get(..at)?.iter().rev().take(TEXT_BYTES_MAX).take_while(|byte| **byte != b'\n');
        let start = at.checked_sub(1 + name.position(|byte| *byte == b'[')?)?;
        // What the definition is used for stands elsewhere: judged as an image.
        return carries(text.get(url.clone())?, true).then_some(start..url.end);
    }
    if rest.starts_with(b"lto:") {
        let start = at.checked_sub(3).filter(|start| text.get(*start..at) == Some(b"mai"))?;
        let url = start..url_end(text, start);
        return carries(text.get(url.clone())?, false).then_some(url);
    }
    if rest.starts_with(b"url(") {
        return in_style(text, at);
    }
    let (name, image) = if rest.get(..4)?.eq_ignore_ascii_case(b"src=") { (4, true) } else { (5, false) };
    if !image && !rest.get(..5)?.eq_ignore_ascii_case(b"href=") {
        return None;
    }
    let quotes =
        rest.get(name..)?.iter().take(2).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).count();
    let from = at + name + quotes;
    if !is_web(text.get(from..)?) {
        return None;
    }
    let url = from..url_end(text, from);
    carries(text.get(url.clone())?, image).then_some(at..url.end)
}

/// What a style loads, it loads as an image is loaded.
fn in_style(text: &[u8], at: usize) -> Option<Range<usize>> {
    let quotes =
        text.get(at + 4..)?.iter().take(2).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).count();
    let from = at + 4 + quotes;
    if !is_web(text.get(from..)?) {
        return None;
    }
    let url = from..url_end(text, from);
    carries(text.get(url.clone())?, true).then_some(at..url.end)
}

/// Asked before anything is read that may be long.
fn is_web(rest: &[u8]) -> bool {
    rest.strip_prefix(b"http").is_some_and(|rest| rest.strip_prefix(b"s").unwrap_or(rest).starts_with(b"://"))
}

fn url_end(text: &[u8], from: usize) -> usize {
    let limit = from.saturating_add(URL_BYTES_MAX).min(text.len());
    let mut depth = 0_usize;
    for at in from..limit {
        match text.get(at) {
            Some(b'{' | b'[' | b'<' | b'(') => depth += 1,
            Some(b'}' | b']' | b'>' | b')') if depth > 0 => depth -= 1,
            // A space inside of a placeholder belongs to it.
            Some(b' ') if depth > 0 => {}
            Some(b')' | b'"' | b'\'' | b'>' | b'\\' | b' ' | b'\t' | b'\n' | b'\r') => return at,
            _ => {}
        }
    }
    let mut end = limit;
    while text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    end
}

/// Whether the address has a place for data. An image loads itself, a link must be followed: less suffices there.
fn carries(url: &[u8], image: bool) -> bool {
    let scheme = [&b"//"[..], b"mailto:"]
        .iter()
        .find_map(|mark| Some(url.windows(mark.len()).position(|here| here == *mark)? + mark.len()));
    let Some(after) = scheme.and_then(|end| url.get(end..)) else { return false };
    let host = after.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(after.len());
    let (host, path) = after.split_at_checked(host).unwrap_or((after, b""));
    let Some(query) = path.iter().position(|byte| *byte == b'?').and_then(|at| path.get(at + 1..)) else {
        return image && (has_place(host) || has_place(path));
    };
    if image && (has_place(host) || has_place(query)) {
        return true;
    }
    query.split(|byte| matches!(byte, b'&' | b';')).any(|pair| {
        let cut = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at_checked(cut).unwrap_or((pair, b""));
        let value = value.get(1..).unwrap_or_default();
        let telling = TELLING.iter().any(|telling| name.eq_ignore_ascii_case(telling));
        telling && (has_place(value) || (image && is_data(value)))
    })
}

/// Names of parameters that say that somebody's data follows.
const TELLING: &[&[u8]] = &[
    b"d",
    b"data",
    b"q",
    b"payload",
    b"exfil",
    b"leak",
    b"secret",
    b"secrets",
    b"content",
    b"text",
    b"msg",
    b"message",
    b"conversation",
    b"history",
    b"chat",
    b"info",
    b"token",
    b"key",
    b"password",
    b"cookie",
    b"cookies",
    b"prompt",
    b"context",
    b"summary",
    b"c",
    b"s",
    b"p",
    b"x",
    b"log",
    b"body",
    b"email",
    b"user",
    b"userdata",
    b"memory",
];

/// What is written in capitals where something is to be filled in.
const SHOUTED: &[&[u8]] = &[
    b"DATA",
    b"SECRET",
    b"HERE",
    b"YOUR_",
    b"INSERT",
    b"CONTENT",
    b"HISTORY",
    b"CONVERSATION",
    b"PASSWORD",
    b"PROMPT",
    b"MESSAGE",
    b"SUMMARY",
];

/// Whether something is to be filled in: `{name}`, `${name}`, `<name>`, `[NAME]`, `%7Bname%7D`, `YOUR_DATA`.
fn has_place(value: &[u8]) -> bool {
    let opened = value.iter().enumerate().any(|(at, byte)| {
        let (close, min) = match byte {
            b'{' => (b'}', 1),
            b'<' => (b'>', 2),
            b'[' => (b']', 3),
            b'(' if value.get(at.wrapping_sub(1)) == Some(&b'$') => (b')', 2),
            _ => return false,
        };
        let inside = value.get(at + 1..).unwrap_or_default();
        let len = inside.iter().take(64).position(|byte| *byte == close);
        len.is_some_and(|len| len >= min && inside.iter().take(len).any(u8::is_ascii_alphabetic))
    });
    let encoded = value.windows(3).position(|three| three.eq_ignore_ascii_case(b"%7B"));
    let closed = encoded.and_then(|at| {
        let inside = value.get(at + 3..)?;
        let len = inside.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')?;
        Some(len > 0 && inside.get(len..len + 3)?.eq_ignore_ascii_case(b"%7D"))
    });
    let shouted = value
        .split(|byte| !byte.is_ascii_uppercase() && *byte != b'_')
        .filter(|word| word.len() >= 4)
        .any(|word| SHOUTED.iter().any(|shouted| word.windows(shouted.len()).any(|part| part == *shouted)));
    opened || closed == Some(true) || shouted
}

fn is_data(value: &[u8]) -> bool {
    value.len() >= DATA_BYTES_MIN
        && value.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'%')
        })
}
