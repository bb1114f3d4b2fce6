//! `cargo xtask demo`: everything the demonstration needs, then the demonstration.

use xtask::step::step;
use xtask::{Result, build, command, paths, tools};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Keep the proxy and the servers running for your own MCP client, until Ctrl-C
    #[arg(long)]
    serve: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let envoy = step("get Envoy", tools::envoy)?;
    let filter = step("build the filter", build::filter)?;
    let policy = paths::root().join("policy-compiler/examples/demo.yaml");
    let table = paths::target().join("demo.table");
    step("compile the policy", || build::table(&build::compiler()?, &policy, &table))?;
    step("build the client and the servers", || {
        command::run(&mut command::cargo([
            "build",
            "--locked",
            "--quiet",
            "-p",
            "mcpgov-tests",
            "--bin",
            "demo",
        ]))
    })?;
    let mut demo =
        command::cargo(["run", "--locked", "--quiet", "-p", "mcpgov-tests", "--bin", "demo", "--"]);
    demo.arg("--envoy").arg(envoy).arg("--filter").arg(filter).arg("--table").arg(table);
    if arguments.serve {
        demo.arg("--serve");
    }
    command::run(&mut demo)
}
