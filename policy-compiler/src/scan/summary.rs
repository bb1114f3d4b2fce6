//! What a whole run came to, in one line.

use super::{Report, Severity, visible};

/// Counts over all reports of a run.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many sources were looked through.
    pub sources: usize,
    /// Files in folders that are no text.
    pub binary: usize,
    /// Symbolic links in folders.
    pub links: usize,
    /// What is neither file, folder nor link: pipes, sockets, devices.
    pub special: usize,
    /// What could not be read.
    pub failures: usize,
    /// By severity, in its order.
    found: [usize; Severity::ALL.len()],
    /// The first source, to name it where it is the only one.
    first: String,
    /// Whether some are no files.
    has_servers: bool,
}

impl Summary {
    /// Counts a source in.
    pub fn add(&mut self, report: &Report) {
        if self.sources == 0 {
            self.first.clone_from(&report.source.path);
        }
        self.sources += 1;
        self.has_servers |= report.source.path.contains("://");
        for finding in &report.findings {
            let at = Severity::ALL.iter().position(|severity| *severity == finding.detector.severity);
            if let Some(count) = at.and_then(|at| self.found.get_mut(at)) {
                *count += 1;
            }
        }
    }

    /// The findings by severity, the worst first, as `1 critical, 2 low found`.
    pub fn found(&self) -> String {
        let counts = Severity::ALL.iter().zip(self.found).rev().filter(|(_, count)| *count > 0);
        let parts: Vec<String> =
            counts.map(|(severity, count)| format!("{count} {}", severity.name())).collect();
        if parts.is_empty() { "nothing found".to_owned() } else { format!("{} found", parts.join(", ")) }
    }

    /// What was left out, in words; `None` where everything was looked through.
    pub fn left_out(&self) -> Option<String> {
        let parts = [
            counted(self.binary, "binary file"),
            counted(self.links, "symbolic link"),
            counted(self.special, "special file"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("not looked at: {}", parts.join(", ")))
    }

    /// All of it, for people.
    pub fn line(&self) -> String {
        let subject = match (self.sources, self.has_servers) {
            (1, _) => visible(&self.first),
            (count, false) => format!("{count} files"),
            (count, true) => format!("{count} files and servers"),
        };
        let failures = (self.failures > 0).then(|| format!("{} could not be read", self.failures));
        let parts: Vec<String> =
            [Some(self.found()), failures, self.left_out()].into_iter().flatten().collect();
        format!("{subject}: {}\n", parts.join("; "))
    }
}

fn counted(count: usize, what: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{count} {what}s")),
    }
}
