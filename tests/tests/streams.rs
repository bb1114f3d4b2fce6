//! Answers that come bit by bit, and what belongs to them: sessions, resumption, eras, batches. The server is a script, so
//! that every byte and every pause in it is the test's.

use std::thread;
use std::time::{Duration, Instant};

use mcpgov_tests::artifact::{self, Table};
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::governed::{self, allowed, assert_denied, call, denied, list, post};
use mcpgov_tests::raw::{self, Request, Response};
use mcpgov_tests::script::{Script, Taken};
use mcpgov_tests::stream::{End, Stream, messages};
use mcpgov_tests::upstream::Trailing;
use mcpgov_tests::{http2, token};
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

/// The same stream in every framing that clients read alike, cut anywhere: the same list, without what is hidden.
#[test]
fn a_list_is_filtered_however_it_is_framed_and_cut() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let text = tools();
    let (first, second) = text.split_at(text.find(",\"result\"").expect("a result") + 1);
    let framings = [
        format!("id: 7\ndata: {text}\n\n"),
        format!("id: 7\r\ndata: {text}\r\n\r\n"),
        format!("id: 7\rdata: {text}\r\r"),
        format!("\u{feff}id: 7\n: a comment\nevent: message\ndata:{text}\n\n"),
        format!("id: 7\r\ndata: {first}\ndata: {second}\r\n\n"),
    ];
    for (number, framed) in framings.iter().enumerate() {
        for size in [1, 7, framed.len() - 1, framed.len()] {
            let mut client = Stream::sent(envoy.port(), &post(list()));
            let mut stream = server.next().open();
            for piece in framed.as_bytes().chunks(size) {
                stream.chunk(piece);
                // Long enough that Envoy sees most pieces by themselves.
                thread::sleep(Duration::from_micros(300));
            }
            stream.end();
            client.wait_for_head();
            let (text, end) = client.rest();
            assert_eq!(end, End::Whole, "framing {number} in pieces of {size}: {text}");
            let lines = text.trim_start_matches('\u{feff}');
            assert!(lines.starts_with("id: 7\n") || lines.starts_with("id: 7\r\n"), "{text:?}");
            match messages(&text).as_slice() {
                [message] => assert_filtered(message),
                other => panic!("framing {number} in pieces of {size}: {other:?} of {text:?}"),
            }
        }
    }
}

/// What there is nothing to govern about passes byte for byte: priming events, retry times, ids, comments, notifications.
#[test]
fn what_needs_no_change_is_not_changed() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let progress = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":0.5,"message":"é"}}"#;
    let events = format!(
        "id: a-1\nretry: 2500\ndata:\n\n: ping\n\nevent: message\nid: a-2\ndata: {progress}\n\n:\n\nid: a-3\ndata:{RESULT}\n\n"
    );
    for size in [1, 10, events.len()] {
        let mut client = Stream::sent(envoy.port(), &post(allowed()));
        let mut stream = server.next().open();
        for piece in events.as_bytes().chunks(size) {
            stream.chunk(piece);
        }
        stream.end();
        client.wait_for_head();
        assert_eq!(client.rest(), (events.clone(), End::Whole), "in pieces of {size}");
    }
    let record = envoy.wait_for_record(2, |record| record["tool"] == "echo");
    assert_eq!(record["response"]["bytes"], events.len(), "{record:#}");
    assert_eq!((&record["response"]["events"], &record["response"]["error"]), (&json!(2), &json!(false)));
}

/// The result of a list may come on another exchange than the request: on the GET that resumes its stream.
#[test]
fn a_resumed_stream_is_governed_like_the_first() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let mut client = Stream::sent(envoy.port(), &post(list()));
    let mut stream = server.next().open();
    stream.chunk("id: p-1\nretry: 10\ndata:\n\n");
    stream.end();
    client.wait_for_head();
    assert_eq!(client.rest(), ("id: p-1\nretry: 10\ndata:\n\n".into(), End::Whole));

    let mut resumed = Stream::sent(envoy.port(), &get().header("last-event-id", "p-1"));
    let mut stream = server.next();
    assert!(stream.head[0].starts_with("GET /github "), "{:?}", stream.head);
    assert_eq!(stream.header("last-event-id"), Some("p-1"));
    stream = stream.open();
    stream.chunk(format!("id: p-2\n{}", event(&tools())));
    resumed.wait_for_head();
    resumed.wait_for("\n\n");
    assert_filtered(&messages(&resumed.text())[0]);
    // It goes on: the next message on the same stream, and one nobody may see.
    stream.chunk(event(SAMPLING));
    stream.chunk(event(RESULT));
    resumed.wait_for(RESULT);
    assert!(!resumed.text().contains("sampling"), "{}", resumed.text());
    resumed.disconnect();
    let record = envoy.wait_for_record(0, |record| record["kind"] == "stream");
    assert_eq!(
        (&record["decision"], &record["response"]["dropped"]),
        (&json!("ALLOW"), &json!(1)),
        "{record:#}"
    );
    let asked = envoy.wait_for_record(0, |record| record["kind"] == "server-request");
    assert_eq!((&asked["method"], &asked["decision"]), (&json!("sampling/createMessage"), &json!("DENY")));
}

/// An event goes on when it is complete, and a comment at once, whatever follows or does not.
#[test]
fn nothing_waits_for_what_comes_after_it() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let mut client = Stream::sent(envoy.port(), &get());
    let mut stream = server.next().open();
    let progress = |number: usize| {
        event(&format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":1,"progress":{number}}}}}"#
        ))
    };
    // The first event opens the stream for the client too.
    stream.chunk(progress(0));
    client.wait_for_head();
    client.wait_for("\"progress\":0");
    let mut delays = Vec::new();
    for number in 1..=200 {
        let sent = stream.chunk(progress(number));
        delays.push(client.wait_for_more() - sent);
        let sent = stream.chunk(": ping\n\n");
        delays.push(client.wait_for_more() - sent);
    }
    delays.sort();
    let (median, longest) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    println!("an event reaches the client {median:?} after it was sent (median of 400; longest {longest:?})");
    assert!(
        median < Duration::from_millis(20) && longest < Duration::from_secs(1),
        "{median:?}, {longest:?}"
    );
    // The beginning of the next event holds nothing up, and does not get ahead of its end.
    client.forget();
    stream.chunk(format!("{}data: {{\"jsonrpc\"", progress(777)));
    client.wait_for("\"progress\":777}}\n\n");
    stream.chunk(":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1,\"progress\":778}}\n\n: end");
    client.wait_for("778}}\n\n");
    assert_eq!(messages(&client.text()).len(), 2);
}

/// What a server asks of the client needs a rule, and the answer finds its way back.
#[test]
fn questions_of_a_server_need_a_rule() {
    let server = Script::start();
    let rules = "  - id: questions\n    match: { labels: { mcp.method: ['sampling/*', 'elicitation/*'] } }\n    decision: ALLOW\n";
    for (table, passes) in [(table(""), false), (table(rules), true)] {
        let envoy = start(&table, &server);
        for (question, id) in [(SAMPLING, "s-1"), (ELICITATION, "e-1")] {
            let mut client = Stream::sent(envoy.port(), &post(allowed()));
            let mut stream = server.next().open();
            stream.chunk(format!("id: q\n{}", event(question)));
            stream.chunk(event(RESULT));
            stream.end();
            client.wait_for_head();
            let (text, end) = client.rest();
            assert_eq!((text.contains(id), end), (passes, End::Whole), "{text}");
            assert!(text.starts_with("id: q\n") && text.contains(RESULT), "the rest passes: {text}");
        }
        let answer = r#"{"jsonrpc":"2.0","id":"s-1","result":{"role":"assistant","content":{"type":"text","text":"x"},"model":"m"}}"#;
        let mut client = raw::Connection::open(envoy.port()).expect("envoy listens");
        let (head, body) = post(answer).parts();
        client.send(&[head, body].concat()).expect("envoy reads");
        let taken = server.next();
        assert_eq!(taken.body, answer.as_bytes());
        taken.answer(202, "", "");
        assert_eq!(client.receive().expect("an answer").status, 202);
    }
}

/// Servers are asked for plain answers, and one that compresses all the same is not passed on unread.
#[test]
fn compressed_answers_are_refused() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let head = "content-type: text/event-stream\r\ncontent-encoding: gzip\r\n";
    for (request, status, code) in
        [(post(allowed()), 200, Some(-31400)), (post(list()), 200, Some(-31400)), (get(), 405, None)]
    {
        let mut client = raw::Connection::open(envoy.port()).expect("envoy listens");
        let (bytes, body) = request.header("accept-encoding", "gzip, deflate, br").parts();
        client.send(&[bytes, body].concat()).expect("envoy reads");
        let taken = server.next();
        assert_eq!(taken.header("accept-encoding"), Some("identity"), "{:?}", taken.head);
        assert_eq!(taken.head.iter().filter(|line| line.starts_with("accept-encoding")).count(), 1);
        taken.answer(200, head, "\x1f\u{8b}");
        let response = client.receive().expect("an answer");
        assert_eq!(response.status, status);
        if let Some(code) = code {
            assert_eq!((response.error_code(), &response.json()["id"]), (Some(code), &json!(41)));
        }
    }
}

/// Who waits for an event that is too long is told, by an error with the request's id; then the stream ends, for the server
/// too.
#[test]
fn an_event_over_the_limit_becomes_an_error_and_the_end() {
    let server = Script::start();
    let envoy = start_with(json!({ "event_bytes_max": 4096 }), &server);
    let long = RESULT.replace("hello", &"x".repeat(8000));
    // In one piece, in many, and as an event that never ends.
    for size in [long.len() + 8, 1000, 100] {
        let mut client = Stream::sent(envoy.port(), &post(allowed()));
        let mut stream = server.next().open();
        stream.chunk("id: 1\ndata:\n\n");
        for piece in event(&long).as_bytes().chunks(size) {
            stream.chunk(piece);
        }
        client.wait_for_head();
        client.wait_for("-31400");
        // A server that goes on is cut off.
        let deadline = Instant::now() + Duration::from_secs(10);
        while stream.is_connected() {
            assert!(Instant::now() < deadline, "the server may go on");
            stream.chunk(event(RESULT));
        }
        let (text, _) = client.rest();
        let told = messages(&text);
        assert_eq!((told.len(), &told[0]["id"], &told[0]["error"]["code"]), (1, &json!(41), &json!(-31400)));
        assert!(text.starts_with("id: 1\ndata:\n\n") && !text.contains("xxx"), "{text}");
    }
    // A server that ends after it lets the answer end as it should.
    let mut client = Stream::sent(envoy.port(), &post(allowed()));
    let mut stream = server.next().open();
    stream.chunk(event(&long));
    client.wait_for_head();
    client.wait_for("-31400");
    stream.end();
    let (text, end) = client.rest();
    assert_eq!((messages(&text).len(), end), (1, End::Whole), "{text}");
    let record = envoy.wait_for_record(3, |record| record["tool"] == "echo");
    assert_eq!(record["response"]["replaced"], "answer-too-large", "{record:#}");
}

/// An answer of several pieces that ends in trailers is a stream like any other.
#[test]
fn a_stream_may_end_in_trailers() {
    let server = Trailing::streaming(format!("{}data: {{\"unfinished", event(&tools())));
    let envoy = Envoy::start(governed::config(server.port()).github_speaks_http2());
    let response = http2::post(envoy.port(), governed::PATH, list().as_bytes(), 1024, &[]);
    assert_eq!(response.status, 200);
    let text = response.text();
    assert!(text.ends_with("\n\n") && !text.contains("unfinished"), "{text}");
    assert_filtered(&messages(&text)[0]);
}

/// The transport of 2024-11-05: an endless GET names the address to post to, and all answers come on it.
#[test]
fn the_oldest_transport_is_governed_too() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let mut client = Stream::sent(envoy.port(), &get());
    let mut stream = server.next().open();
    let endpoint = "event: endpoint\ndata: /github/messages?sessionId=5\n\n";
    stream.chunk(endpoint);
    client.wait_for_head();
    client.wait_for(endpoint);

    let post = |body: String| Request::post("/github/messages?sessionId=5", body);
    let accept = |body: String| {
        let mut connection = raw::Connection::open(envoy.port()).expect("envoy listens");
        let (head, body) = post(body).parts();
        connection.send(&[head, body].concat()).expect("envoy reads");
        let taken = server.next();
        assert!(taken.head[0].contains("/github/messages?sessionId=5"), "{:?}", taken.head);
        taken.answer(202, "content-type: text/plain\r\n", "Accepted");
        assert_eq!(connection.receive().expect("an answer").status, 202);
    };
    accept(list());
    client.forget();
    stream.chunk(format!("event: message\n{}", event(&tools())));
    client.wait_for("\n\n");
    assert_filtered(&messages(&client.text())[0]);
    accept(allowed());
    client.forget();
    stream.chunk(format!("event: message\n{}", event(RESULT)));
    client.wait_for("hello");
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
    assert!(server.try_next().is_none(), "a denied call reached the server");
}

/// A stream that is open when the policy changes goes on, and goes on being governed; the next one has the new policy.
#[test]
fn a_stream_outlives_a_change_of_policy() {
    let server = Script::start();
    let (envoy, discovery, _) = governed::start_discovering(server.port());
    let mut client = Stream::sent(envoy.port(), &get());
    let mut stream = server.next().open();
    stream.chunk(event(&tools()));
    client.wait_for_head();
    client.wait_for("\n\n");

    let changed = Table::compile(&artifact::data_text("plain.yaml").replace("echo:", "delete_repo:"));
    let (_, resource) = Config::demo(artifact::filter(), &changed, server.port(), server.port())
        .discover_filter(&discovery.path("filter.yaml"));
    discovery.write("filter.yaml", resource.version(2));
    envoy.wait_for_stat("extension_config_discovery.http_filter.mcpgov.config_reload", 2);
    client.forget();
    stream.chunk(event(&tools()));
    client.wait_for("\n\n");
    assert_filtered(&messages(&client.text())[0]);

    let mut next = Stream::sent(envoy.port(), &get());
    let mut stream = server.next().open();
    stream.chunk(event(&tools()));
    next.wait_for_head();
    next.wait_for("\n\n");
    let shown = messages(&next.text())[0]["result"]["tools"].to_string();
    assert!(shown.contains("delete_repo") && !shown.contains("echo"), "{shown}");
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":41,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
const SERVER_ID: &str = "6a1f-server";

/// A session is its opener's, in every worker, and the server never sees another id than its own.
#[test]
fn a_session_is_bound_to_its_opener() {
    let server = Script::start();
    let table = table("identity: { user: sub, agent: azp }\n");
    let envoy =
        Envoy::start_with_workers(2, Config::demo(artifact::filter(), &table, server.port(), server.port()));
    let (ada, eve) = (token::ada(), token::stranger());
    let exchange = |request: &Request, answer: &dyn Fn(Taken)| -> Response {
        let mut connection = raw::Connection::open(envoy.port()).expect("envoy listens");
        let (head, body) = request.parts();
        connection.send(&[head, body].concat()).expect("envoy reads");
        answer(server.next());
        connection.receive().expect("an answer")
    };
    let session = format!("mcp-session-id: {SERVER_ID}\r\ncontent-type: application/json\r\n");
    let opened = exchange(&post(INITIALIZE).bearer(&ada), &|taken| {
        taken.answer(200, &session, r#"{"jsonrpc":"2.0","id":41,"result":{"protocolVersion":"2025-11-25"}}"#);
    });
    let sealed = opened.header("mcp-session-id").expect("a session").to_owned();
    assert_ne!(sealed, SERVER_ID);
    // Some servers repeat the id in every answer, also to notifications, and some clients take it from any.
    let initialized = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let within = |request: Request| request.bearer(&ada).header("mcp-session-id", &sealed);
    let accepted = exchange(&within(post(initialized)), &|taken| taken.answer(202, &session, ""));
    assert!(accepted.header("mcp-session-id").is_some_and(|id| id != SERVER_ID), "{accepted:?}");

    // Both workers know it.
    let served = || {
        let stats = envoy.admin("/stats?filter=worker_._?downstream_cx_total|worker_.\\.downstream_cx_total");
        let mcp: Vec<u64> = stats
            .lines()
            .filter(|line| line.contains(&envoy.port().to_string()) || line.contains("127.0.0.1_0"))
            .filter_map(|line| line.rsplit(' ').next()?.parse().ok())
            .collect();
        mcp
    };
    let mut calls = 0;
    while calls < 20 || served().iter().filter(|count| **count > 5).count() < 2 {
        let answered = exchange(&within(post(allowed())), &|taken| {
            assert_eq!(taken.header("mcp-session-id"), Some(SERVER_ID));
            taken.json(RESULT);
        });
        assert_eq!((answered.status, answered.error_code()), (200, None));
        calls += 1;
        assert!(
            calls < 500,
            "one worker gets all connections: {:?}\n{}",
            served(),
            envoy.admin("/stats?filter=worker")
        );
    }
    let mut stream = Stream::sent(envoy.port(), &within(get()));
    let taken = server.next();
    assert_eq!(taken.header("mcp-session-id"), Some(SERVER_ID));
    let mut taken = taken.open();
    taken.chunk(event(&tools()));
    stream.wait_for_head();
    stream.wait_for("\n\n");

    // Nobody else's, under no method, and no other spelling of it.
    let flipped = sealed.replacen(SERVER_ID, "6a1e-server", 1);
    let delete = || Request::new("DELETE", governed::PATH);
    for request in [post(allowed()), get(), delete()] {
        for refused in [
            request.clone().bearer(&eve).header("mcp-session-id", &sealed),
            request.clone().header("mcp-session-id", &sealed),
            request.clone().bearer(&ada).header("mcp-session-id", SERVER_ID),
            request.clone().bearer(&ada).header("mcp-session-id", &flipped),
        ] {
            let response = raw::exchange(envoy.port(), &refused);
            assert_eq!(response.status, 404, "{}", response.text());
        }
    }
    let twice = within(post(allowed())).header("mcp-session-id", SERVER_ID);
    assert_eq!(raw::exchange(envoy.port(), &twice).status, 400);
    assert!(server.try_next().is_none(), "a refused request reached the server");

    let ended = exchange(&within(delete()), &|taken| {
        assert!(taken.head[0].starts_with("DELETE ") && taken.header("mcp-session-id") == Some(SERVER_ID));
        taken.answer(200, "", "");
    });
    assert_eq!(ended.status, 200);
    drop(stream);
    let log = envoy.stop();
    assert!(
        log.iter().all(|line| !line.text().contains(&sealed)),
        "a session that could be used is in the log"
    );
}

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
