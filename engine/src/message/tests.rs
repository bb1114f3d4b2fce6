//! The cases are data: `testdata/messages.jsonl`, one object a line: `case` says the behaviour, `text` is the message,
//! `expect` what is read, or behind `!` the error's name and what may be answered.

use alloc::format;
use alloc::string::String;

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const CASES: &str = include_str!("../../testdata/messages.jsonl");

fn summary(text: &str) -> String {
    match parse(text.as_bytes(), &Limits::default()) {
        Ok(message) => summary_of(&message),
        Err(error) => {
            let id = error.id.map(|id| format!(" id={id}")).unwrap_or_default();
            let notification = if error.notification { " notification" } else { "" };
            format!("! {}{id}{notification}", error.kind.name())
        }
    }
}

fn summary_of(message: &Message<'_>) -> String {
    let mut out = String::from(match message.kind() {
        Kind::Request => "request",
        Kind::Notification => "notification",
        Kind::Response => "response",
    });
    match message.method() {
        Method::Unknown if message.kind() == Kind::Response => assert_eq!(message.method_name(), ""),
        Method::Unknown => out += &format!(" unknown({})", message.method_name()),
        method => {
            assert_eq!(method.name(), message.method_name());
            out += &format!(" {}", method.name());
        }
    }
    let object_kind = match message.object_kind() {
        Object::None => "none",
        Object::Tool => "tool",
        Object::Prompt => "prompt",
        Object::Resource => "resource",
    };
    let parts = [
        ("id", message.id()),
        (object_kind, message.object()),
        ("arguments", message.arguments().map(|arguments| arguments.raw())),
        ("version", message.protocol_version_claim()),
    ];
    for (name, part) in parts {
        if let Some(part) = part {
            out += &format!(" {name}={part}");
        }
    }
    if message.is_error() {
        out += " error";
    }
    out
}

#[test]
fn every_case_reads_as_its_line_says() {
    for line in CASES.lines() {
        let doc = Doc::parse(line.as_bytes(), &Limits::default()).expect(line);
        let field = |key| doc.root().get(key).and_then(|v| v.as_str()).expect(line);
        assert_eq!(summary(field("text")), field("expect"), "{}: {}", field("case"), field("text"));
    }
    assert!(CASES.lines().count() > 100);
}

#[test]
fn methods_are_found_by_their_own_names_only() {
    for method in Method::ALL {
        assert_eq!(Method::from_name(method.name()), *method);
        assert_eq!(Method::from_name(&method.name().to_ascii_uppercase()), Method::Unknown);
    }
    assert_eq!(Method::from_name(""), Method::Unknown);
}

#[test]
fn ids_are_the_same_by_value_and_type() {
    let same = |a: &str, b: &str| {
        let text = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        let (a, b) = (text(a), text(b));
        let limits = Limits::default();
        parse(a.as_bytes(), &limits).unwrap().same_id(&parse(b.as_bytes(), &limits).unwrap())
    };
    assert!(same("5", "5"));
    assert!(same(r#""a""#, r#""\u0061""#));
    assert!(!same("5", r#""5""#));
    assert!(!same("5", "6"));
}

#[test]
fn results_and_errors_are_kept_apart() {
    let read = |text| {
        let message = parse(text, &Limits::default()).unwrap();
        (message.result().map(|v| String::from(v.raw())), message.error().map(|v| String::from(v.raw())))
    };
    assert_eq!(read(br#"{"jsonrpc":"2.0","id":1,"result":[1]}"#), (Some("[1]".into()), None));
    assert_eq!(read(br#"{"jsonrpc":"2.0","id":1,"error":{"a":1}}"#), (None, Some(r#"{"a":1}"#.into())));
}

#[test]
fn a_json_error_keeps_its_name_and_place() {
    let error = parse(b"{\"a\":01}", &Limits::default()).unwrap_err();
    assert_eq!(format!("{error}"), "bad-number at byte 5");
    assert_eq!((error.kind.name(), error.id, error.notification), ("bad-number", None, false));
}

#[cfg(not(target_family = "wasm"))]
proptest::proptest! {
    #[test]
    fn what_is_read_with_extra_whitespace_and_order_changed_is_the_same(
        spaces in proptest::collection::vec(proptest::sample::select(&[" ", "\t", "\r", "\n"][..]), 0..4),
        rotation in 0..4_usize,
        swap in 0..4_usize,
    ) {
        let parts = [
            r#""jsonrpc":"2.0""#, r#""id":"x""#, r#""method":"tools/call""#,
            r#""params":{"arguments":{"a":1},"name":"t"}"#,
        ];
        let space = spaces.concat();
        let mut members = parts;
        members.rotate_left(rotation);
        members.swap(0, swap);
        let text = format!("{space}{{{space}{}{space}}}{space}", members.join(&format!("{space},{space}")));
        proptest::prop_assert_eq!(summary(&text), r#"request tools/call id="x" tool=t arguments={"a":1}"#);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: alloc::vec::Vec<u8>) {
        let _ = parse(&bytes, &Limits::default());
    }
}
