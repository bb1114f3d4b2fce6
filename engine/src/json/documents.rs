//! JSON inside strings: results of tools often are JSON texts.

use super::{Doc, Limits};

/// Strings of JSON texts inside strings of JSON texts that are read as such. Each further one doubles what is written
/// before a quote, so that no message is long enough for more.
const NESTING_MAX: usize = 20;
/// How many of them may be as deep as a message, for all of them share one stack; and how deep the others.
const NESTING_DEEP: usize = 4;
const DEPTH_MAX: usize = 16;

/// One JSON text of a string.
#[derive(Debug)]
pub struct Document<'t> {
    /// The byte of the string that it begins at.
    pub start: usize,
    /// What it says; places in it count from `start`.
    pub doc: Doc<'t>,
}

/// The JSON texts that a string consists of: one, or several objects and arrays one after another with nothing but white
/// space between, as logs and exports have them a line each (JSON Lines). `None` where there is anything else in it.
///
/// `nesting` is how many strings of JSON texts this one is inside of; the deeper, the less of `limits` is allowed.
#[must_use]
pub fn documents<'t>(text: &'t str, nesting: usize, limits: &Limits) -> Option<Documents<'t>> {
    let is_deep = nesting >= NESTING_DEEP;
    let depth_max = if is_deep { limits.depth_max.min(DEPTH_MAX) } else { limits.depth_max };
    let mut documents = Documents { text, at: 0, first: None, limits: Limits { depth_max, ..*limits } };
    if nesting >= NESTING_MAX || !documents.rest().starts_with(['{', '[', '"']) {
        return None;
    }
    let is_container = !documents.rest().starts_with('"');
    let first = documents.read()?;
    let second = documents.at;
    // Nothing is known of the first one before all are known to be JSON; one by one, for each takes memory.
    while !documents.rest().is_empty() {
        if !is_container || !documents.rest().starts_with(['{', '[']) {
            return None;
        }
        documents.read()?;
    }
    Some(Documents { at: second, first: Some(first), ..documents })
}

/// The JSON texts of one string, in their order.
#[derive(Debug)]
pub struct Documents<'t> {
    text: &'t str,
    /// What was read so far.
    at: usize,
    first: Option<Document<'t>>,
    limits: Limits,
}

impl<'t> Documents<'t> {
    /// Whether there is one at least behind the first; asked before that is taken.
    #[must_use]
    pub fn are_several(&self) -> bool {
        !self.rest().is_empty()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default().trim_ascii_start()
    }

    fn read(&mut self) -> Option<Document<'t>> {
        let rest = self.rest();
        let start = self.text.len() - rest.len();
        let doc = Doc::parse_first(rest, &self.limits).ok()?;
        self.at = start + doc.text().len();
        Some(Document { start, doc })
    }
}

impl<'t> Iterator for Documents<'t> {
    type Item = Document<'t>;

    fn next(&mut self) -> Option<Document<'t>> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        if self.rest().is_empty() { None } else { self.read() }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn read(text: &str) -> Option<Vec<&str>> {
        let documents = documents(text, 0, &Limits::default())?;
        Some(
            documents
                .map(|Document { start, doc }| text.get(start..start + doc.text().len()).unwrap())
                .collect(),
        )
    }

    #[test]
    fn one_text_or_several_one_after_another_are_read() {
        assert_eq!(read(r#" {"a":1} "#), Some(alloc::vec![r#"{"a":1}"#]));
        assert_eq!(read(r#""{}""#), Some(alloc::vec![r#""{}""#]));
        let lines = "{\"a\":1}\n[2]\r\n\n{\n \"b\": {}\n}{}\n";
        let expected = alloc::vec!["{\"a\":1}", "[2]", "{\n \"b\": {}\n}", "{}"];
        assert_eq!(read(lines), Some(expected));
    }

    #[test]
    fn what_holds_anything_else_is_not_read_at_all() {
        for text in
            ["", " ", "1", "x {}", "{} x", "{} {", "[1] see there", "[] 1", "\"a\" \"b\"", "{}, {}", "[]]"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_deeper_a_string_is_the_less_deep_it_may_be() {
        let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
        let is_read = |text: String, nesting| documents(&text, nesting, &Limits::default()).is_some();
        assert!(is_read(deep(64), 3));
        assert!(!is_read(deep(65), 3));
        assert!(is_read(deep(16), 4));
        assert!(!is_read(deep(17), 4));
        assert!(is_read(deep(1), 19));
        assert!(!is_read(deep(1), 20));
    }
}
