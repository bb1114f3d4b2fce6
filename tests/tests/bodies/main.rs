//! Whatever a body looks like, the filter refuses it or decides on what the server will do.
//!
//! Real servers get several hundred odd bodies through the filter, under a policy that permits everything readable but one
//! tool and one argument. The tools they then run must be those of the audit records, with the arguments of the records,
//! and never what is denied.

mod cases;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cases::{Case, Era};
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::raw::{Connection, Response};
use mcpgov_tests::sdk::{self, Executed, Sdk, Server};
use mcpgov_tests::{audit, repetitions};
use serde_json::{Map, Value};

const POLICY: &str = "
version: v1
audit: { arguments: full }
servers:
  echo:
    match: { paths: [/mcp] }
rules:
  - id: whatever-can-be-read
    match:
      labels: { mcp.server: echo, mcp.method: \"*\" }
    decision: ALLOW
  - id: no-beta
    match:
      labels: { mcp.tool: beta }
    decision: DENY
  - id: no-path-b
    match:
      args: { path: { exists: true, equals: b } }
    decision: DENY
";

/// How many bodies a server would have run that the filter refuses. Less would mean that the table tests little.
const REFUSED_MIN: usize = 15;
/// How many bodies would make a server do what the policy denies.
const DENIED_MIN: usize = 2;

fn is_denied(one: &Executed) -> bool {
    one.tool == "beta" || one.arguments["path"] == "b"
}

#[test]
fn python_1() {
    compare(Sdk::PythonV1, "echo_v1.py", Era::Legacy);
}

#[test]
fn python_2_legacy() {
    compare(Sdk::PythonV2, "echo_v2.py", Era::Legacy);
}

#[test]
fn python_2_modern() {
    compare(Sdk::PythonV2, "echo_v2.py", Era::Modern);
}

#[test]
fn javascript_2_legacy() {
    compare(Sdk::JavaScript, "echo_v2.mjs", Era::Legacy);
}

#[test]
fn javascript_2_modern() {
    compare(Sdk::JavaScript, "echo_v2.mjs", Era::Modern);
}

/// What one server takes for infinite, another refuses, and strict readers of the access log cannot read at all.
#[test]
fn a_huge_number_does_not_pass() {
    let server = Server::start(Sdk::JavaScript, "echo_v2.mjs");
    let envoy = Envoy::start(sdk::governed(POLICY, server.port()));
    send_all(envoy.port(), &cases::huge_numbers(Era::Legacy), Era::Legacy);
    let ran = server.executed_until(LAST);
    assert_eq!(ran.len(), 1, "{ran:#?}");
    envoy.stop();
}

fn compare(sdk: Sdk, program: &str, era: Era) {
    let mut cases = cases::all(era);
    cases.extend(cases::random(era, repetitions(100)));
    assert!(cases.len() > 300, "{} cases", cases.len());

    let server = Server::start(sdk, program);
    // The id of a request says which case it is, in the record too.
    let keep = "                stat_prefix: mcp\n";
    let config = sdk::governed(POLICY, server.port())
        .replace(keep, &format!("{keep}                preserve_external_request_id: true\n"));
    let envoy = Envoy::start(config);
    send_all(envoy.port(), &cases, era);
    let ran = by_case(server.executed_until(LAST));
    let decided = decisions(envoy.stop());
    let plain = ran.get(LAST).map_or(&[][..], Vec::as_slice);
    assert_eq!(plain.len(), 1, "the plain call runs, and once");

    let mut mismatches = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let number = number.to_string();
        let ran = ran.get(&number).map_or(&[][..], Vec::as_slice);
        let decided = decided.get(&number).map_or(&[][..], Vec::as_slice);
        if let Some(mismatch) = mismatch(ran, decided) {
            let body = String::from_utf8_lossy(&case.body[..case.body.len().min(400)]).into_owned();
            mismatches.push(format!("{}: {mismatch}\n  {body}\n  {:?}", case.name, case.headers));
        }
    }
    assert!(mismatches.is_empty(), "{} of {}:\n{}", mismatches.len(), cases.len(), mismatches.join("\n"));

    assert_eq!(ran.values().flatten().find(|one| is_denied(one)), None);

    let alone = Server::start(sdk, program);
    send_all(alone.port(), &cases, era);
    let without = by_case(alone.executed_until(LAST));
    let denied = without.values().flatten().filter(|one| is_denied(one)).count();
    assert!(denied >= DENIED_MIN, "only {denied} of the bodies make the server do what is denied");
    let without: BTreeSet<_> = without.into_keys().collect();
    let with: BTreeSet<_> = ran.into_keys().collect();
    let refused = without.difference(&with).count();
    println!(
        "{} cases, {} run by the server alone, {} through the filter",
        cases.len(),
        without.len(),
        with.len()
    );
    assert!(refused >= REFUSED_MIN, "only {refused} of the bodies that the server runs are refused");
}

/// Servers and the proxy wait for each other more than they work.
const SENDERS: usize = 8;

/// The case that is sent last: when it has run, so have all others.
const LAST: &str = "last";

fn send_all(port: u16, cases: &[Case], era: Era) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number) else { return };
                    // An answer or the end of the connection: what became of it is read from the logs of both sides.
                    let _ = send(port, case, &number.to_string());
                }
            });
        }
    });
    send(port, &cases::plain(era), LAST).expect("the plain call is answered");
}

fn send(port: u16, case: &Case, number: &str) -> io::Result<Response> {
    let mut head =
        format!("POST /mcp HTTP/1.1\r\nx-request-id: {number}\r\nx-case: {number}\r\nconnection: close\r\n");
    for (name, value) in &case.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut connection = Connection::open(port)?;
    let Some(bytes) = case.chunk else {
        head.push_str(&format!("content-length: {}\r\n\r\n", case.body.len()));
        connection.send(&[head.as_bytes(), &case.body].concat())?;
        return connection.receive();
    };
    connection.send(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())?;
    for chunk in case.body.chunks(bytes) {
        connection.send(&[format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat())?;
    }
    connection.send(b"0\r\n\r\n")?;
    connection.receive()
}

fn by_case(executed: Vec<Executed>) -> BTreeMap<String, Vec<Executed>> {
    let mut by_case: BTreeMap<String, Vec<Executed>> = BTreeMap::new();
    for one in executed {
        by_case.entry(one.case.clone().expect("every request has a case")).or_default().push(one);
    }
    by_case
}

/// The audit records of each case.
fn decisions(log: Vec<audit::Line>) -> BTreeMap<String, Vec<Value>> {
    let mut decisions: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in log.iter().flat_map(audit::Line::records) {
        let case = record["request_id"].as_str().unwrap_or_else(|| panic!("no case: {record}"));
        decisions.entry(case.to_owned()).or_default().push(record.clone());
    }
    decisions
}

/// What the server did that the filter did not decide on.
fn mismatch(ran: &[Executed], decided: &[Value]) -> Option<String> {
    let is_call = |record: &&Value| record["method"] == "tools/call" && record["decision"] == "ALLOW";
    let mut calls: Vec<_> = decided.iter().filter(is_call).collect();
    for one in ran {
        let of_record = |record: &&Value| {
            record["tool"] == *one.tool && same(&record["arguments"]["value"], &one.arguments)
        };
        match calls.iter().position(of_record) {
            Some(position) => drop(calls.remove(position)),
            None => return Some(format!("{one:?} ran, decided was {decided:#?}")),
        }
    }
    None
}

/// Whether two JSON values are the same to programs that keep numbers as binary fractions.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            // The JavaScript SDK drops this one, and with it the prototype that it could have been.
            let count = |of: &Map<String, Value>| of.keys().filter(|key| *key != "__proto__").count();
            let is_in_b =
                |(key, a): (&String, &Value)| key == "__proto__" || b.get(key).is_some_and(|b| same(a, b));
            count(a) == count(b) && a.iter().all(is_in_b)
        }
        _ => a == b,
    }
}
