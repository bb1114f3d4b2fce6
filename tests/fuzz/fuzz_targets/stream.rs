//! The answer to `tools/list` as a stream: no client, however lenient, finds in what passes a message that the others
//! do not, or a tool that its user may not know of.
//!
//! Input: the size of every chunk, 0xff, then the stream; what is left after the sizes is one chunk.
#![no_main]

extern crate alloc;

#[path = "../../../engine/src/sse/twin.rs"]
mod twin;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mcpgov_engine::decide::{Call, Name, is_visible};
use mcpgov_engine::exchange::{AnswerHead, Effect, Event, Exchange, Options, Policy};
use mcpgov_engine::message::{Method, Object};
use mcpgov_engine::registry::{Traffic, recognise};
use mcpgov_engine::subject::{Caller, Subject};
use mcpgov_engine::table::{Table, View};
use mcpgov_fuzz::{head, subjects, table, terms};
use serde_json::Value;
use twin::{any_end, dispatched, lenient};

static TABLE: LazyLock<Table<Vec<u8>>> =
    LazyLock::new(|| Table::from_bytes(table(false)).expect("a good table"));

const LIST: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

/// What the client gets of a stream.
fn pass(view: &View<'_>, subject: &Subject, sizes: &[u8], stream: &[u8]) -> Vec<u8> {
    let options = Options::default();
    let terms = terms(Policy::Loaded(view), &options);
    let mut exchange = Exchange::new();
    let _ = exchange.on(&terms, Event::RequestHead { head: head(), subject: subject.clone(), ends: false });
    assert!(matches!(exchange.on(&terms, Event::RequestBody(LIST)), Effect::Forward(_)));
    let answer = AnswerHead { status: 200, content_type: Some("text/event-stream"), ..AnswerHead::default() };
    let _ = exchange.on(&terms, Event::AnswerHead { head: answer, ends: false });

    let (mut passed, mut rest) = (Vec::new(), stream);
    let mut send = |bytes: &[u8], ends: bool| match exchange.on(&terms, Event::AnswerChunk { bytes, ends }) {
        Effect::Forward(changes) => passed.extend(changes.body.unwrap_or_else(|| bytes.to_vec())),
        other => panic!("a stream is cut for no reason: {other:?}"),
    };
    for size in sizes {
        let (chunk, after) = rest.split_at(usize::from(*size).min(rest.len()));
        send(chunk, false);
        rest = after;
    }
    send(rest, true);
    passed
}

fn assert_no_hidden_tool(view: &View<'_>, subject: &Subject, data: &str) {
    let Ok(message) = serde_json::from_str::<Value>(data) else { return };
    let tools = message.pointer("/result/tools").and_then(Value::as_array);
    let caller = Caller::new(view, subject.clone());
    let traffic = Traffic { host: "mcp.example", path: "/github", cluster: None, route: None };
    let server = recognise(view, &traffic);
    for name in tools.into_iter().flatten().filter_map(|tool| tool["name"].as_str()) {
        let call = Call::of_listed(server, Method::ToolsCall, Object::Tool, Name::Is(name));
        assert!(is_visible(view, &caller, &call), "`{name}` is hidden, but listed: {data}");
    }
}

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == 0xff).unwrap_or(input.len());
    let (sizes, stream) = input.split_at(end);
    let stream = stream.strip_prefix(b"\xff").unwrap_or(stream);

    let view = TABLE.view();
    let [subject, ..] = subjects();
    let passed = pass(&view, &subject, sizes, stream);
    let seen: Vec<String> = dispatched(&passed).into_iter().map(|(_, data, _)| data).collect();
    for data in &seen {
        assert_no_hidden_tool(&view, &subject, data);
    }
    for joins in [true, false] {
        assert_eq!(lenient(&passed, any_end, joins), seen);
        for data in lenient(&passed, |c| c == '\n', joins) {
            assert!(seen.contains(&data), "{data:?} was not judged");
        }
    }
    let whole = pass(&view, &subject, &[], stream);
    assert_eq!(dispatched(&whole), dispatched(&passed), "chunks change what is seen");
});
