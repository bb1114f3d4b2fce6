//! Who a caller is comes from what Envoy verified, and from nothing that the configuration does not name.

use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::governed::{self, denied, post};
use mcpgov_tests::scratch::Scratch;
use mcpgov_tests::{certificate, config::Config, raw};
use serde_json::{Value, json};

/// The subject in the record of a call over mutual TLS, where identities are read from `sources`.
fn subject(sources: &[&str]) -> Value {
    let server = Fixture::start();
    let certificates = Scratch::new();
    certificate::write(&certificates);
    let config = governed::config(server.port())
        .with_options(&governed::table(), json!({ "identity": sources }))
        .with_mutual_tls(&certificates);
    let envoy = Envoy::start(config);
    let sidecar = Envoy::start(Config::sidecar(envoy.port(), &certificates));
    raw::exchange(sidecar.port(), &post(denied()));
    envoy.wait_for_record(0, |record| record["method"] == "tools/call")["subject"].clone()
}

#[test]
fn a_workload_without_a_token_acts_for_itself() {
    for sources in [&["mtls"][..], &["jwt", "mtls"]] {
        assert_eq!(subject(sources)["agent"], certificate::WORKLOAD, "{sources:?}");
    }
}

#[test]
fn a_certificate_is_nobody_where_the_configuration_does_not_name_it() {
    for sources in [&[][..], &["jwt"]] {
        let subject = subject(sources);
        assert!(!subject.to_string().contains("spiffe"), "{sources:?}: {subject}");
    }
}
