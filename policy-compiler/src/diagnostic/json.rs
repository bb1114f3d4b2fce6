use serde_json::{Value, json};

use super::{Diagnostic, Label};
use crate::source::{Lines, Source};

/// Renders an array of objects: `severity`, `code`, `message`, `help` and `labels`, the first of which is the
/// place the diagnostic is about. Bytes count from 0, lines and columns (in characters) from 1.
pub fn json(files: &[(&Source, &[Diagnostic])]) -> Value {
    let one = |source: &Source, lines: &Lines, diagnostic: &Diagnostic| {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        json!({
            "path": source.path,
            "severity": diagnostic.severity.name(),
            "code": diagnostic.code.name(),
            "message": diagnostic.message,
            "help": diagnostic.help,
            "labels": labels.map(|label| place(lines, label)).collect::<Vec<_>>(),
        })
    };
    files
        .iter()
        .flat_map(|(source, diagnostics)| {
            let lines = source.lines();
            diagnostics.iter().map(move |diagnostic| one(source, &lines, diagnostic))
        })
        .collect()
}

fn place(lines: &Lines, label: &Label) -> Value {
    let point = |byte| {
        let position = lines.position(byte);
        json!({ "byte": byte, "line": position.line, "column": position.column })
    };
    json!({ "start": point(label.span.start), "end": point(label.span.end), "text": label.text })
}
