//! Definitions of tools, looked at as a whole and with the others of their list: what steers a model is often several
//! harmless sentences.

use mcpgov_engine::{
    json::{Doc, Value},
    scan::{
        phrase::Meaning,
        poison::{Reason, Siblings, Sign},
    },
};

use super::{Detect, Detector, Finding, piece};
use crate::source::Span;

/// What the definition of a tool gives away.
#[derive(Debug)]
pub struct Suspect {
    /// What found it.
    pub detector: Detector,
    /// What it goes by, in the order of the definition.
    pub reasons: Vec<Reason>,
}

/// What the tools of a document give away that holds a list of them: the answer to `tools/list`, its result, or the
/// bare array.
pub(super) fn findings(detect: &dyn Detect, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Ok(document) = Doc::parse(text.as_bytes(), &piece::LIMITS) else { return findings };
    let root = document.root();
    let result = root.get("result").and_then(|result| result.get("tools"));
    let lists = [("", Some(root)), ("tools", root.get("tools")), ("result.tools", result)];
    for (path, list) in lists {
        let tools: Vec<Value> = list.iter().flat_map(Value::items).collect();
        let names = tools.iter().filter_map(|tool| tool.get("name")?.as_str());
        let siblings = Siblings::new(names);
        for (index, tool) in tools.iter().enumerate().filter(|(_, tool)| tool.get("name").is_some()) {
            if let Some(suspect) = detect.definition(*tool, &siblings) {
                findings.push(Finding {
                    span: place(&document, text, *tool, suspect.reasons.first()),
                    message: signs(&suspect.reasons),
                    detector: suspect.detector,
                    path: format!("{path}[{index}]"),
                });
            }
        }
    }
    findings
}

/// Where the first reason is written; the whole tool where there is none.
fn place(document: &Doc<'_>, text: &str, tool: Value<'_>, reason: Option<&Reason>) -> Span {
    let string = reason.and_then(|reason| Some((document.value(reason.node)?, &reason.place)));
    match string {
        Some((string, place)) => piece::written(text, string, place),
        None => Span { start: tool.span().start, end: tool.span().end },
    }
}

/// The signs in words, each once.
fn signs(reasons: &[Reason]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for reason in reasons {
        let word = match &reason.sign {
            Sign::Phrase(meaning) => said(*meaning),
            Sign::Sibling => "another tool",
            Sign::Invisible => "invisible text",
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(", ")
}

/// What a phrase means, to somebody who reads the description.
fn said(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Override => "other instructions overridden",
        Meaning::Boundary => "markup of models",
        Meaning::Secrecy => "secrecy",
        Meaning::Exfiltration => "data sent to a place",
        Meaning::Obligation => "something to do first or instead",
        Meaning::Rivalry => "preferred to others",
        Meaning::Tampering => "an argument changed",
        Meaning::Place => "a place of credentials",
        Meaning::Reading => "files to read",
        Meaning::Leak => "a parameter for other data",
        Meaning::Aside => "instructions set apart",
        Meaning::Command => "a shell command",
        Meaning::Sink => "data that goes elsewhere",
        Meaning::Loot => "data worth stealing",
        Meaning::Unasked => "something nobody asked for",
    }
}
