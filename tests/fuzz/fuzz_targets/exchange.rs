//! In whatever order a proxy calls, and whatever the bodies: nothing goes on to the server before a permit.
//!
//! Input: steps of two bytes, 0xff, then a body of which the steps use the whole or a beginning.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mcpgov_engine::decide::{Call, decide};
use mcpgov_engine::exchange::{AnswerHead, Effect, Event, Exchange, Head, Options, Policy};
use mcpgov_engine::json::Limits;
use mcpgov_engine::message::parse;
use mcpgov_engine::registry::{Traffic, recognise};
use mcpgov_engine::subject::{Caller, Subject};
use mcpgov_engine::table::{Table, View};
use mcpgov_fuzz::{assert_json, subjects, table};

static TABLE: LazyLock<Table<Vec<u8>>> =
    LazyLock::new(|| Table::from_bytes(table(false)).expect("a good table"));

const HEADS: [Head<'static>; 4] =
    [head("POST", "/github"), head("POST", "/other"), head("DELETE", "/github"), head("GET", "/github/../")];

const fn head(method: &'static str, path: &'static str) -> Head<'static> {
    Head {
        method,
        path,
        host: "mcp.example",
        content_type: Some("application/json"),
        content_encoding: None,
        is_repeated: false,
        request_id: "r",
        session: None,
        protocol: None,
        cluster: None,
        route: None,
    }
}

const TYPES: [Option<&str>; 4] =
    [Some("application/json"), Some("text/event-stream"), Some("text/html"), None];

/// The decision without an exchange.
fn is_permitted(view: &View<'_>, head: &Head<'_>, subject: &Subject, body: &[u8]) -> bool {
    let Ok(message) = parse(body, &Limits::default()) else { return false };
    let traffic = Traffic { host: head.host, path: head.path, cluster: None, route: None };
    let call = Call::of(&message, recognise(view, &traffic));
    decide(view, &Caller::new(view, subject.clone()), &call).outcome.verdict.is_permit()
}

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == 0xff).unwrap_or(input.len());
    let (steps, body) = input.split_at(end);
    let body = body.strip_prefix(b"\xff").unwrap_or(body);

    let view = TABLE.view();
    let policy = if steps.len() % 2 == 0 { Policy::Loaded(&view) } else { Policy::Unavailable };
    let mut exchange = Exchange::new(Options::default());
    let mut first: Option<(Head<'_>, Subject)> = None;
    let (mut permitted, mut replies) = (false, 0);
    for step in steps.chunks_exact(2) {
        let (what, how) = (step[0] % 8, usize::from(step[1]));
        let effect = match what {
            0 => {
                let subject = subjects()[how / 4 % 3].clone();
                let head = Head { is_repeated: how & 0x80 != 0, ..HEADS[how % 4] };
                let effect = exchange
                    .on(policy, Event::RequestHead { head, subject: subject.clone(), ends: how & 0x40 != 0 });
                // Ending a session needs no message: it is judged by the head alone.
                permitted |= head.method == "DELETE"
                    && first.is_none()
                    && exchange.decided().is_some_and(|(verdict, _)| verdict.is_permit());
                first.get_or_insert((head, subject));
                effect
            }
            1 => exchange.on(policy, Event::RequestHeld(how << 13)),
            2 | 3 => {
                let body = if how == 0 { body } else { &body[..how.min(body.len())] };
                let effect = exchange.on(policy, Event::RequestBody(body));
                if let (Effect::Forward(_), Some((head, subject)), 0, false) =
                    (&effect, &first, replies, permitted)
                {
                    assert!(matches!(policy, Policy::Loaded(_)), "no policy, no permit");
                    assert!(is_permitted(&view, head, subject, body), "{:?}", String::from_utf8_lossy(body));
                    permitted = true;
                }
                effect
            }
            4 => {
                let head = AnswerHead {
                    status: [200, 202, 404, 504][how % 4],
                    content_type: TYPES[how / 4 % 4],
                    content_encoding: None,
                };
                exchange.on(policy, Event::AnswerHead { head, ends: how & 0x40 != 0 })
            }
            5 => exchange.on(policy, Event::AnswerHeld(how << 13)),
            6 => exchange.on(policy, Event::AnswerBody(body)),
            _ => exchange.on(policy, Event::HostFailure),
        };
        match effect {
            Effect::Forward(_) if what < 4 && replies == 0 => assert!(permitted, "undecided but forwarded"),
            Effect::Forward(changes) => {
                if let Some(body) = changes.body {
                    serde_json::from_str::<serde_json::Value>(&body).expect("a rewritten body is JSON");
                }
            }
            Effect::Reply(reply) => {
                replies += 1;
                if !reply.body.is_empty() {
                    assert_json(&reply.body);
                }
            }
            Effect::Hold => {}
        }
    }
    assert!(replies <= 1);
    if let Some(record) = exchange.finish() {
        assert_json(&record);
    }
});
