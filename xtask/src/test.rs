//! `cargo xtask test`: every check of the repository, cheapest first.

use std::env;
use std::path::Path;

use xtask::step::step;
use xtask::{Result, build, command, tools};

/// Where the engine's tests run in WebAssembly: a target without an operating system, as the engine asks for none.
const ENGINE_TARGET: &str = "wasm32-unknown-unknown";
const FILTER_TARGET: &str = "wasm32-wasip1";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Repeat what is random or repetitive ten times as often
    #[arg(long)]
    long: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    step("check the format", || command::run(&mut command::cargo(["fmt", "--all", "--check"])))?;
    step("add the WebAssembly targets", || {
        tools::rust_target(FILTER_TARGET)?;
        tools::rust_target(ENGINE_TARGET)
    })?;
    step("lint", || clippy(&["--workspace", "--all-targets"]))?;
    step("lint the filter as it ships", || clippy(&["-p", "mcpgov-filter", "--target", FILTER_TARGET]))?;
    step("test the parts", || {
        command::run_tests(&mut command::cargo([
            "test",
            "--locked",
            "--workspace",
            "--exclude",
            "mcpgov-tests",
        ]))
    })?;
    let node = step("get Node.js", tools::node)?;
    let runner = step("get wasm-bindgen's test runner", tools::wasm_bindgen_test_runner)?;
    step("test the engine in WebAssembly", || engine_in_wasm(&node, &runner))?;
    step("get Envoy", tools::envoy)?;
    step("build the filter", || build::filter().and_then(|_| build::filter_that_panics()))?;
    step("test end to end on Envoy", || {
        let mut test = command::cargo(["test", "--locked", "-p", "mcpgov-tests"]);
        if arguments.long {
            test.env("MCPGOV_LONG", "1");
        }
        command::run_tests(&mut test)
    })?;
    Ok(())
}

fn clippy(what: &[&str]) -> Result<()> {
    let mut clippy = command::cargo(["clippy", "--locked", "--quiet"]);
    command::run(clippy.args(what).args(["--", "--deny", "warnings"]))
}

fn engine_in_wasm(node: &Path, runner: &Path) -> Result<u64> {
    let mut test = command::cargo([
        "test",
        "--locked",
        "-p",
        "mcpgov-engine",
        "--lib",
        "--tests",
        "--target",
        ENGINE_TARGET,
    ]);
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    // The runner looks for `node` on the path.
    if let Some(folder) = node.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&path));
        if let Ok(path) = env::join_paths(folders) {
            test.env("PATH", path);
        }
    }
    command::run_tests(&mut test)
}
