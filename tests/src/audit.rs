//! The access log and the audit records in it.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// One line of the access log: one HTTP exchange.
#[derive(Debug, Clone)]
pub struct Line {
    text: String,
    value: Value,
}

impl Line {
    fn parse(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(value) => Self { text: text.to_owned(), value },
            Err(error) => panic!("a line of the access log is no JSON ({error}): {text}"),
        }
    }

    /// The line as Envoy wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The audit records of the exchange, one for each governed message.
    pub fn records(&self) -> &[Value] {
        self.value["mcp"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The only audit record of the exchange.
    pub fn record(&self) -> &Value {
        match self.records() {
            [record] => record,
            records => panic!("{} records, not one: {}", records.len(), self.text),
        }
    }

    /// What Envoy says of how the response came about.
    pub fn details(&self) -> &str {
        self.value["details"].as_str().unwrap_or_default()
    }
}

/// Reads an access log, of which every line must be JSON: that is what the format promises, whatever a client sent.
/// A last line without its end is still being written and left out.
pub fn read(path: &Path) -> Vec<Line> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(Line::parse).collect()
}
