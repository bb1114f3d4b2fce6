use serde_json::{Value, json};

use super::{Report, excerpt::Excerpts, position::Positions};

/// Renders an array of objects: `path`, `severity`, `detector`, `message`, `in`, `start`, `end` and `excerpt`, which
/// has no confidential value in it. Bytes count from 0, lines and columns (in characters) from 1.
pub fn json(reports: &[Report]) -> Value {
    let one = |report: &Report| {
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
        findings.collect::<Vec<_>>()
    };
    reports.iter().flat_map(one).collect()
}
