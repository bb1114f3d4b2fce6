use std::path::PathBuf;

use mcpgov_policy_compiler::show;

use super::{Failure, Outcome, files, print};

/// Print what a table holds
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Table file, `-` for standard input
    table: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let table = files::table(&arguments.table, files::bytes(&arguments.table)?)?;
    print(&show::table(&table))?;
    Ok(Outcome::Done)
}
