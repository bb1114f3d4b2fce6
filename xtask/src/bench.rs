//! `cargo xtask bench`.

use xtask::{Failure, Result};

#[derive(clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<()> {
    Err(Failure::new("not built yet"))
}
