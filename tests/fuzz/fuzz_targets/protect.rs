//! Answers through every detector: what comes out is JSON of the same shape, and once is enough.
//!
//! Input: the number of a policy, then an answer as it is, or, where it is none, what choices follow from.
#![no_main]

#[allow(dead_code, reason = "the tests of redaction use more of it")]
#[path = "../../../policy-compiler/tests/redaction/answer.rs"]
mod answer;
#[allow(dead_code, reason = "the tests of redaction use more of it")]
#[path = "../../../policy-compiler/tests/redaction/proxy.rs"]
mod proxy;
#[path = "../../../policy-compiler/tests/redaction/sample.rs"]
mod sample;
#[allow(dead_code, reason = "the tests of redaction use more of it")]
#[path = "../../../policy-compiler/tests/redaction/tree.rs"]
mod tree;

use answer::{answer, body, parsed};
use libfuzzer_sys::fuzz_target;
use mcpgov_engine::json::Limits;
use mcpgov_engine::message::{Kind, parse};
use mcpgov_fuzz::chosen;
use proxy::PROXIES;
use tree::same_shape;

fuzz_target!(|input: &[u8]| {
    let Some((number, rest)) = input.split_first() else { return };
    let proxy = &PROXIES[usize::from(*number) % PROXIES.len()];
    // Lists lose what has no name, whatever detectors find.
    let is_answer = parse(rest, &Limits::default()).is_ok_and(|message| {
        message.kind() == Kind::Response
            && message.result().is_none_or(|result| {
                ["tools", "prompts", "resources", "resourceTemplates", "inputRequests"]
                    .iter()
                    .all(|list| result.get(list).is_none())
            })
    });
    let body = match str::from_utf8(rest) {
        Ok(text) if is_answer => text.to_owned(),
        _ => match chosen(answer(), rest) {
            Some(answer) => body(&answer),
            None => return,
        },
    };
    let once = proxy.redacted(&body);
    assert!(same_shape(parsed(&body).root(), parsed(&once).root()), "{body}\n{once}");
    assert_eq!(proxy.redacted(&once), once, "{body}");
});
