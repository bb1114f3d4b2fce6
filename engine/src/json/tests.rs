use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::JsonErrorKind as E;
use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn parse(text: &str) -> Doc<'_> {
    Doc::parse(text.as_bytes(), &Limits::default()).unwrap_or_else(|e| panic!("{text:.200}: {e}"))
}

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, kind: E, at: usize) {
    let bytes = bytes.as_ref();
    let error = Doc::parse(bytes, &Limits::default()).map(|doc| doc.nodes);
    assert_eq!(error.unwrap_err(), JsonError { kind, at }, "{}", String::from_utf8_lossy(bytes));
}

#[test]
fn values_are_read_where_they_stand() {
    let text = r#" {"a": [1, -2.5e3, true], "b": {"c": null}, "d\n": "é\u0041"} "#;
    let doc = parse(text);
    let root = doc.root();
    assert_eq!(root.kind(), Kind::Object);
    assert_eq!(root.raw(), text.trim());
    assert_eq!(doc.text(), text);
    let items: Vec<_> = root.get("a").unwrap().items().map(|v| v.raw()).collect();
    assert_eq!(items, ["1", "-2.5e3", "true"]);
    assert_eq!(root.get("a").unwrap().items().nth(1).unwrap().as_number(), Some("-2.5e3"));
    assert_eq!(root.get("a").unwrap().items().nth(2).unwrap().as_bool(), Some(true));
    let c = root.get("b").unwrap().get("c").unwrap();
    assert_eq!((c.kind(), c.raw()), (Kind::Null, "null"));
    let d = root.get("d\n").unwrap();
    assert_eq!((d.as_str(), d.raw()), (Some("éA"), r#""é\u0041""#));
    assert_eq!(text.get(d.span()), Some(d.raw()));
    assert_eq!(doc.value(d.id()).unwrap().raw(), d.raw());
    assert_eq!(root.members().map(|(key, _)| key).collect::<Vec<_>>(), ["a", "b", "d\n"]);
}

#[test]
fn a_value_is_of_one_type_only() {
    let doc = parse(r#"[null, true, 1, "s", [0], {"k": 0}]"#);
    for (place, value) in doc.root().items().enumerate() {
        assert_eq!(value.as_bool().is_some(), place == 1);
        assert_eq!(value.as_number().is_some(), place == 2);
        assert_eq!(value.as_str().is_some(), place == 3);
        assert_eq!(value.items().count(), usize::from(place == 4));
        assert_eq!(value.members().count(), usize::from(place == 5));
    }
}

#[test]
fn escapes_are_decoded() {
    let doc = parse(r#"["\"\\\/\b\f\n\r\t", "\u00e9\uD834\udd1E", "plain", "\u0000x"]"#);
    let strings: Vec<_> = doc.root().items().filter_map(|v| v.as_str()).collect();
    assert_eq!(strings, ["\"\\/\u{8}\u{c}\n\r\t", "é𝄞", "plain", "\0x"]);
}

#[test]
fn strings_end_at_the_same_place_whatever_their_length() {
    // Around the boundaries of the 16-byte lanes, with each kind of byte that ends a plain run.
    for len in 0..50 {
        let plain = "x".repeat(len);
        assert_eq!(parse(&format!("\"{plain}\"")).root().as_str(), Some(&*plain));
        assert_eq!(
            parse(&format!("\"{plain}\\n{plain}\"")).root().as_str(),
            Some(&*format!("{plain}\n{plain}"))
        );
        refused(format!("\"{plain}\u{1f}\""), E::ControlCharacter, len + 1);
        refused(format!("\"{plain}"), E::UnexpectedEnd, len + 1);
    }
}

#[test]
fn every_rule_is_named_with_its_place() {
    refused("", E::Empty, 0);
    refused(" \r\n\t", E::Empty, 4);
    refused(b"\xef\xbb\xbf{}", E::ByteOrderMark, 0);
    refused(b"\xff\xfe{\0}\0", E::ByteOrderMark, 0);
    refused(b"{\0}\0", E::UnexpectedByte, 1);
    refused(b"[\"a\xff\"]", E::BadUtf8, 3);
    refused(b"[\"\xed\xa0\x80\"]", E::BadUtf8, 2);
    refused("{\"a\":1,\"\\u0061\":2}", E::DuplicateKey, 7);
    refused(r#"["\ud800"]"#, E::LoneSurrogate, 2);
    refused(r#"["\udc00\ud800"]"#, E::LoneSurrogate, 2);
    refused(r#"["\ud800\u0041"]"#, E::LoneSurrogate, 2);
    refused(r#"["\udc00\udc00"]"#, E::LoneSurrogate, 2);
    refused("[\"a\nb\"]", E::ControlCharacter, 3);
    refused(r#"["\x41"]"#, E::BadEscape, 2);
    refused(r#"["\u00g0"]"#, E::BadEscape, 2);
    for (number, at) in [("01", 0), ("-", 0), ("1.", 0), ("1e", 0), ("+1", 0), (".5", 0), ("[-01]", 1)] {
        refused(number, E::BadNumber, at);
    }
    refused("[NaN]", E::BadLiteral, 1);
    refused("[nul]", E::BadLiteral, 1);
    refused("[1,]", E::UnexpectedByte, 3);
    refused("{,}", E::UnexpectedByte, 1);
    refused("{\"a\" 1}", E::UnexpectedByte, 5);
    refused("{1:2}", E::UnexpectedByte, 1);
    refused("[1}", E::UnexpectedByte, 2);
    refused("[tru", E::UnexpectedEnd, 1);
    refused("{\"a\":", E::UnexpectedEnd, 5);
    refused("{} {}", E::TrailingData, 3);
    refused("1 x", E::TrailingData, 2);
}

#[test]
fn limits_hold_to_the_unit() {
    let text = b"[[1,2]]";
    let exact = Limits { bytes_max: 7, depth_max: 2, nodes_max: 4 };
    assert!(Doc::parse(text, &exact).is_ok());
    let kind = |limits| Doc::parse(text, &limits).unwrap_err().kind;
    assert_eq!(kind(Limits { bytes_max: 6, ..exact }), E::TooLarge);
    assert_eq!(kind(Limits { depth_max: 1, ..exact }), E::TooDeep);
    assert_eq!(kind(Limits { nodes_max: 3, ..exact }), E::TooManyValues);
}

#[test]
fn nesting_costs_no_stack() {
    let depth = 200_000;
    let text = "[".repeat(depth) + &"]".repeat(depth);
    let limits = Limits { depth_max: depth, ..Limits::default() };
    assert_eq!(Doc::parse(text.as_bytes(), &limits).unwrap().nodes.len(), depth);
    refused(text, E::TooDeep, 64);
}

#[test]
fn duplicates_are_found_in_small_and_large_objects() {
    for count in [2_usize, 15, 16, 17, 18, 1000] {
        let members: Vec<_> = (0..count).map(|i| format!("\"k{i}\":{{\"k0\":[{i}]}}")).collect();
        let unique = format!("{{{}}}", members.join(","));
        assert_eq!(parse(&unique).root().members().count(), count);
        let duplicate = format!("{{{},\"\\u006b0\":0}}", members.join(","));
        refused(&duplicate, E::DuplicateKey, duplicate.rfind("\"\\u006b0").unwrap());
    }
}

#[test]
fn a_hostile_object_is_not_quadratic() {
    // Pairwise comparison would take some 10^10 steps.
    let members: Vec<_> = (0..90_000).map(|i| format!("\"{i:05}\":0")).collect();
    assert_eq!(parse(&format!("{{{}}}", members.join(","))).root().members().count(), 90_000);
}

#[test]
fn lookup_says_when_a_lax_reader_could_see_another_member() {
    let lookup = |text: &str, key: &str| match parse(text).root().lookup(key) {
        Lookup::Found(value) => String::from(value.raw()),
        Lookup::Missing => "missing".into(),
        Lookup::Ambiguous => "ambiguous".into(),
    };
    assert_eq!(lookup(r#"{"task":1,"tasks":2}"#, "task"), "1");
    assert_eq!(lookup(r#"{"tasks":2,"tas":3}"#, "task"), "missing");
    for variant in ["Task", "TASK", "taſk", "tas\u{212a}", "task\\u0000", "Task\\u0000\\u0000"] {
        assert_eq!(lookup(&format!(r#"{{"task":1,"{variant}":2}}"#), "task"), "ambiguous", "{variant}");
        assert_eq!(lookup(&format!(r#"{{"{variant}":2}}"#), "task"), "ambiguous", "{variant}");
    }
    assert_eq!(lookup(r#"["task"]"#, "task"), "missing");
}

#[test]
fn written_strings_read_back() {
    let mut written = String::new();
    write_string(&mut written, "a\"\\\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}𝄞");
    assert_eq!(written, "\"a\\\"\\\\\\n\\r\\t\\u0000\\u001f\u{7f}é\u{2028}𝄞\"");
    assert_eq!(parse(&written).root().as_str(), Some("a\"\\\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}𝄞"));
}

#[test]
fn bytes_that_are_not_utf8_are_written_as_replacement_characters() {
    let mut written = String::new();
    write_string_bytes(&mut written, b"a\xff\"\xe2\x82b\xc3\xa9");
    assert_eq!(written, "\"a\u{fffd}\\\"\u{fffd}bé\"");
}

#[cfg(not(target_family = "wasm"))]
proptest::proptest! {
    #[test]
    fn any_string_survives_writing_and_reading(s: String) {
        let mut written = String::new();
        write_string(&mut written, &s);
        let doc = parse(&written);
        proptest::prop_assert_eq!(doc.root().as_str(), Some(&*s));
        let mut from_bytes = String::new();
        write_string_bytes(&mut from_bytes, s.as_bytes());
        proptest::prop_assert_eq!(&written, &from_bytes);
    }

    #[test]
    fn any_bytes_are_read_without_panic_and_every_value_lies_in_the_text(bytes: Vec<u8>) {
        if let Ok(doc) = Doc::parse(&bytes, &Limits::default()) {
            for index in 0..doc.nodes.len() as u32 {
                let value = doc.value(NodeId(index)).unwrap();
                proptest::prop_assert!(!value.raw().is_empty());
            }
        }
    }
}
