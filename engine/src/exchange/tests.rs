//! A simulated proxy, client and server around one exchange.

mod answer;
mod binding;
mod evasion;
#[cfg(not(target_family = "wasm"))]
mod orders;
mod protect;
mod request;
mod stream;

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
        let terms = Terms {
            policy,
            options: &self.options,
            session_key: Some(&KEY),
            now_sec: self.now_sec,
            region: None,
            environment: Some("test"),
        };
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

fn http(method: &str) -> Head {
    Head { method: method.into(), accept: Some("text/event-stream".into()), ..head() }
}

const TOOLS: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"x":1, "tools":[ {"name":"search","y":[1]} , {"name":"delete_x"},{"name":"create"},{"nameless":1}, 5 ],"nextCursor":""}}"#;
const RESULT: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[]}}"#;

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

fn batch(members: &[String]) -> String {
    format!("[{}]", members.join(","))
}
