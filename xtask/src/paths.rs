//! Where the repository, its build folder and the cache are.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// The build folder: `CARGO_TARGET_DIR`, else `target` in the repository.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Where tools built from source outlive the clone: `MCPGOV_CACHE`, else the user's cache folder, else the build folder.
pub fn cache() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("MCPGOV_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("mcpgov")))
        .or_else(|| set("HOME").map(|folder| folder.join(".cache").join("mcpgov")))
        .unwrap_or_else(|| target().join("cache"))
}
