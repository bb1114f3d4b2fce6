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
            let compiled = compiled(Bundle::alone(files::into_source(path, bytes)?), format);
            return compiled.map(|bytes| files::table(path, bytes)).transpose();
        }
    }
    policy(path, format)?.map(|bytes| files::table(path, bytes)).transpose()
}

/// Compiles a policy of one file or many; `None` where it has errors, which are then reported.
pub(super) fn policy(path: &Path, format: Format) -> Result<Option<Vec<u8>>, Failure> {
    Ok(compiled(bundle(path)?, format))
}

/// Reads a policy of one file or many.
pub(super) fn bundle(path: &Path) -> Result<Bundle, Failure> {
    if path == Path::new(files::STANDARD) {
        return Ok(Bundle::alone(files::source(path)?));
    }
    Bundle::load(path, &mut entry).map_err(|error| files::unreadable(path, &error))
}

fn compiled(bundle: Bundle, format: Format) -> Option<Vec<u8>> {
    let (compiled, diagnostics) = bundle.compile();
    report::by_file(&diagnostics, format);
    compiled
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
    let text = String::from_utf8(fs::read(path)?);
    text.map(Entry::File).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("it is not UTF-8 at byte {at}; save it as UTF-8 text"))
    })
}
