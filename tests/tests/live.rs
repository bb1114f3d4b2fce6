//! `mcpgov` asks servers that run.

use std::process::{Command, Output};

use mcpgov_tests::artifact;
use mcpgov_tests::certificate;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::governed;
use mcpgov_tests::scratch::Scratch;
use mcpgov_tests::sdk::{self, Sdk, Server};
use serde_json::Value;

/// Over TLS, what it is told to trust is trusted and nothing else.
#[test]
fn a_server_is_asked_over_tls() {
    let server = Fixture::start();
    let certificates = Scratch::new();
    certificate::write(&certificates);
    let envoy = Envoy::start(governed::config(server.port()).with_tls(&certificates));
    let url = format!("https://localhost:{}{}", envoy.port(), governed::PATH);
    let mcpgov = |arguments: &[&str], trusted: &str| -> Output {
        let mut command = Command::new(artifact::compiler());
        // A proxy of the environment is not asked for a server on this machine.
        command.args(arguments).env("SSL_CERT_FILE", trusted).env("HTTPS_PROXY", "http://127.0.0.1:1");
        command.output().expect("it runs")
    };
    let authority = certificates.path("ca.pem");
    let authority = authority.to_str().expect("UTF-8");
    let output = mcpgov(&["scan", &url, "--format", "json"], authority);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!((output.status.code(), found), (Some(0), Value::Array(Vec::new())));
    let output = mcpgov(&["init", "--from", &url], authority);
    let policy = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(policy.contains("hosts: [localhost]") && policy.contains("echo:"), "{policy}");
    let another = Scratch::new();
    certificate::write(&another);
    for trusted in [another.path("ca.pem"), another.path("server.key")] {
        let output = mcpgov(&["scan", &url], trusted.to_str().expect("UTF-8"));
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains("certificate") && said.contains("SSL_CERT_FILE"), "{said}");
    }
}

/// What two verbs say of a server of the official SDK, in the revision with sessions and in the one without, which is all
/// that is left where a policy denies `initialize`.
#[test]
fn a_server_is_asked_in_both_eras() {
    const POLICY: &str = "
version: v1
servers: { everything: { match: { paths: [/mcp] } } }
rules:
  - { id: all, match: { labels: { mcp.server: everything, mcp.method: \"*\" } }, decision: ALLOW }
";
    const NO_SESSIONS: &str =
        "  - { id: no-sessions, match: { labels: { mcp.method: initialize } }, decision: DENY }\n";
    let server = Server::start(Sdk::PythonV2, "everything.py");
    let asked = |policy: &str| {
        let envoy = Envoy::start(sdk::governed(policy, server.port()));
        let url = format!("http://127.0.0.1:{}/mcp", envoy.port());
        let output = Command::new(artifact::compiler()).args(["init", "--from", &url]).output();
        let output = output.expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let era = envoy.wait_for_record(0, |record| record["method"] == "tools/list")["era"].clone();
        (era, String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (legacy, policy) = asked(POLICY);
    let (modern, same) = asked(&format!("{POLICY}{NO_SESSIONS}"));
    assert_eq!((legacy.as_str(), modern.as_str()), (Some("legacy"), Some("modern")));
    let tools = |policy: &str| policy.lines().filter(|line| line.contains("action:")).count();
    assert!(policy.contains("echo") && tools(&policy) > 0);
    // The first line names the port.
    let [first, second] =
        [policy, same].map(|policy| policy.lines().skip(1).map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(first, second);
}
