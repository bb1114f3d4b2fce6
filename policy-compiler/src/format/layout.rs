//! A tree of values back to text.

use super::comment::Comments;
use crate::{
    source::Source,
    syntax::{self, Entry, Node, Value},
};

/// Columns of a line, where a value can be broken.
const COLUMNS_MAX: usize = 100;

/// Orders of keys, by the kind of map.
const POLICY: &[&str] = &[
    "version",
    "mode",
    "include",
    "layers",
    "identity",
    "audit",
    "servers",
    "roles",
    "conditions",
    "args",
    "detectors",
    "protections",
    "rules",
    "policy",
    "tests",
];
const SERVER: &[&str] = &[
    "match",
    "resource",
    "owner",
    "environment",
    "classification",
    "stage",
    "labels",
    "schema",
    "enforce_schema",
    "guards",
    "action",
    "tools",
];
const TOOL: &[&str] = &["action", "risk_tags", "cost"];
const RULE: &[&str] = &["id", "match", "unless", "guards", "decision", "constraints", "reason", "mode"];
const DETECTOR: &[&str] = &["pattern", "keywords", "validator", "entropy", "allow", "severity"];
const PROTECTION: &[&str] = &["id", "match", "unless", "detect", "direction", "treatment", "blobs", "mode"];
const CONDITION: &[&str] =
    &["labels", "risk_tags", "subject", "args", "context", "conditions", "all", "any", "not", "mcp"];
const TEST: &[&str] = &["name", "request", "subject", "context", "answer", "definition", "expect"];

/// What a node is, by its path from the root.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    Servers,
    Server,
    Tools,
    Tool,
    Detectors,
    Detector,
    Protections,
    Protection,
    Rules,
    Rule,
    Condition,
    Tests,
    Test,
    /// A map by names of the author's choice, one a line.
    Names,
    Other,
}

impl Place {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Document, "servers") => Self::Servers,
            (Self::Document, "rules") => Self::Rules,
            (Self::Document, "detectors") => Self::Detectors,
            (Self::Detectors, _) => Self::Detector,
            (Self::Document, "protections") => Self::Protections,
            (Self::Protections, _) => Self::Protection,
            (Self::Document, "tests") => Self::Tests,
            (Self::Document, "roles" | "conditions" | "args") => Self::Names,
            (Self::Servers, _) => Self::Server,
            (Self::Server, "tools") => Self::Tools,
            (Self::Tools, _) => Self::Tool,
            (Self::Rules, _) => Self::Rule,
            (Self::Tests, _) => Self::Test,
            (Self::Rule | Self::Protection, "match" | "unless") => Self::Condition,
            _ => Self::Other,
        }
    }

    fn order(self) -> &'static [&'static str] {
        match self {
            Self::Document => POLICY,
            Self::Server => SERVER,
            Self::Tool => TOOL,
            Self::Rule => RULE,
            Self::Detector => DETECTOR,
            Self::Protection => PROTECTION,
            Self::Condition => CONDITION,
            Self::Test => TEST,
            _ => &[],
        }
    }

    /// Whether its entries stand one a line, however short.
    fn is_tall(self) -> bool {
        matches!(
            self,
            Self::Document
                | Self::Servers
                | Self::Server
                | Self::Tools
                | Self::Detectors
                | Self::Protections
                | Self::Protection
                | Self::Rules
                | Self::Rule
                | Self::Tests
                | Self::Test
                | Self::Names
        )
    }
}

pub(super) fn text(source: &Source, root: &Node, comments: &Comments) -> String {
    let mut writer = Writer { source, comments, out: String::new() };
    match &root.value {
        Value::Map(entries) if !entries.is_empty() => writer.map(entries, Place::Document, 0, false),
        Value::List(items) if !items.is_empty() => writer.list(items, Place::Other, 0),
        _ => {
            let text = writer.flow(root);
            writer.out.push_str(&text);
            writer.out.push('\n');
        }
    }
    for comment in &comments.tail {
        writer.out.push_str(comment);
        writer.out.push('\n');
    }
    writer.out
}

struct Writer<'a> {
    source: &'a Source,
    comments: &'a Comments,
    out: String,
}

impl Writer<'_> {
    /// A map in lines of its own. With `begun` the first key goes on where the line is, behind `- `.
    fn map(&mut self, entries: &[Entry], place: Place, indent: usize, begun: bool) {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        let rank = |entry: &&Entry| {
            let order = place.order();
            order.iter().position(|key| *key == entry.key).unwrap_or(order.len())
        };
        sorted.sort_by_key(rank);
        for (number, entry) in sorted.into_iter().enumerate() {
            let first = number == 0;
            let start = entry.key_span.start;
            if !(first && begun) {
                let below = place.below(&entry.key);
                let spaced = place == Place::Servers
                    || (place == Place::Document && (below.is_tall() || self.has_before(start)));
                if spaced && !first {
                    self.out.push('\n');
                }
                self.before(start, indent);
                self.pad(indent);
            }
            let key = self.scalar_text(&entry.key, entry.key_span, true);
            self.out.push_str(&key);
            self.out.push(':');
            self.value(&entry.node, place.below(&entry.key), start, indent, indent + key.chars().count() + 1);
        }
    }

    fn list(&mut self, items: &[Node], place: Place, indent: usize) {
        for (number, item) in items.iter().enumerate() {
            let below = place.below("");
            if number > 0 && matches!(place, Place::Rules | Place::Protections | Place::Tests) {
                self.out.push('\n');
            }
            self.before(item.span.start, indent);
            self.pad(indent);
            self.out.push('-');
            match &item.value {
                Value::Map(entries) if !entries.is_empty() && self.is_block(item, below, indent + 2) => {
                    // A comment of the first key would stand between the dash and it.
                    self.out.push(' ');
                    self.map(entries, below, indent + 2, true);
                }
                _ => self.value(item, below, item.span.start, indent, indent + 1),
            }
        }
    }

    /// What stands behind a key or a dash, with the comments behind it and the end of the line.
    fn value(&mut self, node: &Node, place: Place, start: usize, indent: usize, column: usize) {
        if self.is_block(node, place, column + 1) {
            self.behind(start);
            self.out.push('\n');
            match &node.value {
                Value::Map(entries) => self.map(entries, place, indent + 2, false),
                Value::List(items) => self.list(items, place, indent + 2),
                _ => {}
            }
            return;
        }
        match &node.value {
            Value::Text(text) if is_lines(text, self.source.slice(node.span)) => {
                self.lines(text, start, indent + 2)
            }
            _ => {
                let text = match &node.value {
                    Value::Map(_) | Value::List(_) => self.flow(node),
                    _ => self.scalar(node, false),
                };
                self.out.push(' ');
                self.out.push_str(&text);
                self.behind(start);
                self.out.push('\n');
            }
        }
    }

    /// Whether a collection takes lines of its own: because it always does, has comments, or is too long for one.
    fn is_block(&self, node: &Node, place: Place, column: usize) -> bool {
        let (empty, has_lines) = match &node.value {
            Value::Map(entries) => (entries.is_empty(), false),
            Value::List(items) => (items.is_empty(), false),
            _ => (true, true),
        };
        if empty || has_lines {
            return false;
        }
        let inside = match &node.value {
            // An item that is a map starts where its first key does.
            Value::Map(entries) => entries.iter().map(|entry| entry.key_span.start).min(),
            _ => Some(node.span.start),
        };
        let commented = self.comments.any_in(inside.unwrap_or(node.span.start)..node.span.end)
            && self.has_inner_comment(node);
        place.is_tall()
            || commented
            || self.has_lines(node)
            || column + self.flow(node).chars().count() > COLUMNS_MAX
    }

    fn has_inner_comment(&self, node: &Node) -> bool {
        let at = |start: &usize| {
            self.comments.before.contains_key(start) || self.comments.behind.contains_key(start)
        };
        match &node.value {
            Value::Map(entries) => {
                entries.iter().any(|entry| at(&entry.key_span.start) || self.has_inner_comment(&entry.node))
            }
            Value::List(items) => {
                items.iter().any(|item| at(&item.span.start) || self.has_inner_comment(item))
            }
            _ => false,
        }
    }

    /// Whether some text in it has several lines.
    fn has_lines(&self, node: &Node) -> bool {
        match &node.value {
            Value::Map(entries) => entries.iter().any(|entry| self.has_lines(&entry.node)),
            Value::List(items) => items.iter().any(|item| self.has_lines(item)),
            Value::Text(text) => is_lines(text, self.source.slice(node.span)),
            _ => false,
        }
    }

    /// A value on one line.
    fn flow(&self, node: &Node) -> String {
        match &node.value {
            Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Value::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| {
                        let key = self.scalar_text(&entry.key, entry.key_span, true);
                        format!("{key}: {}", self.flow(&entry.node))
                    })
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
            Value::List(items) => {
                format!("[{}]", items.iter().map(|item| self.flow(item)).collect::<Vec<_>>().join(", "))
            }
            _ => self.scalar(node, true),
        }
    }

    fn scalar(&self, node: &Node, flow: bool) -> String {
        match &node.value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(written) => written.to_string(),
            Value::Text(text) => self.scalar_text(text, node.span, flow),
            Value::List(_) | Value::Map(_) | Value::Invalid => String::new(),
        }
    }

    /// Text as it was written, if that is one line and means the same here; otherwise in double quotes.
    fn scalar_text(&self, text: &str, span: crate::source::Span, flow: bool) -> String {
        let written = self.source.slice(span);
        let quoted = written.starts_with(['"', '\'']);
        if !written.contains('\n')
            && !written.starts_with(['|', '>'])
            && (quoted || means(written, text, flow))
        {
            return written.to_owned();
        }
        // JSON's escapes are YAML's too.
        serde_json::Value::from(text).to_string()
    }

    /// Text of several lines, as such where it can be.
    fn lines(&mut self, text: &str, start: usize, indent: usize) {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let plain = !body.is_empty()
            && !body.ends_with('\n')
            && body.lines().all(|line| !line.starts_with([' ', '\t']) && line.trim_end() == line)
            && !body.chars().any(|char| char.is_control() && char != '\n');
        if !plain {
            self.out.push(' ');
            self.out.push_str(&serde_json::Value::from(text).to_string());
            self.behind(start);
            self.out.push('\n');
            return;
        }
        self.out.push_str(if text.ends_with('\n') { " |" } else { " |-" });
        self.behind(start);
        self.out.push('\n');
        for line in body.split('\n') {
            if !line.is_empty() {
                self.pad(indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn has_before(&self, start: usize) -> bool {
        self.comments.before.contains_key(&start)
    }

    fn before(&mut self, start: usize, indent: usize) {
        for comment in self.comments.before.get(&start).into_iter().flatten() {
            self.pad(indent);
            self.out.push_str(comment);
            self.out.push('\n');
        }
    }

    fn behind(&mut self, start: usize) {
        for comment in self.comments.behind.get(&start).into_iter().flatten() {
            self.out.push(' ');
            self.out.push_str(comment);
        }
    }

    fn pad(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Whether the text was written in several lines and needs them.
fn is_lines(text: &str, written: &str) -> bool {
    text.contains('\n') && (written.starts_with(['|', '>']) || written.contains('\n'))
}

/// Whether a plain scalar means the text here too.
fn means(written: &str, text: &str, flow: bool) -> bool {
    let line = if flow { format!("k: [{written}]\n") } else { format!("k: {written}\n") };
    let source = Source { path: String::new(), text: line };
    let mut diagnostics = Vec::new();
    let Some(root) = syntax::parse(&source, &mut diagnostics) else { return false };
    let Value::Map(entries) = &root.value else { return false };
    let is_text = |node: &Node| match &node.value {
        Value::Text(read) | Value::Number(read) => read.as_ref() == text,
        Value::Bool(read) => text == if *read { "true" } else { "false" },
        Value::Null => text == written,
        _ => false,
    };
    match entries.first().map(|entry| &entry.node) {
        Some(node) if !flow => is_text(node),
        Some(Node { value: Value::List(items), .. }) => items.len() == 1 && items.iter().all(is_text),
        _ => false,
    }
}
