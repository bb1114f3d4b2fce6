//! Rules that never decide, because a more restrictive one holds wherever they do.

use std::collections::HashMap;

use mcpgov_engine::{
    table::{
        View,
        format::{Label, Op},
    },
    vocabulary::Verdict,
};

use super::{
    Subject,
    entail::{Sense, entails},
};
use crate::{
    conditions::Leaf,
    diagnostic::{Code, Diagnostic},
};

/// Most pairs of rules compared in one run: a second's work. Beyond it the finding is not looked for.
const PAIRS_MAX: usize = 20_000_000;

/// What a restrictive rule is filed under: kind of test, part of it, and a string.
type Key = (u8, u8, u32);

pub(super) fn covered(view: &View, rules: &[Subject], diagnostics: &mut Vec<Diagnostic>) {
    let index = Index::of(rules);
    let mut pairs_left = PAIRS_MAX;
    for rule in rules.iter().filter(|rule| !rule.is_shadow() && rule.verdict != Verdict::Deny) {
        let Some(stricter) = index.cover(view, rules, rule, &mut pairs_left) else { continue };
        let (code, message) = if rule.verdict.is_permit() && stricter.verdict == Verdict::Deny {
            (
                Code::DeadPermit,
                format!("`{}` permits nothing: `{}` denies all it matches", rule.id, stricter.id),
            )
        } else {
            let verdict = stricter.verdict.name();
            (
                Code::CoveredRule,
                format!("`{}` never decides: `{}` says {verdict} wherever it matches", rule.id, stricter.id),
            )
        };
        diagnostics.push(
            Diagnostic::warning(code, rule.places.id, message)
                .also(stricter.places.id, "the more restrictive rule wins, whatever their order")
                .help("narrow the more restrictive rule with `unless`, or remove this one"),
        );
    }
}

/// The rules that may cover others, by a value that a covered rule must name too.
struct Index {
    by_value: HashMap<Key, Vec<usize>>,
    others: Vec<usize>,
}

impl Index {
    fn of(rules: &[Subject]) -> Self {
        let mut index = Self { by_value: HashMap::new(), others: Vec::new() };
        for (number, rule) in rules.iter().enumerate() {
            if rule.is_shadow() || rule.verdict == Verdict::Allow {
                continue;
            }
            match rule.leaves().filter(|leaf| rank(*leaf) > 0).max_by_key(|leaf| rank(*leaf)) {
                Some(leaf) => leaf
                    .values()
                    .for_each(|value| index.by_value.entry(key(leaf, value)).or_default().push(number)),
                None => index.others.push(number),
            }
        }
        index
    }

    fn cover<'r, 't>(
        &self,
        view: &View,
        rules: &'r [Subject<'t>],
        rule: &Subject,
        pairs_left: &mut usize,
    ) -> Option<&'r Subject<'t>> {
        // All values of a covered test are values of the covering one, so the first tells enough.
        let filed = rule
            .leaves()
            .filter(|leaf| rank(*leaf) > 0)
            .filter_map(|leaf| self.by_value.get(&key(leaf, leaf.values().next()?)))
            .flatten();
        for number in filed.chain(&self.others) {
            let Some(stricter) = rules.get(*number).filter(|other| other.verdict > rule.verdict) else {
                continue;
            };
            *pairs_left = pairs_left.checked_sub(1)?;
            // An uncertain ALLOW permits nothing, so only where it holds must the other one apply.
            let sense = if rule.verdict == Verdict::Allow { Sense::Holds } else { Sense::Reaches };
            if stricter.conditions.iter().all(|condition| entails(view, &rule.conditions, condition, sense)) {
                return Some(stricter);
            }
        }
        None
    }
}

fn key(leaf: Leaf, value: u32) -> Key {
    (leaf.node.op, leaf.node.arg, value)
}

/// How few rules a value of this test is likely to be in; 0 for tests that rules are not filed under.
fn rank(leaf: Leaf) -> u8 {
    match (leaf.op, leaf.label()) {
        (Op::LabelIn, Some(Label::Tool | Label::Prompt | Label::Resource)) => 4,
        (Op::SubjectIn, _) => 3,
        (Op::LabelIn, Some(Label::Server)) => 2,
        (Op::LabelIn, Some(Label::Method | Label::Action)) => 1,
        _ => 0,
    }
}
