//! Events as they come: framed and cut anyhow, one by one, too large, compressed, ended and begun again.

use std::thread;
use std::time::{Duration, Instant};

use mcpgov_tests::artifact;
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::governed::{self, allowed, list, post};
use mcpgov_tests::http2;
use mcpgov_tests::raw;
use mcpgov_tests::script::Script;
use mcpgov_tests::stream::{End, Stream, messages};
use mcpgov_tests::upstream::Trailing;
use serde_json::json;

use super::*;

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
