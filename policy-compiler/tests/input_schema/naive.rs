//! What JSON Schema says of the keywords that are enforced, as its specification says it: no table, no early exit.

use regex::Regex;
use serde_json::Value;

/// Whether the value fits the schema.
pub(crate) fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    match schema {
        Value::Bool(anything) => *anything,
        Value::Object(keywords) => {
            keywords.iter().all(|(name, rule)| keyword(root, schema, name, rule, value))
        }
        _ => panic!("no schema"),
    }
}

fn keyword(root: &Value, schema: &Value, name: &str, rule: &Value, value: &Value) -> bool {
    let fits = |schema: &Value, value: &Value| fits(root, schema, value);
    let number = |holds: &dyn Fn(f64, f64) -> bool| {
        value.as_f64().is_none_or(|value| rule.as_f64().is_none_or(|bound| holds(value, bound)))
    };
    let length = |length: Option<usize>, holds: &dyn Fn(f64, f64) -> bool| {
        length.is_none_or(|length| holds(length as f64, rule.as_f64().unwrap()))
    };
    let at_least = |a: f64, b: f64| a >= b;
    let at_most = |a: f64, b: f64| a <= b;
    let chars = value.as_str().map(|text| text.chars().count());
    let items = value.as_array().map(Vec::as_slice);
    let members = value.as_object();
    let branches = || rule.as_array().unwrap().iter().filter(|branch| fits(branch, value)).count();
    match name {
        "type" => {
            let is_one = |name: &Value| is_of_type(name.as_str().unwrap(), value);
            let null = schema["nullable"] == true && value.is_null();
            null || rule.as_array().map_or_else(|| is_one(rule), |names| names.iter().any(is_one))
        }
        "enum" => rule.as_array().unwrap().iter().any(|one| equal(one, value)),
        "const" => equal(rule, value),
        "minimum" if schema["exclusiveMinimum"] == true => number(&|value, bound| value > bound),
        "maximum" if schema["exclusiveMaximum"] == true => number(&|value, bound| value < bound),
        "minimum" => number(&at_least),
        "maximum" => number(&at_most),
        "exclusiveMinimum" => number(&|value, bound| value > bound),
        "exclusiveMaximum" => number(&|value, bound| value < bound),
        "minLength" => length(chars, &at_least),
        "maxLength" => length(chars, &at_most),
        "minItems" => length(items.map(<[_]>::len), &at_least),
        "maxItems" => length(items.map(<[_]>::len), &at_most),
        "minProperties" => length(members.map(serde_json::Map::len), &at_least),
        "maxProperties" => length(members.map(serde_json::Map::len), &at_most),
        "pattern" => {
            value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
        }
        "required" => members.is_none_or(|members| {
            rule.as_array().unwrap().iter().all(|name| members.contains_key(name.as_str().unwrap()))
        }),
        "properties" => members.is_none_or(|members| {
            let part = |(name, schema): (&String, &Value)| {
                members.get(name).is_none_or(|member| fits(schema, member))
            };
            rule.as_object().unwrap().iter().all(part)
        }),
        "additionalProperties" => members.is_none_or(|members| {
            members
                .iter()
                .filter(|(name, _)| schema["properties"].get(name.as_str()).is_none())
                .all(|(_, member)| fits(rule, member))
        }),
        "prefixItems" => items.is_none_or(|items| {
            items.iter().zip(rule.as_array().unwrap()).all(|(item, rule)| fits(rule, item))
        }),
        "items" => {
            let behind = schema["prefixItems"].as_array().map_or(0, Vec::len);
            items.is_none_or(|items| items.iter().skip(behind).all(|item| fits(rule, item)))
        }
        "contains" => items.is_none_or(|items| items.iter().any(|item| fits(rule, item))),
        "anyOf" => branches() > 0,
        "oneOf" => branches() == 1,
        "allOf" => branches() == rule.as_array().unwrap().len(),
        "not" => !fits(rule, value),
        "if" => {
            let branch = if fits(rule, value) { &schema["then"] } else { &schema["else"] };
            branch.is_null() || fits(branch, value)
        }
        "$ref" => fits(root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value),
        _ => true,
    }
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("no type"),
    }
}

fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| equal(one, other)))
        }
        _ => one == other,
    }
}
