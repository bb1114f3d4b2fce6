//! The official SDKs for Python and JavaScript: programs of `tests/sdk` that run as servers and clients.
//!
//! The packages come from their registries, pinned with hashes by the lock files beside the programs, on first use, into
//! the build folder. That takes about half a minute and needs Python 3.11 with pip; Node.js comes as a Python package.

mod packages;

use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{self, Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::artifact::{self, Table};
use crate::config::Config;
use packages::{javascript, node, python_v1, python_v2, sources};

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

/// The command that runs the MCP conformance suite against a server.
pub fn conformance() -> Command {
    let mut node = Command::new(node());
    node.arg(javascript().join(SUITE)).arg("server");
    node
}

/// The command that runs the MCP conformance suite against the client `name` of `tests/sdk/python`.
pub fn conformance_of_client(name: &str) -> Command {
    let mut node = Command::new(node());
    // The servers it pretends to be would listen on all addresses.
    node.arg("--import").arg(javascript().join("loopback.mjs"));
    node.arg(javascript().join(SUITE)).args(["client", "--command", &format!("python3 {name}")]);
    in_python(&mut node, python_v2());
    node.current_dir(sources("python"));
    node
}

const SUITE: &str = "node_modules/@modelcontextprotocol/conformance/dist/index.js";

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

    /// The methods of the notifications that came so far, where the server reports them.
    pub fn notified(&self) -> Vec<String> {
        let lines = self.program.lines();
        lines.iter().filter_map(|line| line["notified"].as_str()).map(str::to_owned).collect()
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

/// Envoy with the filter under `policy` in front of a server at the local port `server`, on any path.
pub fn governed(policy: &str, server: u16) -> Config {
    on_any_path(Config::demo(artifact::filter(), &Table::compile(policy), server, server))
}

/// As [`governed`], without the filter.
pub fn ungoverned(server: u16) -> Config {
    on_any_path(Config::ungoverned(server, server))
}

fn on_any_path(config: Config) -> Config {
    config.replace("match: { path_separated_prefix: /github }", "match: { prefix: / }")
}

fn executed(line: &Value) -> Option<Executed> {
    let text = line["executed"].as_str()?;
    // What strict readers refuse is shown as it is.
    let call: Value = serde_json::from_str(text).unwrap_or_else(|_| json!({ "tool": text }));
    Some(Executed {
        tool: call["tool"].as_str()?.to_owned(),
        arguments: call["arguments"].clone(),
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
            // Read before it is looked whether there is more.
            let is_over = self.reader.as_ref().is_none_or(thread::JoinHandle::is_finished);
            let is_late = Instant::now() > deadline || (is_over && self.lines().len() == lines.len());
            assert!(!is_late, "a program did not print what was waited for: {lines:#?}");
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
    in_python(python.arg(program), packages);
    python
}

/// Gives Python programs that `command` starts their packages.
fn in_python(command: &mut Command, packages: &Path) {
    command.env("PYTHONPATH", packages).env("PYTHONNOUSERSITE", "1");
    // The programs import each other, and compiled modules have no place among the sources.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
}
