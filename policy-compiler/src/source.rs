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
    /// The bytes as a range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
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

    /// Line and column of a byte.
    pub fn position(&self, byte: usize) -> Position {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    /// The span of the whole lines `span` touches, without the last line break.
    pub fn lines(&self, span: Span) -> Span {
        let start =
            self.text.get(..span.start).and_then(|text| text.rfind('\n')).map_or(0, |newline| newline + 1);
        let end = self
            .text
            .get(span.end..)
            .and_then(|text| text.find('\n'))
            .map_or(self.text.len(), |newline| span.end + newline);
        Span { start, end }
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
