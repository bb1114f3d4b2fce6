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
    options: Options,
    subject: Subject,
    now_sec: u64,
    exchange: Exchange,
}

const KEY: SessionKey = SessionKey::new([1; 32]);

fn head() -> Head {
    Head {
        method: "POST".into(),
        host: "mcp.example".into(),
        path: "/github".into(),
        content_type: Some("application/json".into()),
        request_id: Some("req-1".into()),
        takes_encodings: true,
        ..Head::default()
    }
}

impl Proxy {
    fn new(source: &Source) -> Proxy {
        Proxy {
            table: Some(table(source)),
            options: Options { body_bytes_max: 4096, event_bytes_max: 600, ..Options::default() },
            subject: Subject::default(),
            now_sec: 1000,
            exchange: Exchange::new(),
        }
    }

    fn on(&mut self, event: Event<'_>) -> Effect {
        let view = self.table.as_ref().map(Table::view);
        let policy = view.as_ref().map_or(Policy::Unavailable, Policy::Loaded);
        let terms = Terms { policy, options: &self.options, session_key: Some(&KEY), now_sec: self.now_sec };
        self.exchange.on(&terms, event)
    }

    fn head(&mut self, head: Head) -> Effect {
        let (subject, ends) = (self.subject.clone(), head.method != "POST");
        self.on(Event::RequestHead { head, subject, ends })
    }

    fn post(&mut self, body: &str) -> Effect {
        self.post_with(head(), body)
    }

    fn post_with(&mut self, head: Head, body: &str) -> Effect {
        assert_eq!(self.head(head), Effect::Hold);
        self.on(Event::RequestBody(body.as_bytes()))
    }

    fn answer(&mut self, status: u16, content_type: &str) -> Effect {
        let head = AnswerHead { status, content_type: Some(content_type), ..AnswerHead::default() };
        self.on(Event::AnswerHead { head, ends: false })
    }

    fn answer_json(&mut self, body: &str) -> Effect {
        assert_eq!(self.answer(200, "application/json; charset=utf-8"), Effect::Hold);
        assert_eq!(self.on(Event::AnswerHeld(100)), Effect::Hold);
        self.on(Event::AnswerBody(body.as_bytes()))
    }

    /// What comes out of a stream that comes in pieces of `size` bytes.
    fn stream(&mut self, text: &str, size: usize) -> String {
        let opened = changes(self.answer(200, "text/event-stream"));
        assert!(opened.headers.contains(&("content-length", None)), "{opened:?}");
        let mut out = Vec::new();
        let count = text.len().div_ceil(size);
        for (index, bytes) in text.as_bytes().chunks(size).enumerate() {
            match self.on(Event::AnswerChunk { bytes, ends: index + 1 == count }) {
                Effect::Forward(changes) => out.extend(changes.body.unwrap_or_default()),
                Effect::Close => break,
                other => panic!("{other:?}"),
            }
        }
        String::from_utf8(out).unwrap()
    }

    fn record(&mut self) -> String {
        let record = self.exchange.finish().unwrap();
        let records = format!("[{record}]");
        Doc::parse(records.as_bytes(), &crate::json::Limits::default())
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
    let mut uncompressed = Proxy::new(&source());
    let plain = Head { takes_encodings: false, ..head() };
    assert_eq!(self::changes(uncompressed.post_with(plain, &call("1", "search", "{}"))).headers, vec![]);
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
        ("5", "unreadable-message", 400),
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
    assert_eq!(proxy.head(head()), Effect::Hold);
    assert_eq!(proxy.on(Event::RequestHeld(4096)), Effect::Hold);
    assert_eq!(reply(proxy.on(Event::RequestHeld(4097))).status, 413);

    let long = call("1", "search", &format!(r#"{{"x":"{}"}}"#, "y".repeat(5000)));
    assert_eq!(reply(Proxy::new(&source()).post(&long)).status, 413);
}

#[test]
fn heads_that_two_readers_read_differently_are_refused() {
    let with = |change: fn(&mut Head)| {
        let mut head = head();
        change(&mut head);
        let reply = reply(Proxy::new(&source()).head(head));
        (reply.status, reply.details)
    };
    assert_eq!(with(|head| head.content_encoding = Some("gzip".into())), (415, "mcpgov_encoded-body".into()));
    assert_eq!(with(|head| head.content_type = Some("application/json; charset=utf-16".into())).0, 415);
    assert_eq!(with(|head| head.is_repeated = true), (400, "mcpgov_ambiguous-message".into()));
    let at = |path: &str| Proxy::new(&source()).head(Head { path: path.into(), ..head() });
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
        assert_eq!(reply(at(path)).details, "mcpgov_ambiguous-path", "{path}");
    }
    for path in ["/github/", "/github/mcp?x=/../y", "/github/a%20b", "/github/a.b/c..d"] {
        assert_eq!(at(path), Effect::Hold, "{path}");
    }
}

fn http(method: &str) -> Head {
    Head { method: method.into(), accept: Some("text/event-stream".into()), ..head() }
}

#[test]
fn other_http_methods_are_not_allowed_and_sessions_can_be_ended() {
    for method in ["HEAD", "PUT", "OPTIONS", "post"] {
        let mut proxy = Proxy::new(&source());
        assert_eq!(reply(proxy.head(http(method))).status, 405, "{method}");
        proxy.record();
    }
    assert_eq!(reply(Proxy::new(&source()).head(Head { accept: None, ..http("GET") })).status, 405);
    let only_github = policy(vec![rule("reads", Verdict::Allow, vec![label(Label::Server, &["github"])])]);
    for (method, kind) in [("DELETE", "session-end"), ("GET", "stream")] {
        let mut proxy = Proxy::new(&source());
        changes(proxy.head(http(method)));
        assert!(proxy.record().contains(&format!(r#""kind":"{kind}""#)));
        let elsewhere = Head { path: "/unknown".into(), ..http(method) };
        assert_eq!(reply(Proxy::new(&only_github).head(elsewhere)).status, 405);
        let mut modern = http(method);
        modern.mcp.version = Some("2026-07-28".into());
        assert_eq!(reply(Proxy::new(&source()).head(modern)).status, 405);
    }
}

#[test]
fn paths_that_carry_no_mcp_pass_only_by_configuration() {
    let well_known = |path: &str| Head { path: path.into(), ..http("GET") };
    let mut proxy = Proxy::new(&policy(vec![]));
    proxy.options.pass_paths = vec!["/.well-known".into()];
    changes(proxy.head(well_known("/.well-known/oauth-protected-resource?x=1")));
    assert!(proxy.record().contains(r#""reason":"pass-path""#));
    for path in ["/.well-knownx", "/x/.well-known", "/.well-known/../x"] {
        let mut proxy = Proxy::new(&policy(vec![]));
        proxy.options.pass_paths = vec!["/.well-known".into()];
        reply(proxy.head(well_known(path)));
    }
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
    let effect = proxy.answer_json(answer);
    (effect, proxy.record())
}

fn text(body: Option<Vec<u8>>) -> String {
    String::from_utf8(body.expect("a changed body")).unwrap()
}

#[test]
fn a_list_loses_hidden_entries_and_nothing_else() {
    let (effect, record) = list(&source(), TOOLS);
    let changes = changes(effect);
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"x":1, "tools":[{"name":"search","y":[1]},{"name":"create"}],"nextCursor":""}}"#;
    assert_eq!(changes.body.as_deref(), Some(body.as_bytes()));
    assert_eq!(changes.headers, vec![("content-length", Some(format!("{}", body.len())))]);
    assert!(record.contains(r#""hidden":3"#), "{record}");
}

#[test]
fn an_emptied_list_is_an_empty_array() {
    let only_prompts = policy(vec![rule("prompts", Verdict::Allow, vec![label(Label::Prompt, &["*"])])]);
    let body = text(changes(list(&only_prompts, TOOLS).0).body);
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
fn an_answer_in_another_coding_or_type_is_refused() {
    for (content_type, coding) in
        [("text/event-stream", Some("gzip")), ("application/json", Some("gzip")), ("text/html", None)]
    {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#));
        let head = AnswerHead {
            status: 200,
            content_type: Some(content_type),
            content_encoding: coding,
            ..AnswerHead::default()
        };
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
    reply(proxy.head(Head { path: "/github/\"}]\n".into(), request_id: Some("\u{1}\"".into()), ..head() }));
    proxy.record();
    let mut source = source();
    source.capture = crate::vocabulary::Capture::Full;
    let mut proxy = Proxy { options: Options::default(), ..Proxy::new(&source) };
    let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(100_000));
    changes(proxy.post(&call("1", "search", &long)));
    let record = proxy.record();
    assert!(record.len() < 20_000 && record.contains(r#""dropped":"record-too-large""#), "{}", record.len());
}

// Streams

const RESULT: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#;

/// A stream's answer to a search, in pieces of every size.
fn streamed(source: &Source, events: &str, check: impl Fn(&str, &str)) {
    for size in [1, 2, 3, 7, 50, 100_000] {
        let mut proxy = Proxy::new(source);
        changes(proxy.post(&call("1", "search", "{}")));
        let out = proxy.stream(events, size);
        check(&out, &proxy.record());
    }
}

#[test]
fn what_a_stream_may_say_passes_byte_for_byte() {
    let events = format!(
        ": ping\n\nid: a-1\nretry: 500\ndata:\n\nevent: message\ndata:{}\n\nid: a-2\ndata: {RESULT}\n\n",
        r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}"#
    );
    streamed(&source(), &events, |out, record| {
        assert_eq!(out, events);
        assert!(record.contains(r#""events":2,"dropped":0"#), "{record}");
    });
}

#[test]
fn a_list_is_filtered_wherever_it_arrives() {
    let events = format!("id: 7\ndata: {TOOLS}\n\n");
    let check = |out: &str| {
        assert!(out.starts_with("id: 7\n") && out.ends_with("\n\n"), "{out}");
        assert!(
            out.contains(r#""tools":[{"name":"search","y":[1]},{"name":"create"}],"nextCursor":"""#),
            "{out}"
        );
    };
    streamed(&source(), &events, |out, _| check(out));
    let mut resumed = Proxy::new(&source());
    changes(resumed.head(http("GET")));
    check(&resumed.stream(&events, 10));
}

#[test]
fn the_servers_requests_need_a_rule() {
    let sampling =
        r#"{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{"messages":[]}}"#;
    let events = format!("id: 3\ndata: {sampling}\n\ndata: {RESULT}\n\n");
    streamed(&source(), &events, |out, record| {
        assert!(!out.contains("sampling") && out.contains("id: 3\n") && out.contains(RESULT), "{out}");
        assert!(
            record.contains(r#""kind":"server-request""#) && record.contains(r#""dropped":1"#),
            "{record}"
        );
    });
    let mut permitting = source();
    permitting.rules.push(rule("ask", Verdict::Allow, vec![label(Label::Method, &["sampling/*"])]));
    permitting.rules.retain(|rule| rule.id != "ask" || rule.verdict == Verdict::Allow);
    streamed(&permitting, &events, |out, _| assert_eq!(out, events));
}

#[test]
fn a_posted_answer_goes_to_servers_that_the_caller_may_use() {
    let answer = r#"{"jsonrpc":"2.0","id":"s-1","result":{"role":"assistant"}}"#;
    changes(Proxy::new(&source()).post(answer));
    let mut stranger = Proxy::new(&policy(vec![]));
    let dropped = reply(stranger.post(answer));
    assert_eq!((dropped.status, dropped.body.as_str()), (202, ""));
    assert!(stranger.record().contains(r#""kind":"response""#));
}

#[test]
fn an_event_that_cannot_be_read_is_told_to_whoever_waits() {
    for bad in ["junk", "[]", r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[],"Tools":[]}}"#] {
        streamed(&source(), &format!("id: 1\ndata: {bad}\n\n"), |out, record| {
            assert!(!out.contains(bad), "{out}");
            assert!(
                out.starts_with("id: 1\ndata:") && out.contains(r#""id":1,"error":{"code":-31400"#),
                "{out}"
            );
            assert!(record.contains(r#""replaced":"unreadable-answer""#), "{record}");
        });
    }
}

#[test]
fn an_event_over_the_limit_ends_the_stream_with_an_error() {
    let events = format!("data: {RESULT}{}\n\ndata: {RESULT}\n\n", " ".repeat(700));
    for size in [10, 300] {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(&call("1", "search", "{}")));
        let out = proxy.stream(&events, size);
        assert!(out.starts_with(r#"data: {"jsonrpc":"2.0","id":1,"error":{"code":-31400"#), "{out}");
        assert!(!out.contains("result"), "{out}");
    }
}

#[test]
fn who_has_an_answer_is_told_nothing_more() {
    streamed(&source(), &format!("data: {RESULT}\n\ndata: junk\n\n"), |out, record| {
        assert_eq!(out, format!("data: {RESULT}\n\n"));
        assert!(record.contains(r#""dropped":1"#), "{record}");
    });
}

#[test]
fn after_an_event_over_the_limit_only_the_end_passes() {
    let open = || {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(&call("1", "search", "{}")));
        let long = proxy.stream(&format!("data: {}", "x".repeat(700)), 1000);
        assert!(long.contains(r#""id":1,"error":{"code":-31400"#), "{long}");
        proxy
    };
    let rest = format!("\n\ndata: {RESULT}\n\n");
    assert_eq!(open().on(Event::AnswerChunk { bytes: rest.as_bytes(), ends: false }), Effect::Close);
    let ended = changes(open().on(Event::AnswerChunk { bytes: rest.as_bytes(), ends: true }));
    assert_eq!(ended.body, Some(vec![]));
}

#[test]
fn a_body_goes_on_with_no_other_method_than_post() {
    for method in ["GET", "DELETE"] {
        let mut proxy = Proxy::new(&source());
        changes(proxy.head(http(method)));
        let mut proxy = Proxy::new(&source());
        let event = Event::RequestHead { head: http(method), subject: Subject::default(), ends: false };
        let refused = reply(proxy.on(event));
        assert_eq!(
            (refused.status, refused.details.as_str()),
            (400, "mcpgov_unreadable-message"),
            "{method}"
        );
        assert!(proxy.record().contains(r#""detail":"body-without-post""#));
    }
}

#[test]
fn who_asked_nothing_is_told_nothing() {
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let response = r#"{"jsonrpc":"2.0","id":"s-1","result":{}}"#;
    for message in [notification, response, &batch(&[notification.into()])] {
        for (content_type, body) in
            [("application/json", "{}"), ("text/html", "<p>"), ("application/json", "")]
        {
            let mut proxy = Proxy::new(&source());
            changes(proxy.post(message));
            let effect = match proxy.answer(200, content_type) {
                Effect::Hold => proxy.on(Event::AnswerBody(body.as_bytes())),
                effect => effect,
            };
            let accepted = reply(effect);
            assert_eq!((accepted.status, accepted.body.as_str()), (202, ""), "{message}: {body}");
        }
    }
}

#[test]
fn a_tail_without_its_end_is_dropped_and_other_event_names_too() {
    streamed(&source(), &format!("event: other\ndata: {RESULT}\n\ndata: {RESULT}"), |out, _| {
        assert_eq!(out, "")
    });
}

#[test]
fn what_only_some_clients_take_for_an_event_is_no_way_around() {
    for events in [format!(": c\u{2028}data: {TOOLS}\n\n"), format!("\u{ef}\u{bb}\u{bf}data: {TOOLS}\n\n")] {
        streamed(&source(), &events, |out, _| assert!(!out.contains("delete_x"), "{out}"));
    }
}

#[test]
fn the_endpoint_of_the_oldest_transport_passes() {
    let mut proxy = Proxy::new(&source());
    changes(proxy.head(http("GET")));
    let events = "event: endpoint\ndata: /messages?sessionId=1\n\n";
    assert_eq!(proxy.stream(events, 9), events);
}

#[test]
fn ungoverned_answers_pass_except_those_that_must_be_read() {
    let wants = |body: &str| {
        let mut proxy = Proxy::new(&source());
        proxy.options.govern_answers = false;
        changes(proxy.post(body));
        proxy.exchange.wants_answer_head()
    };
    assert!(!wants(&call("1", "search", "{}")));
    assert!(wants(&call("1", "create", r#"{"repo":"acme/x"}"#)));
    assert!(wants(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#));
    assert!(wants(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#));
}

// Results of the later revisions

#[test]
fn questions_inside_a_result_need_a_rule() {
    let asks = |method: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"result":{{"resultType":"input_required","inputRequests":{{"a":{{"method":"{method}"}}}}}}}}"#
        )
    };
    let url = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32042,"message":"x","data":{"elicitations":[]}}}"#;
    for answer in [asks("elicitation/create"), asks("sampling/createMessage"), url.into()] {
        let mut proxy = Proxy::new(&source());
        changes(proxy.post(&call("1", "search", "{}")));
        let out = text(changes(proxy.answer_json(&answer)).body);
        assert!(out.contains(r#""id":1,"error":{"code":-31403"#), "{out}");
        let mut permitting = source();
        permitting.rules = vec![rule("all", Verdict::Allow, vec![])];
        let mut proxy = Proxy::new(&permitting);
        changes(proxy.post(&call("1", "search", "{}")));
        assert_eq!(changes(proxy.answer_json(&answer)), Changes::default());
    }
}

#[test]
fn what_is_filtered_for_one_caller_is_not_kept_for_others() {
    let all = policy(vec![rule("all", Verdict::Allow, vec![])]);
    let answer = |scope: &str, ttl: &str| {
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"tools":[],"ttlMs":{ttl},"cacheScope":"{scope}"}}}}"#)
    };
    for ttl in ["86400000", "1e9", "99999999999"] {
        assert_eq!(text(changes(list(&all, &answer("public", ttl)).0).body), answer("private", "60000"));
    }
    assert_eq!(changes(list(&all, &answer("private", "5")).0), Changes::default());
}

// Eras, sessions, batches

fn modern(method: &str, name: Option<&str>) -> Head {
    let mut head = head();
    head.mcp.version = Some("2026-07-28".into());
    head.mcp.method = Some(method.into());
    head.mcp.name = name.map(Into::into);
    head
}

fn modern_call(method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    )
}

#[test]
fn a_modern_request_is_refused_where_its_headers_differ() {
    let body = modern_call("tools/call", r#""name":"search","#);
    let mut proxy = Proxy::new(&source());
    changes(proxy.post_with(modern("tools/call", Some("search")), &body));
    assert!(proxy.record().contains(r#""era":"modern""#));
    let mut proxy = Proxy::new(&source());
    let refused = reply(proxy.post_with(modern("tools/call", Some("create")), &body));
    assert_eq!((refused.status, refused.details.as_str()), (400, "mcpgov_protocol-mismatch"));
    assert!(refused.body.contains(r#""id":1,"error":{"code":-32020"#), "{}", refused.body);
    assert!(proxy.record().contains(r#""detail":"header-mismatch""#));
    let unknown = reply(
        Proxy::new(&source()).post_with(modern("future/thing", None), &modern_call("future/thing", "")),
    );
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("-32601"), "{}", unknown.body);
}

fn caller_is(proxy: &mut Proxy, user: &str) {
    proxy.subject.user = Some(user.into());
}

/// The session that a client gets for one that the server opens.
fn open_session(user: &str) -> String {
    let mut proxy = Proxy::new(&source());
    caller_is(&mut proxy, user);
    changes(proxy.post(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#));
    let head = AnswerHead {
        status: 200,
        content_type: Some("text/event-stream"),
        session: Some("server-id"),
        ..AnswerHead::default()
    };
    let sealed = changes(proxy.on(Event::AnswerHead { head, ends: false }));
    let (_, sealed) = sealed.headers.iter().find(|(name, _)| *name == "mcp-session-id").unwrap();
    sealed.clone().unwrap()
}

#[test]
fn a_session_serves_only_whom_it_was_opened_for() {
    let sealed = open_session("ada");
    assert_ne!(sealed, "server-id");
    let present = |user: &str, session: &str, method: &str, now_sec: u64| {
        let mut proxy = Proxy::new(&source());
        caller_is(&mut proxy, user);
        proxy.now_sec = now_sec;
        let head = Head { session: Some(session.into()), ..http(method) };
        match method {
            "POST" => proxy.post_with(head, &call("1", "search", "{}")),
            _ => proxy.head(head),
        }
    };
    for method in ["POST", "GET", "DELETE"] {
        let own = changes(present("ada", &sealed, method, 1000));
        assert!(own.headers.contains(&("mcp-session-id", Some("server-id".into()))), "{method}: {own:?}");
        for (user, session, now) in
            [("eve", sealed.as_str(), 1000), ("ada", "server-id", 1000), ("ada", &sealed, 200_000)]
        {
            let refused = reply(present(user, session, method, now));
            assert_eq!(
                (refused.status, refused.details.as_str()),
                (404, "mcpgov_unknown-session"),
                "{method} {user}"
            );
        }
    }
}

fn batch(members: &[String]) -> String {
    format!("[{}]", members.join(","))
}

#[test]
fn every_member_of_a_batch_is_decided() {
    let members = [
        call("1", "search", "{}"),
        call("2", "delete_x", "{}"),
        String::from(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
        call("3", "create", r#"{"repo":"evil/x"}"#),
        String::from(r#"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{}}"#),
    ];
    let mut proxy = Proxy::new(&source());
    let went = changes(proxy.post(&batch(&members)));
    assert_eq!(text(went.body), batch(&[members[0].clone(), members[2].clone()]));
    let out = text(changes(proxy.answer_json(&format!("[{RESULT}]"))).body);
    let doc = Doc::parse(out.as_bytes(), &crate::json::Limits::default()).unwrap();
    let ids: Vec<_> =
        doc.root().items().map(|answer| String::from(answer.get("id").unwrap().raw())).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    assert!(
        out.contains("Unknown tool: delete_x") && out.contains("-31403") && out.contains("-31400"),
        "{out}"
    );
    assert_eq!(proxy.record().matches(r#""v":1"#).count(), 5);
}

#[test]
fn a_batch_answered_by_a_stream_or_not_at_all_gets_its_refusals() {
    let members = [call("1", "search", "{}"), call("2", "delete_x", "{}")];
    let mut proxy = Proxy::new(&source());
    changes(proxy.post(&batch(&members)));
    let out = proxy.stream(&format!("data: {RESULT}\n\n"), 5);
    assert!(out.contains("Unknown tool: delete_x") && out.contains(RESULT), "{out}");

    let notification = String::from(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    let mut proxy = Proxy::new(&source());
    changes(proxy.post(&batch(&[notification, call("2", "delete_x", "{}")])));
    let head = AnswerHead { status: 202, ..AnswerHead::default() };
    let answered = reply(proxy.on(Event::AnswerHead { head, ends: true }));
    assert!(answered.status == 200 && answered.body.starts_with("[{") && answered.body.contains("delete_x"));

    let refused = reply(Proxy::new(&source()).post(&batch(&[call("2", "delete_x", "{}")])));
    assert!(refused.body.starts_with("[{") && refused.body.ends_with("}]"), "{}", refused.body);
}

#[test]
fn a_batch_that_is_none_is_refused_whole() {
    let fine = call("1", "search", "{}");
    let other_version = Head {
        mcp: crate::era::Headers { version: Some("2025-06-18".into()), ..Default::default() },
        ..head()
    };
    assert_eq!(
        reply(Proxy::new(&source()).post_with(other_version, &batch(core::slice::from_ref(&fine)))).details,
        "mcpgov_batch"
    );
    for members in [
        vec![],
        vec![fine.clone(), String::from("5")],
        vec![fine.clone(), fine.clone()],
        vec![fine.clone(), String::from(r#"{"jsonrpc":"2.0","id":9,"method":"initialize","params":{}}"#)],
        vec![batch(core::slice::from_ref(&fine))],
        vec![fine.clone(); 101],
    ] {
        let mut proxy = Proxy { options: Options::default(), ..Proxy::new(&source()) };
        assert_eq!(reply(proxy.post(&batch(&members))).status, 400, "{} members", members.len());
        assert_eq!(proxy.record().matches(r#""v":1"#).count(), 1);
    }
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
        Chunk(bool),
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
            any::<bool>().prop_map(Step::Chunk),
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
                let was_decided = !proxy.exchange.decided().is_empty();
                let effect = match step {
                    Step::Head(ends) => proxy.on(Event::RequestHead { head: head(), subject: Subject::default(), ends }),
                    Step::Held(bytes) => proxy.on(Event::RequestHeld(bytes)),
                    Step::Body(which) => {
                        let effect = proxy.on(Event::RequestBody(bodies[which].as_bytes()));
                        if !was_decided && proxy.exchange.decided().first().is_some_and(|(verdict, _)| verdict.is_permit()) {
                            prop_assert!(permitted[which]);
                            judged = true;
                        }
                        effect
                    }
                    Step::AnswerHead(status, ends) => {
                        let head = AnswerHead { status, content_type: Some("application/json"), ..AnswerHead::default() };
                        proxy.on(Event::AnswerHead { head, ends })
                    }
                    Step::AnswerHeld(bytes) => proxy.on(Event::AnswerHeld(bytes)),
                    Step::AnswerBody => proxy.on(Event::AnswerBody(TOOLS.as_bytes())),
                    Step::Chunk(ends) => proxy.on(Event::AnswerChunk { bytes: b"data: x\n\n", ends }),
                    Step::Failure => proxy.on(Event::HostFailure),
                };
                match effect {
                    Effect::Forward(_) if of_request && replies == 0 => prop_assert!(judged),
                    Effect::Reply(_) => replies += 1,
                    Effect::Forward(_) | Effect::Hold | Effect::Close => {}
                }
            }
            prop_assert!(replies <= 1);
        }
    }
}
