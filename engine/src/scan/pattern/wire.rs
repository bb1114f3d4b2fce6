//! Patterns as bytes: a section of the policy table.
//!
//! Numbers are LEB128. Sets and strings come first, each once; patterns refer to them by number.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Patterns;
use super::proof::Proof;
use super::set::Bytes;
use super::shape::{Literal, Pattern, Place, Step};

/// The version of the format.
const VERSION: u8 = 2;

/// Why bytes or patterns were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// The bytes end too early.
    Truncated,
    /// Of a version that is not read here.
    Version,
    /// A number is too large for what it stands for.
    Number,
    /// A reference to a set or string that is not there, or text that is no UTF-8.
    Reference,
    /// A pattern that no look could rely on.
    Pattern,
    /// More patterns than can be numbered.
    TooMany,
    /// Bytes follow the end.
    Trailing,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bad::Truncated => "the patterns are cut short",
            Bad::Version => "the patterns have another version",
            Bad::Number => "the patterns hold a number out of range",
            Bad::Reference => "the patterns refer to something that is not there",
            Bad::Pattern => "a pattern cannot be searched for",
            Bad::TooMany => "there are too many patterns",
            Bad::Trailing => "bytes follow the patterns",
        })
    }
}

impl core::error::Error for Bad {}

impl Patterns {
    /// Reads what `Patterns::to_bytes` wrote.
    ///
    /// # Errors
    /// [`Bad`]
    pub fn from_bytes(bytes: &[u8]) -> Result<Patterns, Bad> {
        let mut reader = Reader(bytes);
        if reader.byte()? != VERSION {
            return Err(Bad::Version);
        }
        let sets = reader.list(Reader::set)?;
        let strings = reader.list(Reader::string)?;
        let patterns = reader.list(|reader| reader.pattern(&sets, &strings))?;
        if !reader.0.is_empty() {
            return Err(Bad::Trailing);
        }
        Patterns::new(patterns)
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, Bad> {
        let (first, rest) = self.0.split_first().ok_or(Bad::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number<T: TryFrom<u32>>(&mut self) -> Result<T, Bad> {
        let mut number = 0_u32;
        for shift in [0, 7, 14] {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return T::try_from(number).map_err(|_| Bad::Number);
            }
        }
        Err(Bad::Number)
    }

    /// Every element takes a byte at least, so that a list is never longer than the bytes.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T, Bad>) -> Result<Vec<T>, Bad> {
        let count: usize = self.number()?;
        if count > self.0.len() {
            return Err(Bad::Truncated);
        }
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn set(&mut self) -> Result<Bytes, Bad> {
        let ranges = self.list(|reader| Ok(Bytes::range(reader.byte()?, reader.byte()?)))?;
        Ok(ranges.iter().fold(Bytes::none(), |all, range| all.or(range)))
    }

    fn string(&mut self) -> Result<&'b [u8], Bad> {
        let length: usize = self.number()?;
        let (string, rest) = self.0.split_at_checked(length).ok_or(Bad::Truncated)?;
        self.0 = rest;
        Ok(string)
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> Result<T, Bad> {
        let index: usize = self.number()?;
        all.get(index).copied().ok_or(Bad::Reference)
    }

    fn literal(&mut self, strings: &[&[u8]]) -> Result<Literal, Bad> {
        let fold = self.of(&[false, true])?;
        Ok(Literal { bytes: self.of(strings)?.to_vec(), fold })
    }

    fn step(&mut self, sets: &[Bytes], strings: &[&[u8]]) -> Result<Step, Bad> {
        if self.of(&[true, false])? {
            Ok(Step::Literal(self.literal(strings)?))
        } else {
            Ok(Step::Run { set: self.of(sets)?, min: self.number()?, max: self.number()? })
        }
    }

    fn pattern(&mut self, sets: &[Bytes], strings: &[&[u8]]) -> Result<Pattern, Bad> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| Bad::Reference);
        Ok(Pattern {
            detector: self.number()?,
            weak: self.number::<u16>()?.checked_sub(1),
            before: self.list(|reader| reader.step(sets, strings))?,
            literal: self.literal(strings)?,
            place: self.of(&[Place::Match, Place::Assigned, Place::Near])?,
            after: self.list(|reader| reader.step(sets, strings))?,
            secret: self.number()?..self.number()?,
            left: self.of(sets)?,
            right: self.of(sets)?,
            entropy: self.number()?,
            proof: self.of(&Proof::ALL)?,
            keywords: self.list(|reader| Ok(reader.of(strings)?.to_vec()))?,
            allow: self.list(|reader| text(reader.of(strings)?))?,
        })
    }
}

#[cfg(any(test, feature = "write"))]
impl Patterns {
    /// The patterns as bytes. The same patterns give the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let mut body = Vec::new();
        put(&mut body, self.len());
        for pattern in self.iter() {
            writer.pattern(&mut body, pattern);
        }
        let mut bytes = Vec::from([VERSION]);
        put(&mut bytes, writer.sets.len());
        for set in &writer.sets {
            let members: Vec<u8> = set.iter().collect();
            let ranges = || members.chunk_by(|one, next| one.checked_add(1) == Some(*next));
            put(&mut bytes, ranges().count());
            bytes.extend(ranges().flat_map(|range| range.first().into_iter().chain(range.last())));
        }
        put(&mut bytes, writer.strings.len());
        for string in &writer.strings {
            put(&mut bytes, string.len());
            bytes.extend_from_slice(string);
        }
        bytes.append(&mut body);
        bytes
    }
}

#[cfg(any(test, feature = "write"))]
#[derive(Default)]
struct Writer {
    sets: Vec<Bytes>,
    strings: Vec<Vec<u8>>,
}

#[cfg(any(test, feature = "write"))]
impl Writer {
    fn set(&mut self, bytes: &mut Vec<u8>, set: &Bytes) {
        put(bytes, place_of(&mut self.sets, set));
    }

    fn string(&mut self, bytes: &mut Vec<u8>, string: &[u8]) {
        put(bytes, place_of(&mut self.strings, &string.to_vec()));
    }

    fn literal(&mut self, bytes: &mut Vec<u8>, literal: &Literal) {
        put(bytes, usize::from(literal.fold));
        self.string(bytes, &literal.bytes);
    }

    fn steps(&mut self, bytes: &mut Vec<u8>, steps: &[Step]) {
        put(bytes, steps.len());
        for step in steps {
            match step {
                Step::Literal(literal) => {
                    put(bytes, 0);
                    self.literal(bytes, literal);
                }
                Step::Run { set, min, max } => {
                    put(bytes, 1);
                    self.set(bytes, set);
                    put(bytes, usize::from(*min));
                    put(bytes, usize::from(*max));
                }
            }
        }
    }

    fn pattern(&mut self, bytes: &mut Vec<u8>, pattern: &Pattern) {
        put(bytes, usize::from(pattern.detector));
        put(bytes, pattern.weak.map_or(0, |detector| usize::from(detector) + 1));
        self.steps(bytes, &pattern.before);
        self.literal(bytes, &pattern.literal);
        put(bytes, pattern.place as usize);
        self.steps(bytes, &pattern.after);
        put(bytes, usize::from(pattern.secret.start));
        put(bytes, usize::from(pattern.secret.end));
        self.set(bytes, &pattern.left);
        self.set(bytes, &pattern.right);
        put(bytes, usize::from(pattern.entropy));
        put(bytes, pattern.proof as usize);
        put(bytes, pattern.keywords.len());
        for word in &pattern.keywords {
            self.string(bytes, word);
        }
        put(bytes, pattern.allow.len());
        for allowed in &pattern.allow {
            self.string(bytes, allowed.as_bytes());
        }
    }
}

#[cfg(any(test, feature = "write"))]
fn place_of<T: PartialEq + Clone>(all: &mut Vec<T>, one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or_else(|| {
        all.push(one.clone());
        all.len().saturating_sub(1)
    })
}

#[cfg(any(test, feature = "write"))]
fn put(bytes: &mut Vec<u8>, number: usize) {
    let mut rest = number;
    while rest > 0x7F {
        bytes.push(u8::try_from(rest & 0x7F).unwrap_or(0) | 0x80);
        rest >>= 7;
    }
    bytes.push(u8::try_from(rest).unwrap_or(0));
}
