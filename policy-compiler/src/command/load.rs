//! Policies and tables, whichever a verb is given.

use std::path::Path;

use mcpgov_engine::table::{Table, format::MAGIC};

use super::{Failure, Format, files, report};

/// Reads a table, or compiles a policy; `None` where the policy has errors, which are then reported.
pub(super) fn table(path: &Path, format: Format) -> Result<Option<Table<Vec<u8>>>, Failure> {
    let bytes = files::bytes(path)?;
    let bytes = if bytes.starts_with(&MAGIC) {
        bytes
    } else {
        let source = files::into_source(path, bytes)?;
        let (compiled, diagnostics) = mcpgov_policy_compiler::compile(&source);
        report::diagnostics(&source, &diagnostics, format);
        let Some(compiled) = compiled else { return Ok(None) };
        compiled
    };
    files::table(path, bytes).map(Some)
}
