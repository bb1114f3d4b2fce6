//! `mcpgov`: compiles MCP policies, checks and explains them.

mod command;

use std::{
    panic,
    process::{self, ExitCode},
};

fn main() -> ExitCode {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        eprintln!(
            "error: internal error{place}\n  help: this is a defect of mcpgov; please report it with the policy"
        );
        process::exit(1);
    }));
    command::run(std::env::args_os())
}
