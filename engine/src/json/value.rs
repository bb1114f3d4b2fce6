//! Cursors over a parsed document.

use core::iter::FusedIterator;
use core::ops::Range;

use super::fold::same_key_to_some;
use super::tape::{Doc, Node, NodeId, Shape, after};

/// One value of a document. Copies are free: it is a place, not the data.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    doc: &'d Doc<'d>,
    id: NodeId,
    node: &'d Node,
}

/// The six types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// a number of any size
    Number,
    /// a string
    String,
    /// an array
    Array,
    /// an object
    Object,
}

/// What an object says about a key when its later reader may be laxer than we are.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'d> {
    /// The key is there, and nothing that could be taken for it.
    Found(Value<'d>),
    /// Neither the key nor anything that could be taken for it.
    Missing,
    /// Another spelling is there, besides or instead of the key; see [`same_key_to_some`].
    Ambiguous,
}

impl<'d> Value<'d> {
    pub(super) fn new(doc: &'d Doc<'d>, id: NodeId, node: &'d Node) -> Self {
        Self { doc, id, node }
    }

    /// The type of the value.
    pub fn kind(&self) -> Kind {
        match self.node.shape {
            Shape::Null => Kind::Null,
            Shape::Bool(_) => Kind::Bool,
            Shape::Number => Kind::Number,
            Shape::Plain | Shape::Escaped { .. } => Kind::String,
            Shape::Array { .. } => Kind::Array,
            Shape::Object { .. } => Kind::Object,
        }
    }

    /// The name by which [`Doc::value`] finds this value again.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The bytes of the value as they were sent, without surrounding whitespace.
    pub fn raw(&self) -> &'d str {
        self.doc.text.get(self.span()).unwrap_or_default()
    }

    /// Where [`Value::raw`] lies in the text.
    pub fn span(&self) -> Range<usize> {
        self.node.start as usize..self.node.end as usize
    }

    /// The decoded string; `None` for other types.
    pub fn as_str(&self) -> Option<&'d str> {
        self.doc.string(self.node)
    }

    /// The truth value; `None` for other types.
    pub fn as_bool(&self) -> Option<bool> {
        match self.node.shape {
            Shape::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The text of the number, for [`crate::number`]; `None` for other types.
    pub fn as_number(&self) -> Option<&'d str> {
        (self.node.shape == Shape::Number).then(|| self.raw())
    }

    /// Decoded keys and values in the order of the text; nothing for other types.
    pub fn members(&self) -> Members<'d> {
        let end = match self.node.shape {
            Shape::Object { after } => after,
            _ => 0,
        };
        Members(Children { doc: self.doc, next: self.id.0 + 1, end })
    }

    /// Members as the values that they are in the text: name and value; nothing for other types.
    pub fn pairs(&self) -> impl Iterator<Item = (Value<'d>, Value<'d>)> + use<'d> {
        let Members(mut children) = self.members();
        core::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Items in order; nothing for other types.
    pub fn items(&self) -> Items<'d> {
        let end = match self.node.shape {
            Shape::Array { after } => after,
            _ => 0,
        };
        Items(Children { doc: self.doc, next: self.id.0 + 1, end })
    }

    /// The member of exactly this name. For a decision use [`Value::lookup`].
    pub fn get(&self, key: &str) -> Option<Value<'d>> {
        self.members().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The member of this name, unless a lax reader might see another in its place.
    pub fn lookup(&self, key: &str) -> Lookup<'d> {
        let mut found = Lookup::Missing;
        for (name, value) in self.members() {
            if name == key {
                found = Lookup::Found(value);
            } else if same_key_to_some(name, key) {
                return Lookup::Ambiguous;
            }
        }
        found
    }
}

/// Walks siblings on the tape.
#[derive(Clone, Debug)]
struct Children<'d> {
    doc: &'d Doc<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Value<'d>> {
        if self.next >= self.end {
            return None;
        }
        let node = self.doc.node(self.next)?;
        let value = Value::new(self.doc, NodeId(self.next), node);
        self.next = after(self.next, node);
        Some(value)
    }
}

/// See [`Value::members`].
#[derive(Clone, Debug)]
pub struct Members<'d>(Children<'d>);

impl<'d> Iterator for Members<'d> {
    type Item = (&'d str, Value<'d>);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.0.next()?.as_str()?;
        Some((key, self.0.next()?))
    }
}

impl FusedIterator for Members<'_> {}

/// See [`Value::items`].
#[derive(Clone, Debug)]
pub struct Items<'d>(Children<'d>);

impl<'d> Iterator for Items<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl FusedIterator for Items<'_> {}
