use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Detector, Report, Severity, position::Positions};
use crate::diagnostic;

/// Renders a log of SARIF 2.1.0: one run over all sources, a rule for each detector that found something. Nothing of
/// the sources' text is in it.
pub fn sarif(reports: &[Report]) -> Value {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for finding in reports.iter().flat_map(|report| &report.findings) {
        rules.entry(&finding.detector.name).or_insert_with(|| rule(&finding.detector));
    }
    let index = |name: &str| rules.keys().position(|rule| *rule == name);
    let mut results = Vec::new();
    for report in reports {
        let positions = Positions::of(report);
        for finding in &report.findings {
            let name = &finding.detector.name;
            let within =
                if finding.path.is_empty() { String::new() } else { format!(" in {}", finding.path) };
            let message =
                if finding.message.is_empty() { String::new() } else { format!(": {}", finding.message) };
            results.push(json!({
                "ruleId": name,
                "ruleIndex": index(name),
                "level": level(finding.detector.severity),
                "message": { "text": format!("{name}{within}{message}") },
                "locations": [diagnostic::physical_location(
                    &report.source.path,
                    positions.at(finding.span.start),
                    positions.at(finding.span.end),
                )],
            }));
        }
    }
    diagnostic::sarif_log(rules.into_values().collect(), results)
}

fn rule(detector: &Detector) -> Value {
    json!({
        "id": detector.name,
        "shortDescription": { "text": format!("found by the detector {}", detector.name) },
        "defaultConfiguration": { "level": level(detector.severity) },
        // What code scanning services order findings by, on the scale of CVSS.
        "properties": { "security-severity": score(detector.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
    }
}
