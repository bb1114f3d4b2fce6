//! A message that is read is JSON to another reader too, and says the same to it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mcpgov_engine::json::Limits;
use mcpgov_engine::message::{Kind, Object, parse};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    // Half of what `serde_json` goes down to.
    let limits = Limits { depth_max: 64, ..Limits::default() };
    let Ok(message) = parse(bytes, &limits) else { return };
    let other: Value = serde_json::from_slice(bytes).expect("what we read is JSON");
    let other = other.as_object().expect("a message is an object");

    assert_eq!(message.kind() == Kind::Response, !other.contains_key("method"));
    assert_eq!(message.kind() == Kind::Request, other.contains_key("method") && other.contains_key("id"));
    if message.kind() != Kind::Response {
        assert_eq!(Some(message.method_name()), other["method"].as_str());
    }
    if let Some(id) = message.id() {
        assert_eq!(serde_json::from_str::<Value>(id).expect("an id is JSON"), other["id"]);
        assert!(message.same_id(&message));
    }
    let key = match message.object_kind() {
        Object::Tool | Object::Prompt => "name",
        Object::Resource => "uri",
        Object::None => return,
    };
    if let Some(object) = message.object() {
        let params = &other["params"];
        let named = params.get(key).or_else(|| params.get("ref")?.get(key)).and_then(Value::as_str);
        assert_eq!(Some(object), named);
    }
});
