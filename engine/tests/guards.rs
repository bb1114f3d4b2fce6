//! What guards find in outside corpora: attacks by family, and what must not be taken for one. Runs where the corpora lie
//! beside the repository, and fails below what was once reached.
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod corpus;

use std::collections::BTreeMap;

use corpus::base64;
use mcpgov_engine::guard::{Guard, finds};
use serde_json::Value;

/// Of the rows of a corpus with a label, the share that the guard is to find at least.
const FLOORS: [(&str, &str, Guard, f64); 11] = [
    ("args_ssrf", "ssrf", Guard::Ssrf, 0.999),
    ("args_ssrf", "ssrf_parser_discrepancy", Guard::Ssrf, 0.99),
    ("args_ssrf", "ssrf_unparsable", Guard::Ssrf, 0.90),
    ("args_payloads_patt", "path_traversal_lfi", Guard::PathTraversal, 0.98),
    ("args_payloads_patt", "sensitive_path", Guard::PathTraversal, 0.98),
    ("args_sql_libinjection", "sql", Guard::SqlWrite, 0.97),
    ("args_payloads_patt", "sql", Guard::SqlWrite, 0.98),
    // Of the rules of a firewall that looks for single words too.
    ("args_crs", "sql", Guard::SqlWrite, 0.66),
    ("args_payloads_patt", "shell", Guard::Shell, 0.94),
    ("args_crs", "shell", Guard::Shell, 0.84),
    ("args_crs", "path_traversal_lfi", Guard::PathTraversal, 0.60),
];

/// The share that it is to find at most. A hit among rows that a firewall's rule must not match may be an attack that
/// another of its rules is for.
const CEILINGS: [(&str, &str, Guard, f64); 20] = [
    ("args_ssrf", "clean", Guard::Ssrf, 0.0),
    ("args_url_truth_whatwg", "url_ok name", Guard::Ssrf, 0.01),
    ("args_sql_libinjection", "clean_sql", Guard::SqlWrite, 0.02),
    ("args_crs", "clean_for_rule sql", Guard::SqlWrite, 0.12),
    ("args_crs", "clean_for_rule shell", Guard::Shell, 0.11),
    ("benign_docs", "benign", Guard::Ssrf, 0.015),
    ("benign_docs", "benign", Guard::PathTraversal, 0.005),
    // Documentation of databases, with statements that write.
    ("benign_docs", "benign", Guard::SqlWrite, 0.07),
    ("benign_docs", "benign", Guard::Shell, 0.02),
    ("injection_notinject", "benign", Guard::Ssrf, 0.0),
    ("injection_notinject", "benign", Guard::PathTraversal, 0.0),
    ("injection_notinject", "benign", Guard::SqlWrite, 0.0),
    ("injection_notinject", "benign", Guard::Shell, 0.0),
    ("injection_agentdojo", "benign", Guard::Ssrf, 0.0),
    ("injection_agentdojo", "benign", Guard::PathTraversal, 0.0),
    ("injection_agentdojo", "benign", Guard::SqlWrite, 0.0),
    ("injection_agentdojo", "benign", Guard::Shell, 0.0),
    ("injection_bipia_email", "benign", Guard::SqlWrite, 0.01),
    ("injection_bipia_email", "benign", Guard::Shell, 0.01),
    ("negatives_lockfiles", "clean", Guard::Shell, 0.005),
];

/// By label: how many rows each guard finds something in, and how many there are.
type Tally = BTreeMap<String, ([usize; 4], usize)>;

fn tally(rows: &[Value]) -> Tally {
    let mut tally = Tally::new();
    for row in rows {
        let text = match row["text"].as_str() {
            Some(text) => text.to_owned(),
            None => {
                let bytes = base64(row["text_b64"].as_str().expect("one of the two"));
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        let label = row["label"].as_str().unwrap_or_default();
        let label = match (label, row["cls"].as_str(), row["kind"].as_str()) {
            ("clean_for_rule", Some(rule), _) => format!("{label} {rule}"),
            ("url_ok", _, Some(kind)) => format!("{label} {kind}"),
            _ => label.to_owned(),
        };
        let (counts, all) = tally.entry(label).or_default();
        for (guard, count) in Guard::ALL.into_iter().zip(counts) {
            *count += usize::from(finds(guard, &text));
        }
        *all += 1;
    }
    tally
}

#[test]
fn guards_find_as_much_as_they_did_and_no_more_of_what_is_clean() {
    let files: Vec<&str> = FLOORS.iter().chain(&CEILINGS).map(|(file, ..)| *file).collect();
    let mut tallies = BTreeMap::new();
    for file in files {
        if tallies.contains_key(file) {
            continue;
        }
        let Some(rows) = corpus::lines(&format!("{file}.jsonl")) else { return };
        let tally = tally(&rows);
        for (label, (counts, all)) in &tally {
            let share = |(guard, count): (&Guard, &usize)| {
                format!("{} {:.3}", guard.name(), *count as f64 / *all as f64)
            };
            let shares: Vec<String> = Guard::ALL.iter().zip(counts).map(share).collect();
            eprintln!("{file:22} {label:32} {all:5}  {}", shares.join("  "));
        }
        tallies.insert(file, tally);
    }
    let share = |file: &str, label: &str, guard: Guard| {
        let (counts, all) = tallies[file].get(label).expect(label);
        let at = Guard::ALL.iter().position(|other| *other == guard).expect("all");
        counts[at] as f64 / *all as f64
    };
    for (file, label, guard, floor) in FLOORS {
        let share = share(file, label, guard);
        assert!(share >= floor, "{} finds {share:.3} of {label} in {file}", guard.name());
    }
    for (file, label, guard, ceiling) in CEILINGS {
        let share = share(file, label, guard);
        assert!(share <= ceiling, "{} finds {share:.3} of {label} in {file}", guard.name());
    }
}
