//! What becomes of streams.

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A stream's answer to a search, in pieces of every size.
fn streamed(source: &Source, events: &str, check: impl Fn(&str, &str)) {
    for size in [1, 2, 3, 7, 50, 100_000] {
        let mut proxy = Proxy::new(source);
        changes(proxy.post(&call("1", "search", "{}")));
        let out = proxy.stream(events, size);
        check(&out, &proxy.record());
    }
}

#[test]
fn what_a_stream_may_say_passes_byte_for_byte() {
    let events = format!(
        ": ping\n\nid: a-1\nretry: 500\ndata:\n\nevent: message\ndata:{}\n\nid: a-2\ndata: {RESULT}\n\n",
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#
    );
    streamed(&source(), &events, |out, record| {
        assert_eq!(out, events);
        assert!(record.contains(r#""events":2,"dropped":0"#), "{record}");
    });
}

#[test]
fn a_list_is_filtered_wherever_it_arrives() {
    let events = format!("id: 7\ndata: {TOOLS}\n\n");
    let check = |out: &str| {
        assert!(out.starts_with("id: 7\n") && out.ends_with("\n\n"), "{out}");
        assert!(
            out.contains(r#""tools":[{"name":"search","y":[1]},{"name":"create"}],"nextCursor":"""#),
            "{out}"
        );
    };
    streamed(&source(), &events, |out, _| check(out));
    let mut resumed = Proxy::new(&source());
    changes(resumed.head(http("GET")));
    check(&resumed.stream(&events, 10));
}

#[test]
fn the_servers_requests_need_a_rule() {
    let sampling =
        r#"{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{"messages":[]}}"#;
    let events = format!("id: 3\ndata: {sampling}\n\ndata: {RESULT}\n\n");
    streamed(&source(), &events, |out, record| {
        assert!(!out.contains("sampling") && out.contains("id: 3\n") && out.contains(RESULT), "{out}");
        assert!(
            record.contains(r#""kind":"server-request""#) && record.contains(r#""dropped":1"#),
            "{record}"
        );
    });
    let mut permitting = source();
    permitting.rules.push(rule("ask", Verdict::Allow, vec![label(Label::Method, &["sampling/*"])]));
    permitting.rules.retain(|rule| rule.id != "ask" || rule.verdict == Verdict::Allow);
    streamed(&permitting, &events, |out, _| assert_eq!(out, events));
}

#[test]
fn an_event_that_cannot_be_read_is_told_to_whoever_waits() {
    for bad in ["junk", "[]", r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"Tools":[]}}"#] {
        streamed(&source(), &format!("id: 1\ndata: {bad}\n\n"), |out, record| {
            assert!(!out.contains(bad), "{out}");
            assert!(
                out.starts_with("id: 1\ndata:") && out.contains(r#""id":1,"error":{"code":-31400"#),
                "{out}"
            );
            assert!(record.contains(r#""replaced":"unreadable-answer""#), "{record}");
        });
    }
}

#[test]
fn an_event_over_the_limit_ends_the_stream_with_an_error() {
    let events = format!("data: {RESULT}{}\n\ndata: {RESULT}\n\n", " ".repeat(700));
    for size in [10, 300] {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(&call("1", "search", "{}")));
        let out = proxy.stream(&events, size);
        assert!(out.starts_with(r#"data: {"jsonrpc":"2.0","id":1,"error":{"code":-31400"#), "{out}");
        assert!(!out.contains("result"), "{out}");
    }
}

#[test]
fn who_has_an_answer_is_told_nothing_more() {
    streamed(&source(), &format!("data: {RESULT}\n\ndata: junk\n\n"), |out, record| {
        assert_eq!(out, format!("data: {RESULT}\n\n"));
        assert!(record.contains(r#""dropped":1"#), "{record}");
    });
}

#[test]
fn after_an_event_over_the_limit_only_the_end_passes() {
    let open = || {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(&call("1", "search", "{}")));
        let long = proxy.stream(&format!("data: {}", "x".repeat(700)), 1000);
        assert!(long.contains(r#""id":1,"error":{"code":-31400"#), "{long}");
        proxy
    };
    let rest = format!("\n\ndata: {RESULT}\n\n");
    assert_eq!(open().on(Event::AnswerChunk { bytes: rest.as_bytes(), ends: false }), Effect::Close);
    let ended = changes(open().on(Event::AnswerChunk { bytes: rest.as_bytes(), ends: true }));
    assert_eq!(ended.body, Some(vec![]));
}

#[test]
fn a_tail_without_its_end_is_dropped_and_other_event_names_too() {
    streamed(&source(), &format!("event: other\ndata: {RESULT}\n\ndata: {RESULT}"), |out, _| {
        assert_eq!(out, "")
    });
}

#[test]
fn what_only_some_clients_take_for_an_event_is_no_way_around() {
    for events in [format!(": c\u{2028}data: {TOOLS}\n\n"), format!("\u{ef}\u{bb}\u{bf}data: {TOOLS}\n\n")] {
        streamed(&source(), &events, |out, _| assert!(!out.contains("delete_x"), "{out}"));
    }
}

#[test]
fn the_endpoint_of_the_oldest_transport_passes() {
    let mut proxy = Proxy::new(&source());
    changes(proxy.head(http("GET")));
    let events = "event: endpoint\ndata: /messages?sessionId=1\n\n";
    assert_eq!(proxy.stream(events, 9), events);
}

#[test]
fn what_is_said_often_is_decided_alike_every_time() {
    let progress =
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#;
    let sampling =
        r#"{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{"messages":[]}}"#;
    let unknown = r#"{"jsonrpc":"2.0","method":"future/thing"}"#;
    let events = format!("data: {progress}\n\ndata: {sampling}\n\ndata: {unknown}\n\n").repeat(3);
    streamed(&source(), &events, |out, record| {
        assert_eq!(out, format!("data: {progress}\n\n").repeat(3));
        assert!(record.contains(r#""events":9,"dropped":6"#), "{record}");
        assert_eq!(record.matches(r#""kind":"server-request""#).count(), 3, "{record}");
    });
}
