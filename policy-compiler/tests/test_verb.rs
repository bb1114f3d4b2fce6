//! `mcpgov test` on files: exit codes, shapes of output, coverage and watching.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

const POLICY: &str =
    "version: v1\nrules:\n  - { id: r, match: { labels: { mcp.tool: t } }, decision: ALLOW }\n";

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("test-verb-{test}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("deep/deeper")).unwrap();
    fs::write(folder.join("policy.yaml"), POLICY).unwrap();
    folder
}

fn test_file(policy: &str, decision: &str) -> String {
    format!(
        "policy: {policy}\ntests:\n  - {{ name: t is permitted, request: {{ server: s, tool: t }}, expect: {{ decision: {decision} }} }}\n"
    )
}

fn mcpgov(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mcpgov")).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn folders_are_searched_and_failures_exit_3() {
    let folder = folder("folders");
    fs::write(folder.join("a.test.yaml"), test_file("policy.yaml", "ALLOW")).unwrap();
    fs::write(folder.join("deep/deeper/b.test.yml"), test_file("../../policy.yaml", "ALLOW")).unwrap();
    let path = folder.to_str().unwrap();
    let output = mcpgov(&["test", path]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stdout(&output).ends_with("2 tests: 2 passed, 0 failed\n"), "{}", stdout(&output));

    fs::write(folder.join("a.test.yaml"), test_file("policy.yaml", "DENY")).unwrap();
    let output = mcpgov(&["test", path]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        stdout(&output)
            .contains("  FAIL  t is permitted\n        expected DENY, decided ALLOW by rule `r`\n")
    );
    assert!(stdout(&output).ends_with("2 tests: 1 passed, 1 failed\n"));

    let output = mcpgov(&["test", path, "--format", "plain"]);
    let line =
        format!("{path}/a.test.yaml: failed: t is permitted: expected DENY, decided ALLOW by rule `r`\n");
    assert!(stdout(&output).starts_with(&line), "{}", stdout(&output));
    let json: serde_json::Value =
        serde_json::from_slice(&mcpgov(&["test", path, "--format", "json"]).stdout).unwrap();
    assert_eq!(json["suites"][0]["tests"][0]["passed"], false);
}

#[test]
fn what_cannot_be_run_exits_1() {
    let folder = folder("refused");
    let path = folder.to_str().unwrap();
    assert_eq!(mcpgov(&["test", path]).status.code(), Some(1), "no tests");
    for text in
        [test_file("no-such-policy.yaml", "ALLOW"), test_file("policy.yaml", "PERMIT"), "[".to_owned()]
    {
        fs::write(folder.join("a.test.yaml"), &text).unwrap();
        let output = mcpgov(&["test", path]);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn junit_and_coverage_are_written() {
    let folder = folder("junit");
    fs::write(folder.join("a.test.yaml"), test_file("policy.yaml", "ALLOW")).unwrap();
    let junit = folder.join("results.xml");
    let output =
        mcpgov(&["test", folder.to_str().unwrap(), "--junit", junit.to_str().unwrap(), "--coverage"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(fs::read_to_string(junit).unwrap().contains("tests=\"1\" failures=\"0\""));
    assert!(
        stdout(&output)
            .ends_with("coverage: 1 of 1 rules, 1 of 2 branches\n  rule r: mcp.tool is `t`: never fails\n"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn watching_runs_again_when_a_file_of_the_policy_changes() {
    let folder = folder("watch");
    fs::write(folder.join("policy.yaml"), "version: v1\ninclude: [included.yaml]\n").unwrap();
    fs::write(folder.join("included.yaml"), POLICY).unwrap();
    fs::write(folder.join("a.test.yaml"), test_file("policy.yaml", "ALLOW")).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcpgov"))
        .args(["test", "--watch", folder.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (sender, summaries) = mpsc::channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok).filter(|line| line.contains(" tests: ")) {
            let _ = sender.send(line);
        }
    });
    let summary = || summaries.recv_timeout(Duration::from_secs(20)).unwrap_or_default();
    let first = summary();
    // Replaced as editors do, so that it is never seen half written.
    fs::write(folder.join("new"), POLICY.replace("ALLOW", "DENY")).unwrap();
    fs::rename(folder.join("new"), folder.join("included.yaml")).unwrap();
    let second = summary();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(first, "1 tests: 1 passed, 0 failed");
    assert_eq!(second, "1 tests: 0 passed, 1 failed");
}
