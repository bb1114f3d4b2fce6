//! Turns YAML policy into tables.
//!
//! ```text
//! Source -> syntax::parse -> Node -> read::policy -> Policy -> check::policy -> lower::policy -> table bytes
//! ```
//! Every step adds to one list of diagnostics and goes on as far as it can, so that one run reports everything.
//! Deciding is the engine's work, here as in the proxy.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod bundle;
pub mod check;
mod conditions;
pub mod describe;
pub mod detectors;
pub mod diagnostic;
pub mod difference;
pub mod explain;
pub mod format;
pub mod generate;
pub mod json_schema;
pub mod lower;
pub mod policy;
pub mod read;
pub mod regex;
pub mod render;
pub mod show;
pub mod simulation;
pub mod source;
pub mod syntax;
pub mod testing;

use mcpgov_engine::table::{Table, write::write};

use crate::{
    diagnostic::{Code, Diagnostic, any_error},
    policy::Policy,
    source::{Source, Span},
};

/// Reads and checks a policy. The policy is there exactly if none of the diagnostics is an error; warnings
/// may be.
pub fn read_policy(source: &Source) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let policy = syntax::parse(source, &mut diagnostics).map(|root| {
        let policy = read::policy(&root, &mut diagnostics);
        if let Some(reference) = policy.includes.iter().chain(&policy.layered).next() {
            let message = "this policy is more than one file, and is read alone";
            diagnostics.push(Diagnostic::error(Code::Inconsistent, reference.span, message));
        }
        check::policy(&policy, &mut diagnostics);
        policy
    });
    // Steps find things in their own order; people read a file from the top.
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.primary.span.end));
    (policy.filter(|_| !any_error(&diagnostics)), diagnostics)
}

/// Compiles a policy to a table. The bytes are there exactly if none of the diagnostics is an error. The same
/// text gives the same bytes.
pub fn compile(source: &Source) -> (Option<Vec<u8>>, Vec<Diagnostic>) {
    let (policy, mut diagnostics) = read_policy(source);
    let Some(policy) = policy else { return (None, diagnostics) };
    match write(&lower::policy(policy)) {
        Ok(table) => (Some(table), diagnostics),
        Err(error) => {
            diagnostics.push(Diagnostic::error(Code::TooLarge, Span::default(), error.to_string()));
            (None, diagnostics)
        }
    }
}

/// Compiles a policy, and looks also for what is suspicious about it, which takes longer.
pub fn inspect(source: &Source) -> (Option<Vec<u8>>, Vec<Diagnostic>) {
    let (policy, mut diagnostics) = read_policy(source);
    let Some(policy) = policy else { return (None, diagnostics) };
    let places = analysis::Places::of(&policy);
    let table = match write(&lower::policy(policy)).map(Table::from_bytes) {
        Ok(Ok(table)) => table,
        Ok(Err(error)) => return (None, too_large(diagnostics, &error.to_string())),
        Err(error) => return (None, too_large(diagnostics, &error.to_string())),
    };
    analysis::policy(&places, &table, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.primary.span.end));
    (Some(table.as_bytes().to_vec()), diagnostics)
}

fn too_large(mut diagnostics: Vec<Diagnostic>, message: &str) -> Vec<Diagnostic> {
    diagnostics.push(Diagnostic::error(Code::TooLarge, Span::default(), message));
    diagnostics
}
