//! One Envoy with one worker on a core of its own.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::{Failure, Result};

use super::client::{self, Answer, Client};

/// Loading a module compiles it.
const START_MAX: Duration = Duration::from_secs(60);
/// What the proxy still does when the last answer has come: closing the request, logging it.
pub(crate) const SETTLE: Duration = Duration::from_millis(5);

/// A running Envoy. Dropping it ends the process.
pub(crate) struct Proxy {
    process: Child,
    log: PathBuf,
    port: u16,
    client: Option<Client>,
}

/// Where a proxy runs and what it talks to.
pub(crate) struct Place<'a> {
    /// The program.
    pub(crate) envoy: &'a Path,
    /// The core it is kept on.
    pub(crate) core: usize,
    /// The folder of its files.
    pub(crate) folder: &'a Path,
    /// The port of the server behind it.
    pub(crate) upstream: u16,
}

impl Proxy {
    /// Starts Envoy with `chain`, the filters before the router as lines of a YAML list, and connects to it.
    pub(crate) fn start(place: &Place<'_>, name: &str, chain: &str) -> Result<Proxy> {
        let path = |end: &str| place.folder.join(format!("{name}.{end}"));
        let (config, log, admin, messages) = (path("yaml"), path("access.log"), path("admin"), path("log"));
        let text = include_str!("../../bench/envoy.yaml")
            .replace("${CHAIN}", &chain.trim_end().replace('\n', "\n                  "))
            .replace("${ACCESS_LOG}", &log.display().to_string())
            .replace("${UPSTREAM_PORT}", &place.upstream.to_string());
        let cannot = |what: &Path, error| Failure::new(format!("cannot write `{}`: {error}", what.display()));
        for old in [&log, &admin] {
            let _ = fs::remove_file(old);
        }
        fs::write(&config, text).map_err(|error| cannot(&config, error))?;
        let stderr = File::create(&messages).map_err(|error| cannot(&messages, error))?;
        let process = Command::new("taskset")
            .args(["--cpu-list", &place.core.to_string()])
            .arg(place.envoy)
            .arg("--config-path")
            .arg(&config)
            .arg("--admin-address-path")
            .arg(&admin)
            .args(["--concurrency", "1", "--disable-hot-restart", "--file-flush-interval-msec", "100"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()
            .map_err(|error| Failure::new(format!("cannot start `taskset`: {error}")))?;
        let mut proxy = Proxy { process, log, port: 0, client: None };
        let deadline = Instant::now() + START_MAX;
        proxy.port = loop {
            if let Some(port) = listener(&admin) {
                break port;
            }
            if !matches!(proxy.process.try_wait(), Ok(None)) || Instant::now() > deadline {
                let messages = fs::read_to_string(&messages).unwrap_or_default();
                return Err(Failure::new(format!(
                    "envoy did not start for `{name}`:\n{}",
                    messages.trim_end()
                )));
            }
            thread::sleep(Duration::from_millis(50));
        };
        proxy.client = Some(Client::connect(proxy.port)?);
        Ok(proxy)
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Sends one request.
    pub(crate) fn ask(&self, request: &[u8]) -> Result<Answer> {
        client::ask(self.port, request)
    }

    /// Sends `request` `count` times, and returns the microseconds of processor time that each took of the proxy.
    pub(crate) fn measure(&mut self, request: &[u8], count: usize, expected: &[u8]) -> Result<f64> {
        // Envoy appends, so that the file may be emptied under it.
        if let Ok(log) = File::options().write(true).open(&self.log) {
            let _ = log.set_len(0);
        }
        // The caches are still the last proxy's.
        self.client()?.repeat(request, count.div_ceil(5), expected)?;
        let before = self.processor_nanos()?;
        self.client()?.repeat(request, count, expected)?;
        thread::sleep(SETTLE);
        let spent = self.processor_nanos()?.saturating_sub(before);
        Ok(spent as f64 / 1000.0 / count as f64)
    }

    /// The access log since the last measurement, as far as it is written.
    pub(crate) fn access_log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Resident memory in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = read(Path::new(&path))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("");
        let kib = line.trim().trim_end_matches(" kB").parse();
        kib.map_err(|_| Failure::new(format!("`{path}` does not say how much memory is resident")))
    }

    /// Processor time of all threads so far, in nanoseconds.
    pub(crate) fn processor_nanos(&self) -> Result<u64> {
        let tasks = PathBuf::from(format!("/proc/{}/task", self.process.id()));
        let list = fs::read_dir(&tasks)
            .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", tasks.display())))?;
        let mut sum = 0;
        for task in list.flatten() {
            let path = task.path().join("schedstat");
            let text = read(&path)?;
            let nanos: Option<u64> = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
            sum += nanos.ok_or_else(|| Failure::new(format!("`{}` has no time in it", path.display())))?;
        }
        Ok(sum)
    }

    fn client(&mut self) -> Result<&mut Client> {
        self.client.as_mut().ok_or_else(|| Failure::new("the proxy has not started"))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", path.display())))
}

/// The port of the listener, once Envoy takes requests. `address` is the file with the admin interface's.
fn listener(address: &Path) -> Option<u16> {
    let admin = fs::read_to_string(address).ok()?.rsplit(':').next()?.trim().parse().ok()?;
    if !get(admin, "/ready")?.starts_with("HTTP/1.1 200") {
        return None;
    }
    // `bench::127.0.0.1:4711`
    let listeners = get(admin, "/listeners")?;
    listeners.lines().find_map(|line| line.strip_prefix("bench::127.0.0.1:")?.trim().parse().ok())
}

fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
