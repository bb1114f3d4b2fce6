//! What clients see of a whole stream: by the standard's own steps, and by lenient ones. Slow and plain, to compare the
//! reader with; shared with the fuzz target.

use alloc::string::String;
use alloc::vec::Vec;

/// What a client dispatches: type, data, and the id a reconnection would give.
pub(super) type Dispatched = (String, String, String);

/// The events of a stream (WHATWG HTML §9.2.6).
pub(super) fn dispatched(stream: &[u8]) -> Vec<Dispatched> {
    let decoded = String::from_utf8_lossy(stream);
    let text = decoded.strip_prefix('\u{feff}').unwrap_or(&decoded);
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = lines.split('\n').collect();
    // What follows the last line end is no line.
    lines.pop();

    let (mut name, mut data, mut id) = (String::new(), String::new(), String::new());
    let mut events = Vec::new();
    for line in lines {
        if line.is_empty() {
            if !data.is_empty() {
                data.pop();
                events.push((name.clone(), data.clone(), id.clone()));
            }
            name.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => name = value.into(),
            "data" => {
                data.push_str(value);
                data.push('\n');
            }
            "id" if !value.contains('\0') => id = value.into(),
            _ => {}
        }
    }
    events
}

/// Every line end that some client knows, and every control character.
pub(super) fn any_end(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The data of the events that a lenient client sees: lines end where it says, names may have anything around
/// them.
pub(super) fn lenient(stream: &[u8], ends: fn(char) -> bool, joins: bool) -> Vec<String> {
    let text = String::from_utf8_lossy(stream);
    let mut seen = Vec::new();
    let mut data: Option<String> = None;
    for line in text.replace("\r\n", "\n").split(ends) {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let name: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        if line.is_empty() {
            seen.extend(data.take());
        } else if name.eq_ignore_ascii_case("data") {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut data {
                Some(data) if joins => {
                    data.push('\n');
                    data.push_str(value);
                }
                _ => data = Some(value.into()),
            }
        }
    }
    seen.extend(data);
    seen
}
