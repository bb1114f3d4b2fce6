//! Whose a session is.

use mcpgov_tests::artifact;
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::governed::{self, allowed, post};
use mcpgov_tests::raw::{self, Request, Response};
use mcpgov_tests::script::{Script, Taken};
use mcpgov_tests::stream::Stream;
use mcpgov_tests::token;

use super::*;

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
