//! Text to tape, in one pass and without recursion.
//!
//! Open containers form a chain through their own nodes: until it closes, a container's `after` holds the index of its
//! parent. So there is no stack to overflow and none to allocate.

use alloc::string::String;
use alloc::vec::Vec;

use super::JsonErrorKind as E;
use super::plain::plain_len;
use super::tape::{Doc, Node, Shape};
use super::{JsonError, Limits, unique};
use crate::number;

/// The parent of the outermost container.
const NO_PARENT: u32 = u32::MAX;

pub(super) fn parse<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Doc<'a>, JsonError> {
    // Offsets are kept in 32 bits.
    if bytes.len() > limits.bytes_max.min(u32::MAX as usize - 1) {
        return Err(JsonError { kind: E::TooLarge, at: limits.bytes_max.min(bytes.len()) });
    }
    if [&b"\xef\xbb\xbf"[..], b"\xfe\xff", b"\xff\xfe"].iter().any(|mark| bytes.starts_with(mark)) {
        return Err(JsonError { kind: E::ByteOrderMark, at: 0 });
    }
    let text =
        core::str::from_utf8(bytes).map_err(|e| JsonError { kind: E::BadUtf8, at: e.valid_up_to() })?;
    // A tools/call has about one key or value in eight bytes; a large body grows by doubling if it has.
    let mut parser = Parser::new(text, (bytes.len() / 8 + 4).min(1024), limits);
    parser.document()?;
    Ok(parser.doc())
}

/// The value that `text` begins with, and nothing behind it.
pub(super) fn first<'a>(text: &'a str, limits: &Limits) -> Result<Doc<'a>, JsonError> {
    if text.len() > limits.bytes_max.min(u32::MAX as usize - 1) {
        return Err(JsonError { kind: E::TooLarge, at: limits.bytes_max.min(text.len()) });
    }
    // How much of the text it is nobody knows yet: it may be a line of many.
    let mut parser = Parser::new(text, (text.len() / 8 + 4).min(32), limits);
    parser.values()?;
    Ok(parser.doc())
}

struct Parser<'a, 'l> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    decoded: String,
    limits: &'l Limits,
}

impl<'a, 'l> Parser<'a, 'l> {
    fn new(text: &'a str, nodes: usize, limits: &'l Limits) -> Self {
        let nodes = Vec::with_capacity(nodes);
        Parser { text, bytes: text.as_bytes(), at: 0, nodes, decoded: String::new(), limits }
    }

    /// What was read so far.
    fn doc(self) -> Doc<'a> {
        Doc { text: self.text.get(..self.at).unwrap_or_default(), nodes: self.nodes, decoded: self.decoded }
    }

    fn document(&mut self) -> Result<(), JsonError> {
        self.skip_whitespace();
        if self.at == self.bytes.len() {
            return self.fail(E::Empty);
        }
        self.values()?;
        self.skip_whitespace();
        if self.at < self.bytes.len() { self.fail(E::TrailingData) } else { Ok(()) }
    }

    /// One value with everything in it. Each turn of the loop stands in front of a value.
    fn values(&mut self) -> Result<(), JsonError> {
        let mut open = NO_PARENT;
        let mut depth = 0_usize;
        loop {
            let start = self.at;
            match self.peek() {
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9' | b'+' | b'.') => self.number()?,
                Some(b't') => self.literal("true", Shape::Bool(true))?,
                Some(b'f') => self.literal("false", Shape::Bool(false))?,
                Some(b'n') => self.literal("null", Shape::Null)?,
                Some(bracket @ (b'{' | b'[')) => {
                    if depth == self.limits.depth_max {
                        return self.fail(E::TooDeep);
                    }
                    let is_object = bracket == b'{';
                    let shape =
                        if is_object { Shape::Object { after: open } } else { Shape::Array { after: open } };
                    self.at += 1;
                    let parent = core::mem::replace(&mut open, self.push(start, shape)?);
                    self.skip_whitespace();
                    if self.peek() == Some(if is_object { b'}' } else { b']' }) {
                        self.close(open)?;
                        open = parent;
                    } else {
                        depth += 1;
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Some(byte) => {
                    return self.fail(if byte.is_ascii_alphabetic() {
                        E::BadLiteral
                    } else {
                        E::UnexpectedByte
                    });
                }
                None => return self.fail(E::UnexpectedEnd),
            }
            // A value ends here; so may any number of its containers.
            loop {
                let Some((is_object, parent)) = self.container(open) else { return Ok(()) };
                self.skip_whitespace();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.skip_whitespace();
                        if is_object {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if is_object => self.close(open)?,
                    Some(b']') if !is_object => self.close(open)?,
                    Some(_) => return self.fail(E::UnexpectedByte),
                    None => return self.fail(E::UnexpectedEnd),
                }
                open = parent;
                depth -= 1;
            }
        }
    }

    /// Whether the open container is an object, and its parent.
    fn container(&self, open: u32) -> Option<(bool, u32)> {
        match self.nodes.get(open as usize)?.shape {
            Shape::Object { after } => Some((true, after)),
            Shape::Array { after } => Some((false, after)),
            _ => None,
        }
    }

    /// Takes the closing bracket of `open`.
    fn close(&mut self, open: u32) -> Result<(), JsonError> {
        self.at += 1;
        let end = self.nodes.len() as u32;
        let Some(node) = self.nodes.get_mut(open as usize) else { return Ok(()) };
        node.end = self.at as u32;
        match &mut node.shape {
            Shape::Object { after } => {
                *after = end;
                unique::check(self.text, &self.decoded, &self.nodes, open + 1, end)
            }
            Shape::Array { after } => {
                *after = end;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A key, its colon and the whitespace up to the value.
    fn key(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => self.string()?,
            Some(_) => return self.fail(E::UnexpectedByte),
            None => return self.fail(E::UnexpectedEnd),
        }
        self.skip_whitespace();
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return self.fail(E::UnexpectedByte),
            None => return self.fail(E::UnexpectedEnd),
        }
        self.skip_whitespace();
        Ok(())
    }

    fn literal(&mut self, word: &str, shape: Shape) -> Result<(), JsonError> {
        let start = self.at;
        let rest = self.rest();
        if !rest.starts_with(word.as_bytes()) {
            let ended = word.as_bytes().starts_with(rest);
            return self.fail(if ended { E::UnexpectedEnd } else { E::BadLiteral });
        }
        self.at += word.len();
        self.push(start, shape).map(drop)
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.take(b"-");
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return self.fail_at(E::BadNumber, start);
        }
        if self.take(b".") && self.digits() == 0 {
            return self.fail_at(E::BadNumber, start);
        }
        let has_exponent = self.take(b"eE");
        if has_exponent {
            self.take(b"+-");
            if self.digits() == 0 {
                return self.fail_at(E::BadNumber, start);
            }
        }
        // Readers that take numbers for 64-bit floats would read infinity, others this number.
        if (has_exponent || whole > F64_DIGITS)
            && !self.text.get(start..self.at).is_some_and(number::is_finite)
        {
            return self.fail_at(E::NumberOutOfRange, start);
        }
        self.push(start, Shape::Number).map(drop)
    }

    /// Takes a run of digits and says how many.
    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += 1;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return self.push(start, Shape::Plain).map(drop);
        }
        let decoded_start = self.decoded.len() as u32;
        let mut copied = start + 1;
        loop {
            self.decoded.push_str(self.text.get(copied..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return self.fail(E::ControlCharacter),
                None => return self.fail(E::UnexpectedEnd),
            }
            copied = self.at;
            self.skip_plain();
        }
        self.at += 1;
        let shape = Shape::Escaped { start: decoded_start, end: self.decoded.len() as u32 };
        self.push(start, shape).map(drop)
    }

    /// Moves on to the next quote, backslash or control byte of a string.
    fn skip_plain(&mut self) {
        self.at += plain_len(self.rest());
    }

    /// Takes one escape and appends what it stands for.
    fn escape(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.at += 1;
        let c = match self.peek() {
            Some(b @ (b'"' | b'\\' | b'/')) => b as char,
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let c = self.unicode_escape(start)?;
                self.decoded.push(c);
                return Ok(());
            }
            Some(_) => return self.fail_at(E::BadEscape, start),
            None => return self.fail(E::UnexpectedEnd),
        };
        self.at += 1;
        self.decoded.push(c);
        Ok(())
    }

    /// Takes `uXXXX`, or `uXXXX\uXXXX` for a surrogate pair.
    fn unicode_escape(&mut self, start: usize) -> Result<char, JsonError> {
        let lone = JsonError { kind: E::LoneSurrogate, at: start };
        let high = self.hex4(start)?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if high >= 0xdc00 || !self.rest().starts_with(b"\\u") {
            return Err(lone);
        }
        let second = self.at;
        self.at += 1;
        let low = self.hex4(second)?;
        if !(0xdc00..=0xdfff).contains(&low) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).ok_or(lone)
    }

    /// Takes `uXXXX`; `start` is where its backslash stands.
    fn hex4(&mut self, start: usize) -> Result<u32, JsonError> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else { return self.fail(E::UnexpectedEnd) };
            let Some(digit) = (byte as char).to_digit(16) else { return self.fail_at(E::BadEscape, start) };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Adds a node from `start` to here and returns its index.
    fn push(&mut self, start: usize, shape: Shape) -> Result<u32, JsonError> {
        let index = self.nodes.len();
        if index >= self.limits.nodes_max {
            return self.fail_at(E::TooManyValues, start);
        }
        self.nodes.push(Node { start: start as u32, end: self.at as u32, shape });
        Ok(index as u32)
    }

    /// Takes one byte if it is one of `set`.
    fn take(&mut self, set: &[u8]) -> bool {
        let taken = self.peek().is_some_and(|b| set.contains(&b));
        self.at += usize::from(taken);
        taken
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self, kind: E) -> Result<T, JsonError> {
        self.fail_at(kind, self.at)
    }

    fn fail_at<T>(&self, kind: E, at: usize) -> Result<T, JsonError> {
        Err(JsonError { kind, at })
    }
}

/// Digits before the point up to which every number is finite as a 64-bit float.
const F64_DIGITS: usize = 308;
