//! Files in and out. `-` is standard input or output.

use std::{
    fs::{self, File},
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
};

use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::source::{SOURCE_BYTES_MAX, Source};

use super::Failure;

pub(super) const STANDARD: &str = "-";

/// Reads a policy file.
pub(super) fn source(path: &Path) -> Result<Source, Failure> {
    into_source(path, bytes(path)?)
}

/// Bytes read from `path` as policy text.
pub(super) fn into_source(path: &Path, bytes: Vec<u8>) -> Result<Source, Failure> {
    let path = shown(path);
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(format!("`{path}` is not UTF-8 at byte {at}")).help("save the policy as UTF-8 text")
    })?;
    Ok(Source { path, text })
}

/// Bytes read from `path` as a table.
pub(super) fn table(path: &Path, bytes: Vec<u8>) -> Result<Table<Vec<u8>>, Failure> {
    Table::from_bytes(bytes).map_err(|error| {
        Failure::new(format!("cannot use `{}`: {error}", shown(path)))
            .help("`mcpgov compile` writes tables from policies")
    })
}

/// That `path` cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot read `{}`: {}", shown(path), plain(error)))
}

/// Reads a file whole, up to the largest that a policy may be.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |error: io::Error| unreadable(path, &error);
    let reader: Box<dyn Read> = if path == Path::new(STANDARD) {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path).map_err(cannot)?)
    };
    let mut bytes = Vec::new();
    reader.take(SOURCE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > SOURCE_BYTES_MAX {
        return Err(Failure::new(format!("`{}` is larger than {SOURCE_BYTES_MAX} bytes", shown(path))));
    }
    Ok(bytes)
}

/// Writes a file so that a reader sees the old or the new content, never a part, whatever happens meanwhile.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let cannot =
        |error: io::Error| Failure::new(format!("cannot write `{}`: {}", shown(path), plain(&error)));
    if path == Path::new(STANDARD) {
        let mut stdout = io::stdout();
        if stdout.is_terminal() {
            return Err(Failure::new("a table is no text for a terminal")
                .help("name a file with `-o`, or use a pipe"));
        }
        return stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(cannot);
    }
    // A device or a pipe has no old content to keep, and renaming would replace it by a file.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::write(path, bytes).map_err(cannot);
    }
    let temporary = temporary_beside(path);
    let written = File::create_new(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|error| {
        // What is left of the attempt is of no use to anybody.
        let _ = fs::remove_file(&temporary);
        cannot(error)
    })
}

fn temporary_beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

/// How messages name a path.
pub(super) fn shown(path: &Path) -> String {
    if path == Path::new(STANDARD) { "standard input".to_owned() } else { path.display().to_string() }
}

/// The error in words, without the system's number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}
