use std::fmt::Write;

use super::{
    Report, Severity,
    excerpt::{Excerpts, visible},
    position::Positions,
};

/// Renders for people: severity, detector and place, and below it the text with the finding underlined.
pub fn human(report: &Report) -> String {
    let mut output = String::new();
    let (positions, excerpts) = (Positions::of(report), Excerpts::new(&report.source, &report.findings));
    for finding in &report.findings {
        let colour = match finding.detector.severity {
            Severity::Critical | Severity::High => "\u{1b}[1;91m",
            Severity::Medium => "\u{1b}[1;93m",
            Severity::Low => "\u{1b}[1;96m",
        };
        let position = positions.at(finding.span.start);
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            output,
            "{colour}{}[{}]\u{1b}[0m {}:{}:{}",
            finding.detector.severity.name(),
            finding.detector.name,
            visible(&report.source.path),
            position.line,
            position.column
        );
        if !finding.path.is_empty() {
            let _ = write!(output, " in {}", visible(&finding.path));
        }
        if !finding.message.is_empty() {
            let _ = write!(output, ": {}", visible(&finding.message));
        }
        let excerpt = excerpts.of(finding);
        let indent = " ".repeat(excerpt.before.chars().count());
        let line = "^".repeat(excerpt.value.chars().count());
        let text = format!("{}{}{}", excerpt.before, excerpt.value, excerpt.after);
        let _ = writeln!(output, "\n  {text}\n  {indent}{colour}{line}\u{1b}[0m");
    }
    output
}
