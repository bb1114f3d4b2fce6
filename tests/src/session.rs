//! The governed session that the demonstration shows and an end-to-end test checks: the same calls, the same
//! expectations.

pub mod protected;

use serde_json::{Value, json};

use crate::client::{Client, Refusal};
use crate::envoy::Envoy;
use crate::fixture::Fixture;

/// The tool that the caller of the session must not see.
pub const HIDDEN_TOOL: &str = "delete_repo";

/// One call and what governance must make of it.
pub struct Step {
    /// What it shows.
    pub title: &'static str,
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
    /// Text of the answer, or the code of the error.
    pub answer: Result<&'static str, i32>,
    /// The decision, its rule and its reason, as the audit record names them.
    pub decided: (&'static str, Option<&'static str>, &'static str),
    /// Whether the server gets to run it.
    pub runs: bool,
}

/// The steps, in order. The caller is [`crate::token::ada`], the policy that of the demonstration.
pub fn steps() -> Vec<Step> {
    vec![
        Step {
            title: "an allowed call",
            tool: "search_issues",
            arguments: json!({ "repo": "acme/web", "query": "crash" }),
            answer: Ok("2 issues: #1 crash on start, #7 typo in the guide"),
            decided: ("ALLOW", Some("triage-reads"), "rule"),
            runs: true,
        },
        Step {
            title: "a call denied by its tool, which this caller does not see",
            tool: HIDDEN_TOOL,
            arguments: json!({ "repo": "acme/web" }),
            answer: Err(-32602),
            decided: ("DENY", Some("nobody-deletes-repositories"), "rule"),
            runs: false,
        },
        Step {
            title: "a call allowed by its argument",
            tool: "create_issue",
            arguments: json!({ "repo": "acme/web", "title": "crash on start" }),
            answer: Ok("created an issue in \"acme/web\""),
            decided: ("ALLOW", Some("own-repositories-only"), "rule"),
            runs: true,
        },
        Step {
            title: "the same call denied by its argument",
            tool: "create_issue",
            arguments: json!({ "repo": "elsewhere/web", "title": "crash on start" }),
            answer: Err(-31403),
            decided: ("DENY", None, "default-deny"),
            runs: false,
        },
        Step {
            title: "a call that a person has to approve",
            tool: "create_issue",
            arguments: json!({ "repo": "acme/public-docs", "title": "typo in the guide" }),
            answer: Err(-31202),
            decided: ("REQUIRE_APPROVAL", Some("public-issues-need-a-human"), "rule"),
            runs: false,
        },
        Step {
            title: "a call allowed with constraints, and within them",
            tool: "fetch_url",
            arguments: json!({ "url": "https://docs.acme.example/guide" }),
            answer: Ok("fetched \"https://docs.acme.example/guide\""),
            decided: ("ALLOW_WITH_CONSTRAINTS", Some("outbound-within-bounds"), "rule"),
            runs: true,
        },
        Step {
            title: "the same call to a host that the constraints do not list",
            tool: "fetch_url",
            arguments: json!({ "url": "http://169.254.169.254/latest/meta-data" }),
            answer: Err(-31403),
            decided: ("DENY", Some("outbound-within-bounds"), "network-not-allowed"),
            runs: false,
        },
        Step {
            title: "a call that runs longer than its constraints allow",
            tool: "slow",
            arguments: json!({ "seconds": 20 }),
            answer: Err(-31429),
            decided: ("ALLOW_WITH_CONSTRAINTS", Some("outbound-within-bounds"), "rule"),
            runs: true,
        },
    ]
}

/// What became of a call.
pub struct Outcome {
    /// What the client got.
    pub answer: Result<String, Refusal>,
    /// The audit record.
    pub record: Value,
    /// Whether the server ran it.
    pub ran: bool,
}

/// Makes the call of `step`, the tool call with that `number` (from 0) of all that went through `envoy`.
pub async fn play(step: &Step, number: usize, client: &Client, envoy: &Envoy, server: &Fixture) -> Outcome {
    let before = server.tools_run().len();
    let answer = client.call(step.tool, &step.arguments).await;
    let record = envoy.wait_for_record(number, |record| record["method"] == "tools/call");
    Outcome { answer, record, ran: server.tools_run().len() > before }
}

impl Outcome {
    /// Everything that is not as `step` expects, in words.
    pub fn mismatches(&self, step: &Step) -> Vec<String> {
        let mut mismatches = Vec::new();
        let mut expect = |what: &str, expected: &Value, found: &Value| {
            if expected != found {
                mismatches.push(format!("{what}: expected {expected}, found {found}"));
            }
        };
        let answer = match &self.answer {
            Ok(text) => json!({ "text": text }),
            Err(refusal) => json!({ "error": refusal.code }),
        };
        let expected = match step.answer {
            Ok(text) => json!({ "text": text }),
            Err(code) => json!({ "error": code }),
        };
        expect("answer", &expected, &answer);
        let (decision, rule, reason) = step.decided;
        expect("tool", &json!(step.tool), &self.record["tool"]);
        expect("decision", &json!(decision), &self.record["decision"]);
        expect("rule", &json!(rule), &self.record["rule"]);
        expect("reason", &json!(reason), &self.record["reason"]);
        expect("user", &json!("ada@acme.example"), &self.record["subject"]["user"]);
        expect("run by the server", &json!(step.runs), &json!(self.ran));
        mismatches
    }
}
