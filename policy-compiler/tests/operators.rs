//! Every operator of the language from YAML to a decision, in a rule that permits and in one that denies: a test
//! that cannot be evaluated never permits, and always denies.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use mcpgov_engine::{subject::Subject, table::Table, truth::Truth, vocabulary::Verdict};
use mcpgov_policy_compiler::{
    compile,
    explain::{Circumstances, Object, Question, explain},
    source::Source,
};

fn table(text: &str) -> Table<Vec<u8>> {
    let source = Source { path: "policy.yaml".to_owned(), text: text.to_owned() };
    let (table, diagnostics) = compile(&source);
    Table::from_bytes(table.unwrap_or_else(|| panic!("{text}\n{diagnostics:#?}"))).unwrap()
}

fn ask(table: &Table<Vec<u8>>, question: &Question) -> (Verdict, Truth, Option<&'static str>) {
    let explanation = explain(table, question).unwrap();
    let rule = explanation.rules.iter().find(|rule| rule.id == "r").unwrap();
    let cause = rule.tests.iter().find_map(|test| test.cause);
    (explanation.verdict, rule.outcome, cause)
}

fn tool_call(arguments: &str) -> Question {
    Question {
        object: Object::Tool("t".to_owned()),
        arguments: Some(arguments.to_owned()),
        ..Question::default()
    }
}

/// Checks `condition`, the body of a rule's `match`, against questions with the expected outcome.
#[track_caller]
fn expect(condition: &str, cases: &[(Truth, Question)]) {
    let permit =
        table(&format!("version: v1\nrules:\n  - {{ id: r, match: {{ {condition} }}, decision: ALLOW }}"));
    let deny = table(&format!(
        "version: v1\nrules:\n  - {{ id: a, match: {{ labels: {{ mcp.server: \"*\" }} }}, decision: ALLOW }}\n  \
         - {{ id: r, match: {{ {condition} }}, decision: DENY }}"
    ));
    for (expected, question) in cases {
        let context = format!("{condition}\n{question:#?}");
        let (verdict, truth, cause) = ask(&permit, question);
        assert_eq!(truth, *expected, "{context}");
        assert_eq!(verdict.is_permit(), *expected == Truth::TRUE, "permit {context}");
        let (verdict, truth, _) = ask(&deny, question);
        assert_eq!(truth, *expected, "{context}");
        assert_eq!(verdict == Verdict::Allow, *expected == Truth::FALSE, "deny {context}");
        assert!(cause.is_some() || *expected != Truth::UNKNOWN, "every unknown has a cause: {context}");
    }
}

/// Checks `guards` of a rule that permits against arguments with the expected verdict.
#[track_caller]
fn guards(guards: &str, permitted: &[&str], denied: &[&str]) {
    let table = table(&format!(
        "version: v1\nrules:\n  - {{ id: r, match: {{ labels: {{ mcp.tool: t }} }}, decision: ALLOW, guards: {guards} }}"
    ));
    for (verdict, all) in [(Verdict::Allow, permitted), (Verdict::Deny, denied)] {
        for arguments in all {
            let explanation = explain(&table, &tool_call(arguments)).unwrap();
            assert_eq!(explanation.verdict, verdict, "{guards}\n{arguments}");
            let rule = if verdict == Verdict::Allow { "r" } else { "r:guards" };
            assert_eq!(explanation.rule.as_deref(), Some(rule), "{guards}\n{arguments}");
        }
    }
}

#[test]
fn guards_deny_what_they_find_and_say_so() {
    guards(
        "[ssrf]",
        &["{}", r#"{"a":"https://acme.example/"}"#, r#"{"a":"; rm -rf /"}"#, r#"{"n":2130706433}"#],
        &[r#"{"a":[{"b":"http://10.0.0.1/"}]}"#, r#"{"host":2130706433}"#, r#"{"http://10.0.0.1/":1}"#],
    );
    guards(
        "[{ ssrf: [url, o.back] }, shell]",
        &["{}", r#"{"a":"http://10.0.0.1/"}"#, r#"{"url":null}"#],
        &[
            r#"{"url":"http://10.0.0.1/"}"#,
            r#"{"url":2130706433}"#,
            r#"{"o":{"back":["http://10.0.0.1/"]}}"#,
            r#"{"a":"; rm -rf /"}"#,
            // Which of the two the tool reads is not known.
            r#"{"url":"https://acme.example/","URL":"x"}"#,
        ],
    );
    guards("[{ path_traversal: p }]", &[r#"{"p":"a/b"}"#], &[r#"{"p":"a/%2e%2e/b"}"#]);
    guards("[sql_write]", &[r#"{"q":"select a from b"}"#], &[r#"{"q":"delete from b"}"#]);
}

#[test]
fn guards_of_a_server_deny_whatever_permits_and_leave_the_tool_listed() {
    let table = table(
        "version: v1\nservers: { s: { guards: [shell] } }\nrules:\n  \
         - { id: r, match: { labels: { mcp.server: \"*\" } }, decision: ALLOW }",
    );
    let on = |server: Option<&str>, arguments: &str| {
        let question = Question { server: server.map(str::to_owned), ..tool_call(arguments) };
        let explanation = explain(&table, &question).unwrap();
        let found = explanation.rules.iter().flat_map(|rule| &rule.tests).find_map(|test| test.found.clone());
        (explanation.verdict, explanation.rule.unwrap_or_default(), found)
    };
    let attack = r#"{"a":"; rm -rf /"}"#;
    let found = Some("`shell` finds `; rm -rf /`".to_owned());
    assert_eq!(on(Some("s"), attack), (Verdict::Deny, "s:guards".to_owned(), found));
    assert_eq!(on(Some("s"), r#"{"a":"b"}"#), (Verdict::Allow, "r".to_owned(), None));
    assert_eq!(on(None, attack).0, Verdict::Allow);
}

#[track_caller]
fn arguments(condition: &str, holds: &[&str], fails: &[&str], unknown: &[&str]) {
    let cases = |truth: Truth, arguments: &[&str]| -> Vec<(Truth, Question)> {
        arguments.iter().map(|arguments| (truth, tool_call(arguments))).collect()
    };
    let cases = [cases(Truth::TRUE, holds), cases(Truth::FALSE, fails), cases(Truth::UNKNOWN, unknown)];
    expect(&format!("args: {{ {condition} }}"), &cases.concat());
}

#[test]
fn scalars() {
    arguments("a: { equals: 1 }", &[r#"{"a":1}"#, r#"{"a":1.0}"#], &[r#"{"a":2}"#], &["{}", r#"{"a":"1"}"#]);
    arguments(
        "a: { in: [1, x] }",
        &[r#"{"a":"x"}"#],
        &[r#"{"a":"y"}"#],
        &[r#"{"a":null}"#, r#"{"a":1,"A":1}"#],
    );
    arguments(
        "a: { matches: [\"x*\", y] }",
        &[r#"{"a":"xx"}"#, r#"{"a":"y"}"#],
        &[r#"{"a":"z"}"#],
        &[r#"{"a":1}"#],
    );
    arguments("a: { exists: true }", &[r#"{"a":null}"#], &["{}"], &[r#"{"A":1}"#]);
    arguments("a: { exists: false }", &["{}"], &[r#"{"a":null}"#], &[r#"{"A":1}"#]);
}

#[test]
fn numbers() {
    arguments(
        "a: { gt: 1, lte: 1000 }",
        &[r#"{"a":1.5}"#, r#"{"a":1e3}"#],
        &[r#"{"a":1}"#, r#"{"a":1000.5}"#, r#"{"a":-5}"#],
        &["{}", r#"{"a":"5"}"#, r#"{"a":1000.0000000000000000001}"#],
    );
    arguments(
        "a: { gte: -2, lt: 0 }",
        &[r#"{"a":-2}"#, r#"{"a":-0.1}"#],
        &[r#"{"a":0}"#, r#"{"a":-0.0}"#],
        &[],
    );
}

#[test]
fn lengths_and_types() {
    arguments(
        "a: { length: { gte: 2, lt: 4 } }",
        &[r#"{"a":"üüü"}"#, r#"{"a":[1,2]}"#, r#"{"a":{"x":1,"y":2}}"#],
        &[r#"{"a":"u"}"#, r#"{"a":[1,2,3,4]}"#],
        &["{}", r#"{"a":22}"#, r#"{"a":null}"#],
    );
    arguments("a: { length: 0 }", &[r#"{"a":""}"#, r#"{"a":[]}"#], &[r#"{"a":"x"}"#], &[]);
    arguments(
        "a: { type: [integer, null] }",
        &[r#"{"a":3}"#, r#"{"a":3.0}"#, r#"{"a":null}"#],
        &[r#"{"a":3.5}"#, r#"{"a":"3"}"#, r#"{"a":[]}"#],
        &["{}"],
    );
    arguments("a: { type: null }", &[r#"{"a":null}"#], &[r#"{"a":0}"#], &["{}"]);
}

#[test]
fn containing() {
    arguments(
        "a: { contains: [rm -rf, 3] }",
        &[r#"{"a":"sudo rm -rf /"}"#, r#"{"a":[1,3.0]}"#, r#"{"a":["rm -rf"]}"#],
        &[r#"{"a":"ls"}"#, r#"{"a":[]}"#, r#"{"a":["rm -rf /"]}"#],
        &["{}", r#"{"a":3}"#],
    );
    arguments("a: { contains: 3 }", &[r#"{"a":[3]}"#], &[r#"{"a":["3"]}"#], &[r#"{"a":"3"}"#]);
}

#[test]
fn regular_expressions_match_the_whole_text() {
    arguments(
        r#"a: { regex: ["v\\d+(\\.\\d+)*", "(?i)latest"] }"#,
        &[r#"{"a":"v1.20"}"#, r#"{"a":"LATEST"}"#],
        &[r#"{"a":"xv1"}"#, r#"{"a":"v1 "}"#, r#"{"a":""}"#],
        &["{}", r#"{"a":1}"#],
    );
    arguments(r#"a: { regex: "a|b" }"#, &[r#"{"a":"b"}"#], &[r#"{"a":"ax"}"#, r#"{"a":"xb"}"#], &[]);
    arguments(r#"a: { regex: ".*rm.*" }"#, &[r#"{"a":"x\nrm\ny"}"#], &[r#"{"a":"r m"}"#], &[]);
    arguments(r#"a: { regex: "(?x) a # comment" }"#, &[r#"{"a":"a"}"#], &[r#"{"a":"b"}"#], &[]);
}

#[test]
fn paths_below_a_folder() {
    arguments(
        "a: { starts_under: [/srv/data, /tmp] }",
        &[r#"{"a":"/srv/data/x"}"#, r#"{"a":"/tmp/../srv/data/./x"}"#, r#"{"a":"/tmp"}"#],
        &[r#"{"a":"/srv/database"}"#, r#"{"a":"/srv/data/../../etc/passwd"}"#],
        &[
            "{}",
            r#"{"a":7}"#,
            r#"{"a":"/srv/data/%2e%2e/x"}"#,
            r#"{"a":"srv/data"}"#,
            r#"{"a":"/srv/data/x\u0000"}"#,
        ],
    );
}

#[test]
fn hosts_and_networks() {
    arguments(
        "a: { host_in: [\"*.acme.example\", api.github.com] }",
        &[r#"{"a":"https://API.GitHub.com./x"}"#, r#"{"a":"x.acme.example:8080"}"#],
        &[r#"{"a":"https://acme.example/"}"#, r#"{"a":"http://api.github.com.evil.example/"}"#],
        &["{}", r#"{"a":7}"#, r#"{"a":"/local/path"}"#, r#"{"a":"http://api.github.com\\@evil.example/"}"#],
    );
    arguments(
        "a: { cidr_in: [127.0.0.0/8, 10.0.0.0/8, \"::1\"] }",
        &[
            r#"{"a":"http://0x7f.1/"}"#,
            r#"{"a":"2130706433"}"#,
            r#"{"a":"http://[::ffff:10.0.0.1]/"}"#,
            r#"{"a":"http://localhost:80"}"#,
            r#"{"a":"::1"}"#,
        ],
        &[r#"{"a":"http://11.0.0.1/"}"#, r#"{"a":"https://github.com/"}"#, r#"{"a":"[2001:db8::1]"}"#],
        &["{}", r#"{"a":7}"#, r#"{"a":"http://[::10.0.0.1]/"}"#, r#"{"a":"http://%31%30.0.0.1/"}"#],
    );
}

#[test]
fn items_of_lists() {
    arguments(
        "labels: { all: { in: [bug, docs] } }",
        &[r#"{"labels":["bug","docs"]}"#, r#"{"labels":[]}"#],
        &[r#"{"labels":["bug","other"]}"#, r#"{"labels":[3,"other"]}"#],
        &["{}", r#"{"labels":"bug"}"#, r#"{"labels":["bug",3]}"#],
    );
    arguments(
        "labels: { any: { matches: \"sec*\", length: { lt: 9 } } }",
        &[r#"{"labels":[1,"security"]}"#],
        &[r#"{"labels":[]}"#, r#"{"labels":["bug","security-issue"]}"#],
        &[r#"{"labels":[1]}"#],
    );
    arguments(
        "files: { all: { fields: { path: { starts_under: src }, \"meta.mode\": { exists: false } } } }",
        &[r#"{"files":[{"path":"src/a"},{"path":"src/b","meta":{}}]}"#],
        &[
            r#"{"files":[{"path":"src/a"},{"path":"doc/b"}]}"#,
            r#"{"files":[{"path":"src","meta":{"mode":1}}]}"#,
        ],
        &[r#"{"files":[{}]}"#, r#"{"files":["src"]}"#],
    );
    arguments(
        "m: { any: { all: { gt: 0 } } }",
        &[r#"{"m":[[0],[1,2]]}"#],
        &[r#"{"m":[[0],[-1,2]]}"#],
        &[r#"{"m":[0]}"#, r#"{"m":[["1"]]}"#],
    );
}

#[test]
fn paths_with_indices_and_quoted_keys() {
    arguments(
        "\"a[1].b\": { equals: x }",
        &[r#"{"a":[0,{"b":"x"}]}"#],
        &[r#"{"a":[0,{"b":"y"}]}"#],
        &[r#"{"a":[0]}"#],
    );
    arguments(
        "a.0: { equals: x }",
        &[r#"{"a":["x"]}"#, r#"{"a":{"0":"x"}}"#],
        &[r#"{"a":["y"]}"#],
        &[r#"{"a":[]}"#],
    );
    arguments(
        "'[\"a.b\"]': { equals: x }",
        &[r#"{"a.b":"x"}"#],
        &[r#"{"a.b":"y"}"#],
        &[r#"{"a":{"b":"x"}}"#],
    );
}

#[test]
fn operators_and_arguments_combine() {
    arguments(
        "a: { any: [{ equals: x }, { matches: \"y*\", not: { equals: yy } }] }",
        &[r#"{"a":"x"}"#, r#"{"a":"yes"}"#],
        &[r#"{"a":"yy"}"#, r#"{"a":"z"}"#],
        &["{}", r#"{"a":1}"#],
    );
    arguments(
        "any: [{ a: { equals: 1 } }, { b: { equals: 1 }, c: { equals: 1 } }]",
        &[r#"{"a":1}"#, r#"{"b":1,"c":1}"#],
        &[r#"{"a":2,"b":2}"#],
        &["{}", r#"{"b":1}"#],
    );
    arguments("not: { a: { equals: 1 } }", &[r#"{"a":2}"#], &[r#"{"a":1}"#], &["{}"]);
    arguments("all: { equals: true }", &[r#"{"all":true}"#], &[r#"{"all":false}"#], &["{}"]);
}

#[test]
fn conditions_combine_and_have_names() {
    let any = "any: [{ labels: { mcp.tool: other } }, { args: { a: { equals: 1 } } }], not: { labels: { mcp.tool: x } }";
    expect(
        any,
        &[
            (Truth::TRUE, tool_call(r#"{"a":1}"#)),
            (Truth::FALSE, tool_call(r#"{"a":2}"#)),
            (Truth::UNKNOWN, tool_call("{}")),
        ],
    );
    let named = table(
        "version: v1\nconditions:\n  ours: { args: { a: { equals: 1 } } }\n  short: { args: { b: { length: 1 } } }\n\
         rules:\n  - { id: r, match: { conditions: [ours, short] }, unless: { conditions: ours, args: { c: { exists: true } } }, decision: ALLOW }",
    );
    for (arguments, truth) in [
        (r#"{"a":1,"b":"x"}"#, Truth::TRUE),
        (r#"{"a":1,"b":"xy"}"#, Truth::FALSE),
        (r#"{"a":1,"b":"x","c":0}"#, Truth::FALSE),
    ] {
        assert_eq!(ask(&named, &tool_call(arguments)).1, truth, "{arguments}");
    }
}

#[test]
fn context_is_unknown_where_the_proxy_does_not_know_it() {
    let with = |context: Circumstances| Question { context, ..tool_call("{}") };
    let source = |address: &str| {
        with(Circumstances { source: Some(address.parse().unwrap()), ..Circumstances::default() })
    };
    expect(
        "context: { source: [10.0.0.0/8, \"fd00::/8\"] }",
        &[
            (Truth::TRUE, source("10.1.2.3")),
            (Truth::TRUE, source("::ffff:10.1.2.3")),
            (Truth::TRUE, source("fd00::1")),
            (Truth::FALSE, source("192.0.2.1")),
            (Truth::UNKNOWN, tool_call("{}")),
        ],
    );
    let session = |session| with(Circumstances { session: Some(session), ..Circumstances::default() });
    expect(
        "context: { session: false }",
        &[(Truth::TRUE, session(false)), (Truth::FALSE, session(true)), (Truth::UNKNOWN, tool_call("{}"))],
    );
    let region =
        |region: &str| with(Circumstances { region: Some(region.to_owned()), ..Circumstances::default() });
    expect(
        "context: { region: [\"eu-*\", us-east1] }",
        &[
            (Truth::TRUE, region("eu-west1")),
            (Truth::FALSE, region("us-west1")),
            (Truth::UNKNOWN, tool_call("{}")),
        ],
    );
    let environment =
        |name: &str| with(Circumstances { environment: Some(name.to_owned()), ..Circumstances::default() });
    expect(
        "context: { environment: prod }",
        &[
            (Truth::TRUE, environment("prod")),
            (Truth::FALSE, environment("test")),
            (Truth::UNKNOWN, region("prod")),
        ],
    );
    // 2026-01-05 is a Monday.
    let monday = 1_767_571_200;
    let time =
        |hours: u64| with(Circumstances { time: Some(monday + hours * 3600), ..Circumstances::default() });
    expect(
        "context: { time: [{ days: [mon, tue], after: \"08:00\", before: \"18:00\", offset: \"+01:00\" }, { from: 2026-02-01T00:00Z }] }",
        &[
            (Truth::TRUE, time(7)),
            (Truth::TRUE, time(24 + 16)),
            (Truth::TRUE, time(27 * 24)),
            (Truth::FALSE, time(17)),
            (Truth::FALSE, time(48 + 9)),
            (Truth::UNKNOWN, tool_call("{}")),
        ],
    );
}

#[test]
fn claims_of_the_token() {
    let with = |path: &str, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let subject = Subject { claims: [(path.to_owned(), values)].into(), ..Subject::default() };
        Question { subject, ..tool_call("{}") }
    };
    expect(
        "subject: { claims: { acr: [gold, \"silver-*\"], realm.amr: mfa } }",
        &[
            (Truth::FALSE, with("acr", &["bronze"])),
            (Truth::UNKNOWN, with("acr", &["gold"])),
            (Truth::UNKNOWN, tool_call("{}")),
        ],
    );
    expect(
        "subject: { claims: { realm.amr: [mfa, otp] } }",
        &[
            (Truth::TRUE, with("realm.amr", &["pwd", "mfa"])),
            (Truth::FALSE, with("realm.amr", &["pwd"])),
            (Truth::FALSE, with("realm.amr", &[])),
            (Truth::UNKNOWN, with("amr", &["mfa"])),
        ],
    );
}

#[test]
fn every_kind_of_method_is_governed() {
    let by = |object: Object, method: Option<&str>| Question {
        object,
        method: method.map(str::to_owned),
        ..Question::default()
    };
    let resource = |uri: &str| by(Object::Resource(uri.to_owned()), None);
    expect(
        "labels: { mcp.resource: [\"file:///srv/*\", \"repo://acme/*\"] }",
        &[
            (Truth::TRUE, resource("repo://acme/site")),
            (Truth::FALSE, resource("file:///etc/passwd")),
            (Truth::TRUE, by(Object::Resource("file:///srv/x".to_owned()), Some("resources/subscribe"))),
            (Truth::FALSE, by(Object::Prompt("file:///srv/x".to_owned()), None)),
        ],
    );
    expect(
        "labels: { mcp.prompt: [review, \"plan-*\"] }",
        &[
            (Truth::TRUE, by(Object::Prompt("review".to_owned()), None)),
            (Truth::TRUE, by(Object::Prompt("plan-x".to_owned()), Some("completion/complete"))),
            (Truth::FALSE, by(Object::Prompt("other".to_owned()), None)),
            (Truth::FALSE, by(Object::Tool("review".to_owned()), None)),
        ],
    );
    for method in ["sampling/createMessage", "elicitation/create", "completion/complete", "roots/list"] {
        let action = if method.starts_with(['s', 'e']) { "write" } else { "read" };
        expect(
            &format!("labels: {{ mcp.method: \"{method}\", mcp.action: {action} }}"),
            &[
                (Truth::TRUE, by(Object::None, Some(method))),
                (Truth::FALSE, by(Object::None, Some("tasks/get"))),
                (Truth::FALSE, tool_call("{}")),
            ],
        );
    }
}
