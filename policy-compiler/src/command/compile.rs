use std::path::PathBuf;

use super::{Failure, Format, Outcome, files, report};

/// Compile a policy to the table the filter reads
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Policy file, `-` for standard input
    policy: PathBuf,
    /// Table file to write, `-` for standard output
    #[arg(short, long, value_name = "TABLE")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let source = files::source(&arguments.policy)?;
    let (table, diagnostics) = mcpgov_policy_compiler::compile(&source);
    report::diagnostics(&source, &diagnostics, format);
    let Some(table) = table else { return Ok(Outcome::Refused) };
    files::write(&arguments.output, &table)?;
    Ok(Outcome::Done)
}
