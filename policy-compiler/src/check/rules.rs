use std::collections::BTreeMap;

use mcpgov_engine::{glob, table::source::is_glob};

use super::registry::Registry;
use crate::{
    diagnostic::{Code, Diagnostic, nearest, one_of},
    policy::{Combined, Condition, LABELS, Label, LabelTest, Policy, Rule, Text, Verdict, guards_id},
    schema,
    source::Span,
};

/// Names that records use where no rule decided.
const RESERVED_IDS: &[&str] = &["default-deny", "plumbing", "policy-unavailable"];

pub(super) fn unique_ids(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let mut generated: BTreeMap<String, Span> = BTreeMap::new();
    for server in &policy.servers {
        let Some((listing, file)) = server.listing.as_ref().zip(server.schema.as_ref()) else { continue };
        for id in schema::rule_ids(&server.name.value, listing, file.span) {
            if id.value.len() > super::NAME_BYTES_MAX {
                let message = format!("the id `{}` of the rule for the schema is too long", id.value);
                diagnostics.push(Diagnostic::error(Code::TooLarge, id.span, message).help(format!(
                    "ids have at most {} bytes; shorten the name of the server",
                    super::NAME_BYTES_MAX
                )));
            }
            if let Some(other) = generated.insert(id.value.clone(), id.span) {
                let message = format!("the schemas of two servers make the same rule id `{}`", id.value);
                diagnostics.push(
                    Diagnostic::error(Code::Duplicate, id.span, message)
                        .also(other, "the other")
                        .help("rename one of the servers"),
                );
            }
        }
    }
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for rule in &policy.rules {
        if let Some(schema) = generated.get(&rule.id.value) {
            let message = format!("rule id `{}` is that of a rule made from a schema", rule.id.value);
            diagnostics.push(
                Diagnostic::error(Code::Duplicate, rule.id.span, message)
                    .also(*schema, "the schema")
                    .help("choose another id"),
            );
        }
        let id = rule.id.value.as_str();
        if RESERVED_IDS.contains(&id) {
            let message = format!("rule id `{id}` is reserved");
            diagnostics.push(
                Diagnostic::error(Code::BadValue, rule.id.span, message)
                    .help("records use this name where no rule decided; choose another"),
            );
        }
        match first.get(id) {
            Some(span) => diagnostics.push(
                Diagnostic::error(Code::Duplicate, rule.id.span, format!("duplicate rule id `{id}`"))
                    .also(*span, "first used here"),
            ),
            None => {
                first.insert(id, rule.id.span);
            }
        }
    }
}

/// Reports rules and servers with names that the rules of guards have.
pub(super) fn guard_ids(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let of_servers =
        policy.servers.iter().filter(|server| !server.guards.is_empty()).map(|server| &server.name);
    let of_rules = policy.rules.iter().filter(|rule| !rule.guards.is_empty()).map(|rule| &rule.id);
    let mut taken: BTreeMap<String, Span> = BTreeMap::new();
    for owner in of_servers.chain(of_rules) {
        let id = guards_id(&owner.value);
        if let Some(other) = taken.get(&id) {
            let message = format!("a server and a rule, both with guards, have the name `{}`", owner.value);
            diagnostics.push(
                Diagnostic::error(Code::Duplicate, owner.span, message).also(*other, "the other").help(
                    format!("decisions by guards are recorded as `{id}`; choose another id for the rule"),
                ),
            );
        }
        taken.insert(id, owner.span);
    }
    for server in &policy.servers {
        let Some((listing, file)) = server.listing.as_ref().zip(server.schema.as_ref()) else { continue };
        for id in schema::rule_ids(&server.name.value, listing, file.span) {
            if let Some(owner) = taken.get(&id.value) {
                let message = format!("a schema and guards make the same rule id `{}`", id.value);
                diagnostics.push(
                    Diagnostic::error(Code::Duplicate, id.span, message)
                        .also(*owner, "what these guards belong to")
                        .help("choose another name for one of the two"),
                );
            }
        }
    }
    for rule in &policy.rules {
        if let Some(owner) = taken.get(&rule.id.value) {
            let message = format!("rule id `{}` is that of guards", rule.id.value);
            diagnostics.push(
                Diagnostic::error(Code::Duplicate, rule.id.span, message)
                    .also(*owner, "what these guards belong to")
                    .help("decisions by guards are recorded under this id; choose another"),
            );
        }
    }
}

/// What is denied already is not denied once more.
fn guards(rule: &Rule, diagnostics: &mut Vec<Diagnostic>) {
    if let (Some(first), Verdict::Deny) = (rule.guards.first(), rule.verdict.value) {
        diagnostics.push(
            Diagnostic::error(Code::Inconsistent, first.span, "`guards` do not go with `decision: DENY`")
                .also(rule.verdict.span, "the decision")
                .help("put them on the rule that permits these calls, or on the server for all calls to it"),
        );
    }
}

pub(super) fn rule(rule: &Rule, registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    constraints(rule, diagnostics);
    guards(rule, diagnostics);
    servers_not_in(rule, registry, diagnostics);
    for condition in std::iter::once(&rule.condition).chain(&rule.unless) {
        self::condition(condition, registry, diagnostics);
    }
}

fn constraints(rule: &Rule, diagnostics: &mut Vec<Diagnostic>) {
    match (&rule.constraints, rule.verdict.value) {
        (Some(constraints), verdict @ (Verdict::Allow | Verdict::Deny)) => {
            let message = format!("`constraints` do not go with `decision: {}`", verdict.name());
            let help = if verdict == Verdict::Allow {
                "to permit within limits write `decision: ALLOW_WITH_CONSTRAINTS`"
            } else {
                "a denied call has nothing to constrain; remove them"
            };
            diagnostics.push(
                Diagnostic::error(Code::Inconsistent, constraints.span, message)
                    .also(rule.verdict.span, "the decision")
                    .help(help),
            );
        }
        (None, Verdict::AllowWithConstraints) => diagnostics.push(
            Diagnostic::error(
                Code::Inconsistent,
                rule.verdict.span,
                "`decision: ALLOW_WITH_CONSTRAINTS` needs `constraints`",
            )
            .help("add `constraints`, such as `{ max_runtime_sec: 30 }`, or write `decision: ALLOW`"),
        ),
        _ => {}
    }
}

fn servers_not_in(rule: &Rule, registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(test) = &rule.condition.servers_not_in {
        if rule.verdict.value != Verdict::Deny {
            diagnostics.push(
                Diagnostic::error(
                    Code::Inconsistent,
                    test.key,
                    "`deny_servers_not_in` is for rules that deny",
                )
                .also(rule.verdict.span, "the decision")
                .help("write `decision: DENY`, or match the servers with `labels: { mcp.server: […] }`"),
            );
        }
        known_servers(&test.servers, registry, diagnostics);
    }
    if let Some(test) = rule.unless.as_ref().and_then(|unless| unless.servers_not_in.as_ref()) {
        diagnostics.push(
            Diagnostic::error(
                Code::Inconsistent,
                test.key,
                "`deny_servers_not_in` does not go with `unless`",
            )
            .help("an exception names its servers with `labels: { mcp.server: […] }`"),
        );
    }
}

pub(super) fn condition(condition: &Condition, registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    for test in &condition.labels {
        label(test, registry, diagnostics);
    }
    several_objects(&condition.labels, diagnostics);
    for role in &condition.roles {
        if !registry.roles.contains(role.value.as_str()) {
            let mut diagnostic = undefined("role", role, registry.roles.iter().copied());
            if registry.roles.is_empty() {
                diagnostic = diagnostic.help("define it under `roles:`");
            }
            diagnostics.push(diagnostic);
        }
    }
    for name in &condition.named {
        if !registry.conditions.contains(name.value.as_str()) {
            let mut diagnostic = undefined("condition", name, registry.conditions.iter().copied());
            if registry.conditions.is_empty() {
                diagnostic = diagnostic.help("define it under `conditions:` at top level");
            }
            diagnostics.push(diagnostic);
        }
    }
    nested(condition).for_each(|below| self::condition(below, registry, diagnostics));
    // Tags come from the registry alone; a tag that no tool carries is a condition that never holds.
    for tag in &condition.risk_tags {
        if !registry.servers.is_empty() && !registry.risk_tags.contains(tag.value.as_str()) {
            let message = format!("no tool carries the risk tag `{}`", tag.value);
            diagnostics.push(never_matches(tag, message, registry.risk_tags.iter().copied()));
        }
    }
}

/// A condition with a name uses no other: what it means stands in one place.
pub(super) fn named_condition(condition: &Condition, registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    self::condition(condition, registry, diagnostics);
    uses(condition, diagnostics);
}

fn uses(condition: &Condition, diagnostics: &mut Vec<Diagnostic>) {
    for name in &condition.named {
        diagnostics.push(
            Diagnostic::error(Code::Inconsistent, name.span, "a condition with a name uses no other")
                .help("list both names where they are used"),
        );
    }
    nested(condition).for_each(|below| uses(below, diagnostics));
}

/// The conditions put together in a condition.
fn nested(condition: &Condition) -> impl Iterator<Item = &Condition> {
    condition.combined.iter().flat_map(|combined| match combined {
        Combined::All(conditions) | Combined::Any(conditions) => conditions.as_slice(),
        Combined::Not(condition) => std::slice::from_ref(&**condition),
    })
}

fn label(test: &LabelTest, registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    let name = test.label.value.as_str();
    let label = test.kind();
    if label == Label::Own && !registry.labels.contains(name) {
        let known = LABELS.iter().map(|(name, _)| *name).chain(registry.labels.iter().copied());
        let diagnostic =
            Diagnostic::error(Code::UndefinedName, test.label.span, format!("unknown label `{name}`"));
        diagnostics.push(diagnostic.help(one_of(name, known)));
        return;
    }
    if label == Label::Server {
        known_servers(&test.globs, registry, diagnostics);
        return;
    }
    let Some(values) = registry.values(label) else { return };
    for given in &test.globs {
        if values.iter().any(|value| glob::matches(&given.value, value)) {
            continue;
        }
        diagnostics.push(if label == Label::Action {
            Diagnostic::error(Code::BadValue, given.span, format!("unknown action `{}`", given.value))
                .help(one_of(&given.value, values.iter().copied()))
        } else {
            never_matches(given, format!("no server has `{name}: {}`", given.value), values.iter().copied())
        });
    }
}

/// A call is about one tool, prompt or resource.
fn several_objects(labels: &[LabelTest], diagnostics: &mut Vec<Diagnostic>) {
    let mut objects =
        labels.iter().filter(|test| matches!(test.kind(), Label::Tool | Label::Prompt | Label::Resource));
    let Some(first) = objects.next() else { return };
    for other in objects {
        let message = format!("no call has both `{}` and `{}`", first.label.value, other.label.value);
        diagnostics.push(
            Diagnostic::warning(Code::NeverMatches, other.label.span, message)
                .also(first.label.span, "a call about this is not about the other")
                .help("write a rule for each"),
        );
    }
}

/// Names must be registered where there is a registry; a glob that takes in none is only suspicious.
fn known_servers(names: &[Text], registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    let Some(servers) = registry.values(Label::Server) else { return };
    for name in names {
        if !is_glob(&name.value) {
            if !servers.contains(name.value.as_str()) {
                diagnostics.push(undefined("server", name, servers.iter().copied()));
            }
        } else if !servers.iter().any(|server| glob::matches(&name.value, server)) {
            let message = format!("no registered server is `{}`", name.value);
            diagnostics.push(never_matches(name, message, []));
        }
    }
}

fn undefined<'a>(what: &str, name: &Text, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::error(Code::UndefinedName, name.span, format!("unknown {what} `{}`", name.value));
    diagnostic.help = nearest(&name.value, known).map(|known| format!("did you mean `{known}`?"));
    diagnostic
}

fn never_matches<'a>(name: &Text, message: String, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(Code::NeverMatches, name.span, message);
    diagnostic.help = nearest(&name.value, known).map(|known| format!("did you mean `{known}`?"));
    diagnostic
}
