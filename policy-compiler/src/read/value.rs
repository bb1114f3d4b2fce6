//! Values of known types. Each reader reports what does not fit and returns `None`.

use std::{collections::HashMap, sync::Arc};

use mcpgov_engine::table::source::is_glob;

use crate::{
    diagnostic::{Code, Diagnostic, nearest, one_of},
    policy::Text,
    regex::{self, RegexError},
    source::{Span, Spanned},
    syntax::{Entry, Node, Value},
};

/// Longest name, glob or other text in a policy. Longer ones would not fit into a log line.
pub(super) const TEXT_BYTES_MAX: usize = 4096;

/// Most items of a list of names or globs; a longer list is data that belongs into claims or a registry.
const ITEMS_MAX: usize = 10_000;

/// Collects what reading finds wrong.
pub(super) struct Reader<'d> {
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
    /// Regular expressions so far: many rules may use the same.
    automata: HashMap<String, Result<Arc<[u8]>, RegexError>>,
}

/// The entries of a map whose keys have been checked.
pub(super) struct Fields<'n, 's> {
    what: &'static str,
    span: Span,
    entries: &'n [Entry<'s>],
    /// Keys that an unknown key was probably meant to be: reported once, not also as missing.
    misspelt: Vec<String>,
}

impl<'n, 's> Fields<'n, 's> {
    pub(super) fn get(&self, key: &str) -> Option<&'n Node<'s>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    pub(super) fn key_span(&self, key: &str) -> Option<Span> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_span)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reports a map without entries where it says nothing.
    pub(super) fn reject_empty(&self, reader: &mut Reader, node: &Node) {
        if self.is_empty() {
            reader.empty_map(node);
        }
    }

    pub(super) fn required(&self, reader: &mut Reader, key: &str) -> Option<&'n Node<'s>> {
        let found = self.get(key);
        if found.is_none() && !self.misspelt.iter().any(|meant| meant == key) {
            let message = format!("{} has no `{key}`", self.what);
            reader.push(Diagnostic::error(Code::MissingKey, self.span, message));
        }
        found
    }
}

impl<'d> Reader<'d> {
    pub(super) fn new(diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self { diagnostics, automata: HashMap::new() }
    }

    /// The automaton of a regular expression.
    pub(super) fn automaton(&mut self, pattern: &str) -> Result<Arc<[u8]>, RegexError> {
        if let Some(known) = self.automata.get(pattern) {
            return known.clone();
        }
        let compiled = regex::compile(pattern);
        self.automata.insert(pattern.to_owned(), compiled.clone());
        compiled
    }

    /// Reports a name that a closed vocabulary does not have.
    pub(super) fn unknown<const N: usize>(&mut self, what: &str, given: &str, span: Span, known: [&str; N]) {
        let message = format!("unknown {what} `{given}`");
        self.push(Diagnostic::error(Code::BadValue, span, message).help(one_of(given, known)));
    }

    /// Reports `all` or `any` of nothing.
    pub(super) fn empty_combination(&mut self, key: &str, node: &Node) {
        self.push(
            Diagnostic::error(Code::BadValue, node.span, format!("`{key}` of nothing"))
                .help("leave the key out where nothing is meant"),
        );
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn wrong_type(&mut self, node: &Node, expected: &str) {
        self.wrong_type_with_help(node, expected, None);
    }

    fn wrong_type_with_help(&mut self, node: &Node, expected: &str, help: Option<String>) {
        if matches!(node.value, Value::Invalid) {
            return;
        }
        let message = format!("expected {expected}, found {}", node.value.kind());
        let mut diagnostic = Diagnostic::error(Code::WrongType, node.span, message);
        diagnostic.help = help;
        self.push(diagnostic);
    }

    /// A map with keys out of `known`; those of `later` are known to the language and not to this version.
    pub(super) fn fields<'n, 's>(
        &mut self,
        node: &'n Node<'s>,
        what: &'static str,
        known: &[&str],
        later: &[&str],
    ) -> Option<Fields<'n, 's>> {
        let entries = self.entries(node)?;
        let mut misspelt = Vec::new();
        for entry in entries {
            let key = entry.key.as_ref();
            if later.contains(&key) {
                let message = format!("`{key}` is not supported yet");
                self.push(Diagnostic::error(Code::NotSupportedYet, entry.key_span, message));
            } else if !known.contains(&key) {
                let message = format!("unknown key `{key}` in {what}");
                misspelt.extend(nearest(key, known.iter().copied()).map(str::to_owned));
                self.push(
                    Diagnostic::error(Code::UnknownKey, entry.key_span, message)
                        .help(one_of(key, known.iter().copied())),
                );
            }
        }
        Some(Fields { what, span: node.span, entries, misspelt })
    }

    /// A map with keys of the author's choice.
    pub(super) fn entries<'n, 's>(&mut self, node: &'n Node<'s>) -> Option<&'n [Entry<'s>]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        self.wrong_type(node, "a map");
        None
    }

    /// A list; `what` names its items in messages.
    pub(super) fn list<'n, 's>(&mut self, node: &'n Node<'s>, what: &str) -> Option<&'n [Node<'s>]> {
        if let Value::List(items) = &node.value {
            return Some(items);
        }
        self.wrong_type(node, &format!("a list of {what}"));
        None
    }

    /// Text, not empty.
    pub(super) fn text(&mut self, node: &Node) -> Option<Text> {
        let text = match &node.value {
            Value::Text(text) => text,
            Value::Number(written) => {
                self.wrong_type_with_help(node, "text", Some(format!("quote it: \"{written}\"")));
                return None;
            }
            Value::Bool(value) => {
                self.wrong_type_with_help(node, "text", Some(format!("quote it: \"{value}\"")));
                return None;
            }
            _ => {
                self.wrong_type(node, "text");
                return None;
            }
        };
        self.checked_text(text, node.span)
    }

    /// A key of the author's choice: a name or a glob.
    pub(super) fn key(&mut self, entry: &Entry) -> Option<Text> {
        self.checked_text(&entry.key, entry.key_span)
    }

    fn checked_text(&mut self, text: &str, span: Span) -> Option<Text> {
        let problem = if text.trim().is_empty() {
            "the text is empty".to_owned()
        } else if text.len() > TEXT_BYTES_MAX {
            format!("the text is {} bytes long, the limit is {TEXT_BYTES_MAX}", text.len())
        } else if text.trim() != text {
            "the text begins or ends with white space".to_owned()
        } else if let Some(char) = text.chars().find(|char| char.is_control()) {
            format!("the text holds the control character U+{:04X}", u32::from(char))
        } else {
            return Some(Spanned::new(text.to_owned(), span));
        };
        self.push(Diagnostic::error(Code::BadValue, span, problem));
        None
    }

    /// Text for people: may have several lines.
    pub(super) fn prose(&mut self, node: &Node) -> Option<Text> {
        if let Value::Text(text) = &node.value {
            let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
            return self.checked_text(&joined, node.span);
        }
        self.text(node)
    }

    /// One text, or a list of them, not empty.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<Text> {
        let Value::List(items) = &node.value else {
            if let Value::Map(_) | Value::Null = node.value {
                self.wrong_type(node, &format!("{what} or a list of them"));
                return Vec::new();
            }
            return self.text(node).into_iter().collect();
        };
        if items.is_empty() {
            self.empty_list(node);
        } else if items.len() > ITEMS_MAX {
            let message = format!("the list has {} items, the limit is {ITEMS_MAX}", items.len());
            self.push(Diagnostic::error(Code::TooLarge, node.span, message));
        }
        items.iter().filter_map(|item| self.text(item)).collect()
    }

    /// Risk tags: compared as they are, so that a glob would be a tag that nothing carries.
    pub(super) fn risk_tags(&mut self, node: &Node) -> Vec<Text> {
        let tags = self.texts(node, "a risk tag");
        for tag in tags.iter().filter(|tag| is_glob(&tag.value)) {
            let message = format!("`{}` is no risk tag", tag.value);
            self.push(
                Diagnostic::error(Code::BadValue, tag.span, message)
                    .help("risk tags are no globs; list them"),
            );
        }
        tags
    }

    pub(super) fn empty_list(&mut self, node: &Node) {
        self.push(
            Diagnostic::error(Code::BadValue, node.span, "the list is empty")
                .help("leave the key out where nothing is meant"),
        );
    }

    pub(super) fn empty_map(&mut self, node: &Node) {
        if matches!(&node.value, Value::Map(entries) if entries.is_empty()) {
            self.push(
                Diagnostic::error(Code::BadValue, node.span, "the map is empty")
                    .help("leave the key out where nothing is meant"),
            );
        }
    }

    /// A whole number from 0 to `max`.
    pub(super) fn number(&mut self, node: &Node, max: u32) -> Option<u32> {
        let Value::Number(written) = &node.value else {
            self.wrong_type(node, "a whole number");
            return None;
        };
        let number = written.parse().ok().filter(|number| *number <= max && !written.starts_with('+'));
        if number.is_none() {
            let message = format!("expected a whole number from 0 to {max}, found `{written}`");
            self.push(Diagnostic::error(Code::BadValue, node.span, message));
        }
        number
    }

    /// One of a closed vocabulary.
    pub(super) fn choice<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Option<Spanned<T>> {
        let written = self.text(node)?;
        let found = all.iter().copied().find(|candidate| name(*candidate) == written.value);
        if found.is_none() {
            let names = all.iter().map(|candidate| name(*candidate));
            let message = format!("unknown {what} `{}`", written.value);
            self.push(
                Diagnostic::error(Code::BadValue, node.span, message).help(one_of(&written.value, names)),
            );
        }
        found.map(|value| Spanned::new(value, node.span))
    }

    /// `mode: shadow` or `mode: enforce`; enforce where there is none.
    pub(super) fn shadow(&mut self, fields: &Fields) -> bool {
        let name = |shadow: bool| if shadow { "shadow" } else { "enforce" };
        let mode = fields.get("mode").and_then(|node| self.choice(node, "mode", &[false, true], name));
        mode.is_some_and(|mode| mode.value)
    }
}
