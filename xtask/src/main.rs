//! `cargo xtask`: what a person does with this repository.

mod accuracy;
mod bench;
mod demo;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Development tasks of mcpgov", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show what governance does: a real client, a real server, Envoy with the filter between them
    Demo(demo::Arguments),
    /// Check everything: format, lints, unit and golden tests, the engine in WebAssembly, end to end on Envoy
    Test(test::Arguments),
    /// Measure what the filter costs
    Bench(bench::Arguments),
    /// Measure what the detectors find in labelled corpora, and what else
    Accuracy(accuracy::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Demo(arguments) => demo::run(&arguments),
        Verb::Test(arguments) => test::run(&arguments),
        Verb::Bench(arguments) => bench::run(&arguments),
        Verb::Accuracy(arguments) => accuracy::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
