//! Comments, and which part of the tree each belongs to.

use std::collections::BTreeMap;

use crate::{
    source::Source,
    syntax::{Node, Value},
};

/// The comments of a text, by the part they stand at: the first byte of a map entry's key or of a list's item.
#[derive(Debug, Default)]
pub(super) struct Comments {
    /// On lines of their own, before the part.
    pub(super) before: BTreeMap<usize, Vec<String>>,
    /// Behind the part, on its line.
    pub(super) behind: BTreeMap<usize, Vec<String>>,
    /// After everything.
    pub(super) tail: Vec<String>,
}

impl Comments {
    pub(super) fn count(&self) -> usize {
        self.before.values().chain(self.behind.values()).map(Vec::len).sum::<usize>() + self.tail.len()
    }

    /// Whether any comment belongs to a part that starts in the range.
    pub(super) fn any_in(&self, range: std::ops::Range<usize>) -> bool {
        self.before.range(range.clone()).next().is_some() || self.behind.range(range).next().is_some()
    }
}

/// A map entry or a list item.
struct Part {
    start: usize,
    end: usize,
}

pub(super) fn comments(source: &Source, root: &Node) -> Comments {
    let (mut parts, mut scalars) = (Vec::new(), Vec::new());
    collect(root, &mut parts, &mut scalars);
    scalars.sort_unstable();
    let mut comments = Comments::default();
    for (start, end) in gaps(source, &scalars) {
        let mut at = start;
        for line in source.text.get(start..end).unwrap_or_default().split_inclusive('\n') {
            let begins = hash(source, at, line);
            if let Some(text) = begins.and_then(|begins| source.text.get(begins..at + line.len())) {
                attach(source, &parts, &mut comments, begins.unwrap_or(at), text.trim_end());
            }
            at += line.len();
        }
    }
    comments
}

/// Where a comment begins in a piece of a line that has no scalars: a `#` at its start or behind white space.
fn hash(source: &Source, at: usize, line: &str) -> Option<usize> {
    let bytes = source.text.as_bytes();
    line.match_indices('#').map(|(offset, _)| at + offset).find(|begins| {
        begins.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(u8::is_ascii_whitespace)
    })
}

fn attach(source: &Source, parts: &[Part], comments: &mut Comments, begins: usize, text: &str) {
    let line_start = source.text.get(..begins).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let alone = source.text.get(line_start..begins).is_some_and(|before| before.trim().is_empty());
    let text = text.to_owned();
    if !alone {
        // Behind the part that has ended last, unless another has begun since. Where several end with their last one,
        // that is meant.
        let ended = parts
            .iter()
            .filter(|part| part.end <= begins && part.end > line_start)
            .max_by_key(|part| (part.end, part.start));
        let begun =
            parts.iter().filter(|part| part.start < begins && part.end > begins && part.start >= line_start);
        let begun = begun
            .filter(|part| ended.is_none_or(|ended| part.start >= ended.end))
            .max_by_key(|part| part.start);
        if let Some(part) = begun.or(ended) {
            comments.behind.entry(part.start).or_default().push(text);
            return;
        }
    }
    match parts.iter().filter(|part| part.start > begins).map(|part| part.start).min() {
        Some(start) => comments.before.entry(start).or_default().push(text),
        None => comments.tail.push(text),
    }
}

fn collect(node: &Node, parts: &mut Vec<Part>, scalars: &mut Vec<(usize, usize)>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                parts.push(Part {
                    start: entry.key_span.start,
                    end: entry.node.span.end.max(entry.key_span.end),
                });
                scalars.push((entry.key_span.start, entry.key_span.end));
                collect(&entry.node, parts, scalars);
            }
        }
        Value::List(items) => {
            for item in items {
                parts.push(Part { start: item.span.start, end: item.span.end });
                collect(item, parts, scalars);
            }
        }
        _ => scalars.push((node.span.start, node.span.end)),
    }
}

/// The text between scalars: punctuation, white space and comments.
fn gaps(source: &Source, scalars: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let ends = std::iter::once(0).chain(scalars.iter().map(|(_, end)| *end));
    let starts = scalars.iter().map(|(start, _)| *start).chain([source.text.len()]);
    ends.zip(starts).filter(|(end, start)| end < start).collect()
}
