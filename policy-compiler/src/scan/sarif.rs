use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Detector, Finding, Report, Severity, excerpt::Excerpts, position::Positions, visible};
use crate::diagnostic;

/// A log of SARIF 2.1.0 in the making: one run over all sources, a rule for each detector that found something. No
/// confidential text of the sources is in it.
#[derive(Debug, Default)]
pub struct Sarif {
    rules: BTreeMap<String, Value>,
    results: Vec<Value>,
    failures: Vec<Value>,
}

impl Sarif {
    /// Adds what was found in a source.
    pub fn add(&mut self, report: &Report) {
        let (positions, excerpts) = (Positions::of(report), Excerpts::new(&report.source, &report.findings));
        // How often the same was found in the same surroundings of this source.
        let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
        for finding in &report.findings {
            let name = &finding.detector.name;
            self.rules.entry(name.clone()).or_insert_with(|| rule(&finding.detector));
            let excerpt = excerpts.of(finding);
            let same = fingerprint(&[name, &finding.path, &excerpt.before, &excerpt.value, &excerpt.after]);
            let count = counts.entry(same).or_default();
            *count += 1;
            self.results.push(json!({
                "ruleId": name,
                "level": level(finding.detector.severity),
                "message": { "text": message(finding) },
                "locations": [diagnostic::physical_location(
                    &report.source.path,
                    positions.at(finding.span.start),
                    positions.at(finding.span.end),
                )],
                "partialFingerprints": { "surroundings/v1": format!("{same:016x}:{count}") },
            }));
        }
    }

    /// Adds that something could not be looked through.
    pub fn fail(&mut self, message: &str) {
        self.failures.push(json!({ "level": "error", "message": { "text": visible(message) } }));
    }

    /// The log of all that was added.
    #[must_use]
    pub fn finish(self) -> Value {
        let Self { rules, mut results, failures } = self;
        let numbers: BTreeMap<&str, usize> =
            rules.keys().enumerate().map(|(number, name)| (name.as_str(), number)).collect();
        for result in &mut results {
            let number =
                result.get("ruleId").and_then(Value::as_str).and_then(|name| numbers.get(name)).copied();
            if let Some(result) = result.as_object_mut() {
                result.insert("ruleIndex".to_owned(), json!(number));
            }
        }
        let mut log = diagnostic::sarif_log(rules.into_values().collect(), results);
        if let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut) {
            let invocation =
                json!({ "executionSuccessful": failures.is_empty(), "toolExecutionNotifications": failures });
            run.insert("invocations".to_owned(), json!([invocation]));
        }
        log
    }
}

fn message(finding: &Finding) -> String {
    let within = if finding.path.is_empty() { String::new() } else { format!(" in {}", finding.path) };
    let more = if finding.message.is_empty() { String::new() } else { format!(": {}", finding.message) };
    visible(&format!("{}{within}{more}", finding.detector.name))
}

/// Code scanning services show a find that moved as the same one: so neither line nor file is in it. What it is made from is
/// what people are shown, and so tells no more about a value than they are told.
fn fingerprint(parts: &[&str]) -> u64 {
    // FNV-1a, with a byte between the parts that no text has.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xFF]));
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

fn rule(detector: &Detector) -> Value {
    let (what, help) = words(&detector.name);
    let what = format!("{what}, found by the detector {}", detector.name);
    json!({
        "id": detector.name,
        "shortDescription": { "text": what },
        "fullDescription": { "text": what },
        "help": { "text": help },
        "defaultConfiguration": { "level": level(detector.severity) },
        // What code scanning services order findings by, on the scale of CVSS; GitHub asks for the tag with it.
        "properties": { "tags": ["security"], "security-severity": score(detector.severity) },
    })
}

/// What a detector of that name finds, and what to do about it.
fn words(name: &str) -> (&'static str, &'static str) {
    match name.split('.').next().unwrap_or_default() {
        "pii" => ("Personal data", "Take it out of the file, or let a protection of the policy mask it."),
        "secret" => ("A secret", "Replace it where it is valid, then take it out of the file."),
        "hidden" => (
            "Text that people do not see as a model does",
            "Look at what it says, and take it out where it has no purpose.",
        ),
        "injection" => ("An instruction to the model", "Let no model read it, or only marked as data."),
        "poison" => (
            "A definition of a tool that steers the model",
            "Ask who runs the server what it is for, and hide the tool until then.",
        ),
        "config" => (
            "A server that the registry does not have",
            "Register it, or take it out of the client's configuration.",
        ),
        _ => ("What the policy looks for", "The policy that names the detector says why."),
    }
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
