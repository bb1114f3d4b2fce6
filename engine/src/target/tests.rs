//! The cases are data: `testdata/network_targets.jsonl`, one object a line: `case` says the behaviour, `violation` is the
//! offending text or null. Allowed are the hosts below.

use super::*;
use crate::json::{Doc, Limits};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const CASES: &str = include_str!("../../testdata/network_targets.jsonl");
const ALLOWED: [&str; 3] = ["api.github.com", "140.82.112.3", "2606:50c0::153"];

fn parse(text: &str) -> Doc<'_> {
    Doc::parse(text.as_bytes(), &Limits::default()).expect(text)
}

#[test]
fn every_case_is_judged_as_its_line_says() {
    let mut failures = alloc::vec::Vec::new();
    for line in CASES.lines() {
        let doc = parse(line);
        let arguments = doc.root().get("arguments").expect(line);
        let expected = doc.root().get("violation").expect(line).as_str();
        let found = violation(arguments, &|host| ALLOWED.contains(&host));
        if found != expected {
            failures.push(alloc::format!("found {found:?} in {line}"));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(CASES.lines().count() > 80);
}

#[test]
fn nothing_but_targets_is_asked_about() {
    let doc = parse(r#"{"a":"https://api.github.com/ and prose: with colons","b":[1,true]}"#);
    let asked = core::cell::Cell::new(0);
    let found = violation(doc.root(), &|host| {
        asked.set(asked.get() + 1);
        host == "api.github.com"
    });
    assert_eq!((found, asked.get()), (None, 1));
}

#[test]
fn a_url_has_one_host_or_none() {
    assert_eq!(url_host("HTTPS://u:p@Example.COM.:8443/p?q=http#f").unwrap().as_str(), "example.com");
    assert_eq!(url_host("http://0x7f.1/").unwrap().ip(), Some([127, 0, 0, 1].into()));
    for text in [
        "http://a.example\\@b.example/",
        "http://a.example#@b.example/",
        "http://a%2eb/",
        "no url",
        "",
        "/path",
    ] {
        assert!(url_host(text).is_none(), "{text}");
    }
}

#[test]
fn many_urls_in_one_run_of_characters_cost_linear_time() {
    // Quadratic scanning would take minutes.
    for part in ["http:api.github.com,", "http:a:", "http:a@b,", "//a@b,"] {
        let text = alloc::format!("[\"{}\"]", part.repeat(40_000));
        assert_eq!(violation(parse(&text).root(), &|_| true), None, "{part}");
    }
}

#[cfg(not(target_family = "wasm"))]
proptest::proptest! {
    #[test]
    fn no_text_hides_a_url_that_stands_between_spaces(before: alloc::string::String, after: alloc::string::String) {
        let mut text = alloc::string::String::new();
        crate::json::write_string(&mut text, &alloc::format!("{before} http://evil.example/ {after}"));
        let doc = parse(&text);
        let mut asked = false;
        let _ = each_in_value(doc.root(), Place::Anywhere, &mut |host, _| {
            asked |= host.is_some_and(|host| host.as_str() == "evil.example");
            ControlFlow::Continue(())
        });
        proptest::prop_assert!(asked);
    }
}
