//! The reader of event streams against the standard's own steps, and against clients that are lenient.
//!
//! Input: the size of every chunk, 0xff, then the stream; what is left after the sizes is one chunk.
#![no_main]

extern crate alloc;

#[path = "../../../engine/src/sse/twin.rs"]
mod twin;

use libfuzzer_sys::fuzz_target;
use mcpgov_engine::sse::{Piece, Reader};
use twin::{any_end, dispatched, lenient};

/// A piece that owns its bytes; `true` for an event.
type Owned = (bool, Vec<u8>);

/// What a proxy makes of a stream.
#[derive(Default)]
struct Passed {
    pieces: Vec<Owned>,
    /// What clients dispatch of the events.
    events: Vec<twin::Dispatched>,
    /// With every ambiguous event in its canonical form.
    bytes: Vec<u8>,
    /// The data of its events.
    judged: Vec<String>,
    tail: usize,
}

fn pass(sizes: &[u8], stream: &[u8]) -> Passed {
    let mut reader = Reader::new(1 << 20);
    let mut passed = Passed::default();
    let mut id = String::new();
    let mut each = |piece: Piece<'_>| match piece {
        Piece::Aside(raw) => {
            passed.pieces.push((false, raw.to_vec()));
            passed.bytes.extend_from_slice(raw);
        }
        Piece::Event(event) => {
            passed.pieces.push((true, event.raw.to_vec()));
            if let Some(last) = event.id() {
                id = last.into();
            }
            if let Some(data) = event.data() {
                passed.events.push((event.name().unwrap_or_default().into(), data.into(), id.clone()));
            }
            let start = passed.bytes.len();
            if event.is_ambiguous() {
                event.canonical(&mut passed.bytes);
            } else {
                passed.bytes.extend_from_slice(event.raw);
            }
            read_back(&passed.bytes[start..], &mut passed.judged);
        }
    };
    let mut rest = stream;
    for size in sizes {
        let (chunk, after) = rest.split_at(usize::from(*size).min(rest.len()));
        reader.push(chunk, &mut each).expect("the limit is never reached");
        rest = after;
    }
    reader.push(rest, &mut each).expect("the limit is never reached");
    passed.tail = reader.finish().bytes;
    passed
}

/// What was passed for one event is one event again, or none, and not ambiguous.
fn read_back(event: &[u8], judged: &mut Vec<String>) {
    let before = judged.len();
    // A line of its own before it, so that no byte is the first of the stream.
    let mut reader = Reader::new(1 << 20);
    let mut each = |piece: Piece<'_>| {
        if let Piece::Event(event) = piece {
            assert!(!event.is_ambiguous(), "{:?}", String::from_utf8_lossy(event.raw));
            judged.extend(event.data().map(String::from));
        }
    };
    reader
        .push(b"\n", &mut each)
        .and_then(|()| reader.push(event, &mut each))
        .expect("the limit is never reached");
    assert!(judged.len() <= before + 1 && reader.finish().bytes == 0);
}

/// The same wherever a CRLF is cut: an LF of its own right after a CR goes back to the piece before it.
fn joined(pieces: &[Owned]) -> Vec<Owned> {
    let mut joined: Vec<Owned> = Vec::new();
    for (is_event, raw) in pieces {
        match joined.last_mut() {
            Some((_, last)) if raw == b"\n" && last.ends_with(b"\r") => last.push(b'\n'),
            _ => joined.push((*is_event, raw.clone())),
        }
    }
    joined
}

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == 0xff).unwrap_or(input.len());
    let (sizes, stream) = input.split_at(end);
    let stream = stream.strip_prefix(b"\xff").unwrap_or(stream);

    let passed = pass(sizes, stream);
    assert_eq!(passed.events, dispatched(stream));
    let raw: Vec<u8> = passed.pieces.iter().flat_map(|(_, raw)| raw.clone()).collect();
    assert_eq!(raw, stream[..stream.len() - passed.tail]);
    assert_eq!(joined(&passed.pieces), joined(&pass(&[], stream).pieces));
    for joins in [true, false] {
        assert_eq!(lenient(&passed.bytes, any_end, joins), passed.judged);
        for data in lenient(&passed.bytes, |c| c == '\n', joins) {
            assert!(passed.judged.contains(&data), "{data:?} was not judged");
        }
    }
});
