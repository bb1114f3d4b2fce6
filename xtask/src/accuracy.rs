//! `cargo xtask accuracy`: what detectors find in labelled corpora, and what else.

use std::path::PathBuf;

use xtask::{Result, command, paths};

#[derive(Default, clap::Args)]
#[command(after_help = "\
Goals that are missed are shown as MISSED and do not fail. What fails is a figure below the ratchet, the file
tests/data/accuracy-ratchet.json; `--update` raises it.")]
pub(crate) struct Arguments {
    /// Folder of the corpora [default: shared/corpora beside the repository]
    #[arg(long, value_name = "DIR")]
    corpora: Option<PathBuf>,
    /// Class to measure instead of all: secrets, pii, hidden, injection, poison, arguments
    #[arg(long, value_name = "CLASS")]
    only: Option<String>,
    /// Show this many faults of each measure
    #[arg(long, value_name = "N", default_value_t = 0)]
    misses: usize,
    /// Take what is better than the ratchet into it
    #[arg(long)]
    update: bool,
    /// With `--update`: take also what is worse
    #[arg(long, requires = "update")]
    lower: bool,
}

/// Where the corpora usually lie.
pub(crate) fn corpora() -> PathBuf {
    paths::root().join("../shared/corpora")
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // Relative to where the person is; cargo runs in the root.
    let here = std::env::current_dir().unwrap_or_default();
    let folder = arguments.corpora.as_ref().map_or_else(corpora, |folder| here.join(folder));
    let mut measure = command::cargo(["run", "--locked", "--quiet", "-p", "mcpgov-accuracy", "--"]);
    measure.arg("--corpora").arg(folder);
    if let Some(class) = &arguments.only {
        measure.args(["--only", class]);
    }
    if arguments.misses > 0 {
        measure.args(["--misses", &arguments.misses.to_string()]);
    }
    measure.args(arguments.update.then_some("--update")).args(arguments.lower.then_some("--lower"));
    command::run(&mut measure)
}
