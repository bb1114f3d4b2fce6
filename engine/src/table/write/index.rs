//! Which rules a call has to be compared with. Every rule is posted under values that its condition cannot
//! hold without, chosen so that few rules share them; rules without such values are compared with every call.
//!
//! A subject condition whose part of the identity is absent is unknown, and unknown counts for restricting
//! rules. So a rule posted by subject is posted under "identity absent" as well.

use alloc::vec;
use alloc::vec::Vec;
use std::collections::HashMap;

use super::super::format::{Key, Label, NONE};
use super::super::source::{Condition, Role, Rule, is_glob};
use super::intern::Interner;
use crate::vocabulary::{Action, Verdict};

/// A posting's key: its kind and two parts.
type PostingKey = (Key, u32, u32);
/// Members, each with a key it is posted under.
pub(super) type Keys = Vec<(PostingKey, u32)>;

/// Server-and-object keys of one rule; beyond it the parts are posted alone.
const PRODUCT_MAX: usize = 256;

/// Postings of `rules`, numbered in their order; `roles` ascend by name.
pub(super) fn of_rules(rules: &[&Rule], roles: &[&Role], interner: &Interner<'_>) -> Keys {
    let choices: Vec<Vec<Vec<PostingKey>>> =
        rules.iter().map(|rule| choices(&rule.conditions, roles, interner)).collect();
    let mut shared: HashMap<PostingKey, usize> = HashMap::new();
    for key in choices.iter().flatten().flatten().filter(|key| !is_absence(key)) {
        *shared.entry(*key).or_default() += 1;
    }
    // Absence is left out: every rule by subject shares it, and few callers lack an identity.
    let cost = |keys: &Vec<PostingKey>| keys.iter().filter_map(|key| shared.get(key)).sum::<usize>();

    let mut keys = Keys::with_capacity(rules.len() * 2);
    for ((number, rule), choices) in (0_u32..).zip(rules).zip(&choices) {
        let chosen = choices.iter().min_by_key(|keys| cost(keys));
        for key in chosen.map_or(&[(Key::Any, NONE, NONE)][..], Vec::as_slice) {
            if rule.verdict == Verdict::Allow && is_absence(key) {
                continue; // An unknown permit permits nothing.
            }
            keys.push((*key, number));
        }
        if rule.verdict != Verdict::Deny && !rule.shadow {
            for server in servers(&rule.conditions, interner) {
                keys.push(((Key::Permits, server, NONE), number));
            }
        }
    }
    keys
}

/// Every set of keys one of which a call must have for the conjunction not to be false.
fn choices(conditions: &[Condition], roles: &[&Role], interner: &Interner<'_>) -> Vec<Vec<PostingKey>> {
    let mut choices: Vec<Vec<PostingKey>> = Vec::new();
    for condition in conditions {
        match condition {
            Condition::All(below) => choices.extend(self::choices(below, roles, interner)),
            Condition::Any(below) => {
                // One necessary set for each alternative, or nothing is necessary.
                let best: Option<Vec<_>> = below
                    .iter()
                    .map(|below| {
                        let choices = self::choices(core::slice::from_ref(below), roles, interner);
                        choices.into_iter().min_by_key(Vec::len)
                    })
                    .collect();
                if let Some(best) = best.filter(|best| !best.is_empty()) {
                    choices.push(best.into_iter().flatten().collect());
                }
            }
            Condition::Role(name) => {
                let found = roles.binary_search_by(|role| role.name.as_str().cmp(name)).ok();
                if let Some(role) = found.and_then(|found| roles.get(found)) {
                    choices.extend(self::choices(core::slice::from_ref(&role.condition), roles, interner));
                }
            }
            Condition::Label { label, own: None, values } if !values.iter().any(|value| is_glob(value)) => {
                let key = match label {
                    Label::Server => Key::Server,
                    Label::Tool | Label::Prompt | Label::Resource => Key::Object,
                    Label::Method => Key::Method,
                    Label::Action => Key::Action,
                    Label::Environment | Label::Classification | Label::Own => continue,
                };
                choices.push(values.iter().map(|value| (key, part(key, value, interner), NONE)).collect());
            }
            Condition::Subject { dimension, values } if !values.iter().any(|value| is_glob(value)) => {
                let key = dimension.key();
                let mut keys: Vec<_> = values.iter().map(|value| (key, interner.id(value), NONE)).collect();
                keys.push((key, NONE, NONE));
                choices.push(keys);
            }
            _ => {}
        }
    }
    let find = |key: Key| choices.iter().find(|keys| keys.first().is_some_and(|first| first.0 == key));
    if let (Some(servers), Some(objects)) = (find(Key::Server), find(Key::Object))
        && servers.len().saturating_mul(objects.len()) <= PRODUCT_MAX
    {
        let pairs = |server: &PostingKey| {
            let server = server.1;
            objects.iter().map(move |object| (Key::ServerObject, server, object.1))
        };
        let product = servers.iter().flat_map(pairs).collect();
        choices.push(product);
    }
    choices
}

/// Whether a key stands for an absent part of the identity.
fn is_absence(key: &PostingKey) -> bool {
    key.1 == NONE
        && matches!(key.0, Key::User | Key::Group | Key::Agent | Key::Tenant | Key::Workload | Key::Scope)
}

fn part(key: Key, value: &str, interner: &Interner<'_>) -> u32 {
    match key {
        Key::Action => Action::from_name(value).map_or(NONE, |action| action as u32),
        _ => interner.id(value),
    }
}

/// The servers a rule can concern, or `NONE` for any.
fn servers(conditions: &[Condition], interner: &Interner<'_>) -> Vec<u32> {
    let named = conditions.iter().find_map(|condition| match condition {
        Condition::Label { label: Label::Server, values, .. }
            if !values.iter().any(|value| is_glob(value)) =>
        {
            Some(values.iter().map(|value| interner.id(value)).collect())
        }
        _ => None,
    });
    named.unwrap_or_else(|| vec![NONE])
}
