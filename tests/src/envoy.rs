//! A running Envoy.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::config::Config;
use crate::raw::{self, Request};
use crate::scratch::Scratch;
use crate::{artifact, audit};

/// How long Envoy may take to start: loading the module compiles it, slowly where two test programs share two cores.
const START_SECONDS_MAX: u64 = 60;
const STOP_SECONDS_MAX: u64 = 10;

/// A running Envoy, with one worker unless said otherwise. Dropping it stops the process.
pub struct Envoy {
    process: Child,
    admin: u16,
    scratch: Scratch,
}

impl Envoy {
    /// Starts Envoy and waits until it takes requests.
    ///
    /// # Panics
    /// It does not get that far; the message has what Envoy logged.
    pub fn start(config: Config) -> Self {
        Self::start_with_workers(1, config)
    }

    /// As [`Envoy::start`], with so many workers.
    pub fn start_with_workers(workers: usize, config: Config) -> Self {
        match Self::spawn(artifact::envoy(), workers, config) {
            Ok(envoy) => envoy,
            Err(log) => panic!("envoy did not start:\n{log}"),
        }
    }

    /// As [`Envoy::start`], with the program `envoy`; an error is what it logged.
    pub fn try_start(envoy: &Path, config: Config) -> Result<Self, String> {
        Self::spawn(envoy, 1, config)
    }

    fn spawn(envoy: &Path, workers: usize, config: Config) -> Result<Self, String> {
        let scratch = Scratch::new();
        // Envoy chooses the ports itself: nobody can take them in between.
        let config = config
            .fill("ADMIN_PORT", 0)
            .fill("LISTEN_PORT", 0)
            .fill("ACCESS_LOG", scratch.path(ACCESS_LOG).display())
            .fill("JWKS", crate::token::jwks());
        let config = scratch.write("envoy.yaml", config.finish());
        let log = fs::File::create(scratch.path(LOG)).expect("the scratch folder is writable");
        let address = scratch.path("admin");
        let process = Command::new(envoy)
            .arg("--config-path")
            .arg(config)
            .arg("--admin-address-path")
            .arg(&address)
            .args(["--concurrency", &workers.to_string()])
            .args(["--disable-hot-restart", "--file-flush-interval-msec", "50"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start `{}`: {error}", envoy.display()));
        let mut envoy = Self { process, admin: 0, scratch };
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        while !envoy.is_ready(&address) {
            if envoy.has_exited() || Instant::now() > deadline {
                return Err(envoy.log());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(envoy)
    }

    fn is_ready(&mut self, address: &Path) -> bool {
        if self.admin == 0 {
            let address = fs::read_to_string(address).unwrap_or_default();
            self.admin = address.rsplit(':').next().and_then(|port| port.trim().parse().ok()).unwrap_or(0);
        }
        self.admin != 0
            && raw::try_exchange(self.admin, &Request::get("/ready")).is_ok_and(|ready| ready.status == 200)
    }

    fn has_exited(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }

    /// The port of the listener `mcp`.
    pub fn port(&self) -> u16 {
        self.listener("mcp")
    }

    /// The port of the listener called `name`.
    pub fn listener(&self, name: &str) -> u16 {
        let listeners: Value =
            serde_json::from_str(&self.admin("/listeners?format=json")).expect("admin speaks JSON");
        let of_name = |listener: &&Value| listener["name"] == name;
        let listener = listeners["listener_statuses"].as_array().and_then(|all| all.iter().find(of_name));
        let port =
            listener.and_then(|listener| listener["local_address"]["socket_address"]["port_value"].as_u64());
        port.and_then(|port| u16::try_from(port).ok())
            .unwrap_or_else(|| panic!("no listener `{name}`: {listeners}"))
    }

    /// What the administration interface answers to `GET path`.
    pub fn admin(&self, path: &str) -> String {
        raw::exchange(self.admin, &Request::get(path)).text()
    }

    /// The counter or gauge called `name`; 0 where Envoy has none of that name yet.
    pub fn stat(&self, name: &str) -> u64 {
        let stats = self.admin(&format!("/stats?filter=^{}$", name.replace('.', "\\.")));
        stats.rsplit(": ").next().and_then(|value| value.trim().parse().ok()).unwrap_or(0)
    }

    /// Waits until the counter or gauge called `name` is at least `value`.
    pub fn wait_for_stat(&self, name: &str, value: u64) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.stat(name) < value {
            assert!(
                Instant::now() < deadline,
                "`{name}` is {}, not {value}\n{}",
                self.stat(name),
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Resident memory of the process in KiB, as Linux counts it.
    pub fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read `{path}`: {error}"));
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("Linux counts resident memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
    }

    /// What Envoy itself has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.scratch.path(LOG)).unwrap_or_default()
    }

    /// The folder of this Envoy's files.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// The path of the access log.
    pub fn access_log(&self) -> PathBuf {
        self.scratch.path(ACCESS_LOG)
    }

    /// Waits for the audit record with that `number` (from 0) among those that `matches` holds for.
    pub fn wait_for_record(&self, number: usize, matches: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let log = audit::read(&self.access_log());
            if let Some(record) =
                log.iter().flat_map(audit::Line::records).filter(|record| matches(record)).nth(number)
            {
                return record.clone();
            }
            assert!(Instant::now() < deadline, "no such record in the access log: {log:#?}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops Envoy and returns its whole access log.
    pub fn stop(mut self) -> Vec<audit::Line> {
        self.quit();
        audit::read(&self.access_log())
    }

    /// Asks Envoy to stop, so that it flushes its logs; kills it where it does not.
    fn quit(&mut self) {
        if self.admin != 0 {
            let _ = raw::try_exchange(self.admin, &Request::post("/quitquitquit", ""));
            let deadline = Instant::now() + Duration::from_secs(STOP_SECONDS_MAX);
            while !self.has_exited() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(10));
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const ACCESS_LOG: &str = "access.log";
const LOG: &str = "envoy.log";

impl Drop for Envoy {
    fn drop(&mut self) {
        self.quit();
        if thread::panicking() {
            let mut log = String::new();
            let _ = fs::File::open(self.scratch.path(LOG)).and_then(|mut file| file.read_to_string(&mut log));
            eprintln!("--- envoy logged:\n{log}---");
        }
    }
}
