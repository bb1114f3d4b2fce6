use std::fmt::Write;

use super::Diagnostic;
use crate::source::Source;

/// Renders one line per diagnostic, `path:line:column: severity[code]: message (help)`, as editors and CI logs read it.
pub fn plain(source: &Source, diagnostics: &[Diagnostic]) -> String {
    let mut output = String::new();
    for diagnostic in diagnostics {
        let position = source.position(diagnostic.primary.span.start);
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
    text.chars()
        .flat_map(|char| {
            if char.is_control() { Ok(char.escape_default()) } else { Err(char) }
                .map_or_else(|char| vec![char], |escaped| escaped.collect())
        })
        .collect()
}
