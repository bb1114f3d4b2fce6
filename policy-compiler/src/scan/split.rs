//! What begins in one block of a result's content and ends in another: readers see the blocks as one text.

use super::{Detect, Finding, piece::Piece};
use crate::source::Span;

/// The findings that no single block has.
pub(super) fn findings(detect: &dyn Detect, pieces: &[Piece]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut rest = pieces.iter().filter_map(|piece| Some((list(piece)?, piece))).peekable();
    while let Some((list, first)) = rest.next() {
        let mut blocks = vec![first];
        while let Some((_, piece)) = rest.next_if(|(other, _)| *other == list) {
            blocks.push(piece);
        }
        if blocks.len() > 1 {
            across(detect, list, &blocks, &mut findings);
        }
    }
    findings
}

/// The list that the piece is a block's text of: `result.content` of `result.content[0].text`.
fn list(piece: &Piece) -> Option<&str> {
    let block = piece.path.strip_suffix("].text").filter(|_| !piece.is_name)?;
    let (list, number) = block.rsplit_once('[')?;
    let is_content = list == "content" || list.ends_with(".content") || list.ends_with("|content");
    (is_content && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(list)
}

fn across(detect: &dyn Detect, list: &str, blocks: &[&Piece], findings: &mut Vec<Finding>) {
    let mut joined = String::new();
    let mut ends = Vec::new();
    for block in blocks {
        joined.push_str(&block.text);
        ends.push(joined.len());
    }
    // In which block a byte is.
    let block = |byte: usize| ends.partition_point(|end| *end <= byte);
    for found in detect.find(&joined, None) {
        let (first, last) = (block(found.place.start), block(found.place.end.saturating_sub(1)));
        let (Some(one), Some(other)) = (blocks.get(first), blocks.get(last)) else { continue };
        if first >= last {
            continue;
        }
        let before = |index: usize| ends.get(index.wrapping_sub(1)).copied().unwrap_or_default();
        let start = one.span(&(found.place.start - before(first)..one.text.len())).start;
        let end = other.span(&(0..found.place.end - before(last))).end;
        findings.push(Finding {
            detector: found.detector,
            span: Span { start, end },
            path: list.to_owned(),
            message: "split across blocks".to_owned(),
        });
    }
}
