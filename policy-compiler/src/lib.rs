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
pub mod live;
pub mod lower;
pub mod policy;
pub mod protect;
pub mod read;
pub mod regex;
pub mod render;
pub mod scan;
pub mod schema;
pub mod show;
pub mod simulation;
pub mod source;
pub mod syntax;
pub mod testing;

use crate::{
    bundle::{Bundle, ByFile},
    diagnostic::Diagnostic,
    policy::Policy,
    source::Source,
};

/// Reads and checks a policy of one file. The policy is there exactly if none of the diagnostics is an error;
/// warnings may be.
pub fn read_policy(source: &Source) -> (Option<Policy>, Vec<Diagnostic>) {
    of_one(alone(source).policy())
}

/// Compiles a policy of one file; see [`Bundle::compile`].
pub fn compile(source: &Source) -> (Option<Vec<u8>>, Vec<Diagnostic>) {
    of_one(alone(source).compile())
}

/// Compiles a policy of one file, and looks for what is suspicious; see [`Bundle::inspect`].
pub fn inspect(source: &Source) -> (Option<Vec<u8>>, Vec<Diagnostic>) {
    of_one(alone(source).inspect())
}

fn alone(source: &Source) -> Bundle {
    Bundle::alone(Source { path: source.path.clone(), text: source.text.clone() })
}

fn of_one<T>((result, diagnostics): (Option<T>, ByFile)) -> (Option<T>, Vec<Diagnostic>) {
    (result, diagnostics.into_iter().flat_map(|(_, found)| found).collect())
}
