//! What a policy means, spelled out over the policy as its author wrote it: no table, no index, no early exit. Only
//! primitives with definitions of their own (globs, hosts, networks, paths, windows) are shared with the engine.

use std::cmp::Ordering;

use mcpgov_engine::{
    glob, guard,
    json::{Doc, Limits},
    path,
    table::format::types,
    target::named_host,
    truth::Truth,
};
use mcpgov_policy_compiler::{
    explain::{Object, Question},
    policy::{
        Action, ArgumentTest, Circumstance, Combined, Condition, ContextTest, Dimension, GuardTest, Label,
        Literal, Network, Operator, Policy, Rule, Server, SubjectTest, Text, Verdict, guards_id,
    },
};
use serde_json::Value;

/// True, false, or not to be told.
type Kleene = Option<bool>;

fn and(all: impl IntoIterator<Item = Kleene>) -> Kleene {
    let all: Vec<Kleene> = all.into_iter().collect();
    if all.contains(&Some(false)) {
        Some(false)
    } else if all.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn or(any: impl IntoIterator<Item = Kleene>) -> Kleene {
    not(and(any.into_iter().map(not)))
}

fn not(one: Kleene) -> Kleene {
    one.map(|holds| !holds)
}

fn kleene(truth: Truth) -> Kleene {
    (truth != Truth::UNKNOWN).then_some(truth == Truth::TRUE)
}

/// The verdict and the rule that decides: of all layers the most restrictive.
pub(crate) fn decide(policy: &Policy, question: &Question) -> (Verdict, Option<String>) {
    let layers: Vec<_> =
        (0..policy.layers.max(1)).map(|layer| decide_layer(policy, layer, question)).collect();
    let verdict = layers.iter().map(|(verdict, _)| *verdict).max().unwrap();
    let rules = layers.into_iter().filter(|(decided, _)| *decided == verdict).filter_map(|(_, rule)| rule);
    (verdict, rules.min())
}

fn decide_layer(policy: &Policy, layer: u8, question: &Question) -> (Verdict, Option<String>) {
    let call = Call::of(policy, question);
    let mut outcomes: Vec<(String, Verdict, Kleene)> = vec![];
    for rule in policy.rules.iter().filter(|rule| rule.layer == layer) {
        let holds = call.rule(rule);
        outcomes.push((rule.id.value.clone(), rule.verdict.value, holds));
        let found = and([holds, call.guards(&rule.guards)]);
        outcomes.push((guards_id(&rule.id.value), Verdict::Deny, found));
    }
    // What a server is belongs to the first layer.
    for server in policy.servers.iter().filter(|_| layer == 0) {
        let here = question.server.as_ref() == Some(&server.name.value);
        let found = and([Some(here), call.guards(&server.guards)]);
        outcomes.push((guards_id(&server.name.value), Verdict::Deny, found));
    }
    let with = |outcome: Kleene| outcomes.iter().filter(move |(.., found)| *found == outcome);
    let smallest = |verdict: Verdict, outcome: Kleene| {
        with(outcome).filter(|(_, other, _)| *other == verdict).map(|(id, ..)| id.clone()).min()
    };
    if with(Some(true)).next().is_none() {
        return (Verdict::Deny, smallest(Verdict::Deny, None));
    }
    let verdict = with(Some(true)).chain(with(None)).map(|(_, verdict, _)| *verdict).max().unwrap();
    (verdict, smallest(verdict, Some(true)).or_else(|| smallest(verdict, None)))
}

struct Call<'p> {
    policy: &'p Policy,
    question: &'p Question,
    arguments: Option<Value>,
    server: Option<&'p Server>,
    tool: &'p str,
}

impl<'p> Call<'p> {
    fn of(policy: &'p Policy, question: &'p Question) -> Self {
        let Object::Tool(tool) = &question.object else { panic!("only tools are asked about") };
        let server =
            policy.servers.iter().find(|server| Some(&server.name.value) == question.server.as_ref());
        let arguments = question.arguments.as_ref().map(|text| serde_json::from_str(text).unwrap());
        Call { policy, question, arguments, server, tool }
    }

    fn rule(&self, rule: &Rule) -> Kleene {
        let unless = rule.unless.as_ref().map_or(Some(false), |unless| self.condition(unless));
        and([self.condition(&rule.condition), not(unless)])
    }

    /// Whether one of the guards finds something; what each finds has a definition of its own.
    fn guards(&self, tests: &[GuardTest]) -> Kleene {
        let Some(arguments) = &self.arguments else { return Some(false) };
        or(tests.iter().flat_map(|test| {
            let everything = test.paths.is_empty().then_some(Here::Value(arguments));
            let at =
                |path: &Vec<String>| path.iter().fold(Here::Value(arguments), |here, key| step(here, key));
            everything.into_iter().chain(test.paths.iter().map(at)).map(|here| match here {
                Here::Value(value) => {
                    let text = value.to_string();
                    let doc = Doc::parse(text.as_bytes(), &Limits::default()).unwrap();
                    Some(guard::first_in(test.guard as u8, doc.root()).is_some())
                }
                Here::Missing => Some(false),
                Here::Ambiguous => None,
            })
        }))
    }

    fn condition(&self, condition: &Condition) -> Kleene {
        let mut all = vec![];
        all.extend(condition.labels.iter().map(|test| Some(self.label(test.kind(), &test.globs))));
        if !condition.risk_tags.is_empty() {
            all.push(Some(condition.risk_tags.iter().any(|tag| self.tags().contains(&tag.value.as_str()))));
        }
        all.extend(condition.subject.iter().map(|test| self.subject(test)));
        if !condition.roles.is_empty() {
            all.push(or(condition.roles.iter().map(|name| self.role(&name.value))));
        }
        all.extend(condition.claims.iter().map(|test| {
            let values = self.question.subject.claims.get(&test.path.value)?;
            Some(values.iter().any(|value| matches_any(&test.globs, value)))
        }));
        all.extend(condition.context.iter().map(|test| self.context(test)));
        let here = self.arguments.as_ref().map_or(Here::Missing, Here::Value);
        all.extend(condition.arguments.iter().map(|test| argument(test, here)));
        for name in &condition.named {
            let named = self.policy.conditions.iter().find(|named| named.name.value == name.value).unwrap();
            all.push(self.condition(&named.condition));
        }
        all.extend(
            condition.combined.iter().map(|combined| combine(combined, |below| self.condition(below))),
        );
        if let Some(test) = &condition.servers_not_in {
            all.push(Some(!self.label(Label::Server, &test.servers)));
        }
        and(all)
    }

    fn label(&self, label: Label, globs: &[Text]) -> bool {
        let environment = self.server.and_then(|server| server.environment.as_ref());
        let value = match label {
            Label::Server => Some(self.question.server.clone().unwrap_or_default()),
            Label::Method => Some("tools/call".to_owned()),
            Label::Tool => Some(self.tool.to_owned()),
            Label::Action => Some(self.action().name().to_owned()),
            Label::Environment => environment.map(|text| text.value.clone()),
            _ => None,
        };
        value.is_some_and(|value| matches_any(globs, &value))
    }

    /// The entry of that name, or all globs that match.
    fn entries(&self) -> Vec<&'p mcpgov_policy_compiler::policy::Tool> {
        let tools = self.server.map_or(&[][..], |server| &server.tools);
        match tools.iter().find(|tool| tool.name.value == self.tool && !tool.name.value.contains('*')) {
            Some(exact) => vec![exact],
            None => tools.iter().filter(|tool| glob::matches(&tool.name.value, self.tool)).collect(),
        }
    }

    fn action(&self) -> Action {
        let default = self.server.and_then(|server| server.action).unwrap_or(Action::Write);
        self.entries().iter().map(|tool| tool.action.unwrap_or(default)).max().unwrap_or(default)
    }

    fn tags(&self) -> Vec<&'p str> {
        self.entries().iter().flat_map(|tool| &tool.risk_tags).map(|tag| tag.value.as_str()).collect()
    }

    fn subject(&self, test: &SubjectTest) -> Kleene {
        let subject = &self.question.subject;
        let one = |value: &Option<String>| value.clone().map(|value| vec![value]);
        let values = match test.dimension {
            Dimension::User => one(&subject.user),
            Dimension::Group => subject.groups.clone(),
            Dimension::Agent => one(&subject.agent),
            Dimension::Tenant => one(&subject.tenant),
            Dimension::Workload => one(&subject.workload),
            Dimension::Scope => subject.scopes.clone(),
        };
        Some(values?.iter().any(|value| matches_any(&test.globs, value)))
    }

    fn role(&self, name: &str) -> Kleene {
        let role = self.policy.roles.iter().find(|role| role.name.value == name).unwrap();
        or(role.members.iter().map(|test| self.subject(test)))
    }

    fn context(&self, test: &ContextTest) -> Kleene {
        let context = &self.question.context;
        match test {
            ContextTest::Source(networks) => {
                let address = context.source?;
                or(networks.iter().map(|network| kleene(network.holds(address))))
            }
            ContextTest::Text(Circumstance::Region, globs) => {
                Some(matches_any(globs, context.region.as_ref()?))
            }
            ContextTest::Text(Circumstance::Environment, globs) => {
                Some(matches_any(globs, context.environment.as_ref()?))
            }
            ContextTest::Session(session) => Some(context.session? == *session),
            ContextTest::Time(windows) => {
                let time = context.time?;
                Some(windows.iter().any(|window| window.holds(time)))
            }
        }
    }
}

fn matches_any(globs: &[Text], value: &str) -> bool {
    globs.iter().any(|text| glob::matches(&text.value, value))
}

fn combine<T>(combined: &Combined<T>, evaluate: impl Fn(&T) -> Kleene) -> Kleene {
    match combined {
        Combined::All(all) => and(all.iter().map(evaluate)),
        Combined::Any(any) => or(any.iter().map(evaluate)),
        Combined::Not(one) => not(evaluate(one)),
    }
}

#[derive(Clone, Copy)]
enum Here<'v> {
    Value(&'v Value),
    Missing,
    Ambiguous,
}

fn argument(test: &ArgumentTest, here: Here<'_>) -> Kleene {
    match test {
        ArgumentTest::At { path, operators, .. } => {
            let there = path.iter().fold(here, |here, segment| step(here, segment));
            and(operators.iter().map(|operator| operate(operator, there)))
        }
        ArgumentTest::Combined(combined) => {
            combine(combined, |map: &Vec<ArgumentTest>| and(map.iter().map(|test| argument(test, here))))
        }
    }
}

fn step<'v>(here: Here<'v>, segment: &str) -> Here<'v> {
    match here {
        Here::Value(Value::Array(items)) => {
            segment.parse().ok().and_then(|index: usize| items.get(index)).map_or(Here::Missing, Here::Value)
        }
        Here::Value(Value::Object(members)) => {
            let alike = members.keys().filter(|key| key.eq_ignore_ascii_case(segment));
            match (members.get(segment), alike.count()) {
                (Some(value), 1) => Here::Value(value),
                (None, 0) => Here::Missing,
                _ => Here::Ambiguous,
            }
        }
        Here::Value(_) => Here::Missing,
        other => other,
    }
}

fn operate(operator: &Operator, here: Here<'_>) -> Kleene {
    if let Operator::Exists(exists) = operator {
        return match here {
            Here::Value(_) => Some(*exists),
            Here::Missing => Some(!exists),
            Here::Ambiguous => None,
        };
    }
    let tests = |tests: &Vec<Operator>, here| and(tests.iter().map(|operator| operate(operator, here)));
    // Conditions put together of tests of existence make sense without a value.
    match operator {
        Operator::Combined(combined) => return combine(combined, |map| tests(map, here)),
        Operator::Fields(fields) => return and(fields.iter().map(|field| argument(field, here))),
        _ => {}
    }
    let Here::Value(value) = here else { return None };
    match operator {
        Operator::In(literals) => {
            let equal: Vec<bool> = literals.iter().filter_map(|literal| equals(literal, value)).collect();
            if equal.is_empty() { None } else { Some(equal.contains(&true)) }
        }
        Operator::Contains(literals) => match value {
            Value::Array(items) => Some(
                items.iter().any(|item| literals.iter().any(|literal| equals(literal, item) == Some(true))),
            ),
            Value::String(text) => {
                let mut parts = literals.iter().filter_map(|literal| match literal {
                    Literal::Text(part) => Some(part),
                    _ => None,
                });
                let any = parts.clone().next().is_some();
                any.then(|| parts.any(|part| text.contains(part.as_str())))
            }
            _ => None,
        },
        Operator::Compare(relation, bound) => {
            let order = value.as_f64()?.partial_cmp(&bound.parse().ok()?)?;
            Some(relation.holds(order))
        }
        Operator::Length(relation, bound) => {
            let length = match value {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len(),
                Value::Object(members) => members.len(),
                _ => return None,
            };
            let order: Ordering = length.cmp(&(*bound as usize));
            Some(relation.holds(order))
        }
        Operator::Type(bits) => {
            let found = match value {
                Value::Null => types::NULL,
                Value::Bool(_) => types::BOOLEAN,
                Value::Number(number) if number.as_f64()?.fract() == 0.0 => types::NUMBER | types::INTEGER,
                Value::Number(_) => types::NUMBER,
                Value::String(_) => types::STRING,
                Value::Array(_) => types::ARRAY,
                Value::Object(_) => types::OBJECT,
            };
            Some(found & bits != 0)
        }
        Operator::Each(below) => and(value.as_array()?.iter().map(|item| tests(below, Here::Value(item)))),
        Operator::Some(below) => or(value.as_array()?.iter().map(|item| tests(below, Here::Value(item)))),
        Operator::Matches(globs) => {
            let text = value.as_str()?;
            Some(globs.iter().any(|pattern| glob::matches(pattern, text)))
        }
        Operator::Regex(patterns) => {
            let text = value.as_str()?;
            Some(patterns.iter().any(|regex| {
                regex::Regex::new(&format!(r"(?s)\A(?:{})\z", regex.pattern)).unwrap().is_match(text)
            }))
        }
        Operator::StartsUnder(bases) => {
            let text = value.as_str()?;
            or(bases.iter().map(|base| kleene(path::is_under(text, base))))
        }
        Operator::HostIn(globs) => {
            let host = named_host(value.as_str()?)?;
            Some(globs.iter().any(|pattern| glob::matches(pattern, host.as_str())))
        }
        Operator::CidrIn(networks) => address_in(networks, value.as_str()?),
        Operator::Exists(_) | Operator::Combined(_) | Operator::Fields(_) => unreachable!("answered above"),
    }
}

fn address_in(networks: &[Network], text: &str) -> Kleene {
    let host = named_host(text)?;
    let Some(address) = host.ip() else { return Some(false) };
    or(networks.iter().map(|network| kleene(network.holds(address))))
}

/// `None` where the two cannot be compared.
fn equals(literal: &Literal, value: &Value) -> Kleene {
    match (literal, value) {
        (Literal::Null, Value::Null) => Some(true),
        (Literal::Bool(one), Value::Bool(other)) => Some(one == other),
        (Literal::Text(one), Value::String(other)) => Some(one == other),
        (Literal::Number(one), Value::Number(other)) => Some(one.parse::<f64>().ok()? == other.as_f64()?),
        _ => None,
    }
}
