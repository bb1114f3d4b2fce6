//! The protocol's own conformance suite sees no difference between a server and a server behind the filter, under a policy
//! that permits everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};

use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::repetitions;
use mcpgov_tests::scratch::Scratch;
use mcpgov_tests::sdk::{self, Sdk, Server};
use serde_json::Value;

const POLICY: &str = "
version: v1
servers:
  everything:
    match: { paths: [/] }
rules:
  - id: everything
    match:
      labels: { mcp.server: everything, mcp.method: \"*\" }
    decision: ALLOW
";

#[test]
fn a_server_of_2025_11_25() {
    compare("2025-11-25", 80);
}

#[test]
fn a_server_of_2026_07_28() {
    compare("2026-07-28", 150);
}

/// The scenarios of clients that a proxy can stand in, whose address is another than the server's. Those with a login cannot:
/// a token is for one address. The most telling first, since a short run has only [`SHORT`] of them.
const CLIENT_SCENARIOS: [(&str, &str); 13] = [
    ("sse-retry", "2025-11-25"),
    ("elicitation-sep1034-client-defaults", "2025-11-25"),
    ("sep-2322-client-request-state", "2026-07-28"),
    ("http-custom-headers", "2026-07-28"),
    ("http-invalid-tool-headers", "2026-07-28"),
    ("request-metadata", "2026-07-28"),
    ("http-standard-headers", "2026-07-28"),
    ("json-schema-2020-12-preservation", "2026-07-28"),
    ("json-schema-2020-12-preservation", "2025-11-25"),
    ("json-schema-ref-no-deref", "2026-07-28"),
    ("tools_call", "2026-07-28"),
    ("tools_call", "2025-11-25"),
    ("initialize", "2025-11-25"),
];
const SHORT: usize = 6;

#[test]
fn a_client() {
    // Known before the suite listens there, once for each scenario.
    let port = free_port();
    let envoy = Envoy::start(sdk::governed(POLICY, port));
    for (scenario, revision) in CLIENT_SCENARIOS.into_iter().take(repetitions(SHORT)) {
        let run = |proxy: Option<String>| {
            let mut suite = sdk::conformance_of_client("client_conformance.py");
            suite
                .args(["--scenario", scenario, "--spec-version", revision])
                .env("MCPGOV_PORT", port.to_string());
            if let Some(proxy) = proxy {
                suite.env("MCPGOV_PROXY", proxy);
            }
            outcomes(&mut suite)
        };
        let direct = run(None);
        let passes = |one: &Outcome| one.status != "FAILURE";
        assert!(
            !direct.is_empty() && direct.values().flatten().all(passes),
            "{scenario}: the client itself fails"
        );
        let through = run(Some(format!("127.0.0.1:{}", envoy.port())));
        assert_same(&format!("in {scenario} of {revision} the filter"), &direct, &through);
    }
}

/// The outcomes of every check, which a scenario may make several times, by scenario and check.
type Outcomes = BTreeMap<(String, String), Vec<Outcome>>;

struct Outcome {
    status: String,
    message: String,
}

fn statuses<'a>(outcomes: &'a Outcomes, check: &(String, String)) -> Vec<&'a str> {
    outcomes.get(check).into_iter().flatten().map(|one| one.status.as_str()).collect()
}

fn compare(revision: &str, passed_min: usize) {
    let server = Server::start(Sdk::PythonV2, "everything.py");
    let direct = run(&server.url(), revision);
    let count = |status: &str, of: &dyn Fn(&str) -> bool| {
        let counted = direct.iter().filter(|((scenario, _), _)| of(scenario));
        counted.flat_map(|(_, outcomes)| outcomes).filter(|one| one.status == status).count()
    };
    // An extension that the server does not have and the suite does not count.
    let counts = |scenario: &str| !scenario.starts_with("tasks-");
    assert_eq!(count("FAILURE", &counts), 0, "the server itself fails");
    let passed = count("SUCCESS", &|_| true);
    assert!(passed >= passed_min, "only {passed} checks passed");

    let envoy = Envoy::start(sdk::ungoverned(server.port()));
    assert_same("Envoy alone", &direct, &run(&url(&envoy), revision));
    let envoy = Envoy::start(sdk::governed(POLICY, server.port()));
    assert_same("the filter", &direct, &run(&url(&envoy), revision));
}

fn assert_same(what: &str, direct: &Outcomes, through: &Outcomes) {
    let mut different = Vec::new();
    for check in direct.keys().chain(through.keys()).collect::<BTreeSet<_>>() {
        let (expected, found) = (statuses(direct, check), statuses(through, check));
        if expected != found {
            let messages = through.get(check).into_iter().flatten().map(|one| one.message.as_str());
            let messages: Vec<_> = messages.filter(|message| !message.is_empty()).collect();
            let (scenario, check) = check;
            different.push(format!("{scenario}, {check}: {found:?}, not {expected:?}: {messages:?}"));
        }
    }
    let count = different.len();
    assert!(count == 0, "{what} changes {count} of {} checks:\n{}", direct.len(), different.join("\n"));
}

fn run(url: &str, revision: &str) -> Outcomes {
    outcomes(sdk::conformance().args(["--url", url, "--requirements", revision, "--timeout", "10000"]))
}

fn outcomes(suite: &mut Command) -> Outcomes {
    let scratch = Scratch::new();
    suite.arg("--output-dir").arg(scratch.folder());
    // Its exit status is the sum of what is compared check by check.
    let status = suite.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.expect("the suite starts");
    let mut outcomes = Outcomes::new();
    for folder in fs::read_dir(scratch.folder()).expect("a folder").flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        // server-SCENARIO-TIME, or SCENARIO-TIME for a client.
        let name = name.strip_prefix("server-").unwrap_or(&name);
        let scenario = &name[..name.len() - "-2026-01-02T03-04-05-678Z".len()];
        let checks = fs::read(folder.path().join("checks.json")).expect("each scenario has its checks");
        let checks: Vec<Value> = serde_json::from_slice(&checks).expect("checks are JSON");
        for check in checks.iter().filter(|check| check["status"] != "INFO") {
            let key = (scenario.to_owned(), check["id"].as_str().unwrap_or_default().to_owned());
            let text = |member: &str| check[member].as_str().unwrap_or_default().to_owned();
            outcomes
                .entry(key)
                .or_default()
                .push(Outcome { status: text("status"), message: text("errorMessage") });
        }
    }
    outcomes
}

fn url(envoy: &Envoy) -> String {
    format!("http://127.0.0.1:{}/mcp", envoy.port())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a local port");
    listener.local_addr().expect("a bound socket has an address").port()
}
