//! What of a policy its tests reached: which rules held, which branches of conditions were taken, and which
//! protections had something to do.

use std::collections::{BTreeMap, BTreeSet};

use mcpgov_engine::{
    decide::{Call, Leaf, Trace, evaluate_rule},
    json::{Doc, Limits},
    protect::applying,
    subject::Caller,
    table::{View, format::Rule},
    truth::Truth,
    vocabulary::Direction,
};

use crate::{
    describe,
    explain::{Question, QuestionError},
};

const HELD: u8 = 1;
const FAILED: u8 = 2;

/// Outcomes seen so far, by rule and condition.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Rule numbers that held for some call.
    rules: BTreeMap<u32, u8>,
    /// [`HELD`] and [`FAILED`] of each leaf (rule, node) that an evaluation came to.
    leaves: BTreeMap<(u32, u32), u8>,
    /// Numbers of protections whose detectors found something.
    protections: BTreeSet<u16>,
}

/// How much was reached.
#[derive(Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rules of the policy.
    pub rules: usize,
    /// Of them, those that no test made hold.
    pub rules_missed: Vec<String>,
    /// Branches: each test of a condition can hold and can fail.
    pub branches: usize,
    /// Of them, those that no test took: the rule and what did not happen.
    pub branches_missed: Vec<(String, String)>,
    /// Protections of the policy.
    pub protections: usize,
    /// Of them, those that had nothing to do in any test.
    pub protections_missed: Vec<String>,
}

impl Coverage {
    /// Notes what deciding the question evaluates. Later tests of a conjunction that has already failed are
    /// not evaluated, so a branch counts only where it could matter.
    pub(super) fn add(&mut self, view: &View, question: &Question) -> Result<(), QuestionError> {
        let document = match &question.arguments {
            Some(text) => {
                Some(Doc::parse(text.as_bytes(), &Limits::default()).map_err(QuestionError::Arguments)?)
            }
            None => None,
        };
        let tags: Vec<&str> = question.risk_tags.iter().map(String::as_str).collect();
        let call = question.call(view, document.as_ref(), &tags)?;
        let caller = Caller::new(view, question.subject.clone());
        for (number, _) in (0..).zip(view.rules) {
            let mut reached = Reached { rule: number, leaves: &mut self.leaves };
            if let Some((Truth::TRUE, ..)) = evaluate_rule(view, &caller, &call, number, &mut reached) {
                self.rules.insert(number, HELD);
            }
        }
        Ok(())
    }

    /// Notes that a detector found something: the work of every protection that asks for it.
    pub(super) fn add_find(
        &mut self,
        view: &View,
        caller: &Caller,
        call: &Call,
        direction: Direction,
        detector: u16,
    ) {
        for (number, protection) in applying(view, caller, call, direction) {
            let asked = view.run(protection.detectors.get(), protection.detector_len.get().into());
            if asked.iter().any(|asked| asked == u32::from(detector)) {
                self.protections.insert(number);
            }
        }
    }

    /// What was reached of the policy in `view`.
    pub fn summary(&self, view: &View) -> Summary {
        let missed = (0..).zip(view.protections).filter(|(number, _)| !self.protections.contains(number));
        let mut summary = Summary {
            rules: 0,
            rules_missed: Vec::new(),
            branches: 0,
            branches_missed: Vec::new(),
            protections: view.protections.len(),
            protections_missed: missed.map(|(_, protection)| view.text(protection.id).to_owned()).collect(),
        };
        // What the schemas of tools say is not the author's to test.
        let written = || (0..).zip(view.rules).filter(|(_, rule)| !describe::is_of_schema(view, rule));
        summary.rules = written().count();
        for (number, rule) in written() {
            let id = view.text(rule.id).to_owned();
            if !self.rules.contains_key(&number) {
                summary.rules_missed.push(id.clone());
            }
            for (at, text) in leaves(view, rule) {
                let seen = self.leaves.get(&(number, at)).copied().unwrap_or_default();
                summary.branches += 2;
                for (branch, word) in [(HELD, "holds"), (FAILED, "fails")] {
                    if seen & branch == 0 {
                        summary.branches_missed.push((id.clone(), format!("{text}: never {word}")));
                    }
                }
            }
        }
        summary
    }
}

/// The tests of a rule's condition: their numbers among the table's nodes, and their words.
fn leaves(view: &View, rule: &Rule) -> Vec<(u32, String)> {
    describe::told(view, view.node_run(rule.node.get(), rule.node_len.get()), rule.node.get())
}

struct Reached<'c> {
    rule: u32,
    leaves: &'c mut BTreeMap<(u32, u32), u8>,
}

impl Trace for Reached<'_> {
    const COMPLETE: bool = false;

    fn leaf(&mut self, node: u32, leaf: Leaf) {
        // What cannot be evaluated is a way of not holding.
        let seen = if leaf.truth == Truth::TRUE { HELD } else { FAILED };
        *self.leaves.entry((self.rule, node)).or_default() |= seen;
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reached = |all: usize, missed: usize| all.saturating_sub(missed);
        writeln!(
            f,
            "coverage: {} of {} rules, {} of {} branches",
            reached(self.rules, self.rules_missed.len()),
            self.rules,
            reached(self.branches, self.branches_missed.len()),
            self.branches
        )?;
        for rule in &self.rules_missed {
            writeln!(f, "  rule {rule}: no test makes it hold")?;
        }
        for (rule, branch) in &self.branches_missed {
            writeln!(f, "  rule {rule}: {branch}")?;
        }
        for protection in &self.protections_missed {
            writeln!(f, "  protection {protection}: no test gives it anything to do")?;
        }
        Ok(())
    }
}
