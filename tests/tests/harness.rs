//! The test bed on its own: without the filter, everything that governance must stop gets through. A test that finds
//! something stopped would otherwise prove little.

use std::fs;

use mcpgov_tests::client::Client;
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::raw::{Connection, Request};
use mcpgov_tests::scratch::Scratch;
use mcpgov_tests::upstream::{Sink, Trailing};
use mcpgov_tests::{certificate, http2, raw, token};
use serde_json::json;

const DELETE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_repo","arguments":{"repo":"acme/web"}}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_reaches_the_server_through_envoy() {
    let (github, other) = (Fixture::start(), Fixture::start());
    let envoy = Envoy::start(Config::ungoverned(github.port(), other.port()));
    let client =
        Client::connect(&format!("http://127.0.0.1:{}/github", envoy.port()), Some(&token::ada())).await;
    let client = client.expect("nobody refuses");
    assert_eq!(client.tools().await.expect("a list").len(), 8);
    assert_eq!(client.prompts().await.expect("a list").len(), 2);
    assert_eq!(client.resources().await.expect("a list").len(), 2);
    assert_eq!(client.call("echo", &json!({ "text": "hello" })).await.expect("a result"), "hello");
    let unknown = client.call("nonsense", &json!({})).await.expect_err("no such tool");
    assert_eq!((unknown.code, &*unknown.message), (-32602, "Unknown tool: nonsense"));
    client.close().await;
    assert_eq!(github.tools_run(), ["echo", "nonsense"]);
    assert_eq!(other.executed(), []);
    let log = envoy.stop();
    assert!(log.len() >= 5 && log.iter().all(|line| line.records().is_empty()), "{log:?}");
}

#[test]
fn envoy_verifies_the_tokens_that_the_tests_mint() {
    let github = Fixture::start();
    let envoy = Envoy::start(Config::ungoverned(github.port(), github.port()));
    let echo = Request::post("/github", DELETE);
    assert_eq!(raw::exchange(envoy.port(), &echo.clone().bearer(&token::ada())).status, 200);
    assert_eq!(raw::exchange(envoy.port(), &echo).status, 200, "a missing token is the policy's business");
    let (signed, signature) =
        token::ada().rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a token");
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    assert_eq!(raw::exchange(envoy.port(), &echo.bearer(&forged)).status, 401);
}

#[test]
fn bodies_arrive_whole_however_they_are_split() {
    let github = Fixture::start();
    let envoy = Envoy::start(Config::ungoverned(github.port(), github.port()));
    for chunk in [1, 7, 4096] {
        let mut connection = Connection::open(envoy.port()).expect("envoy listens");
        for piece in Request::post("/github", DELETE).chunks(chunk) {
            connection.send(&piece).expect("envoy reads");
        }
        assert_eq!(connection.receive().expect("an answer").status, 200);
    }
    let trailing = http2::post(envoy.port(), "/github", DELETE.as_bytes(), 16, &[("x-checksum", "none")]);
    assert_eq!(trailing.status, 200);
    assert_eq!(github.tools_run(), ["delete_repo"; 4]);
}

#[test]
fn the_sink_sees_a_request_before_its_body_is_complete() {
    let sink = Sink::start();
    let envoy = Envoy::start(Config::ungoverned(sink.port(), sink.port()));
    let (head, body) = Request::post("/github", DELETE).header("x-marker", "seen").parts();
    let mut connection = Connection::open(envoy.port()).expect("envoy listens");
    connection.send(&[&head, &body[..10]].concat()).expect("envoy reads");
    sink.wait_for("x-marker: seen");
    connection.disconnect();
}

#[test]
fn responses_can_end_in_trailers() {
    let trailing = Trailing::start(r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}"#.to_owned());
    let config = Config::ungoverned(trailing.port(), trailing.port()).github_speaks_http2();
    let envoy = Envoy::start(config);
    let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;
    let response = http2::post(envoy.port(), "/github", list.as_bytes(), 64, &[]);
    assert_eq!((response.status, response.json()["id"].as_i64()), (200, Some(1)));
}

#[test]
fn an_identity_comes_with_the_connection() {
    let sink = Sink::answering(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
    let certificates = Scratch::new();
    certificate::write(&certificates);
    let governed = Envoy::start(Config::ungoverned(sink.port(), sink.port()).with_mutual_tls(&certificates));
    let sidecar = Envoy::start(Config::sidecar(governed.port(), &certificates));
    assert_eq!(raw::exchange(sidecar.port(), &Request::post("/github", DELETE)).status, 202);
    sink.wait_for(&format!("URI={}", certificate::WORKLOAD));
    assert!(
        raw::try_exchange(governed.port(), &Request::post("/github", DELETE)).is_err(),
        "plain text was served"
    );
}

#[test]
fn memory_is_read_of_the_proxy_itself() {
    let sink = Sink::start();
    let envoy = Envoy::start(Config::ungoverned(sink.port(), sink.port()));
    assert!((10_000..1_000_000).contains(&envoy.resident_kib()), "{} KiB", envoy.resident_kib());
}

#[test]
fn files_go_when_a_test_passes() {
    let sink = Sink::start();
    let envoy = Envoy::start(Config::ungoverned(sink.port(), sink.port()));
    let folder = envoy.scratch().folder().to_owned();
    assert!(fs::exists(&folder).expect("readable"));
    envoy.stop();
    assert!(!fs::exists(&folder).expect("readable"));
}
