//! Tags: where they begin and end, what their attributes say.

use super::style::invisible;
use crate::lanes;
use crate::scan::words::Words;
use crate::scan::work::looked;

/// How long a tag may be.
pub(super) const BYTES: usize = 512;
/// How long the value of an attribute without quotes may be.
const BARE_BYTES: usize = 64;

/// Where the tag begins that this place is inside of, outside quotes, and the name of its element.
pub(super) fn around(bytes: &[u8], at: usize) -> Option<(usize, &[u8])> {
    let from = at.saturating_sub(BYTES);
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

/// The place after the tag that this place is inside of.
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let rest = rest.get(..BYTES.min(rest.len()))?;
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

/// Whether an attribute stands here that hides its element.
pub(super) fn hides(bytes: &[u8], at: usize) -> Option<bool> {
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
pub(super) fn named(tag: &[u8]) -> bool {
    let names = [b" id=".as_slice(), b" class=", b" data-", b" aria-", b" on", b" role=", b" name="];
    tag.windows(7).any(|window| names.iter().any(|name| window.starts_with(name)))
}

/// Whether elements of this name have no text to be shown.
pub(super) fn is_void(name: &[u8]) -> bool {
    VOID.have(name)
}

static VOID: Words =
    Words::new(&[b"input", b"img", b"br", b"hr", b"meta", b"link", b"source", b"script", b"style"]);

/// Where the element of this name is closed.
pub(super) fn closing(content: &[u8], name: &[u8]) -> Option<usize> {
    angles(content).find(|at| closes(content, *at, name))
}

pub(super) fn angles(content: &[u8]) -> impl Iterator<Item = usize> {
    let mut last = 0;
    content.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(move |(at, _)| {
        looked(at.saturating_sub(last));
        last = at;
        at
    })
}

/// Whether the `<` at this place closes the element of this name.
pub(super) fn closes(content: &[u8], at: usize, name: &[u8]) -> bool {
    let rest = content.get(at..).and_then(|rest| rest.strip_prefix(b"</"));
    rest.and_then(|rest| rest.get(..name.len())).is_some_and(|end| end.eq_ignore_ascii_case(name))
}

pub(super) fn find(bytes: &[u8], is_sought: impl Fn(u8) -> bool) -> Option<usize> {
    let found = lanes::find(bytes, is_sought);
    looked(found.unwrap_or(bytes.len()));
    found
}

/// The value of an attribute, from after its name.
fn value(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let rest = rest.get(..BYTES.min(rest.len()))?;
    let (quote, inner) = rest.split_first()?;
    match quote {
        b'"' | b'\'' => inner.get(..find(inner, |byte| byte == *quote)?),
        _ => {
            let rest = rest.get(..BARE_BYTES.min(rest.len()))?;
            rest.get(..rest.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>')?)
        }
    }
}
