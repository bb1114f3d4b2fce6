//! Text that is written in an encoding which a model reads and a person does not: base64, hexadecimal, percent signs,
//! entities, escapes, rot13, backwards.
//!
//! Encodings have honest uses: images, keys and hashes, URLs, JSON within JSON. So what decodes to readable text is
//! handed on, to be looked at like any text, and only prose that nothing obliged anybody to encode counts by itself.
//!
//! [`escape`] and [`cipher`] are families with grams like others, but what they find is handed to [`Each`];
//! [`run`] goes over a text by itself. [`spelled`] is about single characters, of which each has its own place.

pub(super) mod cipher;
pub(super) mod escape;
mod prose;
pub(super) mod run;
pub(super) mod spelled;

use core::ops::Range;

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Encoding {
    /// Base64, with either alphabet, on one line or several.
    Base64,
    /// Hexadecimal digits: plain, spaced or with `0x`.
    Hex,
    /// `%49%67`.
    Percent,
    /// `&#73;&#x67;`.
    Entity,
    /// `\u0049`, `\u{49}`, `\x49`.
    Escape,
    /// Letters moved by thirteen places.
    Rot13,
    /// Backwards.
    Reversed,
}

/// Something that decodes to readable text.
#[derive(Debug)]
pub(super) struct Decoded<'d> {
    /// How it was written.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests tell by it which decoder spoke"))]
    pub encoding: Encoding,
    /// The bytes of the text that it was decoded from.
    pub place: Range<usize>,
    /// What they say; of long ones the beginning.
    pub text: &'d str,
    /// Whether it is suspicious by itself: prose that had no reason to be encoded.
    pub prose: bool,
}

/// Takes what was decoded.
pub(super) type Each<'e> = &'e mut dyn FnMut(Decoded<'_>);

/// How much is decoded of one run.
const DECODED_BYTES_MAX: usize = 16 << 10;

#[cfg(test)]
mod tests;
