//! Images and links that carry data away: their address has a place for it, or already holds it.

use core::ops::Range;

use super::super::Gram;
use crate::lanes;
use crate::scan::pattern::Bytes;
use crate::scan::words::Words;
use crate::scan::work::looked;

pub(super) const GRAMS: &[Gram] = &[
    // ](http, ](//, ]: http, src=, href=, url(, mailto:
    Gram::literal(b"](ht"),
    Gram::literal(b"](//"),
    Gram::literal(b"]: h"),
    Gram::literal(b"src="),
    Gram::literal(b"href"),
    Gram::literal(b"url("),
    Gram::literal(b"lto:"),
];

const URL_BYTES_MAX: usize = 512;
/// An address that ends before this is judged at once.
const SHORT_BYTES: usize = 128;
const TEXT_BYTES_MAX: usize = 128;
/// How much of an address is taken to be the name of what is to be filled in.
const INSIDE_BYTES_MAX: usize = 64;
/// A value of this length, all letters and digits, is data rather than a setting.
const DATA_BYTES_MIN: usize = 32;

/// What was read of a text for links.
#[derive(Debug, Default)]
pub(super) struct Links {
    ahead: Ahead,
    /// The end of what was found last. What stands inside of it is reported with it.
    done: usize,
}

impl Links {
    /// The image or link whose address is announced here. Rare next to words, so not made part of looking for those.
    #[inline(never)]
    pub(super) fn look(&mut self, text: &[u8], at: usize) -> Option<Range<usize>> {
        if at < self.done {
            return None;
        }
        let found = self.find(text, at)?;
        self.done = found.end;
        Some(found)
    }

    fn find(&mut self, text: &[u8], at: usize) -> Option<Range<usize>> {
        let rest = text.get(at..)?;
        if let Some(url) = rest.strip_prefix(b"](") {
            if is_bare(url) {
                return None;
            }
            let before = text.get(at.saturating_sub(TEXT_BYTES_MAX)..at)?;
            let open = before.iter().rev().position(|byte| *byte == b'[').map(|back| at - 1 - back);
            looked(open.map_or(before.len(), |open| at - open));
            let start = open.unwrap_or(at);
            // An image may be the text of a link; then this address is the link's.
            let inner = text.get(at.wrapping_sub(1)) == Some(&b')');
            let image = !inner && start.checked_sub(1).is_some_and(|before| text.get(before) == Some(&b'!'));
            let url = self.url(text, at + 2, rest.starts_with(b"](//"), image)?;
            let end = if text.get(url.end) == Some(&b')') { url.end + 1 } else { url.end };
            return carries(text.get(url)?, image).then(|| start - usize::from(image)..end);
        }
        if rest.starts_with(b"]: ") {
            let url = self.url(text, at + 3, false, true)?;
            let mut name =
                text.get(..at)?.iter().rev().take(TEXT_BYTES_MAX).take_while(|byte| **byte != b'\n');
            let start = at.checked_sub(1 + name.position(|byte| *byte == b'[')?)?;
            // What the definition is used for stands elsewhere: judged as an image.
            return carries(text.get(url.clone())?, true).then_some(start..url.end);
        }
        if rest.starts_with(b"lto:") {
            let start = at.checked_sub(3).filter(|start| text.get(*start..at) == Some(b"mai"))?;
            let url = self.url(text, start, true, false)?;
            return carries(text.get(url.clone())?, false).then_some(url);
        }
        // What a style loads, it loads as an image is loaded.
        let (name, image) = if rest.starts_with(b"url(") || rest.get(..4)?.eq_ignore_ascii_case(b"src=") {
            (4, true)
        } else {
            (5, false)
        };
        if !image && !rest.get(..5)?.eq_ignore_ascii_case(b"href=") {
            return None;
        }
        let quotes =
            rest.get(name..)?.iter().take(2).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).count();
        let url = self.url(text, at + name + quotes, false, image)?;
        carries(text.get(url.clone())?, image).then_some(at..url.end)
    }

    /// The address that begins here, if it is one of the web or `any` is right, and if it may carry data.
    fn url(&mut self, text: &[u8], from: usize, any: bool, image: bool) -> Option<Range<usize>> {
        let rest = text.get(from..)?;
        if !any && !is_web(rest) || is_plain(rest, image) {
            return None;
        }
        if let Some(end) = ended(text, from..from.saturating_add(SHORT_BYTES).min(text.len())) {
            return Some(from..end);
        }
        // Many long ones may stand in each other: then those without data are not read again from each.
        let most = from..from.saturating_add(URL_BYTES_MAX).min(text.len());
        self.ahead.has_data(text, most.clone()).then(|| from..url_end(text, most))
    }
}

/// The next place for data, or data, in a text, sought once for all addresses that it may be in.
#[derive(Debug, Default)]
struct Ahead {
    from: usize,
    /// Up to here nothing else begins.
    read: usize,
    found: Option<Range<usize>>,
}

impl Ahead {
    /// Whether any is in this part.
    fn has_data(&mut self, text: &[u8], part: Range<usize>) -> bool {
        if !(self.from..=self.read).contains(&part.start) {
            *self = Self { from: part.start, read: part.start, found: None };
        }
        loop {
            match &self.found {
                Some(found) if found.start >= part.start => return found.end <= part.end,
                _ => self.found = None,
            }
            let rest = text.get(self.read..part.end).unwrap_or_default();
            let Some(next) = rest.iter().position(|byte| PLACES.has(*byte) || *byte == b'=') else {
                self.read = self.read.max(part.end);
                return false;
            };
            let at = self.read + next;
            self.read = at + 1;
            self.found = place(text, at).map(|end| at..end);
            if text.get(at) == Some(&b'=') {
                let value = text.get(at + 1..).unwrap_or_default();
                let value = value.get(..DATA_BYTES_MIN).unwrap_or(value);
                let length = value.iter().position(|byte| !DATA.has(*byte)).unwrap_or(value.len());
                if length == DATA_BYTES_MIN {
                    self.found = Some(at..at + 1 + length);
                }
            }
        }
    }
}

/// Asked before anything is read that may be long.
fn is_web(rest: &[u8]) -> bool {
    rest.strip_prefix(b"http").is_some_and(|rest| rest.strip_prefix(b"s").unwrap_or(rest).starts_with(b"://"))
}

/// Whether the address that begins here soon ends and has nothing but small letters, digits and what stands between them:
/// then it carries nothing, whatever it is the address of. Most links of documentation are such.
fn is_bare(rest: &[u8]) -> bool {
    let rest = rest.get(..SHORT_BYTES).unwrap_or(rest);
    let end = lanes::find(rest, |byte| {
        // The digits stand between the slash and the colon.
        (byte.wrapping_sub(b'a') >= 26) & (byte.wrapping_sub(b'-') >= 14) & (byte != b'_') & (byte != b'#')
    });
    looked(end.unwrap_or(rest.len()));
    end.and_then(|end| rest.get(end)) == Some(&b')')
}

/// Whether the address that begins here soon ends and plainly carries nothing, as most do: it has no query, and that
/// of an image nothing that a place for data may begin with.
fn is_plain(rest: &[u8], image: bool) -> bool {
    let rest = rest.get(..SHORT_BYTES).unwrap_or(rest);
    let stop =
        |byte| matches!(byte, 0..=b' ' | b'"' | b'\''..=b')' | b'<'..=b'?' | b'['..=b']' | b'{'..=b'}');
    let Some((url, rest)) = lanes::find(rest, stop).and_then(|end| rest.split_at_checked(end)) else {
        return false;
    };
    looked(url.len());
    matches!(rest, [b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b')' | b'>' | b'\\', ..])
        && !(image && url.iter().any(|byte| PLACES.has(*byte)))
}

/// The end of an address that begins this part and goes no further.
fn url_end(text: &[u8], part: Range<usize>) -> usize {
    let mut end = part.end;
    if let Some(ended) = ended(text, part) {
        return ended;
    }
    while text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    end
}

/// Where an address that begins this part ends in it.
fn ended(text: &[u8], part: Range<usize>) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = part.start;
    loop {
        at += text.get(at..part.end)?.iter().position(|byte| IN_URL.has(*byte))?;
        match text.get(at)? {
            b'{' | b'[' | b'<' | b'(' => depth += 1,
            b'}' | b']' | b'>' | b')' if depth > 0 => depth -= 1,
            // A space inside of a placeholder belongs to it.
            b' ' if depth > 0 => {}
            b'}' | b']' => {}
            _ => return Some(at),
        }
        at += 1;
    }
}

/// What may end an address, and what it may end in.
static IN_URL: Bytes = Bytes::of(b"{[<(}]>)\"'\\ \t\n\r");

/// Whether the address has a place for data. An image loads itself, a link must be followed: less suffices there.
fn carries(url: &[u8], image: bool) -> bool {
    looked(url.len());
    let scheme = [&b"//"[..], b"mailto:"]
        .iter()
        .find_map(|mark| Some(url.windows(mark.len()).position(|here| here == *mark)? + mark.len()));
    let Some(after) = scheme.and_then(|end| url.get(end..)) else { return false };
    let host = after.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(after.len());
    let (host, path) = after.split_at_checked(host).unwrap_or((after, b""));
    let Some(query) = lanes::find(path, |byte| byte == b'?').and_then(|at| path.get(at + 1..)) else {
        return image && (has_place(host) || has_place(path));
    };
    if image && (has_place(host) || has_place(query)) {
        return true;
    }
    query.split(|byte| matches!(byte, b'&' | b';')).any(|pair| {
        // No name that says so is longer.
        let head = pair.get(..TELLING_BYTES_MAX + 1).unwrap_or(pair);
        let Some(name) = head.split(|byte| *byte == b'=').next().filter(|name| TELLING.have(name)) else {
            return false;
        };
        let value = pair.get(name.len() + 1..).unwrap_or_default();
        has_place(value) || (image && is_data(value))
    })
}

const TELLING_BYTES_MAX: usize = 12;
/// Names of parameters that say that somebody's data follows.
static TELLING: Words = Words::new(&[
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
]);

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

/// Whether something is to be filled in.
fn has_place(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(at, byte)| PLACES.has(*byte) && place(value, at).is_some())
}

/// What such a place begins with.
static PLACES: Bytes = Bytes::of(b"{<[(%DSHYICPM");

/// Where the place ends that begins here, with something to be filled in: `{name}`, `${name}`, `<name>`, `[NAME]`,
/// `%7Bname%7D`, `YOUR_DATA`.
fn place(value: &[u8], at: usize) -> Option<usize> {
    let rest = value.get(at..)?;
    let enclosed = |close: u8, min: usize| {
        let inside = rest.get(1..)?;
        let inside = inside.get(..INSIDE_BYTES_MAX).unwrap_or(inside);
        let length = lanes::find(inside, |byte| byte == close).filter(|length| *length >= min)?;
        looked(length);
        inside.iter().take(length).any(u8::is_ascii_alphabetic).then_some(length + 2)
    };
    let length = match rest.first()? {
        b'{' => enclosed(b'}', 1),
        b'<' => enclosed(b'>', 2),
        b'[' => enclosed(b']', 3),
        b'(' if value.get(at.wrapping_sub(1)) == Some(&b'$') => enclosed(b')', 2),
        b'%' => {
            let name = rest.get(3..).filter(|_| is_encoded(rest, b"%7B"))?;
            let length = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')?;
            (length > 0 && is_encoded(name.get(length..)?, b"%7D")).then_some(length + 6)
        }
        _ => SHOUTED.iter().find(|shouted| rest.starts_with(shouted)).map(|shouted| shouted.len()),
    }?;
    Some(at + length)
}

fn is_encoded(rest: &[u8], code: &[u8; 3]) -> bool {
    rest.get(..3).is_some_and(|three| three.eq_ignore_ascii_case(code))
}

/// Letters, digits and the signs of base64, also for URLs, and those that are encoded.
static DATA: Bytes = Bytes::ALNUM.or(&Bytes::of(b"+/=-_%"));

fn is_data(value: &[u8]) -> bool {
    value.len() >= DATA_BYTES_MIN && value.iter().all(|byte| DATA.has(*byte))
}
