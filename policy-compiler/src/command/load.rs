//! Policies and tables, whichever a verb is given.

use std::{fs, io, path::Path};

use mcpgov_engine::table::{Table, format::MAGIC};
use mcpgov_policy_compiler::{
    bundle::{Bundle, Entry},
    source::SOURCE_BYTES_MAX,
};

use super::{Failure, Format, files, report};

/// Reads a table, or compiles a policy; `None` where the policy has errors, which are then reported.
pub(super) fn table(path: &Path, format: Format) -> Result<Option<Table<Vec<u8>>>, Failure> {
    if !path.is_dir() {
        let bytes = files::bytes(path)?;
        if bytes.starts_with(&MAGIC) {
            return files::table(path, bytes).map(Some);
        }
        if path == Path::new(files::STANDARD) {
            let source = files::into_source(path, bytes)?;
            let (compiled, diagnostics) = mcpgov_policy_compiler::compile(&source);
            report::diagnostics(&source, &diagnostics, format);
            return compiled.map(|bytes| files::table(path, bytes)).transpose();
        }
    }
    policy(path, format)?.map(|bytes| files::table(path, bytes)).transpose()
}

/// Compiles a policy of one file or many; `None` where it has errors, which are then reported.
pub(super) fn policy(path: &Path, format: Format) -> Result<Option<Vec<u8>>, Failure> {
    if path == Path::new(files::STANDARD) {
        let source = files::source(path)?;
        let (compiled, diagnostics) = mcpgov_policy_compiler::compile(&source);
        report::diagnostics(&source, &diagnostics, format);
        return Ok(compiled);
    }
    let bundle = Bundle::load(path, &mut entry).map_err(|error| files::unreadable(path, &error))?;
    let (compiled, diagnostics) = bundle.compile();
    for (source, diagnostics) in &diagnostics {
        report::diagnostics(source, diagnostics, format);
    }
    Ok(compiled)
}

fn entry(path: &Path) -> io::Result<Entry> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        let files: io::Result<_> = fs::read_dir(path)?.map(|file| Ok(file?.path())).collect();
        return files.map(Entry::Folder);
    }
    if metadata.len() > SOURCE_BYTES_MAX as u64 {
        return Err(io::Error::other(format!("it is larger than {SOURCE_BYTES_MAX} bytes")));
    }
    fs::read_to_string(path).map(Entry::File)
}
