//! What the fuzz targets and their seeds share.

use mcpgov_engine::exchange::{Head, Options, Policy as Decides, Terms};
use mcpgov_engine::json::{Doc, Limits};
use mcpgov_engine::session::SessionKey;
use mcpgov_engine::subject::Subject;
use mcpgov_engine::table::format::{Dimension, Label, Literal};
use mcpgov_engine::table::source::{
    ArgumentTest, Condition, Limit, Policy, Role, Rule, Server, ServerMatch, Tool,
};
use mcpgov_engine::table::write::write;
use mcpgov_engine::vocabulary::{Action, Capture, Verdict};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| String::from(*value)).collect()
}

fn label(label: Label, values: &[&str]) -> Condition {
    Condition::Label { label, own: None, values: strings(values) }
}

fn argument(path: &str, test: ArgumentTest) -> Condition {
    Condition::Argument { path: path.split('.').map(String::from).collect(), test }
}

fn rule(id: &str, verdict: Verdict, conditions: Vec<Condition>) -> Rule {
    Rule { id: id.into(), verdict, layer: 0, shadow: false, reason: None, conditions, limit: None }
}

/// A policy that uses everything a table can hold.
pub fn policy(shadow: bool) -> Policy {
    let limit = Limit {
        max_runtime_sec: Some(2),
        max_retries: Some(1),
        network_allowlist: Some(strings(&["*.example"])),
    };
    let tool =
        |name: &str, action| Tool { name: name.into(), action: Some(action), risk_tags: strings(&["prod"]) };
    let server = Server {
        name: "github".into(),
        matches: vec![
            ServerMatch::Http { host: Some("*.example".into()), path: Some("/github".into()) },
            ServerMatch::Cluster("github".into()),
            ServerMatch::Route("github".into()),
        ],
        environment: Some("production".into()),
        labels: vec![("team".into(), "code".into())],
        tools: vec![
            tool("search", Action::Read),
            tool("create", Action::Write),
            tool("delete_*", Action::Destructive),
        ],
        ..Server::default()
    };
    let staff = Condition::Any(vec![
        Condition::Subject { dimension: Dimension::Group, values: strings(&["staff", "team-*"]) },
        Condition::Subject { dimension: Dimension::User, values: strings(&["ada"]) },
    ]);
    let numbers =
        vec![(Literal::Number, "1".into()), (Literal::String, "a".into()), (Literal::Bool, "true".into())];
    Policy {
        shadow,
        capture: Capture::Full,
        servers: vec![server],
        roles: vec![Role { name: "staff".into(), condition: staff }],
        rules: vec![
            rule(
                "reads",
                Verdict::Allow,
                vec![label(Label::Action, &["read"]), label(Label::Server, &["github"])],
            ),
            Rule {
                limit: Some(limit),
                reason: Some("only where it belongs".into()),
                ..rule(
                    "bounded",
                    Verdict::AllowWithConstraints,
                    vec![
                        label(Label::Tool, &["create", "x*"]),
                        argument("repo.name", ArgumentTest::Glob(strings(&["acme/*"]))),
                        Condition::Role("staff".into()),
                    ],
                )
            },
            rule("ask", Verdict::RequireApproval, vec![argument("public", ArgumentTest::Exists)]),
            rule(
                "never",
                Verdict::Deny,
                vec![
                    Condition::RiskTag(strings(&["prod"])),
                    Condition::Not(Box::new(argument("sure", ArgumentTest::In(numbers)))),
                ],
            ),
            rule("prompts", Verdict::Allow, vec![label(Label::Prompt, &["*"])]),
            Rule {
                shadow: true,
                ..rule("tried", Verdict::Deny, vec![label(Label::Method, &["tools/list"])])
            },
        ],
        ..Policy::default()
    }
}

/// The bytes of a table of [`policy`].
pub fn table(shadow: bool) -> Vec<u8> {
    write(&policy(shadow)).expect("the policy can be written")
}

/// Callers that the policy knows, does not know, and knows nothing of.
pub fn subjects() -> [Subject; 3] {
    let user = |name: &str, group: &str| Subject {
        user: Some(name.into()),
        groups: Some(strings(&[group])),
        ..Subject::default()
    };
    [user("ada", "team-a"), user("eve", "others"), Subject::default()]
}

/// What an exchange is judged by, with one key and at one time.
pub fn terms<'t>(policy: Decides<'t>, options: &'t Options) -> Terms<'t> {
    static KEY: SessionKey = SessionKey::new([1; 32]);
    Terms { policy, options, session_key: Some(&KEY), now_sec: 1000, region: None, environment: None }
}

/// The head of a request for the one server of the policy.
pub fn head() -> Head {
    Head {
        method: "POST".into(),
        host: "mcp.example".into(),
        path: "/github".into(),
        content_type: Some("application/json".into()),
        accept: Some("application/json, text/event-stream".into()),
        ..Head::default()
    }
}

/// Puts a right digest over changed bytes: what a hostile or broken compiler could hand over.
pub fn resealed(mut table: Vec<u8>) -> Vec<u8> {
    // `table::format::Header`: magic, version and length are 16 bytes, then the digest of all other bytes.
    if let Some((head, rest)) = table.split_at_checked(48) {
        let digest = Sha256::new().chain_update(&head[..16]).chain_update(rest).finalize();
        table[16..48].copy_from_slice(&digest);
    }
    table
}

/// Asserts that `text` is one line that holds one JSON document to us and to `serde_json`.
pub fn assert_json(text: &str) {
    assert!(!text.contains('\n'), "{text}");
    Doc::parse(text.as_bytes(), &Limits::default()).unwrap_or_else(|error| panic!("{error}: {text}"));
    serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
}

/// What a strategy of the property tests makes by random numbers that follow from these bytes. The bytes themselves
/// would not do: some choices are made anew until they differ, and when the bytes end, would be made forever.
pub fn chosen<S: Strategy>(strategy: S, bytes: &[u8]) -> Option<S::Value> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    strategy.new_tree(&mut runner).ok().map(|tree| tree.current())
}
