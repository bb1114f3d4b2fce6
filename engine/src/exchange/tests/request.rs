//! What becomes of requests.

use super::*;
use crate::table::format::Circumstance;
use crate::table::source::Condition;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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

#[test]
fn rules_know_where_and_in_what_a_call_stands() {
    let globs = |value: &str| Condition::Context {
        circumstance: Circumstance::Environment,
        globs: strings(&[value]),
    };
    let outcome = |condition: Condition, session: Option<String>| {
        let mut proxy = Proxy::new(&policy(vec![rule("r", Verdict::Allow, vec![condition])]));
        matches!(proxy.post_with(Head { session, ..head() }, &call("1", "search", "{}")), Effect::Forward(_))
    };
    assert!(outcome(globs("te*"), None));
    assert!(!outcome(globs("prod"), None));
    assert!(!outcome(Condition::Session, None));
    assert!(outcome(Condition::Session, KEY.seal("s", &Subject::default(), 1000)));
    let region = Condition::Context { circumstance: Circumstance::Region, globs: strings(&["*"]) };
    assert!(!outcome(region, None), "a region that nobody told is no region");
}
