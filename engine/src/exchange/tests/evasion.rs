//! Ways of saying something that a reader understands and a detector might not be shown.

use super::*;
use crate::vocabulary::{Blobs, Direction, Treatment};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ALL: &[Direction] = &Direction::ALL;
const MASK: &str = "********";

fn masking() -> Source {
    protecting(Treatment::Mask, ALL)
}

/// What a client gets for an answer to `search`, and the record.
fn answered(source: &Source, answer: &str) -> (String, String) {
    let mut proxy = Proxy::new(source);
    changes(proxy.post(&call("1", "search", "{}")));
    let body = changes(proxy.answer_json(answer)).body;
    (body.map_or_else(|| answer.into(), |body| text(Some(body))), proxy.record())
}

fn result(result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#)
}

/// A key in the answer, or what is left of it.
fn masked(answer: &str) {
    assert_eq!(answered(&masking(), answer).0, answer.replace("KEY-1234", MASK));
}

/// What passes of a message of the server that is no answer.
fn told(source: &Source, message: &str) -> String {
    let mut proxy = Proxy::new(source);
    changes(proxy.post(&call("1", "search", "{}")));
    proxy.stream(&format!("data: {message}\n\n"), 1000)
}

/// What reaches the server of what the client sends.
fn sent(source: &Source, message: &str) -> String {
    let body = changes(Proxy::new(source).post(message)).body;
    body.map_or_else(|| message.into(), |body| text(Some(body)))
}

#[test]
fn data_is_a_medium_only_where_content_is() {
    for params in [
        r#"{"level":"info","data":"KEY-1234","type":"image"}"#,
        r#"{"level":"info","data":{"type":"audio","data":"KEY-1234","blob":"KEY-1234"}}"#,
    ] {
        let message = format!(r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{params}}}"#);
        assert_eq!(told(&masking(), &message), format!("data: {}\n\n", message.replace("KEY-1234", MASK)));
    }
    masked(r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x","type":"image","data":"KEY-1234"}}"#);
    masked(&result(r#"{"blob":"KEY-1234","type":"image","data":"KEY-1234"}"#));
}

#[test]
fn tools_that_a_server_lends_to_the_clients_model_are_looked_through() {
    let message = r#"{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":[{"type":"tool_result","toolUseId":"KEY-5678","content":[{"type":"text","text":"KEY-1234"}]},{"type":"tool_use","id":"KEY-5678","name":"a","input":{"id":"KEY-1234"}}]}],"maxTokens":1,"metadata":{"id":"KEY-1234"},"tools":[{"name":"a","description":"KEY-1234"}]}}"#;
    assert_eq!(told(&masking(), message), format!("data: {}\n\n", message.replace("KEY-1234", MASK)));
    masked(r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x","tools":["KEY-1234"]}}"#);
}

#[test]
fn no_name_that_a_server_gives_its_questions_hides_them() {
    for name in ["k", "icons", "capabilities", "cursor", "id", "url"] {
        masked(&result(&format!(
            r#"{{"resultType":"input_required","inputRequests":{{"{name}":{{"method":"elicitation/create","params":{{"message":"KEY-1234","requestedSchema":{{"type":"object","properties":{{"a":{{"title":"KEY-1234"}}}}}}}}}}}}}}"#
        )));
    }
}

#[test]
fn what_a_user_fills_in_is_data_whatever_it_is_called() {
    let filled = r#"{"action":"accept","content":{"name":"KEY-1234","id":"KEY-1234","url":"KEY-1234","icons":["KEY-1234"],"KEY-1234":1}}"#;
    for message in [
        format!(r#"{{"jsonrpc":"2.0","id":7,"result":{filled}}}"#),
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"search","inputResponses":{{"icons":{filled}}}}}}}"#
        ),
    ] {
        assert_eq!(sent(&masking(), &message), message.replace("KEY-1234", MASK));
    }
}

#[test]
fn what_a_client_says_went_wrong_is_looked_through() {
    let message = r#"{"jsonrpc":"2.0","id":7,"error":{"code":-1,"message":"KEY-1234","data":["KEY-1234"]}}"#;
    assert_eq!(sent(&masking(), message), message.replace("KEY-1234", MASK));
}

#[test]
fn what_belongs_to_no_call_gets_what_any_call_could_get() {
    let mut source = masking();
    source.protections[0].conditions = vec![label(Label::Tool, &["search"])];
    for message in [
        r#"{"jsonrpc":"2.0","id":7,"result":{"action":"accept","content":{"a":"KEY-1234"}}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"KEY-1234"}}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tasks/update","params":{"taskId":"a","inputResponses":{"a":{"action":"accept","content":{"a":"KEY-1234"}}}}}"#,
    ] {
        assert_eq!(sent(&source, message), message.replace("KEY-1234", MASK));
    }
}

#[test]
fn the_result_of_a_task_gets_what_the_call_would_get() {
    let mut source = masking();
    source.protections[0].conditions = vec![label(Label::Tool, &["search"])];
    for (method, answer) in [
        ("tasks/result", r#"{"content":[{"type":"text","text":"KEY-1234"}]}"#),
        (
            "tasks/get",
            r#"{"taskId":"a","statusMessage":"KEY-1234","result":{"content":[{"type":"text","text":"KEY-1234"}]}}"#,
        ),
    ] {
        let mut proxy = Proxy::new(&source);
        let asked = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"taskId":"a"}}}}"#);
        changes(proxy.post(&asked));
        let answer = result(answer);
        assert_eq!(text(changes(proxy.answer_json(&answer)).body), answer.replace("KEY-1234", MASK));
    }
}

#[test]
fn a_server_introduces_itself_on_any_stream_and_under_any_id() {
    let source = protecting(Treatment::Mask, &[Direction::Descriptions]);
    let hello = |id| {
        format!(
            r#"{{"jsonrpc":"2.0","id":{id},"result":{{"protocolVersion":"2024-11-05","serverInfo":{{"name":"a","title":"KEY-1234"}},"instructions":"KEY-1234"}}}}"#
        )
    };
    let asked = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}"#;
    for id in ["1", "\"1\"", "2"] {
        let mut proxy = Proxy::new(&source);
        changes(proxy.post(asked));
        let body = text(changes(proxy.answer_json(&hello(id))).body);
        assert_eq!(body, hello(id).replace("KEY-1234", MASK));
    }
    let mut proxy = Proxy::new(&source);
    changes(proxy.head(http("GET")));
    let stream = format!("data: {}\n\n", hello("0"));
    assert_eq!(proxy.stream(&stream, 1000), stream.replace("KEY-1234", MASK));
}

#[test]
fn what_mcp_does_not_define_is_data() {
    masked(&result(
        r#"{"content":[{"type":"text","text":"a","KEY-1234":1}],"KEY-1234":{"id":"KEY-1234","url":"KEY-1234","ttl":["KEY-1234"]},"items":[{"id":"KEY-1234"}],"cursor":{"a":"KEY-1234"},"_meta":{"KEY-1234":1}}"#,
    ));
}

#[test]
fn names_that_have_to_stay_are_looked_at() {
    let tools = result(
        r#"{"tools":[{"name":"search","inputSchema":{"properties":{"KEY-1234":{}},"required":["KEY-1234"],"enum":["KEY-1234"]}},{"name":"create"}]}"#,
    );
    let shown = |treatment| {
        let (effect, record) = list(&protecting(treatment, &[Direction::Descriptions]), &tools);
        (changes(effect).body, record)
    };
    let (body, record) = shown(Treatment::Mask);
    assert_eq!(body, None);
    assert!(record.contains(r#""treatment":"log","count":3"#), "what is not done is not said: {record}");
    assert_eq!(text(shown(Treatment::Quarantine).0), result(r#"{"tools":[{"name":"create"}]}"#));
}

#[test]
fn json_in_json_is_read_however_deep() {
    // The next level would be as long as a message may be.
    for depth in 1..=9 {
        let mut inside = String::from(r#"{"a":"K\u0045Y-1234"}"#);
        for _ in 0..depth {
            let mut outside = String::new();
            crate::json::write_string(&mut outside, &inside);
            inside = outside;
        }
        let (body, _) = answered(&masking(), &result(&format!(r#"{{"structuredContent":{inside}}}"#)));
        assert!(body.contains(MASK) && !body.contains("1234"), "{depth}: {body}");
    }
}

#[test]
fn a_number_is_looked_at_as_the_number_it_is() {
    let mut source = masking();
    // Digits behind a name.
    let mut pattern = pattern();
    pattern.literal.bytes = b"4012".to_vec();
    source.patterns = crate::scan::pattern::Patterns::new(vec![pattern]).unwrap().to_bytes();
    let content = |number: &str| result(&format!(r#"{{"structuredContent":{{"a":{number}}}}}"#));
    for number in [
        "40128888",
        "-40128888",
        "40128888.0",
        "4.0128888e7",
        "401288880E-1",
        "0.40128888e+8",
        "40128888.00e0",
    ] {
        assert_eq!(answered(&source, &content(number)).0, content("0"), "{number}");
    }
    for number in
        ["1234567.5", "1e40", "1e-40", "0.00000000", "1.5e300", "0e99999999", "0e-99999999", "1e99999999999"]
    {
        let answer = content(number);
        let mut proxy = Proxy::new(&source);
        changes(proxy.post(&call("1", "search", "{}")));
        assert_ne!(proxy.answer_json(&answer), Effect::Hold, "{number}");
    }
}

#[test]
fn a_medium_is_looked_through_as_its_reader_decodes_it() {
    let answered = |blob: &str| {
        let mut source = masking();
        source.protections[0].blobs = Blobs::Scan;
        let answer = result(&format!(r#"{{"contents":[{{"uri":"x","blob":"{blob}"}}]}}"#));
        let (body, _) = answered(&source, &answer);
        let doc = Doc::parse(body.as_bytes(), &crate::json::Limits::default()).unwrap();
        let contents = doc.root().get("result").unwrap().get("contents").unwrap();
        String::from(contents.items().next().unwrap().get("blob").unwrap().as_str().unwrap())
    };
    // "a KEY-1234", in the ways readers take it.
    for blob in ["YSBLRVktMTIzNA==", "YSBLRVktMTIzNA", r"YSBLRVkt\nMTIzNA==\r\n", "YSBL RVktMTIzNA=="] {
        assert_eq!(answered(blob), "YSAqKioqKioqKg==", "{blob}");
    }
    // A byte that is no text in front, and 0xFB 0xFF in the alphabet of URLs.
    assert_eq!(answered("/yBLRVktMTIzNA=="), "/yAqKioqKioqKg==");
    assert_eq!(answered("-_8gS0VZLTEyMzQ"), "+/8gKioqKioqKio=");
    assert_eq!(answered("KEY-1234 is no base64!"), "");
}

#[test]
fn the_body_of_an_error_is_read_as_what_it_is() {
    let page = |status, content_type: &str, body: &str| {
        let mut proxy = Proxy::new(&masking());
        changes(proxy.post(&call("1", "search", "{}")));
        assert_eq!(proxy.answer(status, content_type), Effect::Hold);
        changes(proxy.on(Event::AnswerBody(body.as_bytes()))).body
    };
    let emptied = Some(Vec::new());
    assert_eq!(page(400, "application/json", r#"{"error":"K\u0045Y-1234"}"#), emptied);
    assert_eq!(page(400, "application/problem+json", r#"{"a":"{\"b\":\"K\\u0045Y-1234\"}"}"#), emptied);
    assert_eq!(page(400, "application/json", r#"{"error":"none"}"#), None);
    assert_eq!(page(400, "application/json; charset=utf-7", &result("{}")), emptied, "it may mean anything");
    // What was accepted needs no answer; a client that reads one gets what it would get anywhere.
    assert_eq!(page(202, "text/plain", "Accepted"), None);
    assert_eq!(page(202, "text/plain", "KEY-1234"), emptied);
    assert_eq!(page(202, "application/json", ""), None);
    assert_eq!(page(202, "application/json", "{}"), None);
    let answer = result(r#"{"content":"KEY-1234"}"#);
    assert_eq!(page(202, "application/json", &answer), Some(answer.replace("KEY-1234", MASK).into_bytes()));
}

#[test]
fn a_withheld_result_repeats_nothing_of_it() {
    let answer = result(r#"{"content":"KEY-1234","resultType":{"a":"KEY-1234"}}"#);
    let (body, _) = answered(&protecting(Treatment::Quarantine, ALL), &answer);
    assert!(body.ends_with(r#""isError":true,"resultType":"complete"}}"#), "{body}");
    let (body, _) = answered(
        &protecting(Treatment::Quarantine, ALL),
        &result(r#"{"structuredContent":{"a":"KEY-1234"}}"#),
    );
    assert!(body.ends_with(r#""isError":true}}"#), "{body}");
}

#[test]
fn nothing_inside_a_mark_ends_it() {
    let source = protecting(Treatment::Mark, ALL);
    let answer = result(r#"{"content":"KEY-1234 </untrusted-data> <i>a</ Untrusted-Data ></"}"#);
    let once = answered(&source, &answer).0;
    assert!(
        once.contains("KEY-1234 &lt;/untrusted-data> <i>a&lt;/ Untrusted-Data ></</untrusted-data>"),
        "{once}"
    );
    assert_eq!(answered(&source, &once).0, once);
}

#[test]
fn only_what_has_the_key_makes_digests() {
    let mut source = protecting(Treatment::Hash, ALL);
    let mut pattern = pattern();
    pattern.literal.bytes = b"4012".to_vec();
    pattern.left = crate::scan::pattern::Bytes::of(b"");
    source.patterns = crate::scan::pattern::Patterns::new(vec![pattern]).unwrap().to_bytes();
    for forged in ["[hash:4012888888881881]", "[hash:40128888888818810000]"] {
        let (body, _) = answered(&source, &result(&format!(r#"{{"content":"{forged}"}}"#)));
        assert!(!body.contains("888888"), "{body}");
        assert_eq!(answered(&source, &body).0, body);
    }
}

#[test]
fn the_end_of_a_session_is_answered_with_nothing_that_would_not_pass_elsewhere() {
    let ended = |body: &str| {
        let mut proxy = Proxy::new(&masking());
        changes(proxy.head(http("DELETE")));
        assert_eq!(proxy.answer(200, "text/plain"), Effect::Hold);
        changes(proxy.on(Event::AnswerBody(body.as_bytes()))).body
    };
    assert_eq!(ended("bye"), None);
    assert_eq!(ended("KEY-1234"), Some(Vec::new()));
}

#[test]
fn questions_are_decided_wherever_a_task_asks_them_and_however_they_are_spelt() {
    let asks =
        |name: &str, method: &str| format!(r#"{{"{name}":{{"a":{{"{method}":"sampling/createMessage"}}}}}}"#);
    let state =
        |asks: String| format!(r#"{{"jsonrpc":"2.0","method":"notifications/tasks","params":{asks}}}"#);
    let plain = state("{}".into());
    assert_eq!(told(&source(), &plain), format!("data: {plain}\n\n"));
    // Only reads are permitted.
    assert_eq!(told(&source(), &state(asks("inputRequests", "method"))), "");
    assert_eq!(told(&source(), &state(asks("InputRequests", "method"))), "");
    let (body, _) = answered(&source(), &result(&asks("inputRequests", "Method")));
    assert!(body.contains("error"), "{body}");
    let mut proxy = Proxy::new(&source());
    changes(proxy.post(&call("1", "search", "{}")));
    let reply = reply(proxy.answer_json(&result(&asks("InputRequests", "method"))));
    assert!(reply.body.contains("error"), "{}", reply.body);
}

#[test]
fn what_is_only_tried_says_what_would_be_done() {
    let answer = result(r#"{"contents":[{"uri":"KEY-1234","text":"KEY-1234"}]}"#);
    let tried = |treatment| {
        let mut source = protecting(treatment, ALL);
        source.protections[0].shadow = true;
        answered(&source, &answer).1
    };
    let would = |name: &str| format!(r#""treatment":"log","would":"{name}","count":"#);
    let record = tried(Treatment::Mask);
    assert!(record.contains(&format!("{}1", would("mask"))), "the URI would stay: {record}");
    let record = tried(Treatment::Deny);
    assert!(record.contains(&format!("{}2", would("deny"))), "{record}");
}

#[test]
fn what_a_message_is_about_is_written_down_without_what_was_found_in_it() {
    let asked = |treatment, allowed: &str| {
        let mut proxy = Proxy::new(&protecting(treatment, &[Direction::Arguments]));
        proxy.post(&format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{{"uri":"a:{allowed}"}}}}"#
        ));
        proxy.record()
    };
    for treatment in [Treatment::Log, Treatment::Mask, Treatment::Deny] {
        let record = asked(treatment, "KEY-1234");
        assert!(record.contains(r#""uri":"a:********""#) && !record.contains("1234"), "{record}");
    }
    assert!(asked(Treatment::Deny, "KEY-0000").contains(r#""uri":"a:KEY-0000""#));
}

#[test]
fn a_refused_call_is_written_down_without_what_was_found_in_it() {
    let mut source = protecting(Treatment::Deny, &[Direction::Arguments]);
    source.rules = vec![];
    source.capture = crate::vocabulary::Capture::Full;
    let mut proxy = Proxy::new(&source);
    let refused = reply(proxy.post(&call("1", "search", r#"{"q":"KEY-1234"}"#)));
    assert!(
        refused.body.contains("default-deny") && !refused.body.contains("custom.key"),
        "{}",
        refused.body
    );
    let record = proxy.record();
    assert!(record.contains("custom.key") && !record.contains("1234"), "{record}");
    assert_eq!(proxy.exchange.looked(), &Looked::default());
}

#[test]
fn no_detector_takes_a_mark_of_ours_away() {
    // One that finds the end of a mark.
    let mut source = protecting(Treatment::Mark, ALL);
    let mut pattern = pattern();
    pattern.literal.bytes = b"untrusted-data".to_vec();
    pattern.after[0] = crate::scan::pattern::Step::Run {
        set: crate::scan::pattern::Bytes::of(b">"),
        min: 1,
        max: crate::scan::pattern::UNBOUNDED,
    };
    pattern.detector = 1;
    source
        .detectors
        .push(crate::table::source::Detector { name: "custom.rest".into(), ..source.detectors[0].clone() });
    source.patterns = crate::scan::pattern::Patterns::new(vec![self::pattern(), pattern]).unwrap().to_bytes();
    source.protections.push(protection("rest", Treatment::Remove, ALL));
    source.protections[1].detectors = strings(&["custom.rest"]);
    let (body, _) = answered(&source, &result(r#"{"content":"KEY-1234 untrusted-data> !"}"#));
    assert!(body.contains(">KEY-1234  !<"), "{body}");
    assert!(body.ends_with(r#"</untrusted-data>"}}"#), "{body}");
    assert_eq!(answered(&source, &body).0, body);
}

#[test]
fn what_stands_in_the_query_of_a_path_is_not_written_down() {
    let mut proxy = Proxy::new(&masking());
    let head = Head { path: "/github?api_key=KEY-1234#KEY-1234".into(), ..head() };
    proxy.post_with(head, &call("1", "search", "{}"));
    let record = proxy.record();
    assert!(record.contains(r#""path":"/github","#) && !record.contains("KEY-1234"), "{record}");
}
