//! The parsed form: one node per value and key, in the order of the text.

use alloc::string::String;
use alloc::vec::Vec;

use super::{JsonError, Limits, Value, parse};

/// A document: the text, and where each of its values lies.
#[derive(Debug)]
pub struct Doc<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: Vec<Node>,
    /// Decoded forms, end to end, of the strings that hold escapes; the others are read from `text`.
    pub(super) decoded: String,
}

/// Names one value of one document; means nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// Byte range of the value in the text, quotes and brackets included.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Bool(bool),
    Number,
    /// A string without escapes.
    Plain,
    /// A string with escapes: its range in `Doc::decoded`.
    Escaped {
        start: u32,
        end: u32,
    },
    /// `after` is the index of the first node behind the subtree.
    Array {
        after: u32,
    },
    Object {
        after: u32,
    },
}

/// Stands in where a tape has no such node, so that reading is total.
pub(super) const ABSENT: Node = Node { start: 0, end: 0, shape: Shape::Null };

impl<'a> Doc<'a> {
    /// Reads one document.
    ///
    /// # Errors
    /// The first rule of RFC 8259, or limit, that `bytes` break; see [`super::JsonErrorKind`].
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, JsonError> {
        parse::parse(bytes, limits)
    }

    /// Reads the value that `text` begins with; what follows it is neither read nor part of the document.
    ///
    /// # Errors
    /// As [`Doc::parse`].
    pub fn parse_first(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        parse::first(text, limits)
    }

    /// The outermost value.
    pub fn root(&self) -> Value<'_> {
        Value::new(self, NodeId(0), self.nodes.first().unwrap_or(&ABSENT))
    }

    /// The value that `id` names; `None` if `id` is from a longer document.
    pub fn value(&self, id: NodeId) -> Option<Value<'_>> {
        Some(Value::new(self, id, self.node(id.0)?))
    }

    /// The whole text, surrounding whitespace included.
    pub fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    pub(super) fn string(&self, node: &Node) -> Option<&str> {
        string(self.text, &self.decoded, node)
    }
}

/// Index of the node behind the subtree at `index`: its next sibling, or where its parent ends.
pub(super) fn after(index: u32, node: &Node) -> u32 {
    match node.shape {
        Shape::Array { after } | Shape::Object { after } => after,
        _ => index + 1,
    }
}

/// The decoded form of a string node.
pub(super) fn string<'s>(text: &'s str, decoded: &'s str, node: &Node) -> Option<&'s str> {
    match node.shape {
        Shape::Plain => text.get(node.start as usize + 1..(node.end as usize).checked_sub(1)?),
        Shape::Escaped { start, end } => decoded.get(start as usize..end as usize),
        _ => None,
    }
}
