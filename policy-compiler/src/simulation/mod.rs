//! What a policy would have decided about calls that a proxy recorded.
//!
//! Access log lines go in one by one, and only counts stay, so that memory does not grow with the log. What a record does
//! not hold is not guessed at: where a rule depends on it, the call counts as not replayed, and the rule is named.
//!
//! Where a record does not have all groups or scopes of a caller, the roles it names stand in for them. A role of the
//! policy that a record names is taken as held, any other as not held, as if both policies meant the same by its name.
//! Rules that test groups or scopes directly are then not replayed.

mod count;
mod needs;
mod record;
mod report;

use mcpgov_engine::{
    decide::{Arguments, Call, NoTrace, decide, evaluate_rule},
    json::{Doc, Kind, Limits, Value},
    subject::Caller,
    table::{
        View,
        format::{Rule, rule_flags},
    },
    truth::Truth,
    vocabulary::Verdict,
};

pub use count::{Counts, Table, Transition};
pub use needs::Needs;
pub use report::{json, text};

use record::{Recorded, Roles};

/// Longest line that is looked at; a record is at most 16 KiB, and an exchange rarely has more than one.
pub const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Examples of changed calls that are kept.
const EXAMPLES_MAX: usize = 10;

/// A replay under way.
#[derive(Debug)]
pub struct Simulation<'t> {
    view: View<'t>,
    roles: Roles,
    /// The rules that need something that a record may lack.
    needy: Vec<(u32, Needs)>,
    counts: Counts,
}

impl<'t> Simulation<'t> {
    /// A replay against the policy in `view`. A policy in shadow mode is replayed as if it were enforced.
    pub fn new(view: View<'t>) -> Self {
        let needy = (0..)
            .zip(view.rules)
            .map(|(number, rule)| (number, Needs::of_rule(&view, rule)))
            .filter(|(number, needs)| !needs.is_empty() && !is_shadow(&view, *number))
            .collect();
        Self { roles: Roles::of(&view), view, needy, counts: Counts::default() }
    }

    /// Replays the records of one line of the access log.
    pub fn line(&mut self, line: &[u8]) {
        self.counts.lines += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let limits = Limits { bytes_max: LINE_BYTES_MAX, ..Limits::default() };
        let Ok(document) = Doc::parse(line, &limits) else {
            self.counts.unreadable += 1;
            return;
        };
        let root = document.root();
        match root.get("mcp").map(|records| (records.kind(), records)) {
            Some((Kind::Array, records)) => self.records(root, records),
            // Formats that quote the string of records.
            Some((Kind::String, records)) => {
                let text = format!("[{}]", records.as_str().unwrap_or_default());
                match Doc::parse(text.as_bytes(), &limits) {
                    Ok(records) => self.records(root, records.root()),
                    Err(_) => self.counts.unreadable += 1,
                }
            }
            // A log of records alone.
            None if root.get("decision").is_some() => self.record(root, root),
            _ => self.counts.unreadable += 1,
        }
    }

    /// Counts a line that was too long to be looked at.
    pub fn long_line(&mut self) {
        self.counts.lines += 1;
        self.counts.unreadable += 1;
    }

    /// What came of it so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn records(&mut self, line: Value, records: Value) {
        records.items().for_each(|record| self.record(line, record));
    }

    fn record(&mut self, line: Value, record: Value) {
        self.counts.records += 1;
        let Some(recorded) = Recorded::read(&self.view, &self.roles, line, record) else {
            self.counts.undecided += 1;
            return;
        };
        let call = recorded.call();
        if let Some((rule, lacking)) = self.obstacle(&recorded, &call) {
            self.counts.not_replayed(rule, lacking);
            return;
        }
        let caller = Caller::new(&self.view, recorded.subject.clone());
        let decision = decide(&self.view, &caller, &call);
        let outcome = if self.view.is_shadow() {
            decision.shadow.unwrap_or(decision.outcome)
        } else {
            decision.outcome
        };
        self.counts.replayed += 1;
        if outcome.verdict != recorded.verdict {
            let rule = outcome.rule.and_then(|number| self.view.rules.get(number as usize));
            let decided_by = rule.map_or(outcome.reason.name(), |rule| self.view.text(rule.id));
            self.counts.changed(&recorded, outcome.verdict, decided_by);
        }
    }

    /// A rule whose outcome depends on what the record lacks, and what that is; none where a denial is certain anyway.
    fn obstacle(&self, recorded: &Recorded, call: &Call) -> Option<(&'t str, Needs)> {
        let mut found = None;
        let mut caller = None;
        for (number, needs) in &self.needy {
            let lacking = needs.and(recorded.lacks);
            if lacking.is_empty() {
                continue;
            }
            let caller = caller
                .get_or_insert_with(|| Caller::new(&self.view, lacking_subject(recorded, recorded.lacks)));
            let open = Call {
                arguments: if recorded.lacks.has(Needs::ARGUMENTS) {
                    Arguments::Open
                } else {
                    call.arguments
                },
                ..*call
            };
            let (truth, ..) = evaluate_rule(&self.view, caller, &open, *number, &mut NoTrace)?;
            if truth != Truth::FALSE {
                found = Some((self.view.text(self.view.rules.get(*number as usize)?.id), lacking));
                break;
            }
        }
        found.filter(|_| !self.is_denied_anyway(recorded, call))
    }

    /// Whether a rule that needs nothing the record lacks denies the call.
    fn is_denied_anyway(&self, recorded: &Recorded, call: &Call) -> bool {
        let caller = Caller::new(&self.view, lacking_subject(recorded, recorded.lacks));
        let open = Call { arguments: Arguments::Open, ..*call };
        let outcome = decide(&self.view, &caller, &open).outcome;
        let Some(number) = outcome.rule.filter(|_| outcome.verdict == Verdict::Deny) else { return false };
        let truth = evaluate_rule(&self.view, &caller, &open, number, &mut NoTrace);
        truth.is_some_and(|(truth, verdict, _)| truth == Truth::TRUE && verdict == Verdict::Deny)
    }
}

/// The subject without the parts that stand in for what the record lacks.
fn lacking_subject(recorded: &Recorded, lacks: Needs) -> mcpgov_engine::subject::Subject {
    let mut subject = recorded.subject.clone();
    if lacks.has(Needs::GROUPS) {
        subject.groups = None;
    }
    if lacks.has(Needs::SCOPES) {
        subject.scopes = None;
    }
    subject
}

fn is_shadow(view: &View, number: u32) -> bool {
    let rule: Option<&Rule> = view.rules.get(number as usize);
    rule.is_some_and(|rule| rule.flags & rule_flags::SHADOW != 0)
}
