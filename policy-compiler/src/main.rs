//! `mcpgov`: compiles MCP policies, checks and explains them.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run(std::env::args_os())
}
