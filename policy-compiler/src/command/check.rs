use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use mcpgov_policy_compiler::diagnostic::{Code, Severity};

use super::{Failure, Format, Outcome, files, load, print, report};

/// Check a policy and report everything wrong with it, and what is suspicious
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Policy file or folder, `-` for standard input
    #[arg(required_unless_present = "explain")]
    policy: Option<PathBuf>,
    /// Refuse a policy with warnings too
    #[arg(long)]
    deny_warnings: bool,
    /// Explain a code of an error or a warning
    #[arg(long, value_name = "CODE", exclusive = true, hide_possible_values = true,
          value_parser = PossibleValuesParser::new(Code::ALL.iter().map(|code| code.name())))]
    explain: Option<String>,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    if let Some(code) = arguments.explain.as_deref().and_then(Code::from_name) {
        print(code.page())?;
        return Ok(Outcome::Done);
    }
    let Some(path) = &arguments.policy else { return Ok(Outcome::Done) };
    let (table, found) = load::bundle(path)?.inspect();
    let all = || found.iter().flat_map(|(_, diagnostics)| diagnostics);
    let mut text = report::text(&found, format);
    let refused = table.is_none() || (arguments.deny_warnings && all().next().is_some());
    if format == Format::Human {
        let count = |severity| all().filter(|diagnostic| diagnostic.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let summary = match (errors, warnings) {
            (0, 0) => "fine".to_owned(),
            (0, warnings) => plural(warnings, "warning"),
            (errors, 0) => plural(errors, "error"),
            (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        };
        text.push_str(&format!("{}: {summary}\n", files::shown(path)));
    }
    print(&text)?;
    Ok(if refused { Outcome::Refused } else { Outcome::Done })
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
