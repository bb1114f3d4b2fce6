use std::path::PathBuf;

use mcpgov_policy_compiler::format;

use super::{Failure, Format, Outcome, files, print, report};

/// Bring policies and test files into canonical form; comments stay
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files to rewrite, `-` for standard input to standard output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing, and fail with 1 if a file is not in canonical form
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Done;
    for path in &arguments.files {
        let source = files::source(path)?;
        let (text, diagnostics) = format::format(&source);
        report::diagnostics(&source, &diagnostics, format);
        let Some(text) = text else {
            if diagnostics.is_empty() {
                let message = format!("cannot format `{}` without changing it", source.path);
                return Err(
                    Failure::new(message).help("this is a defect of mcpgov; please report it with the file")
                );
            }
            outcome = Outcome::Refused;
            continue;
        };
        if arguments.check {
            if text != source.text {
                print(&format!("{}\n", source.path))?;
                outcome = Outcome::Refused;
            }
        } else if path.as_os_str() == "-" {
            print(&text)?;
        } else if text != source.text {
            files::write(path, text.as_bytes())?;
        }
    }
    Ok(outcome)
}
