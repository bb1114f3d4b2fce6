//! A table that loads is used without harm, whatever its records say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpgov_engine::decide::{Call, Name, NoTrace, decide, evaluate_rule, has_access, is_visible, roles};
use mcpgov_engine::exchange::{AnswerHead, Event, Exchange, Options, Policy};
use mcpgov_engine::json::Limits;
use mcpgov_engine::message::{Method, Object, parse};
use mcpgov_engine::registry::{Traffic, recognise};
use mcpgov_engine::subject::Caller;
use mcpgov_engine::table::{Table, View};
use mcpgov_fuzz::{assert_json, head, resealed, subjects, terms};

const CALLS: [&str; 3] = [
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create","arguments":{"repo":{"name":"acme/x"},"sure":1,"at":"https://a.example/"}}}"#,
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_x"}}"#,
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
];
const LIST: &[u8] = br#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"search"},{"name":"delete_x"}]}}"#;

fn decide_everything(view: &View<'_>) {
    let traffic = Traffic { host: "mcp.example", path: "/github", cluster: Some("github"), route: None };
    let server = recognise(view, &traffic);
    let messages = CALLS.map(|text| parse(text.as_bytes(), &Limits::default()).expect("a good message"));
    for subject in subjects() {
        let caller = Caller::new(view, subject);
        for message in &messages {
            let call = Call::of(message, server);
            let first = decide(view, &caller, &call);
            assert_eq!(first, decide(view, &caller, &call));
            let _ = has_access(view, &caller, &call);
            let listed = Call::of_listed(server, Method::ToolsCall, Object::Tool, Name::Is("delete_x"));
            let _ = is_visible(view, &caller, &listed);
            assert!(roles(view, &caller, &call).all(|number| (number as usize) < view.roles.len()));
            for (number, _) in (0..).zip(view.rules) {
                assert!(evaluate_rule(view, &caller, &call, number, &mut NoTrace).is_some());
            }
        }
    }
}

fn exchange(view: &View<'_>) {
    let options = Options::default();
    let terms = terms(Policy::Loaded(view), &options);
    for body in CALLS {
        let mut exchange = Exchange::new();
        let [subject, ..] = subjects();
        let _ = exchange.on(&terms, Event::RequestHead { head: head(), subject, ends: false });
        let _ = exchange.on(&terms, Event::RequestBody(body.as_bytes()));
        let answer =
            AnswerHead { status: 200, content_type: Some("application/json"), ..AnswerHead::default() };
        let _ = exchange.on(&terms, Event::AnswerHead { head: answer, ends: false });
        let _ = exchange.on(&terms, Event::AnswerBody(LIST));
        assert_json(&format!("[{}]", exchange.finish().expect("what was judged is recorded")));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(table) = Table::from_bytes(resealed(bytes.to_vec())) else { return };
    decide_everything(&table.view());
    exchange(&table.view());
});
