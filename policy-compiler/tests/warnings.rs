//! What `check` finds suspicious: every `warnings/NAME.yaml` gives exactly `warnings/NAME.expected`.
//! `UPDATE_EXPECT=1 cargo test -p mcpgov-policy-compiler --test warnings` writes the expectations anew.
use std::{collections::BTreeSet, fs, path::Path, time::Instant};

use mcpgov_policy_compiler::{
    bundle::{Bundle, Entry},
    diagnostic::{self, Code, Severity},
    inspect,
    source::Source,
};

fn findings(text: &str) -> Vec<&'static str> {
    let source = Source { path: "policy.yaml".to_owned(), text: text.to_owned() };
    inspect(&source).1.iter().map(|diagnostic| diagnostic.code.name()).collect()
}

fn of_rules(rules: &str) -> Vec<&'static str> {
    findings(&format!("version: v1\nrules:\n{rules}"))
}

#[test]
fn warnings_are_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/warnings");
    let mut found = BTreeSet::new();
    let mut different = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut read = |file: &Path| fs::read_to_string(path.with_file_name(file)).map(Entry::File);
        let (table, files) = Bundle::load(Path::new(&name), &mut read).unwrap().inspect();
        let all = || files.iter().flat_map(|(_, diagnostics)| diagnostics);
        assert!(table.is_some(), "{name}: {files:#?}");
        assert!(all().all(|diagnostic| diagnostic.severity == Severity::Warning));
        found.extend(all().map(|diagnostic| diagnostic.code));
        let actual: String =
            files.iter().map(|(source, found)| diagnostic::human(source, found, false)).collect();
        let expected = path.with_extension("expected");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(expected, actual).unwrap();
        } else if fs::read_to_string(expected).unwrap_or_default() != actual {
            different.push(format!("--- {name}\n{actual}"));
        }
    }
    assert!(different.is_empty(), "not as expected; UPDATE_EXPECT=1 accepts:\n{}", different.join("\n"));
    for code in Code::ALL.iter().filter(|code| **code >= Code::NeverMatches) {
        assert!(found.contains(code), "no golden test has {}", code.name());
    }
}

#[test]
fn exceptions_and_other_callers_keep_a_rule_alive() {
    // Each differs from a covered rule in one thing.
    let deny = |rest: &str| format!("  - {{ id: b, decision: DENY, {rest} }}\n");
    let permit =
        "  - { id: a, decision: ALLOW, match: { labels: { mcp.tool: t }, subject: { groups: [g] } } }\n";
    let covered = format!("{permit}{}", deny("match: { labels: { mcp.tool: \"t*\" } }"));
    assert_eq!(of_rules(&covered), ["dead-permit"]);
    for alive in [
        deny("match: { labels: { mcp.tool: u } }"),
        deny("match: { labels: { mcp.tool: t }, subject: { groups: [h] } }"),
        deny("match: { labels: { mcp.tool: t }, args: { x: { equals: 1 } } }"),
        deny("match: { labels: { mcp.tool: t } }, unless: { subject: { users: [u] } }"),
        deny("match: { labels: { mcp.tool: t } }, mode: shadow"),
    ] {
        assert_eq!(of_rules(&format!("{permit}{alive}")), [""; 0], "{alive}");
    }
}

#[test]
fn a_wider_exception_covers_less() {
    let permit = |unless: &str| {
        format!(
            "  - {{ id: a, decision: ALLOW, match: {{ labels: {{ mcp.tool: t }} }}, unless: {unless} }}\n"
        )
    };
    let deny = "  - { id: b, decision: DENY, match: { labels: { mcp.tool: t } }, unless: { subject: { groups: [x] } } }\n";
    // What the denial leaves out, the permit leaves out too.
    assert_eq!(of_rules(&format!("{}{deny}", permit("{ subject: { groups: [x, y] } }"))), ["dead-permit"]);
    assert_eq!(of_rules(&format!("{}{deny}", permit("{ subject: { groups: [y] } }"))), [""; 0]);
}

#[test]
fn a_missing_argument_keeps_an_uncertain_approval_alive() {
    // Where `n` is missing the first cannot be evaluated and applies, and the second does not hold.
    let of = |decision: &str| {
        format!(
            "  - {{ id: a, decision: {decision}, match: {{ labels: {{ mcp.tool: t }}, subject: {{ users: [u] }}, args: {{ n: {{ equals: 1 }} }} }} }}
  - {{ id: b, decision: DENY, match: {{ labels: {{ mcp.tool: t }}, args: {{ n: {{ exists: true }} }} }} }}\n"
        )
    };
    assert_eq!(of_rules(&of("ALLOW")), ["dead-permit"]);
    assert_eq!(of_rules(&of("REQUIRE_APPROVAL")), [""; 0]);
}

#[test]
fn a_hundred_thousand_rules_are_checked_while_one_waits() {
    let mut text = "version: v1\nrules:\n".to_owned();
    for number in 0..100_000 {
        let decision = if number % 3 == 0 { "DENY" } else { "ALLOW" };
        text.push_str(&format!(
            "- {{ id: r{number}, decision: {decision}, match: {{ labels: {{ mcp.server: s{}, mcp.tool: t{number} }}, subject: {{ groups: [g{}] }} }} }}\n",
            number % 100,
            number % 1000
        ));
    }
    let start = Instant::now();
    assert_eq!(findings(&text), [""; 0]);
    // Generous, for unoptimised code on a busy machine; the measured figure is in the benchmarks.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn sarif_names_each_rule_once_and_places_each_result() {
    let text = "version: v1\nservers:\n  ü: {}\n  b: {}\nrules:\n  - { id: a, match: { labels: { mcp.tool: t } }, decision: ALLOW }\n  - { id: b, match: { labels: { mcp.tool: t } }, decision: DENY }\n";
    let source = Source { path: "my policies/p.yaml".to_owned(), text: text.to_owned() };
    let log = diagnostic::sarif(&[(&source, &inspect(&source).1)]);
    assert_eq!(log["version"], "2.1.0");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["dead-permit", "no-owner"]);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"].as_str(), ids.get(index).copied());
        assert_eq!(result["level"], "warning");
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20policies/p.yaml");
    // Columns count characters: the name of two bytes is one wide.
    assert_eq!(
        place["region"],
        serde_json::json!({ "startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 4 })
    );
    assert_eq!(results[2]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 7);
}
