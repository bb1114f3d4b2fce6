//! The ten ways in which a filter inside Envoy goes wrong although its code looks right. Each test fails where the
//! handling is taken away.

use std::io::ErrorKind;
use std::thread;
use std::time::Duration;

use mcpgov_tests::artifact;
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::governed::{self, allowed, assert_allowed, assert_denied, denied, list, post, tools};
use mcpgov_tests::http2;
use mcpgov_tests::raw::{self, Connection};
use mcpgov_tests::upstream::{Sink, Trailing};
use serde_json::{Value, json};

const TRAILERS: &[(&str, &str)] = &[("x-checksum", "none")];

/// Trap 1: A request that ends in trailers never has its body called complete.
#[test]
fn trailers_do_not_smuggle_a_request() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    let path = governed::PATH;
    assert_denied(&http2::post(envoy.port(), path, denied().as_bytes(), 1024, TRAILERS));
    assert_denied(&http2::post(envoy.port(), path, denied().as_bytes(), 7, TRAILERS));
    assert_eq!(server.executed(), []);
    assert_allowed(&http2::post(envoy.port(), path, allowed().as_bytes(), 7, TRAILERS));
}

/// Trap 1, the other way: an answer that ends in trailers is filtered too.
#[test]
fn trailers_do_not_smuggle_an_answer() {
    let named = |name: &str| json!({ "name": name, "inputSchema": { "type": "object" } });
    let body =
        json!({ "jsonrpc": "2.0", "id": 41, "result": { "tools": [named("echo"), named("delete_repo")] } });
    let server = Trailing::start(body.to_string());
    let envoy = Envoy::start(governed::config(server.port()).github_speaks_http2());
    let response = http2::post(envoy.port(), governed::PATH, list().as_bytes(), 1024, &[]);
    assert_eq!(tools(&response), ["echo"]);
}

/// Trap 2: A header that is no UTF-8 is an ordinary request to Envoy, and a panic in the SDK's accessors: one packet would
/// end the worker's VM and every other request in it.
#[test]
fn header_bytes_do_not_end_the_vm() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    for name in
        ["user-agent", "mcp-session-id", "mcp-protocol-version", "x-request-id", "content-type", "x-any"]
    {
        let response = raw::exchange(envoy.port(), &post(denied()).header(name, b"\xff\xfe\x80"));
        assert!(response.status < 500, "{name}: {} {}", response.status, response.text());
    }
    let response = raw::exchange(envoy.port(), &raw::Request::post("/github\u{e9}", allowed()));
    assert!(response.status < 500, "path: {}", response.status);
    assert_eq!(server.executed(), []);
    assert_allowed(&raw::exchange(envoy.port(), &post(allowed())));
    let log = envoy.stop();
    assert!(log.iter().all(|line| line.details() != "wasm_fail_stream"), "{log:#?}");
}

/// Trap 3: A new body under the old content-length cuts the answer, or makes its end the beginning of the next one.
#[test]
fn a_rewritten_answer_has_its_own_length() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    let mut connection = Connection::open(envoy.port()).expect("envoy listens");
    for _ in 0..3 {
        let response = connection.exchange(&post(list())).expect("an answer, framed as it says");
        assert_eq!(tools(&response), governed::SHOWN);
        assert_allowed(
            &connection.exchange(&post(allowed())).expect("the next answer, where the first one ends"),
        );
    }
}

/// Trap 4: Envoy sends headers on, the caller's token among them, before the body is judged, unless told to hold them.
#[test]
fn nothing_reaches_the_server_before_the_verdict() {
    let sink = Sink::start();
    let envoy = governed::start(sink.port());
    let (head, body) = post(denied()).header("x-secret", "held").parts();
    let mut connection = Connection::open(envoy.port()).expect("envoy listens");
    connection.send(&head).expect("envoy reads");
    settle();
    let (first, rest) = body.split_at(20);
    connection.send(first).expect("envoy reads");
    settle();
    assert_eq!(envoy.stat("cluster.github.upstream_cx_total"), 0, "headers went ahead of the body");
    connection.send(rest).expect("envoy reads");
    assert_denied(&connection.receive().expect("an answer"));
    assert_eq!(envoy.stat("cluster.github.upstream_cx_total"), 0, "a denied request was connected");
    assert_eq!(sink.received(), b"");
}

/// Trap 5: Where headers are held, the first body callback that continues releases them: each piece must wait.
#[test]
fn no_piece_of_a_body_releases_the_headers() {
    let sink = Sink::answering(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    let envoy = governed::start(sink.port());
    let mut connection = Connection::open(envoy.port()).expect("envoy listens");
    let mut pieces = post(allowed()).chunks(16);
    let last = pieces.pop().expect("the end of the body");
    for piece in pieces {
        connection.send(&piece).expect("envoy reads");
        thread::sleep(Duration::from_millis(20));
        assert_eq!(
            envoy.stat("cluster.github.upstream_rq_total"),
            0,
            "a piece of the body released the headers"
        );
    }
    connection.send(&last).expect("envoy reads");
    assert_eq!(connection.receive().expect("an answer").status, 202);
    sink.wait_for("hello");
}

/// Trap 6: When the VM fails, requests it holds are stranded: nothing calls them back. They must not get through, and must
/// end.
#[test]
fn a_held_request_ends_when_the_vm_fails() {
    let sink = Sink::start();
    let config = Config::demo(artifact::filter_that_panics(), &governed::table(), sink.port(), sink.port())
        .impatient();
    let envoy = Envoy::start(config);
    let (head, body) = post(allowed()).parts();
    let hold = || {
        let mut held = Connection::open(envoy.port()).expect("envoy listens");
        held.send(&[&head, &body[..10]].concat()).expect("envoy reads");
        held
    };
    let (silent, mut finished) = (hold(), hold());
    settle();
    let _ = raw::try_exchange(envoy.port(), &post(allowed()).header("x-mcpgov-test-panic", "1"));
    let _ = finished.send(&body[10..]);
    for mut held in [silent, finished] {
        match held.receive() {
            Ok(answer) => assert!(answer.status >= 400, "{answer:?}"),
            Err(error) => {
                let ended = matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset);
                assert!(ended, "it hangs: {error}");
            }
        }
    }
    assert_eq!(sink.received(), b"", "a request got past the filter that had failed");
}

/// Trap 7: After a failure the default policy refuses for ever, and fail-open lets everything past for ever. Ours is governed
/// again on the next request.
#[test]
fn governance_comes_back_after_a_failure() {
    let server = Fixture::start();
    let config =
        Config::demo(artifact::filter_that_panics(), &governed::table(), server.port(), server.port());
    let envoy = Envoy::start(config);
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
    for _ in 0..3 {
        let failed = raw::exchange(envoy.port(), &post(denied()).header("x-mcpgov-test-panic", "1"));
        assert!(failed.status >= 500, "the failing request was answered with {}", failed.status);
        recover(&envoy);
        assert_denied(&raw::exchange(envoy.port(), &post(denied())));
    }
    assert!(server.tools_run().iter().all(|tool| tool == "echo"), "{:?}", server.executed());
}

/// Trap 8: A configuration given as a struct arrives as protobuf bytes, not as JSON. It holds no policy, so nothing passes.
#[test]
fn a_configuration_of_the_wrong_kind_denies_everything() {
    let server = Fixture::start();
    let bytes = "\"@type\": type.googleapis.com/google.protobuf.BytesValue";
    let structure = "\"@type\": type.googleapis.com/google.protobuf.Struct";
    let value = format!("value: \"{}\"", governed::table().base64());
    let config = governed::config(server.port())
        .replace(bytes, structure)
        .replace(&value, &format!("value: {{ table: \"{}\" }}", governed::table().base64()));
    let envoy = Envoy::start(config);
    assert_unavailable(&raw::exchange(envoy.port(), &post(allowed())));
    assert_unavailable(&raw::exchange(envoy.port(), &post(list())));
    assert_eq!(envoy.stat("cluster.github.upstream_cx_total"), 0);
    let record = envoy.wait_for_record(0, |record| record["method"] == "tools/call");
    assert_eq!((&record["decision"], &record["reason"]), (&json!("DENY"), &json!("policy-unavailable")));
}

/// Trap 8, the right kinds: the same table as bytes and in JSON text.
#[test]
fn a_configuration_as_text_is_read() {
    let server = Fixture::start();
    let options = json!({ "body_bytes_max": 4096 });
    let envoy = Envoy::start(governed::config(server.port()).with_options(&governed::table(), options));
    assert_allowed(&raw::exchange(envoy.port(), &post(allowed())));
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
}

/// Trap 9: Only the whole of a buffer can be replaced. A long answer, come in many pieces, is replaced once and whole.
#[test]
fn a_long_answer_is_replaced_whole() {
    let name =
        |number: usize| if number.is_multiple_of(2) { format!("delete_{number}") } else { "echo".to_owned() };
    let tool = |number| json!({ "name": name(number), "description": "x".repeat(500) });
    let listed: Vec<Value> = (0..600).map(tool).collect();
    let body = json!({ "jsonrpc": "2.0", "id": 41, "result": { "tools": listed, "nextCursor": "more" } })
        .to_string();
    assert!(body.len() > 300_000);
    let server = Trailing::start(body);
    let envoy = Envoy::start(governed::config(server.port()).github_speaks_http2());
    let mut connection = Connection::open(envoy.port()).expect("envoy listens");
    for _ in 0..2 {
        let response = connection.exchange(&post(list())).expect("an answer");
        assert_eq!(tools(&response), vec!["echo"; 300]);
        assert_eq!(response.json()["result"]["nextCursor"], "more");
    }
}

/// Trap 10: Replies made through the SDK leave Envoy's response code details empty; ours say who answered and why.
#[test]
fn a_refusal_has_its_reason_in_the_access_log() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    raw::exchange(envoy.port(), &post(denied()));
    raw::exchange(envoy.port(), &post("{"));
    raw::exchange(envoy.port(), &post(allowed()));
    let details: Vec<_> = envoy.stop().iter().map(|line| line.details().to_owned()).collect();
    assert_eq!(details, ["mcpgov_default-deny", "mcpgov_unreadable-message", "via_upstream"]);
}

fn assert_unavailable(response: &raw::Response) {
    assert_eq!((response.status, response.error_code()), (200, Some(-31503)), "{}", response.text());
}

/// Waits until a fresh VM answers: Envoy lets at least a second pass between two reloads.
fn recover(envoy: &Envoy) {
    for _ in 0..100 {
        if raw::exchange(envoy.port(), &post(allowed())).status == 200 {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("the filter did not come back");
}

/// Lets Envoy do whatever it would do wrongly.
fn settle() {
    thread::sleep(Duration::from_millis(300));
}
