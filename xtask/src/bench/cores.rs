//! Two cores: one for the proxy that is measured, one for everything else.

use std::fs;
use std::process::{self, Command};

use xtask::{Failure, Result, command};

/// Numbers of the cores, as Linux counts them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    /// Client, server and what else runs here.
    pub(crate) load: usize,
    /// The proxy's.
    pub(crate) proxy: usize,
}

impl Cores {
    /// The first two that this process may use; from now on it uses only the first.
    pub(crate) fn take() -> Result<Cores> {
        let status = fs::read_to_string("/proc/self/status")
            .map_err(|error| Failure::new(format!("cannot read `/proc/self/status`: {error}")).help(LINUX))?;
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or("");
        let mut allowed = numbers(list);
        let (Some(load), Some(proxy)) = (allowed.next(), allowed.next()) else {
            return Err(Failure::new("the bench needs two cores, one for the proxy and one for the load"));
        };
        let mut pin = Command::new("taskset");
        pin.args(["--all-tasks", "--cpu-list", "--pid", &load.to_string(), &process::id().to_string()]);
        command::output(&mut pin).map_err(|failure| failure.help(LINUX))?;
        Ok(Cores { load, proxy })
    }
}

const LINUX: &str = "the bench runs on Linux, with `taskset` of util-linux";

/// The numbers of a list such as `0-3,8`.
fn numbers(list: &str) -> impl Iterator<Item = usize> {
    list.trim().split(',').flat_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) => first..=last,
            #[expect(clippy::reversed_empty_ranges, reason = "what is no number has no cores")]
            _ => 1..=0,
        }
    })
}

/// How many programs ran or waited for a core in the last minute, on average.
pub(crate) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn lists_of_cores_have_ranges() {
        assert_eq!(numbers("\t0-2,5\n").collect::<Vec<_>>(), [0, 1, 2, 5]);
        assert_eq!(numbers("").count(), 0);
    }
}
