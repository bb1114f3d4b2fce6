use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::source::{Source, Span};

/// Renders for people: the source lines with the bytes in question underlined. With `styled` the text carries terminal
/// colours.
pub fn human(source: &Source, diagnostics: &[Diagnostic], styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let mut output = String::new();
    for diagnostic in diagnostics {
        output.push_str(&one(&renderer, source, diagnostic));
        output.push_str("\n\n");
    }
    output
}

fn one(renderer: &Renderer, source: &Source, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // Only the lines between the labels are handed over: the renderer walks all it is given, and files are long.
    let labels = || std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
    let start = labels().map(|label| label.span.start).min().unwrap_or_default();
    let end = labels().map(|label| source.first_line(label.span).end).max().unwrap_or_default();
    let window = source.lines(Span { start, end });

    let mut snippet = Snippet::source(source.slice(window))
        .path(source.path.as_str())
        .line_start(source.position(window.start).line);
    for (index, label) in labels().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let span = source.first_line(label.span);
        let range = span.start.saturating_sub(window.start)..span.end.saturating_sub(window.start);
        let text = (!label.text.is_empty()).then_some(label.text.as_str());
        snippet = snippet.annotation(kind.span(range).label(text));
    }
    let mut group =
        level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name()).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}
