//! Building what the demo and the tests run: the filter module, the `mcpgov` program and policy tables.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, command, paths, tools};

const FILTER_TARGET: &str = "wasm32-wasip1";

/// Builds the filter as it ships and returns the path of the module.
///
/// # Errors
/// The target cannot be had or the build fails.
pub fn filter() -> Result<PathBuf> {
    filter_module(&paths::target(), &[])
}

/// Builds the filter with the feature `test-panic`, in a build folder of its own, so that no test can mistake the two.
///
/// # Errors
/// As [`filter`].
pub fn filter_that_panics() -> Result<PathBuf> {
    filter_module(&paths::target().join("test-panic"), &["--features", "test-panic"])
}

fn filter_module(target: &Path, features: &[&str]) -> Result<PathBuf> {
    tools::rust_target(FILTER_TARGET)?;
    let build = [
        "build",
        "--locked",
        "--quiet",
        "--profile",
        "module",
        "-p",
        "mcpgov-filter",
        "--target",
        FILTER_TARGET,
    ];
    command::run(command::cargo(build).args(features).arg("--target-dir").arg(target))?;
    Ok(target.join(FILTER_TARGET).join("module").join("mcpgov_filter.wasm"))
}

/// Builds the `mcpgov` program and returns its path.
///
/// # Errors
/// The build fails.
pub fn compiler() -> Result<PathBuf> {
    let build = ["build", "--locked", "--quiet", "-p", "mcpgov-policy-compiler", "--bin", "mcpgov"];
    command::run(&mut command::cargo(build))?;
    Ok(paths::target().join("debug").join(format!("mcpgov{}", std::env::consts::EXE_SUFFIX)))
}

/// Compiles the policy file `policy` with the program `compiler` into the file `table`.
///
/// # Errors
/// What the compiler finds wrong.
pub fn table(compiler: &Path, policy: &Path, table: &Path) -> Result<()> {
    command::output(Command::new(compiler).arg("compile").arg(policy).arg("--output").arg(table)).map(drop)
}
