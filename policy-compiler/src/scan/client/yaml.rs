//! YAML, with the parser of policies: what else it refuses there does not matter here, as long as there is a tree.

use serde_json::{Map, Value};

use super::{super::piece::joined, Document, Text};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::{Source, Span},
    syntax::{self, Node, Value as Yaml},
};

/// Reads a document.
///
/// # Errors
/// There is no tree; with the line.
pub(super) fn read(source: &Source) -> Result<Document, String> {
    let mut diagnostics = Vec::new();
    let root = syntax::parse(source, &mut diagnostics);
    // Of two members of one name nobody knows which a client reads.
    let wrong = diagnostics.iter().find(|found| root.is_none() || found.code == Code::Duplicate);
    if let Some(wrong) = wrong {
        let line = source.lines().position(wrong.primary.span.start).line;
        return Err(format!("{} at line {line}", wrong.code.name()));
    }
    let Some(root) = root else { return Err("it is empty".to_owned()) };
    // What it refuses it leaves out, but for characters that nobody sees.
    let leaves_out =
        |found: &Diagnostic| found.code != Code::BadValue || source.slice(found.primary.span).is_ascii();
    let mut document = Document { is_partial: diagnostics.iter().any(leaves_out), ..Document::default() };
    let value = document.yaml(source, &root, None, String::new());
    document.value = value;
    Ok(document)
}

impl Document {
    /// The parser bounds how deep nodes nest.
    fn yaml(&mut self, source: &Source, node: &Node<'_>, key: Option<&str>, path: String) -> Value {
        match &node.value {
            Yaml::Map(entries) => {
                let members = entries.iter().map(|entry| {
                    let path = joined(&path, &entry.key);
                    (entry.key.to_string(), self.yaml(source, &entry.node, Some(&entry.key), path))
                });
                Value::Object(members.collect::<Map<_, _>>())
            }
            Yaml::List(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.yaml(source, item, key, format!("{path}[{index}]"))).collect()
            }
            Yaml::Text(text) | Yaml::Number(text) => {
                let (text, key) = (text.to_string(), key.map(str::to_owned));
                let span = inside(source, node.span);
                self.texts.push(Text { text: text.clone(), key, path, span });
                Value::String(text)
            }
            Yaml::Bool(truth) => Value::Bool(*truth),
            Yaml::Null | Yaml::Invalid => Value::Null,
        }
    }
}

/// The span without quotes around it.
fn inside(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let quoted =
        ['"', '\''].iter().any(|quote| text.len() > 1 && text.starts_with(*quote) && text.ends_with(*quote));
    if quoted { Span { start: span.start + 1, end: span.end - 1 } } else { span }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::source::Source;
    use serde_json::json;

    fn source(text: &str) -> Source {
        Source { path: "config.yaml".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn texts_have_their_place_and_lists_the_key_they_belong_to() {
        let source = source("a:\n  args: [-y, \"x y\"]\n  n: 1\n  b: true\n  c:\n");
        let document = read(&source).unwrap();
        assert_eq!(document.value, json!({ "a": { "args": ["-y", "x y"], "n": "1", "b": true, "c": null } }));
        let texts: Vec<_> = document
            .texts
            .iter()
            .map(|text| (text.path.as_str(), text.key.as_deref(), source.slice(text.span)))
            .collect();
        let args = Some("args");
        assert_eq!(texts, [("a.args[0]", args, "-y"), ("a.args[1]", args, "x y"), ("a.n", Some("n"), "1")]);
    }

    #[test]
    fn what_policies_may_not_have_is_no_obstacle_and_what_is_no_yaml_is_said_without_it() {
        let anchored = read(&source("a: &x { b: c }\nd: *x\n")).unwrap();
        assert_eq!(anchored.value, json!({ "a": { "b": "c" }, "d": null }));
        for (text, is_partial) in [
            ("a: &x { b: c }\nd: *x\n", true),
            ("a: { <<: { b: c } }\n", true),
            ("'': { b: c }\n", true),
            ("? [a]\n: { b: c }\n", true),
            ("a: \u{1F468}\u{200D}\u{1F4BB}\n", false),
        ] {
            assert_eq!(read(&source(text)).unwrap().is_partial, is_partial, "{text}");
        }
        assert_eq!(read(&source("a: b\na: c\n")).unwrap_err(), "duplicate at line 2");
        let error = read(&source("a: b\n c: [hunter2\n")).unwrap_err();
        assert!(error.contains("at line 2") && !error.contains("hunter2"), "{error}");
    }
}
