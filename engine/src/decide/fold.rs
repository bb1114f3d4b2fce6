//! The most restrictive of many rules, as a value.

use super::{Limits, Outcome};
use crate::table::View;
use crate::table::format::{LAYERS_MAX, NONE, Rule};
use crate::truth::Truth;
use crate::vocabulary::{Reason, Verdict};

/// What the rules seen so far come to. Adding a rule twice, or in another order, changes nothing.
#[derive(Debug, Default)]
struct Fold {
    /// The most restrictive rule that holds.
    sure: Option<Outcome>,
    /// The most restrictive rule that could not be evaluated.
    unsure: Option<Outcome>,
    limits: Limits,
}

impl Fold {
    /// Adds a rule that is not false.
    fn add(
        &mut self,
        view: &View<'_>,
        number: u32,
        rule: &Rule,
        verdict: Verdict,
        reason: Reason,
        truth: Truth,
    ) {
        let outcome = Outcome { verdict, rule: Some(number), reason };
        let slot = if truth == Truth::TRUE { &mut self.sure } else { &mut self.unsure };
        *slot = Some(slot.map_or(outcome, |other| stricter(other, outcome)));
        if let Some(limit) = view.limits.get(rule.limit.get() as usize) {
            let some = |limit: u32| (limit != NONE).then_some(limit);
            self.limits = self.limits.and(Limits {
                max_runtime_sec: some(limit.max_runtime_sec.get()),
                max_retries: some(limit.max_retries.get()),
            });
        }
    }

    /// The decision.
    fn outcome(&self) -> Outcome {
        match (self.sure, self.unsure) {
            (Some(sure), Some(unsure)) if unsure.verdict > sure.verdict => unsure,
            (Some(sure), _) => sure,
            (None, Some(unsure)) if unsure.verdict == Verdict::Deny => unsure,
            (None, _) => Outcome::deny(Reason::DefaultDeny),
        }
    }

    /// The tightest limits.
    fn limits(&self) -> Limits {
        self.limits
    }
}

/// The folds of all layers. Each layer decides by itself, and the most restrictive of their decisions holds; so no
/// layer permits what another does not.
#[derive(Debug, Default)]
pub(super) struct Layers([Fold; LAYERS_MAX]);

impl Layers {
    pub(super) fn add(
        &mut self,
        view: &View<'_>,
        number: u32,
        rule: &Rule,
        verdict: Verdict,
        reason: Reason,
        truth: Truth,
    ) {
        if let Some(fold) = self.0.get_mut(rule.layer()) {
            fold.add(view, number, rule, verdict, reason, truth);
        }
    }

    /// The decision; `settle` has the last word on that of each layer.
    pub(super) fn outcome(&self, view: &View<'_>, settle: impl Fn(Outcome) -> Outcome) -> Outcome {
        let outcomes = self.0.iter().take(view.layers()).map(|fold| settle(fold.outcome()));
        let strictest = outcomes.reduce(|a, b| match (a.rule, b.rule) {
            // A rule says more than the lack of one.
            (Some(_), None) if a.verdict >= b.verdict => a,
            (None, Some(_)) if b.verdict >= a.verdict => b,
            _ => stricter(a, b),
        });
        strictest.unwrap_or(Outcome::deny(Reason::DefaultDeny))
    }

    /// The tightest limits of all layers.
    pub(super) fn limits(&self) -> Limits {
        self.0.iter().fold(Limits::default(), |limits, fold| limits.and(fold.limits()))
    }
}

/// The more restrictive; of equals the rule with the smaller id, which has the smaller number.
fn stricter(a: Outcome, b: Outcome) -> Outcome {
    match a.verdict.cmp(&b.verdict).then(b.rule.cmp(&a.rule)) {
        core::cmp::Ordering::Less => b,
        _ => a,
    }
}
