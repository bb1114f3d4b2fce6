//! The access log and the audit records in it.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// One line of the access log: one HTTP exchange.
#[derive(Debug, Clone)]
pub struct Line(pub Value);

impl Line {
    /// The audit records of the exchange, one for each governed message.
    pub fn records(&self) -> &[Value] {
        self.0["mcp"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The only audit record of the exchange.
    pub fn record(&self) -> &Value {
        match self.records() {
            [record] => record,
            records => panic!("{} records, not one: {}", records.len(), self.0),
        }
    }

    /// What Envoy says of how the response came about.
    pub fn details(&self) -> &str {
        self.0["details"].as_str().unwrap_or_default()
    }
}

/// Reads an access log, of which every line must be JSON: that is what the format promises, whatever a client sent.
/// A last line without its end is still being written and left out.
pub fn read(path: &Path) -> Vec<Line> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let parse = |line: &str| match serde_json::from_str(line) {
        Ok(value) => Line(value),
        Err(error) => panic!("a line of the access log is no JSON ({error}): {line}"),
    };
    whole.lines().map(parse).collect()
}
