//! From the checked policy to what the engine writes tables from. No decisions: every construct of the
//! language has one image.

use std::collections::{BTreeMap, HashMap};

use mcpgov_engine::table::{
    format,
    source::{self, ArgumentTest as Test},
};

use crate::policy::{
    ArgumentTest, Capture, Combined, Condition, Constraints, ContextTest, Guard, GuardTest, Identity, Label,
    LabelTest, Literal, NamedCondition, Operator, Policy, Role, Rule, Server, SubjectTest, Text, Tool,
    Traffic, Verdict, guards_id,
};
use crate::protect;
use crate::schema;

/// The engine's form of `policy`.
pub fn policy(policy: Policy) -> source::Policy {
    let named: Named = policy
        .conditions
        .into_iter()
        .map(|NamedCondition { name, condition: found }| (name.value, condition(found, &Named::new())))
        .collect();
    let mut generated: Vec<source::Rule> = policy.servers.iter().filter_map(server_guards).collect();
    let servers = policy.servers.into_iter().map(|mut found| {
        if let Some(listing) = found.listing.take() {
            generated.extend(schema::rules(&found.name.value, listing));
        }
        server(found)
    });
    let servers = servers.collect();
    let written = policy.rules.into_iter().flat_map(|found| rule(found, &named));
    let mut lowered = source::Policy {
        shadow: policy.shadow,
        capture: policy.capture.unwrap_or(Capture::Digest),
        claims: claims(policy.identity),
        servers,
        roles: policy.roles.into_iter().map(role).collect(),
        rules: written.chain(generated).collect(),
        layers: policy.layers.max(1),
        ..source::Policy::default()
    };
    protect::lower(&mut lowered, &policy.detectors, policy.protections, |protection| {
        let mut conditions =
            protection.condition.take().map_or_else(Vec::new, |found| condition(found, &named));
        if let Some(unless) = protection.unless.take() {
            conditions.push(not(all(condition(unless, &named))));
        }
        conditions
    });
    lowered
}

/// What the names of conditions stand for.
type Named = HashMap<String, Vec<source::Condition>>;

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

/// The rule, and the one that its guards become.
fn rule(rule: Rule, named: &Named) -> impl Iterator<Item = source::Rule> {
    let mut conditions = condition(rule.condition, named);
    if let Some(unless) = rule.unless {
        conditions.push(not(all(condition(unless, named))));
    }
    let guards = (!rule.guards.is_empty()).then(|| source::Rule {
        conditions: conditions.iter().cloned().chain([guards(&rule.guards)]).collect(),
        ..denial(&rule.id.value, rule.layer, rule.shadow)
    });
    let rule = source::Rule {
        id: rule.id.value,
        verdict: rule.verdict.value,
        layer: rule.layer,
        shadow: rule.shadow,
        reason: optional(rule.reason),
        conditions,
        limit: rule.constraints.map(limit),
    };
    std::iter::once(rule).chain(guards)
}

/// The guards of a server: a rule that denies what they find, whatever else permits it. Servers belong to the first
/// layer.
fn server_guards(server: &Server) -> Option<source::Rule> {
    let values = vec![server.name.value.clone()];
    let on_server = source::Condition::Label { label: Label::Server, own: None, values };
    (!server.guards.is_empty()).then(|| source::Rule {
        conditions: vec![on_server, guards(&server.guards)],
        ..denial(&server.name.value, 0, false)
    })
}

fn denial(of: &str, layer: u8, shadow: bool) -> source::Rule {
    source::Rule {
        id: guards_id(of),
        verdict: Verdict::Deny,
        layer,
        shadow,
        reason: None,
        conditions: Vec::new(),
        limit: None,
    }
}

/// Whether one of the guards finds something: those about all arguments in one test, the others argument by argument.
fn guards(tests: &[GuardTest]) -> source::Condition {
    let everywhere: Vec<Guard> =
        tests.iter().filter(|test| test.paths.is_empty()).map(|test| test.guard).collect();
    let mut by_path: BTreeMap<&[String], Vec<Guard>> = BTreeMap::new();
    for test in tests {
        for path in &test.paths {
            by_path.entry(path).or_default().push(test.guard);
        }
    }
    let mut any: Vec<source::Condition> = Vec::new();
    if !everywhere.is_empty() {
        any.push(source::Condition::Guard(everywhere));
    }
    any.extend(by_path.into_iter().map(|(path, guards)| source::Condition::Argument {
        path: path.to_vec(),
        test: Test::Guard(guards),
    }));
    match (any.len(), any.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            any.extend(last);
            source::Condition::Any(any)
        }
    }
}

fn condition(condition: Condition, named: &Named) -> Vec<source::Condition> {
    let mut all: Vec<source::Condition> = condition.labels.into_iter().map(label).collect();
    if !condition.risk_tags.is_empty() {
        all.push(source::Condition::RiskTag(values(condition.risk_tags)));
    }
    all.extend(condition.subject.into_iter().map(subject));
    if !condition.roles.is_empty() {
        let roles = condition.roles.into_iter().map(|role| source::Condition::Role(role.value)).collect();
        all.push(source::Condition::Any(roles));
    }
    all.extend(
        condition
            .claims
            .into_iter()
            .map(|test| source::Condition::Claim { path: test.path.value, values: values(test.globs) }),
    );
    all.extend(condition.context.into_iter().map(context));
    all.extend(condition.arguments.into_iter().map(argument));
    for name in condition.named {
        all.extend(named.get(&name.value).into_iter().flatten().cloned());
    }
    for combined in condition.combined {
        let below = |condition| self::all(self::condition(condition, named));
        all.push(match combined {
            Combined::All(conditions) => source::Condition::All(conditions.into_iter().map(below).collect()),
            Combined::Any(conditions) => source::Condition::Any(conditions.into_iter().map(below).collect()),
            Combined::Not(condition) => not(below(*condition)),
        });
    }
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

fn context(test: ContextTest) -> source::Condition {
    match test {
        ContextTest::Source(networks) => source::Condition::Source(networks),
        ContextTest::Text(circumstance, globs) => {
            source::Condition::Context { circumstance, globs: values(globs) }
        }
        ContextTest::Session(true) => source::Condition::Session,
        ContextTest::Session(false) => not(source::Condition::Session),
        ContextTest::Time(windows) => source::Condition::Time(windows),
    }
}

fn argument(test: ArgumentTest) -> source::Condition {
    let every = |tests: Vec<ArgumentTest>| all(tests.into_iter().map(argument).collect());
    match test {
        ArgumentTest::At { path, operators, .. } => {
            source::Condition::Argument { path, test: tests(operators) }
        }
        ArgumentTest::Combined(Combined::All(maps)) => {
            source::Condition::All(maps.into_iter().map(every).collect())
        }
        ArgumentTest::Combined(Combined::Any(maps)) => {
            source::Condition::Any(maps.into_iter().map(every).collect())
        }
        ArgumentTest::Combined(Combined::Not(map)) => not(every(*map)),
    }
}

/// All operators on one value.
fn tests(operators: Vec<Operator>) -> Test {
    let mut tests: Vec<Test> = operators.into_iter().map(test).collect();
    match (tests.len(), tests.pop()) {
        (1, Some(test)) => test,
        (_, last) => {
            tests.extend(last);
            Test::All(tests)
        }
    }
}

fn test(operator: Operator) -> Test {
    match operator {
        Operator::In(literals) => Test::In(literals.into_iter().map(literal).collect()),
        Operator::Matches(globs) => Test::Glob(globs),
        Operator::Regex(patterns) => Test::Regex(
            patterns
                .into_iter()
                .map(|regex| source::Automaton { pattern: regex.pattern, bytes: regex.automaton })
                .collect(),
        ),
        Operator::Exists(true) => Test::Exists,
        Operator::Exists(false) => Test::Not(Box::new(Test::Exists)),
        Operator::Compare(relation, number) => Test::Compare(relation, number),
        Operator::Length(relation, length) => Test::Length(relation, length),
        Operator::Type(types) => Test::Type(types),
        Operator::Contains(literals) => Test::Contains(literals.into_iter().map(literal).collect()),
        Operator::StartsUnder(paths) => Test::Under(paths),
        Operator::HostIn(globs) => Test::Host(globs),
        Operator::CidrIn(networks) => Test::Cidr(networks),
        Operator::Each(operators) => Test::Each(Box::new(tests(operators))),
        Operator::Some(operators) => Test::Some(Box::new(tests(operators))),
        Operator::Combined(Combined::All(maps)) => Test::All(maps.into_iter().map(tests).collect()),
        Operator::Combined(Combined::Any(maps)) => Test::Any(maps.into_iter().map(tests).collect()),
        Operator::Combined(Combined::Not(map)) => Test::Not(Box::new(tests(*map))),
        Operator::Fields(fields) => Test::All(fields.into_iter().map(field).collect()),
    }
}

/// A test of a part of the value at hand.
fn field(found: ArgumentTest) -> Test {
    let every = |tests: Vec<ArgumentTest>| Test::All(tests.into_iter().map(field).collect());
    match found {
        ArgumentTest::At { path, operators, .. } => Test::At(path, Box::new(tests(operators))),
        ArgumentTest::Combined(Combined::All(maps)) => Test::All(maps.into_iter().map(every).collect()),
        ArgumentTest::Combined(Combined::Any(maps)) => Test::Any(maps.into_iter().map(every).collect()),
        ArgumentTest::Combined(Combined::Not(map)) => Test::Not(Box::new(every(*map))),
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

/// A conjunction, without a group around a single member.
fn all(mut conditions: Vec<source::Condition>) -> source::Condition {
    match (conditions.len(), conditions.pop()) {
        (1, Some(condition)) => condition,
        (_, last) => {
            conditions.extend(last);
            source::Condition::All(conditions)
        }
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
