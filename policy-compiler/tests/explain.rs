//! What policies decide, and how that is explained. The questions go through compiled tables and the engine,
//! so these tests hold the whole way from YAML to a decision.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use mcpgov_engine::{subject::Subject, table::Table, truth::Truth, vocabulary::Verdict};
use mcpgov_policy_compiler::{
    compile,
    explain::{self, Explanation, Object, Question, QuestionError, Role, explain},
    source::Source,
};

fn table(text: &str) -> Table<Vec<u8>> {
    let source = Source { path: "policy.yaml".to_owned(), text: text.to_owned() };
    let (table, diagnostics) = compile(&source);
    Table::from_bytes(table.unwrap_or_else(|| panic!("{diagnostics:#?}"))).unwrap()
}

fn rules(rules: &str) -> Table<Vec<u8>> {
    table(&format!("version: v1\nrules:\n{rules}"))
}

fn call(server: &str, tool: &str, arguments: &str) -> Question {
    Question {
        server: (!server.is_empty()).then(|| server.to_owned()),
        object: Object::Tool(tool.to_owned()),
        arguments: (!arguments.is_empty()).then(|| arguments.to_owned()),
        ..Question::default()
    }
}

fn decide(table: &Table<Vec<u8>>, question: &Question) -> (Verdict, Option<String>) {
    let explanation = explain(table, question).unwrap();
    (explanation.verdict, explanation.rule)
}

fn role_of(explanation: &Explanation, id: &str) -> Role {
    explanation.rules.iter().find(|rule| rule.id == id).unwrap().role
}

const FOUR_RULES: &str = include_str!("../examples/four-rules.yaml");
const REGISTRY: &str = include_str!("../examples/registry.yaml");

#[test]
fn four_rules() {
    let table = table(FOUR_RULES);
    let decide = |server: &str, action: Option<&str>, tag: &[&str]| {
        let mut question = call(server, "some_tool", "");
        question.action = action.and_then(mcpgov_engine::vocabulary::Action::from_name);
        question.risk_tags = tag.iter().map(|tag| (*tag).to_owned()).collect();
        let (verdict, rule) = decide(&table, &question);
        (verdict.name(), rule.unwrap_or_default())
    };
    let expect = |verdict, rule: &str| (verdict, rule.to_owned());
    assert_eq!(decide("github", Some("read"), &[]), expect("ALLOW", "reads-on-approved-servers"));
    assert_eq!(
        decide("github", Some("write"), &["prod"]),
        expect("REQUIRE_APPROVAL", "prod-writes-need-a-human")
    );
    assert_eq!(decide("jira", None, &["non_prod"]), expect("ALLOW_WITH_CONSTRAINTS", "bounded-elsewhere"));
    assert_eq!(
        decide("jira", None, &["non_prod", "prod"]),
        expect("REQUIRE_APPROVAL", "prod-writes-need-a-human")
    );
    assert_eq!(decide("slack", Some("read"), &[]), expect("DENY", "no-unknown-servers"));
    assert_eq!(decide("", Some("read"), &[]), expect("DENY", "no-unknown-servers"));
    assert_eq!(decide("github", Some("destructive"), &[]), expect("DENY", ""));
}

#[test]
fn registry_roles_arguments_and_exceptions() {
    let table = table(REGISTRY);
    let ada = Subject { user: Some("ada@acme.example".to_owned()), ..Subject::default() };
    let create =
        |arguments: &str| Question { subject: ada.clone(), ..call("github", "create_issue", arguments) };
    let own = (Verdict::Allow, Some("own-repositories-only".to_owned()));
    let denied = (Verdict::Deny, None);
    assert_eq!(decide(&table, &create(r#"{"repo":"acme/site","draft":false}"#)), own);
    assert_eq!(decide(&table, &create(r#"{"repo":"acme/site","draft":true}"#)), denied, "unless");
    assert_eq!(
        decide(&table, &create(r#"{"repo":"evil/site","draft":false}"#)),
        denied,
        "another repository"
    );
    assert_eq!(decide(&table, &create(r#"{"repo":["acme/site"],"draft":false}"#)), denied, "another type");
    assert_eq!(decide(&table, &create(r#"{"draft":false}"#)), denied, "missing");
    assert_eq!(
        decide(&table, &call("github", "create_issue", r#"{"repo":"acme/site","draft":false}"#)),
        denied,
        "nobody"
    );
    assert_eq!(decide(&table, &call("github", "search_issues", "")).0, Verdict::Allow);
    assert_eq!(
        decide(&table, &call("github", "delete_repository", "")),
        (Verdict::Deny, Some("nothing-is-deleted".to_owned())),
        "a glob of tools"
    );
}

#[test]
fn uncertain_restrictions_apply_and_uncertain_permits_do_not() {
    let table = rules(
        r#"
  - { id: allow-all, match: { labels: { mcp.server: "*" } }, decision: ALLOW }
  - { id: deny-root, match: { args: { path: { equals: / } } }, decision: DENY }
"#,
    );
    assert_eq!(decide(&table, &call("a", "t", r#"{"path":"/tmp"}"#)).0, Verdict::Allow);
    let explanation = explain(&table, &call("a", "t", "{}")).unwrap();
    assert_eq!((explanation.verdict, explanation.rule.as_deref()), (Verdict::Deny, Some("deny-root")));
    let deny = explanation.rules.iter().find(|rule| rule.id == "deny-root").unwrap();
    assert_eq!((deny.role, deny.outcome), (Role::Decided, Truth::UNKNOWN));
    assert_eq!(deny.tests[0].cause, Some("the argument is missing"));

    let table = rules("\n  - { id: only, match: { subject: { users: ada } }, decision: ALLOW }\n");
    let explanation = explain(&table, &call("a", "t", "")).unwrap();
    assert_eq!((explanation.verdict, explanation.rule.as_deref()), (Verdict::Deny, None));
    assert_eq!(role_of(&explanation, "only"), Role::Uncertain);
}

#[test]
fn operators_compare_json_values_by_type() {
    let table = rules(
        r#"
  - id: all-operators
    match:
      args:
        text: { equals: "3" }
        number: { in: [3, 1e2] }
        flag: { equals: true }
        nothing: { equals: null }
        deep.er: { matches: ["a*", "*z"] }
        absent: { exists: false }
    decision: ALLOW
"#,
    );
    let with = |change: &str| {
        let arguments = r#"{"text":"3","number":100.0,"flag":true,"nothing":null,"deep":{"er":"xyz"}}"#;
        let (from, to) = change.split_once("=>").unwrap();
        assert!(arguments.contains(from));
        decide(&table, &call("s", "t", &arguments.replace(from, to))).0
    };
    assert_eq!(with("{=>{"), Verdict::Allow, "as it is");
    assert_eq!(with("100.0=>3"), Verdict::Allow);
    for change in [
        "\"3\"=>3",
        "100.0=>\"3\"",
        "100.0=>4",
        "true=>\"true\"",
        "true=>false",
        "null=>0",
        "xyz=>xy",
        "{\"text=>{\"absent\":1,\"text",
    ] {
        assert_eq!(with(change), Verdict::Deny, "{change}");
    }
}

#[test]
fn subjects_match_every_dimension() {
    let subject = Subject {
        user: Some("ada".to_owned()),
        groups: Some(vec!["eng".to_owned(), "ops".to_owned()]),
        agent: Some("planner".to_owned()),
        tenant: Some("acme".to_owned()),
        workload: Some("spiffe://acme/ns/a/sa/b".to_owned()),
        scopes: Some(vec!["mcp:write".to_owned()]),
        token: None,
        claims: [("acr".to_owned(), vec!["gold".to_owned()])].into(),
    };
    for (test, holds) in [
        ("users: [bob, ada]", true),
        ("users: bob", false),
        ("groups: ops", true),
        ("groups: sales", false),
        ("agents: \"plan*\"", true),
        ("agents: \"*x\"", false),
        ("tenants: acme", true),
        ("workloads: \"spiffe://acme/*\"", true),
        ("workloads: \"spiffe://evil/*\"", false),
        ("scopes: [\"mcp:*\"]", true),
        ("users: ada, groups: sales", false),
        ("roles: [r]", true),
    ] {
        let table = table(&format!(
            "version: v1\nroles: {{ r: {{ groups: nobody, tenants: acme }} }}\nrules:\n  - {{ id: x, match: {{ subject: {{ {test} }} }}, decision: ALLOW }}\n"
        ));
        let question = Question { subject: subject.clone(), ..call("s", "t", "") };
        let expected = if holds { Verdict::Allow } else { Verdict::Deny };
        assert_eq!(decide(&table, &question).0, expected, "{test}");
    }
}

#[test]
fn shadow_rules_and_policies_change_nothing() {
    let text = r#"
  - { id: allow, match: { labels: { mcp.server: "*" } }, decision: ALLOW }
  - { id: deny, match: { labels: { mcp.tool: t } }, decision: DENY, mode: shadow }
"#;
    let explanation = explain(&rules(text), &call("s", "t", "")).unwrap();
    assert_eq!(explanation.verdict, Verdict::Allow);
    assert_eq!(explanation.shadow.as_ref().unwrap().rule.as_deref(), Some("deny"));
    assert_eq!(role_of(&explanation, "deny"), Role::NotEnforced);

    let whole = table("version: v1\nmode: shadow\nrules: []\n");
    let explanation = explain(&whole, &call("s", "t", "")).unwrap();
    assert_eq!(explanation.verdict, Verdict::Allow);
    assert_eq!(explanation.shadow.as_ref().unwrap().verdict, Verdict::Deny);
}

#[test]
fn constraints_tighten_and_bind_arguments() {
    let table = rules(
        r#"
  - id: a
    match: { labels: { mcp.server: s } }
    decision: ALLOW_WITH_CONSTRAINTS
    constraints: { max_runtime_sec: 60, max_retries: 5 }
  - id: b
    match: { labels: { mcp.tool: t } }
    decision: ALLOW_WITH_CONSTRAINTS
    constraints: { max_runtime_sec: 30, network_allowlist: ["*.acme.example"] }
"#,
    );
    let explanation = explain(&table, &call("s", "t", r#"{"url":"https://api.acme.example/x"}"#)).unwrap();
    assert_eq!(explanation.verdict, Verdict::AllowWithConstraints);
    assert_eq!(explanation.constraints.max_runtime_sec, Some(30));
    assert_eq!(explanation.constraints.max_retries, Some(5));
    assert_eq!(explanation.constraints.network_allowlists, [["*.acme.example"]]);
    let explanation = explain(&table, &call("s", "t", r#"{"url":"https://evil.example/x"}"#)).unwrap();
    assert_eq!((explanation.verdict, explanation.reason.name()), (Verdict::Deny, "network-not-allowed"));
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let table = table(REGISTRY);
    let error = |question: Question| explain(&table, &question).unwrap_err();
    assert!(matches!(
        error(call("githb", "t", "")),
        QuestionError::UnknownServer(_, Some(nearest)) if nearest == "github"
    ));
    assert!(matches!(error(call("github", "t", "[]")), QuestionError::ArgumentsNotAnObject));
    assert!(matches!(error(call("github", "t", "{")), QuestionError::Arguments(_)));
    assert!(matches!(error(Question::default()), QuestionError::NoMethod));
    let method = Some("prompts/get".to_owned());
    assert!(matches!(
        error(Question { method, ..call("github", "t", "") }),
        QuestionError::MethodOfAnotherObject(..)
    ));
}

#[test]
fn what_people_read() {
    let ada = Subject { user: Some("ada@acme.example".to_owned()), ..Subject::default() };
    let question = Question { subject: ada, ..call("github", "create_issue", r#"{"repo":"acme/site"}"#) };
    let text = mcpgov_policy_compiler::explain::text(&explain(&table(REGISTRY), &question).unwrap());
    let without_digest: Vec<&str> = text.lines().filter(|line| !line.contains("policy: sha256:")).collect();
    assert_eq!(
        without_digest.join("\n"),
        "\
DENY (default-deny)
  in shadow: REQUIRE_APPROVAL by rule approvals-on-trial
  call: mcp.server github, mcp.method tools/call, mcp.tool create_issue, mcp.action write, risk tags prod

approvals-on-trial (REQUIRE_APPROVAL, shadow): matches, and is recorded only
  true     mcp.action is `write`
  true     risk tag is `prod`

anybody-reads (ALLOW): does not match
  false    mcp.action is `read`

nothing-is-deleted (DENY): does not match
  false    mcp.action is `destructive`

own-repositories-only (ALLOW): does not match
  false    argument `draft` exists"
    );
}

#[test]
fn a_method_nobody_knows_needs_a_rule_that_names_it() {
    let table = rules(
        r#"
  - { id: everything, match: { labels: { mcp.server: "*" } }, decision: ALLOW }
  - { id: by-name, match: { labels: { mcp.method: x/named } }, decision: ALLOW }
"#,
    );
    let ask = |method: &str| {
        let question =
            Question { server: Some("s".to_owned()), method: Some(method.to_owned()), ..Question::default() };
        explain(&table, &question).unwrap()
    };
    assert_eq!(ask("x/named").rule.as_deref(), Some("by-name"));
    let other = ask("x/other");
    assert_eq!((other.verdict, other.reason.name()), (Verdict::Deny, "unknown-method"));
    assert_eq!(role_of(&other, "everything"), Role::UnknownMethod);
    assert_eq!(role_of(&other, "by-name"), Role::NoMatch);
}

const PROTECTED: &str = "version: v1
servers: { crm: { labels: { data: personal }, tools: { get: { action: read } } } }
detectors: { custom.number: { pattern: 'C-[0-9]{8}' } }
protections:
  - id: masked
    match: { labels: { data: personal } }
    unless: { subject: { groups: [privacy] } }
    detect: [pii.card, pii.email, pii.iban, pii.phone, pii.ip, custom.number]
    direction: [arguments, results]
    treatment: mask
  - { id: described, detect: [poison.tool], direction: descriptions, treatment: quarantine }
  - { id: tried, detect: [custom.number], treatment: deny, mode: shadow }
rules:
  - { id: reads, match: { labels: { mcp.server: crm } }, decision: ALLOW }
";

#[test]
fn protections_that_apply_to_a_call_are_named() {
    let table = table(PROTECTED);
    let lines = |question: &Question| -> Vec<String> {
        let text = explain::text(&explain(&table, question).unwrap());
        let found = text.lines().filter_map(|line| line.strip_prefix("  protection "));
        found.map(str::to_owned).collect()
    };
    let with_groups = |groups: &[&str]| {
        let mut question = call("crm", "get", "");
        question.subject.groups = Some(groups.iter().map(|group| (*group).to_owned()).collect());
        question
    };
    let tried = "tried (deny, shadow) in results: custom.number";
    assert_eq!(
        lines(&with_groups(&["sales"])),
        [
            "masked (mask) in arguments and results: custom.number, pii.card, pii.email, pii.iban and 2 more",
            tried
        ]
    );
    assert_eq!(lines(&with_groups(&["privacy"])), [tried]);
    assert_eq!(
        lines(&call("crm", "get", ""))[0],
        "masked (mask) in arguments and results: custom.number, pii.card, pii.email, pii.iban and 2 more; it cannot be evaluated, and so applies"
    );
    let list = Question {
        server: Some("crm".to_owned()),
        method: Some("tools/list".to_owned()),
        ..Question::default()
    };
    assert!(lines(&list).contains(&"described (quarantine) in descriptions: poison.tool".to_owned()));
    let denied = call("", "get", "");
    assert_eq!(lines(&denied), [""; 0], "nothing is done with a denied call");
}

#[test]
fn protections_are_explained_to_programs() {
    let json = explain::json(&explain(&table(PROTECTED), &call("crm", "get", "")).unwrap());
    assert_eq!(
        json["protections"][1],
        serde_json::json!({
            "id": "tried", "directions": ["results"], "treatment": "deny", "mode": "shadow",
            "certain": true, "detectors": ["custom.number"],
        })
    );
}
