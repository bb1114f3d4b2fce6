//! What a server asks its client, on a stream of its own or on that of the oldest transport.

use mcpgov_tests::governed::{self, allowed, assert_denied, denied, list, post};
use mcpgov_tests::raw::{self, Request};
use mcpgov_tests::script::Script;
use mcpgov_tests::stream::{End, Stream, messages};

use super::*;

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
