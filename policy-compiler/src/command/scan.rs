use std::path::{Path, PathBuf};

use clap::ValueEnum;
use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::{
    generate::http,
    scan::{self, Detector, Detectors, Report, Severity, client},
    source::Source,
};

use serde_json::json;

use super::{Failure, Format, Outcome, files, load, print, server};

/// Find personal data, secrets, hidden text and injected instructions in files, saved answers and live servers
#[derive(clap::Args)]
#[command(after_help = "\
In JSON every string, name and number is looked at as its reader decodes it, also in JSON inside strings. Values of
secrets and personal data are never printed.

  mcpgov scan --list                                      the detectors that there are
  mcpgov scan tools.json                                  a saved answer to `tools/list`, or any other text
  mcpgov scan http://localhost:8080/mcp                   what a server lists, and its instructions
  mcpgov scan --mcp-config ~/.cursor/mcp.json --policy P  configuration of a client")]
pub(super) struct Arguments {
    /// File, `-` for standard input, or http URL of a server
    #[arg(value_name = "FILE|URL", required_unless_present_any = ["mcp_config", "list"])]
    inputs: Vec<String>,
    /// Configuration files of MCP clients: Claude, Cursor, VS Code, Windsurf and others like them
    #[arg(long, value_name = "PATH", num_args = 1..)]
    mcp_config: Vec<String>,
    /// Policy or table whose detectors are used, and whose registry the servers of `--mcp-config` are looked up in
    /// [default: all detectors]
    #[arg(long, value_name = "POLICY|TABLE")]
    policy: Option<PathBuf>,
    /// Least severity of a finding that makes the exit code 5
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::High)]
    fail_on: FailOn,
    /// Header for requests to a server, such as `Authorization: Bearer …`; may be repeated
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = server::header)]
    headers: Vec<(String, String)>,
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
    let mut reports = Vec::new();
    for input in &arguments.inputs {
        let source = if input.contains("://") { live(input, &arguments.headers)? } else { file(input)? };
        let findings = scan::source(&detect, &source);
        reports.push(Report { source, findings });
    }
    for path in &arguments.mcp_config {
        let path = at_home(path);
        let source = file(&path)?;
        let findings = client::configuration(&detect, &source, policy.as_ref())
            .map_err(|error| Failure::new(format!("`{path}` is no configuration in JSON: {error}")))?;
        reports.push(Report { source, findings });
    }
    print(&match format {
        Format::Human => scan::human(&reports),
        Format::Plain => scan::plain(&reports),
        Format::Json => format!("{:#}\n", scan::json(&reports)),
        Format::Sarif => format!("{:#}\n", scan::sarif(&reports)),
    })?;
    let mut severities =
        reports.iter().flat_map(|report| &report.findings).map(|finding| finding.detector.severity);
    let failed = severities.any(|severity| arguments.fail_on.includes(severity));
    Ok(if failed { Outcome::Found } else { Outcome::Done })
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

/// What a server shows, as text to look through.
fn live(url: &str, headers: &[(String, String)]) -> Result<Source, Failure> {
    let shown = http::survey(url, headers).map_err(server::failure)?;
    Ok(Source { path: url.to_owned(), text: format!("{shown:#}\n") })
}

/// The text of a file; what is no UTF-8 in it is replaced, as readers of logs and pages do.
fn file(path: &str) -> Result<Source, Failure> {
    let path = Path::new(path);
    Ok(Source { path: files::shown(path), text: text(files::bytes(path)?) })
}

/// Bytes as text. A mark at the beginning says how it is written, and is no part of it: three spaces are as long.
fn text(bytes: Vec<u8>) -> String {
    let wide = |unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).skip(1);
        let units: Vec<u16> = units.filter_map(|pair| Some(unit(pair.try_into().ok()?))).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes.as_slice() {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => format!("   {}", String::from_utf8_lossy(rest)),
        _ => String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// The path with a leading `~` as the home folder, for shells that do not know it in the middle of a command.
fn at_home(path: &str) -> String {
    let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE")).ok();
    match (path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\'])), home) {
        (Some(rest), Some(home)) => format!("{home}{rest}"),
        _ => path.to_owned(),
    }
}
