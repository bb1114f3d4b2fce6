//! Random policies and calls.

use std::path::Path;

use mcpgov_engine::{subject::Subject, table::Table, vocabulary::Verdict};
use mcpgov_policy_compiler::{
    bundle::{Bundle, Entry},
    compile,
    explain::{Circumstances, Object, Question, explain},
    source::Source,
};
use proptest::{
    prelude::*,
    sample::{select, subsequence},
};
use serde_json::{Map, Value, json};

const TEXTS: &[&str] = &[
    "x",
    "; rm -rf /",
    "drop table x",
    "../x",
    "acme/site",
    "/srv/data/x",
    "/srv/%2e",
    "http://10.0.0.1/",
    "https://api.acme.example/",
    "",
];
const GLOBS: &[&str] = &["x", "acme/*", "*", "*e*", "y"];

fn object(entries: Vec<(&'static str, Value)>) -> Value {
    Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

fn globs() -> impl Strategy<Value = Value> {
    subsequence(GLOBS, 1..=2).prop_map(|globs| json!(globs))
}

fn literal() -> impl Strategy<Value = Value> {
    select(vec![json!(null), json!(true), json!(0), json!(1), json!(2.5), json!("x"), json!("acme/site")])
}

/// A map of operators.
fn operators() -> impl Strategy<Value = Value> {
    let one = prop_oneof![
        literal().prop_map(|value| ("equals", value)),
        prop::collection::vec(literal(), 1..3).prop_map(|values| ("in", json!(values))),
        globs().prop_map(|globs| ("matches", globs)),
        select(vec!["x|y", "a.*e", "[a-z/]+", ".*"]).prop_map(|pattern| ("regex", json!(pattern))),
        any::<bool>().prop_map(|exists| ("exists", json!(exists))),
        (select(vec!["gt", "gte", "lt", "lte"]), select(vec![json!(0), json!(1), json!(2.5)])),
        (0..3).prop_map(|length| ("length", json!(length))),
        (0..3).prop_map(|length| ("length", json!({ "gte": length, "lt": 9 }))),
        subsequence(vec!["null", "boolean", "number", "integer", "string", "array", "object"], 1..3)
            .prop_map(|types| ("type", json!(types))),
        select(vec![json!("x"), json!(1), json!(["c", 1])]).prop_map(|part| ("contains", part)),
        select(vec!["/srv/data", "/srv", "x"]).prop_map(|base| ("starts_under", json!(base))),
        select(vec!["*.acme.example", "10.0.0.1", "*"]).prop_map(|host| ("host_in", json!(host))),
        select(vec!["10.0.0.0/8", "::/0"]).prop_map(|network| ("cidr_in", json!([network]))),
    ];
    // The first of two with one key wins.
    let map = prop::collection::vec(one, 1..3).prop_map(object).boxed();
    map.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|below| json!({ "all": below })),
            inner.clone().prop_map(|below| json!({ "any": below })),
            inner.clone().prop_map(|below| json!({ "not": below })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|below| json!({ "any": below })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|below| json!({ "all": below })),
            inner.prop_map(|below| json!({ "fields": { "a": below } })),
        ]
    })
}

fn arguments() -> impl Strategy<Value = Value> {
    let one = (select(vec!["a", "b", "a.a", "a[0]", "b.1.a"]), operators());
    let map = prop::collection::vec(one, 1..3).prop_map(object).boxed();
    prop_oneof![
        4 => map.clone(),
        1 => prop::collection::vec(map.clone(), 1..3).prop_map(|maps| json!({ "any": maps })),
        1 => map.prop_map(|map| json!({ "not": map })),
    ]
}

fn condition() -> impl Strategy<Value = Value> {
    let tools = subsequence(vec!["search", "create", "delete_x", "del*", "*"], 1..=2);
    let one = prop_oneof![
        3 => tools.prop_map(|tools| ("labels", json!({ "mcp.tool": tools }))),
        2 => subsequence(vec!["hub", "h*", "*"], 1..=2).prop_map(|servers| ("labels", json!({ "mcp.server": servers }))),
        1 => select(vec!["read", "write", "destructive"]).prop_map(|action| ("labels", json!({ "mcp.action": action }))),
        1 => Just(("labels", json!({ "mcp.environment": "prod", "mcp.method": "tools/*" }))),
        1 => Just(("risk_tags", json!(["prod"]))),
        1 => subsequence(vec!["ada", "bob", "a*"], 1..=2).prop_map(|users| ("subject", json!({ "users": users }))),
        1 => Just(("subject", json!({ "roles": ["ops", "dev"] }))),
        1 => Just(("subject", json!({ "claims": { "acr": ["gold", "s*"] }, "groups": ["g"] }))),
        1 => Just(("context", json!({ "source": ["10.0.0.0/8", "::1"] }))),
        1 => Just(("context", json!({ "session": true, "region": "eu-*" }))),
        1 => Just(("context", json!({ "time": { "days": ["mon"], "after": "08:00" } }))),
        1 => Just(("conditions", json!(["ours"]))),
        4 => arguments().prop_map(|arguments| ("args", arguments)),
    ];
    let map = prop::collection::vec(one, 1..4).prop_map(object).boxed();
    map.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(|below| json!({ "all": below })),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|below| json!({ "any": below })),
            inner.prop_map(|below| json!({ "not": below })),
        ]
    })
}

fn guards() -> impl Strategy<Value = Value> {
    let paths = subsequence(vec!["a", "b", "a.a", "a[0]"], 1..=2).prop_map(|paths| json!({ "ssrf": paths }));
    let one = prop_oneof![Just(json!("ssrf")), paths];
    (one, any::<bool>()).prop_map(|(ssrf, more)| match more {
        true => json!([ssrf, "path_traversal", { "sql_write": "b" }]),
        false => json!([ssrf]),
    })
}

pub(crate) fn rule() -> impl Strategy<Value = Value> {
    let decisions = select(vec!["ALLOW", "ALLOW", "ALLOW_WITH_CONSTRAINTS", "REQUIRE_APPROVAL", "DENY"]);
    let guarded = prop::option::weighted(0.2, guards());
    (decisions, condition(), prop::option::weighted(0.3, condition()), guarded).prop_map(
        |(decision, matches, unless, guards)| {
            let mut rule = json!({ "match": matches, "decision": decision });
            if let Some(unless) = unless {
                rule["unless"] = unless;
            }
            if let Some(guards) = guards.filter(|_| decision != "DENY") {
                rule["guards"] = guards;
            }
            if decision == "ALLOW_WITH_CONSTRAINTS" {
                rule["constraints"] = json!({ "max_runtime_sec": 5 });
            }
            rule
        },
    )
}

pub(crate) fn rules() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(rule(), 0..6).prop_map(|mut rules| {
        for (number, rule) in rules.iter_mut().enumerate() {
            rule["id"] = json!(format!("r{number}"));
        }
        rules
    })
}

/// A policy as text: JSON is YAML.
pub(crate) fn policy(rules: &[Value]) -> Source {
    let policy = json!({
        "version": "v1",
        "servers": { "hub": {
            "environment": "prod",
            "guards": ["shell"],
            "tools": {
                "search": { "action": "read" },
                "create": { "action": "write", "risk_tags": ["prod"] },
                "delete_*": { "action": "destructive", "risk_tags": ["prod"] },
                "*_x": { "action": "read" },
            },
        } },
        "roles": { "ops": { "groups": ["g", "o*"] }, "dev": { "users": ["bob"], "groups": ["d"] } },
        "conditions": { "ours": { "args": { "a": { "matches": "acme/*" } }, "labels": { "mcp.tool": "*" } } },
        "rules": rules,
    });
    Source { path: "policy.yaml".to_owned(), text: policy.to_string() }
}

/// The same policy with its rules in layers, which are files of their own.
pub(crate) fn layered(rules: &[Value], layers: usize, turn: usize) -> Bundle {
    let mut frame: Value = serde_json::from_str(&policy(&[]).text).unwrap();
    frame.as_object_mut().unwrap().remove("rules");
    let names: Vec<String> = (0..layers).map(|layer| format!("{layer}.yaml")).collect();
    frame["layers"] = json!(names);
    let mut read = |path: &Path| {
        let name = path.to_str().unwrap();
        let Some(layer) = names.iter().position(|layer| layer == name) else {
            return Ok(Entry::File(frame.to_string()));
        };
        let inside = rules.iter().enumerate().filter(|(at, _)| (at * turn + at / 2) % layers == layer);
        let inside: Vec<&Value> = inside.map(|(_, rule)| rule).collect();
        Ok(Entry::File(json!({ "version": "v1", "rules": inside }).to_string()))
    };
    Bundle::load(Path::new("frame.yaml"), &mut read).unwrap()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![literal(), select(TEXTS).prop_map(|text| json!(text))].boxed();
    leaf.prop_recursive(2, 8, 3, |inner| {
        let members = prop::collection::vec((select(vec!["a", "b", "A"]), inner.clone()), 0..3);
        prop_oneof![prop::collection::vec(inner, 0..3).prop_map(Value::Array), members.prop_map(object)]
    })
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    let arguments = prop::collection::vec((select(vec!["a", "b", "B"]), value()), 0..3).prop_map(object);
    let subject = (
        prop::option::of(select(vec!["ada", "bob", "eve"])),
        prop::option::of(subsequence(vec!["g", "ops", "d"], 0..=2)),
        prop::option::of(select(vec!["gold", "silver", "none"])),
    )
        .prop_map(|(user, groups, acr)| Subject {
            user: user.map(str::to_owned),
            groups: groups.map(|groups| groups.into_iter().map(str::to_owned).collect()),
            claims: acr.map(|acr| ("acr".to_owned(), vec![acr.to_owned()])).into_iter().collect(),
            ..Subject::default()
        });
    let context = (
        prop::option::of(select(vec!["10.1.1.1", "::1", "192.0.2.1"])),
        prop::option::of(select(vec![1_767_571_200, 1_767_571_200 + 9 * 3600])),
        prop::option::of(any::<bool>()),
        prop::option::of(select(vec!["eu-1", "us-1"])),
    )
        .prop_map(|(source, time, session, region)| Circumstances {
            source: source.map(|source| source.parse().unwrap()),
            time,
            session,
            region: region.map(str::to_owned),
            environment: None,
        });
    let tool = select(vec!["search", "create", "delete_x", "other"]);
    (any::<bool>(), tool, prop::option::weighted(0.9, arguments), subject, context).prop_map(
        |(registered, tool, arguments, subject, context)| Question {
            server: registered.then(|| "hub".to_owned()),
            object: Object::Tool(tool.to_owned()),
            arguments: arguments.map(|arguments| arguments.to_string()),
            subject,
            context,
            ..Question::default()
        },
    )
}

pub(crate) fn table(source: &Source) -> Table<Vec<u8>> {
    let (table, diagnostics) = compile(source);
    Table::from_bytes(table.unwrap_or_else(|| panic!("{}\n{diagnostics:#?}", source.text))).unwrap()
}

pub(crate) fn decide(table: &Table<Vec<u8>>, question: &Question) -> (Verdict, Option<String>) {
    let explanation = explain(table, question).unwrap();
    (explanation.verdict, explanation.rule)
}
