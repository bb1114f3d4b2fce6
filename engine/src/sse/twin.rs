//! The standard's own steps on a whole stream: what clients are to see. Slow and plain, to compare the reader with.

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
