//! JSON scalars written in YAML.

use super::value::Reader;
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::Literal,
    syntax::{Node, Value},
};

pub(super) fn literal(reader: &mut Reader, node: &Node) -> Option<Literal> {
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
pub(super) fn is_json_number(text: &str) -> bool {
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
