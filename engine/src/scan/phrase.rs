//! Language of prompt injection: orders to the model where only data should be.
//!
//! Which words make up such language is data, written in a small notation (see `write.rs`), compiled to bytes and run
//! here. A phrase is a sequence of classes of words with at most so many other words between; a mark is a literal
//! text, such as the tag of a role. Around a word that a phrase can be known by, a bounded number of words is read,
//! so that the work is linear in the text.

mod find;
mod link;
mod read;
mod window;
mod word;
#[cfg(any(test, feature = "write"))]
pub mod write;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::ops::Range;

use self::find::Search;
use self::window::{Known, Sentence};
use super::{Findings, Gram, Kind, Text};

pub use find::Near;
pub use read::Bad;

/// What a phrase or mark stands for: the first five in any text, the others only in the definition of a tool, where
/// they are counted together (see [`crate::scan::poison`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Meaning {
    /// See [`Kind::Override`].
    Override,
    /// See [`Kind::Boundary`].
    Boundary,
    /// See [`Kind::Secrecy`].
    Secrecy,
    /// See [`Kind::Exfiltration`].
    Exfiltration,
    /// An order to do something before, after or instead of what was asked for.
    Obligation,
    /// An order to prefer this tool to others.
    Rivalry,
    /// An order to change an argument of a call.
    Tampering,
    /// A file or place that holds credentials.
    Place,
    /// An order to read, and to hand over.
    Reading,
    /// A parameter to be filled with what the tool has no business with.
    Leak,
    /// Markup that sets an instruction apart from the description.
    Aside,
    /// A command for a shell.
    Command,
    /// Data that goes elsewhere than back to the caller.
    Sink,
    /// Data that is worth stealing.
    Loot,
    /// Something that nobody asked for: an order to act without asking the user, or work beside the tool's own.
    Unasked,
}

impl Meaning {
    /// Every meaning, in the order of their numbers.
    pub const ALL: [Meaning; 15] = [
        Meaning::Override,
        Meaning::Boundary,
        Meaning::Secrecy,
        Meaning::Exfiltration,
        Meaning::Obligation,
        Meaning::Rivalry,
        Meaning::Tampering,
        Meaning::Place,
        Meaning::Reading,
        Meaning::Leak,
        Meaning::Aside,
        Meaning::Command,
        Meaning::Sink,
        Meaning::Loot,
        Meaning::Unasked,
    ];

    /// The kind that is reported in any text.
    #[must_use]
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Override => Some(Kind::Override),
            Self::Boundary => Some(Kind::Boundary),
            Self::Secrecy => Some(Kind::Secrecy),
            Self::Exfiltration => Some(Kind::Exfiltration),
            _ => None,
        }
    }
}

/// Phrases and marks, read once from bytes.
#[derive(Debug)]
pub struct Phrases {
    /// Hashes of the known words, in order; the number of a word is its place here.
    words: Vec<u32>,
    /// The numbers of the words, each in the first free place from where its hash points; a power of two of places.
    slots: Vec<Option<u16>>,
    classes: Vec<Class>,
    elements: Vec<Element>,
    patterns: Vec<Pattern>,
    /// Which patterns are known by which word: word, pattern, in order.
    posts: Vec<(u16, u16)>,
    /// For each word the classes that it is in, or begins or ends a sequence of, as [`class_bit`] has them.
    memberships: Vec<u64>,
    /// In the order of the bytes that the triggers find.
    marks: Vec<Mark>,
    triggers: Vec<Trigger>,
}

/// Words, and sequences of words, that mean the same.
#[derive(Debug, Default)]
struct Class {
    /// A bit for each known word.
    bits: Vec<u64>,
    /// A bit for each word that a sequence begins or ends with.
    edges: Vec<u64>,
    sequences: Vec<Vec<u16>>,
}

/// A part of a phrase.
#[derive(Debug, Clone, Copy)]
struct Element {
    class: u16,
    /// How many other words may stand between the element before and this one.
    gap: u8,
    flags: u8,
}

/// The element begins a clause.
const CLAUSE: u8 = 1;
/// The element begins a line.
const LINE: u8 = 2;
/// A colon follows.
const COLON: u8 = 4;
/// It is written in capitals.
const CAPITAL: u8 = 8;
/// Any word of an address; the class does not matter.
const ADDRESS: u8 = 16;

/// A phrase.
#[derive(Debug, Clone)]
struct Pattern {
    meaning: Meaning,
    elements: Range<u16>,
    /// Which of its elements it is known by.
    anchor: u16,
    /// It may extend over several sentences.
    wide: bool,
}

/// A literal text.
#[derive(Debug)]
struct Mark {
    meaning: Meaning,
    /// Lower case.
    text: Vec<u8>,
    /// Which of its bytes the trigger finds first.
    anchor: usize,
    /// The four bytes that the trigger finds.
    key: [u8; 4],
}

#[derive(Debug, Clone, Copy)]
struct Trigger {
    index: u16,
    gram: Gram,
}

/// Trigger numbers: a word that begins so many bytes before, 0 to 15; marks; markup that loads or links something.
const WORDS: u16 = 0;
const MARKS: u16 = 16;
const LINKS: u16 = 17;

/// Words that may stand before an imperative.
const LEAD: u16 = 0;

/// A tag is taken to enclose no more than this.
const ENCLOSED_BYTES_MAX: usize = 4096;

impl Phrases {
    /// Reads what the compiler wrote.
    ///
    /// # Errors
    /// Whatever is not such bytes is refused whole.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Bad> {
        read::read(bytes)
    }

    /// Where to look: pass the number on to [`Phrases::look`].
    pub fn triggers(&self) -> impl Iterator<Item = (u16, Gram)> {
        let links = link::GRAMS.iter().map(|gram| (LINKS, *gram));
        self.triggers.iter().map(|trigger| (trigger.index, trigger.gram)).chain(links)
    }

    /// Reports what a trigger with this number led to. `near` is kept while the text is the same.
    pub fn look(&self, index: u16, text: &Text<'_>, at: usize, near: &mut Near, found: &mut dyn Findings) {
        let mut report = |meaning: Meaning, place: Range<usize>| {
            if let Some(kind) = meaning.kind() {
                found.report(kind, place);
            }
        };
        match index {
            WORDS..MARKS => {
                // Letters of one word may lead to it more than once.
                if let Some(start) = at.checked_sub(usize::from(index)).filter(|start| near.is_new(*start)) {
                    self.phrases_at(text.bytes, start, false, near, &mut report);
                }
            }
            MARKS => self.marks_at(text.bytes, at, false, &mut near.sentence, &mut report),
            _ => {
                if let Some(place) = link::look(text.bytes, at) {
                    found.report(Kind::MarkupExfiltration, place);
                }
            }
        }
    }

    /// Everything in a text, also what is looked for in definitions of tools only.
    pub(super) fn all(&self, text: &[u8], report: &mut dyn FnMut(Meaning, Range<usize>)) {
        let mut near = Near::default();
        for at in 0..text.len() {
            self.phrases_at(text, at, true, &mut near, report);
            self.marks_at(text, at, true, &mut near.sentence, report);
        }
    }

    fn phrases_at(
        &self,
        text: &[u8],
        at: usize,
        all: bool,
        near: &mut Near,
        report: &mut dyn FnMut(Meaning, Range<usize>),
    ) {
        let Some(word) = word::at(text, at).filter(|word| word.plain) else { return };
        let Some(known) = self.known(word.hash) else { return };
        let from = self.posts.partition_point(|(word, _)| *word < known.number);
        let posts = self.posts.get(from..).unwrap_or_default();
        if posts.first().is_none_or(|(word, _)| *word != known.number) || !begins_clearly(text, &word) {
            return;
        }
        let mut search = Search::new(self, text, at, near);
        let mut told = 0_u32;
        for (_, pattern) in posts.iter().take_while(|(word, _)| *word == known.number) {
            let Some(pattern) = self.patterns.get(usize::from(*pattern)) else { continue };
            if !all && pattern.meaning.kind().is_none() {
                continue;
            }
            // One phrase of a meaning says it all.
            if told >> pattern.meaning as u32 & 1 == 1 {
                continue;
            }
            if let Some(place) = search.find(pattern) {
                told |= 1 << pattern.meaning as u32;
                report(pattern.meaning, place.start..search.sentence_end(place.end));
            }
        }
    }

    fn marks_at(
        &self,
        text: &[u8],
        at: usize,
        all: bool,
        sentence: &mut Sentence,
        report: &mut dyn FnMut(Meaning, Range<usize>),
    ) {
        let Some(mut here) = text.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied() else { return };
        here.make_ascii_lowercase();
        let from = self.marks.partition_point(|mark| mark.key < here);
        for mark in self.marks.get(from..).unwrap_or_default().iter().take_while(|mark| mark.key == here) {
            if !all && mark.meaning.kind().is_none() {
                continue;
            }
            let Some(start) = at.checked_sub(mark.anchor) else { continue };
            let end = start.saturating_add(mark.text.len());
            let is = text.get(start..end).is_some_and(|found| found.eq_ignore_ascii_case(&mark.text));
            // A mark that is a word must not be a part of one.
            let whole = !mark.text.first().is_some_and(u8::is_ascii_alphanumeric)
                || word::char_before(text, start).is_none_or(|(char, _)| !char.is_alphanumeric());
            if is && whole {
                report(mark.meaning, start..enclosed_end(text, start..end, sentence));
            }
        }
    }

    fn known(&self, hash: u32) -> Option<Known> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash as usize & mask;
        loop {
            let number = (*self.slots.get(slot)?)?;
            if self.words.get(usize::from(number)) == Some(&hash) {
                return Some(Known { number, classes: *self.memberships.get(usize::from(number))? });
            }
            slot = slot.wrapping_add(1) & mask;
        }
    }

    fn is_in(&self, class: u16, word: u16) -> bool {
        self.classes.get(usize::from(class)).is_some_and(|class| bit(&class.bits, word))
    }
}

/// The bit of a class among those of all classes, of which several have the same.
fn class_bit(class: u16) -> u64 {
    1 << (class % 64)
}

fn bit(bits: &[u64], word: u16) -> bool {
    bits.get(usize::from(word / 64)).is_some_and(|bits| bits >> (word % 64) & 1 == 1)
}

/// Words that begin with a letter beyond ASCII, or are short, are looked for after a clear boundary only: their
/// letters say too little. Characters that are words come in rows, which say enough. The writer makes triggers by the
/// same rule.
fn begins_clearly(text: &[u8], word: &word::Word) -> bool {
    let clear = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
    let (first, _) = word::char_at(text, word.start);
    if word::is_single(first) || (first.is_ascii() && word.end - word.start >= 4) {
        return true;
    }
    if word.end - word.start < 3 && text.get(word.end).is_some_and(|byte| !clear(*byte)) {
        return false;
    }
    match word.start.checked_sub(1).and_then(|before| text.get(before)) {
        None => true,
        Some(byte) if clear(*byte) => true,
        // The marks of writing without spaces.
        Some(_) => {
            matches!(
                text.get(word.start.saturating_sub(3)..word.start),
                Some(
                    [0xE3, 0x80, 0x81 | 0x82 | 0x8C | 0x8D] | [0xEF, 0xBC, 0x81 | 0x8C | 0x9A | 0x9B | 0x9F]
                )
            ) && !first.is_ascii()
        }
    }
}

/// What a mark begins ends with its own closing tag, or else with the sentence.
fn enclosed_end(text: &[u8], mark: Range<usize>, sentence: &mut Sentence) -> usize {
    let sentence = sentence.end(text, mark.end).max(mark.end);
    let Some(name) = text.get(mark.clone()).and_then(|mark| mark.strip_prefix(b"<")?.strip_suffix(b">"))
    else {
        return sentence;
    };
    let limit = mark.end.saturating_add(ENCLOSED_BYTES_MAX).min(text.len());
    for at in mark.end..limit {
        if text.get(at) != Some(&b'<') {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let is = |rest: &[u8]| rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        if is(rest) {
            // The next of its kind will look for the end; who looks further for each looks too often.
            return sentence;
        }
        if rest.first() == Some(&b'/')
            && rest.get(1..).is_some_and(is)
            && rest.get(name.len() + 1) == Some(&b'>')
        {
            return at + name.len() + 3;
        }
    }
    sentence
}
