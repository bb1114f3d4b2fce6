//! The decision: every rule that can concern a call, three-valued, the most restrictive wins.
//!
//! A rule that cannot be evaluated is resolved the way that restricts most. Where no rule holds for certain
//! the answer is DENY; otherwise it is the most restrictive of the rules that hold and of those that might.
//! So an unknown permit permits nothing, and an unknown restriction or constraint applies. The outcome does
//! not depend on the order of rules: of several rules with the winning verdict the smallest id is named.

mod argument;
mod call;
mod class;
mod evaluate;
mod fold;
mod gather;
mod leaf;
#[cfg(test)]
mod tests;

pub use call::{Arguments, Call, Context, Name, ObjectName};
pub use leaf::{Cause, Leaf, NoTrace, Trace};

use crate::message::Method;
use crate::subject::Caller;
use crate::table::View;
use crate::table::format::{LAYERS_MAX, rule_flags};
use crate::truth::Truth;
use crate::vocabulary::{Reason, Verdict};
use evaluate::Evaluator;
use fold::Layers;

/// What was decided, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// The number of the rule that decided.
    pub rule: Option<u32>,
    /// Why.
    pub reason: Reason,
}

impl Outcome {
    /// A denial that no rule made.
    #[must_use]
    pub const fn deny(reason: Reason) -> Outcome {
        Outcome { verdict: Verdict::Deny, rule: None, reason }
    }
}

/// Limits a permitted call is held to: the tightest of all matching rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Longest run time, seconds.
    pub max_runtime_sec: Option<u32>,
    /// Most retries.
    pub max_retries: Option<u32>,
}

impl Limits {
    /// Both limits: the tighter of each.
    #[must_use]
    pub fn and(self, other: Limits) -> Limits {
        let tighter = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Limits {
            max_runtime_sec: tighter(self.max_runtime_sec, other.max_runtime_sec),
            max_retries: tighter(self.max_retries, other.max_retries),
        }
    }
}

/// The answer for one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub outcome: Outcome,
    /// What the call is held to if it goes on.
    pub limits: Limits,
    /// What would have happened with the shadow rules, or the shadow policy, enforced; where that differs.
    pub shadow: Option<Outcome>,
}

/// Decides one message. Total, and without allocation but for guards, which read texts decoded.
#[must_use]
pub fn decide(view: &View<'_>, caller: &Caller, call: &Call<'_>) -> Decision {
    let evaluator = Evaluator::new(view, caller, call);
    let (mut enforced, mut all) = (Layers::default(), Layers::default());
    let mut any_shadow = false;
    gather::each_candidate(view, caller, &evaluator, |number| {
        let Some(rule) = view.rules.get(number as usize) else { return };
        let truth = evaluator.rule(rule, &mut NoTrace);
        if truth == Truth::FALSE {
            return;
        }
        let (verdict, reason) = evaluator.effect(rule);
        let is_shadow = rule.flags & rule_flags::SHADOW != 0;
        any_shadow |= is_shadow;
        all.add(view, number, rule, verdict, reason, truth);
        if !is_shadow {
            enforced.add(view, number, rule, verdict, reason, truth);
        }
    });
    let settle_layer = |outcome: Outcome| {
        if outcome.reason != Reason::DefaultDeny {
            return outcome;
        }
        match call.method_kind() {
            Some(Method::Unknown) => Outcome { reason: Reason::UnknownMethod, ..outcome },
            Some(method) if method.is_plumbing() && has_access(view, caller, call) => {
                Outcome { verdict: Verdict::Allow, rule: None, reason: Reason::Plumbing }
            }
            _ => outcome,
        }
    };
    let settle = |layers: &Layers| layers.outcome(view, settle_layer);
    let outcome = settle(&enforced);
    if view.is_shadow() {
        let would = settle(&all);
        let allow = Outcome { verdict: Verdict::Allow, rule: None, reason: Reason::Shadow };
        return Decision { outcome: allow, limits: Limits::default(), shadow: Some(would) };
    }
    let shadow = if any_shadow { Some(settle(&all)).filter(|would| *would != outcome) } else { None };
    Decision { outcome, limits: enforced.limits(), shadow }
}

/// Whether a tool, prompt or resource is shown in a list: whether some arguments could be permitted, also
/// after approval. `call` has open arguments.
#[must_use]
pub fn is_visible(view: &View<'_>, caller: &Caller, call: &Call<'_>) -> bool {
    if view.is_shadow() {
        return true;
    }
    let evaluator = Evaluator::new(view, caller, call);
    let (mut permits, mut denied) = (Permits::default(), false);
    gather::each_candidate(view, caller, &evaluator, |number| {
        let (can_permit, must_deny) = prospects(view, &evaluator, number);
        permits.add(can_permit);
        denied |= must_deny;
    });
    permits.are_complete(view) && !denied
}

/// Whether at least one rule could permit the caller something on this server: the condition for plumbing,
/// and for showing things whose name is still open.
#[must_use]
pub fn has_access(view: &View<'_>, caller: &Caller, call: &Call<'_>) -> bool {
    let open = call.with_everything_open();
    let evaluator = Evaluator::new(view, caller, &open);
    let mut denied = false;
    // What denies everything names no object, method or action, so it is found by server and caller.
    gather::each_candidate(view, caller, &evaluator, |number| {
        denied |= prospects(view, &evaluator, number).1
    });
    let mut permits = Permits::default();
    !denied
        && gather::permits(view, &evaluator).any(|number| {
            permits.add(prospects(view, &evaluator, number).0);
            permits.are_complete(view)
        })
}

/// Which layers have a rule that could permit.
#[derive(Default)]
struct Permits([bool; LAYERS_MAX]);

impl Permits {
    fn add(&mut self, layer: Option<usize>) {
        if let Some(found) = layer.and_then(|layer| self.0.get_mut(layer)) {
            *found = true;
        }
    }

    fn are_complete(&self, view: &View<'_>) -> bool {
        self.0.iter().take(view.layers()).all(|found| *found)
    }
}

/// The layer in which a rule can permit the open call, and whether it denies it however it is filled in.
fn prospects(view: &View<'_>, evaluator: &Evaluator<'_, '_>, number: u32) -> (Option<usize>, bool) {
    let Some(rule) = view.rules.get(number as usize).filter(|rule| rule.flags & rule_flags::SHADOW == 0)
    else {
        return (None, false);
    };
    let truth = evaluator.rule(rule, &mut NoTrace);
    match rule.verdict == Verdict::Deny as u8 {
        true => (None, !truth.may_fail()),
        false => (truth.may_hold().then(|| rule.layer()), false),
    }
}

/// How one rule comes out for a call, told to `trace` condition by condition: for explanations.
#[must_use]
pub fn evaluate_rule(
    view: &View<'_>,
    caller: &Caller,
    call: &Call<'_>,
    number: u32,
    trace: &mut impl Trace,
) -> Option<(Truth, Verdict, Reason)> {
    let evaluator = Evaluator::new(view, caller, call);
    let rule = view.rules.get(number as usize)?;
    let truth = evaluator.rule(rule, trace);
    let (verdict, reason) = evaluator.effect(rule);
    Some((truth, verdict, reason))
}

/// How a conjunction of conditions comes out for a call.
#[must_use]
pub fn conjunction(view: &View<'_>, caller: &Caller, call: &Call<'_>, node: u32, node_len: u16) -> Truth {
    Evaluator::new(view, caller, call).conjunction_of(node, node_len)
}

/// The roles the caller has for certain, by number.
pub fn roles<'v>(
    view: &'v View<'_>,
    caller: &'v Caller,
    call: &'v Call<'_>,
) -> impl Iterator<Item = u32> + 'v {
    let evaluator = Evaluator::new(view, caller, call);
    (0..)
        .zip(view.roles)
        .filter(move |(_, role)| evaluator.role(role) == Truth::TRUE)
        .map(|(number, _)| number)
}
