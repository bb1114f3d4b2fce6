//! What a schema says about the types of values and the parts they have. Where it does not say, everything may be.

use std::collections::BTreeSet;

use mcpgov_engine::table::format::types;

use super::json::{Node, Value};

/// Schemas inside schemas that are looked at; beyond it nothing is known.
const DEPTH_MAX: usize = 16;
/// Stands in a path for "an item of the array".
pub const ITEM: &str = "[]";

/// A schema and the one that its references begin at.
#[derive(Clone, Copy)]
pub struct Place<'s> {
    root: &'s Node,
    schema: &'s Node,
}

/// What schemas say about a part of a value.
#[derive(Default)]
pub struct Part<'s> {
    /// The schemas it may have.
    pub places: Vec<Place<'s>>,
    /// Whether it may be anything else as well.
    pub open: bool,
    /// Names of the parts that they speak of.
    pub names: BTreeSet<&'s str>,
    /// Whether they speak of parts at all.
    described: bool,
}

/// The types that the schema's own `type` allows, as the table has them; all where it does not say.
pub(super) fn types_of(schema: &Node) -> u8 {
    let one = |value: &Node| value.text().and_then(bits);
    let found = match schema.get("type") {
        None => None,
        Some(value) => match &value.value {
            Value::List(items) => items.iter().map(one).try_fold(0, |sum, bits| Some(sum | bits?)),
            _ => one(value),
        },
    };
    // A word of OpenAPI that schemas of tools have.
    let nullable = if schema.get("nullable").and_then(Node::bool) == Some(true) { types::NULL } else { 0 };
    found.map_or(types::ALL, |found| found | nullable)
}

/// Whether all types of a `type` are known.
pub(super) fn knows_type(value: &Node) -> bool {
    let known = |value: &Node| value.text().and_then(bits).is_some();
    match &value.value {
        Value::List(items) => items.iter().all(known),
        _ => known(value),
    }
}

/// Names of the types.
pub fn type_names(types: u8) -> Vec<&'static str> {
    types::NAMES.iter().filter(|(_, bit)| types & bit != 0).map(|(name, _)| *name).collect()
}

fn bits(name: &str) -> Option<u8> {
    types::NAMES.iter().find(|(known, _)| *known == name).map(|(_, bits)| *bits)
}

/// Up to draft 7, keywords beside `$ref` do not count.
pub(super) fn refs_stand_alone(root: &Node) -> bool {
    root.get("$schema").and_then(Node::text).is_some_and(|dialect| dialect.contains("/draft-0"))
}

/// Whether other schemas of it speak of the same value.
pub(super) fn has_applicators(schema: &Node) -> bool {
    ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas", "dependencies"]
        .iter()
        .any(|keyword| schema.get(keyword).is_some())
}

/// Whether it is plain that no value fits both schemas.
pub(super) fn are_disjoint(root: &Node, a: &Node, b: &Node) -> bool {
    let (a, b) = (Place { root, schema: a }, Place { root, schema: b });
    let types = a.types() & b.types();
    if types == 0 {
        return true;
    }
    // Objects that are told apart by one of their members.
    let (Some(a), Some(b)) = (a.target(), b.target()) else { return false };
    let required = |schema: &Node, name: &str| {
        schema.get("required").is_some_and(|names| names.items().iter().any(|item| item.text() == Some(name)))
    };
    let told_apart = |name: &str, x: &Node, y: &Node| {
        let texts = |schema: &Node| -> Option<BTreeSet<String>> {
            let literals = Place { root, schema }.literals()?;
            literals.iter().map(|literal| literal.text().map(str::to_owned)).collect()
        };
        let apart = texts(x).zip(texts(y)).is_some_and(|(x, y)| x.is_disjoint(&y));
        apart && required(a, name) && required(b, name)
    };
    let members = |schema: &'_ Node| schema.get("properties").cloned();
    types == types::OBJECT
        && members(a).zip(members(b)).is_some_and(|(x, y)| {
            x.members()
                .iter()
                .any(|(name, x)| y.get(&name.value).is_some_and(|y| told_apart(&name.value, x, y)))
        })
}

impl<'s> Place<'s> {
    /// The arguments of a tool.
    pub fn of(input: &'s Node) -> Self {
        Place { root: input, schema: input }
    }

    /// The types that values can have; a number may be an integer.
    pub fn types(self) -> u8 {
        self.types_within(DEPTH_MAX)
    }

    fn types_within(self, depth: usize) -> u8 {
        let Some(depth) = depth.checked_sub(1) else { return types::ALL };
        let below = |schema| Place { schema, ..self }.types_within(depth);
        if self.schema.bool() == Some(false) {
            return 0;
        }
        let mut types = widened(types_of(self.schema));
        if let Some(literals) = self.own_literals() {
            types &= literals.iter().fold(0, |sum, literal| sum | type_of(literal));
        }
        if let Some(target) = self.reference() {
            types &= below(target);
        }
        for (keyword, all) in [("allOf", true), ("anyOf", false), ("oneOf", false)] {
            let branches = self.schema.get(keyword).map_or(&[][..], Node::items);
            types &= match (all, branches) {
                (_, []) => types::ALL,
                (true, _) => branches.iter().fold(types::ALL, |sum, branch| sum & below(branch)),
                (false, _) => branches.iter().fold(0, |sum, branch| sum | below(branch)),
            };
        }
        types
    }

    /// The only values there are, where the schema says them.
    pub fn literals(self) -> Option<Vec<&'s Node>> {
        self.own_literals().or_else(|| Place { schema: self.reference()?, ..self }.own_literals())
    }

    fn own_literals(self) -> Option<Vec<&'s Node>> {
        match (self.schema.get("const"), self.schema.get("enum").map(|values| &values.value)) {
            (Some(value), _) => Some(vec![value]),
            (None, Some(Value::List(values))) => Some(values.iter().collect()),
            _ => None,
        }
    }

    /// What stands at a key of an object, an index of an array, or [`ITEM`].
    pub fn part(self, key: &str) -> Part<'s> {
        let mut part = Part::default();
        self.look(key, DEPTH_MAX, &mut part);
        // An object of which nothing is said has any members; a tool of which nothing is said has no arguments.
        let is_root = std::ptr::eq(self.root, self.schema);
        part.open |= part.places.is_empty() && !part.described && !is_root;
        part
    }

    fn look(self, key: &str, depth: usize, part: &mut Part<'s>) {
        let Some(depth) = depth.checked_sub(1) else {
            part.open = true;
            return;
        };
        part.open |= self.schema.bool() == Some(true);
        let place = |schema| Place { schema, ..self };
        let branches = ["allOf", "anyOf", "oneOf"].iter().filter_map(|keyword| self.schema.get(keyword));
        let branches = branches.flat_map(Node::items);
        let others = ["then", "else"].iter().filter_map(|keyword| self.schema.get(keyword));
        for schema in branches.chain(others).chain(self.reference()) {
            place(schema).look(key, depth, part);
        }
        if self.schema.get("$ref").is_some() && self.reference().is_none() {
            part.open = true;
        }
        let index = key.parse::<usize>().ok();
        for (name, value) in self.schema.members() {
            match (name.value.as_str(), &value.value) {
                ("properties", _) => {
                    part.described = true;
                    part.names.extend(value.members().iter().map(|(name, _)| name.value.as_str()));
                    part.places.extend(value.get(key).map(place));
                }
                ("additionalProperties", Value::Map(_)) => part.places.push(place(value)),
                ("additionalProperties", Value::Bool(true)) => part.open = true,
                ("additionalProperties", _) => part.described = true,
                ("patternProperties" | "unevaluatedProperties" | "dependentSchemas" | "dependencies", _)
                | ("$dynamicRef" | "$recursiveRef", _) => part.open = true,
                ("items" | "prefixItems", Value::List(items)) => {
                    part.described = true;
                    match index {
                        Some(index) => part.places.extend(items.get(index).map(place)),
                        None if key == ITEM => part.places.extend(items.iter().map(place)),
                        None => {}
                    }
                    part.open |= key == ITEM || index.is_some_and(|index| index >= items.len());
                }
                ("items", _) => {
                    part.described = true;
                    if index.is_some() || key == ITEM {
                        part.places.push(place(value));
                    }
                }
                _ => {}
            }
        }
    }

    fn reference(self) -> Option<&'s Node> {
        let target = self.schema.get("$ref")?.text()?;
        self.root.pointer(target.strip_prefix('#')?)
    }

    /// The schema, or what it refers to.
    fn target(self) -> Option<&'s Node> {
        if self.schema.get("$ref").is_some() { self.reference() } else { Some(self.schema) }
    }
}

fn type_of(value: &Node) -> u8 {
    match value.value {
        Value::Null => types::NULL,
        Value::Bool(_) => types::BOOLEAN,
        Value::Number(_) => types::NUMBER | types::INTEGER,
        Value::Text(_) => types::STRING,
        Value::List(_) => types::ARRAY,
        Value::Map(_) => types::OBJECT,
    }
}

fn widened(types: u8) -> u8 {
    if types & types::NUMBER == 0 { types } else { types | types::INTEGER }
}
