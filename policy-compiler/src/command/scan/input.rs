//! What is named on the command line, as text.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use mcpgov_policy_compiler::{
    live,
    source::{SOURCE_BYTES_MAX, Source},
};

use super::super::{Failure, files, server};

/// How much of a file in a folder says whether it is text.
const LOOKED_AT_BYTES: u64 = 8000;

/// What a server shows, as text to look through.
pub(super) fn live(url: &str, headers: &[(String, String)]) -> Result<Source, Failure> {
    let shown = live::survey(url, headers).map_err(server::failure)?;
    Ok(Source { path: live::without_secrets(url), text: format!("{shown:#}\n") })
}

/// The text of a file that was named, whatever it holds; what is no UTF-8 in it is replaced, as readers of logs and
/// pages do.
pub(super) fn file(path: &Path) -> Result<Source, Failure> {
    Ok(Source { path: files::shown(path), text: text(files::bytes(path)?) })
}

/// The text of a file that was found in a folder; `None` where it is none.
pub(super) fn found(path: &Path, shown: String) -> Result<Option<Source>, Failure> {
    let cannot = |error: io::Error| files::unreadable(Path::new(&shown), &error);
    let file = File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    (&file).take(LOOKED_AT_BYTES).read_to_end(&mut bytes).map_err(cannot)?;
    if is_binary(&bytes) {
        return Ok(None);
    }
    let rest = (SOURCE_BYTES_MAX as u64).saturating_sub(bytes.len() as u64);
    (&file).take(rest + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() > SOURCE_BYTES_MAX {
        return Err(Failure::new(format!("`{shown}` is larger than {SOURCE_BYTES_MAX} bytes"))
            .help("cut it into pieces, or leave it out with `--exclude`"));
    }
    Ok(Some(Source { path: shown, text: text(bytes) }))
}

/// Text has no zero bytes, unless its mark says that two bytes are a character. This is how git tells them apart too.
fn is_binary(bytes: &[u8]) -> bool {
    !matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..]) && bytes.contains(&0)
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
pub(super) fn at_home(path: &str) -> String {
    let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE")).ok();
    match (path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\'])), home) {
        (Some(rest), Some(home)) => format!("{home}{rest}"),
        _ => path.to_owned(),
    }
}
