//! What HTML and Markdown do not show: comments, elements that a style hides.
//!
//! Documentation is full of comments for its authors, and pages of elements that their programs show when it is time,
//! so these count only if they speak to a model. An element without a name that a program could find it by is never
//! shown; there any prose counts.

mod definition;
mod demand;
mod prose;
mod style;
mod tag;

use core::ops::Range;

use self::demand::to_a_model;
use self::prose::{prose, text_end};
use crate::scan::work::looked;
use crate::scan::{Findings, Kind};

pub(super) use definition::{LABELS, definition};

/// How far the end of a comment or element is looked for; what goes on beyond is taken to end there.
const CONTENT_BYTES: usize = 16 << 10;
/// How much of an element is looked at to see whether it is prose.
const SAMPLE_BYTES: usize = 512;
/// How many more elements that are hidden are looked at with the one that they are in.
const HIDDEN_MAX: usize = 4;
/// Fewer words than this are a label, not prose.
const WORDS: usize = 5;

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

/// An attribute, `style` or `hidden`, that hides an element with prose in it; the end of the element.
pub(super) fn attribute(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    tag::hides(bytes, at).filter(|hides| *hides)?;
    let (start, name) = tag::around(bytes, at)?;
    let tag_end = tag::end(bytes, at)?;
    if let Some(end) = hidden(bytes, start..tag_end, name, at) {
        found.report(Kind::Markup, start..end);
        return Some(end);
    }
    // What hides more in the same tag says the same; only characters may be hidden in the tag itself.
    let rest = bytes.get(at..tag_end)?;
    let other = tag::find(rest, |byte| matches!(byte, b'<' | b'[' | 0x80..)).unwrap_or(rest.len());
    Some(at.saturating_add(other))
}

/// The end of the element of this tag and name, if it has prose in it and the attribute at this place hides it first.
fn hidden(bytes: &[u8], place: Range<usize>, name: &[u8], at: usize) -> Option<usize> {
    let (start, tag_end) = (place.start, place.end);
    if tag::is_void(name) {
        return None;
    }
    // What was said before in the same tag says the same.
    let mut earlier = start.max(tag_end.saturating_sub(tag::BYTES))..at;
    if earlier.any(|at| tag::hides(bytes, at) == Some(true) && tag::around(bytes, at).is_some()) {
        return None;
    }
    let content = bytes.get(tag_end..tag_end.saturating_add(CONTENT_BYTES).min(bytes.len()))?;
    let sample = content.get(..SAMPLE_BYTES.min(content.len()))?;
    // What is hidden in it again and again speaks for itself.
    let sample = sample.get(..hidden_again(sample).unwrap_or(sample.len()))?;
    let speaks = prose(sample, name)
        && (!tag::named(bytes.get(place)?) || to_a_model(sample.get(..text_end(sample, name))?));
    speaks.then_some(())?;
    let close = tag::closing(content, name).unwrap_or(content.len());
    let mut end = tag_end.saturating_add(close);
    if let Some(angle) =
        content.get(close..).and_then(|rest| rest.iter().take(tag::BYTES).position(|byte| *byte == b'>'))
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
        if at < behind || !matches!(byte, b's' | b'S' | b'h' | b'H') || tag::hides(content, at) != Some(true)
        {
            continue;
        }
        let Some((start, name)) = tag::around(content, at) else { continue };
        behind = tag::end(content, at).unwrap_or(at);
        tags = tags.saturating_add(usize::from(!tag::is_void(name)));
        if tags == HIDDEN_MAX {
            looked(at);
            return Some(start);
        }
    }
    looked(content.len());
    None
}
