//! `host_in` and `cidr_in` against collections of URLs that attackers and browser vendors made. They lie beside the
//! repository; without them there is nothing to measure.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail as tests do"
)]

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use mcpgov_engine::{table::Table, target::named_host, truth::Truth};
use mcpgov_policy_compiler::{
    compile,
    explain::{Object, Question, explain},
    source::Source,
};
use serde_json::{Value, json};

/// What an author writes to keep a tool from internal addresses.
const POLICY: &str = r#"
version: v1
rules:
  - { id: all, match: { labels: { mcp.server: "*" } }, decision: ALLOW }
  - id: internal
    match:
      args:
        any:
          - url: { host_in: [localhost, "*.localhost", "*.internal", "*.local"] }
          - url:
              cidr_in:
                - 0.0.0.0/8
                - 10.0.0.0/8
                - 100.64.0.0/10
                - 127.0.0.0/8
                - 169.254.0.0/16
                - 172.16.0.0/12
                - 192.168.0.0/16
                - "::/127"
                - fc00::/7
                - fe80::/10
    decision: DENY
"#;

/// Lines of a file, or nothing and a message.
fn corpus(name: &str) -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora").join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn text_of(line: &Value) -> String {
    match line["text_b64"].as_str() {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap(),
        None => line["text"].as_str().unwrap().to_owned(),
    }
}

fn table() -> Table<Vec<u8>> {
    let source = Source { path: "policy.yaml".to_owned(), text: POLICY.to_owned() };
    let (table, diagnostics) = compile(&source);
    Table::from_bytes(table.unwrap_or_else(|| panic!("{diagnostics:#?}"))).unwrap()
}

fn is_internal(table: &Table<Vec<u8>>, url: &str) -> Truth {
    let question = Question {
        object: Object::Tool("fetch".to_owned()),
        arguments: Some(json!({ "url": url }).to_string()),
        ..Question::default()
    };
    let explanation = explain(table, &question).unwrap();
    explanation.rules.iter().find(|rule| rule.id == "internal").unwrap().outcome
}

#[test]
fn every_internal_target_is_found_and_no_clean_url_is_refused() {
    let Some(lines) = corpus("args_ssrf.jsonl") else { return };
    let table = table();
    let (mut missed, mut refused) = (Vec::new(), Vec::new());
    for line in &lines {
        let (label, url) = (line["label"].as_str().unwrap(), text_of(line));
        let truth = is_internal(&table, &url);
        match label {
            "clean" if truth != Truth::FALSE => refused.push(url),
            "ssrf" | "ssrf_parser_discrepancy" | "ssrf_unparsable" if truth == Truth::FALSE => {
                missed.push((label, url))
            }
            _ => {}
        }
    }
    assert!(missed.is_empty() && refused.is_empty(), "missed {missed:#?}\nrefused {refused:#?}");
    assert!(lines.len() > 500);
}

#[test]
fn a_named_host_is_the_one_that_browsers_connect_to() {
    let Some(lines) = corpus("args_url_truth_whatwg.jsonl") else { return };
    let (mut different, mut known) = (Vec::new(), 0);
    for line in &lines {
        let url = text_of(line);
        let Some(found) = named_host(&url) else { continue };
        let hostname = line["hostname"].as_str().unwrap_or_default();
        // Relative references and bare hosts are no URLs to browsers; whoever joins a scheme to them connects there.
        let scheme = line["protocol"]
            .as_str()
            .is_some_and(|scheme| url.trim_start().to_lowercase().starts_with(&format!("{scheme}//")));
        let special = matches!(line["protocol"].as_str(), Some("http:" | "https:" | "ws:" | "wss:" | "ftp:"));
        let same = hostname.trim_matches(['[', ']']).trim_end_matches('.') == found.as_str();
        if scheme && special && !same {
            different.push((url, hostname.to_owned(), found));
        } else if same {
            known += 1;
        }
    }
    assert!(different.is_empty(), "{different:#?}");
    assert!(known > 50, "only {known} hosts were read");
}
