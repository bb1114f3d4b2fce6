//! Tests of policies: reading test files, and what running them finds. The files of `mcpgov test` are in `test_verb.rs`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::{
    compile,
    diagnostic::human,
    source::Source,
    testing::{self, Coverage, Outcome, Suite},
};

const POLICY: &str = include_str!("../examples/registry.yaml");

fn table(text: &str) -> Table<Vec<u8>> {
    let source = Source { path: "policy.yaml".to_owned(), text: text.to_owned() };
    Table::from_bytes(compile(&source).0.unwrap()).unwrap()
}

fn suite(tests: &str) -> Suite {
    let source = Source { path: "t.test.yaml".to_owned(), text: format!("policy: p.yaml\ntests:\n{tests}") };
    let (suite, diagnostics) = testing::read(&source);
    suite.unwrap_or_else(|| panic!("{}", human(&source, &diagnostics, false)))
}

fn run(tests: &str) -> Vec<Outcome> {
    let (table, mut coverage) = (table(POLICY), Coverage::default());
    suite(tests).cases.iter().map(|case| testing::run(&table, case, &mut coverage)).collect()
}

/// The problems of one test, given without its name.
fn problems(test: &str) -> Vec<String> {
    run(&format!("  - {{ name: t, {test} }}\n")).remove(0).problems
}

const ISSUE: &str = "request: { server: github, tool: create_issue, args: { repo: acme/a, draft: false } }, subject: { groups: [support] }";

#[test]
fn what_is_as_expected_passes() {
    for expect in [
        "{ decision: ALLOW }",
        "{ rule: own-repositories-only }",
        "{ reason: rule }",
        "{ listed: true }",
        "{ decision: ALLOW, rule: own-repositories-only, reason: rule, listed: true }",
    ] {
        assert_eq!(problems(&format!("{ISSUE}, expect: {expect}")), [""; 0], "{expect}");
    }
}

#[test]
fn what_is_not_says_what_was_decided_and_why() {
    assert_eq!(
        problems(&format!("{ISSUE}, expect: {{ decision: DENY, listed: false }}")),
        ["expected DENY, decided ALLOW by rule `own-repositories-only`", "expected to be hidden, is listed"]
    );
    let foreign = "request: { server: github, tool: create_issue, args: { repo: evil/a, draft: false } }, subject: { groups: [support] }";
    assert_eq!(
        problems(&format!("{foreign}, expect: {{ rule: own-repositories-only }}")),
        [
            "expected rule `own-repositories-only`, decided DENY (default-deny)",
            "rule `own-repositories-only` needs: argument `repo` matches `acme/*`"
        ]
    );
    assert_eq!(
        problems(&format!("{ISSUE}, expect: {{ rule: no-such-rule, reason: default-deny }}")),
        [
            "expected reason default-deny, decided ALLOW by rule `own-repositories-only`",
            "expected rule `no-such-rule`, decided ALLOW by rule `own-repositories-only`",
            "the policy has no rule `no-such-rule`"
        ]
    );
}

#[test]
fn a_subject_left_out_is_not_known_and_an_empty_one_is_known_to_be_empty() {
    let with = |subject: &str| {
        problems(&format!(
            "request: {{ server: github, tool: create_issue, args: {{ repo: acme/a, draft: false }} }}, subject: {subject}, expect: {{ rule: own-repositories-only }}"
        ))
        .remove(1)
    };
    let role = "rule `own-repositories-only` needs: subject.roles is `triage`";
    assert_eq!(with("{ user: eve }"), format!("{role} (that part of the caller's identity is not known)"));
    assert_eq!(with("{ user: eve, groups: [] }"), role);
}

#[test]
fn traffic_finds_its_server() {
    let to = |traffic: &str| {
        problems(&format!("request: {{ {traffic}, tool: search_issues }}, expect: {{ rule: anybody-reads }}"))
    };
    assert_eq!(to("host: mcp.acme.example, path: /github"), [""; 0]);
    assert_eq!(
        to("host: mcp.acme.example, path: /jira").first().unwrap(),
        "expected rule `anybody-reads`, decided DENY (default-deny)"
    );
}

#[test]
fn arguments_keep_their_json_types() {
    let policy = table(
        "version: v1\nrules:\n  - { id: r, match: { labels: { mcp.tool: t }, args: { n: { equals: 1 }, s: { equals: \"1\" }, a.b: { equals: null } } }, decision: ALLOW }\n",
    );
    let decided = |arguments: &str| {
        let suite = suite(&format!(
            "  - {{ name: t, request: {{ server: s, tool: t, args: {arguments} }}, expect: {{ decision: ALLOW }} }}\n"
        ));
        testing::run(&policy, &suite.cases[0], &mut Coverage::default()).passed()
    };
    assert!(decided("{ n: 1, s: \"1\", a: { b: null } }"));
    assert!(decided("{ n: 1.0, s: \"1\", a: { b: ~ } }"));
    assert!(!decided("{ n: \"1\", s: \"1\", a: { b: null } }"));
    assert!(!decided("{ n: 1, s: 1, a: { b: null } }"));
}

#[test]
fn a_wrong_test_file_is_underlined() {
    let wrong = "policy: p.yaml
tests:
  - name: a
    request: { server: s, host: h, tool: t, prompt: p, args: [1] }
    expect: { decision: PERMIT, verdict: ALLOW }
  - name: b
    request: { method: tools/list }
    expect: { listed: yes, rule: 1 }
  - request: {}
    expect: {}
";
    let source = Source { path: "t.test.yaml".to_owned(), text: wrong.to_owned() };
    let (suite, diagnostics) = testing::read(&source);
    assert!(suite.is_none());
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|one| format!("{}: {}", source.slice(source.first_line(one.primary.span)), one.message))
        .collect();
    assert_eq!(
        lines,
        [
            "{ server: s, host: h, tool: t, prompt: p, args: [1] }: a request is about one tool, prompt or resource",
            "server: the server follows from host, path, cluster or route metadata",
            "[1]: expected a map of arguments, found a list",
            "PERMIT: unknown decision `PERMIT`",
            "verdict: unknown key `verdict` in `expect`",
            "yes: expected `true` or `false`, found text",
            "1: expected text, found a number",
            "request: {}: a test has no `name`",
            "{}: the map is empty",
        ]
    );
}

#[test]
fn listed_needs_something_that_a_list_has() {
    let source = Source {
        path: "t.test.yaml".to_owned(),
        text:
            "policy: p\ntests:\n  - { name: a, request: { method: tools/list }, expect: { listed: true } }\n"
                .to_owned(),
    };
    let (suite, diagnostics) = testing::read(&source);
    assert!(suite.is_none());
    assert_eq!(diagnostics[0].message, "`listed` is about an entry of a list");
}

#[test]
fn coverage_counts_rules_and_branches_that_mattered() {
    let policy = table(
        "version: v1\nrules:
  - { id: a, match: { labels: { mcp.tool: t }, subject: { groups: [g] } }, decision: ALLOW }
  - { id: b, match: { labels: { mcp.tool: u } }, decision: DENY }\n",
    );
    let mut coverage = Coverage::default();
    let mut run = |tool: &str, groups: &str| {
        let tests = format!(
            "  - {{ name: t, request: {{ server: s, tool: {tool} }}, subject: {{ groups: [{groups}] }}, expect: {{ decision: DENY }} }}\n"
        );
        testing::run(&policy, &suite(&tests).cases[0], &mut coverage);
        coverage.summary(&policy.view())
    };
    let summary = run("u", "h");
    // Rule a fails at its tool, so its second test was not come to.
    assert_eq!((summary.rules, summary.rules_missed), (2, vec!["a".to_owned()]));
    assert_eq!(summary.branches, 6);
    assert_eq!(summary.branches_missed.len(), 4);
    assert_eq!(run("t", "h").branches_missed.len(), 1);
    let whole = run("t", "g");
    assert!(whole.rules_missed.is_empty() && whole.branches_missed.is_empty());
}

#[test]
fn junit_is_well_formed_whatever_the_names() {
    let outcome = |name: &str, problems: &[&str]| Outcome {
        name: name.to_owned(),
        problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
    };
    let suites = vec![
        (
            "a \"b\" <c>.test.yaml".to_owned(),
            vec![outcome("x & y", &[]), outcome("\u{1}", &["1 < 2", "two"])],
        ),
        ("empty".to_owned(), Vec::new()),
    ];
    assert_eq!(
        testing::junit(&suites),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mcpgov" tests="2" failures="1">
  <testsuite name="a &quot;b&quot; &lt;c&gt;.test.yaml" tests="2" failures="1" errors="0">
    <testcase classname="a &quot;b&quot; &lt;c&gt;.test.yaml" name="x &amp; y"/>
    <testcase classname="a &quot;b&quot; &lt;c&gt;.test.yaml" name="�">
      <failure message="1 &lt; 2">1 &lt; 2&#10;two</failure>
    </testcase>
  </testsuite>
  <testsuite name="empty" tests="0" failures="0" errors="0">
  </testsuite>
</testsuites>
"#
    );
}

#[test]
fn tests_say_what_the_proxy_and_the_token_say() {
    let policy = "version: v1
rules:
  - id: r
    match:
      subject: { claims: { acr: gold, amr: [pin] } }
      context: { source: [10.0.0.0/8], time: { days: [mon] }, session: true, region: eu-*, environment: prod }
    decision: ALLOW
";
    let (table, mut coverage) = (table(policy), Coverage::default());
    let mut verdict = |test: &str| {
        let suite = suite(&format!(
            "  - {{ name: t, request: {{ tool: t }}, {test}, expect: {{ decision: ALLOW }} }}\n"
        ));
        testing::run(&table, &suite.cases[0], &mut coverage).passed()
    };
    let claims = "subject: { claims: { acr: gold, amr: [sms, pin] } }";
    let context = "context: { source: 10.1.2.3, time: 2026-01-05T10:00Z, session: true, region: eu-1, environment: prod }";
    assert!(verdict(&format!("{claims}, {context}")));
    for (from, to) in [
        ("10.1.2.3", "192.0.2.1"),
        ("01-05", "01-06"),
        ("session: true, ", ""),
        ("eu-1", "us-1"),
        ("prod", "test"),
    ] {
        assert!(!verdict(&format!("{claims}, {}", context.replace(from, to))), "{to}");
    }
    assert!(!verdict(&format!("subject: {{ claims: {{ acr: gold }} }}, {context}")));
    let wrong = "policy: p.yaml\ntests:\n  - { name: t, request: { tool: t }, context: { source: here, time: soon, session: 1, regoin: eu }, expect: { listed: true } }\n";
    let source = Source { path: String::new(), text: wrong.to_owned() };
    let (_, found) = testing::read(&source);
    let codes: Vec<&str> = found.iter().map(|one| one.code.name()).collect();
    assert_eq!(codes, ["bad-value", "bad-value", "wrong-type", "unknown-key"]);
}

const PROTECTED: &str = r#"version: v1
servers: { s: { tools: { t: { action: read }, u: { action: read } } } }
detectors: { custom.key: { pattern: "KEY-[0-9]{4,8}" } }
protections:
  - { id: keys, match: { labels: { mcp.tool: t } }, detect: custom.key, direction: [arguments, results, descriptions], treatment: mask }
  - { id: tried, detect: custom.key, treatment: quarantine, mode: shadow }
rules:
  - { id: r, match: { labels: { mcp.server: s } }, decision: ALLOW }
"#;

/// The problems of one test of [`PROTECTED`], and the protections that no test reached.
fn protected(test: &str) -> (Vec<String>, Vec<String>) {
    let (table, mut coverage) = (table(PROTECTED), Coverage::default());
    let suite = suite(&format!("  - {{ name: t, {test} }}\n"));
    let problems = testing::run(&table, suite.cases.first().unwrap(), &mut coverage).problems;
    (problems, coverage.summary(&table.view()).protections_missed)
}

#[test]
fn what_detectors_find_in_answers_arguments_and_definitions_is_expected() {
    for test in [
        "request: { server: s, tool: t }, answer: a KEY-1234, expect: { found: custom.key, treatment: mask, would: quarantine, answer: a ******** }",
        "request: { server: s, tool: t }, answer: { structuredContent: { a: [KEY-1234, 1] } }, expect: { answer: { structuredContent: { a: [\"********\", 1] } } }",
        "request: { server: s, tool: t, args: { k: KEY-1234 } }, expect: { found: [custom.key], treatment: mask, args: { k: \"********\" } }",
        "request: { server: s, tool: t }, definition: { name: t, description: KEY-1234 }, expect: { listed: true, definition: { name: t, description: \"********\" } }",
        "request: { server: s, tool: u }, answer: KEY-1234, expect: { found: [custom.key], treatment: log, would: quarantine, answer: KEY-1234 }",
        "request: { server: s, tool: u, args: { k: KEY-1234 } }, expect: { found: [], args: { k: KEY-1234 } }",
    ] {
        assert_eq!(protected(test).0, [""; 0], "{test}");
    }
}

#[test]
fn what_detectors_do_otherwise_is_told() {
    let told = |test: &str| protected(test).0;
    assert_eq!(
        told(
            "request: { server: s, tool: t }, answer: KEY-1234, expect: { found: [pii.email], treatment: deny, answer: KEY }"
        ),
        [
            "expected to find pii.email, found custom.key",
            "expected treatment deny, it is mask",
            "expected \"KEY\" to be left, it is \"********\""
        ]
    );
    assert_eq!(
        told("request: { server: s, tool: t }, answer: x, expect: { found: [custom.key], treatment: mask }"),
        ["expected to find custom.key, found nothing", "expected treatment mask, it is nothing"]
    );
    assert_eq!(
        told("request: { server: s, tool: t, method: other }, answer: x, expect: { found: [] }"),
        ["the method `other` is not about a tool"]
    );
    let denied = PROTECTED.replace("decision: ALLOW", "decision: DENY");
    let test = suite("  - { name: t, request: { server: s, tool: t }, answer: x, expect: { found: [] } }\n");
    let outcome = testing::run(&table(&denied), &test.cases[0], &mut Coverage::default());
    assert_eq!(outcome.problems, ["the call is decided DENY, so that detectors see nothing of it"]);
    let withheld = PROTECTED.replace(", mode: shadow", "");
    let test =
        suite("  - { name: t, request: { server: s, tool: t }, answer: KEY-1234, expect: { answer: x } }\n");
    let outcome = testing::run(&table(&withheld), &test.cases[0], &mut Coverage::default());
    assert_eq!(outcome.problems, ["nothing of it goes on: quarantine for `custom.key`"]);
}

#[test]
fn coverage_counts_protections_that_had_something_to_do() {
    let missed = |test: &str| protected(test).1;
    assert_eq!(
        missed("request: { server: s, tool: t }, answer: x, expect: { found: [] }"),
        ["keys", "tried"]
    );
    assert_eq!(
        missed("request: { server: s, tool: u }, answer: KEY-1234, expect: { treatment: log }"),
        ["keys"]
    );
    // Both ask for it, whichever of them it is that counts.
    assert_eq!(
        missed("request: { server: s, tool: t }, answer: KEY-1234, expect: { treatment: mask }"),
        [""; 0]
    );
}

#[test]
fn what_cannot_be_said_in_a_test_of_detectors_is_underlined() {
    let wrong = "policy: p.yaml
tests:
  - { name: a, request: { tool: t }, answer: x, definition: { name: t }, expect: { found: [] } }
  - { name: b, request: { method: tools/list }, answer: { tools: [] }, expect: { found: [] } }
  - { name: c, request: { method: initialize }, definition: { name: t }, expect: { found: [] } }
  - { name: d, request: { tool: t }, answer: x, expect: { args: {}, treatment: masks } }
  - { name: e, request: { tool: t }, answer: [x], expect: { found: [] } }
";
    let source = Source { path: String::new(), text: wrong.to_owned() };
    let (suite, diagnostics) = testing::read(&source);
    assert!(suite.is_none());
    let messages: Vec<&str> = diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "a test has an `answer` or a `definition`",
            "lists are looked through entry by entry",
            "a definition is that of an entry of a list",
            "detectors look at the `answer` of this test",
            "unknown treatment `masks`",
            "expected a result, or its text, found a list",
        ]
    );
}
