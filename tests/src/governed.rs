//! Envoy with the filter in front of a server, under the policy `tests/data/plain.yaml`, and messages to it.

use serde_json::{Value, json};

use crate::artifact::{self, Table};
use crate::config::{Config, Discovered};
use crate::envoy::Envoy;
use crate::raw::{Request, Response};
use crate::scratch::Scratch;

/// Where the policy's server is.
pub const PATH: &str = "/github";

/// The policy.
pub fn table() -> Table {
    Table::compile(&artifact::data_text("plain.yaml"))
}

/// The configuration of Envoy for a server at the local port `server`.
pub fn config(server: u16) -> Config {
    Config::demo(artifact::filter(), &table(), server, server)
}

/// Starts Envoy in front of a server at the local port `server`.
pub fn start(server: u16) -> Envoy {
    Envoy::start(config(server))
}

/// The statistic that counts the configurations of the filter that Envoy has discovered.
pub const RELOADS: &str = "extension_config_discovery.http_filter.mcpgov.config_reload";

/// As [`start`], with the filter discovered from `filter.yaml` in the folder returned; and the resource to write there
/// with another version.
pub fn start_discovering(server: u16) -> (Envoy, Scratch, Discovered) {
    let folder = Scratch::new();
    let (config, resource) = config(server).discover_filter(&folder.path("filter.yaml"));
    folder.write("filter.yaml", resource.version(1));
    let envoy = Envoy::start(config);
    envoy.wait_for_stat(RELOADS, 1);
    (envoy, folder, resource)
}

/// A call that the policy allows.
pub fn allowed() -> String {
    call("echo", &json!({ "text": "hello" }))
}

/// A call of a tool that the caller may use, denied by its argument.
pub fn denied() -> String {
    call("create_issue", &json!({ "repo": "elsewhere/web", "title": "crash on start" }))
}

/// A request for the list of tools.
pub fn list() -> String {
    json!({ "jsonrpc": "2.0", "id": ID, "method": "tools/list" }).to_string()
}

/// A call of `tool`.
pub fn call(tool: &str, arguments: &Value) -> String {
    let params = json!({ "name": tool, "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": ID, "method": "tools/call", "params": params }).to_string()
}

/// The request that carries `message` to the server.
pub fn post(message: impl Into<Vec<u8>>) -> Request {
    Request::post(PATH, message)
}

const ID: u32 = 41;

/// Checks that `response` is the server's answer to [`allowed`].
pub fn assert_allowed(response: &Response) {
    let answer = response.json();
    assert_eq!((response.status, answer["id"].as_u64()), (200, Some(ID.into())), "{}", response.text());
    assert_eq!(answer["result"]["content"][0]["text"], "hello", "{}", response.text());
}

/// Checks that `response` is the refusal of [`denied`], in the words of the protocol.
pub fn assert_denied(response: &Response) {
    let answer = response.json();
    assert_eq!((response.status, answer["id"].as_u64()), (200, Some(ID.into())), "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(answer["error"]["code"], -31403, "{}", response.text());
    assert_eq!(answer["error"]["data"]["decision"], "DENY");
    assert_eq!(answer["error"]["data"]["reason"], "default-deny");
}

/// The tools in an answer to [`list`].
pub fn tools(response: &Response) -> Vec<String> {
    let answer = response.json();
    let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("no list of tools: {answer}"));
    tools.iter().filter_map(|tool| tool["name"].as_str()).map(str::to_owned).collect()
}

/// What of the fixture's tools the policy shows.
pub const SHOWN: [&str; 3] = ["search_issues", "create_issue", "echo"];
