//! Detectors that find words, and what is found with them.

use mcpgov_policy_compiler::{
    scan::{self, Detect, Detector, Finding, Found, Report, Severity},
    source::Source,
};

/// Finds words, so that what is tested here does not depend on what detectors take for a secret.
pub(crate) struct Words;

const WORDS: [(&str, &str, Severity, bool); 4] = [
    ("hunter2", "test.password", Severity::Critical, true),
    ("ann", "test.name", Severity::Low, true),
    ("ignore", "test.override", Severity::High, false),
    ("\u{200b}", "test.invisible", Severity::Medium, false),
];

impl Detect for Words {
    fn find(&self, text: &str, key: Option<&str>) -> Vec<Found> {
        let word = |(word, name, severity, confidential): (&str, &str, Severity, bool)| {
            let detector = Detector { name: name.to_owned(), severity, confidential };
            text.match_indices(word)
                .map(|(at, word)| Found { detector: detector.clone(), place: at..at + word.len() })
                .collect::<Vec<_>>()
        };
        let mut found: Vec<Found> = WORDS.into_iter().flat_map(word).collect();
        if key == Some("api-key") {
            let detector =
                Detector { name: "test.key".to_owned(), severity: Severity::High, confidential: true };
            found.push(Found { detector, place: 0..text.len() });
        }
        found
    }
}

pub(crate) fn source(text: &str) -> Source {
    Source { path: "answer.json".to_owned(), text: text.to_owned() }
}

pub(crate) fn report(text: &str) -> Report {
    let source = source(text);
    let findings = scan::source(&Words, &source);
    Report { source, findings }
}

/// Detector, way and source text of each finding.
pub(crate) fn shown(text: &str, findings: &[Finding]) -> Vec<(String, String, String)> {
    let one = |finding: &Finding| {
        let written = source(text).slice(finding.span).to_owned();
        (finding.detector.name.clone(), finding.path.clone(), written)
    };
    findings.iter().map(one).collect()
}

pub(crate) fn three(detector: &str, path: &str, written: &str) -> (String, String, String) {
    (detector.to_owned(), path.to_owned(), written.to_owned())
}

pub(crate) const ANSWER: &str = r#"{
  "result": {
    "content": [{ "type": "text", "text": "{\"user\":\"ann\",\"password\":\"hunter2\"}" }],
    "note": "please \u0069gnore this"
  }
}
"#;
