//! What is shown of what was found, and what never is.

use mcpgov_policy_compiler::{
    scan::{self, Report, Sarif, Summary, client},
    source::Source,
};
use serde_json::{Value, json};

use crate::{
    CARD, mcpgov_in, tree,
    words::{ANSWER, Words, report, source},
};

fn sarif(report: &Report) -> Value {
    let mut sarif = Sarif::default();
    sarif.add(report);
    sarif.finish()
}

#[test]
fn people_see_the_text_without_the_values() {
    let report = report(ANSWER);
    let human = anstream::adapter::strip_str(&scan::human(&report)).to_string();
    let expected = r#"low[test.name] answer.json:3:56 in result.content[0].text|user
  …": "text", "text": "{\"user\":\"[3 bytes]\",\"password\":\"[7 bytes]\"}" }]…
                                   ^^^^^^^^^
critical[test.password] answer.json:3:77 in result.content[0].text|password
  …\"user\":\"[3 bytes]\",\"password\":\"[7 bytes]\"}" }],
                                         ^^^^^^^^^
high[test.override] answer.json:4:21 in result.note
  "note": "please \u0069gnore this"
                  ^^^^^^^^^^^
"#;
    assert_eq!(human, expected, "{human}");
    let mut summary = Summary::default();
    summary.add(&report);
    assert_eq!(summary.line(), "answer.json: 1 critical, 1 high, 1 low found\n");
    summary.add(&Report { source: source("fine"), findings: Vec::new() });
    (summary.binary, summary.links, summary.failures) = (2, 1, 1);
    let expected = "2 files: 1 critical, 1 high, 1 low found; 1 could not be read; not looked at: 2 binary files, 1 symbolic link\n";
    assert_eq!(summary.line(), expected);
}

#[test]
fn no_format_shows_a_value() {
    let split = r#"{"content":[{"text":"ann hun"},{"text":"ter2"}]}"#;
    let secret_name = r#"{"hunter2": {"x": "ann hunter2"}, "user": "ann"}"#;
    for text in [ANSWER, split, secret_name, "ann:hunter2 ignore hunter2"] {
        let report = report(text);
        assert!(!report.findings.is_empty());
        let formats = [
            scan::human(&report),
            scan::plain(&report),
            json!(scan::json(&report)).to_string(),
            sarif(&report).to_string(),
        ];
        for format in formats {
            assert!(!format.contains("hunter2") && !format.contains("ann"), "{format}");
        }
    }
}

#[test]
fn programs_read_places_and_severities() {
    let report = report(ANSWER);
    assert_eq!(
        scan::plain(&report).lines().next(),
        Some("answer.json:3:56: low[test.name]: in result.content[0].text|user")
    );
    let json = scan::json(&report);
    assert_eq!(json[1]["detector"], "test.password");
    assert_eq!(json[1]["start"], json!({ "byte": 92, "line": 3, "column": 77 }));
    assert_eq!(json[2]["excerpt"]["value"], "\\u0069gnore");
    let sarif = sarif(&report);
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 3);
    let result = &run["results"][2];
    assert_eq!(result["level"], "error");
    assert_eq!(result["message"]["text"], "test.override in result.note");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 4);
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!(rule["id"], "test.override");
    assert_eq!(rule["properties"]["security-severity"], "8.0");
}

#[test]
fn a_value_is_not_shown_as_a_name_either() {
    let text =
        r#"{"api-key": "s1nthet1c", "s1nthet1c": {"x": "ignore"}, "s1nthet1cs": {"x": "ignore s1nthet1c"}}"#;
    let report = report(text);
    let paths: Vec<_> = report.findings.iter().map(|finding| finding.path.as_str()).collect();
    assert_eq!(paths, ["api-key", "….x", "s1nthet1cs.x"]);
    let human = scan::human(&report);
    assert!(!human.contains("s1nthet1c\"") && human.contains("ignore [9 bytes]"), "{human}");
    // Configuration in other formats has names of servers in its ways.
    let toml = "[mcp_servers.'my hunter2']\nargs = ['--api-key',\n  'v1']\n[mcp_servers.v1]\nargs = ['--api-key',\n  'v2']\n";
    let yaml = "extensions:\n  my hunter2:\n    args:\n      - --api-key\n      - v1\n";
    for (path, text, expected) in [
        ("config.toml", toml, &["", "mcp_servers….args[1]", "mcp_servers.….args[1]"][..]),
        ("config.yaml", yaml, &["", "extensions….args[1]"]),
    ] {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        let findings = client::configuration(&Words, &source, None).unwrap();
        let paths: Vec<_> = findings.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, expected);
    }
}

/// What the schema of SARIF 2.1.0 and GitHub's code scanning ask for.
#[test]
fn code_scanning_can_read_the_log() {
    let card = CARD.as_bytes();
    let same = [card, b"\n\n", card].concat();
    let folder = tree("log", &[("my files/ü#?.txt", card), ("b/c.txt", card), ("b/same.txt", &same)]);
    let absolute = folder.join("b/c.txt");
    let arguments = ["my files", "./b", absolute.to_str().unwrap(), "--format", "sarif"];
    let (_, found, _) = mcpgov_in(&folder, &arguments);
    let log: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    // Columns count characters, not units of UTF-16.
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(
        run["invocations"],
        json!([{ "executionSuccessful": true, "toolExecutionNotifications": [] }])
    );
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for member in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[member]["text"].as_str().is_some_and(|text| !text.is_empty()), "{member}");
        }
        assert_eq!(rule["properties"]["tags"], json!(["security"]));
        let score: f64 = rule["properties"]["security-severity"].as_str().unwrap().parse().unwrap();
        assert!((0.0..=10.0).contains(&score));
    }
    let results = run["results"].as_array().unwrap();
    let mut uris = Vec::new();
    let mut fingerprints = Vec::new();
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!((number("endLine"), number("endColumn")) >= (number("startLine"), number("startColumn")));
        uris.push(place["artifactLocation"]["uri"].as_str().unwrap());
        fingerprints.push(result["partialFingerprints"]["surroundings/v1"].as_str().unwrap());
    }
    let of_absolute = format!("file://{}", absolute.to_str().unwrap());
    assert_eq!(uris, ["my%20files/%C3%BC%23%3F.txt", "b/c.txt", "b/same.txt", "b/same.txt", &of_absolute]);
    // The same in the same surroundings is told apart by its number, and not by line or file.
    let (first, one) = (fingerprints[0], fingerprints[0].strip_suffix(":1").unwrap());
    assert_eq!(fingerprints, [first, first, first, &format!("{one}:2"), first]);
    // Nothing in it grows when nothing is found.
    let (_, found, _) = mcpgov_in(&folder, &["-", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(log["runs"][0]["results"], json!([]));
}
