use std::fmt::Write;

use super::{Report, excerpt::visible, position::Positions};

/// Renders one line per finding, `path:line:column: severity[detector]: in …`, as editors and CI logs read it.
pub fn plain(report: &Report) -> String {
    let mut output = String::new();
    let positions = Positions::of(report);
    for finding in &report.findings {
        let position = positions.at(finding.span.start);
        let within = if finding.path.is_empty() { "the text" } else { finding.path.as_str() };
        // Writing to a string cannot fail.
        let _ = write!(
            output,
            "{}:{}:{}: {}[{}]: in {}",
            visible(&report.source.path),
            position.line,
            position.column,
            finding.detector.severity.name(),
            finding.detector.name,
            visible(within),
        );
        if !finding.message.is_empty() {
            let _ = write!(output, ", {}", visible(&finding.message));
        }
        output.push('\n');
    }
    output
}
