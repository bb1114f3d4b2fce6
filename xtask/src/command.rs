//! Running other programs.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Failure, Result, paths};

/// `cargo`, the one that runs us where there is one, in the root of the repository.
pub fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.current_dir(paths::root()).args(arguments);
    command
}

/// Runs `command` with our own standard streams.
///
/// # Errors
/// The program cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{} failed ({status})", line(command)))) }
}

/// Runs `command` and returns its standard output.
///
/// # Errors
/// As [`run`], with what the program wrote to standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{} failed ({})\n{}", line(command), output.status, said.trim_end())))
}

/// Runs `command`, passes its standard output on, and counts the tests its closing lines report as passed.
///
/// # Errors
/// As [`run`]; also where no test ran, since a run that checks nothing must not look like a success.
pub fn run_tests(command: &mut Command) -> Result<u64> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let mut passed = 0;
    if let Some(stdout) = child.stdout.take() {
        for text in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
            println!("{text}");
            passed += passed_in(&text);
        }
    }
    let status = child.wait().map_err(|error| cannot_start(command, &error))?;
    if !status.success() {
        return Err(Failure::new(format!("{} failed ({status})", line(command))));
    }
    if passed == 0 {
        return Err(Failure::new(format!("{} ran no test", line(command))));
    }
    Ok(passed)
}

/// Lets `command` find programs in `folder` before all others.
pub fn put_on_path(command: &mut Command, folder: &Path) {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&path));
    // Only a folder whose name has a separator in it cannot be joined.
    if let Ok(path) = env::join_paths(folders) {
        command.env("PATH", path);
    }
}

fn passed_in(text: &str) -> u64 {
    let Some(counts) = text.trim_start().strip_prefix("test result: ok. ") else { return 0 };
    counts.split_once(" passed").and_then(|(count, _)| count.parse().ok()).unwrap_or(0)
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start `{}`: {error}", command.get_program().to_string_lossy()))
}

fn line(command: &Command) -> String {
    // Cargo names itself by its whole path, which says nothing here.
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy()).collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::passed_in;

    #[test]
    fn closing_lines_are_counted() {
        assert_eq!(passed_in("test result: ok. 17 passed; 0 failed; 0 ignored"), 17);
        assert_eq!(passed_in("    test result: ok. 2 passed; 0 failed"), 2);
        assert_eq!(passed_in("test result: FAILED. 17 passed; 1 failed"), 0);
        assert_eq!(passed_in("test passed_in ... ok"), 0);
    }
}
