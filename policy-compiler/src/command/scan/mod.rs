mod input;
mod output;
mod walk;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::scan::{self, Detector, Detectors, Severity, client};
use serde_json::json;

use super::{Failure, Format, Outcome, load, print, progress::Bar, server};
use output::Output;

/// Find personal data, secrets, hidden text and injected instructions in files, saved answers and live servers
#[derive(clap::Args)]
#[command(after_help = "\
In JSON every string, name and number is looked at as its reader decodes it, also in JSON inside strings. Values of \
secrets and personal data are never printed.

Of a folder every text is looked at, whatever `.gitignore` says, but for `.git`. Symbolic links are not followed; \
binary files are counted. What cannot be read is said on standard error, and the rest is looked at all the same.

  mcpgov scan --list                                      the detectors that there are
  mcpgov scan tools.json                                  a saved answer, or any other text
  mcpgov scan . --exclude node_modules                    a folder
  mcpgov scan https://mcp.example/mcp                     what a server lists, and its instructions
  mcpgov scan --mcp-config ~/.cursor/mcp.json --policy P  configuration of a client

Exit codes:
  0  nothing was found of the severity that `--fail-on` names, or worse
  1  error: also where a part could not be read and nothing was found in the rest
  5  something was found")]
pub(super) struct Arguments {
    /// File, folder, `-` for standard input, or URL of a server
    #[arg(value_name = "FILE|FOLDER|URL", required_unless_present_any = ["mcp_config", "list"])]
    inputs: Vec<OsString>,
    /// Configuration files of MCP clients: Claude, Cursor, VS Code, Codex, Goose and others like them
    #[arg(long, value_name = "PATH", num_args = 1..)]
    mcp_config: Vec<String>,
    /// Policy or table whose detectors are used, and whose registry the servers of `--mcp-config` are looked up in
    /// [default: all detectors]
    #[arg(long, value_name = "POLICY|TABLE")]
    policy: Option<PathBuf>,
    /// Least severity of a finding that makes the exit code 5
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::High)]
    fail_on: FailOn,
    /// Leave out of folders what has this name, or this way from the folder; `*` stands for anything; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Header for requests to a server, such as `Authorization: Bearer …`; may be repeated
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Print the detectors and their severities, and look at nothing
    #[arg(long, conflicts_with_all = ["inputs", "mcp_config"])]
    list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Anything found
    Low,
    /// Personal data, and text that may be hidden on purpose
    Medium,
    /// Instructions to the model, and what is likely a secret
    High,
    /// Secrets for certain
    Critical,
    /// Nothing
    Never,
}

impl FailOn {
    fn includes(self, severity: Severity) -> bool {
        match self {
            Self::Low => true,
            Self::Medium => severity >= Severity::Medium,
            Self::High => severity >= Severity::High,
            Self::Critical => severity >= Severity::Critical,
            Self::Never => false,
        }
    }
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let policy = match &arguments.policy {
        Some(path) => match load::table(path, format)? {
            Some(table) => Some(table),
            None => return Ok(Outcome::Refused),
        },
        None => None,
    };
    if let Some(table) = &policy
        && !arguments.mcp_config.is_empty()
        && table.view().servers.is_empty()
    {
        return Err(Failure::new("the policy has no registry that servers could be looked up in")
            .help("give it `servers`, or leave `--policy` out"));
    }
    let detect = detectors(policy.as_ref())?;
    if arguments.list {
        print(&list(&detect, format))?;
        return Ok(Outcome::Done);
    }
    let headers = server::headers(&arguments.headers)?;
    let mut output = Output::new(format, arguments.fail_on);
    for given in &arguments.inputs {
        let path = Path::new(given);
        if path.is_dir() {
            folder(path, &arguments.exclude, &detect, &mut output)?;
            continue;
        }
        let source = match given.to_str().filter(|text| text.contains("://")) {
            Some(url) => input::live(url, &headers),
            None => input::file(path),
        };
        match source {
            Ok(source) => {
                let findings = scan::source(&detect, &source);
                output.take(source, findings)?;
            }
            Err(failure) => output.fail(&failure),
        }
    }
    for path in &arguments.mcp_config {
        let path = input::at_home(path);
        let source = match input::file(Path::new(&path)) {
            Ok(source) => source,
            Err(failure) => {
                output.fail(&failure);
                continue;
            }
        };
        let findings = match client::configuration(&detect, &source, policy.as_ref()) {
            Ok(findings) => findings,
            Err(error) => {
                output.fail(&Failure::new(format!("`{path}` {error}")));
                // Secrets are secrets all the same.
                scan::source(&detect, &source)
            }
        };
        output.take(source, findings)?;
    }
    output.finish()
}

fn folder(path: &Path, exclude: &[String], detect: &Detectors, output: &mut Output) -> Result<(), Failure> {
    let walk = walk::walk(path, exclude);
    output.summary.links += walk.links;
    output.summary.special += walk.special;
    walk.failures.iter().for_each(|failure| output.fail(failure));
    let mut bar = Bar::new();
    let total = u64::try_from(walk.files.len()).ok();
    for (done, entry) in (1..).zip(walk.files) {
        match input::found(&entry.path, entry.shown) {
            Ok(Some(source)) => {
                let findings = scan::source(detect, &source);
                if !findings.is_empty() {
                    bar.clear();
                }
                output.take(source, findings)?;
            }
            Ok(None) => output.summary.binary += 1,
            Err(failure) => {
                bar.clear();
                output.fail(&failure);
            }
        }
        bar.show(done, total, "files");
    }
    bar.clear();
    Ok(())
}

/// A detector a line, or as JSON.
fn list(detectors: &Detectors, format: Format) -> String {
    let one = |detector: &Detector| (detector.name.clone(), detector.severity.name());
    let all = detectors.each().iter().map(one);
    match format {
        Format::Human | Format::Plain => all.map(|(name, severity)| format!("{name} {severity}\n")).collect(),
        Format::Json | Format::Sarif => {
            let all: Vec<_> =
                all.map(|(name, severity)| json!({ "name": name, "severity": severity })).collect();
            format!("{:#}\n", json!(all))
        }
    }
}

/// Those of the policy, or all where it has none.
fn detectors(policy: Option<&Table<Vec<u8>>>) -> Result<Detectors, Failure> {
    match policy.and_then(Detectors::of) {
        Some(detectors) => Ok(detectors),
        None => Detectors::all().map_err(Failure::new),
    }
}
