//! Requests that belong to no stream: of the modern era, several in one, and to other paths.

use mcpgov_tests::governed::{self, call, denied, post};
use mcpgov_tests::raw::{self, Request};
use mcpgov_tests::script::Script;
use mcpgov_tests::stream::{End, Stream, messages};
use serde_json::{Value, json};

use super::*;

fn modern(method: &str, name: Option<&str>, params: Value) -> Request {
    let mut params = params;
    params["_meta"] = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {} });
    let body = json!({ "jsonrpc": "2.0", "id": "m-1", "method": method, "params": params }).to_string();
    let request = post(body).header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    match name {
        Some(name) => request.header("mcp-name", name),
        None => request,
    }
}

/// Requests of 2026-07-28 whose headers and bodies disagree are refused in the order of its ladder, with the request's id.
#[test]
fn the_modern_ladder_is_climbed_in_order() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let echo = || json!({ "name": "echo", "arguments": { "text": "hello" } });
    let claim = |version: &str| {
        json!({ "jsonrpc": "2.0", "id": "m-1", "method": "tools/list", "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": version, "io.modelcontextprotocol/clientCapabilities": {} } } })
        .to_string()
    };
    let bare = r#"{"jsonrpc":"2.0","id":"m-1","method":"tools/list"}"#;
    let answer = r#"{"jsonrpc":"2.0","id":"m-1","result":{}}"#;
    let with = |body: &str, version: &str, method: &str| {
        post(body).header("mcp-protocol-version", version).header("mcp-method", method)
    };
    let refused: [(&str, Request, u16, i64); 11] = [
        ("a response", with(answer, "2026-07-28", "tools/list"), 400, -32600),
        ("no _meta", with(bare, "2026-07-28", "tools/list"), 400, -32602),
        ("no _meta, and no such version", with(bare, "2099-01-01", "tools/list"), 400, -32602),
        ("a body alone", post(claim("2026-07-28")), 400, -32020),
        (
            "another version in the header",
            with(&claim("2026-07-28"), "2025-11-25", "tools/list"),
            400,
            -32020,
        ),
        (
            "another method in the header",
            modern("tools/call", Some("echo"), echo()).header("mcp-method", "x"),
            400,
            -31400,
        ),
        ("another method", with(&claim("2026-07-28"), "2026-07-28", "tools/call"), 400, -32020),
        ("another name", modern("tools/call", Some("delete_repo"), echo()), 400, -32020),
        ("no name", modern("tools/call", None, echo()), 400, -32020),
        ("no such version", with(&claim("2099-01-01"), "2099-01-01", "tools/list"), 400, -32022),
        ("no such method", modern("future/thing", None, json!({})), 404, -32601),
    ];
    for (what, request, status, code) in &refused {
        let response = raw::exchange(envoy.port(), request);
        assert_eq!(
            (response.status, response.error_code()),
            (*status, Some(*code)),
            "{what}: {}",
            response.text()
        );
        if *code != -31400 {
            assert_eq!(response.json()["id"], "m-1", "{what}: {}", response.text());
        }
        if *code == -32022 {
            let data = &response.json()["error"]["data"];
            assert!(
                data["requested"] == "2099-01-01" && data["supported"].to_string().contains("2026-07-28")
            );
        }
    }
    for request in [get(), Request::new("DELETE", governed::PATH)] {
        let response = raw::exchange(envoy.port(), &request.header("mcp-protocol-version", "2026-07-28"));
        assert_eq!(response.status, 405);
    }
    assert!(server.try_next().is_none(), "a refused request reached the server");

    // The same in order, its name encoded too, reaches the server without the session that this revision does not have.
    for name in ["echo", "=?base64?ZWNobw==?="] {
        let request = modern("tools/call", Some(name), echo()).header("mcp-session-id", "stolen");
        let mut client = Stream::sent(envoy.port(), &request);
        let taken = server.next();
        assert_eq!((taken.header("mcp-session-id"), taken.header("mcp-name")), (None, Some(name)));
        let mut taken = taken.open();
        taken.chunk(event(&RESULT.replace("41", "\"m-1\"")));
        taken.end();
        client.wait_for_head();
        let (text, end) = client.rest();
        assert_eq!((&messages(&text)[0]["id"], end), (&json!("m-1"), End::Whole));
    }
}

/// A batch of 2025-03-26: what is denied is answered inside it, the rest goes on, and comes back as JSON or as a stream.
#[test]
fn a_batch_is_decided_member_by_member() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let member = |id: u32, tool: &str, arguments: Value| {
        call(tool, &arguments).replace("\"id\":41", &format!("\"id\":{id}"))
    };
    let allowed = member(1, "echo", json!({ "text": "hello" }));
    let hidden = member(2, "delete_repo", json!({ "repo": "acme/web" }));
    let denied = member(3, "create_issue", json!({ "repo": "elsewhere/web" }));
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let batch = format!("[{allowed}, {hidden},{notification},\n{denied}]");
    let result = RESULT.replace("41", "1");
    for as_stream in [false, true] {
        let mut connection = raw::Connection::open(envoy.port()).expect("envoy listens");
        let (head, body) = post(batch.clone()).header("mcp-protocol-version", "2025-03-26").parts();
        connection.send(&[head, body].concat()).expect("envoy reads");
        let taken = server.next();
        let arrived: Vec<Value> = serde_json::from_slice(&taken.body).expect("JSON of its own length");
        let ids: Vec<_> = arrived.iter().map(|member| member["id"].as_u64()).collect();
        assert_eq!(ids, [Some(1), None], "{arrived:?}");
        if as_stream {
            let mut taken = taken.open();
            taken.chunk(event(&result));
            taken.end();
        } else {
            taken.json(&format!("[{result}]"));
        }
        let response = connection.receive().expect("an answer");
        let answers = match as_stream {
            true => messages(&response.text()),
            false => response.json().as_array().expect("a batch of answers").clone(),
        };
        let code = |id: u64| {
            answers.iter().find(|answer| answer["id"] == id).map(|answer| answer["error"]["code"].as_i64())
        };
        assert_eq!(
            [code(1), code(2), code(3)],
            [Some(None), Some(Some(-32602)), Some(Some(-31403))],
            "{answers:?}"
        );
        assert_eq!(answers.len(), 3);
    }
    for version in ["2024-11-05", "2025-06-18", "2025-11-25", "2026-07-28"] {
        let refused =
            raw::exchange(envoy.port(), &post(batch.clone()).header("mcp-protocol-version", version));
        assert_eq!((refused.status, refused.error_code()), (400, Some(-31400)), "{version}");
    }
    let all_denied = raw::exchange(envoy.port(), &post(format!("[{hidden},{denied}]")));
    assert_eq!((all_denied.status, all_denied.json().as_array().map(Vec::len)), (200, Some(2)));
    assert!(server.try_next().is_none(), "a refused batch reached the server");
}

/// Discovery documents are no MCP: they pass where the configuration says so, and nothing passes beside them.
#[test]
fn other_paths_pass_by_configuration_alone() {
    const METADATA: &str = "/.well-known/oauth-protected-resource/github";
    let server = Script::start();
    let strict = start_with(json!({ "flush_interval_ms": 1000 }), &server);
    let lenient = start_with(json!({ "pass_paths": ["/.well-known"] }), &server);
    let refused = raw::exchange(strict.port(), &Request::get(METADATA));
    assert_eq!(refused.status, 405);
    assert!(server.try_next().is_none());

    let mut connection = raw::Connection::open(lenient.port()).expect("envoy listens");
    connection.send(&Request::get(METADATA).parts().0).expect("envoy reads");
    server.next().json(r#"{"resource":"https://mcp.acme.example/github"}"#);
    assert_eq!(
        connection.receive().expect("an answer").json()["resource"],
        "https://mcp.acme.example/github"
    );

    for path in [
        "/.well-known/../github",
        "/.well-known/%2e%2e/github",
        "/.well-known/..%2fgithub",
        "/.well-known%2f../github",
        "/.well-known\\..\\github",
        "/github/.well-known",
        "/.well-knownx",
    ] {
        let response = raw::exchange(lenient.port(), &Request::post(path, denied()));
        let is_refused = response.status >= 400 || response.error_code() == Some(-31403);
        assert!(is_refused, "{path}: {} {}", response.status, response.text());
    }
    assert!(server.try_next().is_none(), "a call got through beside the discovery documents");
    let record = lenient.wait_for_record(0, |record| record["kind"] == "pass");
    assert_eq!(
        (&record["decision"], &record["reason"]),
        (&json!("ALLOW"), &json!("pass-path")),
        "{record:#}"
    );
}
