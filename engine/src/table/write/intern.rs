//! Strings and their numbers.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashMap;

use super::super::format::{NONE, hash_text};
use super::super::source::{ArgumentTest, Condition, Policy, ServerMatch};
use super::assemble::bucketed;
use super::{WriteError, count};
use crate::vocabulary::Action;

/// Strings and their numbers: those that requests are looked up by come first.
pub(super) struct Interner<'p> {
    ids: HashMap<&'p str, u32>,
    pub(super) order: Vec<&'p str>,
    pub(super) matchable: u32,
    /// Paths of the claims that conditions ask for, ascending.
    pub(super) claims: Vec<&'p str>,
}

/// Strings found so far, and whether requests are looked up by them.
#[derive(Default)]
struct Collected<'p> {
    strings: HashMap<&'p str, bool>,
    claims: BTreeSet<&'p str>,
}

impl<'p> Collected<'p> {
    fn matchable(&mut self, texts: impl IntoIterator<Item = &'p String>) {
        for text in texts {
            self.strings.insert(text, true);
        }
    }

    fn other(&mut self, texts: impl IntoIterator<Item = &'p String>) {
        for text in texts {
            self.strings.entry(text).or_insert(false);
        }
    }
}

impl<'p> Interner<'p> {
    pub(super) fn collect(policy: &'p Policy) -> Result<Self, WriteError> {
        let mut collected = Collected::default();
        collected.strings.extend(Action::ALL.map(|action| (action.name(), true)));
        collected.other(claims(policy).into_iter().flatten());
        registry(policy, &mut collected);
        for role in &policy.roles {
            collected.other([&role.name]);
            condition(&role.condition, &mut collected);
        }
        for rule in &policy.rules {
            collected.other([&rule.id]);
            collected.other(&rule.reason);
            rule.conditions.iter().for_each(|below| condition(below, &mut collected));
            if let Some(hosts) = rule.limit.as_ref().and_then(|limit| limit.network_allowlist.as_ref()) {
                collected.other(hosts);
            }
        }
        for detector in &policy.detectors {
            collected.other([&detector.name]);
            collected.other(&detector.allow);
        }
        for protection in &policy.protections {
            collected.other([&protection.id]);
            protection.conditions.iter().for_each(|below| condition(below, &mut collected));
        }
        let strings = |matchable: bool| {
            let mut strings: Vec<&str> = collected
                .strings
                .iter()
                .filter(|(_, matched)| **matched == matchable)
                .map(|(text, _)| *text)
                .collect();
            strings.sort_unstable();
            strings
        };
        let mut order = bucketed(strings(true), |text| hash_text(text.as_bytes()));
        let matchable = count(order.len(), "strings")?;
        order.append(&mut strings(false));
        count(order.len(), "strings")?;
        let ids = order.iter().copied().zip(0..).collect();
        Ok(Interner { ids, order, matchable, claims: collected.claims.into_iter().collect() })
    }

    /// The number of a collected string.
    pub(super) fn id(&self, text: &str) -> u32 {
        self.ids.get(text).copied().unwrap_or(NONE)
    }

    /// The number of a claim that conditions ask for.
    pub(super) fn claim(&self, path: &str) -> u32 {
        self.claims.binary_search(&path).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(NONE)
    }
}

/// Claim paths in the order of the settings record.
pub(super) fn claims(policy: &Policy) -> [Option<&String>; 6] {
    let claims = &policy.claims;
    [&claims.user, &claims.groups, &claims.agent, &claims.tenant, &claims.scopes, &claims.token]
        .map(Option::as_ref)
}

fn registry<'p>(policy: &'p Policy, collected: &mut Collected<'p>) {
    for server in &policy.servers {
        collected.matchable([&server.name]);
        for text in
            [&server.environment, &server.classification, &server.owner, &server.stage, &server.resource]
        {
            collected.other(text);
        }
        for (name, value) in &server.labels {
            collected.matchable([name, value]);
        }
        for tool in &server.tools {
            collected.matchable([&tool.name]);
            collected.matchable(&tool.risk_tags);
        }
        for found in &server.matches {
            match found {
                ServerMatch::Http { host, path } => {
                    collected.matchable(host);
                    collected.other(path);
                }
                ServerMatch::Cluster(name) | ServerMatch::Route(name) => collected.matchable([name]),
            }
        }
    }
}

fn condition<'p>(found: &'p Condition, collected: &mut Collected<'p>) {
    match found {
        Condition::All(below) | Condition::Any(below) => {
            below.iter().for_each(|below| condition(below, collected));
        }
        Condition::Not(below) => condition(below, collected),
        Condition::Label { own, values, .. } => {
            collected.other(own);
            collected.matchable(values);
        }
        Condition::Subject { values, .. } | Condition::RiskTag(values) => collected.matchable(values),
        Condition::Claim { path, values } => {
            collected.claims.insert(path);
            collected.other([path]);
            collected.matchable(values);
        }
        Condition::Context { globs, .. } => collected.other(globs),
        Condition::Role(_)
        | Condition::Source(_)
        | Condition::Guard(_)
        | Condition::Session
        | Condition::Time(_) => {}
        Condition::Argument { path, test } => {
            collected.other(path);
            argument(test, collected);
        }
        Condition::Arguments(test) => argument(test, collected),
    }
}

fn argument<'p>(test: &'p ArgumentTest, collected: &mut Collected<'p>) {
    match test {
        ArgumentTest::All(below) | ArgumentTest::Any(below) => {
            below.iter().for_each(|below| argument(below, collected));
        }
        ArgumentTest::Not(below) | ArgumentTest::Each(below) | ArgumentTest::Some(below) => {
            argument(below, collected);
        }
        ArgumentTest::At(names, below) | ArgumentTest::Rest(names, below) => {
            collected.other(names);
            argument(below, collected);
        }
        ArgumentTest::In(literals) | ArgumentTest::Contains(literals) => {
            collected.other(literals.iter().map(|(_, text)| text));
        }
        ArgumentTest::Glob(texts) | ArgumentTest::Under(texts) | ArgumentTest::Host(texts) => {
            collected.other(texts);
        }
        ArgumentTest::Regex(automata) => collected.other(automata.iter().map(|automaton| &automaton.pattern)),
        ArgumentTest::Compare(_, number) => collected.other([number]),
        ArgumentTest::Guard(_)
        | ArgumentTest::Exists
        | ArgumentTest::Length(..)
        | ArgumentTest::Type(_)
        | ArgumentTest::Cidr(_) => {}
    }
}
