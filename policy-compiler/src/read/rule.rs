//! `rules:` and `roles:`.

use super::{
    argument, context, guard, host,
    operator::NESTING_MAX,
    value::{Fields, Reader},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{
        ClaimTest, Combined, Condition, Constraints, DIMENSIONS, LabelTest, NamedCondition, Role, Rule,
        ServersNotIn, SubjectTest, Text, Verdict,
    },
    syntax::{Node, Value},
};

const RULE_KEYS: &[&str] = &["id", "match", "unless", "decision", "constraints", "guards", "reason", "mode"];
pub(super) const MATCH: &str = "`match`";
pub(super) const UNLESS: &str = "`unless`";
const NESTED: &str = "a condition";
const CONDITION_KEYS: &[&str] =
    &["labels", "risk_tags", "subject", "args", "context", "conditions", "mcp", "all", "any", "not"];
/// Of conditions inside others: `mcp` there could not tell whether it stands in a rule that denies.
const NESTED_KEYS: &[&str] =
    &["labels", "risk_tags", "subject", "args", "context", "conditions", "all", "any", "not"];
const SUBJECT_KEYS: &[&str] =
    &["users", "groups", "roles", "agents", "tenants", "workloads", "scopes", "claims"];
const ROLE_KEYS: &[&str] = &["users", "groups", "agents", "tenants", "workloads", "scopes"];
const CONSTRAINT_KEYS: &[&str] = &["max_runtime_sec", "max_retries", "network_allowlist"];
/// A week; a longer call is a mistake, and more than the proxy's timers hold.
const MAX_RUNTIME_SEC_MAX: u32 = 7 * 24 * 3600;
const MAX_RETRIES_MAX: u32 = 1000;

/// The rules. Conditions of those that could not be read whole go to the orphans.
pub(super) fn rules(reader: &mut Reader, node: &Node, orphans: &mut Vec<Condition>) -> Vec<Rule> {
    let items = reader.list(node, "rules").unwrap_or_default();
    let mut rules = Vec::with_capacity(items.len());
    for item in items {
        rules.extend(rule(reader, item, orphans));
    }
    rules
}

fn rule(reader: &mut Reader, node: &Node, orphans: &mut Vec<Condition>) -> Option<Rule> {
    let fields = reader.fields(node, "a rule", RULE_KEYS, &[])?;
    let id = fields.required(reader, "id").and_then(|node| reader.text(node));
    let condition = fields.required(reader, "match").and_then(|node| condition(reader, node, MATCH, 1));
    let unless = fields.get("unless").and_then(|node| self::condition(reader, node, UNLESS, 1));
    let verdict = fields
        .required(reader, "decision")
        .and_then(|node| reader.choice(node, "decision", &Verdict::ALL, |verdict| verdict.name()));
    let constraints = fields.get("constraints").and_then(|node| constraints(reader, node));
    let guards = fields.get("guards").map(|node| guard::guards(reader, node)).unwrap_or_default();
    let reason = fields.get("reason").and_then(|node| reader.prose(node));
    let shadow = reader.shadow(&fields);
    match (id, condition, verdict) {
        (Some(id), Some(condition), Some(verdict)) => {
            Some(Rule { id, condition, unless, verdict, constraints, guards, reason, shadow, layer: 0 })
        }
        (_, condition, _) => {
            orphans.extend(condition.into_iter().chain(unless));
            None
        }
    }
}

/// Conditions with a name. They may not use each other, so that each can be read by itself.
pub(super) fn named_conditions(reader: &mut Reader, node: &Node) -> Vec<NamedCondition> {
    let mut named = Vec::new();
    for entry in reader.entries(node).unwrap_or_default() {
        let Some(name) = reader.key(entry) else { continue };
        // One that could not be read is still defined, so that its uses are not reported too.
        let condition = condition(reader, &entry.node, NESTED, 2).unwrap_or_default();
        named.push(NamedCondition { name, condition });
    }
    named
}

pub(super) fn condition(
    reader: &mut Reader,
    node: &Node,
    what: &'static str,
    depth: usize,
) -> Option<Condition> {
    let keys = if what == NESTED { NESTED_KEYS } else { CONDITION_KEYS };
    let fields = reader.fields(node, what, keys, &[])?;
    if fields.is_empty() {
        let help = match what {
            MATCH => "to match every call write `labels: { mcp.server: \"*\" }`",
            UNLESS => "leave `unless` out where there is no exception",
            _ => "leave it out where nothing is meant",
        };
        reader.push(Diagnostic::error(Code::BadValue, node.span, format!("{what} is empty")).help(help));
        return None;
    }
    if depth > NESTING_MAX {
        argument::too_deep(reader, node);
        return None;
    }
    let mut condition = Condition::default();
    if let Some(node) = fields.get("labels") {
        condition.labels = labels(reader, node);
    }
    if let Some(node) = fields.get("risk_tags") {
        condition.risk_tags = reader.risk_tags(node);
    }
    if let Some(node) = fields.get("subject")
        && let Some(fields) = reader.fields(node, "`subject`", SUBJECT_KEYS, &[])
    {
        fields.reject_empty(reader, node);
        condition.subject = subject(reader, &fields);
        condition.roles = fields.get("roles").map(|node| reader.texts(node, "a role")).unwrap_or_default();
        condition.claims = fields.get("claims").map(|node| claims(reader, node)).unwrap_or_default();
    }
    if let Some(node) = fields.get("args") {
        condition.arguments = argument::tests(reader, node, depth);
    }
    if let Some(node) = fields.get("context") {
        condition.context = context::tests(reader, node);
    }
    if let Some(node) = fields.get("conditions") {
        condition.named = reader.texts(node, "a condition's name");
    }
    condition.servers_not_in = fields.get("mcp").and_then(|node| servers_not_in(reader, node));
    for key in ["all", "any"] {
        let Some(node) = fields.get(key) else { continue };
        let items = reader.list(node, "conditions").unwrap_or_default();
        if matches!(&node.value, Value::List(items) if items.is_empty()) {
            reader.empty_combination(key, node);
        }
        let below: Vec<Condition> =
            items.iter().filter_map(|item| self::condition(reader, item, NESTED, depth + 1)).collect();
        condition.combined.push(if key == "all" { Combined::All(below) } else { Combined::Any(below) });
    }
    if let Some(below) = fields.get("not").and_then(|node| self::condition(reader, node, NESTED, depth + 1)) {
        condition.combined.push(Combined::Not(Box::new(below)));
    }
    Some(condition)
}

fn claims(reader: &mut Reader, node: &Node) -> Vec<ClaimTest> {
    let entries = reader.entries(node).unwrap_or_default();
    if entries.is_empty() {
        reader.empty_map(node);
    }
    let mut tests = Vec::new();
    for entry in entries {
        let path = reader.key(entry);
        let globs = reader.texts(&entry.node, "a glob");
        if let Some(path) = path {
            tests.push(ClaimTest { path, globs });
        }
    }
    tests
}

fn labels(reader: &mut Reader, node: &Node) -> Vec<LabelTest> {
    let entries = reader.entries(node).unwrap_or_default();
    if entries.is_empty() {
        reader.empty_map(node);
    }
    let mut tests = Vec::with_capacity(entries.len());
    for entry in entries {
        let label = reader.key(entry);
        let globs = reader.texts(&entry.node, "a glob");
        if let Some(label) = label {
            tests.push(LabelTest { label, globs });
        }
    }
    tests
}

fn subject(reader: &mut Reader, fields: &Fields) -> Vec<SubjectTest> {
    let mut tests = Vec::new();
    for (key, dimension) in DIMENSIONS {
        if let Some(node) = fields.get(key) {
            tests.push(SubjectTest { dimension, globs: reader.texts(node, "a name") });
        }
    }
    tests
}

fn servers_not_in(reader: &mut Reader, node: &Node) -> Option<ServersNotIn> {
    const KEY: &str = "deny_servers_not_in";
    let fields = reader.fields(node, "`mcp`", &[KEY], &[])?;
    let list = fields.required(reader, KEY)?;
    let servers = reader.texts(list, "a server");
    Some(ServersNotIn { key: fields.key_span(KEY)?, servers })
}

pub(super) fn roles(reader: &mut Reader, node: &Node) -> Vec<Role> {
    let mut roles = Vec::new();
    for entry in reader.entries(node).unwrap_or_default() {
        let Some(name) = reader.key(entry) else { continue };
        // A role that could not be read is still defined, so that its uses are not reported too.
        let mut members = Vec::new();
        if let Some(fields) = reader.fields(&entry.node, "a role", ROLE_KEYS, &[]) {
            fields.reject_empty(reader, &entry.node);
            members = subject(reader, &fields);
        }
        roles.push(Role { name, members });
    }
    roles
}

fn constraints(reader: &mut Reader, node: &Node) -> Option<Constraints> {
    let fields = reader.fields(node, "`constraints`", CONSTRAINT_KEYS, &[])?;
    fields.reject_empty(reader, node);
    let max_runtime_sec = fields.get("max_runtime_sec").and_then(|node| {
        let seconds = reader.number(node, MAX_RUNTIME_SEC_MAX)?;
        if seconds == 0 {
            reader.push(
                Diagnostic::error(Code::BadValue, node.span, "no call finishes in 0 seconds")
                    .help("to refuse the call write `decision: DENY`"),
            );
        }
        Some(seconds)
    });
    Some(Constraints {
        span: node.span,
        max_runtime_sec,
        max_retries: fields.get("max_retries").and_then(|node| reader.number(node, MAX_RETRIES_MAX)),
        network_allowlist: fields.get("network_allowlist").map(|node| network_allowlist(reader, node)),
    })
}

/// An empty list has a meaning of its own here: no host at all.
fn network_allowlist(reader: &mut Reader, node: &Node) -> Vec<Text> {
    let items = reader.list(node, "hosts").unwrap_or_default();
    let hosts: Vec<Text> = items.iter().filter_map(|item| reader.text(item)).collect();
    for host in &hosts {
        host::of_network(reader, host);
    }
    hosts
}
