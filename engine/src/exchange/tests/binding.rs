//! What binds requests to their era, sessions to their callers, and batches together.

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

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
