//! The built program: exit codes, streams and files.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

fn example(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn mcpgov(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mcpgov")).args(arguments).output().unwrap()
}

fn mcpgov_reading(input: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcpgov"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// An empty folder of this test's own.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn every_example_compiles_twice_to_the_same_bytes() {
    let folder = folder("examples");
    for entry in fs::read_dir(example("")).unwrap() {
        let policy = entry.unwrap().path();
        if policy.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let (first, second) = (folder.join("first"), folder.join("second"));
        for table in [&first, &second] {
            let output = mcpgov(&["compile", policy.to_str().unwrap(), "-o", table.to_str().unwrap()]);
            assert_eq!(code(&output), 0, "{}", text(&output.stderr));
            assert!(output.stderr.is_empty() && output.stdout.is_empty());
        }
        assert_eq!(fs::read(&first).unwrap(), fs::read(&second).unwrap(), "{}", policy.display());
    }
}

#[test]
fn order_of_rules_servers_and_roles_means_nothing() {
    let folder = folder("order");
    let (a, b) = (folder.join("a"), folder.join("b"));
    let compile = |policy: &str, table: &Path| {
        let output = mcpgov_reading(policy, &["compile", "-", "-o", table.to_str().unwrap()]);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        fs::read(table).unwrap()
    };
    let rule = |id: &str, tools: &str| {
        format!("  - {{ id: {id}, match: {{ labels: {{ mcp.tool: {tools} }} }}, decision: DENY }}\n")
    };
    let head = "version: v1\nservers: { x: {}, y: {} }\nrules:\n";
    let forward = format!("{head}{}{}", rule("one", "[p, q]"), rule("two", "r"));
    let backward = format!(
        "version: v1\nrules:\n{}{}servers: {{ y: {{}}, x: {{}} }}\n",
        rule("two", "r"),
        rule("one", "[q, p]")
    );
    assert_eq!(compile(&forward, &a), compile(&backward, &b));
}

#[test]
fn a_table_goes_through_pipes() {
    let policy = fs::read_to_string(example("four-rules.yaml")).unwrap();
    let output = mcpgov_reading(&policy, &["compile", "-", "-o", "-"]);
    assert_eq!(code(&output), 0);
    let folder = folder("pipes");
    let table = folder.join("table");
    fs::write(&table, &output.stdout).unwrap();
    let output = mcpgov(&["show", table.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("rule no-unknown-servers: DENY\n  if mcp.server matches `*`\n"));
}

#[test]
fn a_wrong_policy_leaves_the_old_table_alone() {
    let folder = folder("old-table");
    let table = folder.join("table");
    fs::write(&table, "old").unwrap();
    let output = mcpgov_reading("version: v2\nrules: []\n", &["compile", "-", "-o", table.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    assert!(
        text(&output.stderr).contains("error[bad-value]: unknown version `v2`"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(fs::read(&table).unwrap(), b"old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_new_table_replaces_the_old_and_leaves_nothing_beside_it() {
    let folder = folder("new-table");
    let table = folder.join("table");
    fs::write(&table, "old").unwrap();
    let output = mcpgov(&["compile", &example("four-rules.yaml"), "-o", table.to_str().unwrap()]);
    assert_eq!(code(&output), 0);
    assert!(fs::read(&table).unwrap().starts_with(b"mcpgov"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn check_reports_in_every_format() {
    let wrong = "version: v1\nrules: []\nroels: {}\n";
    let human = mcpgov_reading(wrong, &["check", "-"]);
    assert_eq!(code(&human), 1);
    assert!(text(&human.stdout).contains("3 | roels: {}\n  | ^^^^^\n"), "{}", text(&human.stdout));
    assert!(text(&human.stdout).ends_with("standard input: 1 error\n"));
    let plain = mcpgov_reading(wrong, &["check", "-", "--format", "plain"]);
    assert_eq!(
        text(&plain.stdout),
        "standard input:3:1: error[unknown-key]: unknown key `roels` in a policy (did you mean `roles`?)\n"
    );
    let json = mcpgov_reading(wrong, &["check", "-", "--format", "json"]);
    assert_eq!(code(&json), 1);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json[0]["code"], "unknown-key");
}

#[test]
fn warnings_refuse_only_where_asked() {
    let suspicious = "version: v1\nservers: { a: {} }\nrules:\n  - { id: x, match: { labels: { mcp.server: \"b*\" } }, decision: DENY }\n";
    assert_eq!(code(&mcpgov_reading(suspicious, &["check", "-"])), 0);
    assert_eq!(code(&mcpgov_reading(suspicious, &["check", "-", "--deny-warnings"])), 1);
}

#[test]
fn explain_exits_by_the_verdict() {
    let four = example("four-rules.yaml");
    let explain = |arguments: &[&str]| {
        let output = mcpgov(&[&["explain", &four, "--tool", "t"], arguments].concat());
        (code(&output), text(&output.stdout).lines().next().unwrap_or_default().to_owned())
    };
    assert_eq!(
        explain(&["--server", "github", "--action", "read"]),
        (0, "ALLOW by rule reads-on-approved-servers".to_owned())
    );
    assert_eq!(
        explain(&["--server", "github", "--risk-tag", "prod"]),
        (2, "REQUIRE_APPROVAL by rule prod-writes-need-a-human".to_owned())
    );
    assert_eq!(explain(&["--server", "github"]), (2, "DENY (default-deny)".to_owned()));
}

#[test]
fn explain_answers_the_same_from_a_policy_and_its_table() {
    let folder = folder("explain");
    let table = folder.join("table");
    let policy = example("registry.yaml");
    assert_eq!(code(&mcpgov(&["compile", &policy, "-o", table.to_str().unwrap()])), 0);
    let ask = |from: &str| {
        let question = ["--server", "github", "--tool", "create_issue", "--group", "support", "--args"];
        mcpgov(
            &[&["explain", from][..], &question, &[r#"{"repo":"acme/a","draft":false}"#, "--json"]].concat(),
        )
    };
    let (of_policy, of_table) = (ask(&policy), ask(table.to_str().unwrap()));
    assert_eq!(code(&of_policy), 0, "{}", text(&of_policy.stderr));
    assert_eq!(of_policy.stdout, of_table.stdout);
    let json: serde_json::Value = serde_json::from_slice(&of_policy.stdout).unwrap();
    assert_eq!(json["decision"], "ALLOW");
    assert_eq!(json["rule"], "own-repositories-only");
}

#[test]
fn failures_are_one_line_and_exit_1() {
    let (policy, binary) = (example("four-rules.yaml"), env!("CARGO_BIN_EXE_mcpgov"));
    for arguments in [
        &["check", "no-such-file.yaml"][..],
        &["show", &policy],
        &["check", binary],
        &["compile", &policy, "-o", "/"],
        &["compile", &policy, "-o", "no-such-folder/table"],
        &["explain", &policy, "--tool", "t", "--args", "{"],
        &["explain", &policy],
    ] {
        let output = mcpgov(arguments);
        assert_eq!(code(&output), 1, "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let error = text(&output.stderr);
        assert!(error.starts_with("error: ") && error.lines().count() <= 2, "{arguments:?}: {error}");
        assert!(!error.contains("panicked"), "{error}");
    }
}

#[test]
fn usage_errors_exit_1_and_help_0() {
    assert_eq!(code(&mcpgov(&[])), 1);
    assert_eq!(code(&mcpgov(&["compile"])), 1);
    assert_eq!(code(&mcpgov(&["frobnicate"])), 1);
    assert_eq!(code(&mcpgov(&["explain", "p", "--tool", "a", "--prompt", "b"])), 1);
    for help in [&["--help"][..], &["--version"], &["explain", "--help"]] {
        assert_eq!(code(&mcpgov(help)), 0, "{help:?}");
    }
    let output = mcpgov(&["--help"]);
    assert!(text(&output.stdout).contains("Exit codes:"));
}

#[test]
fn every_verb_reads_policies_of_several_files() {
    let folder = folder("layers");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let rule = |id: &str, rest: &str| {
        format!(
            "version: v1\nrules: [{{ id: {id}, match: {{ labels: {{ mcp.tool: t }} }}, decision: ALLOW{rest} }}]\n"
        )
    };
    fs::write(path("main.yaml"), "version: v1\nlayers: [a.yaml, b.yaml]\n").unwrap();
    fs::write(path("a.yaml"), rule("org", "")).unwrap();
    fs::write(path("b.yaml"), rule("team", "")).unwrap();
    let output = mcpgov(&["explain", &path("main.yaml"), "--tool", "t"]);
    assert!(text(&output.stdout).contains("team (ALLOW, layer 2): matches too"), "{}", text(&output.stdout));
    let table = path("table");
    assert_eq!(code(&mcpgov(&["compile", &path("main.yaml"), "-o", &table])), 0);
    let shown = mcpgov(&["show", &table]);
    assert!(text(&shown.stdout).contains("rule org: ALLOW, layer 1\n"), "{}", text(&shown.stdout));
    assert_eq!(code(&mcpgov(&["render", &path("main.yaml"), "--target", "envoy"])), 0);

    fs::write(path("b.yaml"), rule("team", ", resaon: x")).unwrap();
    let output = mcpgov(&["check", "--format", "sarif", &path("main.yaml")]);
    assert_eq!(code(&output), 1);
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("/b.yaml"), "{log:#}");
    assert_eq!(place["region"]["startLine"], 2);
}
