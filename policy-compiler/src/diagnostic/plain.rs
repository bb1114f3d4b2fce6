use std::fmt::Write;

use super::Diagnostic;
use crate::source::Source;

/// Renders one line per diagnostic, `path:line:column: severity[code]: message (help)`, as editors and CI
/// logs read it.
pub fn plain(source: &Source, diagnostics: &[Diagnostic]) -> String {
    let lines = source.lines();
    let mut output = String::new();
    for diagnostic in diagnostics {
        let position = lines.position(diagnostic.primary.span.start);
        // Writing to a string cannot fail.
        let _ = write!(
            output,
            "{}:{}:{}: {}[{}]: {}",
            source.path,
            position.line,
            position.column,
            diagnostic.severity.name(),
            diagnostic.code.name(),
            one_line(&diagnostic.message),
        );
        if let Some(help) = &diagnostic.help {
            let _ = write!(output, " ({})", one_line(help));
        }
        output.push('\n');
    }
    output
}

/// The user's text may hold line breaks, and one diagnostic is one line.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    line
}
