use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use super::{Diagnostic, Label, Severity};
use crate::source::{Lines, Source, Span};

/// Labels further apart are shown as snippets of their own: the renderer walks all the text it is given.
const SNIPPET_BYTES_MAX: usize = 16 * 1024;

/// Renders for people: the source lines with the bytes in question underlined. With `styled` the text carries
/// terminal colours.
pub fn human(source: &Source, diagnostics: &[Diagnostic], styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let lines = source.lines();
    let mut output = String::new();
    for diagnostic in diagnostics {
        output.push_str(&one(&renderer, source, &lines, diagnostic));
        output.push_str("\n\n");
    }
    output
}

fn one(renderer: &Renderer, source: &Source, lines: &Lines, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name());
    let near = |label: &&Label| label.span.start.abs_diff(diagnostic.primary.span.start) < SNIPPET_BYTES_MAX;
    let (near, far): (Vec<_>, Vec<_>) = diagnostic.secondary.iter().partition(near);
    let mut snippets = vec![snippet(source, lines, Some(&diagnostic.primary), &near)];
    snippets.extend(far.iter().map(|label| snippet(source, lines, None, &[label])));
    let mut group = title.elements(snippets);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// The lines from the first to the last of the labels, each of them underlined.
fn snippet<'s>(
    source: &'s Source,
    lines: &Lines,
    primary: Option<&'s Label>,
    secondary: &[&'s Label],
) -> Snippet<'s, Annotation<'s>> {
    let labels = || primary.into_iter().chain(secondary.iter().copied());
    let start = labels().map(|label| label.span.start).min().unwrap_or_default();
    let end = labels().map(|label| source.first_line(label.span).end).max().unwrap_or_default();
    let window = lines.around(Span { start, end });
    let annotate = |kind: AnnotationKind, label: &'s Label| {
        let span = source.first_line(label.span);
        let range = span.start.saturating_sub(window.start)..span.end.saturating_sub(window.start);
        kind.span(range).label((!label.text.is_empty()).then_some(label.text.as_str()))
    };
    Snippet::source(source.slice(window))
        .path(source.path.as_str())
        .line_start(lines.position(window.start).line)
        .annotations(primary.map(|label| annotate(AnnotationKind::Primary, label)))
        .annotations(secondary.iter().map(|label| annotate(AnnotationKind::Context, label)))
}
