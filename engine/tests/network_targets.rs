//! How many hosts of outside corpora the network target finder finds: the WHATWG URL test data, and requests forged to
//! reach internal addresses. Runs where the corpora lie beside the repository.
#![cfg(not(target_family = "wasm"))]

use mcpgov_engine::json::{Doc, Limits};
use mcpgov_engine::target::violation;
use serde_json::{Value, json};

fn corpus(name: &str) -> Option<Vec<Value>> {
    let path = format!("{}/../../shared/corpora/{name}", env!("CARGO_MANIFEST_DIR"));
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()),
        Err(_) => {
            eprintln!("skipped: no corpus at {path}");
            None
        }
    }
}

/// Whether `text`, under a key that says nothing, is refused when all hosts but `allowed` are.
fn refused(text: &str, allowed: &str) -> bool {
    let arguments = json!({ "value": text }).to_string();
    let doc = Doc::parse(arguments.as_bytes(), &Limits::default()).unwrap();
    violation(doc.root(), &|host| host == allowed).is_some()
}

#[test]
fn every_whatwg_url_with_a_host_is_a_target() {
    let Some(cases) = corpus("args_url_truth_whatwg.jsonl") else { return };
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
        let names_host = !host.is_empty() && base.is_none_or(|base| !base.contains(host));
        if names_host {
            targets += 1;
            assert!(refused(text, ""), "not found: {text:?} -> {host}");
            let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
            if refused(text, bare) {
                eprintln!("refused although allowed: {text:?} -> {host}");
            } else {
                canonical += 1;
            }
        }
    }
    eprintln!("{targets} of {targets} hosts found, {canonical} canonical as WHATWG has them");
    eprintln!("{failures_refused} of {failures} WHATWG failures refused");
}

#[test]
fn every_forged_request_to_an_internal_address_is_found() {
    let Some(cases) = corpus("args_ssrf.jsonl") else { return };
    let mut missed = 0;
    let mut tally = std::collections::BTreeMap::<String, (usize, usize)>::new();
    for case in &cases {
        let bytes = base64(case["text_b64"].as_str().unwrap());
        let text = String::from_utf8_lossy(&bytes);
        let label = case["label"].as_str().unwrap();
        let count = tally.entry(label.into()).or_default();
        count.1 += 1;
        // A clean case names one public host; it must pass where that is allowed.
        let allowed = if label == "clean" { case["whatwg_host"].as_str().unwrap_or_default() } else { "" };
        if refused(&text, allowed) {
            count.0 += 1;
            if label == "clean" {
                eprintln!("clean but refused: {text:?} ({allowed})");
            }
        } else if label != "clean" {
            eprintln!("{label} not found: {text:?}");
            missed += usize::from(label != "ssrf_other");
        }
    }
    eprintln!("refused, of: {tally:?}");
    assert_eq!(missed, 0);
}

fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, c| bits << 6 | u32::from(value(*c))) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
