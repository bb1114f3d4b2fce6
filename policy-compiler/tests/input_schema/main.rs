//! Input schemas of tools: what rules may ask of them, and what enforcing them does to calls.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod naive;
mod random;

use std::{io, path::Path};

use mcpgov_engine::{
    decide::{Call, Name, is_visible},
    message::{Method, Object as Kind},
    registry,
    subject::{Caller, Subject},
    table::Table,
    vocabulary::Verdict,
};
use mcpgov_policy_compiler::{
    bundle::{Bundle, Entry},
    diagnostic::{Code, Diagnostic, any_error},
    explain::{Object, Question, explain},
};
use proptest::prelude::*;
use random::Random;
use serde_json::{Value, json};

const PERMIT: &str = "\
version: v1
servers: { s: { owner: o, schema: tools.json, enforce_schema: true } }
rules:
  - { id: all, match: { labels: { mcp.server: s } }, decision: ALLOW }
";

fn compile(policy: &str, schema: &str) -> (Option<Table<Vec<u8>>>, Vec<Diagnostic>) {
    let mut read = |path: &Path| match path.to_str() {
        Some("policy.yaml") => Ok(Entry::File(policy.to_owned())),
        Some("tools.json") => Ok(Entry::File(schema.to_owned())),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let (table, found) = Bundle::load(Path::new("policy.yaml"), &mut read).unwrap().inspect();
    let all: Vec<Diagnostic> = found.into_iter().flat_map(|(_, found)| found).collect();
    (table.map(|bytes| Table::from_bytes(bytes).unwrap()), all)
}

/// A table that enforces the schema of one tool, and the keywords that it does not enforce.
fn enforcing(schema: &Value) -> (Table<Vec<u8>>, Vec<String>) {
    let (table, found) = compile(PERMIT, &json!([{ "name": "t", "inputSchema": schema }]).to_string());
    assert!(!any_error(&found), "{found:?}\n{schema}");
    let gaps = found.into_iter().filter(|one| one.code == Code::SchemaNotEnforced).map(|one| one.message);
    (table.unwrap(), gaps.collect())
}

fn verdict(table: &Table<Vec<u8>>, tool: &str, arguments: Option<&Value>) -> (Verdict, Option<String>) {
    let question = Question {
        server: Some("s".into()),
        object: Object::Tool(tool.into()),
        arguments: arguments.map(Value::to_string),
        ..Question::default()
    };
    let explanation = explain(table, &question).unwrap();
    (explanation.verdict, explanation.rule)
}

fn permits(table: &Table<Vec<u8>>, arguments: &Value) -> bool {
    verdict(table, "t", Some(arguments)).0 == Verdict::Allow
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_call_is_permitted_exactly_if_its_arguments_fit(seed in 1_u64..) {
        let mut random = Random(seed);
        let mut schema = random.schema(3);
        if let Some(root) = schema.as_object_mut() {
            root.insert("$defs".into(), json!({ "d": random.schema(1), "e": random.schema(0) }));
            // References among the definitions would go round in circles.
            let text = root["$defs"].to_string().replace("#/$defs/d", "#/$defs/e");
            root.insert("$defs".into(), serde_json::from_str(&text).unwrap());
            if root["$defs"]["e"].to_string().contains("$ref") {
                root["$defs"]["e"] = json!({ "type": "string" });
            }
        }
        let (table, gaps) = enforcing(&schema);
        for round in 0..30 {
            let value = if round % 2 == 0 { random.fitting(&schema, &schema, 5) } else { random.object(2) };
            if !value.is_object() {
                continue;
            }
            let fits = naive::fits(&schema, &schema, &value);
            let permitted = permits(&table, &value);
            if gaps.is_empty() {
                prop_assert_eq!(permitted, fits, "{}\n{}", schema, value);
            }
            prop_assert!(permitted || !fits, "{}\n{}\n{:?}", schema, value, gaps);
        }
        let empty = naive::fits(&schema, &schema, &json!({}));
        let none = verdict(&table, "t", None).0 == Verdict::Allow;
        prop_assert!(none || !empty, "no arguments are an empty object: {}", schema);
        prop_assert!(!gaps.is_empty() || none == empty, "no arguments are an empty object: {}", schema);
    }
}

#[test]
fn lists_show_what_the_schema_lists_and_nothing_else() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"] });
    let (table, _) = enforcing(&schema);
    let view = table.view();
    let caller = Caller::new(&view, Subject::default());
    let server = registry::named(&view, view.server_named("s").unwrap());
    let shows = |tool: &str| {
        is_visible(&view, &caller, &Call::of_listed(server, Method::ToolsCall, Kind::Tool, Name::Is(tool)))
    };
    assert!(shows("t"), "the arguments are not known yet");
    assert!(!shows("u"), "hidden means unknown");
    assert_eq!(verdict(&table, "u", None), (Verdict::Deny, Some("s:schema".to_owned())));
    assert_eq!(verdict(&table, "t", None), (Verdict::Deny, Some("s:schema:t".to_owned())));
    assert_eq!(verdict(&table, "t", Some(&json!({ "a": "x" }))), (Verdict::Allow, Some("all".to_owned())));
}

#[test]
fn a_member_under_another_spelling_is_not_the_one_of_the_schema() {
    let schema = json!({ "properties": { "path": { "type": "string", "maxLength": 2 } } });
    let (table, _) = enforcing(&schema);
    assert!(permits(&table, &json!({ "path": "ab" })));
    for arguments in [json!({ "PATH": "abc" }), json!({ "path": "ab", "Path": "abc" })] {
        assert!(!permits(&table, &arguments), "some server takes it for `path`: {arguments}");
    }
}

#[test]
fn explanations_say_what_does_not_fit() {
    let schema = json!({
        "type": "object",
        "properties": { "n": { "type": "integer" }, "list": { "type": "array", "items": { "type": "string" } } },
        "required": ["n"],
        "additionalProperties": false,
    });
    let (table, _) = enforcing(&schema);
    let said = |arguments: Value| {
        let question = Question {
            server: Some("s".into()),
            object: Object::Tool("t".into()),
            arguments: Some(arguments.to_string()),
            ..Question::default()
        };
        let explanation = explain(&table, &question).unwrap();
        let rule = explanation.rules.into_iter().find(|rule| rule.id == "s:schema:t").unwrap();
        rule.tests.last().unwrap().text.clone()
    };
    let prefix = "the arguments do not fit the schema, by which ";
    for (arguments, part) in [
        (json!({}), "(argument `n` exists and argument `n` is of type integer)"),
        (json!({ "n": 1.5 }), "(argument `n` exists and argument `n` is of type integer)"),
        (json!({ "n": 1, "x": 1 }), "every other member of the whole: not (it exists)"),
        (
            json!({ "n": 1, "list": [1] }),
            "(argument `list` is missing or it is of type array and every item of it: it is of type string)",
        ),
    ] {
        assert_eq!(said(arguments), format!("{prefix}{part}"));
    }
}

#[test]
fn what_is_not_enforced_is_said_once_by_tool_and_keyword() {
    let schema = json!({
        "properties": {
            "a": { "type": "string", "pattern": "(?=x)" },
            "b": { "type": "string", "pattern": "(?=y)" },
            "c": { "uniqueItems": true, "format": "uri", "x-order": 1 },
            "d": { "$ref": "#/$defs/tree" },
            "e": { "not": { "multipleOf": 2 } },
            "f": { "$ref": "https://example.org/schema" },
        },
        "patternProperties": { "^x": {} },
        "additionalProperties": false,
        "$defs": { "tree": { "properties": { "left": { "$ref": "#/$defs/tree" } } } },
    });
    let (table, gaps) = enforcing(&schema);
    let mut named: Vec<&str> = gaps.iter().map(|gap| gap.split('`').nth(1).unwrap()).collect();
    named.sort_unstable();
    let all = [
        "$ref",
        "$ref",
        "additionalProperties",
        "multipleOf",
        "not",
        "pattern",
        "patternProperties",
        "uniqueItems",
    ];
    assert_eq!(named, all, "{gaps:#?}");
    assert!(permits(&table, &json!({ "a": "q", "c": [1, 1], "e": 3, "f": 1, "other": 1 })), "it may fit");
    assert!(!permits(&table, &json!({ "d": { "left": {} }, "a": 1 })), "what can be told is");
}

#[test]
fn a_schema_of_any_depth_or_size_compiles() {
    let mut deep = json!({ "type": "string" });
    for level in 0..25 {
        deep = match level % 5 {
            0 => json!({ "properties": { "a": deep, "b": { "const": [[[{ "x": [1] }]]] } } }),
            1 => json!({ "items": deep, "minItems": 0 }),
            2 => json!({ "anyOf": [deep, { "not": { "required": ["z"] } }] }),
            3 => json!({ "prefixItems": [deep], "additionalProperties": { "enum": [[1], "a"] } }),
            _ => json!({ "if": { "required": ["a"] }, "then": deep }),
        };
    }
    let (_, gaps) = enforcing(&deep);
    assert!(gaps.iter().any(|gap| gap.contains("nested too deep")), "{gaps:?}");

    let wide: Vec<Value> =
        (0..6).map(|part| json!({ "properties": { format!("p{part}"): { "$ref": "#/$defs/0" } } })).collect();
    let mut defs = serde_json::Map::new();
    for level in 0..12 {
        // Written out, these are two to the power of twelve.
        let next = json!({ "$ref": format!("#/$defs/{}", level + 1) });
        defs.insert(level.to_string(), json!({ "properties": { "x": next, "y": next } }));
    }
    defs.insert("12".into(), json!({ "enum": ["q"] }));
    let (_, gaps) = enforcing(&json!({ "oneOf": wide, "$defs": defs }));
    assert!(!gaps.is_empty());
    let many: Vec<Value> = (0..10_000).map(|number| json!(number)).collect();
    let (_, gaps) = enforcing(&json!({ "properties": { "a": { "enum": many }, "b": { "enum": many } } }));
    assert!(!gaps.is_empty());
}

#[test]
fn ids_made_from_schemas_are_nobody_elses() {
    let written = |id: &str| PERMIT.replace("id: all", &format!("id: \"{id}\""));
    let tools = json!({ "jsonrpc": "2.0", "id": 1, "result": { "tools": [{ "name": "t", "inputSchema": { "type": "object" } }] } });
    let errors = |policy: &str| -> Vec<String> {
        compile(policy, &tools.to_string()).1.into_iter().map(|found| found.message).collect()
    };
    for id in ["s:schema", "s:schema:t"] {
        let [said] = <[String; 1]>::try_from(errors(&written(id))).unwrap();
        assert!(said.starts_with(&format!("rule id `{id}` is that of a rule made from a schema")), "{said}");
    }
    assert_eq!(errors(&written("s:schema:u")), [""; 0]);
    let two = PERMIT.replace(
        "servers: { ",
        "servers: { \"s:schema\": { owner: o, schema: tools.json, enforce_schema: true }, ",
    );
    let named = json!([{ "name": "schema" }, { "name": "schema:schema", "inputSchema": { "type": "object" } }, { "name": "schema", "inputSchema": {} }]);
    let (table, found) = compile(&two, &named.to_string());
    assert!(table.is_none() && found.iter().any(|one| one.message.contains("listed twice")), "{found:?}");
}

#[test]
fn files_that_are_no_list_of_tools_are_errors_at_their_place() {
    for (text, expected) in [
        ("[", "the schema file is no JSON that can be used: unexpected end"),
        (
            "[{\"name\": \"a\", \"name\": \"b\"}]",
            "the schema file is no JSON that can be used: duplicate key",
        ),
        ("{}", "the schema file has no list of tools"),
        ("[{}]", "an item of the schema file is no tool: it has no `name`"),
        ("[{\"name\": \"a*\"}]", "the schema file lists a tool whose name cannot stand in a policy"),
        ("[{\"name\": \"a\"}, {\"name\": \"a\"}]", "tool `a` is listed twice"),
    ] {
        let (table, found) = compile(PERMIT, text);
        assert!(table.is_none());
        assert_eq!(found.iter().map(|one| one.message.as_str()).collect::<Vec<_>>(), [expected]);
    }
    let alone = mcpgov_policy_compiler::compile(&mcpgov_policy_compiler::source::Source {
        path: String::new(),
        text: PERMIT.to_owned(),
    });
    assert!(alone.0.is_none() && alone.1[0].message.contains("read alone"));
}

/// Tool definitions of public servers; see `tests/corpora.rs`.
#[test]
fn real_definitions_are_enforced_or_reported_and_take_what_fits() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora/tools_benign.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return eprintln!("{} is not there", path.display());
    };
    let (mut fitting, mut refused, mut reported) = (0, 0, std::collections::BTreeMap::<String, usize>::new());
    for (number, line) in text.lines().enumerate() {
        let row: Value = serde_json::from_str(line).unwrap();
        let tool: Value = serde_json::from_str(row["text"].as_str().unwrap()).unwrap();
        let schema = &tool["inputSchema"];
        let (table, gaps) = enforcing(schema);
        for gap in &gaps {
            *reported.entry(gap.split('`').nth(1).unwrap().to_owned()).or_default() += 1;
        }
        let mut random = Random(number as u64 + 1);
        let mut fitted = false;
        for _ in 0..40 {
            let mut value = random.fitting(schema, schema, 8);
            if random.below(2) == 0 {
                random.change(&mut value);
            }
            let fits = naive::fits(schema, schema, &value);
            assert!(gaps.is_empty(), "{gaps:?}");
            assert_eq!(permits(&table, &value), fits, "{tool}\n{value}");
            fitted |= fits;
            (fitting, refused) = if fits { (fitting + 1, refused) } else { (fitting, refused + 1) };
        }
        assert!(fitted, "nothing was found that fits: {tool}");
    }
    println!("{fitting} calls fit, {refused} do not; not enforced: {reported:?}");
}
