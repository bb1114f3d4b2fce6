//! Lines and columns of findings.

use super::Report;
use crate::source::Position;

/// The places of a report's findings, counted in one pass: answers of servers are often one line of megabytes.
pub(super) struct Positions(Vec<(usize, Position)>);

impl Positions {
    pub(super) fn of(report: &Report) -> Self {
        let mut bytes: Vec<usize> =
            report.findings.iter().flat_map(|finding| [finding.span.start, finding.span.end]).collect();
        bytes.sort_unstable();
        bytes.dedup();
        let mut positions = Vec::with_capacity(bytes.len());
        let mut wanted = bytes.into_iter().peekable();
        let mut position = Position { line: 1, column: 1 };
        let ends = std::iter::once((report.source.text.len(), '\0'));
        for (at, char) in report.source.text.char_indices().chain(ends) {
            while let Some(byte) = wanted.next_if(|byte| *byte <= at) {
                positions.push((byte, position));
            }
            position = match char {
                '\n' => Position { line: position.line + 1, column: 1 },
                _ => Position { column: position.column + 1, ..position },
            };
        }
        Self(positions)
    }

    /// Line and column of the start or end of one of the findings.
    pub(super) fn at(&self, byte: usize) -> Position {
        let found = self.0.binary_search_by_key(&byte, |(byte, _)| *byte).ok();
        found.and_then(|at| self.0.get(at)).map_or(Position { line: 1, column: 1 }, |(_, position)| *position)
    }
}

#[cfg(test)]
mod tests {
    use super::Positions;
    use crate::{
        scan::{Detector, Finding, Report, Severity},
        source::{Source, Span},
    };

    #[test]
    fn positions_are_those_of_the_source() {
        let text = "aü\n\nlast 😀 one\n";
        let detector = Detector { name: String::new(), severity: Severity::Low, confidential: false };
        let finding = |start| Finding {
            detector: detector.clone(),
            span: Span { start, end: text.len() },
            path: String::new(),
            message: String::new(),
        };
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).rev().collect();
        let source = Source { path: String::new(), text: text.to_owned() };
        let report = Report { source, findings: starts.iter().map(|start| finding(*start)).collect() };
        let (positions, lines) = (Positions::of(&report), report.source.lines());
        for byte in starts.into_iter().chain([text.len()]) {
            assert_eq!(positions.at(byte), lines.position(byte), "byte {byte}");
        }
    }
}
