//! Rules and the registry against the input schemas of the tools they are about.

use std::collections::BTreeSet;

use mcpgov_engine::{
    glob,
    table::{
        format::{Relation, types},
        source::is_glob,
    },
};

use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    policy::{
        ArgumentTest, Combined, Condition, Label, LabelTest, Literal, Operator, Policy, Rule, Server, Text,
    },
    schema::{
        Node, Tool, Value,
        shape::{ITEM, Place, type_names},
    },
    source::Span,
};

/// Entries of `tools` that are none of the server's.
pub(super) fn registry(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    for server in &policy.servers {
        let Some(listing) = &server.listing else { continue };
        let names: Vec<&str> = listing.tools.iter().map(|tool| tool.name.value.as_str()).collect();
        for entry in &server.tools {
            diagnostics.extend(unlisted(&entry.name, entry.name.span, &server.name.value, &names));
        }
    }
}

/// A rule that is about tools whose schemas are known.
pub(super) fn rule(rule: &Rule, policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let mut check = Check { policy, diagnostics };
    let scope = check.narrowed(&Scope::default(), &rule.condition, None);
    check.condition(&rule.condition, &scope, None);
    if let Some(unless) = &rule.unless {
        let scope = check.narrowed(&scope, unless, None);
        check.condition(unless, &scope, None);
    }
}

struct Check<'p, 'd> {
    policy: &'p Policy,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// What a condition can be about, as far as labels tell.
#[derive(Clone, Default)]
struct Scope<'p> {
    /// Servers, all with schemas; `None` while other servers are possible.
    servers: Option<Vec<&'p Server>>,
    /// Tools; `None` while things other than tools are possible.
    tools: Option<Vec<&'p Tool>>,
}

impl<'p> Check<'p, '_> {
    /// The scope inside a condition, by its own labels.
    fn narrowed(&mut self, outer: &Scope<'p>, condition: &Condition, at: Option<Span>) -> Scope<'p> {
        let mut scope = outer.clone();
        let of = |label: Label| condition.labels.iter().find(move |test| test.kind() == label);
        if let Some(test) = of(Label::Server) {
            scope.servers = self.servers(test).or(scope.servers);
        }
        let Some(servers) = scope.servers.clone() else { return scope };
        let listed: Vec<&Tool> =
            servers.iter().flat_map(|server| &server.listing).flat_map(|listing| &listing.tools).collect();
        if let Some(test) = of(Label::Tool) {
            let names: Vec<&str> = listed.iter().map(|tool| tool.name.value.as_str()).collect();
            let owner: Vec<&str> = servers.iter().map(|server| server.name.value.as_str()).collect();
            for name in &test.globs {
                let span = at.unwrap_or(name.span);
                self.diagnostics.extend(unlisted(name, span, &owner.join("` and `"), &names));
            }
            let before = scope.tools.take().unwrap_or(listed);
            let named = |tool: &&Tool| matches_any(&test.globs, &tool.name.value);
            scope.tools = Some(before.into_iter().filter(named).collect());
        } else if scope.tools.is_none()
            && of(Label::Method)
                .is_some_and(|test| test.globs.iter().all(|method| method.value == "tools/call"))
        {
            scope.tools = Some(listed);
        }
        scope
    }

    /// The servers a label names, where all of them have schemas.
    fn servers(&self, test: &LabelTest) -> Option<Vec<&'p Server>> {
        let named = self.policy.servers.iter().filter(|server| matches_any(&test.globs, &server.name.value));
        let named: Vec<&Server> = named.collect();
        let unregistered = matches_any(&test.globs, "");
        (!unregistered && named.iter().all(|server| server.listing.is_some())).then_some(named)
    }

    /// `at`: where the condition is used, if it has a name.
    fn condition(&mut self, condition: &Condition, scope: &Scope<'p>, at: Option<Span>) {
        if let Some(tools) = scope.tools.as_deref().filter(|tools| !tools.is_empty()) {
            let what = match tools {
                [tool] => format!("tool `{}`", tool.name.value),
                tools => format!("none of the {} tools", tools.len()),
            };
            let arguments = Argument {
                places: tools.iter().map(|tool| Place::of(&tool.input)).collect(),
                what,
                one: tools.len() == 1,
            };
            self.tests(&condition.arguments, &arguments, "", at);
        }
        for name in &condition.named {
            if let Some(named) = self.policy.conditions.iter().find(|named| named.name.value == name.value) {
                self.nested(&named.condition, scope, at.or(Some(name.span)));
            }
        }
        for combined in &condition.combined {
            match combined {
                Combined::All(below) | Combined::Any(below) => {
                    below.iter().for_each(|below| self.nested(below, scope, at));
                }
                Combined::Not(below) => self.nested(below, scope, at),
            }
        }
    }

    fn nested(&mut self, condition: &Condition, scope: &Scope<'p>, at: Option<Span>) {
        let scope = self.narrowed(scope, condition, at);
        self.condition(condition, &scope, at);
    }

    fn tests(&mut self, tests: &[ArgumentTest], value: &Argument<'p>, path: &str, at: Option<Span>) {
        for test in tests {
            match test {
                ArgumentTest::At { path: keys, span, operators } => {
                    if let Some((value, path)) = self.part(value, keys, path, at.unwrap_or(*span)) {
                        self.operators(operators, &value, &path, at.unwrap_or(*span));
                    }
                }
                ArgumentTest::Combined(Combined::All(maps) | Combined::Any(maps)) => {
                    maps.iter().for_each(|map| self.tests(map, value, path, at));
                }
                ArgumentTest::Combined(Combined::Not(map)) => self.tests(map, value, path, at),
            }
        }
    }

    /// What stands at a path, where the schemas say it; reported where they say that nothing does.
    fn part(
        &mut self,
        value: &Argument<'p>,
        keys: &[String],
        path: &str,
        span: Span,
    ) -> Option<(Argument<'p>, String)> {
        let mut here = value.clone();
        let mut path = path.to_owned();
        for key in keys {
            let mut names = BTreeSet::new();
            let mut places = Vec::new();
            for place in &here.places {
                let part = place.part(key);
                if part.open {
                    return None;
                }
                places.extend(part.places);
                names.extend(part.names);
            }
            let longer = join(&path, key);
            if places.is_empty() {
                let message = match here.one {
                    true => format!("{} has no argument `{longer}`", here.what),
                    false => format!("{} has an argument `{longer}`", here.what),
                };
                let mut diagnostic = Diagnostic::warning(Code::SchemaMismatch, span, message);
                diagnostic.help = match nearest(key, names.iter().copied()) {
                    Some(name) => Some(format!("did you mean `{}`?", join(&path, name))),
                    None if names.is_empty() => None,
                    None => Some(format!("it has {}", quoted(&names))),
                };
                self.diagnostics.push(diagnostic);
                return None;
            }
            (here.places, path) = (places, longer);
        }
        Some((here, path))
    }

    /// Operators that no value the schema allows can meet.
    fn operators(&mut self, operators: &[Operator], value: &Argument<'p>, path: &str, span: Span) {
        let found = value.places.iter().fold(0, |sum, place| sum | place.types());
        let literals: Option<Vec<Vec<&Node>>> = value.places.iter().map(|place| place.literals()).collect();
        let literals: Option<Vec<&Node>> = literals.map(|all| all.into_iter().flatten().collect());
        for operator in operators {
            let (name, wanted) = wanted(operator);
            if found & wanted == 0 {
                let is = type_names(found & !if found & types::NUMBER == 0 { 0 } else { types::INTEGER });
                let message = format!("`{name}` on `{path}` never holds: the schema has {}", is.join(" or "));
                self.diagnostics.push(Diagnostic::warning(Code::SchemaMismatch, span, message));
                continue;
            }
            match operator {
                Operator::In(values) => self.values(values, found, literals.as_deref(), path, span),
                Operator::Matches(globs) => {
                    let Some(literals) = &literals else { continue };
                    for pattern in globs {
                        let texts = literals.iter().filter_map(|literal| literal.text());
                        if !texts.clone().any(|text| glob::matches(pattern, text)) {
                            let message = format!("no value of `{path}` in the schema matches `{pattern}`");
                            let names = texts.collect();
                            self.diagnostics.push(
                                Diagnostic::warning(Code::SchemaMismatch, span, message)
                                    .help(format!("the values are {}", quoted(&names))),
                            );
                        }
                    }
                }
                Operator::Each(below) | Operator::Some(below) => {
                    if let Some((items, path)) = self.part(value, &[ITEM.to_owned()], path, span) {
                        self.operators(below, &items, &path, span);
                    }
                }
                Operator::Combined(Combined::All(maps) | Combined::Any(maps)) => {
                    maps.iter().for_each(|map| self.operators(map, value, path, span));
                }
                Operator::Combined(Combined::Not(map)) => self.operators(map, value, path, span),
                Operator::Fields(tests) => self.tests(tests, value, path, Some(span)),
                _ => {}
            }
        }
    }

    /// Values that the schema does not have.
    fn values(&mut self, values: &[Literal], found: u8, literals: Option<&[&Node]>, path: &str, span: Span) {
        for value in values {
            let (kind, shown) = match value {
                Literal::Null => (types::NULL, "null".to_owned()),
                Literal::Bool(value) => (types::BOOLEAN, value.to_string()),
                Literal::Number(number) => (types::NUMBER | types::INTEGER, number.clone()),
                Literal::Text(text) => (types::STRING, format!("\"{text}\"")),
            };
            let listed = literals.is_none_or(|literals| literals.iter().any(|literal| is(literal, value)));
            if found & kind != 0 && listed {
                continue;
            }
            let message = format!("the argument `{path}` is never `{shown}` by the schema");
            let mut diagnostic = Diagnostic::warning(Code::SchemaMismatch, span, message);
            let texts = || literals.into_iter().flatten().filter_map(|literal| literal.text());
            diagnostic.help = match value {
                _ if found & kind == 0 => Some(format!("its type is {}", type_names(found).join(" or "))),
                Literal::Text(text) => nearest(text, texts())
                    .map(|name| format!("did you mean `{name}`?"))
                    .or_else(|| Some(format!("the values are {}", quoted(&texts().collect())))),
                _ => None,
            };
            self.diagnostics.push(diagnostic);
        }
    }
}

/// The places of several schemas that a test may be about.
#[derive(Clone)]
struct Argument<'p> {
    places: Vec<Place<'p>>,
    /// What has or has not an argument.
    what: String,
    one: bool,
}

/// The operator's name, and the types of values it can hold for.
fn wanted(operator: &Operator) -> (&'static str, u8) {
    let text = types::STRING;
    match operator {
        Operator::Matches(_) => ("matches", text),
        Operator::Regex(_) => ("regex", text),
        Operator::StartsUnder(_) => ("starts_under", text),
        Operator::HostIn(_) => ("host_in", text),
        Operator::CidrIn(_) => ("cidr_in", text),
        Operator::Contains(_) => ("contains", text | types::ARRAY),
        Operator::Length(..) => ("length", text | types::ARRAY | types::OBJECT),
        Operator::Type(bits) => {
            ("type", if bits & types::NUMBER == 0 { *bits } else { bits | types::INTEGER })
        }
        Operator::Each(_) => ("all", types::ARRAY),
        Operator::Some(_) => ("any", types::ARRAY),
        Operator::Compare(relation, _) => {
            let name = match relation {
                Relation::Equal => "equals",
                Relation::Greater => "gt",
                Relation::GreaterOrEqual => "gte",
                Relation::Less => "lt",
                Relation::LessOrEqual => "lte",
            };
            (name, types::NUMBER | types::INTEGER)
        }
        _ => ("", types::ALL),
    }
}

/// That a name or glob names no tool of the server.
fn unlisted(name: &Text, span: Span, server: &str, listed: &[&str]) -> Option<Diagnostic> {
    if listed.iter().any(|tool| glob::matches(&name.value, tool)) {
        return None;
    }
    let message = if is_glob(&name.value) {
        format!("no tool in the schema of server `{server}` matches `{}`", name.value)
    } else {
        format!("tool `{}` is not in the schema of server `{server}`", name.value)
    };
    let mut diagnostic = Diagnostic::warning(Code::SchemaMismatch, span, message);
    diagnostic.help =
        nearest(&name.value, listed.iter().copied()).map(|name| format!("did you mean `{name}`?"));
    Some(diagnostic)
}

fn is(node: &Node, value: &Literal) -> bool {
    match (&node.value, value) {
        (Value::Null, Literal::Null) => true,
        (Value::Bool(one), Literal::Bool(other)) => one == other,
        (Value::Number(one), Literal::Number(other)) => one.parse::<f64>().ok() == other.parse().ok(),
        (Value::Text(one), Literal::Text(other)) => one == other,
        _ => false,
    }
}

fn matches_any(globs: &[Text], name: &str) -> bool {
    globs.iter().any(|pattern| glob::matches(&pattern.value, name))
}

/// Values that a message can show.
const SHOWN_MAX: usize = 12;

fn quoted(names: &BTreeSet<&str>) -> String {
    let mut shown: Vec<String> = names.iter().take(SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN_MAX {
        shown.push(format!("{} more", names.len() - SHOWN_MAX));
    }
    shown.join(", ")
}

fn join(path: &str, key: &str) -> String {
    match (path, key) {
        ("", key) => key.to_owned(),
        (path, ITEM) => format!("{path}[]"),
        (path, key) => format!("{path}.{key}"),
    }
}
