//! Bytes and manners that no decent client has, load, and change under load: whatever comes, a verdict or a refusal, and
//! the others are served.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use mcpgov_tests::artifact;
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::governed::{self, allowed, assert_allowed, assert_denied, denied, list, post, tools};
use mcpgov_tests::raw::{self, Connection};
use mcpgov_tests::repetitions;
use mcpgov_tests::upstream::Sink;

/// The verdict does not depend on how the body is cut into pieces.
#[test]
fn a_body_may_be_split_anywhere() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    let whole = denied().len();
    for chunk in [1, 2, 3, 7, 64, whole - 1, whole] {
        let mut connection = Connection::open(envoy.port()).expect("envoy listens");
        for piece in post(denied()).chunks(chunk) {
            connection.send(&piece).expect("envoy reads");
        }
        assert_denied(&connection.receive().expect("an answer"));
        for piece in post(allowed()).chunks(chunk) {
            connection.send(&piece).expect("envoy reads");
        }
        assert_allowed(&connection.receive().expect("an answer"));
    }
    assert!(server.tools_run().iter().all(|tool| tool == "echo"));
}

/// What cannot be read as exactly one message is refused, with an id where there is one, and never reaches the server.
#[test]
fn what_is_no_message_does_not_pass() {
    let sink = Sink::start();
    let envoy = governed::start(sink.port());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let doubled =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","name":"delete_repo"}}"#;
    let escaped = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","\u006eame":"delete_repo"}}"#;
    let batch = format!("[[{}]]", allowed());
    let trailing = format!("{} {}", allowed(), denied());
    let invalid = [allowed().into_bytes(), vec![0xff, 0xfe]].concat();
    let marked = ["\u{feff}".as_bytes(), allowed().as_bytes()].concat();
    let sent: [&[u8]; 12] = [
        b"",
        b"null",
        b"{",
        b"\x00",
        b"\xff\xfe{\x00}\x00",
        deep.as_bytes(),
        doubled.as_bytes(),
        escaped.as_bytes(),
        batch.as_bytes(),
        trailing.as_bytes(),
        &invalid,
        &marked,
    ];
    for body in sent {
        let response = raw::exchange(envoy.port(), &post(body));
        let start = String::from_utf8_lossy(&body[..body.len().min(60)]);
        assert_eq!(response.error_code(), Some(-31400), "{start}: {} {}", response.status, response.text());
    }
    let log = envoy.stop();
    assert_eq!(sink.received(), b"");
    assert_eq!(log.len(), sent.len());
    assert!(log.iter().all(|line| line.record()["decision"] == "DENY"), "{log:#?}");
}

/// A body over the filter's limit is refused in the words of the protocol, and recorded; one under it is judged.
#[test]
fn a_body_over_the_limit_is_refused() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    let text = |bytes: usize| governed::call("echo", &serde_json::json!({ "text": "x".repeat(bytes) }));
    let response = raw::exchange(envoy.port(), &post(text(900_000)));
    assert_eq!((response.status, response.error_code()), (200, None));
    let response = raw::exchange(envoy.port(), &post(text(1 << 20)));
    assert_eq!((response.status, response.error_code()), (413, Some(-31400)));
    // Far more than Envoy itself would hold, in pieces and without a length: the refusal comes before the end.
    let mut connection = Connection::open(envoy.port()).expect("envoy listens");
    for piece in post(text(8 << 20)).chunks(65536) {
        if connection.send(&piece).is_err() {
            break;
        }
    }
    if let Ok(response) = connection.receive() {
        assert_eq!(response.status, 413);
    }
    assert_eq!(server.tools_run(), ["echo"]);
    let reasons: Vec<_> = envoy.stop().iter().map(|line| line.record()["reason"].clone()).collect();
    assert_eq!(reasons, ["rule", "body-too-large", "body-too-large"]);
}

/// Clients that vanish half way leave nothing behind: no request at the server, no stream in Envoy, no harm to others.
#[test]
fn a_client_may_vanish_half_way() {
    let sink = Sink::start();
    let envoy = governed::start(sink.port());
    let (head, body) = post(allowed()).parts();
    let request = [head, body].concat();
    for cut in (1..request.len()).step_by(9) {
        let mut connection = Connection::open(envoy.port()).expect("envoy listens");
        connection.send(&request[..cut]).expect("envoy reads");
        connection.disconnect();
    }
    for _ in 0..100 {
        if envoy.stat("http.mcp.downstream_rq_active") == 0
            && envoy.stat("http.mcp.downstream_cx_active") == 0
        {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(envoy.stat("http.mcp.downstream_rq_active"), 0);
    assert_eq!(envoy.stat("cluster.github.upstream_cx_total"), 0, "half a request went to the server");
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
}

/// Memory does not grow with traffic. Linear memory of a module never shrinks, so what leaks stays.
#[test]
fn memory_does_not_grow_with_traffic() {
    const BATCH: usize = 10_000;
    let server = Sink::answering(ANSWER);
    let envoy = governed::start(server.port());
    let batch = || {
        let mut connection = Connection::open(envoy.port()).expect("envoy listens");
        for number in 0..repetitions(BATCH) {
            match number % 4 {
                0 => assert_denied(&connection.exchange(&post(denied())).expect("an answer")),
                // Envoy closes the connection after a 400.
                1 => assert_eq!(raw::exchange(envoy.port(), &post("{\"no\":")).error_code(), Some(-31400)),
                2 => assert_eq!(tools(&connection.exchange(&post(list())).expect("an answer")), ["echo"]),
                _ => assert_eq!(connection.exchange(&post(allowed())).expect("an answer").status, 200),
            }
        }
    };
    // Envoy fills its pools and V8 its heap first.
    batch();
    let before = envoy.resident_kib();
    batch();
    let grown = envoy.resident_kib().saturating_sub(before);
    assert!(grown < 4096, "{grown} KiB in {} requests", repetitions(BATCH));
}

/// The server's answer to everything: a list of two tools, one of which the policy hides.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 85\r\n\r\n\
    {\"jsonrpc\":\"2.0\",\"id\":41,\"result\":{\"tools\":[{\"name\":\"echo\"},{\"name\":\"delete_repo\"}]}}";

/// A new policy comes into force while requests run, and not one of them fails.
#[test]
fn a_policy_changes_under_load() {
    let server = Fixture::start();
    let (envoy, discovery, _) = governed::start_discovering(server.port());
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));

    let policy = artifact::data_text("plain.yaml").replace("acme/*", "elsewhere/*");
    let changed = artifact::Table::compile(&policy);
    let (_, resource) = Config::demo(artifact::filter(), &changed, server.port(), server.port())
        .discover_filter(&discovery.path("filter.yaml"));
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = Connection::open(envoy.port()).expect("envoy listens");
                while !stop.load(Ordering::Relaxed) {
                    assert_allowed(&connection.exchange(&post(allowed())).expect("an answer"));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let busy = |more: usize| {
            let from = answered.load(Ordering::Relaxed);
            while answered.load(Ordering::Relaxed) < from + more && !stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
        };
        let guard = StopOnDrop(&stop);
        busy(50);
        discovery.write("filter.yaml", resource.version(2));
        envoy.wait_for_stat("extension_config_discovery.http_filter.mcpgov.config_reload", 2);
        busy(50);
        drop(guard);
    });
    let response = raw::exchange(envoy.port(), &post(denied()));
    assert_eq!((response.status, response.error_code()), (200, None), "the new policy allows it");
    assert_eq!(server.tools_run().last().map(String::as_str), Some("create_issue"));
}

/// A table that does not load is refused as an update: what was in force stays in force.
#[test]
fn a_broken_policy_does_not_replace_a_working_one() {
    let server = Fixture::start();
    let (envoy, discovery, resource) = governed::start_discovering(server.port());
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
    let table = governed::table().base64();
    discovery.write("filter.yaml", resource.version(2).replace(&table, &table[..table.len() / 8 * 4]));
    envoy.wait_for_stat("extension_config_discovery.http_filter.mcpgov.config_fail", 1);
    assert_allowed(&raw::exchange(envoy.port(), &post(allowed())));
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
}

/// When the module traps, the request that made it trap is refused, and the others get answers as before.
#[test]
fn a_trap_fails_closed_and_is_got_over() {
    let server = Fixture::start();
    let config =
        Config::demo(artifact::filter_that_panics(), &governed::table(), server.port(), server.port());
    let envoy = Envoy::start(config);
    assert_allowed(&raw::exchange(envoy.port(), &post(allowed())));
    let trap = post(allowed()).header("x-mcpgov-test-panic", "1");
    let response = raw::exchange(envoy.port(), &trap);
    assert_eq!(response.status, 503);
    assert_eq!(server.tools_run(), ["echo"], "the request that trapped got through");
    // The next request gets a new VM; one that comes too soon after several failures is refused, never let past.
    let mut refused = 0;
    while raw::exchange(envoy.port(), &post(allowed())).status != 200 {
        refused += 1;
        assert!(refused < 100, "the filter did not come back");
        thread::sleep(Duration::from_millis(100));
    }
    assert_denied(&raw::exchange(envoy.port(), &post(denied())));
    let log = envoy.stop();
    let failed = log.iter().filter(|line| line.details() == "wasm_fail_stream").count();
    assert_eq!(failed, 1 + refused, "{log:#?}");
}

/// The module as it ships does not have the trap in it.
#[test]
fn the_release_does_not_trap_on_request() {
    let server = Fixture::start();
    let envoy = governed::start(server.port());
    assert_allowed(&raw::exchange(envoy.port(), &post(allowed()).header("x-mcpgov-test-panic", "1")));
}

/// Lets the threads of a test end also when an assertion fails between them.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
