//! The operators that a value is tested with.

use mcpgov_engine::{path, table::format::types, truth::Truth};

use super::argument::{self, too_deep};
use super::literal::{is_json_number, literal};
use super::value::{Fields, Reader};
use super::{host, network};
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Combined, Literal, Operator, Regex, Relation},
    regex,
    syntax::{Node, Value},
};

const OPERATORS: &[&str] = &[
    "equals",
    "in",
    "matches",
    "regex",
    "exists",
    "gt",
    "gte",
    "lt",
    "lte",
    "length",
    "type",
    "contains",
    "starts_under",
    "host_in",
    "cidr_in",
    "any",
    "all",
    "not",
    "fields",
];
/// Conditions inside conditions, from `match` or `unless` on.
pub(super) const NESTING_MAX: usize = 12;
/// No argument is longer than the largest body that the proxy reads.
const LENGTH_MAX: u32 = 1 << 30;
const RELATIONS: [(&str, Relation); 4] = [
    ("gt", Relation::Greater),
    ("gte", Relation::GreaterOrEqual),
    ("lt", Relation::Less),
    ("lte", Relation::LessOrEqual),
];

/// A map of operators, all of which hold. `key` is the argument, for advice.
pub(super) fn operators(reader: &mut Reader, node: &Node, key: Option<&str>, depth: usize) -> Vec<Operator> {
    if let Some(written) = bare_value(node) {
        let found = node.value.kind();
        let key = key.map_or_else(String::new, |key| format!("{key}: "));
        reader.push(
            Diagnostic::error(Code::WrongType, node.span, format!("expected an operator, found {found}"))
                .help(format!("write `{key}{{ {written} }}`")),
        );
        return Vec::new();
    }
    let Some(fields) = reader.fields(node, "an argument test", OPERATORS, &[]) else { return Vec::new() };
    fields.reject_empty(reader, node);
    if depth > NESTING_MAX {
        too_deep(reader, node);
        return Vec::new();
    }
    let mut operators = Vec::new();
    scalars(reader, &fields, &mut operators);
    numbers(reader, &fields, &mut operators);
    texts(reader, &fields, &mut operators);
    groups(reader, &fields, depth, &mut operators);
    operators
}

fn scalars(reader: &mut Reader, fields: &Fields, operators: &mut Vec<Operator>) {
    if let Some(literal) = fields.get("equals").and_then(|node| literal(reader, node)) {
        operators.push(Operator::In(vec![literal]));
    }
    if let Some(node) = fields.get("in") {
        let items = reader.list(node, "values").unwrap_or_default();
        if matches!(node.value, Value::List(_)) && items.is_empty() {
            reader.empty_list(node);
        }
        operators.push(Operator::In(items.iter().filter_map(|item| literal(reader, item)).collect()));
    }
    if let Some(node) = fields.get("contains") {
        let literals: Vec<Literal> = match &node.value {
            Value::List(items) => {
                if items.is_empty() {
                    reader.empty_list(node);
                }
                items.iter().filter_map(|item| literal(reader, item)).collect()
            }
            _ => literal(reader, node).into_iter().collect(),
        };
        if literals.iter().any(|literal| *literal == Literal::Text(String::new())) {
            reader.push(Diagnostic::error(Code::BadValue, node.span, "every text contains the empty text"));
        }
        operators.push(Operator::Contains(literals));
    }
    if let Some(node) = fields.get("exists") {
        match node.value {
            Value::Bool(exists) => operators.push(Operator::Exists(exists)),
            _ => reader.wrong_type(node, "`true` or `false`"),
        }
    }
    if let Some(node) = fields.get("type") {
        // `null` is a word of YAML and the name of a type.
        let names: Vec<(String, &Node)> = match &node.value {
            Value::List(items) => {
                items.iter().filter_map(|item| Some((type_name(reader, item)?, item))).collect()
            }
            _ => type_name(reader, node).map(|name| (name, node)).into_iter().collect(),
        };
        let mut bits = 0;
        for (name, node) in names {
            match types::NAMES.iter().find(|(known, _)| *known == name) {
                Some((_, bit)) => bits |= bit,
                None => reader.unknown("type", &name, node.span, types::NAMES.map(|(name, _)| name)),
            }
        }
        if bits != 0 {
            operators.push(Operator::Type(bits));
        }
    }
}

fn type_name(reader: &mut Reader, node: &Node) -> Option<String> {
    match node.value {
        Value::Null => Some("null".to_owned()),
        _ => reader.text(node).map(|text| text.value),
    }
}

fn numbers(reader: &mut Reader, fields: &Fields, operators: &mut Vec<Operator>) {
    for (key, relation) in RELATIONS {
        if let Some(number) = fields.get(key).and_then(|node| json_number(reader, node)) {
            operators.push(Operator::Compare(relation, number));
        }
    }
    let Some(node) = fields.get("length") else { return };
    if let Value::Map(_) = node.value {
        let Some(bounds) = reader.fields(node, "`length`", &["gt", "gte", "lt", "lte"], &[]) else { return };
        bounds.reject_empty(reader, node);
        for (key, relation) in RELATIONS {
            if let Some(length) = bounds.get(key).and_then(|node| reader.number(node, LENGTH_MAX)) {
                operators.push(Operator::Length(relation, length));
            }
        }
    } else if let Some(length) = reader.number(node, LENGTH_MAX) {
        operators.push(Operator::Length(Relation::Equal, length));
    }
}

fn json_number(reader: &mut Reader, node: &Node) -> Option<String> {
    match &node.value {
        Value::Number(written) if is_json_number(written) => Some(written.to_string()),
        Value::Number(written) => {
            let message = format!("`{written}` is no JSON number");
            reader.push(
                Diagnostic::error(Code::BadValue, node.span, message).help("write it in decimal digits"),
            );
            None
        }
        _ => {
            reader.wrong_type(node, "a number");
            None
        }
    }
}

fn texts(reader: &mut Reader, fields: &Fields, operators: &mut Vec<Operator>) {
    if let Some(node) = fields.get("matches") {
        let globs = reader.texts(node, "a glob");
        operators.push(Operator::Matches(globs.into_iter().map(|glob| glob.value).collect()));
    }
    if let Some(node) = fields.get("regex") {
        let mut found = Vec::new();
        for pattern in reader.texts(node, "a regular expression") {
            match reader.automaton(&pattern.value) {
                Ok(automaton) => found.push(Regex { pattern: pattern.value, automaton }),
                Err(error) => {
                    let code =
                        if error == regex::RegexError::TooLarge { Code::TooLarge } else { Code::BadValue };
                    reader.push(Diagnostic::error(code, pattern.span, error.to_string()).help(error.help()));
                }
            }
        }
        operators.push(Operator::Regex(found));
    }
    if let Some(node) = fields.get("starts_under") {
        let bases = reader.texts(node, "a path");
        for base in &bases {
            let plain = !base.value.contains(['%', '\\', '*'])
                && !base.value.split('/').any(|segment| matches!(segment, "." | ".."))
                && !base.value.contains("//")
                && path::is_under(&base.value, &base.value) == Truth::TRUE;
            if !plain {
                let message = format!("`{}` is no plain path", base.value);
                reader.push(Diagnostic::error(Code::BadValue, base.span, message).help(
                    "write it with single slashes and without `.`, `..`, `%`, `*` and drive letters, such as `/srv/data`",
                ));
            }
        }
        operators.push(Operator::StartsUnder(bases.into_iter().map(|base| base.value).collect()));
    }
    if let Some(node) = fields.get("host_in") {
        let hosts = reader.texts(node, "a host");
        hosts.iter().for_each(|glob| host::of_network(reader, glob));
        operators.push(Operator::HostIn(hosts.into_iter().map(|host| host.value).collect()));
    }
    if let Some(node) = fields.get("cidr_in") {
        operators.push(Operator::CidrIn(network::networks(reader, node)));
    }
}

fn groups(reader: &mut Reader, fields: &Fields, depth: usize, found: &mut Vec<Operator>) {
    for key in ["all", "any"] {
        let Some(node) = fields.get(key) else { continue };
        let all = key == "all";
        found.push(match &node.value {
            Value::List(items) => {
                if items.is_empty() {
                    reader.empty_combination(key, node);
                }
                let maps = items.iter().map(|item| operators(reader, item, None, depth + 1)).collect();
                Operator::Combined(if all { Combined::All(maps) } else { Combined::Any(maps) })
            }
            _ => {
                let below = operators(reader, node, Some(key), depth + 1);
                if all { Operator::Each(below) } else { Operator::Some(below) }
            }
        });
    }
    if let Some(node) = fields.get("not") {
        let below = operators(reader, node, Some("not"), depth + 1);
        found.push(Operator::Combined(Combined::Not(Box::new(below))));
    }
    if let Some(node) = fields.get("fields") {
        found.push(Operator::Fields(argument::tests(reader, node, depth + 1)));
    }
}

/// The test that the author of a bare value most likely means.
fn bare_value(node: &Node) -> Option<String> {
    match &node.value {
        Value::Bool(value) => Some(format!("equals: {value}")),
        Value::Text(text) if text.contains('*') => Some(format!("matches: \"{text}\"")),
        Value::Number(text) | Value::Text(text) => Some(format!("equals: {text}")),
        Value::Null => Some("equals: null".to_owned()),
        Value::List(_) => Some("in: […]".to_owned()),
        Value::Map(_) | Value::Invalid => None,
    }
}
