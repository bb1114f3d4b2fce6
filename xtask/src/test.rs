//! `cargo xtask test`: every check of the repository, cheapest first.

use std::path::Path;

use xtask::step::step;
use xtask::{Result, build, command, paths, tools};

use crate::accuracy;

/// Where the engine's tests run in WebAssembly: a target without an operating system, as the engine asks for none.
const ENGINE_TARGET: &str = "wasm32-unknown-unknown";
const FILTER_TARGET: &str = "wasm32-wasip1";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Repeat what is random or repetitive ten times as often, run the whole of the load tests, and fuzz
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
    step("build the documentation", documentation)?;
    step("test the parts", || {
        command::run_tests(&mut command::cargo([
            "test",
            "--locked",
            "--workspace",
            "--exclude",
            "mcpgov-tests",
        ]))
    })?;
    accuracy()?;
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
    if arguments.long { fuzz() } else { Ok(()) }
}

/// That no figure has fallen, where there is something to measure with.
fn accuracy() -> Result<()> {
    let folder = accuracy::corpora();
    if !folder.is_dir() {
        eprintln!("==> measure the detectors: skipped, because there is no `{}`", folder.display());
        return Ok(());
    }
    step("measure the detectors", || accuracy::run(&accuracy::Arguments::default()))
}

/// Seconds for which each target is fuzzed.
const FUZZ_SEC: u32 = 60;

fn fuzz() -> Result<()> {
    let programs = step("get cargo-fuzz", tools::cargo_fuzz)?;
    let folder = paths::root().join("tests").join("fuzz");
    let cargo = |arguments: &[&str]| {
        let mut cargo = command::cargo(arguments.iter().copied());
        command::put_on_path(cargo.current_dir(&folder), &programs);
        command::run(&mut cargo)
    };
    step("write what fuzzing starts from", || cargo(&["run", "--quiet", "--example", "seeds"]))?;
    for target in ["message", "exchange", "sse", "stream", "table", "policy", "protect"] {
        let time = format!("-max_total_time={FUZZ_SEC}");
        step(&format!("fuzz {target} for {FUZZ_SEC} s"), || {
            // Sanitizers take a nightly compiler, and what is fuzzed forbids unsafe code.
            let fuzz = ["fuzz", "run", "--sanitizer", "none", "--fuzz-dir", ".", target];
            cargo(&[&fuzz[..], &["--", &time, "-print_final_stats=1"]].concat())
        })?;
    }
    Ok(())
}

fn clippy(what: &[&str]) -> Result<()> {
    let mut clippy = command::cargo(["clippy", "--locked", "--quiet"]);
    command::run(clippy.args(what).args(["--", "--deny", "warnings"]))
}

/// Of public items, with every link leading somewhere.
fn documentation() -> Result<()> {
    let mut doc = command::cargo(["doc", "--locked", "--quiet", "--workspace", "--no-deps"]);
    command::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))
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
        command::put_on_path(&mut test, folder);
    }
    command::run_tests(&mut test)
}
