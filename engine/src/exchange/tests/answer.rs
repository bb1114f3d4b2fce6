//! What becomes of answers in JSON.

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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
