//! What attackers try who know HTTP and nothing of MCP, and what servers try that know both. Each attempt of a client aims at a
//! call that the policy denies, or at getting past the filter altogether; each of a server at saying what a protection takes
//! out. What came of each is `docs/attackers.md`; with `UPDATE_EXPECT=1` this test writes it.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use base64::Engine as _;
use mcpgov_tests::artifact::{self, Table};
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::raw::{self, Connection, Request};
use mcpgov_tests::script::Script;
use mcpgov_tests::upstream::Sink;
use mcpgov_tests::{audit, governed, token};
use serde_json::{Value, json};

/// In every attempt: what must not arrive at the server.
const TARGET: &str = "elsewhere/web";

struct Attempt {
    what: &'static str,
    bytes: Vec<u8>,
}

/// The denied call.
fn body() -> String {
    let body = governed::denied();
    assert!(body.contains(TARGET));
    body
}

fn attempt(what: &'static str, request: Request) -> Attempt {
    let (head, body) = request.parts();
    Attempt { what, bytes: [head, body].concat() }
}

fn path(what: &'static str, path: &str) -> Attempt {
    attempt(what, Request::post(path, body()))
}

fn method(what: &'static str, method: &str) -> Attempt {
    let request = Request::new(method, governed::PATH).header("content-type", "application/json");
    attempt(what, request.body(body()))
}

fn header(what: &'static str, name: &str, value: &str) -> Attempt {
    attempt(what, governed::post(body()).header(name, value))
}

fn content(what: &'static str, content_type: &str, body: impl Into<Vec<u8>>) -> Attempt {
    attempt(what, Request::new("POST", governed::PATH).header("content-type", content_type).body(body))
}

/// A request with these lines in its head, and then `rest`.
fn bytes(what: &'static str, lines: &str, rest: &str) -> Attempt {
    let head =
        format!("POST /github HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{lines}\r\n");
    Attempt { what, bytes: [head.as_bytes(), rest.as_bytes()].concat() }
}

fn chunk(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

fn paths() -> Vec<Attempt> {
    vec![
        path("the path in capitals", "/GITHUB"),
        path("a doubled slash", "//github"),
        path("a slash at the end", "/github/"),
        path("dot segments", "/open/../github"),
        path("encoded dot segments", "/open/%2e%2e/github"),
        path("an encoded letter", "/%67ithub"),
        path("an encoded slash", "/open%2f..%2fgithub"),
        path("a backslash", "/open\\..\\github"),
        path("a NUL in the path", "/github%00/open"),
        path("a path parameter", "/github;open/"),
        path("a query", "/github?path=/open"),
        path("a longer name", "/githubs"),
        path("a path below", "/github/admin/tools"),
        path("an absolute address of another host", "http://elsewhere.example/github"),
        path("another server of the same proxy", "/other"),
        path("a discovery document", "/.well-known/openid-configuration"),
    ]
}

fn methods() -> Vec<Attempt> {
    vec![
        method("PUT", "PUT"),
        method("PATCH", "PATCH"),
        method("HEAD", "HEAD"),
        method("OPTIONS", "OPTIONS"),
        method("TRACE", "TRACE"),
        method("an invented method", "CALL"),
        method("GET with a body", "GET"),
        method("DELETE with a body", "DELETE"),
        attempt("CONNECT", Request::new("CONNECT", "server.internal:443")),
        attempt("GET of a page", Request::get(governed::PATH).header("accept", "text/html")),
        header("another method in a header", "x-http-method-override", "GET"),
    ]
}

fn contents() -> Vec<Attempt> {
    let utf16: Vec<u8> = body().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let form = format!("message={}", body().replace('"', "%22"));
    let part = format!("--b\r\ncontent-disposition: form-data; name=m\r\n\r\n{}\r\n--b--\r\n", body());
    vec![
        content("the message as plain text", "text/plain", body()),
        content("a form", "application/x-www-form-urlencoded", form),
        content("a form with parts", "multipart/form-data; boundary=b", part),
        content("XML", "text/xml", format!("<call><repo>{TARGET}</repo></call>")),
        content("YAML", "application/yaml", format!("method: tools/call\nrepo: {TARGET}\n")),
        content("JSON with comments", "application/json", format!("/* ok */ {}", body())),
        content("JSON after a line of text", "application/json", format!("ok\n{}", body())),
        content("JSON lines", "application/x-ndjson", format!("{}\n{}\n", governed::allowed(), body())),
        content("UTF-16, undeclared", "application/json", utf16.clone()),
        content("UTF-16, declared", "application/json; charset=utf-16", utf16),
        content("Latin-1, declared", "application/json; charset=iso-8859-1", body()),
        content("gRPC", "application/grpc", [b"\0\0\0\0\x10".as_slice(), body().as_bytes()].concat()),
        content("nothing", "application/json", ""),
        header("a body said to be compressed", "content-encoding", "gzip"),
        header("a body said to be compressed in vain", "content-encoding", "identity, br"),
    ]
}

fn framings() -> Vec<Attempt> {
    let denied = body();
    let length = format!("content-length: {}\r\n", denied.len());
    let allowed = governed::allowed();
    let (head, _) = governed::post(denied.clone()).parts();
    let inner = format!("{}{denied}", String::from_utf8_lossy(&head));
    let nothing = "0\r\n\r\n";
    vec![
        bytes("a length and chunks", &format!("{length}transfer-encoding: chunked\r\n"), &chunk(&denied)),
        bytes(
            "a length and chunks, a second request behind the end",
            "content-length: 5\r\ntransfer-encoding: chunked\r\n",
            &format!("{nothing}{inner}"),
        ),
        bytes("two lengths", &format!("content-length: 5\r\n{length}"), &denied),
        bytes("a list of lengths", &format!("content-length: 5, {}\r\n", denied.len()), &denied),
        bytes("a signed length", &format!("content-length: +{}\r\n", denied.len()), &denied),
        bytes(
            "a length with a space before the colon",
            &format!("content-length : {}\r\n", denied.len()),
            &denied,
        ),
        bytes("an unknown transfer coding", "transfer-encoding: xchunked\r\n", &chunk(&denied)),
        bytes("a doubled transfer coding", "transfer-encoding: chunked, chunked\r\n", &chunk(&denied)),
        bytes(
            "a chunk size with an extension",
            "transfer-encoding: chunked\r\n",
            &format!("{:x};ext=\"x\"\r\n{denied}\r\n{nothing}", denied.len()),
        ),
        bytes(
            "a chunk size with 64 bits more",
            "transfer-encoding: chunked\r\n",
            &format!("10000000000000000{:x}\r\n{denied}\r\n{nothing}", denied.len()),
        ),
        bytes("a folded header", &format!("x-a: 1\r\n transfer-encoding: chunked\r\n{length}"), &denied),
        bytes("a NUL in a header", &format!("x-a: a\0b\r\n{length}"), &denied),
        bytes("a bare CR in a header", &format!("x-a: a\rb: c\r\n{length}"), &denied),
        bytes(
            "a second request behind a permitted one",
            &format!("content-length: {}\r\n", allowed.len()),
            &format!("{allowed}{inner}"),
        ),
        Attempt {
            what: "lines ended by LF alone",
            bytes: format!("POST /github HTTP/1.1\nhost: a\n{}\n{denied}", length.replace('\r', ""))
                .into_bytes(),
        },
        Attempt { what: "HTTP/0.9", bytes: b"GET /github\r\n".to_vec() },
        Attempt {
            what: "HTTP/1.0 without a host",
            bytes: format!("POST /github HTTP/1.0\r\n{length}\r\n{denied}").into_bytes(),
        },
        Attempt { what: "a TLS greeting", bytes: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec() },
    ]
}

fn headers() -> Vec<Attempt> {
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGFAYWNtZS5leGFtcGxlIn0.";
    let upgrade = |what, to: &str| {
        attempt(what, governed::post(body()).header("connection", "upgrade").header("upgrade", to))
    };
    vec![
        header("another address in a header", "x-original-url", "/open"),
        header("another address in a header, Envoy's", "x-envoy-original-path", "/open"),
        header("another host in a header", "x-forwarded-host", "open.example"),
        header("a local address", "x-forwarded-for", "127.0.0.1"),
        header("an internal request", "x-envoy-internal", "true"),
        header(
            "a client certificate in a header",
            "x-forwarded-client-cert",
            "URI=spiffe://acme.example/admin",
        ),
        header("an unsigned token", "authorization", &format!("Bearer {unsigned}")),
        header("a password", "authorization", "Basic YWRtaW46YWRtaW4="),
        header("a session of its own making", "mcp-session-id", "admin"),
        header("a session with underscores", "mcp_session_id", "admin"),
        header("the name of a permitted tool in a header", "mcp-name", "echo"),
        header("a header to be removed on the way", "connection", "close, content-type, authorization"),
        header("a request for retries", "x-envoy-retry-on", "5xx,retriable-4xx"),
        header("a request for a part of the answer", "range", "bytes=0-10"),
        header("a header that is no text", "x-a", "\u{fffd}\u{7f}"),
        upgrade("an upgrade to a WebSocket", "websocket"),
        upgrade("an upgrade to HTTP/2", "h2c"),
        bytes("a body only after leave to send it", "expect: 100-continue\r\ncontent-length: 500\r\n", ""),
        attempt("a stranger's good token", governed::post(body()).bearer(&token::stranger())),
    ]
}

/// What a server tries to tell a client although it is to be masked.
const MAIL: &str = "ada.lovelace@acme-mail.com";
const CARD: &str = "4012888888881881";
const MASK: &str = "
protections:
  - { id: people, detect: \"pii.*\", direction: [results, descriptions], treatment: mask, blobs: scan }
";

/// A server's answer to a permitted call.
struct Answer {
    what: &'static str,
    status: u16,
    headers: &'static str,
    body: String,
}

const JSON: &str = "content-type: application/json\r\n";
const EVENTS: &str = "content-type: text/event-stream\r\n";

fn json(what: &'static str, body: impl Into<String>) -> Answer {
    Answer { what, status: 200, headers: JSON, body: body.into() }
}

fn result(what: &'static str, result: &Value) -> Answer {
    json(what, answered(result))
}

fn answered(result: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 41, "result": result }).to_string()
}

fn said(text: &str) -> String {
    answered(&json!({ "content": [{ "type": "text", "text": text }] }))
}

/// Another way of sending the answer.
fn sent(what: &'static str, status: u16, headers: &'static str) -> Answer {
    Answer { what, status, headers, body: said(MAIL) }
}

/// A stream, and then the answer that ends it.
fn events(what: &'static str, events: impl Into<String>) -> Answer {
    let body = format!("{}data: {}\n\n", events.into(), said("done"));
    Answer { what, status: 200, headers: EVENTS, body }
}

fn told(what: &'static str, method: &str, params: &Value) -> Answer {
    let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
    events(what, format!("data: {message}\n\n"))
}

fn shapes() -> Vec<Answer> {
    let mut nested = json!({ "a": MAIL }).to_string().replace('@', "\\u0040");
    for _ in 0..9 {
        nested = json!(nested).to_string();
    }
    let deep =
        (0..12).rev().fold(json!({ "a": MAIL }).to_string().replace('@', "\\u0040"), |inside, level| {
            let depth = if level < 4 { 63 } else { 14 };
            json!(format!("{}{inside}{}", "[".repeat(depth), "]".repeat(depth))).to_string()
        });
    let text = |text: &str| json!({ "content": [{ "type": "text", "text": text }] });
    let blob = |blob: &str| json!({ "contents": [{ "uri": "a:b", "blob": blob }] });
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": { "name": "a" }, "instructions": MAIL });
    vec![
        json("escapes", said(MAIL).replace('@', "\\u0040").replace("ada", "\\u0061d\\u0061")),
        json("JSON in a string in a string, ten times", format!(r#"{{"jsonrpc":"2.0","id":41,"result":{{"content":[{{"type":"text","text":{nested}}}]}}}}"#)),
        result("JSON texts one a line in a string", &text(&format!("{{\"a\":{CARD}.0}}\n{{\"b\":\"{MAIL}\"}}\n").replace('@', "\\u0040"))),
        result("JSON between other words, with an escape", &text(&format!("Here: {{\"b\":\"{MAIL}\"}} and there").replace('@', "\\u0040"))),
        json("JSON as deep as it is read", said("").replace("\"content\"", &format!(r#""structuredContent":{deep},"content""#))),
        result("the name of a member", &json!({ "structuredContent": { MAIL: 1 } })),
        result("the name of a member that nobody defines", &json!({ "content": [], MAIL: 1 })),
        result("an id in an object that nobody defines", &json!({ "content": [], "who": { "id": MAIL, "url": MAIL } })),
        json("a number with a fraction", said("").replace("\"content\"", &format!(r#""structuredContent":{{"a":{CARD}.0}},"content""#))),
        json("a number with an exponent", said("").replace("\"content\"", r#""structuredContent":{"a":-4.012888888881881e15},"content""#)),
        json("a name that is there twice", said(MAIL).replace("\"text\":\"ada", "\"text\":\"a\",\"text\":\"ada")),
        result("metadata", &json!({ "content": [], "_meta": { "a.example/x": MAIL, MAIL: 1 } })),
        result("base64 without padding, in lines", &blob("YWRhLmxvdmVs\nYWNlQGFjbWUt\nbWFpbC5jb20")),
        result("base64 that begins with a byte that is no text", &blob("/2FkYS5sb3ZlbGFjZUBhY21lLW1haWwuY29t")),
        result("an answer to `initialize`, here", &hello),
        json("an answer to somebody else", said(MAIL).replace("41", "42")),
        json("an answer to an id as a string", said(MAIL).replace("41", "\"41\"")),
        json("an error", json!({ "jsonrpc": "2.0", "id": 41, "error": { "code": 1, "message": MAIL, "data": { "a": [MAIL] } } }).to_string()),
        json("data of an error that is said to be an image", json!({ "jsonrpc": "2.0", "id": 41, "error": { "code": 1, "message": "a", "type": "image", "data": MAIL } }).to_string()),
        json("a request in place of an answer", json!({ "jsonrpc": "2.0", "id": 41, "method": "ping", "params": { "a": MAIL } }).to_string()),
        json("a batch", format!("[{}]", said(MAIL))),
        json("a page of text", MAIL),
    ]
}

fn ways() -> Vec<Answer> {
    vec![
        sent("type of its own", 200, "content-type: text/plain\r\n"),
        sent("no type", 200, ""),
        sent("two types", 200, "content-type: application/json\r\ncontent-type: text/event-stream\r\n"),
        sent("another charset", 200, "content-type: application/json; charset=utf-16\r\n"),
        sent("a coding", 200, "content-type: application/json\r\ncontent-encoding: gzip\r\n"),
        sent("accepted, with an answer", 202, JSON),
        sent("accepted, with a page", 202, "content-type: text/plain\r\n"),
        sent("an error of HTTP", 500, JSON),
        sent("an error of HTTP in another charset", 500, "content-type: application/json; charset=utf-7\r\n"),
        sent("a page of an error", 502, "content-type: text/html\r\n"),
        Answer {
            body: format!(r#"{{"error":"{}"}}"#, MAIL.replace('@', "\\u0040")),
            ..sent("an error of HTTP with escapes", 400, "content-type: application/problem+json\r\n")
        },
        sent("a detour", 302, "content-type: text/html\r\nlocation: /elsewhere\r\n"),
    ]
}

fn streams() -> Vec<Answer> {
    let log = json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": MAIL } }).to_string();
    let (first, last) = log.split_at(log.find(",\"params\"").expect("it has parameters"));
    vec![
        told("a log", "notifications/message", &json!({ "level": "info", "data": { "a": [MAIL] } })),
        told(
            "a log that is said to be an image",
            "notifications/message",
            &json!({ "level": "info", "type": "image", "data": MAIL }),
        ),
        told(
            "progress",
            "notifications/progress",
            &json!({ "progressToken": 1, "progress": 1, "message": MAIL }),
        ),
        told(
            "the state of a task",
            "notifications/tasks",
            &json!({ "taskId": "a", "statusMessage": MAIL, "result": { "content": [{ "type": "text", "text": MAIL }] } }),
        ),
        told("something nobody knows", "notifications/x", &json!({ "a": MAIL })),
        events("a mark in front", format!("\u{feff}data: {log}\n\n")),
        events("lines ended by CR", format!("data: {log}\r\r")),
        events("lines ended each in its own way", format!("data: {first}\rdata: {last}\r\n\n")),
        events("a message on several lines", format!("data: {first}\ndata: {last}\n\n")),
        events("another event", format!("event: x\ndata: {log}\n\n")),
        events("a name in another case", format!("Data: {log}\n\n")),
        events("a comment", format!(": data\u{2028}data: {log}\n\n")),
        events("a batch in an event", format!("data: [{log}]\n\n")),
        events("an address to send to", format!("event: endpoint\ndata: /{MAIL}\n\n")),
        Answer { body: format!("data: {}", said(MAIL)), ..events("no end", "") },
    ]
}

/// All that a client could make of a body: the text, and what its strings decode to.
fn understood(text: &str) -> String {
    let mut all = text.replace("\\u0040", "@").replace("\\", "");
    for word in text.split(|char: char| !(char.is_ascii_alphanumeric() || "+/=".contains(char))) {
        if let Ok(bytes) = base64::prelude::BASE64_STANDARD.decode(word) {
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

/// What is left of an answer of a server, in words.
fn outcome(response: &raw::Response) -> String {
    let text = response.text();
    let reason = text.split("\"reason\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let masked = text.contains("***") || text.contains("KioqK") || text.contains(":0}");
    let what = match reason {
        Some(reason) => format!("error: `{reason}`"),
        None if masked => "masked".to_owned(),
        None if text.is_empty() => "nothing".to_owned(),
        None if text.contains("done") => "not this event".to_owned(),
        None => "something else".to_owned(),
    };
    format!("{}, {what}", response.status)
}

/// What the client got, in words that do not change from run to run.
fn answer(port: u16, attempt: &Attempt) -> String {
    let mut connection = Connection::open(port).expect("envoy listens");
    let _ = connection.send(&attempt.bytes);
    // Another answer may follow, and certainly does where there are two requests in one.
    let requests = String::from_utf8_lossy(&attempt.bytes).matches(" HTTP/1.1\r\n").count();
    let mut answers = Vec::new();
    loop {
        // The answer to HEAD has the length of a body that does not come.
        let received = match attempt.bytes.starts_with(b"HEAD") {
            true => connection.receive_head(),
            false => connection.receive(),
        };
        match received {
            Ok(response) => {
                let error = serde_json::from_slice::<Value>(&response.body).ok();
                let code = error.and_then(|error| error["error"]["code"].as_i64());
                answers.push(match code {
                    Some(code) => format!("{}, error {code}", response.status),
                    None => response.status.to_string(),
                });
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) => {
                if answers.is_empty() {
                    answers.push("closed".to_owned());
                }
                break;
            }
        }
        connection.wait_at_most(Duration::from_millis(if answers.len() < requests { 5000 } else { 100 }));
    }
    answers.join("; ")
}

/// Who answered, as the lines that the access log has got since there were `before` say.
fn answered_by(envoy: &Envoy, before: usize) -> String {
    let deadline = Instant::now() + Duration::from_secs(1);
    let mut log = audit::read(&envoy.access_log());
    while log.len() <= before && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
        log = audit::read(&envoy.access_log());
    }
    let who = |line: &audit::Line| match line.details().strip_prefix("mcpgov_") {
        Some(reason) => format!("filter: `{reason}`"),
        None if line.details() == "via_upstream" => "server".to_owned(),
        None => format!("Envoy: `{}`", line.details()),
    };
    log.iter().skip(before).map(who).collect::<Vec<_>>().join("; ")
}

const PREAMBLE: &str = "# What attackers tried

Attempts of somebody who knows HTTP and nothing of MCP, each against Envoy with `envoy/demo.yaml` and a policy that denies the
call in it. This page is written by `tests/tests/attackers.rs` from what happened (`UPDATE_EXPECT=1 cargo test -p mcpgov-tests
--test attackers`), and that test fails when something else happens. In every case it also checks that the denied call did not
arrive at the server, whoever answered.
";

/// Not one attempt gets the denied call to the server, and the page says what becomes of each.
#[test]
fn the_page_on_attackers_is_true() {
    let sink = Sink::answering(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    let envoy = governed::start(sink.port());
    let groups = [
        ("Paths", paths()),
        ("Methods", methods()),
        ("Bodies", contents()),
        ("Framing", framings()),
        ("Headers", headers()),
    ];
    let mut page = PREAMBLE.to_owned();
    for (title, attempts) in groups {
        let _ = write!(
            page,
            "\n## {title}\n\n| tried | answer | from | reached the server |\n|---|---|---|---|\n"
        );
        for attempt in attempts {
            let (lines, arrived) = (audit::read(&envoy.access_log()).len(), sink.received().len());
            let answer = answer(envoy.port(), &attempt);
            let from = answered_by(&envoy, lines);
            let received = sink.received();
            let received = String::from_utf8_lossy(&received[arrived..]);
            assert!(!received.contains(TARGET), "{}: the denied call arrived: {received}", attempt.what);
            let reached = match received.lines().next() {
                None => "nothing".to_owned(),
                Some(line) => format!("`{line}`"),
            };
            let _ = writeln!(page, "| {} | {answer} | {from} | {reached} |", attempt.what);
        }
    }
    governed::assert_denied(&raw::exchange(envoy.port(), &governed::post(body())));
    page.push_str(&servers());
    let path = xtask::paths::root().join("docs/attackers.md");
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("the repository is writable");
        fs::write(&path, &page).expect("the repository is writable");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "`docs/attackers.md` is stale (UPDATE_EXPECT=1 writes it); it should be:\n{page}"
    );
}

const SERVERS: &str = "
## What servers tried

Attempts of a server to tell a client an address or the number of a card, in answer to a call that is permitted, under a policy that masks
both. In no case the client got one of them.
";

/// What became of each answer, as a part of the page.
fn servers() -> String {
    let server = Script::start();
    let table = Table::compile(&format!("{}{MASK}", artifact::data_text("plain.yaml")));
    let envoy = Envoy::start(Config::demo(artifact::filter(), &table, server.port(), server.port()));
    let mut page = SERVERS.to_owned();
    for (title, answers) in [("Answers", shapes()), ("Ways of answering", ways()), ("Streams", streams())] {
        let _ = write!(page, "\n### {title}\n\n| tried | the client got |\n|---|---|\n");
        for answer in answers {
            let port = envoy.port();
            let client = thread::spawn(move || raw::exchange(port, &governed::post(governed::allowed())));
            server.next().answer(answer.status, answer.headers, &answer.body);
            let response = client.join().expect("an answer");
            let text = understood(&response.text());
            assert!(
                !text.contains("lovelace") && !text.contains("88888"),
                "{}: {}",
                answer.what,
                response.text()
            );
            let _ = writeln!(page, "| {} | {} |", answer.what, outcome(&response));
        }
    }
    let log = fs::read_to_string(envoy.access_log()).expect("envoy writes its log");
    assert!(!log.contains("lovelace") && !log.contains("88888"), "{log}");
    page
}
