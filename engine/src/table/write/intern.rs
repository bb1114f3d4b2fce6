//! Strings and their numbers.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::super::format::NONE;
use super::super::source::{ArgumentTest, Condition, Policy, ServerMatch};
use super::{WriteError, count};
use crate::vocabulary::Action;

/// Strings and their numbers: those that requests are looked up by come first.
pub(super) struct Interner<'p> {
    ids: BTreeMap<&'p str, u32>,
    pub(super) order: Vec<&'p str>,
    pub(super) matchable: u32,
}

impl<'p> Interner<'p> {
    pub(super) fn collect(policy: &'p Policy) -> Result<Self, WriteError> {
        let (mut matchable, mut other) = (BTreeSet::new(), BTreeSet::new());
        matchable.extend(Action::ALL.map(Action::name));
        for claim in claims(policy).into_iter().flatten() {
            other.insert(claim.as_str());
        }
        for server in &policy.servers {
            matchable.insert(server.name.as_str());
            for text in
                [&server.environment, &server.classification, &server.owner, &server.stage, &server.resource]
            {
                other.extend(text.as_deref());
            }
            for (name, value) in &server.labels {
                matchable.extend([name.as_str(), value.as_str()]);
            }
            for tool in &server.tools {
                matchable.insert(tool.name.as_str());
                matchable.extend(tool.risk_tags.iter().map(String::as_str));
            }
            for found in &server.matches {
                match found {
                    ServerMatch::Http { host, path } => {
                        matchable.extend(host.as_deref());
                        other.extend(path.as_deref());
                    }
                    ServerMatch::Cluster(name) | ServerMatch::Route(name) => {
                        matchable.insert(name.as_str());
                    }
                }
            }
        }
        for role in &policy.roles {
            other.insert(role.name.as_str());
            collect_condition(&role.condition, &mut matchable, &mut other);
        }
        for rule in &policy.rules {
            other.insert(rule.id.as_str());
            other.extend(rule.reason.as_deref());
            rule.conditions
                .iter()
                .for_each(|condition| collect_condition(condition, &mut matchable, &mut other));
            if let Some(hosts) = rule.limit.as_ref().and_then(|limit| limit.network_allowlist.as_ref()) {
                other.extend(hosts.iter().map(String::as_str));
            }
        }
        let order: Vec<&str> = matchable
            .iter()
            .copied()
            .chain(other.iter().copied().filter(|text| !matchable.contains(text)))
            .collect();
        let mut ids = BTreeMap::new();
        for (id, text) in order.iter().enumerate() {
            ids.insert(*text, count(id, "strings")?);
        }
        Ok(Interner { ids, order, matchable: count(matchable.len(), "strings")? })
    }

    /// The number of a collected string.
    pub(super) fn id(&self, text: &str) -> u32 {
        self.ids.get(text).copied().unwrap_or(NONE)
    }
}

/// Claim paths in the order of the settings record.
pub(super) fn claims(policy: &Policy) -> [Option<&String>; 6] {
    let claims = &policy.claims;
    [&claims.user, &claims.groups, &claims.agent, &claims.tenant, &claims.scopes, &claims.token]
        .map(Option::as_ref)
}

fn collect_condition<'p>(
    condition: &'p Condition,
    matchable: &mut BTreeSet<&'p str>,
    other: &mut BTreeSet<&'p str>,
) {
    match condition {
        Condition::All(below) | Condition::Any(below) => {
            below.iter().for_each(|below| collect_condition(below, matchable, other));
        }
        Condition::Not(below) => collect_condition(below, matchable, other),
        Condition::Label { own, values, .. } => {
            other.extend(own.as_deref());
            matchable.extend(values.iter().map(String::as_str));
        }
        Condition::Subject { values, .. } | Condition::RiskTag(values) => {
            matchable.extend(values.iter().map(String::as_str));
        }
        Condition::Role(_) => {}
        Condition::Argument { path, test } => {
            other.extend(path.iter().map(String::as_str));
            match test {
                ArgumentTest::In(literals) => other.extend(literals.iter().map(|(_, text)| text.as_str())),
                ArgumentTest::Glob(globs) => other.extend(globs.iter().map(String::as_str)),
                ArgumentTest::Exists => {}
            }
        }
    }
}
