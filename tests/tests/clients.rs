//! The official clients, of both releases and both eras, play one scenario through Envoy: without the filter all of it
//! works, and with the filter exactly what the policy denies does not, while the session goes on.

use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::sdk::{self, Sdk, Server};
use serde_json::{Value, json};

const POLICY: &str = "
version: v1
servers:
  everything:
    match: { paths: [/mcp] }
rules:
  - id: nearly-everything
    match:
      labels: { mcp.server: everything, mcp.method: \"*\" }
    decision: ALLOW
  - id: no-deletion
    match:
      labels: { mcp.tool: delete_everything }
    decision: DENY
  - id: no-forbidden-text
    match:
      labels: { mcp.tool: echo }
      args: { text: { equals: forbidden } }
    decision: DENY
  - id: no-roots
    match:
      labels: { mcp.method: notifications/roots/list_changed }
    decision: DENY
";

#[test]
fn python_1() {
    play(Sdk::PythonV1, "client_v1.py", LEGACY);
}

#[test]
fn python_2_legacy() {
    play(Sdk::PythonV2, "client_v2.py", LEGACY);
}

#[test]
fn python_2_modern() {
    play(Sdk::PythonV2, "client_v2.py", MODERN);
}

#[test]
fn javascript_1() {
    play(Sdk::JavaScript, "client_v1.mjs", LEGACY);
}

#[test]
fn javascript_2_legacy() {
    play(Sdk::JavaScript, "client_v2.mjs", LEGACY);
}

#[test]
fn javascript_2_modern() {
    play(Sdk::JavaScript, "client_v2.mjs", MODERN);
}

const LEGACY: &str = "legacy";
const MODERN: &str = "modern";
const HIDDEN: &str = "delete_everything";
const DENIED_NOTIFICATION: &str = "notifications/roots/list_changed";

fn play(sdk: Sdk, client: &str, era: &str) {
    let server = Server::start(Sdk::PythonV2, "everything.py");
    let envoy = Envoy::start(sdk::ungoverned(server.port()));
    let without = sdk.play(client, &[&url(&envoy), era]);
    assert_eq!(names(&without), steps(era), "the scenario has all its steps");
    for (step, value) in expected(era) {
        assert_eq!(value_of(&without, step), &value, "{step}, ungoverned");
    }
    let tools = value_of(&without, "list").as_array().expect("a list").clone();
    assert!(tools.contains(&json!(HIDDEN)));
    assert!(ran(&server, HIDDEN));

    let server = Server::start(Sdk::PythonV2, "everything.py");
    let envoy = Envoy::start(sdk::governed(POLICY, server.port()));
    let with = sdk.play(client, &[&url(&envoy), era]);
    assert_eq!(names(&with), steps(era), "{with:#?}");
    for line in &with {
        let step = line["step"].as_str().unwrap_or_default();
        match step {
            "list" => {
                let shown: Vec<_> = tools.iter().filter(|tool| **tool != HIDDEN).cloned().collect();
                assert_eq!(line["value"], json!(shown));
            }
            "hidden" => {
                assert_eq!(line["error"]["code"], -32602, "{line}");
                assert!(
                    line["error"]["message"].to_string().contains("Unknown tool: delete_everything"),
                    "{line}"
                );
                assert_eq!(line["error"]["data"], Value::Null, "{line}");
            }
            "denied" => {
                assert_eq!(line["error"]["code"], -31403, "{line}");
                assert_eq!(line["error"]["data"]["decision"], "DENY", "{line}");
                assert_eq!(line["error"]["data"]["rule"], "no-forbidden-text", "{line}");
            }
            step => assert_eq!(line["value"], *value_of(&without, step), "{line}"),
        }
    }
    assert!(!ran(&server, HIDDEN));
    assert!(
        server.executed().iter().all(|one| one.arguments["text"] != "forbidden"),
        "{:#?}",
        server.executed()
    );
    if era == LEGACY {
        let record = envoy.wait_for_record(0, |record| record["method"] == DENIED_NOTIFICATION);
        assert_eq!((&record["decision"], &record["rule"]), (&json!("DENY"), &json!("no-roots")));
        // A call came after it, so it would be here.
        assert_eq!(server.notified(), [""; 0]);
    }
}

/// The steps of an era, in order; the clients are written to have them.
fn steps(era: &str) -> Vec<&'static str> {
    let all = [
        "connect",
        "list",
        "call",
        "hidden",
        "denied",
        "call after",
        "progress",
        "notify",
        "resumed",
        "elicitation",
        "sampling",
        "call last",
    ];
    all.into_iter().filter(|step| era == LEGACY || !["notify", "resumed"].contains(step)).collect()
}

/// What steps give where nothing is governed.
fn expected(era: &str) -> Vec<(&'static str, Value)> {
    let progress = json!([[0, 100, "0 of 100"], [50, 100, "50 of 100"], [100, 100, "100 of 100"]]);
    let mut expected = vec![
        ("call", json!(r#"{"text": "hello"}"#)),
        ("hidden", json!("deleted")),
        ("denied", json!(r#"{"text": "forbidden"}"#)),
        ("progress", json!({ "text": "made progress", "progress": progress })),
        ("call last", json!(r#"{"text": "bye"}"#)),
    ];
    if era == LEGACY {
        let content = r#"{"username": "ada", "email": "ada@acme.example"}"#;
        expected.extend([
            ("connect", json!("2025-11-25")),
            ("notify", Value::Null),
            ("resumed", json!("answered on another stream")),
            ("elicitation", json!(format!("User response: action=accept, content={content}"))),
            ("sampling", json!("LLM response: a sampled answer")),
        ]);
    } else {
        expected.extend([
            ("connect", json!("2026-07-28")),
            ("elicitation", json!("Hello, ada!")),
            ("sampling", json!(r#"The model said: {"type": "text", "text": "a sampled answer"}"#)),
        ]);
    }
    expected
}

fn url(envoy: &Envoy) -> String {
    format!("http://127.0.0.1:{}/mcp", envoy.port())
}

fn names(lines: &[Value]) -> Vec<&str> {
    lines.iter().filter_map(|line| line["step"].as_str()).collect()
}

fn value_of<'a>(lines: &'a [Value], step: &str) -> &'a Value {
    let line = lines.iter().find(|line| line["step"] == step).unwrap_or_else(|| panic!("no step `{step}`"));
    assert!(line["error"].is_null(), "{line}");
    &line["value"]
}

fn ran(server: &Server, tool: &str) -> bool {
    server.executed().iter().any(|one| one.tool == tool)
}
