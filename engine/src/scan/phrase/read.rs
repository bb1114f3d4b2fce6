//! Phrases from bytes: lengths before what they count, numbers little-endian. The other half is `write.rs`.

use alloc::vec::Vec;
use core::fmt;

use super::char::capital;
use super::class::{self, Class};
use super::index::index;
use super::mark::{Mark, Marks};
use super::{ADDRESS, Element, MARKS, Meaning, Pattern, Phrases, Trigger};
use crate::scan::{Exact, Gram, Set};

/// The first bytes: what it is, and which version.
pub(super) const MAGIC: [u8; 4] = *b"phr2";
/// Stands for the class of what bounds a word, in the bytes of a trigger.
pub(super) const BOUNDARY: u8 = 0xFF;
/// Stands for any byte.
pub(super) const ANY: u8 = 0xFE;

/// Bytes that are no phrases; what is wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad(pub &'static str);

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for Bad {}

/// More than people will ever write; bounds the memory that bytes can ask for.
const WORDS_MAX: usize = 8192;
const CLASSES_MAX: usize = 2048;

pub(super) fn read(bytes: &[u8]) -> Result<Phrases, Bad> {
    let mut input = Input(bytes);
    if input.array()? != MAGIC {
        return Err(Bad("not phrases of this version"));
    }
    let words = input.list(|input| Ok(u32::from_le_bytes(input.array()?)))?;
    if words.len() > WORDS_MAX || !words.is_sorted_by(|a, b| a < b) {
        return Err(Bad("too many words, or out of order"));
    }
    let word = |input: &mut Input<'_>| {
        let word = input.number()?;
        if usize::from(word) < words.len() { Ok(word) } else { Err(Bad("a word that is not there")) }
    };
    let mut class_count = 0;
    let classes = input.list(|input| {
        class_count += 1;
        if class_count > CLASSES_MAX {
            return Err(Bad("too many classes"));
        }
        let single = input.list(word)?;
        let sequences = input.list(|input| input.list(word))?;
        if sequences.iter().any(|sequence| !(2..=8).contains(&sequence.len())) {
            return Err(Bad("a sequence of no words or too many"));
        }
        Ok(Class::new(single, sequences, words.len()))
    })?;
    let mut elements = input.list(|input| {
        let (number, gap, flags) = (input.number()?, input.byte()?, input.byte()?);
        let longest = match classes.get(usize::from(number)) {
            _ if gap >= 24 => return Err(Bad("an element too far from the one before")),
            _ if flags & ADDRESS != 0 => 1,
            Some(class) => class.longest(),
            None => return Err(Bad("an element of no class")),
        };
        Ok(Element { class: number, gap, flags, longest, slot: class::ANY })
    })?;
    let patterns = input.list(|input| {
        let pattern = Pattern {
            meaning: input.meaning()?,
            elements: input.number()?..input.number()?,
            anchor: input.number()?,
            wide: input.byte()? != 0,
        };
        let there = pattern.elements.start < pattern.elements.end
            && usize::from(pattern.elements.end) <= elements.len();
        if !there || pattern.anchor >= pattern.elements.end - pattern.elements.start {
            return Err(Bad("a phrase of elements that are not there"));
        }
        Ok(pattern)
    })?;
    let marks = input.list(|input| {
        let meaning = input.meaning()?;
        let anchor = usize::from(input.number()?);
        Mark::new(meaning, input.list(Input::byte)?, anchor).ok_or(Bad("a mark that is not found"))
    })?;
    let marks = Marks::new(marks);
    let triggers = input.list(|input| {
        let index = input.number()?;
        let before = input.byte()?;
        let bytes = input.array::<4>()?;
        if before > 3 || index > MARKS {
            return Err(Bad("a trigger of nothing"));
        }
        // Each leads to the marks of its own bytes.
        let number = if index == MARKS { u16::try_from(marks.first(bytes)).unwrap_or(0) } else { 0 };
        Ok(Trigger { index: index.saturating_add(number), gram: gram(bytes, before) })
    })?;
    if !input.0.is_empty() {
        return Err(Bad("more bytes than phrases"));
    }
    let lexicon = index(&words, &classes, &mut elements, &patterns).ok_or(Bad("too many phrases"))?;
    Ok(Phrases { lexicon, classes, elements, patterns, marks, triggers })
}

/// The gram of a trigger's bytes, which may also be those of the word in capitals.
fn gram(bytes: [u8; 4], before: u8) -> Gram {
    let capitals = in_capitals(bytes);
    let (mut sets, mut exact) = ([Set::ANY; 4], [None; 4]);
    for ((byte, capital), (set, exact)) in
        bytes.into_iter().zip(capitals).zip(sets.iter_mut().zip(&mut exact))
    {
        match (byte, capital) {
            (BOUNDARY, _) => *set = Set::MARK,
            (ANY, _) | (_, None) => {}
            (byte, Some(capital)) => (*set, *exact) = (Set::of(&[byte, capital]), Some([byte, capital])),
        }
    }
    Gram { sets, before, exact: Exact::either(exact) }
}

/// What each byte is where the word is written in capitals; `None` for what depends on a byte that is not there.
fn in_capitals(bytes: [u8; 4]) -> [Option<u8>; 4] {
    let mut capitals = [None; 4];
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let len = match byte {
            0x80..0xC0 => 1,
            0xC0..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 1,
        };
        let whole = bytes.get(at..at + len).and_then(|whole| core::str::from_utf8(whole).ok());
        let capital = whole.and_then(|whole| whole.chars().next()).map(capital);
        let mut buffer = [0; 4];
        let written: &[u8] = match capital {
            // The scripts of longer characters have no capitals.
            None if byte >= 0xE0 => bytes.get(at..).unwrap_or(&[]),
            None => &[],
            Some(capital) => capital.encode_utf8(&mut buffer).as_bytes(),
        };
        let places = capitals.iter_mut().skip(at).take(len);
        places.zip(written).for_each(|(place, byte)| *place = Some(*byte));
        at += len;
    }
    capitals
}

struct Input<'b>(&'b [u8]);

impl Input<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Bad> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Bad("too few bytes"))?;
        self.0 = rest;
        Ok(*first)
    }

    fn byte(&mut self) -> Result<u8, Bad> {
        self.array().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<u16, Bad> {
        self.array().map(u16::from_le_bytes)
    }

    fn meaning(&mut self) -> Result<Meaning, Bad> {
        Meaning::ALL.get(usize::from(self.byte()?)).copied().ok_or(Bad("an unknown meaning"))
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, Bad>) -> Result<Vec<T>, Bad> {
        let len = self.number()?;
        let mut items = Vec::new();
        for _ in 0..len {
            items.push(item(self)?);
        }
        Ok(items)
    }
}
