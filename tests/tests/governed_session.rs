//! A session of a real client with a real server under the policy of the demonstration.

use mcpgov_tests::artifact::{self, Table};
use mcpgov_tests::client::Client;
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::session::protected;
use mcpgov_tests::{session, token};
use serde_json::json;

fn start(github: &Fixture, other: &Fixture) -> Envoy {
    Envoy::start(Config::demo(artifact::filter(), &Table::demo(), github.port(), other.port()))
}

fn url(envoy: &Envoy, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", envoy.port())
}

/// Everything `cargo xtask demo` shows, call by call: the answer, the decision, its rule, its record, and whether the
/// server ran it.
#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_the_demonstration_holds() {
    let (github, other) = (Fixture::start(), Fixture::start());
    let envoy = start(&github, &other);
    let client =
        Client::connect(&url(&envoy, "/github"), Some(&token::ada())).await.expect("ada may come in");
    let listed = client.tools().await.expect("a list");
    assert_eq!(listed, ["search_issues", "create_issue", "fetch_url", "slow", "echo", "read_file"]);
    let steps = session::steps();
    for (number, step) in steps.iter().enumerate() {
        let outcome = session::play(step, number, &client, &envoy, &github).await;
        let mismatches = outcome.mismatches(step);
        assert!(mismatches.is_empty(), "{}: {mismatches:?}\n{:#}", step.title, outcome.record);
    }
    let direct = Client::connect(&github.url(), None).await.expect("the server asks for nothing");
    for (number, step) in (steps.len()..).zip(protected::steps()) {
        let outcome = protected::play(&step, number, &direct, &client, &envoy).await;
        let mismatches = outcome.mismatches(&step);
        assert!(mismatches.is_empty(), "{}: {mismatches:?}\n{:#}", step.title, outcome.record);
    }
    direct.close().await;
    client.close().await;
    let log = envoy.stop();
    assert!(log.iter().all(|line| line.records().len() == 1), "an exchange without its record: {log:#?}");
}

/// A server that no policy registers cannot even be asked what it is, and does not see who asks.
#[tokio::test(flavor = "multi_thread")]
async fn an_unregistered_server_is_out_of_reach() {
    let (github, other) = (Fixture::start(), Fixture::start());
    let envoy = start(&github, &other);
    let refusal =
        Client::connect(&url(&envoy, "/other"), Some(&token::ada())).await.map(drop).expect_err("refused");
    assert_eq!(
        (refusal.code, &refusal.data["rule"]),
        (-31403, &json!("registered-servers-only")),
        "{refusal:?}"
    );
    assert_eq!(other.executed(), []);
    let record = envoy.wait_for_record(0, |record| record["path"] == "/other");
    assert_eq!(
        (&record["method"], &record["decision"]),
        (&json!("initialize"), &json!("DENY")),
        "{record:#}"
    );
    assert_eq!(envoy.stat("cluster.other.upstream_cx_total"), 0);
}

/// Whom no rule permits anything has no session: neither a verified stranger nor somebody without a token.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_no_session() {
    let (github, other) = (Fixture::start(), Fixture::start());
    let envoy = start(&github, &other);
    for token in [Some(token::stranger()), None] {
        let answer = Client::connect(&url(&envoy, "/github"), token.as_deref()).await.map(drop);
        assert_eq!(answer.map_err(|refusal| refusal.code), Err(-31403), "{token:?}");
    }
    assert_eq!(envoy.stat("cluster.github.upstream_cx_total"), 0);
}

/// What a caller may not use is missing from every list.
#[tokio::test(flavor = "multi_thread")]
async fn resources_and_prompts_are_hidden_like_tools() {
    let (github, other) = (Fixture::start(), Fixture::start());
    let policy = "
version: v1
servers:
  github: { match: { paths: [/github] } }
rules:
  - id: readmes
    match: { labels: { mcp.server: github, mcp.resource: 'repo://acme/*' } }
    decision: ALLOW
  - id: summaries
    match: { labels: { mcp.server: github, mcp.prompt: 'summarise_*' } }
    decision: ALLOW
";
    let config = Config::demo(artifact::filter(), &Table::compile(policy), github.port(), other.port());
    let envoy = Envoy::start(config);
    let client = Client::connect(&url(&envoy, "/github"), None).await.expect("anybody may come in");
    assert!(client.tools().await.expect("a list").is_empty());
    assert_eq!(client.resources().await.expect("a list"), ["repo://acme/web/README.md"]);
    assert_eq!(client.prompts().await.expect("a list"), ["summarise_issue"]);
    client.close().await;
}
