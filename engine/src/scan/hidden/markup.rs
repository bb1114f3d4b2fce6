//! What HTML and Markdown do not show: comments, elements that a style hides.
//!
//! Documentation is full of comments for its authors, and pages of elements that their programs show when it is time,
//! so these count only if they speak to a model. An element without a name that a program could find it by is never
//! shown; there any prose counts.

use core::ops::Range;

use crate::lanes;
use crate::scan::pattern::Bytes;
use crate::scan::secret::run;
use crate::scan::words::Words;
use crate::scan::work::looked;
use crate::scan::{Findings, Kind};

/// How far the end of a comment or element is looked for; what goes on beyond is taken to end there.
const CONTENT_BYTES: usize = 16 << 10;
/// How long a tag may be.
const TAG_BYTES: usize = 512;
/// How long the value of an attribute without quotes may be.
const BARE_BYTES: usize = 64;
/// How much of an element is looked at to see whether it is prose.
const SAMPLE_BYTES: usize = 512;
/// How many more elements that are hidden are looked at with the one that they are in.
const HIDDEN_MAX: usize = 4;
/// Fewer words than this are a label, not prose.
const WORDS: usize = 5;

/// How the labels begin of link definitions that are used as comments.
pub(super) const LABELS: [&[u8; 2]; 5] = [b"//", b"co", b"hi", b"no", b"me"];

/// An HTML comment that begins here; its end, whatever it holds.
pub(super) fn comment(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    let content = bytes.get(at..)?.strip_prefix(b"<!--")?;
    let content = content.get(..CONTENT_BYTES.min(content.len()))?;
    // A comment cannot hold the start of another; stopping there keeps many unclosed ones cheap.
    let length = content.windows(4).position(|four| four.starts_with(b"-->") || four == b"<!--");
    let length =
        length.unwrap_or_else(|| content.len().saturating_sub(if content.ends_with(b"-->") { 3 } else { 0 }));
    looked(length);
    let inner = content.get(..length)?;
    if !to_a_model(inner) {
        return None;
    }
    let closed = content.get(length..).is_some_and(|rest| rest.starts_with(b"-->"));
    let end = at.saturating_add(4).saturating_add(length).saturating_add(if closed { 3 } else { 0 });
    found.report(Kind::Markup, at..end);
    Some(end)
}

/// A Markdown link definition that is used as a comment, `[//]: # (…)`; its end.
pub(super) fn definition(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    if at.checked_sub(1).is_some_and(|last| !matches!(bytes.get(last), Some(b'\n' | b'\r' | b' '))) {
        return None;
    }
    let rest = bytes.get(at.saturating_add(1)..)?;
    let label = rest.iter().take(40).position(|byte| *byte == b']')?;
    let rest = rest.get(label.saturating_add(1)..)?.strip_prefix(b":")?.trim_ascii_start();
    let target = [b"#".as_slice(), b"<>", b"<#>"].into_iter().find_map(|target| rest.strip_prefix(target))?;
    let open = target.trim_ascii_start();
    let close = match open.first()? {
        b'(' => b')',
        quote @ (b'"' | b'\'') => *quote,
        _ => return None,
    };
    let begin = bytes.len().saturating_sub(open.len());
    // To its end at the end of a line, or to the next of its kind, so that many unclosed ones are cheap; lacking both,
    // to the end of its first line.
    let open = open.get(..CONTENT_BYTES.min(open.len()))?;
    let length = match open.iter().enumerate().find_map(|(at, byte)| ends(open.get(at..)?, *byte, close)) {
        Some(rest) => open.len().saturating_sub(rest),
        None if open.trim_ascii_end().last() == Some(&close) => open.trim_ascii_end().len(),
        None => open.iter().position(|byte| *byte == b'\n').unwrap_or(open.len()),
    };
    looked(length);
    let content = open.get(..length)?;
    if !to_a_model(content) {
        return None;
    }
    let end = begin.saturating_add(content.len());
    found.report(Kind::Markup, at..end);
    Some(end)
}

/// Whether a link definition ends here, behind the quote or bracket that closes it or before another one; how much is
/// left of the text then.
fn ends(here: &[u8], byte: u8, close: u8) -> Option<usize> {
    let rest = here.get(1..)?;
    if byte == close && matches!(rest, [b'\n' | b'\r', ..]) {
        Some(rest.len())
    } else if byte == b'\n'
        && LABELS.iter().any(|label| {
            rest.strip_prefix(b"[")
                .is_some_and(|rest| rest.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(*label)))
        })
    {
        Some(here.len())
    } else {
        None
    }
}

/// An attribute, `style` or `hidden`, that hides an element with prose in it; the end of the element.
pub(super) fn attribute(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    hides(bytes, at).filter(|hides| *hides)?;
    let (start, name) = tag(bytes, at)?;
    let tag_end = tag_end(bytes, at)?;
    if let Some(end) = hidden(bytes, start..tag_end, name, at) {
        found.report(Kind::Markup, start..end);
        return Some(end);
    }
    // What hides more in the same tag says the same; only characters may be hidden in the tag itself.
    let rest = bytes.get(at..tag_end)?;
    let other = find(rest, |byte| matches!(byte, b'<' | b'[' | 0x80..)).unwrap_or(rest.len());
    Some(at.saturating_add(other))
}

/// The end of the element of this tag and name, if it has prose in it and the attribute at this place hides it first.
fn hidden(bytes: &[u8], place: Range<usize>, name: &[u8], at: usize) -> Option<usize> {
    let (start, tag_end) = (place.start, place.end);
    if VOID.have(name) {
        return None;
    }
    // What was said before in the same tag says the same.
    let mut earlier = start.max(tag_end.saturating_sub(TAG_BYTES))..at;
    if earlier.any(|at| hides(bytes, at) == Some(true) && tag(bytes, at).is_some()) {
        return None;
    }
    let content = bytes.get(tag_end..tag_end.saturating_add(CONTENT_BYTES).min(bytes.len()))?;
    let sample = content.get(..SAMPLE_BYTES.min(content.len()))?;
    // What is hidden in it again and again speaks for itself.
    let sample = sample.get(..hidden_again(sample).unwrap_or(sample.len()))?;
    let speaks = prose(sample, name)
        && (!named(bytes.get(place)?) || to_a_model(sample.get(..text_end(sample, name))?));
    speaks.then_some(())?;
    let close = closing(content, name).unwrap_or(content.len());
    let mut end = tag_end.saturating_add(close);
    if let Some(angle) =
        content.get(close..).and_then(|rest| rest.iter().take(TAG_BYTES).position(|byte| *byte == b'>'))
    {
        end = end.saturating_add(angle).saturating_add(1);
    }
    while end < bytes.len() && bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end = end.saturating_add(1);
    }
    Some(end)
}

/// Where the last of so many tags begins with an attribute that hides its element.
fn hidden_again(content: &[u8]) -> Option<usize> {
    // Behind the last tag, and how many were counted.
    let (mut behind, mut tags) = (0_usize, 0_usize);
    for (at, byte) in content.iter().enumerate() {
        if at < behind || !matches!(byte, b's' | b'S' | b'h' | b'H') || hides(content, at) != Some(true) {
            continue;
        }
        let Some((start, name)) = tag(content, at) else { continue };
        behind = tag_end(content, at).unwrap_or(at);
        tags = tags.saturating_add(usize::from(!VOID.have(name)));
        if tags == HIDDEN_MAX {
            looked(at);
            return Some(start);
        }
    }
    looked(content.len());
    None
}

/// Whether an attribute stands here that hides its element.
fn hides(bytes: &[u8], at: usize) -> Option<bool> {
    let rest = bytes.get(at..)?;
    if !matches!(rest.first()?, b's' | b'S' | b'h' | b'H')
        || !matches!(bytes.get(at.checked_sub(1)?)?, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'/')
    {
        return None;
    }
    Some(if rest.get(..5)?.eq_ignore_ascii_case(b"style") {
        invisible(value(rest.get(5..)?)?)
    } else {
        rest.get(..6)?.eq_ignore_ascii_case(b"hidden")
            && matches!(rest.get(6)?, b' ' | b'>' | b'=' | b'\n' | b'\t' | b'/')
    })
}

/// Whether a tag has an attribute by which a page's program or style finds its element.
fn named(tag: &[u8]) -> bool {
    let names = [b" id=".as_slice(), b" class=", b" data-", b" aria-", b" on", b" role=", b" name="];
    tag.windows(7).any(|window| names.iter().any(|name| window.starts_with(name)))
}

/// The value of an attribute, from after its name.
fn value(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.get(..TAG_BYTES.min(rest.len()))?;
    let (quote, inner) = rest.split_first()?;
    match quote {
        b'"' | b'\'' => inner.get(..find(inner, |byte| byte == *quote)?),
        _ => {
            let rest = rest.get(..BARE_BYTES.min(rest.len()))?;
            rest.get(..rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>')?)
        }
    }
}

/// Whether a style shows nothing of its element.
fn invisible(style: &[u8]) -> bool {
    let (mut colour, mut ground) = (None, None);
    for part in style.split(|byte| *byte == b';') {
        let mut halves = part.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (halves.next(), halves.next()) else { continue };
        let (name, value) = (name.trim_ascii(), value.trim_ascii());
        let value = value.split(|byte| *byte == b'!').next().unwrap_or_default().trim_ascii_end();
        let is = |word: &[u8]| value.eq_ignore_ascii_case(word);
        let property = |word: &[u8]| name.eq_ignore_ascii_case(word);
        let nothing = || matches!(number(value), Some(size) if size < 2);
        let hides = if property(b"display") {
            is(b"none")
        } else if property(b"visibility") {
            is(b"hidden") || is(b"collapse")
        } else if property(b"font-size") {
            nothing() && !value.contains(&b'.') && !value.ends_with(b"em") && !value.ends_with(b"%")
                || number(value) == Some(0) && !value.contains(&b'.')
        } else if property(b"opacity") {
            value.iter().all(|byte| matches!(byte, b'0' | b'.' | b'%')) && !value.is_empty()
        } else if property(b"left")
            || property(b"top")
            || property(b"text-indent")
            || property(b"margin-left")
        {
            value.first() == Some(&b'-')
                && value.get(1..).and_then(number).is_some_and(|distance| distance >= 999)
        } else {
            if property(b"color") {
                colour = Some(value);
            } else if property(b"background") || property(b"background-color") {
                ground = Some(value);
            }
            property(b"color") && is(b"transparent")
        };
        if hides {
            return true;
        }
    }
    matches!((colour, ground), (Some(colour), Some(ground)) if colour.eq_ignore_ascii_case(ground))
}

/// The number that a value begins with, without its fraction.
fn number(value: &[u8]) -> Option<u32> {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.take(6).fold(None, |sum: Option<u32>, digit| {
        Some(sum.unwrap_or(0).saturating_mul(10).saturating_add(u32::from(digit.wrapping_sub(b'0'))))
    });
    // `.5` and the like.
    number.or((value.first() == Some(&b'.')).then_some(1))
}

/// Where the tag begins that this place is inside of, outside quotes, and the name of its element.
fn tag(bytes: &[u8], at: usize) -> Option<(usize, &[u8])> {
    let from = at.saturating_sub(TAG_BYTES);
    let head = bytes.get(from..at)?;
    let (mut double, mut single) = (true, true);
    let mut end = head.len();
    let offset = loop {
        let offset = lanes::find_last(head.get(..end)?, |byte| matches!(byte, b'<' | b'>' | b'"' | b'\''))?;
        looked(end.saturating_sub(offset));
        match head.get(offset)? {
            b'"' => double = !double,
            b'\'' => single = !single,
            b'<' if double && single => break offset,
            _ => return None,
        }
        end = offset;
    };
    let inside = head.get(offset.saturating_add(1)..)?;
    let name = inside.get(..inside.iter().position(|byte| !byte.is_ascii_alphanumeric())?)?;
    (!name.is_empty()).then_some((from.saturating_add(offset), name))
}

/// Elements that have no text to be shown.
static VOID: Words =
    Words::new(&[b"input", b"img", b"br", b"hr", b"meta", b"link", b"source", b"script", b"style"]);

/// The place after the tag that this place is inside of.
fn tag_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let rest = rest.get(..TAG_BYTES.min(rest.len()))?;
    let mut here = 0_usize;
    loop {
        here = here.saturating_add(find(rest.get(here..)?, |byte| matches!(byte, b'"' | b'\'' | b'>'))?);
        let sign = *rest.get(here)?;
        here = here.saturating_add(1);
        if sign == b'>' {
            return Some(at.saturating_add(here));
        }
        here = here.saturating_add(find(rest.get(here..)?, |byte| byte == sign)?).saturating_add(1);
    }
}

fn find(bytes: &[u8], is_sought: impl Fn(u8) -> bool) -> Option<usize> {
    let found = lanes::find(bytes, is_sought);
    looked(found.unwrap_or(bytes.len()));
    found
}

/// Where the element of this name is closed.
fn closing(content: &[u8], name: &[u8]) -> Option<usize> {
    angles(content).find(|at| closes(content, *at, name))
}

/// Where the text of an element ends: where it is closed, or where a program begins, which is no prose.
fn text_end(content: &[u8], name: &[u8]) -> usize {
    angles(content).find(|at| ends_text(content, *at, name)).unwrap_or(content.len())
}

fn angles(content: &[u8]) -> impl Iterator<Item = usize> {
    let mut last = 0;
    content.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(move |(at, _)| {
        looked(at.saturating_sub(last));
        last = at;
        at
    })
}

/// Whether the `<` at this place closes the element of this name.
fn closes(content: &[u8], at: usize, name: &[u8]) -> bool {
    let rest = content.get(at..).and_then(|rest| rest.strip_prefix(b"</"));
    rest.and_then(|rest| rest.get(..name.len())).is_some_and(|end| end.eq_ignore_ascii_case(name))
}

fn ends_text(content: &[u8], at: usize, name: &[u8]) -> bool {
    match content.get(at.saturating_add(1)) {
        Some(b'/') => closes(content, at, name),
        Some(b's' | b'S') => {
            let tag = content.get(at..).and_then(|rest| rest.get(..7)).unwrap_or_default();
            tag.eq_ignore_ascii_case(b"<script") || tag.eq_ignore_ascii_case(b"<style ")
        }
        _ => false,
    }
}

/// Whether the text of the element of this name is more than a label: so many words outside of tags.
fn prose(content: &[u8], name: &[u8]) -> bool {
    let (mut words, mut tag, mut at) = (0_usize, false, 0_usize);
    loop {
        // What begins in a tag or as one is no word, up to a blank outside of tags.
        if tag || content.get(at) == Some(&b'<') {
            loop {
                at = if tag {
                    run(content, at, usize::MAX, |byte| byte != b'<' && byte != b'>')
                } else {
                    run(content, at, usize::MAX, |byte| !PARTS.has(byte))
                };
                match content.get(at) {
                    None => return false,
                    Some(b'<') if ends_text(content, at, name) => return false,
                    Some(byte @ (b'<' | b'>')) => tag = *byte == b'<',
                    Some(_) => break,
                }
                at = at.saturating_add(1);
            }
            at = at.saturating_add(1);
            continue;
        }
        let from = at;
        let mut word = Word::default();
        let ended = loop {
            match content.get(at) {
                None => break true,
                Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0C') => break false,
                Some(b'<') if ends_text(content, at, name) => break true,
                Some(byte) => word.takes(*byte, &mut tag),
            }
            at = at.saturating_add(1);
        };
        words = words.saturating_add(word.worth(at.saturating_sub(from)));
        if ended || words >= WORDS {
            return words >= WORDS;
        }
        at = at.saturating_add(1);
    }
}

/// What parts words and tags.
static PARTS: Bytes = Bytes::of(b"<> \t\n\r\x0C");

/// What is between two blanks.
#[derive(Debug, Default)]
struct Word {
    letters: usize,
    /// Bytes of characters beyond ASCII.
    wide: usize,
    angles: usize,
    code: bool,
}

impl Word {
    fn takes(&mut self, byte: u8, tag: &mut bool) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => self.letters = self.letters.saturating_add(1),
            0x80.. => self.wide = self.wide.saturating_add(1),
            b'<' | b'>' => {
                *tag = byte == b'<';
                self.angles = self.angles.saturating_add(1);
            }
            b'{' | b'}' | b'=' | b';' => self.code = true,
            _ => {}
        }
    }

    /// How many words it is.
    fn worth(&self, length: usize) -> usize {
        // The first and last words of an element touch its tags.
        let plain = self.angles == 1 || self.angles == 0 && !self.code;
        let letters = self.letters.saturating_add(self.wide);
        if !plain || letters == 0 || letters.saturating_mul(3) < length.saturating_mul(2) {
            0
        } else if self.wide == length {
            // A word of Chinese or Japanese is a sentence.
            (length / 6).max(1)
        } else {
            1
        }
    }
}

/// Whether hidden words speak to a model: they take back what it was told, demand secrecy, or address it and demand.
fn to_a_model(content: &[u8]) -> bool {
    let mut state = Demand::default();
    let words = content.split(|byte| !IN_WORD.has(*byte));
    for word in words.filter(|word| !word.is_empty()) {
        if state.hears(word) {
            return state.words >= WORDS || state.rest(content);
        }
    }
    false
}

static IN_WORD: Bytes = Bytes::ALNUM.or(&Bytes::of(b"'_")).or(&Bytes::range(0x80, 0xFF));

/// What was heard so far, and how many words ago.
#[derive(Debug, Default)]
struct Demand {
    words: usize,
    model: usize,
    marker: usize,
    not: Range<usize>,
    dismissed: usize,
    told: usize,
    act: usize,
}

impl Demand {
    /// Takes a word in; whether the demand is complete.
    fn hears(&mut self, word: &[u8]) -> bool {
        self.words = self.words.saturating_add(1);
        let now = self.words;
        // Most words are none of these, which their first letters and lengths tell.
        let first = word.first().and_then(|first| SHAPES.get(usize::from(first & 31))).copied().unwrap_or(0);
        if word.len() > 15 || first >> word.len() & 1 == 0 {
            return false;
        }
        let one_of = |list: &[&str]| list.iter().any(|entry| word.eq_ignore_ascii_case(entry.as_bytes()));
        let within = |then: usize, reach: usize| then > 0 && now.saturating_sub(then) <= reach;
        if one_of(MODEL) && self.model == 0 {
            self.model = now;
        }
        if one_of(MARKER) && self.marker == 0 {
            self.marker = now;
        }
        if one_of(NOT) {
            self.not = now..now.saturating_add(5);
        }
        if one_of(TELL) && self.not.contains(&now) {
            self.told = now;
        }
        if one_of(ACT) && !self.not.contains(&now) {
            self.act = now;
        }
        let taken_back = one_of(TOLD) && within(self.dismissed, 6);
        if one_of(DISMISS) {
            self.dismissed = now;
        }
        let kept_secret = one_of(PERSON) && within(self.told, 6);
        let addressed = self.act > 0 && self.model > 0 && (self.model <= 4 || self.marker > 0);
        taken_back || kept_secret || addressed
    }

    /// Whether enough words follow, for a demand that is complete early.
    fn rest(&self, content: &[u8]) -> bool {
        content.split(u8::is_ascii_whitespace).filter(|word| word.len() > 1).count() >= WORDS
    }
}

/// By the lowest five bits of their first letters: the lengths of the words that matter, a bit for each.
static SHAPES: [u16; 32] = {
    let mut shapes = [0; 32];
    let mut lists: &[&[&str]] = &[MODEL, MARKER, NOT, TELL, PERSON, DISMISS, TOLD, ACT];
    while let [list, others @ ..] = lists {
        let mut words: &[&str] = list;
        while let [word, rest @ ..] = words {
            assert!(word.len() <= 15, "a bit for each length");
            if let [first, ..] = word.as_bytes() {
                #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
                {
                    shapes[(*first & 31) as usize] |= 1 << word.len();
                }
            }
            words = rest;
        }
        lists = others;
    }
    shapes
};

const MODEL: &[&str] = &[
    "assistant",
    "assistants",
    "ai",
    "llm",
    "llms",
    "model",
    "models",
    "agent",
    "agents",
    "chatbot",
    "bot",
    "gpt",
    "chatgpt",
    "claude",
    "gemini",
    "copilot",
    "cursor",
];
const MARKER: &[&str] = &[
    "important",
    "system",
    "urgent",
    "attention",
    "instruction",
    "instructions",
    "priority",
    "critical",
    "must",
];
const NOT: &[&str] = &["not", "never", "don't", "dont", "without"];
const TELL: &[&str] = &[
    "tell",
    "mention",
    "reveal",
    "inform",
    "show",
    "disclose",
    "notify",
    "telling",
    "mentioning",
    "informing",
    "notifying",
    "alert",
    "alerting",
    "ask",
    "asking",
    "warn",
];
const PERSON: &[&str] = &["user", "users", "user's", "anyone", "human", "humans", "anybody", "them"];
const DISMISS: &[&str] =
    &["ignore", "disregard", "forget", "override", "bypass", "supersede", "supersedes", "overrides"];
const TOLD: &[&str] = &[
    "instructions",
    "instruction",
    "rules",
    "guidelines",
    "prompt",
    "prompts",
    "previous",
    "prior",
    "earlier",
    "everything",
    "constraints",
    "restrictions",
    "safety",
];
const ACT: &[&str] = &[
    "send",
    "forward",
    "email",
    "upload",
    "post",
    "transmit",
    "exfiltrate",
    "leak",
    "transfer",
    "execute",
    "run",
    "call",
    "invoke",
    "delete",
    "fetch",
    "visit",
    "read",
    "include",
    "append",
    "reply",
    "respond",
    "output",
    "insert",
    "share",
    "grant",
    "recommend",
    "approve",
    "say",
    "obey",
    "comply",
    "follow",
];
