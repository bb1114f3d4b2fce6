//! Strict JSON (RFC 8259) read once into a flat tape, and JSON strings written back.
//!
//! The parsers behind a proxy disagree about duplicate keys, byte order marks, lone surrogates, `NaN` and invalid
//! UTF-8. A document that two of them could read differently is refused here, so that what was judged is what runs.
//!
//! ```text
//! bytes --from_utf8--> text --parse--> nodes: [object][key][value][key][array][item][item]…   (pre-order)
//!                                      decoded: arena of the strings that had escapes
//! ```

mod documents;
mod escapes;
mod fold;
mod parse;
mod plain;
mod tape;
mod unique;
mod value;
mod write;

#[cfg(test)]
mod tests;

use core::fmt;

pub use documents::{Document, Documents, documents};
pub use escapes::Escapes;
pub use fold::{is_variant, same_key_to_some};
pub use tape::{Doc, NodeId};
pub use value::{Items, Kind, Lookup, Members, Value};
pub use write::{write_string, write_string_bytes};

/// What one document may cost. All three are checked before the memory is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of text. Anything above 4 GiB - 1 is taken as that.
    pub bytes_max: usize,
    /// Objects and arrays open at once; the root counts as 1.
    pub depth_max: usize,
    /// Nodes of the tape: every value, and every object key.
    pub nodes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: 1 << 20, depth_max: 64, nodes_max: 1 << 18 }
    }
}

/// Why a text was refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JsonError {
    /// The rule that was broken.
    pub kind: JsonErrorKind,
    /// Byte offset of the first byte that broke it; the length of the text where it ended too early.
    pub at: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind.name(), self.at)
    }
}

impl core::error::Error for JsonError {}

/// Every way a text can fail to be a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonErrorKind {
    /// More bytes than `Limits::bytes_max`.
    TooLarge,
    /// Not UTF-8 (RFC 8259 §8.1).
    BadUtf8,
    /// Starts with a UTF-8 or UTF-16 byte order mark.
    ByteOrderMark,
    /// Nothing but whitespace.
    Empty,
    /// Deeper than `Limits::depth_max`.
    TooDeep,
    /// More nodes than `Limits::nodes_max`.
    TooManyValues,
    /// Two members of one object have the same name after decoding.
    DuplicateKey,
    /// A `\u` escape of half a surrogate pair: it has no UTF-8 form.
    LoneSurrogate,
    /// A byte below 0x20 inside a string.
    ControlCharacter,
    /// A backslash not followed by one of `"\/bfnrt` or `u` and four hex digits.
    BadEscape,
    /// Not `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    BadNumber,
    /// A number that no 64-bit float can hold: some readers read infinity.
    NumberOutOfRange,
    /// A word other than `true`, `false` and `null`.
    BadLiteral,
    /// A byte that cannot stand here.
    UnexpectedByte,
    /// The text ended inside a value.
    UnexpectedEnd,
    /// Bytes other than whitespace after the document.
    TrailingData,
}

impl JsonErrorKind {
    /// The stable name used in records, replies and tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::BadUtf8 => "bad-utf8",
            Self::ByteOrderMark => "byte-order-mark",
            Self::Empty => "empty",
            Self::TooDeep => "too-deep",
            Self::TooManyValues => "too-many-values",
            Self::DuplicateKey => "duplicate-key",
            Self::LoneSurrogate => "lone-surrogate",
            Self::ControlCharacter => "control-character",
            Self::BadEscape => "bad-escape",
            Self::BadNumber => "bad-number",
            Self::NumberOutOfRange => "number-out-of-range",
            Self::BadLiteral => "bad-literal",
            Self::UnexpectedByte => "unexpected-byte",
            Self::UnexpectedEnd => "unexpected-end",
            Self::TrailingData => "trailing-data",
        }
    }
}
