//! Answers that come bit by bit, and what belongs to them: sessions, resumption, eras, batches. The server is a script, so
//! that every byte and every pause in it is the test's.

mod asked;
mod events;
mod request;
mod session;

use mcpgov_tests::artifact::{self, Table};
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::governed;
use mcpgov_tests::raw::Request;
use mcpgov_tests::script::Script;
use serde_json::{Value, json};

const RESULT: &str =
    r#"{"jsonrpc":"2.0","id":41,"result":{"content":[{"type":"text","text":"hello"}],"isError":false}}"#;
const SAMPLING: &str = r#"{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{"messages":[],"maxTokens":9}}"#;
const ELICITATION: &str =
    r#"{"jsonrpc":"2.0","id":"e-1","method":"elicitation/create","params":{"message":"name?"}}"#;

/// The answer to `tools/list`; the descriptions have characters of two to four bytes.
fn tools() -> String {
    let tool = |name: &str| json!({ "name": name, "description": "suché, 検索 🎈", "inputSchema": {} });
    let tools: Vec<_> = ["search_issues", "delete_repo", "echo", "slow"].map(tool).into();
    json!({ "jsonrpc": "2.0", "id": 41, "result": { "tools": tools, "nextCursor": "" } }).to_string()
}

/// Checks that these are the tools that the caller may see, with every byte of theirs.
fn assert_filtered(message: &Value) {
    let mut expected: Value = serde_json::from_str(&tools()).expect("JSON");
    let tools = expected["result"]["tools"].as_array_mut().expect("a list");
    tools.retain(|tool| governed::SHOWN.iter().any(|shown| tool["name"] == *shown));
    assert_eq!(*message, expected);
}

/// A request for a stream.
fn get() -> Request {
    Request::get(governed::PATH).header("accept", "text/event-stream")
}

fn event(message: &str) -> String {
    format!("data: {message}\n\n")
}

/// The policy of these tests with further lines, such as rules.
fn table(more: &str) -> Table {
    Table::compile(&format!("{}{more}", artifact::data_text("plain.yaml")))
}

fn start(table: &Table, server: &Script) -> Envoy {
    Envoy::start(Config::demo(artifact::filter(), table, server.port(), server.port()))
}

/// Envoy with options of the filter, which take the place of the bare table.
fn start_with(options: Value, server: &Script) -> Envoy {
    let config = governed::config(server.port())
        .with_options(&governed::table(), options)
        .replace(
            "                        - match: { path_separated_prefix: /other }\n",
            "                        - match: { path_separated_prefix: /.well-known }\n                          \
             route: { cluster: github }\n                        - match: { path_separated_prefix: /other }\n",
        );
    Envoy::start(config)
}
