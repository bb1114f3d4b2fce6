//! Folders for one test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, process, thread};

/// A folder in the build folder. Dropping it removes it, unless the test failed: then it is what one looks at first.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new, empty folder.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = xtask::paths::target().join("e2e").join(name);
        fs::create_dir_all(&folder).expect("the build folder is writable");
        Self(folder)
    }

    /// The path of `name` in this folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes the file `name` and returns its path. Appears at once with its whole content, so that a program that
    /// watches the folder never reads half of it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let (aside, path) = (self.path(&format!("{name}.new")), self.path(name));
        fs::write(&aside, content)
            .and_then(|()| fs::rename(&aside, &path))
            .expect("the scratch folder is writable");
        path
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("left for you: {}", self.0.display());
        } else {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
