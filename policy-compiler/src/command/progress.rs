//! A progress bar on standard error, where a person looks at it.

use std::{
    io::{IsTerminal, Write, stderr},
    time::{Duration, Instant},
};

/// How often the bar is drawn.
const INTERVAL: Duration = Duration::from_millis(100);
const WIDTH: usize = 30;

/// A bar that draws itself at most ten times a second, and not at all where standard error is no terminal.
pub(super) struct Bar {
    visible: bool,
    start: Instant,
    drawn: Option<Instant>,
}

impl Bar {
    pub(super) fn new() -> Self {
        Self { visible: stderr().is_terminal(), start: Instant::now(), drawn: None }
    }

    /// Shows `done` of `total`, or only `done` where the total is not known. `unit` follows the numbers.
    pub(super) fn show(&mut self, done: u64, total: Option<u64>, unit: &str) {
        if !self.visible || self.drawn.is_some_and(|drawn| drawn.elapsed() < INTERVAL) {
            return;
        }
        self.drawn = Some(Instant::now());
        let rate = done.checked_div(self.start.elapsed().as_secs().max(1)).unwrap_or_default();
        let line = match total.filter(|total| *total > 0) {
            Some(total) => {
                let filled =
                    usize::try_from(done.saturating_mul(WIDTH as u64) / total).unwrap_or(WIDTH).min(WIDTH);
                let bar = format!("{}{}", "#".repeat(filled), "-".repeat(WIDTH - filled));
                format!("[{bar}] {done}/{total} {unit}, {rate}/s")
            }
            None => format!("{done} {unit}, {rate}/s"),
        };
        // A lost bar is no reason to stop.
        let _ = write!(stderr(), "\r\u{1b}[K{line}");
    }

    /// Takes the bar away.
    pub(super) fn clear(&mut self) {
        if self.drawn.take().is_some() {
            let _ = write!(stderr(), "\r\u{1b}[K");
        }
    }
}
