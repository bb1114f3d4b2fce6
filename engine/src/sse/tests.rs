use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::twin::{Dispatched, any_end, dispatched, lenient};
use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A piece that owns its bytes; `true` for an event.
type Owned = (bool, Vec<u8>);

const MAX: usize = 1 << 16;

fn pieces<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Owned>, Tail) {
    let mut reader = Reader::new(MAX);
    let mut pieces = Vec::new();
    for chunk in chunks {
        reader
            .push(chunk, &mut |piece| {
                pieces.push(match piece {
                    Piece::Aside(raw) => (false, raw.to_vec()),
                    Piece::Event(event) => (true, event.raw.to_vec()),
                });
            })
            .unwrap();
    }
    (pieces, reader.finish())
}

fn whole(stream: &str) -> Vec<Owned> {
    pieces([stream.as_bytes()]).0
}

fn bytewise(stream: &str) -> Vec<Owned> {
    pieces(stream.as_bytes().chunks(1)).0
}

fn aside(text: &str) -> Owned {
    (false, text.into())
}

fn event(text: &str) -> Owned {
    (true, text.into())
}

/// What a client would dispatch of the reader's events.
fn as_client(pieces: &[Owned]) -> Vec<Dispatched> {
    let mut last_id = String::new();
    let mut seen = Vec::new();
    for (_, raw) in pieces.iter().filter(|(is_event, _)| *is_event) {
        let event = Event { raw };
        if let Some(id) = event.id() {
            last_id = id.into_owned();
        }
        assert_eq!(event.has_data(), event.data().is_some());
        if let Some(data) = event.data() {
            seen.push((event.name().unwrap_or_default().into(), data.into(), last_id.clone()));
        }
    }
    seen
}

fn canonical(raw: &str) -> String {
    let mut out = Vec::new();
    Event { raw: raw.as_bytes() }.canonical(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn keep_alives_and_blank_lines_pass_at_once() {
    let mut reader = Reader::new(MAX);
    let mut seen = Vec::new();
    for chunk in [": ping\n", "\n", ":\r\n\r\n", "\n: a\n: b\n"] {
        reader.push(chunk.as_bytes(), &mut |piece| seen.push(format!("{piece:?}"))).unwrap();
        assert!(reader.held.is_empty(), "{chunk:?} was held");
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.iter().all(|piece| piece.starts_with("Aside")), "{seen:?}");
}

#[test]
fn an_event_is_held_until_its_blank_line_with_the_comments_inside() {
    let stream = ": before\nid: 1\n: inside\ndata: x\n\ndata: y\n";
    let (pieces, tail) = pieces([stream.as_bytes()]);
    assert_eq!(pieces, [aside(": before\n"), event("id: 1\n: inside\ndata: x\n\n")]);
    assert_eq!(tail, Tail { bytes: "data: y\n".len() });
}

#[test]
fn all_line_ends_are_one() {
    for end in ["\n", "\r", "\r\n"] {
        let stream = format!("data: a{end}data: b{end}{end}data: c{end}{end}");
        for pieces in [whole(&stream), bytewise(&stream)] {
            let data: Vec<_> = as_client(&pieces).into_iter().map(|(_, data, _)| data).collect();
            assert_eq!(data, ["a\nb", "c"], "{end:?}");
            assert_eq!(as_client(&pieces), dispatched(stream.as_bytes()));
        }
    }
}

#[test]
fn a_blank_line_of_cr_alone_is_not_waited_with_and_its_lf_is_no_line() {
    let split = |chunks: &[&str]| pieces(chunks.iter().map(|chunk| chunk.as_bytes())).0;
    assert_eq!(split(&["data: a\r\n\r", "\ndata: b\r\n\r\n"])[0], event("data: a\r\n\r"));
    assert_eq!(split(&["data: a\r\n\r", "\ndata: b\r\n\r\n"])[1..], [aside("\n"), event("data: b\r\n\r\n")]);
    // The line ends inside an event stay in it, also with empty chunks between.
    assert_eq!(split(&["data: a\r", "", "\ndata: b\n\n"]), [event("data: a\r\ndata: b\n\n")]);
    assert_eq!(split(&[": a\r", "\n", "\n"]), [aside(": a\r"), aside("\n"), aside("\n")]);
}

#[test]
fn a_byte_order_mark_counts_at_the_start_alone() {
    assert_eq!(whole("\u{feff}data: x\n\n"), [aside("\u{feff}"), event("data: x\n\n")]);
    assert_eq!(bytewise("\u{feff}: x\n"), [aside("\u{feff}"), aside(": x\n")]);
    assert_eq!(bytewise("\u{feff}\u{feff}data: x\n\n")[1], event("\u{feff}data: x\n\n"));
    assert!(as_client(&whole("\n\u{feff}data: x\n\n")).is_empty());
    // Two thirds of a mark are the beginning of a line.
    let (pieces, tail) = pieces([&b"\xef"[..], b"\xbb", b":\n\n", b""]);
    assert_eq!((pieces, tail), (vec![(true, b"\xef\xbb:\n\n".to_vec())], Tail { bytes: 0 }));
    assert_eq!(super::tests::pieces([&b"\xef\xbb"[..]]).1, Tail { bytes: 2 });
}

#[test]
fn fields_are_read_as_the_standard_says() {
    let raw = "id: 1\nid: a\0b\nevent: foo\nevent:\nretry: 10\nretry: 1x\nretry:\ndata\ndata:  x\n: c\n\n";
    let event = Event { raw: raw.as_bytes() };
    assert_eq!(event.id().as_deref(), Some("1"));
    assert_eq!(event.name(), None);
    assert_eq!(event.retry(), Some(10));
    assert_eq!(event.data().as_deref(), Some("\n x"));
    assert_eq!(Event { raw: b"id\nevent: foo\n\n" }.id().as_deref(), Some(""));
    assert_eq!(Event { raw: b"id\nevent: foo\n\n" }.name().as_deref(), Some("foo"));
    assert_eq!(
        Event { raw: b"data: \xff\xe2\x82\ndata:\xac\n\n" }.data().unwrap(),
        "\u{fffd}\u{fffd}\n\u{fffd}"
    );
    for other in ["Data: x", " data: x", "data : x", "\u{feff}data: x", ": data: x", "dat"] {
        assert_eq!(Event { raw: format!("{other}\n\n").as_bytes() }.data(), None, "{other:?}");
    }
}

#[test]
fn a_primed_id_without_data_is_an_event_of_its_own() {
    let priming = "id: 7\nretry: 500\ndata:\n\n";
    assert_eq!(whole(priming), [event(priming)]);
    assert_eq!(Event { raw: priming.as_bytes() }.data().as_deref(), Some(""));
    assert!(!Event { raw: b"id: 7\n\n" }.has_data());
}

#[test]
fn other_data_changes_nothing_else() {
    let with = |raw: &str, data: &str| {
        let mut out = Vec::new();
        Event { raw: raw.as_bytes() }.with_data(data, &mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(
        with("id: 1\r\n: c\r\ndata: a\r\nretry:5\r\ndata: b\r\nevent: message\r\n\r\n", "{}"),
        "id: 1\n: c\ndata: {}\nretry:5\nevent: message\n\n"
    );
    assert_eq!(with("id: 1\n\n", "[]"), "id: 1\ndata: []\n\n");
    // No data can start a field or an event of its own.
    assert_eq!(
        with("data: x\n\n", "{\"a\":\r\n\"\u{2028}\u{85}\u{7f}é\"}\n\ndata: y"),
        "data: {\"a\":  \"\\u2028\\u0085\\u007fé\"}  data: y\n\n"
    );
}

#[test]
fn what_clients_read_differently_is_named_and_cured() {
    let cured = [
        ("data: {\"a\":\rdata: 1}\n\n", "data: {\"a\": 1}\n\n"),
        ("data: x\n\r", "data: x\n\n"),
        ("data: \"a\u{2028}b\"\n\n", "data: \"a\\u2028b\"\n\n"),
        ("data: \"a\u{85}b\"\n\n", "data: \"a\\u0085b\"\n\n"),
        ("data: 1\n: c\u{0b}data: 2\n\n", "data: 1\n\n"),
        ("id: 1\u{1c}data: 2\ndata: 1\n\n", "data: 1\n\n"),
        ("id: 1\ndata: {\ndata: }\n\n", "id: 1\ndata: { }\n\n"),
        ("Data: 2\ndata: 1\n\n", "data: 1\n\n"),
        (" data: 2\ndata: 1\n\n", "data: 1\n\n"),
        ("id\ndata: 1\n\n", "id:\ndata: 1\n\n"),
        ("nonsense\n\n", "\n"),
    ];
    for (raw, expected) in cured {
        assert!(Event { raw: raw.as_bytes() }.is_ambiguous(), "{raw:?}");
        assert_eq!(canonical(raw), expected, "{raw:?}");
        assert!(!Event { raw: expected.as_bytes() }.is_ambiguous(), "{expected:?}");
    }
    assert!(Event { raw: b"data: \xff\n\n" }.is_ambiguous());
    for plain in ["data: {\"a\":\t\"é✔\"}\n\n", "event: message\r\nid: 1\r\ndata:{}\r\n\r\n", "id:\n: c\n\n"]
    {
        assert!(!Event { raw: plain.as_bytes() }.is_ambiguous(), "{plain:?}");
    }
}

#[test]
fn a_comment_that_hides_an_event_from_some_clients_is_no_aside() {
    for odd in ["\u{2028}", "\u{2029}", "\u{85}", "\u{0b}", "\u{0c}", "\u{1c}", "\u{1e}", "\0"] {
        let stream = format!(": c{odd}data: x\n: d\n\n: e\n");
        assert_eq!(lenient(stream.as_bytes(), any_end, true), ["x"], "{odd:?}");
        for pieces in [whole(&stream), bytewise(&stream)] {
            assert_eq!(pieces, [event(&format!(": c{odd}data: x\n: d\n\n")), aside(": e\n")]);
            assert_eq!(canonical(core::str::from_utf8(&pieces[0].1).unwrap()), ": d\n\n");
        }
    }
}

#[test]
fn an_event_over_the_limit_ends_the_reading_in_whatever_chunks_it_comes() {
    let fits = "data: 34567\n\n";
    let stream = format!(": c\n{fits}{fits}data: 345678\n\n{fits}");
    for size in 1..stream.len() {
        let mut reader = Reader::new(fits.len());
        let mut seen = Vec::new();
        let failed = stream
            .as_bytes()
            .chunks(size)
            .any(|chunk| reader.push(chunk, &mut |piece| seen.push(format!("{piece:?}"))).is_err());
        assert!(failed && seen.len() == 3, "{size}: {seen:?}");
        assert_eq!(reader.push(b"\n", &mut |_| panic!("read on")), Err(TooLong));
        assert_eq!(reader.finish(), Tail { bytes: 0 });
    }
    assert_eq!(Reader::new(4).push(b": 345", &mut |_| ()), Err(TooLong));
}

#[test]
fn time_and_memory_do_not_grow_with_the_stream() {
    let mut reader = Reader::new(64);
    let mut events = 0;
    let many = "data: {}\r\n\r\n: c\r\n".repeat(10_000);
    for chunk in many.as_bytes().chunks(1000) {
        reader.push(chunk, &mut |piece| events += usize::from(matches!(piece, Piece::Event(_)))).unwrap();
        assert!(reader.held.capacity() <= 128);
    }
    assert_eq!(events, 10_000);

    // Quadratic reading of this would take minutes.
    let mut long = Reader::new(usize::MAX);
    for _ in 0..1 << 21 {
        long.push(b"x", &mut |_| ()).unwrap();
    }
    assert_eq!(long.finish(), Tail { bytes: 1 << 21 });
}

#[cfg(not(target_family = "wasm"))]
mod random {
    use super::*;
    use proptest::prelude::*;

    const PARTS: &[&[u8]] = &[
        b"\n",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\n\r\n",
        b"\r\r",
        b"data",
        b"data:",
        b"data: ",
        b"event: ",
        b"id:",
        b"retry: ",
        b":",
        b": ",
        b" ",
        b"x",
        b"1",
        b"{\"a\":1}",
        b"Data: ",
        b"\0",
        b"\t",
        b"\x0b",
        b"\x1c",
        b"\xff",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xa9",
        b"\xe2",
        b"\x80",
        b"\xa8",
        b"\xef\xbb\xbf",
        b"\xef",
        b"\xbb",
        b"\xbf",
    ];

    /// A stream, and where it is cut.
    fn streams() -> impl Strategy<Value = (Vec<u8>, Vec<usize>)> {
        let parts = prop::collection::vec(prop::sample::select(PARTS), 0..40);
        (parts.prop_map(|parts| parts.concat()), prop::collection::vec(0..5_usize, 0..40))
    }

    fn cut<'a>(stream: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
        let mut rest = stream;
        let mut chunks = Vec::new();
        for size in sizes {
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        chunks.push(rest);
        chunks
    }

    /// The same wherever a CRLF is cut: an LF of its own right after a CR goes back to the piece before it.
    fn joined(pieces: Vec<Owned>) -> Vec<Owned> {
        let mut joined: Vec<Owned> = Vec::new();
        for (is_event, raw) in pieces {
            match joined.last_mut() {
                Some((_, last)) if raw == b"\n" && last.ends_with(b"\r") => last.push(b'\n'),
                _ => joined.push((is_event, raw)),
            }
        }
        joined
    }

    fn bytes(pieces: &[Owned]) -> Vec<u8> {
        pieces.iter().flat_map(|(_, raw)| raw.clone()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_reader_sees_what_the_standard_says((stream, sizes) in streams()) {
            let (pieces, _) = pieces(cut(&stream, &sizes));
            prop_assert_eq!(as_client(&pieces), dispatched(&stream));
        }

        #[test]
        fn pieces_are_the_stream_and_do_not_depend_on_chunks((stream, sizes) in streams()) {
            let (chunked, tail) = pieces(cut(&stream, &sizes));
            prop_assert_eq!(bytes(&chunked), &stream[..stream.len() - tail.bytes]);
            let (whole, whole_tail) = pieces([&stream[..]]);
            prop_assert_eq!((joined(chunked), tail), (joined(whole), whole_tail));
        }

        /// The point of it all: what a proxy passes that judges every event's data and cures what is ambiguous,
        /// no client reads as anything but what was judged.
        #[test]
        fn no_client_sees_what_was_not_judged((stream, sizes) in streams()) {
            let (pieces, _) = pieces(cut(&stream, &sizes));
            let (mut passed, mut judged) = (Vec::new(), Vec::new());
            for (is_event, raw) in &pieces {
                let event = Event { raw };
                if *is_event && event.is_ambiguous() {
                    let at = passed.len();
                    event.canonical(&mut passed);
                    let cured = Event { raw: &passed[at..] };
                    prop_assert!(!cured.is_ambiguous(), "{:?}", String::from_utf8_lossy(cured.raw));
                    prop_assert_eq!(cured.has_data(), event.has_data());
                    judged.extend(cured.data().map(String::from));
                } else {
                    passed.extend_from_slice(raw);
                    judged.extend(event.data().filter(|_| *is_event).map(String::from));
                }
            }
            for joins in [true, false] {
                prop_assert_eq!(&lenient(&passed, any_end, joins), &judged);
                for data in lenient(&passed, |c| c == '\n', joins) {
                    prop_assert!(judged.contains(&data), "{:?} of {:?}", data, String::from_utf8_lossy(&passed));
                }
            }
        }

        #[test]
        fn json_survives_the_canonical_form(text in "[\\PC\u{85}\u{2028}\n\\\\\"]{0,20}") {
            let value = serde_json::json!({ "text": text });
            let pretty = serde_json::to_string_pretty(&value).unwrap().replace('\n', "\r\ndata: ");
            let raw = format!("data: {pretty}\r\n\r\n");
            let mut out = Vec::new();
            Event { raw: raw.as_bytes() }.canonical(&mut out);
            let data = Event { raw: &out }.data().unwrap().into_owned();
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&data).unwrap(), value);
        }
    }
}
