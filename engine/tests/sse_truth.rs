//! Events as an independent reader of event streams dispatches them, where that corpus lies beside the repository.
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::expect_used, reason = "helpers of tests")]

#[expect(dead_code, reason = "this corpus has no base64")]
mod corpus;

use mcpgov_engine::sse::{Event, Piece, Reader};
use serde_json::{Value, json};

fn dispatched(event: Event<'_>) -> Option<Value> {
    let data = event.data()?;
    Some(json!({ "event": event.name(), "id": event.id(), "data": data }))
}

/// The bytes of a stream's first chunk. The corpus holds decoded text: decoding eats a byte order mark, so that one
/// still there was a second one, and its reader takes the mark's bytes read as Latin-1 for the mark.
fn undecoded(text: &str) -> Vec<u8> {
    match text.strip_prefix("\u{ef}\u{bb}\u{bf}") {
        Some(rest) => format!("\u{feff}{rest}").into(),
        None if text.starts_with('\u{feff}') => format!("\u{feff}{text}").into(),
        None => text.into(),
    }
}

#[test]
fn streams_are_read_as_their_corpus_says() {
    let Some(corpus) = corpus::lines("sse_truth.jsonl") else { return };
    let mut right = 0;
    for case in &corpus {
        let mut reader = Reader::new(1 << 20);
        let mut events = Vec::new();
        let chunks = case["chunks"].as_array().unwrap().iter().map(|chunk| chunk.as_str().unwrap());
        let mut at_end = false;
        for (nr, chunk) in chunks.enumerate() {
            let chunk = if nr == 0 { undecoded(chunk) } else { chunk.into() };
            at_end = false;
            reader
                .push(&chunk, &mut |piece| {
                    if let Piece::Event(event) = piece {
                        at_end = event.raw.ends_with(b"\r") && chunk.ends_with(event.raw);
                        events.extend(dispatched(event));
                    }
                })
                .unwrap();
        }
        // The corpus was made by a reader that waits for the byte after a CR, and so drops an event that ends with
        // the stream in one.
        if at_end {
            events.pop();
        }
        if Value::Array(events.clone()) == case["events"] {
            right += 1;
        } else {
            eprintln!("{}: {events:?}", case["id"]);
        }
    }
    assert_eq!((right, corpus.len()), (57, 57));
}
