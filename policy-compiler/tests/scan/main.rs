//! `mcpgov scan`: what is looked through, what is shown of it, and what is never shown.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod configurations;
mod detectors;
mod files;
mod folders;
mod reports;
#[path = "../server/mod.rs"]
mod server;
mod surveys;
mod texts;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A card number that passes the check, and belongs to nobody.
const CARD: &str = "4111 1111 1111 1111";

fn mcpgov(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mcpgov")).arg("scan").args(arguments).output().unwrap()
}

/// Runs it in a folder, and returns exit code, standard output and standard error. To make all detectors takes a second, so
/// only cards are looked for where nothing else is asked for.
fn mcpgov_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcpgov"));
    command.arg("scan");
    if !arguments.iter().any(|argument| ["--policy", "--mcp-config"].contains(argument)) {
        let policy = folder.with_extension("yaml");
        let text = "version: v1\nrules: []\nprotections: [{ id: card, detect: pii.card, treatment: log }]\n";
        fs::write(&policy, text).unwrap();
        command.arg("--policy").arg(policy);
    }
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    (code(&output), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// An empty folder of this test's own.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("scan-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes files below an empty folder of this test's own.
fn tree(test: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let folder = folder(test);
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}
