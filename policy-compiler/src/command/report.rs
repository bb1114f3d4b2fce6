//! Diagnostics and failures on their way to a person or a program.

use std::io::{IsTerminal, Write, stderr};

use mcpgov_policy_compiler::{
    diagnostic::{self, Diagnostic},
    source::Source,
};

use super::{Failure, Format};

/// The diagnostics as text of the asked shape; colours are for the stream to keep or strip.
pub(super) fn text(source: &Source, diagnostics: &[Diagnostic], format: Format) -> String {
    match format {
        Format::Human => diagnostic::human(source, diagnostics, true),
        Format::Plain => diagnostic::plain(source, diagnostics),
        Format::Json => format!("{:#}\n", diagnostic::json(source, diagnostics)),
        Format::Sarif => format!("{:#}\n", diagnostic::sarif(source, diagnostics)),
    }
}

/// Diagnostics beside the product of a verb: on standard error, and only if there are any.
pub(super) fn diagnostics(source: &Source, diagnostics: &[Diagnostic], format: Format) {
    if !diagnostics.is_empty() {
        // There is no further place to report to.
        let _ = anstream::stderr().write_all(text(source, diagnostics, format).as_bytes());
    }
}

/// A failure, as one error line and its help.
pub(super) fn failure(failure: &Failure) {
    let (red, reset) = if stderr().is_terminal() { ("\u{1b}[1;91m", "\u{1b}[0m") } else { ("", "") };
    let mut text = format!("{red}error{reset}: {}\n", failure.message);
    if let Some(help) = &failure.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
}
