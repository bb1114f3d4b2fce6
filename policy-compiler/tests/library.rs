//! The ready policies: nothing to say about them, and their tests hold and reach every rule and protection.
use std::{fs, path::Path, process::Command};

use serde_json::Value;

#[test]
fn every_policy_is_fine_and_has_tests() {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("library");
    let mut policies = 0;
    for path in fs::read_dir(&library).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".yaml") || name.ends_with(".test.yaml") {
            continue;
        }
        let output =
            Command::new(env!("CARGO_BIN_EXE_mcpgov")).args(["check", "--deny-warnings"]).arg(&path).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(path.with_extension("test.yaml").exists(), "{name} has no tests");
        policies += 1;
    }
    assert!(policies >= 10, "{policies}");
}

#[test]
fn their_tests_hold_and_reach_every_rule_and_protection() {
    let output = Command::new(env!("CARGO_BIN_EXE_mcpgov"))
        .args(["test", "--coverage", "--format", "json"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("library"))
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    for policy in report["coverage"].as_array().unwrap() {
        for missed in ["rules_missed", "protections_missed"] {
            assert_eq!(policy[missed], Value::Array(Vec::new()), "{}", policy["policy"]);
        }
    }
}
