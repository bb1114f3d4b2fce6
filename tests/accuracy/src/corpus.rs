//! Labelled texts: lines of JSON, as the corpora's SOURCES.md describes them.

use std::{fs, ops::Range, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// A labelled text.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) label: String,
    pub(crate) kind: String,
    pub(crate) spans: Vec<Labelled>,
    /// The line, for what only some files have.
    pub(crate) line: Value,
}

/// A part of the text and what it is.
#[derive(Debug)]
pub(crate) struct Labelled {
    pub(crate) place: Range<usize>,
    pub(crate) name: String,
}

impl Row {
    /// Another member of the line; empty where it is none, or no text.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.line.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn is_label(&self, label: &str) -> bool {
        self.label == label
    }
}

/// The rows of a file; `None` where there is no such file.
pub(crate) fn read(folder: &Path, file: &str) -> Result<Option<Vec<Row>>, String> {
    let path = folder.join(file);
    if !path.exists() {
        return Ok(None);
    }
    let text =
        fs::read_to_string(&path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let rows = lines.map(|(number, line)| {
        row(line).ok_or_else(|| format!("`{}`:{}: not a row of a corpus", path.display(), number + 1))
    });
    rows.collect::<Result<_, _>>().map(Some)
}

fn row(line: &str) -> Option<Row> {
    let line: Value = serde_json::from_str(line).ok()?;
    let text_of = |name: &str| line.get(name).and_then(Value::as_str);
    let text = match text_of("text_b64") {
        // Files with strings in vendors' formats, which hosting services would refuse in the clear.
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?,
        None => text_of("text")?.to_owned(),
    };
    let owned = |name: &str| text_of(name).unwrap_or_default().to_owned();
    let (id, label, kind) = (owned("id"), owned("label"), owned("kind"));
    let spans = line.get("spans").and_then(Value::as_array).into_iter().flatten();
    let spans = spans.map(|span| labelled(span, text.len())).collect::<Option<_>>()?;
    Some(Row { id, text, label, kind, spans, line })
}

fn labelled(span: &Value, length: usize) -> Option<Labelled> {
    let [start, end, name] = span.as_array()?.as_slice() else { return None };
    let byte = |value: &Value| value.as_u64().and_then(|byte| usize::try_from(byte).ok());
    let place = byte(start)?..byte(end)?;
    (place.start <= place.end && place.end <= length)
        .then_some(Labelled { place, name: name.as_str()?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn texts_are_plain_or_in_base64_and_spans_lie_in_them() {
        let plain = row(r#"{"id":"a","text":"x y","label":"pii","spans":[[2,3,"T"]],"format":"f"}"#).unwrap();
        assert_eq!(
            (plain.text.as_str(), plain.field("format"), plain.spans[0].place.clone()),
            ("x y", "f", 2..3)
        );
        assert_eq!(row(r#"{"id":"a","text_b64":"eCB5"}"#).unwrap().text, "x y");
        for wrong in ["{}", "[", r#"{"text":"x","spans":[[0,2,"T"]]}"#, r#"{"text_b64":"!"}"#] {
            assert!(row(wrong).is_none(), "{wrong}");
        }
    }
}
