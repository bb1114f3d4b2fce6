//! In whatever order a proxy calls, and whatever the bodies: nothing goes on to the server before a permit, and
//! whatever leaves for a client, a server or a log is JSON.
//!
//! Input: steps of two bytes, 0xff, then a body of which the steps use the whole or a beginning.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mcpgov_engine::decide::{Call, decide, has_access};
use mcpgov_engine::exchange::{AnswerHead, Effect, Event, Exchange, Head, Options, Policy};
use mcpgov_engine::json::{Doc, Limits};
use mcpgov_engine::message::{Kind, parse};
use mcpgov_engine::registry::{Traffic, recognise};
use mcpgov_engine::subject::{Caller, Subject};
use mcpgov_engine::table::{Table, View};
use mcpgov_fuzz::{assert_json, subjects, table, terms};

static TABLE: LazyLock<Table<Vec<u8>>> =
    LazyLock::new(|| Table::from_bytes(table(false)).expect("a good table"));

const TARGETS: [(&str, &str); 4] =
    [("POST", "/github"), ("GET", "/github"), ("DELETE", "/github"), ("POST", "/github/../x")];
const VERSIONS: [Option<&str>; 4] = [None, Some("2025-03-26"), Some("2026-07-28"), Some("x")];
const TYPES: [Option<&str>; 4] =
    [Some("application/json"), Some("text/event-stream"), Some("text/html"), None];

fn head(how: usize) -> Head {
    let (method, path) = TARGETS[how % 4];
    let mut head = Head { method: method.into(), path: path.into(), ..mcpgov_fuzz::head() };
    head.mcp.version = VERSIONS[how / 4 % 4].map(String::from);
    head.is_repeated = how & 0xc0 == 0xc0;
    head.session = (how & 0x30 == 0x30).then(|| "abc".into());
    head
}

/// Whether every message of a body is permitted, without an exchange.
fn is_permitted(view: &View<'_>, head: &Head, subject: &Subject, body: &[u8]) -> bool {
    let traffic = Traffic { host: &head.host, path: &head.path, cluster: None, route: None };
    let caller = Caller::new(view, subject.clone());
    let permits = |text: &[u8]| {
        let Ok(message) = parse(text, &Limits::default()) else { return false };
        let call = Call::of(&message, recognise(view, &traffic));
        if message.kind() == Kind::Response {
            // It asks for nothing.
            return has_access(view, &caller, &call);
        }
        decide(view, &caller, &call).outcome.verdict.is_permit()
    };
    match Doc::parse(body, &Limits::default()) {
        Ok(doc) if doc.root().items().next().is_some() => {
            doc.root().items().all(|member| permits(member.raw().as_bytes()))
        }
        _ => permits(body),
    }
}

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == 0xff).unwrap_or(input.len());
    let (steps, body) = input.split_at(end);
    let body = body.strip_prefix(b"\xff").unwrap_or(body);

    let view = TABLE.view();
    let policy = if steps.len() % 2 == 0 { Policy::Loaded(&view) } else { Policy::Unavailable };
    let options = Options { event_bytes_max: 300, ..Options::default() };
    let terms = terms(policy, &options);
    let mut exchange = Exchange::new();
    let mut asked: Option<(Head, Subject)> = None;
    let (mut is_permit, mut replies) = (false, 0);
    for step in steps.chunks_exact(2) {
        let (what, how) = (step[0] % 8, usize::from(step[1]));
        let part = if how == 0 { body } else { &body[..how.min(body.len())] };
        let effect = match what {
            0 => {
                let (head, subject) = (head(how), subjects()[how % 3].clone());
                let event = Event::RequestHead {
                    head: head.clone(),
                    subject: subject.clone(),
                    ends: how & 0xc0 == 0x40,
                };
                let effect = exchange.on(&terms, event);
                // What has no body is judged by its head.
                let permitted = exchange.decided().first().is_some_and(|(verdict, _)| verdict.is_permit());
                is_permit |= head.method != "POST" && asked.is_none() && permitted;
                asked.get_or_insert((head, subject));
                effect
            }
            1 => exchange.on(&terms, Event::RequestHeld(how << 13)),
            2 => {
                let effect = exchange.on(&terms, Event::RequestBody(part));
                if let (Effect::Forward(changes), Some((head, subject)), 0, false) =
                    (&effect, &asked, replies, is_permit)
                {
                    assert!(matches!(policy, Policy::Loaded(_)), "no policy, no permit");
                    let sent = changes.body.as_deref().unwrap_or(part);
                    assert!(is_permitted(&view, head, subject, sent), "{:?}", String::from_utf8_lossy(sent));
                    is_permit = true;
                }
                effect
            }
            3 => exchange.on(&terms, Event::AnswerChunk { bytes: part, ends: how & 0x80 != 0 }),
            4 => {
                let head = AnswerHead {
                    status: [200, 202, 404, 504][how % 4],
                    content_type: TYPES[how / 4 % 4],
                    session: (how & 0x80 != 0).then_some("abc"),
                    ..AnswerHead::default()
                };
                exchange.on(&terms, Event::AnswerHead { head, ends: how & 0x40 != 0 })
            }
            5 => exchange.on(&terms, Event::AnswerHeld(how << 13)),
            6 => exchange.on(&terms, Event::AnswerBody(part)),
            _ => exchange.on(&terms, Event::HostFailure),
        };
        match effect {
            Effect::Forward(_) if what < 3 && replies == 0 => assert!(is_permit, "undecided but forwarded"),
            Effect::Forward(changes) if what != 3 => {
                if let Some(body) = changes.body {
                    serde_json::from_slice::<serde_json::Value>(&body).expect("a rewritten body is JSON");
                }
            }
            Effect::Reply(reply) => {
                replies += 1;
                if !reply.body.is_empty() {
                    assert_json(&reply.body);
                }
            }
            Effect::Forward(_) | Effect::Hold | Effect::Close => {}
        }
    }
    assert!(replies <= 1);
    if let Some(records) = exchange.finish() {
        assert_json(&format!("[{records}]"));
    }
});
