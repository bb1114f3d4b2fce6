//! From the checked policy to what the engine writes tables from. No decisions: every construct of the
//! language has one image.

use mcpgov_engine::table::{format, source};

use crate::policy::{
    ArgumentTest, Capture, Condition, Constraints, Identity, Label, LabelTest, Literal, Operator, Policy,
    Role, Rule, Server, SubjectTest, Text, Tool, Traffic,
};

/// The engine's form of `policy`.
pub fn policy(policy: Policy) -> source::Policy {
    source::Policy {
        shadow: policy.shadow,
        capture: policy.capture.unwrap_or(Capture::Digest),
        claims: claims(policy.identity),
        servers: policy.servers.into_iter().map(server).collect(),
        roles: policy.roles.into_iter().map(role).collect(),
        rules: policy.rules.into_iter().map(rule).collect(),
    }
}

fn claims(identity: Identity) -> source::Claims {
    let usual = source::Claims::default();
    let claim = |given: Option<Text>, usual: Option<String>| given.map(|text| text.value).or(usual);
    source::Claims {
        user: claim(identity.user, usual.user),
        groups: claim(identity.groups, usual.groups),
        agent: claim(identity.agent, usual.agent),
        tenant: claim(identity.tenant, usual.tenant),
        scopes: claim(identity.scopes, usual.scopes),
        token: claim(identity.token, usual.token),
    }
}

fn server(server: Server) -> source::Server {
    source::Server {
        name: server.name.value,
        matches: server.traffic.map(matches).unwrap_or_default(),
        resource: optional(server.resource),
        owner: optional(server.owner),
        environment: optional(server.environment),
        classification: optional(server.classification),
        stage: optional(server.stage),
        labels: server.labels.into_iter().map(|(name, value)| (name.value, value.value)).collect(),
        action: server.action,
        tools: server.tools.into_iter().map(tool).collect(),
    }
}

/// Hosts and paths go together, each host with each path; clusters and routes stand alone.
fn matches(traffic: Traffic) -> Vec<source::ServerMatch> {
    let any_or = |given: &[Text]| -> Vec<Option<String>> {
        if given.is_empty() {
            vec![None]
        } else {
            given.iter().map(|text| Some(text.value.clone())).collect()
        }
    };
    let mut matches = Vec::new();
    if !(traffic.hosts.is_empty() && traffic.paths.is_empty()) {
        for host in any_or(&traffic.hosts) {
            for path in any_or(&traffic.paths) {
                matches.push(source::ServerMatch::Http { host: host.clone(), path });
            }
        }
    }
    matches.extend(traffic.clusters.into_iter().map(|name| source::ServerMatch::Cluster(name.value)));
    matches.extend(traffic.routes.into_iter().map(|name| source::ServerMatch::Route(name.value)));
    matches
}

fn tool(tool: Tool) -> source::Tool {
    source::Tool { name: tool.name.value, action: tool.action, risk_tags: values(tool.risk_tags) }
}

fn role(role: Role) -> source::Role {
    let condition = source::Condition::Any(role.members.into_iter().map(subject).collect());
    source::Role { name: role.name.value, condition }
}

fn rule(rule: Rule) -> source::Rule {
    let mut conditions = condition(rule.condition);
    if let Some(unless) = rule.unless {
        conditions.push(not(source::Condition::All(condition(unless))));
    }
    source::Rule {
        id: rule.id.value,
        verdict: rule.verdict.value,
        shadow: rule.shadow,
        reason: optional(rule.reason),
        conditions,
        limit: rule.constraints.map(limit),
    }
}

fn condition(condition: Condition) -> Vec<source::Condition> {
    let mut all: Vec<source::Condition> = condition.labels.into_iter().map(label).collect();
    if !condition.risk_tags.is_empty() {
        all.push(source::Condition::RiskTag(values(condition.risk_tags)));
    }
    all.extend(condition.subject.into_iter().map(subject));
    if !condition.roles.is_empty() {
        let roles = condition.roles.into_iter().map(|role| source::Condition::Role(role.value)).collect();
        all.push(source::Condition::Any(roles));
    }
    all.extend(condition.arguments.into_iter().map(argument));
    if let Some(test) = condition.servers_not_in {
        let listed =
            source::Condition::Label { label: Label::Server, own: None, values: values(test.servers) };
        all.push(not(listed));
    }
    all
}

fn label(test: LabelTest) -> source::Condition {
    let label = test.kind();
    let own = (label == Label::Own).then_some(test.label.value);
    source::Condition::Label { label, own, values: values(test.globs) }
}

fn subject(test: SubjectTest) -> source::Condition {
    source::Condition::Subject { dimension: test.dimension, values: values(test.globs) }
}

fn argument(test: ArgumentTest) -> source::Condition {
    let path = test.path;
    match test.operator {
        Operator::In(literals) => {
            let literals = literals.into_iter().map(literal).collect();
            source::Condition::Argument { path, test: source::ArgumentTest::In(literals) }
        }
        Operator::Matches(globs) => {
            source::Condition::Argument { path, test: source::ArgumentTest::Glob(globs) }
        }
        Operator::Exists(exists) => {
            let present = source::Condition::Argument { path, test: source::ArgumentTest::Exists };
            if exists { present } else { not(present) }
        }
    }
}

fn literal(literal: Literal) -> (format::Literal, String) {
    match literal {
        Literal::Null => (format::Literal::Null, String::new()),
        Literal::Bool(value) => (format::Literal::Bool, value.to_string()),
        Literal::Number(written) => (format::Literal::Number, written),
        Literal::Text(text) => (format::Literal::String, text),
    }
}

fn limit(constraints: Constraints) -> source::Limit {
    source::Limit {
        max_runtime_sec: constraints.max_runtime_sec,
        max_retries: constraints.max_retries,
        network_allowlist: constraints.network_allowlist.map(values),
    }
}

fn not(condition: source::Condition) -> source::Condition {
    source::Condition::Not(Box::new(condition))
}

fn optional(text: Option<Text>) -> Option<String> {
    text.map(|text| text.value)
}

fn values(texts: Vec<Text>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
