//! How many hosts of outside corpora the network target finder finds: the WHATWG URL test data, and requests forged to
//! reach internal addresses. Runs where the corpora lie beside the repository.
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod corpus;

use corpus::base64;
use mcpgov_engine::json::{Doc, Limits};
use mcpgov_engine::target::violation;
use serde_json::json;

/// Whether `text`, under a key that says nothing, is refused when all hosts but `allowed` are.
fn refused(text: &str, allowed: &str) -> bool {
    let arguments = json!({ "value": text }).to_string();
    let doc = Doc::parse(arguments.as_bytes(), &Limits::default()).expect("what serde_json writes is read");
    violation(doc.root(), &|host| host == allowed).is_some()
}

#[test]
fn every_whatwg_url_with_a_host_is_a_target() {
    let Some(cases) = corpus::lines("args_url_truth_whatwg.jsonl") else { return };
    let (mut targets, mut canonical, mut failures, mut failures_refused) = (0, 0, 0, 0);
    for case in &cases {
        let (text, base) = (case["text"].as_str().unwrap(), case["base"].as_str());
        let host = case["hostname"].as_str().unwrap_or_default();
        if case["label"] == "url_failure" {
            failures += 1;
            failures_refused += usize::from(refused(text, ""));
            continue;
        }
        // A reference that takes its host from the base names none itself.
        let relative = |base: &str| base.contains(host) || !text.contains([':', '/', '\\']);
        let names_host = !host.is_empty() && !base.is_some_and(relative);
        if names_host {
            targets += 1;
            assert!(refused(text, ""), "not found: {text:?} -> {host}");
            let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
            // What some reader would read differently is refused whatever is allowed.
            let odd = !text.is_ascii()
                || text.contains(['%', '!', '\t', '\r', '\n'])
                || text.matches('@').count() > 1;
            let passes = !refused(text, bare);
            assert!(passes || odd, "refused although allowed: {text:?} -> {host}");
            canonical += usize::from(passes);
        }
    }
    eprintln!("{targets} of {targets} hosts found, {canonical} canonical as WHATWG has them");
    eprintln!("{failures_refused} of {failures} WHATWG failures refused");
}

#[test]
fn every_forged_request_to_an_internal_address_is_found() {
    let Some(cases) = corpus::lines("args_ssrf.jsonl") else { return };
    let mut missed = Vec::new();
    let mut tally = std::collections::BTreeMap::<String, (usize, usize)>::new();
    for case in &cases {
        let bytes = base64(case["text_b64"].as_str().unwrap());
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let label = case["label"].as_str().unwrap();
        // A clean case must pass where its host is allowed, unless it holds a second URL.
        let allowed = if label == "clean" { case["whatwg_host"].as_str().unwrap_or_default() } else { "" };
        let found = refused(&text, allowed);
        let (refusals, all) = tally.entry(label.into()).or_default();
        *refusals += usize::from(found);
        *all += 1;
        let names_host = match label {
            "clean" => text.split("://").skip(1).any(|rest| !rest.starts_with(allowed)),
            _ => !text.contains(":///") && !text.ends_with("://"),
        };
        if found != names_host {
            missed.push(format!("{label}: {text:?}"));
        }
    }
    eprintln!("refused, of: {tally:?}");
    assert!(missed.is_empty(), "{missed:#?}");
}
