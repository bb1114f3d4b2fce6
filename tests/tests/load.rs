//! Load and faults: thousands of streams, peers that are slow or endless or break off, and a policy that changes all the
//! while. Whatever comes, what must be governed is, no worker fails, and memory returns to its level.
//!
//! `cargo xtask test` runs the short form of these, `--long` the whole of them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::governed::{self, allowed, assert_allowed, assert_denied, denied, list, post};
use mcpgov_tests::raw::{self, Connection, Request};
use mcpgov_tests::repetitions;
use mcpgov_tests::script::{Script, Taken};
use mcpgov_tests::stream::{End, Stream, messages};
use mcpgov_tests::upstream::Sink;
use serde_json::json;

const TOOLS: &str = r#"{"jsonrpc":"2.0","id":41,"result":{"tools":[{"name":"echo"},{"name":"delete_repo"},{"name":"slow"}]}}"#;

fn event(message: &str) -> String {
    format!("data: {message}\n\n")
}

fn get() -> Request {
    Request::get(governed::PATH).header("accept", "text/event-stream")
}

/// Checks that a worker's VM has never failed, and that the filter still decides.
fn assert_unharmed(envoy: &Envoy) {
    let refused = raw::exchange(envoy.port(), &post(denied()));
    assert_denied(&refused);
    let stats = envoy.admin("/stats?filter=^wasm");
    let failed: Vec<_> = stats
        .lines()
        .filter(|line| line.contains("fail") || line.contains("reload"))
        .filter(|line| !line.ends_with(": 0"))
        .collect();
    assert!(stats.contains("wasm.envoy.wasm.runtime.v8.active"), "no figures of the VM: {stats}");
    assert!(failed.is_empty(), "a VM failed: {failed:?}\n{}", envoy.log());
}

/// Memory of the process once nothing goes on in it.
fn settled_kib(envoy: &Envoy) -> u64 {
    let deadline = Instant::now() + Duration::from_secs(20);
    while envoy.stat("http.mcp.downstream_rq_active") > 0 || envoy.stat("http.mcp.downstream_cx_active") > 0 {
        assert!(Instant::now() < deadline, "requests stay: {}", envoy.admin("/stats?filter=^http.mcp"));
        thread::sleep(Duration::from_millis(50));
    }
    // Envoy frees streams and connections one turn of its loop later.
    thread::sleep(Duration::from_millis(300));
    envoy.resident_kib()
}

/// Allows as many connections to the server as these tests open; Envoy's default is 1,024.
fn without_breaker(config: Config) -> Config {
    config.replace(
        "    - name: github\n      connect_timeout: 1s\n",
        "    - name: github\n      connect_timeout: 5s\n      circuit_breakers: { thresholds: [{ max_connections: 9000, \
         max_pending_requests: 9000, max_requests: 9000 }] }\n",
    )
}

/// What a stream of the filter may take beside Envoy's own buffers, which an ungoverned one takes too.
const STREAM_KIB_MAX: f64 = 16.0;

/// Two thousand streams at a time: each is governed, an event takes no memory that stays, and all of it comes back.
#[test]
fn thousands_of_streams_at_a_time() {
    const STREAMS: usize = 2000;
    let server = Script::start();
    let hold = |envoy: &Envoy, is_governed: bool| {
        // The first round fills Envoy's pools and the module's memory, which only grows.
        let empty = settled_kib(envoy);
        let mut took = 0;
        let mut after = 0;
        for _ in 0..2 {
            let before = settled_kib(envoy);
            let (mut clients, mut streams): (Vec<Stream>, Vec<Taken>) = (Vec::new(), Vec::new());
            for _ in 0..STREAMS / 50 {
                clients.extend((0..50).map(|_| Stream::sent(envoy.port(), &get())));
                streams.extend((0..50).map(|_| server.next().open()));
            }
            for stream in &mut streams {
                stream.chunk(format!(": open\n\ndata: {}", &TOOLS[..60]));
            }
            for client in &mut clients {
                client.wait_for_head();
                client.wait_for(": open\n\n");
            }
            took = envoy.resident_kib() - empty.min(before);
            for stream in &mut streams {
                stream.chunk(format!("{}\n\n", &TOOLS[60..]));
            }
            for client in &mut clients {
                client.wait_for("}}\n\n");
                assert_eq!(!client.text().contains("delete_repo"), is_governed, "{}", client.text());
            }
            drop((clients, streams));
            let now = settled_kib(envoy);
            println!("    before {before} KiB, with {STREAMS} streams {took} KiB more, after {now} KiB");
            assert!(after == 0 || now < after + 4096, "memory grows from round to round: {after}, {now} KiB");
            after = now;
        }
        took as f64 / STREAMS as f64
    };
    let governed = Envoy::start(without_breaker(governed::config(server.port())));
    let with = hold(&governed, true);
    assert_unharmed(&governed);
    drop(governed);
    let plain = Envoy::start(without_breaker(Config::ungoverned(server.port(), server.port())));
    let without = hold(&plain, false);
    let ours = with - without;
    println!(
        "a stream takes {with:.1} KiB with the filter and {without:.1} KiB without: {ours:.1} KiB are its own"
    );
    assert!(ours < STREAM_KIB_MAX, "{ours:.1} KiB");
}

/// Clients that send a body byte by byte, many at a time: nothing of it goes on, others are served, and the proxy gives up
/// on them in time.
#[test]
fn slow_bodies_keep_nobody_waiting() {
    let sink = Sink::answering(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    let config = governed::config(sink.port()).impatient();
    let envoy = Envoy::start(config);
    let (head, body) = post(allowed()).parts();
    let mut longest = Duration::ZERO;
    let mut round = || {
        let mut slow: Vec<Connection> =
            (0..repetitions(100)).map(|_| Connection::open(envoy.port()).expect("envoy listens")).collect();
        for connection in &mut slow {
            connection.send(&head).expect("envoy reads");
        }
        for byte in &body[..20] {
            for connection in &mut slow {
                connection.send(&[*byte]).expect("envoy reads");
            }
            let asked = Instant::now();
            assert_denied(&raw::exchange(envoy.port(), &post(denied())));
            longest = longest.max(asked.elapsed());
            thread::sleep(Duration::from_millis(10));
        }
        let complete = envoy.stat("cluster.github.upstream_rq_total");
        assert_eq!(envoy.stat("cluster.github.upstream_rq_active"), 0, "half a request went to the server");
        // One that goes on is judged like any other; those that stop are given up.
        let (half, rest) = body.split_at(20);
        assert_eq!(half.len(), 20);
        slow[0].send(rest).expect("envoy reads");
        assert_eq!(slow[0].receive().expect("an answer").status, 202);
        for connection in &mut slow[1..] {
            if let Ok(response) = connection.receive() {
                assert!(response.status == 408 || response.status == 504, "{response:?}");
            }
        }
        drop(slow);
        assert_eq!(envoy.stat("cluster.github.upstream_rq_total"), complete + 1);
        settled_kib(&envoy)
    };
    // The first round fills Envoy's pools.
    let before = round();
    let grown = round().saturating_sub(before);
    println!("beside {} slow clients another one waits {longest:?} at most", repetitions(100));
    assert!(longest < Duration::from_secs(1), "{longest:?}");
    assert_eq!(envoy.stat("cluster.github.upstream_rq_total"), 2);
    assert_unharmed(&envoy);
    assert!(grown < 8192, "{grown} KiB");
}

/// Bodies of 64 MiB, with and without a length, from a client that does not stop at a refusal; and such an answer.
#[test]
fn huge_bodies_are_not_kept() {
    const MIB: usize = 64;
    let sink = Sink::start();
    let envoy = governed::start(sink.port());
    let piece = vec![b'x'; 1 << 20];
    let start =
        r#"{"jsonrpc":"2.0","id":41,"method":"tools/call","params":{"name":"echo","arguments":{"text":""#;
    let before = settled_kib(&envoy);
    let mut most = 0;
    for number in 0..repetitions(2) {
        let is_chunked = number % 2 == 0;
        let mut connection = Connection::open(envoy.port()).expect("envoy listens");
        let framing = match is_chunked {
            true => "transfer-encoding: chunked".to_owned(),
            false => format!("content-length: {}", MIB << 20),
        };
        let head = format!(
            "POST /github HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{framing}\r\n\r\n"
        );
        connection.send(head.as_bytes()).expect("envoy reads");
        let mut send = |bytes: &[u8]| match is_chunked {
            true => connection.send(&[format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()),
            false => connection.send(bytes),
        };
        let mut sent = send(start.as_bytes());
        for _ in 0..MIB {
            sent = sent.and_then(|()| send(&piece));
            most = most.max(envoy.resident_kib());
        }
        // Where the connection is cut while the client still sends, the answer may be lost with it.
        if let Ok(response) = connection.receive() {
            assert_eq!((response.status, response.error_code()), (413, Some(-31400)), "{}", response.text());
        }
    }
    assert_eq!((envoy.stat("cluster.github.upstream_cx_total"), sink.received()), (0, Vec::new()));
    println!("64 MiB in a request: at most {} KiB above the level before", most.saturating_sub(before));
    assert!(most.saturating_sub(before) < 16 * 1024, "{before}, then {most} KiB");

    let server = Script::start();
    let envoy = governed::start(server.port());
    assert_unharmed(&envoy);
    let before = settled_kib(&envoy);
    for content_type in ["application/json", "text/event-stream"] {
        let mut client = Connection::open(envoy.port()).expect("envoy listens");
        let (head, body) = post(allowed()).parts();
        client.send(&[head, body].concat()).expect("envoy reads");
        let mut taken = server.next();
        taken.send(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            MIB << 20
        ));
        taken.send("data: ");
        for _ in 0..MIB {
            taken.send(&piece);
        }
        drop(taken);
        let response = client.receive_head().expect("an answer");
        assert_eq!(response.status, 200);
        client.disconnect();
    }
    let record = envoy.wait_for_record(1, |record| record["tool"] == "echo");
    assert_eq!(record["response"]["replaced"], "answer-too-large", "{record:#}");
    assert_unharmed(&envoy);
    let grown = settled_kib(&envoy).saturating_sub(before);
    println!("64 MiB in an answer: {grown} KiB stay");
    assert!(grown < 16 * 1024, "{grown} KiB");
}

/// A stream without end, as fast as it goes: everything in it is governed, and its length costs no memory.
#[test]
fn an_endless_stream_takes_no_memory() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let mut client = Stream::sent(envoy.port(), &get());
    let mut stream = server.next().open();
    let piece = format!("id: 5\n{}: ping\n\n", event(TOOLS)).repeat(100);
    let turn = |client: &mut Stream, stream: &mut Taken| {
        stream.chunk(&piece);
        stream.chunk(": turn\n\n");
        if client.head.status == 0 {
            client.wait_for_head();
        }
        client.wait_for(": turn\n\n");
        let text = client.text();
        assert_eq!(text.matches("\"echo\"").count(), 100);
        assert!(!text.contains("delete_repo"), "{text}");
        client.forget();
    };
    for _ in 0..50 {
        turn(&mut client, &mut stream);
    }
    let before = envoy.resident_kib();
    let turns = repetitions(200);
    for _ in 0..turns {
        turn(&mut client, &mut stream);
    }
    let grown = envoy.resident_kib().saturating_sub(before);
    println!("{} more events in one stream: {grown} KiB", turns * 100);
    assert!(grown < 2048, "{grown} KiB");
    client.disconnect();
    // The server learns that nobody listens any more.
    let deadline = Instant::now() + Duration::from_secs(10);
    while stream.is_connected() {
        assert!(Instant::now() < deadline, "the server may go on");
        thread::sleep(Duration::from_millis(20));
    }
    let record = envoy.wait_for_record(0, |record| record["kind"] == "stream");
    assert_eq!(record["response"]["events"], (50 + turns) * 100, "{record:#}");
    assert_unharmed(&envoy);
}

/// A server that breaks off in the middle of an event: the client gets what was complete, and nothing of the rest.
#[test]
fn a_broken_stream_ends_before_its_broken_event() {
    let server = Script::start();
    let envoy = governed::start(server.port());
    let done = event(TOOLS);
    for cut in (1..done.len()).step_by(if repetitions(1) == 1 { 9 } else { 1 }) {
        let mut client = Stream::sent(envoy.port(), &post(list()));
        let mut stream = server.next().open();
        stream.chunk(event(r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#));
        client.wait_for_head();
        client.wait_for("\n\n");
        stream.chunk(&done[..cut]);
        drop(stream);
        let (text, end) = client.rest();
        assert_eq!((messages(&text).len(), end), (1, End::Cut), "cut at {cut}: {text}");
    }
    // The same to an answer in JSON: an error, or a cut connection, never a part of it.
    for cut in [1, 40, TOOLS.len() - 1] {
        let mut client = Connection::open(envoy.port()).expect("envoy listens");
        let (head, body) = post(list()).parts();
        client.send(&[head, body].concat()).expect("envoy reads");
        let mut taken = server.next();
        taken.send(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            TOOLS.len()
        ));
        taken.send(&TOOLS[..cut]);
        drop(taken);
        if let Ok(response) = client.receive() {
            assert!(response.status >= 500 || response.error_code().is_some(), "{response:?}");
        }
    }
    assert_unharmed(&envoy);
}

/// Header blocks of a megabyte, in few fields and in many: refused by Envoy or judged, never passed on.
#[test]
fn huge_heads_are_refused() {
    let sink = Sink::start();
    let envoy = governed::start(sink.port());
    let before = settled_kib(&envoy);
    let one = post(denied()).header("x-filler", vec![b'x'; 1 << 20]);
    let many = (0..16_000)
        .fold(post(denied()), |request, number| request.header(&format!("x-{number}"), vec![b'y'; 50]));
    let session = post(denied()).header("mcp-session-id", vec![b'z'; 50_000]);
    let params = (0..90).fold(post(denied()), |request, number| {
        request.header(&format!("mcp-param-{number}"), vec![b'p'; 500])
    });
    let long_path = Request::post(&format!("/github/{}", "a/".repeat(1 << 19)), denied());
    for (what, request) in [
        ("one field", one),
        ("many", many),
        ("a session", session),
        ("parameters", params),
        ("a path", long_path),
    ] {
        for _ in 0..repetitions(3) {
            match raw::try_exchange(envoy.port(), &request) {
                Ok(response) => {
                    let is_refused = response.status >= 400 || response.error_code() == Some(-31403);
                    assert!(is_refused, "{what}: {} {}", response.status, response.text());
                }
                Err(error) => assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "{what}: it hangs"),
            }
        }
    }
    assert_eq!((envoy.stat("cluster.github.upstream_cx_total"), sink.received()), (0, Vec::new()));
    assert_unharmed(&envoy);
    let grown = settled_kib(&envoy).saturating_sub(before);
    println!("heads of a megabyte: {grown} KiB stay");
    assert!(grown < 16 * 1024, "{grown} KiB");
}

/// Another policy every tenth of a second, under load: each answer is one that one of the policies gives, no request fails,
/// and no policy leaves its memory behind.
#[test]
fn a_policy_changes_ten_times_a_second() {
    let server = Fixture::start();
    let (envoy, discovery, resource) = governed::start_discovering(server.port());
    let reloads = governed::RELOADS;
    let table = governed::table().base64();
    let update = |version: u32| {
        // The same policy under another configuration each time, as JSON, so that no two are the same to Envoy.
        let text = resource
            .version(version)
            .replace("google.protobuf.BytesValue", "google.protobuf.StringValue")
            .replace(
                &format!("value: \"{table}\""),
                &format!("value: '{}'", json!({ "table": table, "flush_interval_ms": 1000 + version })),
            );
        discovery.write("filter.yaml", text);
    };
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut levels = Vec::new();
    thread::scope(|scope| {
        for number in 0..4 {
            let (envoy, stop, answered) = (&envoy, &stop, &answered);
            scope.spawn(move || {
                let guard = StopOnDrop(stop);
                let mut connection = Connection::open(envoy.port()).expect("envoy listens");
                while !stop.load(Ordering::Relaxed) {
                    match number % 2 {
                        0 => assert_allowed(&connection.exchange(&post(allowed())).expect("an answer")),
                        _ => assert_denied(&connection.exchange(&post(denied())).expect("an answer")),
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                drop(guard);
            });
        }
        let guard = StopOnDrop(&stop);
        let updates = u32::try_from(repetitions(60)).expect("few");
        for version in 2..2 + updates {
            let started = Instant::now();
            update(version);
            thread::sleep(Duration::from_millis(100).saturating_sub(started.elapsed()));
            if version % (updates / 6) == 0 {
                levels.push(envoy.resident_kib());
            }
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        drop(guard);
    });
    let updates = envoy.stat(reloads);
    println!(
        "{updates} policies, {} answers, resident memory {levels:?} KiB",
        answered.load(Ordering::Relaxed)
    );
    assert!(updates > 20, "only {updates} updates came into force");
    assert_eq!(envoy.stat("extension_config_discovery.http_filter.mcpgov.config_fail"), 0);
    assert!(server.tools_run().iter().all(|tool| tool == "echo"));
    assert!(answered.load(Ordering::Relaxed) > 200);
    assert_unharmed(&envoy);
    let (first, last) = (levels[1], levels[levels.len() - 1]);
    assert!(last < first + 24 * 1024, "memory grows with every policy: {levels:?} KiB");
}

/// Lets the threads of a test end also when an assertion fails between them.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
