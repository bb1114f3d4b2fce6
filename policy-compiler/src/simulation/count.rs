//! Counts of what a replay came to, in bounded memory.

use std::collections::HashMap;

use mcpgov_engine::vocabulary::Verdict;

use super::{EXAMPLES_MAX, needs::Needs, record::Recorded};

/// Names counted apart in each table; the calls of further ones are counted together.
const NAMES_MAX: usize = 10_000;

/// A change of verdict: recorded, and replayed.
pub type Transition = (Verdict, Verdict);

/// What a replay came to.
#[derive(Debug, Default)]
pub struct Counts {
    /// Lines read.
    pub lines: u64,
    /// Lines that are no access log lines of this format.
    pub unreadable: u64,
    /// Records read.
    pub records: u64,
    /// Records that no policy decided: of answers, streams, unreadable messages, failures.
    pub undecided: u64,
    /// Calls decided again.
    pub replayed: u64,
    /// Of them, those decided otherwise, by change.
    pub changed: HashMap<Transition, u64>,
    /// By the rule that decides now, and the one recorded.
    pub by_rule: Table,
    /// By user.
    pub by_user: Table,
    /// By server and tool, prompt, resource or method.
    pub by_tool: Table,
    /// The first changed calls, in words.
    pub examples: Vec<String>,
    /// Calls that could not be decided again: by a rule that depends on what the record lacks, and what that is.
    pub not_replayed: HashMap<(String, Needs), u64>,
}

/// Changed calls by a name.
#[derive(Debug, Default)]
pub struct Table {
    rows: HashMap<(String, Transition), u64>,
    /// Calls with names beyond `NAMES_MAX`.
    pub others: u64,
}

impl Table {
    fn add(&mut self, name: String, transition: Transition) {
        let key = (name, transition);
        if let Some(count) = self.rows.get_mut(&key) {
            *count += 1;
        } else if self.rows.len() < NAMES_MAX {
            self.rows.insert(key, 1);
        } else {
            self.others += 1;
        }
    }

    /// Name, change and count; the largest first.
    pub fn rows(&self) -> Vec<(&str, Transition, u64)> {
        let mut rows: Vec<_> = self
            .rows
            .iter()
            .map(|((name, transition), count)| (name.as_str(), *transition, *count))
            .collect();
        rows.sort_unstable_by(|a, b| b.2.cmp(&a.2).then_with(|| (a.0, a.1).cmp(&(b.0, b.1))));
        rows
    }
}

impl Counts {
    /// Calls decided otherwise.
    pub fn changed_total(&self) -> u64 {
        self.changed.values().sum()
    }

    pub(super) fn changed(&mut self, recorded: &Recorded, verdict: Verdict, decided_by: &str) {
        let transition = (recorded.verdict, verdict);
        *self.changed.entry(transition).or_default() += 1;
        let user = recorded.subject.user.as_deref().unwrap_or("(unknown)");
        self.by_rule.add(format!("{decided_by} (was {})", recorded.decided_by), transition);
        self.by_user.add(user.to_owned(), transition);
        self.by_tool.add(recorded.object_name(), transition);
        if self.examples.len() < EXAMPLES_MAX {
            let arguments = recorded.arguments.map_or("", |arguments| arguments.raw());
            self.examples.push(format!(
                "line {}: {user}, {} {arguments}: {} by {} -> {} by {decided_by}",
                self.lines,
                recorded.object_name(),
                recorded.verdict.name(),
                recorded.decided_by,
                verdict.name(),
            ));
        }
    }

    pub(super) fn not_replayed(&mut self, rule: &str, lacking: Needs) {
        let key = (rule.to_owned(), lacking);
        *self.not_replayed.entry(key).or_default() += 1;
    }
}
