//! Diagnostics and failures on their way to a person or a program.

use std::io::{IsTerminal, Write, stderr};

use mcpgov_policy_compiler::{
    diagnostic::{self, Diagnostic},
    scan::visible,
    source::Source,
};

use super::{Failure, Format};

/// The diagnostics of all files as text of the asked shape; colours are for the stream to keep or strip.
pub(super) fn text(files: &[(Source, Vec<Diagnostic>)], format: Format) -> String {
    let files: Vec<_> = files.iter().map(|(source, found)| (source, found.as_slice())).collect();
    shaped(&files, format)
}

/// Diagnostics beside the product of a verb: on standard error, and only if there are any.
pub(super) fn by_file(files: &[(Source, Vec<Diagnostic>)], format: Format) {
    if files.iter().any(|(_, diagnostics)| !diagnostics.is_empty()) {
        // There is no further place to report to, here and below.
        let _ = anstream::stderr().write_all(text(files, format).as_bytes());
    }
}

/// The same of one file.
pub(super) fn diagnostics(source: &Source, diagnostics: &[Diagnostic], format: Format) {
    if !diagnostics.is_empty() {
        let _ = anstream::stderr().write_all(shaped(&[(source, diagnostics)], format).as_bytes());
    }
}

fn shaped(files: &[(&Source, &[Diagnostic])], format: Format) -> String {
    match format {
        Format::Human => files.iter().map(|(source, found)| diagnostic::human(source, found, true)).collect(),
        Format::Plain => files.iter().map(|(source, found)| diagnostic::plain(source, found)).collect(),
        Format::Json => format!("{:#}\n", diagnostic::json(files)),
        Format::Sarif => format!("{:#}\n", diagnostic::sarif(files)),
    }
}

/// A failure, as one error line and its help.
pub(super) fn failure(failure: &Failure) {
    let (red, reset) = if stderr().is_terminal() { ("\u{1b}[1;91m", "\u{1b}[0m") } else { ("", "") };
    // Names of files and words of servers must not reach the terminal as what it obeys.
    let message: Vec<String> = failure.message.split('\n').map(visible).collect();
    let mut text = format!("{red}error{reset}: {}\n", message.join("\n"));
    if let Some(help) = &failure.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// What a person may want to know, and nothing is wrong with.
pub(super) fn note(words: &str) {
    let _ = anstream::stderr().write_all(format!("note: {words}\n").as_bytes());
}
