use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Diagnostic, Label};
use crate::source::{Lines, Position, Source};

/// Renders a log of the Static Analysis Results Interchange Format 2.1.0 (OASIS), as code scanning services
/// read it: one run, a rule for each code that occurs, a result for each diagnostic.
pub fn sarif(files: &[(&Source, &[Diagnostic])]) -> Value {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for diagnostic in files.iter().flat_map(|(_, diagnostics)| *diagnostics) {
        let code = diagnostic.code;
        rules.entry(code.name()).or_insert_with(|| {
            json!({
                "id": code.name(),
                "shortDescription": { "text": code.title() },
                "help": { "text": code.page(), "markdown": code.page() },
            })
        });
    }
    let index = |code: &str| rules.keys().position(|rule| *rule == code);
    let result = |source: &Source, lines: &Lines, diagnostic: &Diagnostic| {
        let text = match &diagnostic.help {
            Some(help) => format!("{}; help: {help}", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        let related: Vec<Value> =
            diagnostic.secondary.iter().map(|label| location(source, lines, label)).collect();
        json!({
            "ruleId": diagnostic.code.name(),
            "ruleIndex": index(diagnostic.code.name()),
            "level": diagnostic.severity.name(),
            "message": { "text": text },
            "locations": [location(source, lines, &diagnostic.primary)],
            "relatedLocations": related,
        })
    };
    let results: Vec<Value> = files
        .iter()
        .flat_map(|(source, diagnostics)| {
            let lines = source.lines();
            let result = &result;
            diagnostics.iter().map(move |diagnostic| result(source, &lines, diagnostic))
        })
        .collect();
    log(rules.into_values().collect(), results)
}

/// The log around the rules and results of one run.
pub(crate) fn log(rules: Vec<Value>, results: Vec<Value>) -> Value {
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mcpgov",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn location(source: &Source, lines: &Lines, label: &Label) -> Value {
    let (start, end) = (lines.position(label.span.start), lines.position(label.span.end));
    let mut location = physical_location(&source.path, start, end);
    if !label.text.is_empty()
        && let Some(location) = location.as_object_mut()
    {
        location.insert("message".to_owned(), json!({ "text": label.text }));
    }
    location
}

/// The location of a place in a file.
pub(crate) fn physical_location(path: &str, start: Position, end: Position) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(path) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    })
}

/// A path as a URI reference (RFC 3986): everything but unreserved characters and `/` is escaped. An absolute path is a
/// `file` URI, which readers make relative to their checkout; the URL of a server is one already.
fn uri(path: &str) -> String {
    let (scheme, kept) = match path {
        _ if path.starts_with("http://") || path.starts_with("https://") => ("", ":@[]%"),
        _ if path.starts_with('/') => ("file://", ""),
        _ => ("", ""),
    };
    let mut uri = scheme.to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) || kept.as_bytes().contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
