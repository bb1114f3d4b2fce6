//! Link definitions of Markdown that are used as comments.

use super::CONTENT_BYTES;
use super::demand::to_a_model;
use crate::scan::work::looked;
use crate::scan::{Findings, Kind};

/// How the labels begin of link definitions that are used as comments.
pub(in crate::scan::hidden) const LABELS: [&[u8; 2]; 5] = [b"//", b"co", b"hi", b"no", b"me"];

/// A Markdown link definition that is used as a comment, `[//]: # (…)`; its end.
pub(in crate::scan::hidden) fn definition(
    bytes: &[u8],
    at: usize,
    found: &mut dyn Findings,
) -> Option<usize> {
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
