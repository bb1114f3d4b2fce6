//! The texts of a document as a reader decodes them, each with the way back to the source's bytes.

use std::{ops::Range, rc::Rc};

use mcpgov_engine::{
    json::{Document, Escapes, Kind, Limits, Value, documents},
    number::hidden_digits,
    scan::telling,
};

use crate::source::{SOURCE_BYTES_MAX, Span};

/// What a document may cost; a saved list of tools is far smaller.
pub(super) const LIMITS: Limits = Limits { bytes_max: SOURCE_BYTES_MAX, depth_max: 256, nodes_max: 1 << 24 };

/// A decoded text of a document: a string, a member's name, a number, or the whole of what is no JSON.
#[derive(Debug)]
pub struct Piece {
    /// The text as a reader of the document gets it.
    pub text: String,
    /// The name of the member whose value it is.
    pub key: Option<String>,
    /// The way to it, `result.tools[0].description`; empty for the whole.
    pub path: String,
    /// Whether it is the name of a member.
    pub is_name: bool,
    origin: Rc<Origin>,
}

/// Where a decoded text was written.
#[derive(Debug)]
struct Origin {
    /// Where it begins.
    start: usize,
    escapes: Escapes,
    /// How many bytes stand for all of it where it is written in another way altogether, as digits of a number may be.
    whole: Option<usize>,
    /// The text that this one was written in, if that was decoded as well.
    outer: Option<Rc<Origin>>,
}

impl Piece {
    /// Where the bytes `place` of the text stand in the source.
    pub fn span(&self, place: &Range<usize>) -> Span {
        let mut span = Span { start: place.start, end: place.end };
        let mut origin = Some(&self.origin);
        while let Some(inner) = origin {
            span = inner.span(span);
            origin = inner.outer.as_ref();
        }
        span
    }
}

impl Origin {
    /// Of what stands as it is from `start` on.
    fn verbatim(start: usize, outer: Option<&Rc<Origin>>) -> Self {
        Self { start, escapes: Escapes::default(), whole: None, outer: outer.map(Rc::clone) }
    }

    /// Of a JSON string, from its quote on: the string and perhaps more.
    fn string(document: &str, quote: usize, outer: Option<&Rc<Origin>>) -> Self {
        let start = quote + 1;
        let escapes = Escapes::of_json(body(document.get(start..).unwrap_or_default()), usize::MAX);
        Self { escapes, ..Self::verbatim(start, outer) }
    }

    fn span(&self, place: Span) -> Span {
        if let Some(len) = self.whole {
            return Span { start: self.start, end: self.start + len };
        }
        let written = |at| self.start + self.escapes.written(at);
        Span { start: written(place.start), end: written(place.end) }
    }
}

/// What of a JSON text is before the quote that ends the string it begins in.
fn body(text: &str) -> &str {
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return text.get(..at).unwrap_or_default(),
            b'\\' => _ = bytes.next(),
            _ => {}
        }
    }
    text
}

/// The texts of `source`, in its order: of JSON every string, name and number, otherwise the whole.
pub fn pieces(source: &str) -> Vec<Piece> {
    let mut walk = Walk { pieces: Vec::new() };
    walk.text(source.to_owned(), None, String::new(), Rc::new(Origin::verbatim(0, None)), 0);
    walk.pieces
}

struct Walk {
    pieces: Vec<Piece>,
}

impl Walk {
    /// A text, or what is in it where it is JSON itself.
    fn text(&mut self, text: String, key: Option<&str>, path: String, origin: Rc<Origin>, nested: usize) {
        let Some(documents) = documents(&text, nested, &LIMITS) else {
            self.pieces.push(Piece { text, key: key.map(str::to_owned), path, is_name: false, origin });
            return;
        };
        let path = if nested == 0 { path } else { format!("{path}|") };
        let are_several = documents.are_several();
        for (index, Document { start, doc }) in documents.enumerate() {
            let path = if are_several { item(&path, index) } else { path.clone() };
            let part = Rc::new(Origin::verbatim(start, Some(&origin)));
            self.value(doc.root(), doc.text(), key, &path, &part, nested);
        }
    }

    fn value(
        &mut self,
        value: Value<'_>,
        document: &str,
        key: Option<&str>,
        path: &str,
        outer: &Rc<Origin>,
        nested: usize,
    ) {
        match value.kind() {
            Kind::Object => {
                // Names are strings too; their place ends before the colon in front of the value.
                let mut from = value.span().start + 1;
                for (name, member) in value.members() {
                    if let Some(start) = document.get(from..).and_then(|rest| rest.find('"')) {
                        let origin = Rc::new(Origin::string(document, from + start, Some(outer)));
                        let path = format!("{path}(name)");
                        let text = name.to_owned();
                        self.pieces.push(Piece { text, key: None, path, is_name: true, origin });
                    }
                    from = member.span().end;
                    let path = joined(path, name);
                    self.value(member, document, Some(telling(name)), &path, outer, nested);
                }
            }
            Kind::Array => {
                for (index, each) in value.items().enumerate() {
                    self.value(each, document, key, &item(path, index), outer, nested);
                }
            }
            Kind::String => {
                let origin = Rc::new(Origin::string(document, value.span().start, Some(outer)));
                let text = value.as_str().unwrap_or_default().to_owned();
                self.text(text, key, path.to_owned(), origin, nested + 1);
            }
            Kind::Number => {
                let raw = value.raw();
                let hidden = hidden_digits(raw);
                let whole = hidden.as_ref().map(|_| raw.len());
                let origin = Origin { whole, ..Origin::verbatim(value.span().start, Some(outer)) };
                let (text, key) = (hidden.unwrap_or_else(|| raw.to_owned()), key.map(str::to_owned));
                self.pieces.push(Piece {
                    text,
                    key,
                    path: path.to_owned(),
                    is_name: false,
                    origin: Rc::new(origin),
                });
            }
            Kind::Null | Kind::Bool => {}
        }
    }
}

/// Names and ways are shown to people, and stand beside every text: so much of each is kept.
const NAME_BYTES_MAX: usize = 64;
const WAY_BYTES_MAX: usize = 1024;

fn item(path: &str, index: usize) -> String {
    if path.len() > WAY_BYTES_MAX { path.to_owned() } else { format!("{path}[{index}]") }
}

/// The way to a member; of very long ones the beginning.
pub(super) fn joined(path: &str, name: &str) -> String {
    if path.len() > WAY_BYTES_MAX {
        return path.to_owned();
    }
    if name.len() > NAME_BYTES_MAX {
        let name = name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or_default();
        return format!("{path}[{name:?}…]");
    }
    let plain =
        !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || "_-$".contains(char));
    match (plain, path.is_empty() || path.ends_with('|')) {
        (true, true) => format!("{path}{name}"),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{name:?}]"),
    }
}

/// Where a part of a decoded string of a document is written in it.
pub(super) fn written(document: &str, string: Value<'_>, place: &Range<usize>) -> Span {
    Origin::string(document, string.span().start, None).span(Span { start: place.start, end: place.end })
}

#[cfg(test)]
mod tests {
    use super::pieces;

    /// Path, text, and what stands in the source in its place.
    fn shown(source: &str) -> Vec<(String, String, String)> {
        pieces(source)
            .into_iter()
            .map(|piece| {
                let span = piece.span(&(0..piece.text.len()));
                (piece.path.clone(), piece.text.clone(), source.get(span.range()).unwrap().to_owned())
            })
            .collect()
    }

    fn three(path: &str, text: &str, written: &str) -> (String, String, String) {
        (path.to_owned(), text.to_owned(), written.to_owned())
    }

    #[test]
    fn what_is_no_json_is_one_text() {
        for text in ["", "plain", "{not json}", "{\"a\":1,\"a\":2}"] {
            assert_eq!(shown(text), [three("", text, text)]);
        }
    }

    #[test]
    fn strings_names_and_numbers_are_texts_with_their_place() {
        let source = r#" {"a": ["x", -1.500e3, true, null], "b c": {"d": "y"}} "#;
        let expected = [
            three("(name)", "a", "a"),
            three("a[0]", "x", "x"),
            three("a[1]", "1500", "-1.500e3"),
            three("(name)", "b c", "b c"),
            three(r#"["b c"](name)"#, "d", "d"),
            three(r#"["b c"].d"#, "y", "y"),
        ];
        assert_eq!(shown(source), expected);
        let keys: Vec<_> = pieces(source).into_iter().map(|piece| piece.key).collect();
        let key = |name: &str| Some(name.to_owned());
        assert_eq!(keys, [None, key("a"), key("a"), None, None, key("d")]);
    }

    #[test]
    fn characters_lead_back_to_their_escapes() {
        let source = r#"{"k":"ab\n\u00e9\ud83d\ude00cd"}"#;
        let piece = pieces(source).pop().expect("there is one");
        assert_eq!(piece.text, "ab\né😀cd");
        let written = |place: std::ops::Range<usize>| source.get(piece.span(&place).range()).unwrap();
        assert_eq!(written(0..2), "ab");
        assert_eq!(written(2..3), r"\n");
        assert_eq!(written(1..5), r"b\n\u00e9");
        assert_eq!(written(3..5), r"\u00e9");
        assert_eq!(written(5..9), r"\ud83d\ude00");
        assert_eq!(written(9..11), "cd");
        assert_eq!(written(11..11), "");
    }

    #[test]
    fn json_texts_one_a_line_are_read_and_numbered() {
        let source = "{\"a\":\"x\"}\n\n [\"y\"]\r\n";
        let expected = [three("[0](name)", "a", "a"), three("[0].a", "x", "x"), three("[1][0]", "y", "y")];
        assert_eq!(shown(source), expected);
    }

    #[test]
    fn what_is_long_is_not_kept_with_every_text() {
        let (name, deep) = ("n".repeat(10_000), "{\"aaaaaaaaaaaa\":".repeat(250));
        let source = format!("{{\"{name}\":[{}1],\"b\":{deep}1{}}}", "1,".repeat(500), "}".repeat(250));
        for piece in pieces(&source).iter().filter(|piece| !piece.is_name) {
            assert!(piece.path.len() < 1200, "{}", piece.path.len());
            assert!(piece.key.as_ref().is_none_or(|key| key.len() <= 64));
        }
    }

    #[test]
    fn json_inside_strings_is_read_and_leads_back_to_the_source() {
        let inner = r#"{"token":"a\nb"}"#;
        let source = serde_json::json!({ "text": inner }).to_string();
        let expected = [
            three("(name)", "text", "text"),
            three("text|(name)", "token", "token"),
            three("text|token", "a\nb", r"a\\nb"),
        ];
        assert_eq!(shown(&source), expected);
    }
}
