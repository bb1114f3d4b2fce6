//! JSON as a tree that knows its places in the file.

use mcpgov_engine::json::{Doc, JsonError, JsonErrorKind, Kind, Limits, Value as Cursor};

use crate::{
    diagnostic::{Code, Diagnostic},
    policy::Text,
    source::{SOURCE_BYTES_MAX, Span},
};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// From the first to the last byte of the value.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A JSON value. Members are in the order of the text, and their names are unique.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the types of JSON")]
pub enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Text, Node)>),
}

impl Node {
    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.members().iter().find(|(member, _)| member.value == name).map(|(_, node)| node)
    }

    /// Names and values; nothing for other types.
    pub fn members(&self) -> &[(Text, Node)] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    /// Items; nothing for other types.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text; `None` for other types.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number as written; `None` for other types.
    pub fn number(&self) -> Option<&str> {
        match &self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The truth value; `None` for other types.
    pub fn bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// What a fragment's JSON Pointer (RFC 6901) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        let Some(path) = pointer.strip_prefix('/') else { return pointer.is_empty().then_some(self) };
        path.split('/').try_fold(self, |node, token| {
            let token = percent_decoded(token)?.replace("~1", "/").replace("~0", "~");
            match &node.value {
                Value::List(items) => items.get(token.parse::<usize>().ok()?),
                _ => node.get(&token),
            }
        })
    }
}

/// Reads a file, whose text begins at `base` in the text of all files.
pub(super) fn parse(text: &str, base: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<Node> {
    let limits = Limits { bytes_max: SOURCE_BYTES_MAX, nodes_max: 1 << 22, ..Limits::default() };
    // Some editors begin files with it.
    let (text, base) = text.strip_prefix('\u{feff}').map_or((text, base), |rest| (rest, base + 3));
    match Doc::parse(text.as_bytes(), &limits) {
        Ok(doc) => Some(tree(doc.root(), base)),
        Err(JsonError { kind, at }) => {
            let span = Span { start: at, end: at }.moved(base);
            let large = matches!(
                kind,
                JsonErrorKind::TooLarge | JsonErrorKind::TooDeep | JsonErrorKind::TooManyValues
            );
            let code = if large { Code::TooLarge } else { Code::BadValue };
            let message =
                format!("the schema file is no JSON that can be used: {}", kind.name().replace('-', " "));
            diagnostics.push(Diagnostic::error(code, span, message));
            None
        }
    }
}

/// The parser bounds the depth.
fn tree(value: Cursor<'_>, base: usize) -> Node {
    let span = |value: Cursor<'_>| {
        let range = value.span();
        Span { start: range.start, end: range.end }.moved(base)
    };
    let found = match value.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(value.as_bool().unwrap_or_default()),
        Kind::Number => Value::Number(value.raw().to_owned()),
        Kind::String => Value::Text(value.as_str().unwrap_or_default().to_owned()),
        Kind::Array => Value::List(value.items().map(|item| tree(item, base)).collect()),
        Kind::Object => Value::Map(
            value
                .members()
                .map(|(name, member)| {
                    let node = tree(member, base);
                    (Text::new(name.to_owned(), node.span), node)
                })
                .collect(),
        ),
    };
    Node { span: span(value), value: found }
}

fn percent_decoded(token: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? << 4 | digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
