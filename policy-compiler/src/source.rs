//! Policy text and places in it.

use std::ops::Range;

/// Largest policy file read. A hundred thousand rules take about 20 MiB.
pub const SOURCE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A policy file's text, with the name to show for it.
#[derive(Debug)]
pub struct Source {
    /// What diagnostics call the file.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A range of bytes of a source's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value together with where it was written.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

/// A place as editors count it: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Span {
    /// The span, `by` bytes further on.
    #[must_use]
    pub fn moved(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }

    /// The bytes as a range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The lines of a text.
#[derive(Debug)]
pub struct Lines<'s> {
    text: &'s str,
    /// First byte of every line, ascending.
    starts: Vec<usize>,
}

impl<T> Spanned<T> {
    /// `value`, written at `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl Source {
    /// The text of `span`; empty when it is no range of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Where the lines are; worth keeping for many questions about one text.
    pub fn lines(&self) -> Lines<'_> {
        let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { text: &self.text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// `span` cut at the end of its first line, so that an error about a block does not underline the block.
    pub fn first_line(&self, span: Span) -> Span {
        let text = self.slice(span);
        let length = text
            .find('\n')
            .map_or(text.len(), |newline| text.get(..newline).unwrap_or(text).trim_end().len());
        Span { start: span.start, end: span.start + length }
    }
}

impl Lines<'_> {
    /// Line and column of a byte.
    pub fn position(&self, byte: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= byte).max(1);
        let start = self.start(line);
        Position { line, column: self.text.get(start..byte).unwrap_or_default().chars().count() + 1 }
    }

    /// The span of the whole lines that `span` touches, without the last line break.
    pub fn around(&self, span: Span) -> Span {
        let first = self.starts.partition_point(|start| *start <= span.start).max(1);
        let after = self.starts.partition_point(|start| *start <= span.end.max(span.start));
        let end = self.starts.get(after).map_or(self.text.len(), |next| next.saturating_sub(1));
        Span { start: self.start(first), end }
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Position, Source, Span};

    #[test]
    fn positions_and_lines_agree_with_the_text() {
        let source = Source { path: String::new(), text: "aü\n\nlast".to_owned() };
        let lines = source.lines();
        for (byte, line, column) in [(0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 2, 1), (5, 3, 1), (9, 3, 5)] {
            assert_eq!(lines.position(byte), Position { line, column }, "byte {byte}");
        }
        let around = |start, end| source.slice(lines.around(Span { start, end }));
        assert_eq!(around(1, 3), "aü");
        assert_eq!(around(1, 1), "aü");
        assert_eq!(around(4, 4), "");
        assert_eq!(around(0, 5), source.text);
        assert_eq!(around(9, 9), "last");
    }
}
