//! `args:`, the tests of a call's arguments.

use super::value::Reader;
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{ArgumentTest, Literal, Operator},
    syntax::{Entry, Node, Value},
};

const OPERATORS: &[&str] = &["equals", "in", "matches", "exists"];
const OPERATORS_LATER: &[&str] = &[
    "regex",
    "gt",
    "gte",
    "lt",
    "lte",
    "length",
    "type",
    "starts_under",
    "host_in",
    "cidr_in",
    "contains",
    "any",
    "all",
    "not",
];
/// Keys from the arguments object down to a tested value.
const PATH_KEYS_MAX: usize = 16;

pub(super) fn tests(reader: &mut Reader, node: &Node) -> Vec<ArgumentTest> {
    let entries = reader.entries(node).unwrap_or_default();
    if entries.is_empty() {
        reader.empty_map(node);
    }
    let mut tests = Vec::new();
    for entry in entries {
        let path = path(reader, entry);
        let operators = operators(reader, entry);
        if let Some(path) = path {
            tests.extend(operators.into_iter().map(|operator| ArgumentTest { path: path.clone(), operator }));
        }
    }
    tests
}

fn path(reader: &mut Reader, entry: &Entry) -> Option<Vec<String>> {
    let written = reader.key(entry)?;
    let path: Vec<String> = written.value.split('.').map(str::to_owned).collect();
    let problem = if path.iter().any(String::is_empty) {
        format!("`{}` is no argument path", written.value)
    } else if path.len() > PATH_KEYS_MAX {
        format!("an argument path has at most {PATH_KEYS_MAX} keys, this one has {}", path.len())
    } else {
        return Some(path);
    };
    reader.push(Diagnostic::error(Code::BadValue, written.span, problem).help(
        "write the keys from the arguments object down, separated by single dots, such as `issue.title`",
    ));
    None
}

fn operators(reader: &mut Reader, entry: &Entry) -> Vec<Operator> {
    let node = &entry.node;
    if let Some(written) = bare_value(node) {
        reader.push(
            Diagnostic::error(
                Code::WrongType,
                node.span,
                format!("expected an operator, found {}", node.value.kind()),
            )
            .help(format!("write `{}: {{ {written} }}`", entry.key)),
        );
        return Vec::new();
    }
    let Some(fields) = reader.fields(node, "an argument test", OPERATORS, OPERATORS_LATER) else {
        return Vec::new();
    };
    fields.reject_empty(reader, node);
    let mut operators = Vec::new();
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
    if let Some(node) = fields.get("matches") {
        let globs = reader.texts(node, "a glob");
        operators.push(Operator::Matches(globs.into_iter().map(|glob| glob.value).collect()));
    }
    if let Some(node) = fields.get("exists") {
        match node.value {
            Value::Bool(exists) => operators.push(Operator::Exists(exists)),
            _ => reader.wrong_type(node, "`true` or `false`"),
        }
    }
    operators
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

fn literal(reader: &mut Reader, node: &Node) -> Option<Literal> {
    match &node.value {
        Value::Null => Some(Literal::Null),
        Value::Bool(value) => Some(Literal::Bool(*value)),
        Value::Number(written) if is_json_number(written) => Some(Literal::Number(written.to_string())),
        Value::Number(written) => {
            reader.push(
                Diagnostic::error(Code::BadValue, node.span, format!("`{written}` is no JSON number"))
                    .help(format!("write it in decimal digits, or quote it to mean the text: \"{written}\"")),
            );
            None
        }
        // YAML 1.1 calls these booleans and YAML 1.2 text; the author may have meant either.
        Value::Text(text) if is_old_boolean(text) && node.span.end - node.span.start == text.len() => {
            reader.push(
                Diagnostic::error(Code::BadValue, node.span, format!("`{text}` could be text or a boolean"))
                    .help(format!("write `true` or `false`, or quote it to mean the text: \"{text}\"")),
            );
            None
        }
        Value::Text(text) => Some(Literal::Text(text.to_string())),
        Value::List(_) | Value::Map(_) => {
            reader.wrong_type(node, "text, a number, a boolean or `null`");
            None
        }
        Value::Invalid => None,
    }
}

fn is_old_boolean(text: &str) -> bool {
    ["yes", "no", "on", "off", "y", "n"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The grammar of RFC 8259, 6.
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let leading_zero =
        unsigned.starts_with('0') && unsigned.chars().nth(1).is_some_and(|char| char.is_ascii_digit());
    let digits_around_point = unsigned
        .split_once('.')
        .is_none_or(|(_, fraction)| fraction.starts_with(|char: char| char.is_ascii_digit()));
    unsigned.starts_with(|char: char| char.is_ascii_digit())
        && !leading_zero
        && digits_around_point
        && unsigned.parse::<f64>().is_ok_and(f64::is_finite)
}
