use serde_json::{Value, json};

use super::{Report, excerpt::Excerpts, position::Positions};

/// Renders an object for each finding: `path`, `severity`, `detector`, `message`, `in`, `start`, `end` and `excerpt`,
/// which has no confidential value in it. Bytes count from 0, lines and columns (in characters) from 1.
pub fn json(report: &Report) -> Vec<Value> {
    let (positions, excerpts) = (Positions::of(report), Excerpts::new(&report.source, &report.findings));
    let point = |byte| {
        let position = positions.at(byte);
        json!({ "byte": byte, "line": position.line, "column": position.column })
    };
    let findings = report.findings.iter().map(|finding| {
        let excerpt = excerpts.of(finding);
        json!({
            "path": report.source.path,
            "severity": finding.detector.severity.name(),
            "detector": finding.detector.name,
            "message": finding.message,
            "in": finding.path,
            "start": point(finding.span.start),
            "end": point(finding.span.end),
            "excerpt": { "before": excerpt.before, "value": excerpt.value, "after": excerpt.after },
        })
    });
    findings.collect()
}
