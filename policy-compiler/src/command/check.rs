use std::path::PathBuf;

use mcpgov_policy_compiler::diagnostic::Severity;

use super::{Failure, Format, Outcome, files, print, report};

/// Check a policy and report everything wrong with it
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Policy file, `-` for standard input
    policy: PathBuf,
    /// Refuse a policy with warnings too
    #[arg(long)]
    deny_warnings: bool,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let source = files::source(&arguments.policy)?;
    let (table, diagnostics) = mcpgov_policy_compiler::compile(&source);
    let mut text = report::text(&source, &diagnostics, format);
    let refused = table.is_none() || (arguments.deny_warnings && !diagnostics.is_empty());
    if format == Format::Human {
        let count =
            |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let summary = match (errors, warnings) {
            (0, 0) => "fine".to_owned(),
            (0, warnings) => plural(warnings, "warning"),
            (errors, 0) => plural(errors, "error"),
            (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
        };
        text.push_str(&format!("{}: {summary}\n", source.path));
    }
    print(&text)?;
    Ok(if refused { Outcome::Refused } else { Outcome::Done })
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
