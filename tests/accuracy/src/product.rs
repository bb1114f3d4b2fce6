//! The product: everything that is asked of it goes through here.

use std::collections::HashMap;

use mcpgov_engine::{
    guard::{self, Guard},
    json::{Doc, Limits},
    scan::poison::Siblings,
};
use mcpgov_policy_compiler::{
    scan::{self, Detect, Detectors},
    source::Source,
};

use serde_json::{Value, json};

use crate::{
    corpus::Row,
    measure::{Hit, Sight},
};

/// All detectors, as the proxy and `mcpgov scan` have them.
pub(crate) struct Product {
    detectors: Detectors,
}

impl Product {
    pub(crate) fn new() -> Result<Product, String> {
        Ok(Product { detectors: Detectors::all()? })
    }

    /// What is found in each of the rows of a file; `None` where the product cannot look at them so.
    pub(crate) fn hits(&self, sight: Sight, rows: &[Row]) -> Option<Vec<Vec<Hit>>> {
        match sight {
            Sight::Text => Some(rows.iter().map(|row| self.in_text(&row.text)).collect()),
            Sight::Argument => Some(guarded(rows, |text| Value::from(text))),
            Sight::Prose => Some(guarded(rows, |text| json!({ "text": text }))),
            Sight::Definition => Some(self.in_lists(rows)),
        }
    }

    /// Each definition in the list of its server; where the file does not name one, by itself.
    fn in_lists(&self, rows: &[Row]) -> Vec<Vec<Hit>> {
        let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
        let parsed: Vec<Option<Doc>> =
            rows.iter().map(|row| Doc::parse(row.text.as_bytes(), &Limits::default()).ok()).collect();
        for (row, tool) in rows.iter().zip(&parsed) {
            let name = tool.as_ref().and_then(|tool| definition(tool).get("name")?.as_str());
            names.entry(row.field("server")).or_default().extend(name);
        }
        names.remove("");
        let hits = |(row, tool): (&Row, &Option<Doc>)| {
            let siblings = Siblings::new(names.get(row.field("server")).into_iter().flatten().copied());
            let suspect =
                tool.as_ref().and_then(|tool| self.detectors.definition(definition(tool), &siblings));
            suspect
                .map(|suspect| Hit { name: suspect.detector.name, place: 0..row.text.len() })
                .into_iter()
                .collect()
        };
        rows.iter().zip(&parsed).map(hits).collect()
    }

    /// As in an answer: what is JSON is looked through as JSON.
    fn in_text(&self, text: &str) -> Vec<Hit> {
        let source = Source { path: String::new(), text: text.to_owned() };
        let findings = scan::source(&self.detectors, &source);
        findings
            .into_iter()
            .map(|finding| Hit { name: finding.detector.name, place: finding.span.range() })
            .collect()
    }
}

/// The definition of a row; of a change, what it became.
fn definition<'d>(row: &'d Doc<'_>) -> mcpgov_engine::json::Value<'d> {
    let root = row.root();
    root.get("after").unwrap_or(root)
}

/// What the guards say of arguments. A guard says whether, not where.
fn guarded(rows: &[Row], argument: fn(&str) -> Value) -> Vec<Vec<Hit>> {
    let hits = |row: &Row| {
        let json = argument(&row.text).to_string();
        let limits = Limits { bytes_max: json.len(), ..Limits::default() };
        let Ok(document) = Doc::parse(json.as_bytes(), &limits) else { return Vec::new() };
        let speaks = |guard: &Guard| guard::first_in(*guard as u8, document.root()).is_some();
        let hit = |guard: Guard| Hit { name: format!("guard.{}", guard.name()), place: 0..row.text.len() };
        Guard::ALL.into_iter().filter(speaks).map(hit).collect()
    };
    rows.iter().map(hits).collect()
}
