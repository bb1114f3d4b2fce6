//! What is suspicious about a policy that compiles: rules that decide nothing, or something else than they seem to.
//!
//! The findings come from the table, so that they are about what the proxy will do. Each is certain as far as it goes;
//! what is not reported may still be wrong, such as a rule that only several others together make superfluous.

mod cover;
mod entail;
mod registry;
mod rules;

use std::collections::BTreeMap;

use mcpgov_engine::{
    table::{
        Table, View,
        format::{Rule, rule_flags},
    },
    vocabulary::Verdict,
};

use crate::{
    conditions::{self, Leaf, Tree},
    diagnostic::Diagnostic,
    policy::{Policy, Text},
    source::Span,
};

/// Where the parts of a policy stand that findings are about. Kept because compiling uses the policy up.
#[derive(Debug)]
pub struct Places {
    rules: BTreeMap<String, RulePlaces>,
    servers: Vec<ServerPlaces>,
}

#[derive(Clone, Copy, Debug)]
struct RulePlaces {
    id: Span,
    decision: Span,
}

#[derive(Debug)]
struct ServerPlaces {
    name: Text,
    has_owner: bool,
    tools: Vec<Text>,
    /// Where the schema is named, and the tools it lists.
    schema: Option<(Span, Vec<String>)>,
}

impl Places {
    /// The places of `policy`.
    pub fn of(policy: &Policy) -> Self {
        let rules = policy.rules.iter().map(|rule| {
            (rule.id.value.clone(), RulePlaces { id: rule.id.span, decision: rule.verdict.span })
        });
        let servers = policy.servers.iter().map(|server| ServerPlaces {
            name: server.name.clone(),
            has_owner: server.owner.is_some(),
            tools: server.tools.iter().map(|tool| tool.name.clone()).collect(),
            schema: server.schema.as_ref().zip(server.listing.as_ref()).map(|(file, listing)| {
                (file.span, listing.tools.iter().map(|tool| tool.name.value.clone()).collect())
            }),
        });
        Self { rules: rules.collect(), servers: servers.collect() }
    }
}

/// Adds what is suspicious about the policy that `table` was compiled from.
pub fn policy<B: AsRef<[u8]>>(places: &Places, table: &Table<B>, diagnostics: &mut Vec<Diagnostic>) {
    let view = table.view();
    let rules: Vec<Subject> = view.rules.iter().filter_map(|rule| Subject::of(&view, places, rule)).collect();
    registry::owners(places, diagnostics);
    registry::uncovered_tools(&view, places, &rules, diagnostics);
    for rule in &rules {
        rules::rule(&view, rule, diagnostics);
    }
    cover::covered(&view, &rules, diagnostics);
}

/// A rule under examination.
struct Subject<'t> {
    id: &'t str,
    rule: &'t Rule,
    verdict: Verdict,
    places: RulePlaces,
    conditions: Vec<Tree<'t>>,
}

impl<'t> Subject<'t> {
    fn of(view: &View<'t>, places: &Places, rule: &'t Rule) -> Option<Self> {
        let id = view.text(rule.id);
        Some(Self {
            id,
            rule,
            verdict: Verdict::from_number(rule.verdict)?,
            places: *places.rules.get(id)?,
            conditions: conditions::of_rule(view, rule),
        })
    }

    fn is_shadow(&self) -> bool {
        self.rule.flags & rule_flags::SHADOW != 0
    }

    /// The tests of the call and the caller that must hold, without those inside groups.
    fn leaves(&self) -> impl Iterator<Item = Leaf<'t>> {
        self.conditions.iter().filter_map(Tree::leaf)
    }

    /// The tests of arguments that must hold: path and test.
    fn arguments(&self) -> impl Iterator<Item = (&[u32], &Tree<'t>)> {
        self.conditions.iter().filter_map(Tree::argument)
    }
}
