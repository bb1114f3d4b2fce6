//! One JSON-RPC message of MCP: what it is, what it asks for, and whom it names.
//!
//! MCP servers differ in how they read a message that breaks the rules: some run an object with both `method` and
//! `result`, some take `id: null` for a notification, some match `Name` for `name`. This module therefore has one
//! rule: a message that two readers could take for different things is an error. Spec: JSON-RPC 2.0, and MCP revisions
//! 2024-11-05 to 2026-07-28 (`basic/index`, `server/*`).

mod error;
mod method;
mod read;

#[cfg(test)]
mod tests;

use crate::json::{Doc, Limits, NodeId, Value};

pub use error::{MessageError, MessageErrorKind};
pub use method::{Method, Object};

/// Bytes a tool or prompt name may have.
pub const NAME_BYTES_MAX: usize = 1024;
/// Bytes a resource URI may have.
pub const URI_BYTES_MAX: usize = 8192;
/// Bytes a method name may have.
pub const METHOD_BYTES_MAX: usize = 256;
/// Decoded bytes a string id may have.
pub const ID_STRING_BYTES_MAX: usize = 256;
/// Bytes an integer id may have; any 64-bit integer fits.
pub const ID_INTEGER_BYTES_MAX: usize = 20;

/// The three shapes of a JSON-RPC message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `method` and `id`
    Request,
    /// `method` without `id`
    Notification,
    /// `result` or `error`
    Response,
}

/// A message that every reader reads alike.
#[derive(Debug)]
pub struct Message<'a> {
    doc: Doc<'a>,
    kind: Kind,
    method: Method,
    object_kind: Object,
    parts: Parts,
}

/// Where the parts of a message lie in its document.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    id: Option<NodeId>,
    method: Option<NodeId>,
    params: Option<NodeId>,
    object: Option<NodeId>,
    arguments: Option<NodeId>,
    protocol_version: Option<NodeId>,
    result: Option<NodeId>,
    error: Option<NodeId>,
}

/// Reads one message.
///
/// # Errors
/// Whatever makes the bytes unreadable, or readable in two ways; see [`MessageErrorKind`].
pub fn parse<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Message<'a>, MessageError> {
    read::message(bytes, limits)
}

impl<'a> Message<'a> {
    /// The shape.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The method asked for; [`Method::Unknown`] for a response.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The method as sent, decoded; empty for a response.
    pub fn method_name(&self) -> &str {
        self.string(self.parts.method).unwrap_or_default()
    }

    /// The JSON text of the id, a string with its quotes or an integer. `None` for a notification and for an error
    /// response to something unreadable.
    pub fn id(&self) -> Option<&str> {
        self.value(self.parts.id).map(|id| id.raw())
    }

    /// Whether `other` carries the same id, however its characters are escaped.
    pub fn same_id(&self, other: &Message<'_>) -> bool {
        let (Some(a), Some(b)) = (self.value(self.parts.id), other.value(other.parts.id)) else {
            return false;
        };
        match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => a.raw() == b.raw(),
            _ => false,
        }
    }

    /// What kind of thing [`Message::object`] names.
    pub fn object_kind(&self) -> Object {
        self.object_kind
    }

    /// The tool name, prompt name or resource URI the message is about, decoded. For `completion/complete`, that of the
    /// reference. `None` for methods that name nothing.
    pub fn object(&self) -> Option<&str> {
        self.string(self.parts.object)
    }

    /// The `params` object.
    pub fn params(&self) -> Option<Value<'_>> {
        self.value(self.parts.params)
    }

    /// The `params.arguments` object of `tools/call` and `prompts/get`.
    pub fn arguments(&self) -> Option<Value<'_>> {
        self.value(self.parts.arguments)
    }

    /// The protocol revision a request claims for itself: `params._meta["io.modelcontextprotocol/protocolVersion"]`.
    pub fn protocol_version_claim(&self) -> Option<&str> {
        self.string(self.parts.protocol_version)
    }

    /// A member of `params._meta`.
    pub fn meta(&self, key: &str) -> Option<Value<'_>> {
        self.params()?.get("_meta")?.get(key)
    }

    /// A member of `params` that is a string.
    pub fn param_text(&self, key: &str) -> Option<&str> {
        self.params()?.get(key)?.as_str()
    }

    /// Whether this is a response with `error`.
    pub fn is_error(&self) -> bool {
        self.parts.error.is_some()
    }

    /// The `result` of a response.
    pub fn result(&self) -> Option<Value<'_>> {
        self.value(self.parts.result)
    }

    /// The `error` object of a response.
    pub fn error(&self) -> Option<Value<'_>> {
        self.value(self.parts.error)
    }

    /// The document behind the message.
    pub fn doc(&self) -> &Doc<'a> {
        &self.doc
    }

    fn value(&self, node: Option<NodeId>) -> Option<Value<'_>> {
        self.doc.value(node?)
    }

    fn string(&self, node: Option<NodeId>) -> Option<&str> {
        self.value(node)?.as_str()
    }
}
