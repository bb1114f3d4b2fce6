//! Looks through texts for what must not pass, with the detectors that the proxy uses: files, saved answers, live
//! servers, configuration of clients.
//!
//! What is found is plain data without the values themselves; turning it into text is the work of the renderers.

pub mod client;
mod detectors;
mod excerpt;
mod hidden;
mod human;
mod json;
pub mod piece;
mod plain;
mod position;
mod relaxed;
mod sarif;
mod split;
mod summary;
mod tools;

use std::ops::Range;

pub use detectors::Detectors;
pub use excerpt::visible;
pub use human::human;
pub use json::json;
pub use mcpgov_engine::vocabulary::Severity;
pub use plain::plain;
pub use sarif::Sarif;
pub use summary::Summary;
pub use tools::Suspect;

use crate::source::{Source, Span};
use hidden::Hidden;
use mcpgov_engine::{json::Value, scan::poison::Siblings};
use piece::{Piece, pieces};
use relaxed::{Relaxed, relaxed};

/// What finds things in a text.
pub trait Detect {
    /// What is in `text`, the value of the member `key` where it is one.
    fn find(&self, text: &str, key: Option<&str>) -> Vec<Found>;

    /// What the definition of a tool gives away as a whole; `siblings` are the names in the same list.
    fn definition(&self, _tool: Value<'_>, _siblings: &Siblings<'_>) -> Option<Suspect> {
        None
    }
}

/// Something in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What found it.
    pub detector: Detector,
    /// Bytes of the text.
    pub place: Range<usize>,
}

/// What a detector is called, and how bad it is what it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detector {
    /// Its name in policies, `pii.card`.
    pub name: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// Whether the value itself must not be shown.
    pub confidential: bool,
}

/// Something in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What found it.
    pub detector: Detector,
    /// Where it is written.
    pub span: Span,
    /// The way to the text it is in, `result.tools[0].description`; empty where the source is one text.
    pub path: String,
    /// What there is to say beside the detector's name; may be empty.
    pub message: String,
}

/// A source, and what was found in it.
#[derive(Debug)]
pub struct Report {
    /// What was looked through.
    pub source: Source,
    /// In the order of the source.
    pub findings: Vec<Finding>,
}

/// What is in a source: in the strings, names and numbers of JSON, and in JSON inside them; otherwise in all of it. Of a
/// client's configuration also what only such files have.
pub fn source(detect: &dyn Detect, source: &Source) -> Vec<Finding> {
    let found = client::is_configuration(&source.path).then(|| client::configuration(detect, source, None));
    found.and_then(Result::ok).unwrap_or_else(|| any(detect, source))
}

/// The same of a source that is nothing in particular.
fn any(detect: &dyn Detect, source: &Source) -> Vec<Finding> {
    let (found, is_json) = (pieces(&source.text), |found: &[Piece]| found.iter().any(|piece| piece.is_name));
    if !is_json(&found) && source.text.trim_ascii_start().starts_with(['{', '[', '/']) {
        let Relaxed { json, comments } = relaxed(&source.text);
        let others = pieces(&json);
        if is_json(&others) {
            let known = in_comments(detect, comments.as_deref());
            return texts(detect, &others, [known, tools::findings(detect, &json)].concat());
        }
    }
    texts(detect, &found, tools::findings(detect, &source.text))
}

/// What is in the comments of JSON: what is switched off is not gone.
fn in_comments(detect: &dyn Detect, comments: Option<&str>) -> Vec<Finding> {
    let found = comments.map(|comments| detect.find(comments, None)).unwrap_or_default();
    let finding = |found: Found| Finding {
        detector: found.detector,
        span: Span { start: found.place.start, end: found.place.end },
        path: "(comment)".to_owned(),
        message: String::new(),
    };
    found.into_iter().map(finding).collect()
}

/// What is in these texts of a source, with what was found in it already.
fn texts(detect: &dyn Detect, pieces: &[Piece], mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.extend(split::findings(detect, pieces));
    let mut hidden = Hidden::default();
    for piece in pieces {
        for found in detect.find(&piece.text, piece.key.as_deref()) {
            if found.detector.confidential {
                let value = piece.text.get(found.place.clone()).unwrap_or_default();
                hidden.add(if piece.is_name { &piece.text } else { value });
            }
            findings.push(Finding {
                span: piece.span(&found.place),
                detector: found.detector,
                path: piece.path.clone(),
                message: String::new(),
            });
        }
    }
    for finding in &mut findings {
        hidden.remove_from(&mut finding.path);
    }
    sorted(findings)
}

/// In the order of the source, each once.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.span.start, finding.span.end);
        key(a).cmp(&key(b)).then_with(|| a.detector.name.cmp(&b.detector.name))
    });
    findings.dedup();
    findings
}
