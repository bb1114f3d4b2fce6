//! The command line. Every verb is a file here with its `Arguments` and a `run` that returns an [`Outcome`].

mod check;
mod compile;
mod completions;
mod diff;
mod explain;
mod files;
mod fmt;
mod init;
mod load;
mod progress;
mod render;
mod report;
mod scan;
mod schema;
mod server;
mod show;
mod simulate;
mod test;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum, error::ErrorKind};

const EXIT_CODES: &str = "\
Exit codes:
  0  done; for `explain`: the call is allowed, with or without constraints
  1  error: bad usage, unreadable file, policy that does not compile
  2  `explain`: the call is denied or needs approval
  3  `test`: tests of a policy failed
  4  `diff`: a change that `--fail-on` names
  5  `scan`: something was found of the severity that `--fail-on` names, or worse";

/// Compiles policies for MCP traffic, checks them and explains their decisions
#[derive(Parser)]
#[command(name = "mcpgov", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    /// How diagnostics about a policy, and findings, are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Subcommand)]
enum Verb {
    Compile(compile::Arguments),
    Check(check::Arguments),
    Explain(Box<explain::Arguments>),
    Show(show::Arguments),
    Render(render::Arguments),
    Test(test::Arguments),
    Diff(diff::Arguments),
    Simulate(simulate::Arguments),
    Init(init::Arguments),
    Fmt(fmt::Arguments),
    Scan(scan::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
}

/// Shapes of diagnostics.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Source lines with the text in question underlined
    Human,
    /// One line each: `path:line:column: severity[code]: message (help)`
    Plain,
    /// A JSON array
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// What a verb came to. The numbers are API: scripts and CI read them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done = 0,
    /// Errors in a policy that have been reported.
    Refused = 1,
    NotAllowed = 2,
    TestsFailed = 3,
    /// A change that the caller asked to fail on.
    Changed = 4,
    /// Something that must not pass.
    Found = 5,
}

/// Why a verb could not do its work.
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Runs the command line `arguments`, the program's name first.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe leaves nobody to tell.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(u8::from(!asked));
        }
    };
    let format = cli.format;
    let outcome = match cli.verb {
        Verb::Compile(arguments) => compile::run(&arguments, format),
        Verb::Check(arguments) => check::run(&arguments, format),
        Verb::Explain(arguments) => explain::run(*arguments, format),
        Verb::Show(arguments) => show::run(&arguments),
        Verb::Render(arguments) => render::run(&arguments, format),
        Verb::Test(arguments) => test::run(&arguments, format),
        Verb::Diff(arguments) => diff::run(&arguments, format),
        Verb::Simulate(arguments) => simulate::run(&arguments, format),
        Verb::Init(arguments) => init::run(&arguments, format),
        Verb::Fmt(arguments) => fmt::run(&arguments, format),
        Verb::Scan(arguments) => scan::run(&arguments, format),
        Verb::Schema(schema::Arguments {}) => schema::run(),
        Verb::Completions(arguments) => completions::run(&arguments),
    };
    match outcome {
        Ok(outcome) => ExitCode::from(outcome as u8),
        Err(failure) => {
            report::failure(&failure);
            ExitCode::from(Outcome::Refused as u8)
        }
    }
}

/// Writes the product of a verb. A reader that has gone away (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}
