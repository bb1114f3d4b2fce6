//! From an input schema to tests of a call's arguments.
//!
//! Where a keyword cannot be tested it is left out and reported, so that what fits the schema is always permitted. For
//! that reason nothing is negated that is not exact.

use mcpgov_engine::table::{
    format::{CONDITION_DEPTH_MAX, Relation, types},
    source::{ArgumentTest as Test, Automaton},
};

use super::{
    Enforced, Listing,
    equal::{all, any, never, not, one_of, size},
    json::{Node, Value},
    pattern, shape,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
};

/// Nodes of a table that the tests of one tool may take; a rule has 65,535.
const NODES_MAX: usize = 40_000;
/// Nodes that a schema takes at most, beside those counted by themselves.
const SCHEMA_NODES: usize = 30;
/// Groups that the tests of one schema stand in: `not`, and the arguments as a whole.
const OUTER_GROUPS: usize = 2;
/// Groups that one schema puts around its own leaves, at most.
const OWN_GROUPS: usize = 4;
/// Groups around the tests of a part: its path, "it is missing or", several tests together.
const PART_GROUPS: usize = 3;

/// Keywords that say something to people and programs, and nothing about what fits.
const ANNOTATIONS: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "example",
    "examples",
    "format",
    "id",
    "markdownDescription",
    "nullable",
    "readOnly",
    "title",
    "writeOnly",
];
/// Keywords that are read together with another.
const COMPANIONS: &[&str] =
    &["additionalItems", "else", "exclusiveMaximum", "exclusiveMinimum", "required", "then"];

/// Makes the tests of all tools of a server, and reports what cannot be enforced.
pub fn listing(server: &str, listing: &mut Listing, diagnostics: &mut Vec<Diagnostic>) {
    let mut enforced = Vec::with_capacity(listing.tools.len());
    for tool in &listing.tools {
        let mut lowering = Lowering {
            root: &tool.input,
            siblings: !shape::refs_stand_alone(&tool.input),
            path: Vec::new(),
            refs: Vec::new(),
            nodes_left: NODES_MAX,
            gaps: Vec::new(),
        };
        let found = lowering.schema(&tool.input, OUTER_GROUPS);
        for gap in lowering.gaps {
            diagnostics.push(gap.diagnostic(server, &tool.name.value));
        }
        let test = (!found.tests.is_empty()).then(|| all(found.tests));
        enforced.push(Enforced { tool: tool.name.clone(), test });
    }
    listing.enforced = Some(enforced);
}

/// Something of a schema that is not enforced.
struct Gap {
    keyword: String,
    path: String,
    span: Span,
    why: String,
    /// Further places of the same keyword.
    more: usize,
}

impl Gap {
    fn diagnostic(&self, server: &str, tool: &str) -> Diagnostic {
        let Gap { keyword, path, why, .. } = self;
        let place = if path.is_empty() { String::new() } else { format!(" of the argument `{path}`") };
        let message =
            format!("`{keyword}`{place} of tool `{tool}` of server `{server}` is not enforced: {why}");
        let diagnostic = Diagnostic::warning(Code::SchemaNotEnforced, self.span, message)
            .help("write a rule that denies what this should have; the rest of the schema is enforced");
        match self.more {
            0 => diagnostic,
            1 => diagnostic.label("and at one further place"),
            more => diagnostic.label(format!("and at {more} further places")),
        }
    }
}

/// What a schema comes to.
#[derive(Default)]
struct Found {
    /// All of these hold for whatever fits.
    tests: Vec<Test>,
    /// Something is left out, so that they hold for more than what fits.
    wider: bool,
}

struct Lowering<'s> {
    root: &'s Node,
    /// Whether keywords beside `$ref` count.
    siblings: bool,
    path: Vec<String>,
    /// References that are being followed.
    refs: Vec<&'s str>,
    nodes_left: usize,
    gaps: Vec<Gap>,
}

impl<'s> Lowering<'s> {
    /// The tests of a schema that stand inside `depth` groups.
    fn schema(&mut self, schema: &'s Node, depth: usize) -> Found {
        let members = match &schema.value {
            Value::Bool(true) => return Found::default(),
            Value::Bool(false) => return Found { tests: vec![never()], wider: false },
            Value::Map(members) => members,
            _ => return self.gap("schema", schema, "it is neither an object nor `true` or `false`"),
        };
        if schema.get("$id").is_some() && !std::ptr::eq(schema, self.root) {
            return self.gap("$id", schema, "references in it begin elsewhere");
        }
        if depth.saturating_add(OWN_GROUPS) > CONDITION_DEPTH_MAX {
            return self.gap("properties", schema, "it is nested too deep");
        }
        if !self.take(SCHEMA_NODES) {
            return self.gap("properties", schema, "the schema is too large");
        }
        if let Some(reference) = schema.get("$ref") {
            let mut found = self.reference(reference, depth);
            if self.siblings {
                found.add(self.keywords(schema, members, depth));
            }
            return found;
        }
        self.keywords(schema, members, depth)
    }

    fn keywords(
        &mut self,
        schema: &'s Node,
        members: &'s [(crate::policy::Text, Node)],
        depth: usize,
    ) -> Found {
        let mut found = Found::default();
        let typed = shape::types_of(schema);
        if typed != types::ALL {
            found.tests.push(if typed == 0 { never() } else { Test::Type(typed) });
        }
        let of = Keywords { schema, typed, depth };
        for (name, value) in members {
            let more = match name.value.as_str() {
                "type" if shape::knows_type(value) => Found::default(),
                "$ref" => Found::default(),
                "enum" if matches!(value.value, Value::List(_)) => self.equal(&of, value, value.items()),
                "const" => self.equal(&of, value, std::slice::from_ref(value)),
                "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems"
                    if value.bool() == Some(true) =>
                {
                    Found::default()
                }
                "minimum" | "maximum" => self.bound(&name.value, value, schema),
                "exclusiveMinimum" | "exclusiveMaximum" if value.number().is_some() => {
                    self.bound(&name.value, value, schema)
                }
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                    self.length(&name.value, value)
                }
                "pattern" => self.pattern(value),
                "properties" => self.properties(&of, value),
                "required" if schema.get("properties").is_none() => self.properties(&of, &NOTHING),
                "additionalProperties" => self.rest(&of, &name.value, value),
                "unevaluatedProperties" if !shape::has_applicators(schema) => {
                    self.rest(&of, &name.value, value)
                }
                "items" | "prefixItems" => self.items(&of, &name.value, value),
                "contains" if schema.get("minContains").is_none() => {
                    let Found { tests, wider } = self.below("[]", value, of.inside(types::ARRAY));
                    Found { tests: vec![Test::Some(Box::new(all(tests)))], wider }
                }
                "anyOf" => self.any_of(value, depth),
                "oneOf" => self.one_of(value, depth),
                "allOf" => value.items().iter().fold(Found::default(), |mut sum, item| {
                    sum.add(self.schema(item, depth));
                    sum
                }),
                "not" => self.negation(value, depth),
                "if" => self.conditional(&of, value),
                "uniqueItems" if value.bool() == Some(false) => Found::default(),
                other if ANNOTATIONS.contains(&other) || other.starts_with("x-") => Found::default(),
                "exclusiveMinimum" | "exclusiveMaximum" if value.bool().is_none() => {
                    self.gap(&name.value, value, "it is no number")
                }
                other if COMPANIONS.contains(&other) => Found::default(),
                "uniqueItems" => self.gap("uniqueItems", value, "items are not compared with each other"),
                other => self.gap(other, value, "no test of arguments is like it"),
            };
            found.add(about(&name.value, typed, more));
        }
        found
    }

    fn reference(&mut self, reference: &'s Node, depth: usize) -> Found {
        let Some(target) = reference.text() else { return self.gap("$ref", reference, "it is no text") };
        if self.refs.contains(&target) {
            return self.gap("$ref", reference, "the schema is part of itself; its first level is enforced");
        }
        let root = self.root;
        let Some(schema) = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer)) else {
            return self.gap("$ref", reference, "it leads out of the schema of the tool");
        };
        self.refs.push(target);
        let found = self.schema(schema, depth);
        self.refs.pop();
        found
    }

    fn equal(&mut self, of: &Keywords<'s>, keyword: &'s Node, values: &[Node]) -> Found {
        if !self.take(values.iter().map(size).fold(0, usize::saturating_add)) {
            return self.gap("enum", keyword, "the schema is too large");
        }
        let test = one_of(values, of.typed);
        if of.depth.saturating_add(groups(&test)) > CONDITION_DEPTH_MAX {
            return self.gap("enum", keyword, "it is nested too deep");
        }
        test.into()
    }

    fn bound(&mut self, name: &str, value: &'s Node, schema: &Node) -> Found {
        let Some(number) = value.number() else { return self.gap(name, value, "it is no number") };
        // Up to draft 4 `exclusiveMinimum: true` stood beside `minimum`.
        let strict = |beside: &str| schema.get(beside).and_then(Node::bool) == Some(true);
        let relation = match name {
            "minimum" if !strict("exclusiveMinimum") => Relation::GreaterOrEqual,
            "maximum" if !strict("exclusiveMaximum") => Relation::LessOrEqual,
            "minimum" | "exclusiveMinimum" => Relation::Greater,
            _ => Relation::Less,
        };
        Test::Compare(relation, number.to_owned()).into()
    }

    fn length(&mut self, name: &str, value: &'s Node) -> Found {
        let number = value.number().and_then(|number| number.parse::<f64>().ok());
        let Some(number) = number.filter(|number| *number >= 0.0 && number.fract() == 0.0) else {
            return self.gap(name, value, "it is no length");
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number within the bounds"
        )]
        let length = (number <= f64::from(u32::MAX - 1)).then_some(number as u32);
        match (length, name.starts_with("min")) {
            (Some(0), true) | (None, false) => Found::default(),
            (Some(length), true) => Test::Length(Relation::GreaterOrEqual, length).into(),
            (Some(length), false) => Test::Length(Relation::LessOrEqual, length).into(),
            // No message is that long.
            (None, true) => never().into(),
        }
    }

    fn pattern(&mut self, value: &'s Node) -> Found {
        let Some(pattern) = value.text() else { return self.gap("pattern", value, "it is no text") };
        match pattern::compile(pattern) {
            Ok(bytes) => Test::Regex(vec![Automaton { pattern: pattern.to_owned(), bytes }]).into(),
            Err(why) => self.gap("pattern", value, &why),
        }
    }

    /// `properties` and `required`.
    fn properties(&mut self, of: &Keywords<'s>, properties: &'s Node) -> Found {
        let mut found = Found::default();
        let required: Vec<&str> =
            of.schema.get("required").map_or(&[][..], Node::items).iter().filter_map(Node::text).collect();
        let at = |name: &str, test: Test| Test::At(vec![name.to_owned()], Box::new(test));
        for (name, schema) in properties.members() {
            let Found { mut tests, wider } = self.below(&name.value, schema, of.inside(types::OBJECT));
            found.wider |= wider;
            if required.contains(&name.value.as_str()) {
                tests.insert(0, Test::Exists);
                found.tests.push(at(&name.value, all(tests)));
            } else if !tests.is_empty() {
                found.tests.push(at(&name.value, Test::Any(vec![not(Test::Exists), all(tests)])));
            }
        }
        for name in required {
            if properties.get(name).is_none() {
                if !self.take(4) {
                    found.add(self.gap("required", of.schema, "the schema is too large"));
                    break;
                }
                found.tests.push(at(name, Test::Exists));
            }
        }
        found
    }

    /// `additionalProperties`, and its like.
    fn rest(&mut self, of: &Keywords<'s>, name: &str, value: &'s Node) -> Found {
        if of.schema.get("patternProperties").is_some() {
            return self.gap(name, value, "`patternProperties` beside it are not enforced");
        }
        let names = of.schema.get("properties").map_or(&[][..], Node::members);
        let names: Vec<String> = names.iter().map(|(name, _)| name.value.clone()).collect();
        let inner = self.below("*", value, of.inside(types::OBJECT));
        inner.map(|tests| vec![Test::Rest(names, Box::new(all(tests)))])
    }

    /// `items` for all, or behind those that have schemas of their own.
    fn items(&mut self, of: &Keywords<'s>, name: &str, value: &'s Node) -> Found {
        if name == "items" && !matches!(value.value, Value::List(_)) {
            return match of.schema.get("prefixItems").map(|prefix| prefix.items().len()) {
                None => {
                    let inner = self.below("[]", value, of.inside(types::ARRAY));
                    inner.map(|tests| vec![Test::Each(Box::new(all(tests)))])
                }
                Some(length) => self.items_behind(name, value, length),
            };
        }
        let mut found = Found::default();
        for (at, schema) in value.items().iter().enumerate() {
            let Found { tests, wider } = self.below(&format!("[{at}]"), schema, of.inside(types::ARRAY));
            found.wider |= wider;
            if !tests.is_empty() {
                let test = Test::Any(vec![not(Test::Exists), all(tests)]);
                found.tests.push(Test::At(vec![at.to_string()], Box::new(test)));
            }
        }
        if let Some(behind) = of.schema.get("additionalItems").filter(|_| name == "items") {
            found.add(self.items_behind("additionalItems", behind, value.items().len()));
        }
        found
    }

    fn items_behind(&mut self, name: &str, value: &'s Node, length: usize) -> Found {
        match (value.bool(), u32::try_from(length)) {
            (Some(true), _) => Found::default(),
            (Some(false), Ok(length)) => Test::Length(Relation::LessOrEqual, length).into(),
            _ => self.gap(name, value, "items behind those with schemas of their own are not looked at"),
        }
    }

    fn any_of(&mut self, value: &'s Node, depth: usize) -> Found {
        let branches: Vec<Found> = value.items().iter().map(|item| self.schema(item, depth + 2)).collect();
        let wider = branches.iter().any(|branch| branch.wider);
        if branches.is_empty() || branches.iter().any(|branch| branch.tests.is_empty()) {
            return Found { tests: Vec::new(), wider };
        }
        Found { tests: vec![any(branches.into_iter().map(|branch| all(branch.tests)).collect())], wider }
    }

    /// One branch, and no two.
    fn one_of(&mut self, value: &'s Node, depth: usize) -> Found {
        let items = value.items();
        let branches: Vec<Found> = items.iter().map(|item| self.schema(item, depth + 4)).collect();
        let exact = branches.iter().all(|branch| !branch.wider);
        let tests: Vec<Test> = branches.iter().map(|branch| all(branch.tests.clone())).collect();
        let mut found = Found { tests: Vec::new(), wider: !exact };
        if !items.is_empty() && branches.iter().all(|branch| !branch.tests.is_empty()) {
            found.tests.push(any(tests.clone()));
        }
        let sizes: Vec<usize> = tests.iter().map(nodes).collect();
        for (first, a) in items.iter().enumerate() {
            for (second, b) in items.iter().enumerate().skip(first + 1) {
                if shape::are_disjoint(self.root, a, b) {
                    continue;
                }
                let (Some(a), Some(b)) = (tests.get(first), tests.get(second)) else { continue };
                let cost = sizes.get(first).zip(sizes.get(second)).map_or(0, |(a, b)| a + b + 2);
                if !exact {
                    found.add(self.gap(
                        "oneOf",
                        value,
                        "that no two branches fit cannot be told; `anyOf` is enforced",
                    ));
                    return found;
                }
                if !self.take(cost) {
                    found.add(self.gap("oneOf", value, "it has too many branches; `anyOf` is enforced"));
                    return found;
                }
                found.tests.push(not(Test::All(vec![a.clone(), b.clone()])));
            }
        }
        found
    }

    fn negation(&mut self, value: &'s Node, depth: usize) -> Found {
        let Found { tests, wider } = self.schema(value, depth + 2);
        if wider {
            return self.gap("not", value, "a part of it cannot be told");
        }
        not(all(tests)).into()
    }

    fn conditional(&mut self, of: &Keywords<'s>, value: &'s Node) -> Found {
        let Found { tests, wider } = self.schema(value, of.depth + 3);
        if wider {
            return self.gap("if", value, "a part of it cannot be told");
        }
        let holds = all(tests);
        let mut found = Found::default();
        for (name, other) in [("then", not(holds.clone())), ("else", holds)] {
            let Some(branch) = of.schema.get(name) else { continue };
            if !self.take(nodes(&other)) {
                found.add(self.gap("if", value, "the schema is too large"));
                break;
            }
            let Found { tests, wider } = self.schema(branch, of.depth + 2);
            found.wider |= wider;
            if !tests.is_empty() {
                found.tests.push(Test::Any(vec![other, all(tests)]));
            }
        }
        found
    }

    /// The schema of a part.
    fn below(&mut self, name: &str, schema: &'s Node, depth: usize) -> Found {
        self.path.push(name.to_owned());
        let found = self.schema(schema, depth);
        self.path.pop();
        found
    }

    /// Whether there is room for so many nodes.
    fn take(&mut self, nodes: usize) -> bool {
        let left = self.nodes_left.checked_sub(nodes);
        self.nodes_left = left.unwrap_or(0);
        left.is_some()
    }

    fn gap(&mut self, keyword: &str, node: &Node, why: &str) -> Found {
        match self.gaps.iter_mut().find(|gap| gap.keyword == keyword && gap.why == why) {
            Some(gap) => gap.more += 1,
            None => self.gaps.push(Gap {
                keyword: keyword.to_owned(),
                path: self.path.join(".").replace(".[", "["),
                span: node.span,
                why: why.to_owned(),
                more: 0,
            }),
        }
        Found { tests: Vec::new(), wider: true }
    }
}

/// The schema whose keywords are being read.
struct Keywords<'s> {
    schema: &'s Node,
    /// Types that values can have.
    typed: u8,
    depth: usize,
}

impl Keywords<'_> {
    /// Groups around the schema of a part, with those of [`about`].
    fn inside(&self, of: u8) -> usize {
        self.depth + PART_GROUPS + if self.typed & !of == 0 { 0 } else { 2 }
    }
}

static NOTHING: Node = Node { span: Span { start: 0, end: 0 }, value: Value::Null };

/// A keyword about one type says nothing about values of others.
fn about(keyword: &str, typed: u8, found: Found) -> Found {
    let of = match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => types::NUMBER,
        "minLength" | "maxLength" | "pattern" => types::STRING,
        "minItems" | "maxItems" | "items" | "prefixItems" | "contains" => types::ARRAY,
        "properties"
        | "required"
        | "minProperties"
        | "maxProperties"
        | "additionalProperties"
        | "unevaluatedProperties" => types::OBJECT,
        _ => return found,
    };
    let same = if of == types::NUMBER { types::NUMBER | types::INTEGER } else { of };
    if typed & !same == 0 || found.tests.is_empty() {
        return found;
    }
    found.map(|tests| vec![Test::Any(vec![not(Test::Type(of)), all(tests)])])
}

/// Nodes that the test takes in a table.
fn nodes(test: &Test) -> usize {
    1 + match test {
        Test::All(below) | Test::Any(below) => below.iter().map(nodes).sum(),
        Test::Not(below)
        | Test::Each(below)
        | Test::Some(below)
        | Test::At(_, below)
        | Test::Rest(_, below) => nodes(below),
        _ => 0,
    }
}

/// How many groups of the test stand in each other.
fn groups(test: &Test) -> usize {
    match test {
        Test::All(below) | Test::Any(below) => 1 + below.iter().map(groups).max().unwrap_or(0),
        Test::Not(below)
        | Test::Each(below)
        | Test::Some(below)
        | Test::At(_, below)
        | Test::Rest(_, below) => 1 + groups(below),
        _ => 0,
    }
}

impl Found {
    fn add(&mut self, mut other: Found) {
        self.tests.append(&mut other.tests);
        self.wider |= other.wider;
    }

    /// The same with other tests, where there are any.
    fn map(self, change: impl FnOnce(Vec<Test>) -> Vec<Test>) -> Found {
        let tests = if self.tests.is_empty() { Vec::new() } else { change(self.tests) };
        Found { tests, ..self }
    }
}

impl From<Test> for Found {
    fn from(test: Test) -> Found {
        Found { tests: vec![test], wider: false }
    }
}
