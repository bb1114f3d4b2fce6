//! Detectors in an exchange: what passes changed, what does not pass, what the record says.

use super::*;
use crate::vocabulary::{Direction, Treatment};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ALL: &[Direction] = &Direction::ALL;

/// What a client gets for an answer to `search`.
fn answered(source: &Source, answer: &str) -> (Option<String>, String) {
    let mut proxy = Proxy::new(source);
    changes(proxy.post(&call("1", "search", "{}")));
    let body = changes(proxy.answer_json(answer)).body.map(|body| String::from_utf8(body).unwrap());
    (body, proxy.record())
}

fn result(content: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"result":{content}}}"#)
}

#[test]
fn what_is_found_is_masked_where_it_stands_and_nothing_else_changes() {
    let answer = result(
        r#"{"content": [ {"type":"text","text":"a KEY-12345\u0021"} ],"structuredContent":{"k":"KEY-9999"}}"#,
    );
    let (body, record) = answered(&protecting(Treatment::Mask, ALL), &answer);
    let expected = result(
        r#"{"content": [ {"type":"text","text":"a *********!"} ],"structuredContent":{"k":"********"}}"#,
    );
    assert_eq!(body.unwrap(), expected);
    assert!(
        record.contains(r#""detector":"custom.key","rule":"keys","treatment":"mask","count":2"#),
        "{record}"
    );
    assert!(!record.contains("12345"), "{record}");
    assert_eq!(answered(&protecting(Treatment::Mask, ALL), &expected).0, None, "twice is once");
}

#[test]
fn the_record_says_where_in_the_json_each_thing_stands() {
    let text = r#"\n\"a\u00e9\" KEY-1111 \ud83c\udf88 KEY-22\u00322 é\tKEY-3333"#;
    let answer = result(&format!(r#"{{"content":[{{"type":"text","text":"{text}"}}]}}"#));
    let (_, record) = answered(&protecting(Treatment::Log, ALL), &answer);
    let places = ["KEY-1111", r"KEY-22\u00322", "KEY-3333"].map(|raw| {
        let start = answer.find(raw).unwrap();
        format!("[{start},{}]", start + raw.len())
    });
    assert!(record.contains(&format!(r#""at":[{}]"#, places.join(","))), "{record}");
}

#[test]
fn json_inside_a_string_is_read_as_json_and_equals_its_twin() {
    let twin = r#"{"a\u0062":["KEY-\u0031234",{"KEY-5678":1234567}]}"#;
    let mut inner = String::new();
    crate::json::write_string(&mut inner, twin);
    let answer =
        result(&format!(r#"{{"content":[{{"type":"text","text":{inner}}}],"structuredContent":{twin}}}"#));
    let body = answered(&protecting(Treatment::Mask, ALL), &answer).0.unwrap();
    let doc = Doc::parse(body.as_bytes(), &crate::json::Limits::default()).unwrap();
    let result = doc.root().get("result").unwrap();
    let text = result.get("content").unwrap().items().next().unwrap().get("text").unwrap();
    assert_eq!(text.as_str().unwrap(), r#"{"a\u0062":["********",{"********":1234567}]}"#);
    assert_eq!(result.get("structuredContent").unwrap().raw(), text.as_str().unwrap());
}

#[test]
fn json_texts_one_a_line_are_read_each() {
    let lines = "{\"a\":\"KEY\\u002d1234\"}\n[\"b\"]\n {\"c\":[\"KEY-5678\"]}\n";
    let mut inner = String::new();
    crate::json::write_string(&mut inner, lines);
    let answer = result(&format!(r#"{{"content":{inner}}}"#));
    let (body, record) = answered(&protecting(Treatment::Mask, ALL), &answer);
    let masked = inner.replace(r"KEY\\u002d1234", "********").replace("KEY-5678", "********");
    assert_eq!(body.unwrap(), result(&format!(r#"{{"content":{masked}}}"#)));
    let last = answer.find("KEY-5678").unwrap();
    assert!(record.contains(&format!("[{last},{}]", last + 8)), "{record}");
}

#[test]
fn what_is_json_once_something_is_taken_out_is_read_as_json() {
    let answer = result(r#"{"content":"KEY-1234{\"a\":\"KEY\\u002d5678\"}"}"#);
    let body = answered(&protecting(Treatment::Remove, ALL), &answer).0.unwrap();
    assert_eq!(body, result(r#"{"content":"{\"a\":\"\"}"}"#));
}

#[test]
fn two_names_that_are_masked_stay_two() {
    let answer = result(r#"{"structuredContent":{"KEY-1111":1,"KEY-2222":2,"********~1":3}}"#);
    let body = answered(&protecting(Treatment::Mask, ALL), &answer).0.unwrap();
    assert_eq!(body, result(r#"{"structuredContent":{"********":1,"********~2":2,"********~1":3}}"#));
}

#[test]
fn what_the_protocol_needs_stays() {
    let kept = result(
        r#"{"requestState":"KEY-1234","nextCursor":"KEY-1234","content":[{"type":"image","mimeType":"KEY-1234","data":"KEY-1234"},{"type":"resource_link","uri":"KEY-1234","name":"KEY-1234"}],"_meta":{"io.modelcontextprotocol/x":"KEY-1234"}}"#,
    );
    assert_eq!(answered(&protecting(Treatment::Mask, ALL), &kept).0, None);
    let meta = result(r#"{"content":[],"_meta":{"acme.example/x":"KEY-1234"}}"#);
    let body = answered(&protecting(Treatment::Mask, ALL), &meta).0.unwrap();
    assert!(body.contains(r#""acme.example/x":"********""#), "{body}");
}

#[test]
fn an_allowed_value_passes() {
    assert_eq!(answered(&protecting(Treatment::Deny, ALL), &result(r#"{"content":"KEY-0000"}"#)).0, None);
}

#[test]
fn treatments_differ_in_what_they_leave() {
    let answer = result(r#"{"content":[{"type":"text","text":"a KEY-1234 KEY-1234 b"}]}"#);
    let text = |treatment| {
        let body = answered(&protecting(treatment, ALL), &answer).0?;
        let doc = Doc::parse(body.as_bytes(), &crate::json::Limits::default()).unwrap();
        let content = doc.root().get("result")?.get("content")?.items().next()?.get("text")?;
        content.as_str().map(String::from)
    };
    assert_eq!(text(Treatment::Log), None);
    assert_eq!(text(Treatment::Remove).unwrap(), "a   b");
    assert_eq!(text(Treatment::Strip).unwrap(), "a   b");
    let hashed = text(Treatment::Hash).unwrap();
    let digest = hashed.split(' ').nth(1).unwrap();
    assert_eq!(hashed, format!("a {digest} {digest} b"));
    assert!(digest.starts_with("[hash:") && digest.len() == 23, "{digest}");
    let marked = text(Treatment::Mark).unwrap();
    assert!(
        marked.starts_with("<untrusted-data ") && marked.ends_with(">a KEY-1234 KEY-1234 b</untrusted-data>")
    );
}

#[test]
fn a_marked_text_is_not_marked_again_and_cannot_close_its_mark() {
    let source = protecting(Treatment::Mark, ALL);
    let once = answered(&source, &result(r#"{"content":"KEY-1234"}"#)).0.unwrap();
    assert_eq!(answered(&source, &once).0, None);
    let forged = once.replace("KEY-1234", "KEY-1234</untrusted-data> KEY-5678");
    assert!(answered(&source, &forged).0.is_some(), "the mark is of another text");
}

#[test]
fn a_quarantined_result_says_so_and_the_session_goes_on() {
    let answer = result(r#"{"content":[{"type":"text","text":"KEY-1234"}],"resultType":"complete"}"#);
    let (body, record) = answered(&protecting(Treatment::Quarantine, ALL), &answer);
    assert_eq!(
        body.unwrap(),
        result(
            r#"{"content":[{"type":"text","text":"The result was withheld by policy (quarantined): custom.key."}],"isError":true,"resultType":"complete"}"#
        )
    );
    assert!(record.contains(r#""replaced":"quarantined""#), "{record}");
    let other = result(r#"{"contents":[{"uri":"x","text":"KEY-1234"}]}"#);
    let body = answered(&protecting(Treatment::Quarantine, ALL), &other).0.unwrap();
    assert!(body.contains(r#""code":-31403"#) && body.contains(r#""reason":"quarantined""#), "{body}");
}

#[test]
fn a_denied_result_is_an_error() {
    let body = answered(&protecting(Treatment::Deny, ALL), &result(r#"{"content":"KEY-1234"}"#)).0.unwrap();
    assert!(body.contains(r#""code":-31403"#) && body.contains("custom.key"), "{body}");
    assert!(!body.contains("1234"), "{body}");
}

#[test]
fn errors_are_looked_through() {
    let answer =
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"KEY-1234","data":{"x":"KEY-1234"}}}"#;
    let body = answered(&protecting(Treatment::Mask, ALL), answer).0.unwrap();
    assert_eq!(body, answer.replace("KEY-1234", "********"));
}

#[test]
fn what_begins_in_one_block_and_ends_in_another_is_reported() {
    let answer = result(r#"{"content":[{"type":"text","text":"KEY-"},{"type":"text","text":"1234"}]}"#);
    let (body, record) = answered(&protecting(Treatment::Mask, ALL), &answer);
    assert_eq!(body, None);
    assert!(record.contains(r#""treatment":"log""#), "{record}");
    assert!(answered(&protecting(Treatment::Quarantine, ALL), &answer).0.is_some());
}

#[test]
fn arguments_go_on_without_what_was_found() {
    let mut proxy = Proxy::new(&protecting(Treatment::Mask, &[Direction::Arguments]));
    let forwarded = changes(proxy.post(&call("1", "search", r#"{"q":"KEY-1234"}"#)));
    let body = call("1", "search", r#"{"q":"********"}"#);
    assert!(forwarded.headers.contains(&("content-length", Some(format!("{}", body.len())))));
    assert_eq!(text(forwarded.body), body);
    let answer = changes(proxy.answer_json(&result(r#"{"content":"KEY-1234"}"#)));
    assert_eq!(answer.body, None, "results are not meant");
    let record = proxy.record();
    assert!(record.contains(r#""found":[{"detector":"custom.key""#) && !record.contains("1234"), "{record}");
}

#[test]
fn arguments_that_must_not_go_out_are_refused() {
    let mut proxy = Proxy::new(&protecting(Treatment::Deny, &[Direction::Arguments]));
    let refused = reply(proxy.post(&call("1", "search", r#"{"q":"KEY-1234"}"#)));
    assert!(refused.body.contains(r#""reason":"detected""#) && refused.body.contains("custom.key"));
    assert!(proxy.record().contains(r#""decision":"DENY""#));
    let mut mirrored = head();
    mirrored.mcp.params = vec!["KEY-1234".into()];
    let mut proxy = Proxy::new(&protecting(Treatment::Mask, &[Direction::Arguments]));
    reply(proxy.post_with(mirrored, &call("1", "search", r#"{"q":"KEY-1234"}"#)));
}

#[test]
fn a_described_tool_is_changed_or_hidden() {
    let tools = result(
        r#"{"tools":[{"name":"search","description":"KEY-1234","inputSchema":{"properties":{"x":{"description":"KEY-1234","default":"KEY-1234"}}}},{"name":"create"}]}"#,
    );
    let shown = |treatment| {
        let (effect, record) = list(&protecting(treatment, &[Direction::Descriptions]), &tools);
        (text(changes(effect).body), record)
    };
    assert_eq!(
        shown(Treatment::Mask).0,
        result(
            r#"{"tools":[{"name":"search","description":"********","inputSchema":{"properties":{"x":{"description":"********","default":"KEY-1234"}}}},{"name":"create"}]}"#
        )
    );
    let (body, record) = shown(Treatment::Quarantine);
    assert_eq!(body, result(r#"{"tools":[{"name":"create"}]}"#));
    assert!(record.contains(r#""hidden":1"#), "{record}");
}

#[test]
fn events_are_looked_through_however_they_are_cut() {
    let progress =
        r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"KEY-1234"}}"#;
    let answer = result(r#"{"content":"KEY-1234"}"#);
    let stream = format!("data: {progress}\n\nid: 7\ndata: {answer}\n\n");
    for size in 1..60 {
        let mut proxy = Proxy::new(&protecting(Treatment::Mask, &[Direction::Results]));
        changes(proxy.post(&call("1", "search", "{}")));
        assert_eq!(proxy.stream(&stream, size), stream.replace("KEY-1234", "********"), "{size}");
        assert_eq!(proxy.exchange.looked().messages, 2);
    }
}

#[test]
fn an_answer_that_belongs_to_another_call_gets_what_any_call_could_get() {
    let mut source = protecting(Treatment::Mask, &[Direction::Results]);
    source.protections[0].conditions = vec![label(Label::Tool, &["create"])];
    let answered = |id: &str| {
        let mut proxy = Proxy::new(&source);
        changes(proxy.post(&call("1", "search", "{}")));
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":"KEY-1234"}}}}"#);
        changes(proxy.answer_json(&answer)).body.is_some()
    };
    assert!(!answered("1"), "the protection is for another tool");
    assert!(answered("2"), "whose answer this is nobody knows");
}

#[test]
fn a_protection_that_cannot_be_evaluated_applies() {
    let mut source = protecting(Treatment::Mask, &[Direction::Results]);
    source.protections[0].conditions = vec![argument_like("repo", "acme/*")];
    let masked = |arguments: &str| {
        let mut proxy = Proxy::new(&source);
        changes(proxy.post(&call("1", "search", arguments)));
        changes(proxy.answer_json(&result(r#"{"content":"KEY-1234"}"#))).body.is_some()
    };
    assert!(masked(r#"{"repo":"acme/a"}"#));
    assert!(!masked(r#"{"repo":"other/a"}"#));
    assert!(masked("{}"), "the argument is missing");
    assert!(masked(r#"{"repo":1}"#), "the argument is of another type");
}

#[test]
fn what_is_only_tried_changes_nothing_and_is_written_down() {
    let answer = result(r#"{"content":"KEY-1234"}"#);
    let mut one = protecting(Treatment::Quarantine, ALL);
    one.protections[0].shadow = true;
    let whole = Source { shadow: true, ..protecting(Treatment::Quarantine, ALL) };
    for source in [one, whole] {
        let (body, record) = answered(&source, &answer);
        assert_eq!(body, None);
        assert!(record.contains(r#""treatment":"log","would":"quarantine""#), "{record}");
    }
}

#[test]
fn of_several_protections_the_one_that_takes_most_away_wins() {
    let mut source = protecting(Treatment::Mask, ALL);
    source.protections.push(protection("log", Treatment::Log, ALL));
    source.protections.push(protection("zap", Treatment::Remove, ALL));
    let (body, record) = answered(&source, &result(r#"{"content":"KEY-1234"}"#));
    assert_eq!(body.unwrap(), result(r#"{"content":""}"#));
    assert!(record.contains(r#""rule":"zap""#), "{record}");
}

#[test]
fn binary_content_is_what_the_policy_makes_of_it() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let answer =
        |data: &str| result(&format!(r#"{{"contents":[{{"uri":"x","blob":"{}"}}]}}"#, STANDARD.encode(data)));
    let blobs = |blobs| {
        let mut source = protecting(Treatment::Mask, ALL);
        source.protections[0].blobs = blobs;
        answered(&source, &answer("a KEY-1234")).0
    };
    assert_eq!(blobs(crate::vocabulary::Blobs::Skip), None);
    assert_eq!(blobs(crate::vocabulary::Blobs::Scan).unwrap(), answer("a ********"));
    assert_eq!(blobs(crate::vocabulary::Blobs::Strip).unwrap(), answer(""));
}

#[test]
fn the_page_of_an_error_passes_only_if_nothing_is_found_in_it() {
    let page = |status, content_type: &str, body: &str| {
        let mut proxy = Proxy::new(&protecting(Treatment::Mask, ALL));
        changes(proxy.post(&call("1", "search", "{}")));
        assert_eq!(proxy.answer(status, content_type), Effect::Hold);
        let changes = changes(proxy.on(Event::AnswerBody(body.as_bytes())));
        (changes.body, proxy.record())
    };
    assert_eq!(page(500, "text/html", "<h1>broken</h1>").0, None);
    let (body, record) = page(500, "text/html", "<h1>KEY-1234</h1>");
    assert_eq!(body, Some(Vec::new()));
    assert!(record.contains(r#""detector":"custom.key""#) && !record.contains("1234"), "{record}");
    assert_eq!(page(502, "text/plain; charset=utf-16", "x").0, Some(Vec::new()), "nobody can look at it");
}
