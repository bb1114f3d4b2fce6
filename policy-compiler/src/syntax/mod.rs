//! YAML text to a tree of values that know where they were written. The only file that names the YAML parser.
//!
//! A policy uses a plain part of YAML 1.2: maps, lists and scalars of the core schema in one document.
//! Anchors, aliases, merge keys, tags and directives are errors: they let one line mean something far from
//! where it stands, and reviewers read lines.

mod text;

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};

use crate::{
    diagnostic::{Code, Diagnostic},
    source::{SOURCE_BYTES_MAX, Source, Span},
};

/// A value and where it was written.
#[derive(Debug)]
pub struct Node<'s> {
    /// From the first to the last byte of the value.
    pub span: Span,
    /// The value.
    pub value: Value<'s>,
}

/// A value of the YAML core schema.
#[derive(Debug)]
pub enum Value<'s> {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Anything the core schema or a common parser takes for a number, as written.
    Number(Cow<'s, str>),
    /// Other plain and all quoted scalars.
    Text(Cow<'s, str>),
    /// A sequence.
    List(Vec<Node<'s>>),
    /// A mapping, in the order written; keys are unique.
    Map(Vec<Entry<'s>>),
    /// Something already reported; readers skip it in silence.
    Invalid,
}

/// One entry of a map.
#[derive(Debug)]
pub struct Entry<'s> {
    /// The key, as text whatever it looks like.
    pub key: Cow<'s, str>,
    /// Where the key was written.
    pub key_span: Span,
    /// The value.
    pub node: Node<'s>,
}

impl Value<'_> {
    /// What to call the value's type in a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Invalid => "an invalid value",
        }
    }
}

/// Reads the one document of `source`. `None` where there is no tree to go on with; the diagnostics then say
/// why.
pub fn parse<'s>(source: &'s Source, diagnostics: &mut Vec<Diagnostic>) -> Option<Node<'s>> {
    parse_at(source, 0, diagnostics)
}

/// Like [`parse`], with all spans moved by `base`: where the file lies in the text of all files of a policy.
pub fn parse_at<'s>(source: &'s Source, base: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<Node<'s>> {
    let mut found = Vec::new();
    let mut root = parse_alone(source, &mut found);
    if base > 0 {
        found.iter_mut().for_each(|diagnostic| diagnostic.each_span(|span| *span = span.moved(base)));
        root.iter_mut().for_each(|root| move_spans(root, base));
    }
    diagnostics.append(&mut found);
    root
}

/// The parser bounds how deep nodes nest.
fn move_spans(node: &mut Node, base: usize) {
    node.span = node.span.moved(base);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| move_spans(item, base)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_span = entry.key_span.moved(base);
                move_spans(&mut entry.node, base);
            }
        }
        _ => {}
    }
}

fn parse_alone<'s>(source: &'s Source, diagnostics: &mut Vec<Diagnostic>) -> Option<Node<'s>> {
    if source.text.len() > SOURCE_BYTES_MAX {
        let message = format!("policy is {} bytes, the limit is {SOURCE_BYTES_MAX}", source.text.len());
        diagnostics.push(Diagnostic::error(Code::TooLarge, Span::default(), message));
        return None;
    }
    text::deceptive_characters(&source.text, diagnostics);
    let mut builder = Builder { diagnostics, open: Vec::new(), root: None, documents: 0 };
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
    };
    for event in Parser::new_from_str_with_options(&source.text, options) {
        match event {
            Ok((event, span)) => {
                let bytes = bytes(&span);
                if let Some(tag) = span.tag_span() {
                    builder.refuse(
                        self::bytes(&tag),
                        "tags are not allowed in a policy",
                        "remove the tag; quote text that looks like a number or a boolean",
                    );
                }
                builder.take(event, bytes);
            }
            Err(error) => {
                builder.diagnostics.push(syntax_error(source, &error));
                return None;
            }
        }
    }
    let documents = builder.documents;
    match builder.root {
        Some(root) if documents == 1 => Some(root),
        Some(_) => None,
        None => {
            let message = "the policy is empty";
            diagnostics.push(
                Diagnostic::error(Code::MissingKey, Span::default(), message)
                    .help("a policy begins with `version: v1`"),
            );
            None
        }
    }
}

/// A collection whose end has not been read yet.
enum Open<'s> {
    List { start: Span, items: Vec<Node<'s>> },
    Map { start: Span, entries: Vec<Entry<'s>>, key: Option<Key<'s>> },
}

/// A key whose value has not been read yet.
enum Key<'s> {
    Text(Cow<'s, str>, Span),
    /// Already reported; its value is read and dropped.
    Invalid,
}

struct Builder<'s, 'd> {
    diagnostics: &'d mut Vec<Diagnostic>,
    open: Vec<Open<'s>>,
    root: Option<Node<'s>>,
    documents: usize,
}

impl<'s> Builder<'s, '_> {
    fn take(&mut self, event: Event<'s>, span: Span) {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.refuse(
                        span,
                        "a policy is one YAML document",
                        "compile each document as a file of its own",
                    );
                }
            }
            Event::Scalar(text, style, ..) => {
                if self.expects_key() {
                    self.key(text, style, span);
                } else {
                    let value =
                        if style == ScalarStyle::Plain { text::plain(text) } else { Value::Text(text) };
                    self.put(Node { span, value });
                }
            }
            Event::SequenceStart(..) => {
                self.collection_as_key(span);
                self.open.push(Open::List { start: span, items: Vec::new() });
            }
            Event::MappingStart(..) => {
                self.collection_as_key(span);
                self.open.push(Open::Map { start: span, entries: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Anchor(..) => {
                self.refuse(span, "anchors are not allowed in a policy", "write the value where it is used")
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(span, "aliases are not allowed in a policy", "write the value where it is used");
                self.put(Node { span, value: Value::Invalid });
            }
            _ => {}
        }
    }

    fn refuse(&mut self, span: Span, message: &str, help: &str) {
        self.diagnostics.push(Diagnostic::error(Code::YamlFeature, span, message).help(help));
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: Cow<'s, str>, style: ScalarStyle, span: Span) {
        let read = if style == ScalarStyle::Plain && text == "<<" {
            self.refuse(
                span,
                "merge keys are not allowed in a policy",
                "write the entries where they are used",
            );
            Key::Invalid
        } else if text.is_empty() {
            self.diagnostics.push(Diagnostic::error(Code::BadValue, span, "the key is empty"));
            Key::Invalid
        } else {
            Key::Text(text, span)
        };
        if let Some(Open::Map { key, .. }) = self.open.last_mut() {
            *key = Some(read);
        }
    }

    fn collection_as_key(&mut self, span: Span) {
        if self.expects_key() {
            self.refuse(span, "a key must be text", "lists and maps cannot be keys");
        }
    }

    fn put(&mut self, node: Node<'s>) {
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(node);
            }
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some(Key::Text(key, key_span)) => entries.push(Entry { key, key_span, node }),
                Some(Key::Invalid) => {}
                // A list, a map or an alias stands where a key is due; reported when it began.
                None => *key = Some(Key::Invalid),
            },
        }
    }

    fn close(&mut self, span: Span) {
        let node = match self.open.pop() {
            None => return,
            Some(Open::List { start, items }) => {
                let end = end_of(span, items.last().map(|node| node.span.end), start);
                Node { span: Span { start: start.start, end }, value: Value::List(items) }
            }
            Some(Open::Map { start, entries, .. }) => {
                let end = end_of(
                    span,
                    entries.last().map(|entry| entry.node.span.end.max(entry.key_span.end)),
                    start,
                );
                self.duplicate_keys(&entries);
                Node { span: Span { start: start.start, end }, value: Value::Map(entries) }
            }
        };
        self.put(node);
    }

    fn duplicate_keys(&mut self, entries: &[Entry<'s>]) {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by_key(|entry| (&entry.key, entry.key_span.start));
        let mut first: Option<&Entry> = None;
        for entry in sorted {
            match first {
                Some(first) if first.key == entry.key => self.diagnostics.push(
                    Diagnostic::error(
                        Code::Duplicate,
                        entry.key_span,
                        format!("duplicate key `{}`", entry.key),
                    )
                    .also(first.key_span, "first given here"),
                ),
                _ => first = Some(entry),
            }
        }
    }
}

/// Block collections end with an empty span somewhere below; their last child tells where their text ends.
fn end_of(closing: Span, last_child: Option<usize>, start: Span) -> usize {
    if closing.end > closing.start { closing.end } else { last_child.unwrap_or(start.end).max(start.end) }
}

fn bytes(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span { start: range.start, end: range.end }
}

fn syntax_error(source: &Source, error: &ScanError) -> Diagnostic {
    let start = error.marker().byte_offset().unwrap_or_default().min(source.text.len());
    // The parser names a point; a caret needs a character, and the end of the text has none.
    let end = source
        .text
        .get(start..)
        .and_then(|text| text.chars().next())
        .map_or(start, |char| start + char.len_utf8());
    let span = Span { start, end };
    if matches!(error.kind(), ErrorKind::DirectiveDisallowed) {
        return Diagnostic::error(Code::YamlFeature, span, "directives are not allowed in a policy");
    }
    Diagnostic::error(Code::YamlSyntax, span, format!("not valid YAML: {}", error.info()))
}
