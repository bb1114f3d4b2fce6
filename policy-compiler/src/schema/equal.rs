//! Tests for being equal to JSON values, and tests put together.

use mcpgov_engine::table::{
    format::{self, Relation, types},
    source::ArgumentTest as Test,
};

use super::json::{Node, Value};

/// All of the tests. What is there meets none of none.
pub(super) fn all(mut tests: Vec<Test>) -> Test {
    match tests.len() {
        0 => Test::Exists,
        1 => tests.remove(0),
        _ => Test::All(tests),
    }
}

pub(super) fn any(mut tests: Vec<Test>) -> Test {
    if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) }
}

pub(super) fn not(test: Test) -> Test {
    Test::Not(Box::new(test))
}

/// Holds for no value.
pub(super) fn never() -> Test {
    not(Test::Exists)
}

/// The value is one of these; false, never unknown, for values of other types. `typed`: what types it has for certain.
pub(super) fn one_of(values: &[Node], typed: u8) -> Test {
    let (mut kinds, mut literals, mut alternatives) = (0, Vec::new(), Vec::new());
    for value in values {
        match literal(value) {
            Some((kind, found)) => {
                kinds |= kind;
                literals.push(found);
            }
            None => alternatives.push(structure(value)),
        }
    }
    if !literals.is_empty() {
        let comparable = if kinds & types::NUMBER == 0 { kinds } else { kinds | types::INTEGER };
        let is_one = Test::In(literals);
        let certain = typed & !comparable == 0;
        alternatives.insert(0, if certain { is_one } else { Test::All(vec![Test::Type(kinds), is_one]) });
    }
    if alternatives.is_empty() { never() } else { any(alternatives) }
}

/// How many nodes of a table [`one_of`] takes, at most.
pub(super) fn size(value: &Node) -> usize {
    let below: usize =
        value.items().iter().chain(value.members().iter().map(|(_, member)| member)).map(size).sum();
    below.saturating_add(6)
}

fn literal(value: &Node) -> Option<(u8, (format::Literal, String))> {
    Some(match &value.value {
        Value::Null => (types::NULL, (format::Literal::Null, String::new())),
        Value::Bool(value) => (types::BOOLEAN, (format::Literal::Bool, value.to_string())),
        Value::Number(number) => (types::NUMBER, (format::Literal::Number, number.clone())),
        Value::Text(text) => (types::STRING, (format::Literal::String, text.clone())),
        Value::List(_) | Value::Map(_) => return None,
    })
}

fn structure(value: &Node) -> Test {
    let part = |name: String, part: &Node| {
        Test::At(
            vec![name],
            Box::new(Test::All(vec![Test::Exists, one_of(std::slice::from_ref(part), types::ALL)])),
        )
    };
    let mut tests = Vec::new();
    if let Value::Map(members) = &value.value {
        let names = members.iter().map(|(name, _)| name.value.clone()).collect();
        tests.extend([Test::Type(types::OBJECT), Test::Rest(names, Box::new(never()))]);
        tests.extend(members.iter().map(|(name, member)| part(name.value.clone(), member)));
    } else {
        let items = value.items();
        let length = u32::try_from(items.len()).unwrap_or(u32::MAX);
        tests.extend([Test::Type(types::ARRAY), Test::Length(Relation::Equal, length)]);
        tests.extend(items.iter().enumerate().map(|(at, item)| part(at.to_string(), item)));
    }
    Test::All(tests)
}
