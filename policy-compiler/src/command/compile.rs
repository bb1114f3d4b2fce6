use std::path::PathBuf;

use super::{Failure, Format, Outcome, files, load};

/// Compile a policy to the table the filter reads
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Policy file or folder, `-` for standard input
    policy: PathBuf,
    /// Table file to write, `-` for standard output
    #[arg(short, long, value_name = "TABLE")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let Some(table) = load::policy(&arguments.policy, format)? else { return Ok(Outcome::Refused) };
    files::write(&arguments.output, &table)?;
    Ok(Outcome::Done)
}
