//! `mcpgov` asks servers that run.

use std::process::{Command, Output};

use mcpgov_tests::artifact;
use mcpgov_tests::certificate;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::governed;
use mcpgov_tests::scratch::Scratch;
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
    let output = mcpgov(&["scan", &url], certificates.path("server.key").to_str().expect("UTF-8"));
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("certificate") && said.contains("SSL_CERT_FILE"), "{said}");
}
