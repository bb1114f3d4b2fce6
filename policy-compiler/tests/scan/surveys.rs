//! Servers that are asked.

use mcpgov_policy_compiler::live;
use serde_json::{Value, json};

use crate::{
    code, mcpgov,
    server::{response, server},
    text,
};

/// A server with prompts and resources, but without templates of resources.
fn library(message: &Value, _: &str) -> String {
    let id = message.get("id");
    let result = match message["method"].as_str().unwrap() {
        "initialize" => json!({
            "protocolVersion": "2025-06-18",
            "capabilities": { "prompts": {}, "resources": {} },
            "serverInfo": { "name": "Library", "version": "1" },
            "instructions": "be brief",
        }),
        "prompts/list" => json!({ "prompts": [{ "name": "summary" }] }),
        "resources/list" if message["params"].get("cursor").is_none() => {
            json!({ "resources": [{ "uri": "book://1", "name": "one" }], "nextCursor": "x" })
        }
        "resources/list" => json!({ "resources": [{ "uri": "book://2", "name": "two" }] }),
        _ => {
            let error = json!({ "code": -32601, "message": "unknown" });
            return response(id.map(|id| json!({ "jsonrpc": "2.0", "id": id, "error": error })));
        }
    };
    response(id.map(|id| json!({ "jsonrpc": "2.0", "id": id, "result": result })))
}

#[test]
fn a_server_is_asked_for_all_that_it_says_it_has() {
    let shown = live::survey(&server(library), &[]).unwrap();
    assert_eq!(
        shown,
        json!({
            "serverInfo": { "name": "Library", "version": "1" },
            "instructions": "be brief",
            "prompts": [{ "name": "summary" }],
            "resources": [{ "uri": "book://1", "name": "one" }, { "uri": "book://2", "name": "two" }],
        })
    );
    let url = server(library);
    let output = mcpgov(&[&url]);
    assert_eq!((code(&output), text(&output.stdout)), (0, format!("{url}: nothing found\n").as_str()));
}

/// A server that knows no sessions, and is strict about the headers and members it asks for instead.
fn stateless(message: &Value, head: &str) -> String {
    let id = message["id"].clone();
    let method = message["method"].as_str().unwrap();
    let head = head.to_ascii_lowercase();
    let has = |name: &str, value: &str| head.contains(&format!("\r\n{name}: {value}\r\n"));
    let meta = message.pointer("/params/_meta").unwrap_or(&Value::Null);
    let is_meant = has("mcp-protocol-version", "2026-07-28")
        && has("mcp-method", method)
        && meta["io.modelcontextprotocol/protocolVersion"] == "2026-07-28"
        && meta["io.modelcontextprotocol/clientCapabilities"].is_object();
    let result = match method {
        _ if !is_meant => {
            let error = json!({ "code": -32022, "message": "unsupported" });
            let body = json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string();
            return format!("HTTP/1.1 400 Bad Request\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
        "server/discover" => json!({
            "resultType": "complete", "ttlMs": 0, "cacheScope": "private", "supportedVersions": ["2026-07-28"],
            "capabilities": { "tools": {} }, "instructions": "be brief",
            "_meta": { "io.modelcontextprotocol/serverInfo": { "name": "Stateless", "version": "1" } },
        }),
        _ => {
            json!({ "resultType": "complete", "ttlMs": 0, "cacheScope": "private", "tools": [{ "name": "one" }] })
        }
    };
    response(Some(json!({ "jsonrpc": "2.0", "id": id, "result": result })))
}

#[test]
fn a_server_without_sessions_is_asked_in_its_revision() {
    let shown = live::survey(&server(stateless), &[]).unwrap();
    assert_eq!(
        shown,
        json!({
            "serverInfo": { "name": "Stateless", "version": "1" },
            "instructions": "be brief",
            "tools": [{ "name": "one" }],
        })
    );
}

/// A server that sends events and never comes to the answer.
fn endless(message: &Value, _: &str) -> String {
    if message["method"] == "initialize" {
        let event = format!("data: {{\"x\":\"{}\"}}\n\n", "x".repeat(1000));
        return format!("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\n\r\n{}", event.repeat(17_000));
    }
    response(None)
}

/// A server that refuses in words that a terminal would obey.
fn rude(message: &Value, _: &str) -> String {
    let error = json!({ "code": 1, "message": "\u{1b}[2Jgone" });
    response(Some(json!({ "jsonrpc": "2.0", "id": message["id"], "error": error })))
}

#[test]
fn a_hostile_server_neither_keeps_the_scan_nor_writes_to_the_terminal() {
    let error = live::survey(&server(endless), &[]).unwrap_err();
    assert!(error.message.contains("is longer than"), "{error}");
    let error = live::survey(&server(rude), &[]).unwrap_err();
    assert!(error.message.ends_with("\\u{1b}[2Jgone"), "{error}");
}
