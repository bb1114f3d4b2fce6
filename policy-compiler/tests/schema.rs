//! The JSON Schema: it accepts every policy there is, refuses what it can see is wrong, and knows every key that the
//! compiler knows.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use mcpgov_policy_compiler::{
    compile,
    diagnostic::Code,
    json_schema,
    source::Source,
    syntax::{self, Node},
};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(json_schema::POLICY).unwrap()
}

/// What of the instance breaks the schema: the part of JSON Schema that ours uses, and a panic for any other.
fn violation(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let mut found = None;
    for (keyword, rule) in schema.as_object().unwrap() {
        let broken = match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" => None,
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                violation(root, target, value, at)
            }
            "const" => (value != rule).then(|| format!("{at}: not {rule}")),
            "enum" => (!rule.as_array().unwrap().contains(value)).then(|| format!("{at}: none of {rule}")),
            "type" => {
                let types: Vec<&Value> =
                    rule.as_array().map_or_else(|| vec![rule], |types| types.iter().collect());
                (!types.iter().any(|name| is_type(name.as_str().unwrap(), value)))
                    .then(|| format!("{at}: no {rule}"))
            }
            "anyOf" => {
                let all: Option<Vec<String>> =
                    rule.as_array().unwrap().iter().map(|one| violation(root, one, value, at)).collect();
                all.map(|all| all.join(" and "))
            }
            "required" => {
                let missing = |key: &&Value| value.is_object() && value.get(key.as_str().unwrap()).is_none();
                rule.as_array().unwrap().iter().find(missing).map(|key| format!("{at}: no {key}"))
            }
            "properties" => value.as_object().and_then(|object| {
                object
                    .iter()
                    .find_map(|(key, value)| violation(root, rule.get(key)?, value, &format!("{at}/{key}")))
            }),
            "additionalProperties" => value.as_object().and_then(|object| {
                let known =
                    |key: &str| schema.get("properties").is_some_and(|known| known.get(key).is_some());
                object.iter().filter(|(key, _)| !known(key)).find_map(|(key, value)| match rule {
                    Value::Bool(false) => Some(format!("{at}: unknown {key}")),
                    rule => violation(root, rule, value, &format!("{at}/{key}")),
                })
            }),
            "items" => value.as_array().and_then(|items| {
                items.iter().find_map(|item| violation(root, rule, item, &format!("{at}/-")))
            }),
            "minItems" => too_few(value.as_array().map(Vec::len), rule, at),
            "minProperties" => too_few(value.as_object().map(serde_json::Map::len), rule, at),
            "minLength" => too_few(value.as_str().map(str::len), rule, at),
            "minimum" => value
                .as_f64()
                .filter(|number| *number < rule.as_f64().unwrap())
                .map(|number| format!("{at}: {number} is below {rule}")),
            other => panic!("keyword {other}"),
        };
        found = found.or(broken);
    }
    found
}

fn too_few(length: Option<usize>, least: &Value, at: &str) -> Option<String> {
    length.filter(|length| (*length as u64) < least.as_u64().unwrap()).map(|_| format!("{at}: too few"))
}

fn is_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    }
}

fn json(node: &Node) -> Value {
    match &node.value {
        syntax::Value::Null | syntax::Value::Invalid => Value::Null,
        syntax::Value::Bool(value) => json!(value),
        syntax::Value::Number(written) => serde_json::from_str(written).unwrap_or_else(|_| json!(written)),
        syntax::Value::Text(text) => json!(text),
        syntax::Value::List(items) => items.iter().map(json).collect(),
        syntax::Value::Map(entries) => {
            Value::Object(entries.iter().map(|entry| (entry.key.to_string(), json(&entry.node))).collect())
        }
    }
}

fn verdict(text: &str) -> Option<String> {
    let source = Source { path: String::new(), text: text.to_owned() };
    let root = syntax::parse(&source, &mut Vec::new()).unwrap();
    let schema = schema();
    violation(&schema, &schema, &json(&root), "")
}

#[test]
fn every_policy_that_compiles_is_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut valid = 0;
    for folder in ["examples", "library", "tests/warnings", "tests/diagnostics"] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if !name.ends_with(".yaml") || name.ends_with(".test.yaml") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let source = Source { path: name.to_owned(), text };
            if compile(&source).0.is_some() {
                assert_eq!(verdict(&source.text), None, "{}", path.display());
                valid += 1;
            }
        }
    }
    assert!(valid >= 5, "{valid}");
}

#[test]
fn what_is_plainly_wrong_is_refused() {
    let rule = |rest: &str| {
        format!(
            "version: v1\nrules: [{{ id: a, match: {{ labels: {{ mcp.tool: t }} }}, decision: ALLOW{rest} }}]\n"
        )
    };
    assert_eq!(verdict(&rule("")), None);
    for wrong in [
        "version: v2\nrules: []\n".to_owned(),
        "version: v1\n".to_owned(),
        "version: v1\nrules: []\nroels: {}\n".to_owned(),
        rule(", decison: DENY"),
        rule(", mode: dry"),
        rule(", unless: {}"),
        rule(", unless: { args: { a: { equal: 1 } } }"),
        rule(", unless: { args: { a: 1 } }"),
        rule(", constraints: { max_runtime_sec: 0 }"),
        rule("").replace("ALLOW", "PERMIT"),
        rule("").replace("mcp.tool: t", "mcp.tool: 1"),
    ] {
        assert!(verdict(&wrong).is_some(), "{wrong}");
    }
}

/// The keys that the compiler knows, from what it says about one that it does not.
fn known_keys(policy: &str) -> BTreeSet<String> {
    const UNKNOWN: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";
    let source = Source { path: String::new(), text: policy.replace('?', &format!("{UNKNOWN}: 1")) };
    let (_, diagnostics) = compile(&source);
    let about =
        |code: Code| diagnostics.iter().find(move |one| one.code == code && one.message.contains(UNKNOWN));
    let help =
        about(Code::UnknownKey).unwrap_or_else(|| panic!("{policy}: {diagnostics:#?}")).help.clone().unwrap();
    help.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_has_the_keys_of_the_language() {
    let schema = schema();
    let rule = |rest: &str| format!("version: v1\nrules: [{{ {rest} }}]\n");
    for (pointer, policy) in [
        ("", "version: v1\n?\n".to_owned()),
        ("/$defs/identity", "identity: { ? }\n".to_owned()),
        ("/$defs/audit", "audit: { ? }\n".to_owned()),
        ("/$defs/server", "servers: { a: { ? } }\n".to_owned()),
        ("/$defs/traffic", "servers: { a: { match: { ? } } }\n".to_owned()),
        ("/$defs/tool", "servers: { a: { tools: { a: { ? } } } }\n".to_owned()),
        ("/$defs/role", "roles: { a: { ? } }\n".to_owned()),
        ("/$defs/rule", rule("?")),
        ("/$defs/constraints", rule("constraints: { ? }")),
        ("/$defs/condition", rule("match: { ? }")),
        ("/$defs/subject", rule("match: { subject: { ? } }")),
        ("/$defs/mcp", rule("match: { mcp: { ? } }")),
        ("/$defs/operators", rule("match: { args: { a: { ? } } }")),
        ("/$defs/bounds", rule("match: { args: { a: { length: { ? } } } }")),
        ("/$defs/context", rule("match: { context: { ? } }")),
        ("/$defs/window", rule("match: { context: { time: { ? } } }")),
    ] {
        let properties = schema.pointer(pointer).unwrap()["properties"].as_object().unwrap();
        let has: BTreeSet<String> = properties.keys().cloned().collect();
        assert_eq!(has, known_keys(&policy), "{pointer}: the schema has the left, the language the right");
    }
}

#[test]
fn the_verb_prints_it() {
    let output = Command::new(env!("CARGO_BIN_EXE_mcpgov")).arg("schema").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), json_schema::POLICY);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_mcpgov")).args(["completions", shell]).output().unwrap();
        assert!(output.status.success());
        let script = String::from_utf8(output.stdout).unwrap();
        for verb in ["check", "compile", "diff", "explain", "fmt", "simulate", "test"] {
            assert!(script.contains(verb), "{shell} does not complete {verb}");
        }
    }
}
