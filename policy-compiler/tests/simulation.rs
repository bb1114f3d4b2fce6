//! Replays of recorded calls.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

use std::{
    io::Write,
    process::{Command, Stdio},
};

use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::{
    compile,
    simulation::{self, Simulation},
    source::Source,
};
use serde_json::{Value, json};

fn table(text: &str) -> Table<Vec<u8>> {
    let source = Source { path: "policy.yaml".to_owned(), text: text.to_owned() };
    let (table, diagnostics) = compile(&source);
    Table::from_bytes(table.unwrap_or_else(|| panic!("{diagnostics:#?}"))).unwrap()
}

const POLICY: &str = "version: v1
servers: { github: { match: { paths: [/github] }, tools: { search: { action: read }, create: { action: write } } } }
roles: { triage: { groups: [support, \"team-*\"] } }
rules:
  - { id: reads, match: { labels: { mcp.action: read }, subject: { roles: [triage] } }, decision: ALLOW }
  - { id: own, match: { labels: { mcp.tool: create }, subject: { roles: [triage] }, args: { repo: { matches: \"acme/*\" } } }, decision: ALLOW }
";

/// A record of a call by somebody in triage, permitted by `old`.
fn record(tool: &str, arguments: Value) -> Value {
    json!({
        "v": 1, "kind": "request", "server": "github", "host": "mcp.acme.example", "path": "/github",
        "method": "tools/call", "tool": tool, "id": 1, "decision": "ALLOW", "rule": "old", "reason": "rule",
        "mode": "enforce", "subject": { "user": "ada", "roles": ["triage"] }, "session": "00", "era": "legacy",
        "request_id": "r", "policy": "sha256:00", "arguments": arguments, "response": { "bytes": 1 },
    })
}

fn with(mut record: Value, key: &str, value: Value) -> Value {
    record[key] = value;
    record
}

fn full(value: Value) -> Value {
    json!({ "bytes": value.to_string().len(), "digest": "sha256:00", "value": value })
}

fn line(records: &[Value]) -> Vec<u8> {
    let line = json!({
        "time": "2026-01-05T10:00:00.000Z", "code": 200, "client": "10.1.2.3", "cluster": "upstream", "mcp": records,
    });
    line.to_string().into_bytes()
}

fn replay(policy: &str, lines: &[Vec<u8>]) -> Value {
    let table = table(policy);
    let mut simulation = Simulation::new(table.view());
    lines.iter().for_each(|line| simulation.line(line));
    simulation::json(simulation.counts())
}

/// The one record's fate: `same`, the new verdict, what it lacks, or `undecided`.
fn fate(policy: &str, record: Value) -> String {
    let report = replay(policy, &[line(&[record])]);
    if report["undecided"] == 1 {
        return "undecided".to_owned();
    }
    if let Some(change) = report["changed"].get(0) {
        return change["change"]["new"].as_str().unwrap().to_owned();
    }
    if let Some(row) = report["not_replayed"].get(0) {
        return format!("{} lacks {}", row["rule"].as_str().unwrap(), row["lacking"].as_str().unwrap());
    }
    assert_eq!(report["replayed"], 1);
    "same".to_owned()
}

#[test]
fn recorded_calls_are_decided_again() {
    assert_eq!(fate(POLICY, record("create", full(json!({ "repo": "acme/a" })))), "same");
    assert_eq!(fate(POLICY, record("create", full(json!({ "repo": "evil/a" })))), "DENY");
    assert_eq!(fate(POLICY, record("search", full(json!({})))), "same");
    // Nothing about arguments: the role alone decides.
    assert_eq!(fate(POLICY, with(record("search", json!({})), "subject", json!({ "user": "eve" }))), "DENY");
}

#[test]
fn what_a_record_lacks_is_not_guessed() {
    let digest = json!({ "bytes": 9, "digest": "sha256:00" });
    assert_eq!(fate(POLICY, record("create", digest.clone())), "own lacks arguments");
    assert_eq!(
        fate(POLICY, record("search", digest.clone())),
        "same",
        "no rule on arguments is about search"
    );
    let denied =
        format!("{POLICY}  - {{ id: no, match: {{ labels: {{ mcp.tool: create }} }}, decision: DENY }}\n");
    assert_eq!(fate(&denied, record("create", digest)), "DENY", "whatever the arguments");
    let rule = |condition: &str| {
        format!(
            "version: v1\nrules:\n  - {{ id: r, match: {{ labels: {{ mcp.tool: search }}, {condition} }}, decision: ALLOW }}\n"
        )
    };
    for (condition, expected) in [
        ("subject: { groups: [support] }", "r lacks groups"),
        ("subject: { scopes: [read] }", "r lacks scopes"),
        ("subject: { claims: { department: [rd] } }", "r lacks claims"),
        ("context: { region: [eu] }", "r lacks region or environment"),
        ("subject: { users: [ada] }", "same"),
        ("context: { source: [10.0.0.0/8] }", "same"),
        ("context: { source: [192.168.0.0/16] }", "DENY"),
        ("context: { time: { days: [mon] } }", "same"),
        ("context: { time: { days: [tue] } }", "DENY"),
        ("context: { session: true }", "same"),
    ] {
        assert_eq!(fate(&rule(condition), record("search", full(json!({})))), expected, "{condition}");
    }
}

#[test]
fn recorded_groups_and_scopes_are_used_where_they_are() {
    let policy = "version: v1\nrules:\n  - { id: r, match: { labels: { mcp.tool: t }, subject: { groups: [g], scopes: [s] } }, decision: ALLOW }\n";
    let with_groups = |groups: Value| {
        with(
            record("t", full(json!({}))),
            "subject",
            json!({ "user": "ada", "groups": groups, "scopes": ["s"] }),
        )
    };
    assert_eq!(fate(policy, with_groups(json!(["g"]))), "same");
    assert_eq!(fate(policy, with_groups(json!(["h"]))), "DENY");
}

#[test]
fn records_that_no_policy_decided_are_left_out() {
    for (key, value) in [
        ("kind", json!("response")),
        ("reason", json!("unreadable-message")),
        ("reason", json!("policy-unavailable")),
        ("tool", json!("x".repeat(1024))),
    ] {
        assert_eq!(fate(POLICY, with(record("search", json!({})), key, value)), "undecided", "{key}");
    }
}

#[test]
fn a_server_that_is_registered_now_is_recognised_by_its_traffic() {
    assert_eq!(fate(POLICY, with(record("search", full(json!({}))), "server", json!(""))), "same");
    let elsewhere =
        with(with(record("search", full(json!({}))), "server", json!("")), "path", json!("/other"));
    assert_eq!(fate(POLICY, elsewhere), "DENY");
}

#[test]
fn a_policy_in_shadow_mode_is_replayed_as_if_enforced() {
    let shadow = POLICY.replace("version: v1\n", "version: v1\nmode: shadow\n");
    assert_eq!(fate(&shadow, record("create", full(json!({ "repo": "evil/a" })))), "DENY");
}

#[test]
fn lines_of_every_shape_are_counted() {
    let one = record("search", full(json!({})));
    let quoted = json!({ "mcp": format!("{one},{one}") }).to_string().into_bytes();
    let report = replay(
        POLICY,
        &[
            line(&[one.clone(), one.clone()]),
            quoted,
            one.to_string().into_bytes(),
            line(&[]),
            b"\n".to_vec(),
            b"not JSON".to_vec(),
            b"{\"mcp\":[{}".to_vec(),
            b"{\"code\":200}".to_vec(),
        ],
    );
    assert_eq!(
        (&report["lines"], &report["records"], &report["unreadable_lines"]),
        (&json!(8), &json!(5), &json!(3))
    );
    assert_eq!(report["replayed"], 5);
}

#[test]
fn changes_are_counted_by_rule_user_and_tool() {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for number in 0..30 {
        let user = json!({ "user": format!("user{}", number % 3), "roles": ["triage"] });
        lines.push(line(&[with(
            record("create", full(json!({ "repo": "evil/a\n\u{1b}[31m" }))),
            "subject",
            user,
        )]));
    }
    let table = table(POLICY);
    let mut simulation = Simulation::new(table.view());
    lines.iter().for_each(|line| simulation.line(line));
    let report = simulation::json(simulation.counts());
    assert_eq!(report["changed"][0], json!({ "change": { "old": "ALLOW", "new": "DENY" }, "calls": 30 }));
    assert_eq!(report["by_rule"]["rows"][0]["name"], "default-deny (was old)");
    assert_eq!(report["by_user"]["rows"].as_array().unwrap().len(), 3);
    assert_eq!(report["by_user"]["rows"][2]["calls"], 10);
    assert_eq!(report["by_tool"]["rows"][0]["name"], "github create");
    let text = simulation::text(simulation.counts());
    assert!(text.contains("30 calls would be decided otherwise\n          30  ALLOW -> DENY\n"), "{text}");
    assert!(text.contains("\nexamples\n  line 1: user0, github create "), "{text}");
    assert!(!text.contains('\u{1b}'), "what clients wrote does not reach the terminal as it is");
}

#[test]
fn the_verb_reads_standard_input_and_skips_endless_lines() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let policy = folder.join("simulate.yaml");
    std::fs::write(&policy, POLICY).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcpgov"))
        .args(["simulate", policy.to_str().unwrap(), "--log", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let good = line(&[record("search", full(json!({})))]);
    input.write_all(&good).unwrap();
    input.write_all(b"\n").unwrap();
    input.write_all(&vec![b'x'; simulation::LINE_BYTES_MAX + 10]).unwrap();
    input.write_all(b"\n").unwrap();
    input.write_all(&good).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "no progress bar where nobody looks");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["lines"], &report["replayed"], &report["unreadable_lines"]),
        (&json!(3), &json!(2), &json!(1))
    );
}

#[test]
fn a_record_of_a_call_without_arguments_lacks_none() {
    assert_eq!(fate(POLICY, record("create", json!({ "bytes": 0 }))), "DENY", "`repo` is missing");
    assert_eq!(fate(POLICY, record("search", json!({ "bytes": 0 }))), "same");
}

#[test]
fn a_list_of_groups_that_was_cut_is_not_taken_for_all() {
    let policy = "version: v1\nrules:\n  - { id: r, match: { labels: { mcp.tool: t }, subject: { groups: [g] } }, decision: ALLOW }\n";
    let of = |subject: Value| with(record("t", json!({ "bytes": 0 })), "subject", subject);
    assert_eq!(fate(policy, of(json!({ "groups": ["g"] }))), "same");
    assert_eq!(fate(policy, of(json!({ "groups": ["h"] }))), "DENY");
    assert_eq!(fate(policy, of(json!({ "groups": ["h"], "groups_more": 9 }))), "r lacks groups");
}
