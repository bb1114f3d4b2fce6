//! A simulated proxy, client and server around one exchange.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::json::Doc;
use crate::sample::*;
use crate::table::Table;
use crate::table::format::{Label, Literal};
use crate::table::source::{Limit, Policy as Source, Rule};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn source() -> Source {
    let limit = Some(Limit { max_runtime_sec: Some(2), max_retries: Some(1), network_allowlist: None });
    policy(vec![
        rule(
            "reads",
            Verdict::Allow,
            vec![label(Label::Server, &["github"]), label(Label::Action, &["read"])],
        ),
        Rule {
            limit,
            ..rule(
                "bounded",
                Verdict::AllowWithConstraints,
                vec![label(Label::Tool, &["create"]), argument_like("repo", "acme/*")],
            )
        },
        rule(
            "ask",
            Verdict::RequireApproval,
            vec![
                label(Label::Tool, &["create"]),
                argument_is("public", Literal::Bool, "true"),
                argument_exists("public"),
            ],
        ),
    ])
}

/// A proxy that does what effects say, and remembers what got through.
struct Proxy {
    table: Option<Table<Vec<u8>>>,
    exchange: Exchange,
}

const HEAD: Head<'static> = Head {
    method: "POST",
    host: "mcp.example",
    path: "/github",
    content_type: Some("application/json"),
    content_encoding: None,
    is_repeated: false,
    request_id: "req-1",
    session: None,
    protocol: None,
    cluster: None,
    route: None,
};

impl Proxy {
    fn new(source: &Source) -> Proxy {
        Proxy { table: Some(table(source)), exchange: Exchange::new(Options { body_bytes_max: 4096 }) }
    }

    fn on(&mut self, event: Event<'_>) -> Effect {
        match &self.table {
            Some(table) => self.exchange.on(Policy::Loaded(&table.view()), event),
            None => self.exchange.on(Policy::Unavailable, event),
        }
    }

    fn head(&mut self, head: Head<'_>) -> Effect {
        self.on(Event::RequestHead { head, subject: Subject::default(), ends: false })
    }

    fn post(&mut self, body: &str) -> Effect {
        assert_eq!(self.head(HEAD), Effect::Hold);
        self.on(Event::RequestBody(body.as_bytes()))
    }

    fn answer(&mut self, status: u16, content_type: &str) -> Effect {
        let head = AnswerHead { status, content_type: Some(content_type), content_encoding: None };
        self.on(Event::AnswerHead { head, ends: false })
    }

    fn record(&mut self) -> String {
        let record = self.exchange.finish().unwrap();
        Doc::parse(record.as_bytes(), &crate::json::Limits::default())
            .unwrap_or_else(|error| panic!("{error}: {record}"));
        assert!(!record.contains('\n'), "{record}");
        record
    }
}

fn call(id: &str, tool: &str, arguments: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
    )
}

fn reply(effect: Effect) -> Reply {
    match effect {
        Effect::Reply(reply) => reply,
        other => panic!("no reply but {other:?}"),
    }
}

fn changes(effect: Effect) -> Changes {
    match effect {
        Effect::Forward(changes) => changes,
        other => panic!("not forwarded but {other:?}"),
    }
}

#[test]
fn a_permitted_call_goes_on_and_asks_for_a_plain_answer() {
    let mut proxy = Proxy::new(&source());
    let changes = changes(proxy.post(&call("1", "search", "{}")));
    assert_eq!(changes.headers, vec![("accept-encoding", Some("identity".into()))]);
    assert!(!proxy.exchange.wants_answer_head());
    proxy.exchange.sent(10);
    let record = proxy.record();
    assert!(record.contains(r#""decision":"ALLOW","rule":"reads","reason":"rule""#), "{record}");
    assert!(record.contains(r#""response":{"bytes":10}"#), "{record}");
}

#[test]
fn a_denied_request_gets_its_id_back_whatever_its_type() {
    for id in ["1", "\"a-1\"", "-5"] {
        let reply = reply(Proxy::new(&source()).post(&call(id, "create", r#"{"repo":"evil/x"}"#)));
        assert_eq!(reply.status, 200);
        assert!(
            reply.body.starts_with(&format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-31403,"#)),
            "{}",
            reply.body
        );
        assert!(
            reply.body.contains(r#""decision":"DENY","rule":null,"reason":"default-deny","policy":"sha256:"#),
            "{}",
            reply.body
        );
        assert!(reply.body.contains(r#""request_id":"req-1""#));
        assert_eq!(reply.details, "mcpgov_default-deny");
    }
}

#[test]
fn a_hidden_tool_is_answered_as_an_unknown_one() {
    let reply = reply(Proxy::new(&source()).post(&call("7", "delete_x", "{}")));
    assert_eq!(
        reply.body,
        r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown tool: delete_x"}}"#
    );
}

#[test]
fn an_approval_has_its_own_code() {
    let reply = reply(Proxy::new(&source()).post(&call("1", "create", r#"{"repo":"acme/x","public":true}"#)));
    assert!(reply.body.contains(r#""code":-31202"#), "{}", reply.body);
}

#[test]
fn limits_become_headers_of_the_router() {
    let changes = changes(Proxy::new(&source()).post(&call("1", "create", r#"{"repo":"acme/x"}"#)));
    assert!(changes.headers.contains(&("x-envoy-upstream-rq-timeout-ms", Some("2000".into()))));
    assert!(changes.headers.contains(&("x-envoy-upstream-rq-timeout-alt-response", None)));
    assert!(changes.headers.contains(&("x-envoy-max-retries", Some("1".into()))));
}

#[test]
fn a_timeout_of_a_limited_call_is_explained_and_any_other_passes() {
    let mut limited = Proxy::new(&source());
    changes(limited.post(&call("9", "create", r#"{"repo":"acme/x"}"#)));
    let explained = reply(limited.answer(504, "text/plain"));
    assert!(
        explained.body.contains(r#""id":9"#) && explained.body.contains("max-runtime-exceeded"),
        "{}",
        explained.body
    );
    assert!(limited.record().contains(r#""replaced":"max-runtime-exceeded""#));

    let mut other = Proxy::new(&source());
    changes(other.post(&call("9", "search", "{}")));
    assert_eq!(changes(other.answer(504, "text/plain")), Changes::default());
}

#[test]
fn a_denied_notification_is_accepted_and_dropped() {
    let mut proxy = Proxy::new(&policy(vec![]));
    let reply = reply(proxy.post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#));
    assert_eq!((reply.status, reply.body.as_str()), (202, ""));
    assert!(proxy.record().contains(r#""kind":"notification""#));
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let cases = [
        ("", "unreadable-message", 400),
        ("{", "unreadable-message", 400),
        ("[]", "batch", 400),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, "ambiguous-message", 400),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "unreadable-message", 400),
        (r#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, "ambiguous-message", 200),
        (r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#, "unreadable-message", 200),
    ];
    for (body, reason, status) in cases {
        let mut proxy = Proxy::new(&source());
        let reply = reply(proxy.post(body));
        assert_eq!(
            (reply.status, reply.details.as_str()),
            (status, format!("mcpgov_{reason}").as_str()),
            "{body}"
        );
        assert!(proxy.record().contains(r#""kind":"unreadable""#));
    }
}

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_whole() {
    let mut proxy = Proxy::new(&source());
    assert_eq!(proxy.head(HEAD), Effect::Hold);
    assert_eq!(proxy.on(Event::RequestHeld(4096)), Effect::Hold);
    assert_eq!(reply(proxy.on(Event::RequestHeld(4097))).status, 413);

    let long = call("1", "search", &format!(r#"{{"x":"{}"}}"#, "y".repeat(5000)));
    assert_eq!(reply(Proxy::new(&source()).post(&long)).status, 413);
}

#[test]
fn heads_that_two_readers_read_differently_are_refused() {
    let with = |change: fn(&mut Head<'static>)| {
        let mut head = HEAD;
        change(&mut head);
        let mut proxy = Proxy::new(&source());
        let reply = reply(proxy.head(head));
        (reply.status, reply.details)
    };
    assert_eq!(with(|head| head.content_encoding = Some("gzip")), (415, "mcpgov_encoded-body".into()));
    assert_eq!(with(|head| head.content_type = Some("application/json; charset=utf-16")).0, 415);
    assert_eq!(with(|head| head.is_repeated = true), (400, "mcpgov_ambiguous-message".into()));
    for path in [
        "/other/../github",
        "/github/%2e%2e/x",
        "/github%2fx",
        "//github",
        "/git%68ub",
        "/github\\x",
        "",
        "/gith\u{fffd}ub",
        "/a/.",
    ] {
        let mut proxy = Proxy::new(&source());
        assert_eq!(reply(proxy.head(Head { path, ..HEAD })).details, "mcpgov_ambiguous-path", "{path}");
    }
    for path in ["/github/", "/github/mcp?x=/../y", "/github/a%20b", "/github/a.b/c..d"] {
        assert_eq!(Proxy::new(&source()).head(Head { path, ..HEAD }), Effect::Hold, "{path}");
    }
}

#[test]
fn other_http_methods_are_not_allowed_and_sessions_can_be_ended() {
    for method in ["GET", "PUT", "OPTIONS", "post"] {
        let mut proxy = Proxy::new(&source());
        assert_eq!(reply(proxy.head(Head { method, ..HEAD })).status, 405, "{method}");
        proxy.record();
    }
    let mut proxy = Proxy::new(&source());
    changes(proxy.head(Head { method: "DELETE", ..HEAD }));
    assert!(proxy.record().contains(r#""kind":"session-end""#));
    let only_github = policy(vec![rule("reads", Verdict::Allow, vec![label(Label::Server, &["github"])])]);
    let mut elsewhere = Proxy::new(&only_github);
    assert_eq!(reply(elsewhere.head(Head { method: "DELETE", path: "/unknown", ..HEAD })).status, 405);
}

#[test]
fn without_a_policy_everything_is_denied_with_its_id() {
    let mut proxy = Proxy { table: None, ..Proxy::new(&source()) };
    let reply = reply(proxy.post(&call("3", "search", "{}")));
    assert!(reply.body.contains(r#""id":3,"error":{"code":-31503"#), "{}", reply.body);
    assert!(proxy.record().contains(r#""reason":"policy-unavailable""#));
}

const TOOLS: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"x":1, "tools":[ {"name":"search","y":[1]} , {"name":"delete_x"},{"name":"create"},{"nameless":1}, 5 ],"nextCursor":""}}"#;

fn list(source: &Source, answer: &str) -> (Effect, String) {
    let mut proxy = Proxy::new(source);
    changes(proxy.post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#));
    assert!(proxy.exchange.wants_answer_head());
    assert_eq!(proxy.answer(200, "application/json; charset=utf-8"), Effect::Hold);
    assert_eq!(proxy.on(Event::AnswerHeld(100)), Effect::Hold);
    let effect = proxy.on(Event::AnswerBody(answer.as_bytes()));
    (effect, proxy.record())
}

#[test]
fn a_list_loses_hidden_entries_and_nothing_else() {
    let (effect, record) = list(&source(), TOOLS);
    let changes = changes(effect);
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"x":1, "tools":[{"name":"search","y":[1]},{"name":"create"}],"nextCursor":""}}"#;
    assert_eq!(changes.body.as_deref(), Some(body));
    assert_eq!(changes.headers, vec![("content-length", Some(format!("{}", body.len())))]);
    assert!(record.contains(r#""hidden":3"#), "{record}");
}

#[test]
fn an_emptied_list_is_an_empty_array() {
    let only_prompts = policy(vec![rule("prompts", Verdict::Allow, vec![label(Label::Prompt, &["*"])])]);
    let body = changes(list(&only_prompts, TOOLS).0).body.unwrap();
    assert!(body.contains(r#""tools":[],"nextCursor":"""#), "{body}");
}

#[test]
fn a_list_that_loses_nothing_passes_untouched() {
    let all = policy(vec![rule("all", Verdict::Allow, vec![])]);
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"search"}]}}"#;
    assert_eq!(changes(list(&all, answer).0), Changes::default());
    let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}"#;
    assert_eq!(changes(list(&source(), error).0), Changes::default());
}

#[test]
fn a_list_that_cannot_be_read_is_replaced_by_an_error() {
    for answer in [
        "",
        "tools",
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":null}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"Tools":[]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"tools":[]}}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
    ] {
        let (effect, record) = list(&source(), answer);
        let reply = reply(effect);
        assert!(
            reply.body.contains("unreadable-answer") && reply.body.contains(r#""id":1"#),
            "{answer}: {}",
            reply.body
        );
        assert!(record.contains(r#""replaced":"unreadable-answer""#), "{record}");
    }
}

#[test]
fn a_list_in_another_coding_or_type_is_refused() {
    for (content_type, coding) in
        [("text/event-stream", None), ("application/json", Some("gzip")), ("text/html", None)]
    {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#));
        let head = AnswerHead { status: 200, content_type: Some(content_type), content_encoding: coding };
        assert_eq!(reply(proxy.on(Event::AnswerHead { head, ends: false })).details, "mcpgov_encoded-answer");
    }
}

#[test]
fn a_shadow_policy_lets_everything_pass_and_records_it() {
    let shadow = Source { shadow: true, ..source() };
    for body in [call("1", "delete_x", "{}"), String::from("[]"), String::from("not json")] {
        let mut proxy = Proxy::new(&shadow);
        changes(proxy.post(&body));
        let record = proxy.record();
        assert!(
            record.contains(r#""mode":"shadow""#) && record.contains(r#""shadow":{"decision":"DENY""#),
            "{record}"
        );
    }
}

#[test]
fn hostile_text_stays_inside_the_record_and_the_record_inside_its_size() {
    let mut proxy = Proxy::new(&source());
    assert_eq!(
        proxy.head(Head { path: "/github/\"}]\n", request_id: "\u{1}\"", ..HEAD }),
        reply_effect(&mut Proxy::new(&source()))
    );
    proxy.record();
    let mut source = source();
    source.capture = crate::vocabulary::Capture::Full;
    let mut proxy = Proxy { exchange: Exchange::new(Options::default()), ..Proxy::new(&source) };
    let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(100_000));
    changes(proxy.post(&call("1", "search", &long)));
    let record = proxy.record();
    assert!(record.len() < 20_000 && record.contains(r#""dropped":"record-too-large""#), "{}", record.len());
}

fn reply_effect(proxy: &mut Proxy) -> Effect {
    proxy.head(Head { path: "/github/\"}]\n", request_id: "\u{1}\"", ..HEAD })
}

#[cfg(not(target_family = "wasm"))]
mod orders {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Head(bool),
        Held(usize),
        Body(usize),
        AnswerHead(u16, bool),
        AnswerHeld(usize),
        AnswerBody,
        Failure,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<bool>().prop_map(Step::Head),
            (0_usize..5000).prop_map(Step::Held),
            (0_usize..5).prop_map(Step::Body),
            (prop::sample::select(vec![200, 202, 404, 504]), any::<bool>())
                .prop_map(|(status, ends)| Step::AnswerHead(status, ends)),
            (0_usize..5000).prop_map(Step::AnswerHeld),
            Just(Step::AnswerBody),
            Just(Step::Failure),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever order a proxy calls in, no request goes on before a permitted body was judged, and no
        /// second reply is made.
        #[test]
        fn nothing_goes_on_before_a_permit(steps in prop::collection::vec(step(), 1..12)) {
            let bodies = [
                call("1", "search", "{}"),
                call("1", "delete_x", "{}"),
                String::from(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#),
                String::from("junk"),
                call("1", "create", r#"{"repo":"acme/x"}"#),
            ];
            let permitted = [true, false, true, false, true];
            let mut proxy = Proxy::new(&source());
            let (mut judged, mut replies) = (false, 0);
            for step in steps {
                let of_request = matches!(step, Step::Head(_) | Step::Held(_) | Step::Body(_));
                let was_decided = proxy.exchange.decided().is_some();
                let effect = match step {
                    Step::Head(ends) => proxy.on(Event::RequestHead { head: HEAD, subject: Subject::default(), ends }),
                    Step::Held(bytes) => proxy.on(Event::RequestHeld(bytes)),
                    Step::Body(which) => {
                        let effect = proxy.on(Event::RequestBody(bodies[which].as_bytes()));
                        if !was_decided && proxy.exchange.decided().is_some_and(|(verdict, _)| verdict.is_permit()) {
                            prop_assert!(permitted[which]);
                            judged = true;
                        }
                        effect
                    }
                    Step::AnswerHead(status, ends) => {
                        let head = AnswerHead { status, content_type: Some("application/json"), content_encoding: None };
                        proxy.on(Event::AnswerHead { head, ends })
                    }
                    Step::AnswerHeld(bytes) => proxy.on(Event::AnswerHeld(bytes)),
                    Step::AnswerBody => proxy.on(Event::AnswerBody(TOOLS.as_bytes())),
                    Step::Failure => proxy.on(Event::HostFailure),
                };
                match effect {
                    Effect::Forward(_) if of_request && replies == 0 => prop_assert!(judged),
                    Effect::Reply(_) => replies += 1,
                    Effect::Forward(_) | Effect::Hold => {}
                }
            }
            prop_assert!(replies <= 1);
        }
    }
}
