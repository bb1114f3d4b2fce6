//! `mcpgov init`: from saved lists and from live servers.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod server;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use mcpgov_policy_compiler::{
    diagnostic::any_error,
    generate::{self, Listing},
    inspect,
    source::Source,
};
use serde_json::{Value, json};
use server::{response, server};

fn init(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mcpgov")).arg("init").args(arguments).output().unwrap()
}

fn listing(tools: Vec<Value>) -> Listing {
    Listing { server: "github".to_owned(), origin: "a test".to_owned(), traffic: None, tools, schema: None }
}

#[test]
fn the_policy_is_as_shown() {
    let policy = generate::policy(&listing(vec![
        json!({ "name": "get_issue" }),
        json!({ "name": "create_issue", "annotations": { "readOnlyHint": false } }),
        json!({ "name": "delete_repo", "annotations": { "readOnlyHint": true } }),
        json!({ "name": "on" }),
        json!({ "name": "get_issue" }),
        json!({ "name": "get_*" }),
        json!({ "name": "a\u{202e}b" }),
        json!({ "nam": "x" }),
    ]));
    let expected = "# A first policy for the tools of a test, least privilege first.
# What was guessed is marked `guess`, with the grounds: correct it, then remove the mark.
# Try it without enforcing anything: `mode: shadow`.
version: v1

servers:
  github:
    owner: nobody@example.invalid # guess: say who answers for it
    # without `match` it is recognised by the cluster or the route metadata of its name
    action: destructive # tools that are not listed here are denied until somebody has looked
    # 4 tools are left out: their names are there twice or cannot stand in a policy
    tools:
      get_issue: { action: read } # guess: its name says `get`
      create_issue: { action: write } # guess: annotation `readOnlyHint: false`
      delete_repo: { action: destructive } # guess: its name says `delete`
      \"on\": { action: write } # guess: nothing says that it only reads

roles:
  github-users: { groups: [github-users] } # guess: name the people, groups or agents that need it

rules:
  - id: github-reads
    match:
      labels: { mcp.server: github, mcp.method: tools/call, mcp.action: read }
      subject: { roles: [github-users] }
    decision: ALLOW

  - id: github-writes-need-a-human
    match:
      labels: { mcp.server: github, mcp.method: tools/call, mcp.action: write }
      subject: { roles: [github-users] }
    decision: REQUIRE_APPROVAL

  - id: github-destroys-nothing
    match: { labels: { mcp.server: github, mcp.action: destructive } }
    decision: DENY
";
    assert_eq!(policy, expected);
}

#[test]
fn whatever_a_server_lists_the_policy_compiles_without_a_word() {
    let names = [
        "",
        " ",
        "a b",
        "a: b",
        "#",
        "- x",
        "{",
        "]",
        "\"",
        "'",
        "\\",
        "\n",
        "\u{0}",
        "&a",
        "*",
        "!t",
        "%",
        "@",
        "`",
        "yes",
        "null",
        "1",
        "1e3",
        "~",
        "<<",
        "ü",
        "日本",
        "a\u{200b}b",
        "mcp.tool",
        "?",
        "| x",
        "> y",
    ];
    for name in names {
        let long = name.repeat(2000);
        let policy =
            generate::policy(&listing(vec![json!({ "name": name }), json!({ "name": long }), json!(name)]));
        let source = Source { path: String::new(), text: policy };
        let (table, diagnostics) = inspect(&source);
        assert!(table.is_some() && diagnostics.is_empty(), "{name:?}: {diagnostics:#?}\n{}", source.text);
    }
    let nothing = Source { path: String::new(), text: generate::policy(&listing(Vec::new())) };
    assert!(!any_error(&inspect(&nothing).1));
}

#[test]
fn names_of_servers_are_names() {
    for (text, name) in
        [("GitHub MCP Server", "github-mcp-server"), ("../x", "x"), ("", "server"), ("日本", "server")]
    {
        assert_eq!(generate::server_name(text), name);
    }
}

#[test]
fn saved_lists_of_every_shape_are_read() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let tools = json!([{ "name": "get_issue" }]);
    for list in [
        tools.clone(),
        json!({ "tools": tools.clone() }),
        json!({ "jsonrpc": "2.0", "id": 1, "result": { "tools": tools } }),
    ] {
        let path = folder.join("github.json");
        fs::write(&path, list.to_string()).unwrap();
        let output = init(&["--from", path.to_str().unwrap()]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("\n  github:\n") && text.contains("get_issue: { action: read }"), "{text}");
    }
    let (list, policy) = (folder.join("github.json"), folder.join("policy.yaml"));
    let arguments = ["--from", list.to_str().unwrap(), "-o", policy.to_str().unwrap(), "--server", "Hub"];
    assert_eq!(init(&arguments).status.code(), Some(0));
    let text = fs::read_to_string(&policy).unwrap();
    assert!(text.contains("\n  hub:\n") && text.contains("\n    schema: github.json #"), "{text}");
    assert_eq!(init(&arguments).status.code(), Some(1), "it is there already");
    for wrong in ["{}", "[", "1"] {
        fs::write(&list, wrong).unwrap();
        assert_eq!(init(&["--from", list.to_str().unwrap()]).status.code(), Some(1), "{wrong}");
    }
}

/// What a server with two pages of tools says.
fn result(message: &Value) -> Option<Value> {
    let id = message.get("id")?;
    let result = match message["method"].as_str().unwrap() {
        "initialize" => {
            json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": { "name": "Demo", "version": "1" } })
        }
        _ if message["params"].get("cursor").is_none() => {
            json!({ "tools": [{ "name": "get_a" }], "nextCursor": "2" })
        }
        _ => json!({ "tools": [{ "name": "set_b" }] }),
    };
    Some(json!({ "jsonrpc": "2.0", "id": id, "result": result }))
}

fn plain(message: &Value, _: &str) -> String {
    response(result(message))
}

fn streamed(message: &Value, head: &str) -> String {
    let is_first = message["method"] == "initialize";
    if !is_first && !head.to_ascii_lowercase().contains("mcp-session-id: s1") {
        return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned();
    }
    let Some(result) = result(message) else { return plain(message, head) };
    let events = format!(
        ": hello\n\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}}\n\nevent: message\ndata: {result}\n\n"
    );
    let (a, b) = events.split_at(20);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s1\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{a}\r\n{:x};x=y\r\n{b}\r\n",
        a.len(),
        b.len()
    )
}

#[test]
fn live_servers_are_asked() {
    for answer in [plain as fn(&Value, &str) -> String, streamed] {
        let url = server(answer);
        let output = init(&["--from", &url]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8(output.stderr).unwrap());
        for part in [
            "\n  demo:\n",
            "match: { hosts: [\"127.0.0.1\"], paths: [/mcp] }",
            "get_a: { action: read }",
            "set_b: { action: write }",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn what_is_no_answer_is_said_to_be_none() {
    let refused = |answer: fn(&Value, &str) -> String| {
        let output = init(&["--from", &server(answer)]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(
        refused(|_, _| "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n".to_owned())
            .contains("--header")
    );
    assert!(refused(|_, _| "HTTP/1.1 500 No\r\n\r\n".to_owned()).contains("answers 500"));
    assert!(refused(|_, _| "nonsense\r\n".to_owned()).contains("no HTTP"));
    assert!(refused(|_, _| String::new()).contains("cannot reach `127.0.0.1`"));
    assert!(
        refused(|_, _| "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}".to_owned()).contains("ends early")
    );
    assert!(
        refused(|_, _| "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".to_owned())
            .contains("no answer to initialize")
    );
    assert!(
        refused(|_, _| "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned())
            .contains("ends early")
    );
    const ELSEWHERE: &str =
        "HTTP/1.1 308 Moved\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n";
    assert!(refused(|_, _| ELSEWHERE.to_owned()).contains("give the URL that it points to"));
    // It speaks no TLS.
    let https = server(plain).replace("http:", "https:");
    assert!(String::from_utf8(init(&["--from", &https]).stderr).unwrap().contains("cannot reach"));
    for wrong in ["ftp://x", "http://", "http://a@b/", "http://a b/"] {
        assert_eq!(init(&["--from", wrong]).status.code(), Some(1), "{wrong}");
    }
}
