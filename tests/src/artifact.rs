//! What is under test, built once per test program: never stale, and no preparation to forget.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::scratch::Scratch;

/// The Envoy to run.
pub fn envoy() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| xtask::tools::envoy().unwrap_or_else(|failure| panic!("{failure}")))
}

/// The filter module as it ships.
pub fn filter() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| xtask::build::filter().unwrap_or_else(|failure| panic!("{failure}")))
}

/// The filter module with the feature `test-panic`: a request with the header `x-mcpgov-test-panic` makes it trap.
pub fn filter_that_panics() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| xtask::build::filter_that_panics().unwrap_or_else(|failure| panic!("{failure}")))
}

/// The path of the program `mcpgov`, built once.
pub fn compiler() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| xtask::build::compiler().unwrap_or_else(|failure| panic!("{failure}")))
}

/// A policy table, as it is put into a configuration.
#[derive(Clone)]
pub struct Table(Vec<u8>);

impl Table {
    /// Compiles `policy`, the text of a policy file.
    pub fn compile(policy: &str) -> Self {
        let scratch = Scratch::new();
        Self::compile_file(&scratch.write("policy.yaml", policy))
    }

    /// Compiles the policy of the demonstration.
    pub fn demo() -> Self {
        Self::compile_file(&xtask::paths::root().join("policy-compiler/examples/demo.yaml"))
    }

    /// Reads a compiled table.
    pub fn read(path: &Path) -> Self {
        Self(fs::read(path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display())))
    }

    fn compile_file(policy: &Path) -> Self {
        let scratch = Scratch::new();
        let table = scratch.path("policy.table");
        xtask::build::table(compiler(), policy, &table).unwrap_or_else(|failure| panic!("{failure}"));
        Self::read(&table)
    }

    /// The table in base64.
    pub fn base64(&self) -> String {
        BASE64_STANDARD.encode(&self.0)
    }
}

/// The path of a file in `tests/data`.
pub fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// The text of a file in `tests/data`.
pub fn data_text(name: &str) -> String {
    let path = data(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()))
}
