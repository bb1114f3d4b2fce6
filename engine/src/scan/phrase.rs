//! Language of prompt injection: orders to the model where only data should be.
//!
//! Which words make up such language is data, written in a small notation (see `write.rs`), compiled to bytes and run
//! here. A phrase is a sequence of classes of words with at most so many other words between; a mark is a literal
//! text, such as the tag of a role. Around a word that a phrase can be known by, a bounded number of words is read,
//! so that the work is linear in the text.

mod char;
mod class;
mod find;
mod hash;
mod index;
mod layout;
mod lexicon;
mod link;
mod mark;
mod read;
mod seen;
mod sentence;
mod window;
mod word;
#[cfg(any(test, feature = "write"))]
pub mod write;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::ops::Range;

use self::class::Class;
use self::find::Search;
use self::lexicon::Lexicon;
use self::mark::Marks;
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
    lexicon: Lexicon,
    classes: Vec<Class>,
    elements: Vec<Element>,
    patterns: Vec<Pattern>,
    marks: Marks,
    triggers: Vec<Trigger>,
}

/// A part of a phrase.
#[derive(Debug, Clone, Copy)]
struct Element {
    class: u16,
    /// How many other words may stand between the element before and this one.
    gap: u8,
    flags: u8,
    /// How many words it has at most.
    longest: u8,
    /// Where the set of the classes that words touch has its class.
    slot: u8,
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

impl Pattern {
    /// What comes before its anchor, the anchor, what follows.
    fn parts<'e>(&self, elements: &'e [Element]) -> Option<(&'e [Element], &'e Element, &'e [Element])> {
        let all = elements.get(usize::from(self.elements.start)..usize::from(self.elements.end))?;
        let (before, after) = all.split_at_checked(self.anchor.into())?;
        let (anchor, following) = after.split_first()?;
        Some((before, anchor, following))
    }
}

#[derive(Debug, Clone, Copy)]
struct Trigger {
    index: u16,
    gram: Gram,
}

/// Trigger numbers: a word that begins so many bytes before, 0 to 15; markup that loads or links something; from here
/// on the numbers of marks.
const WORDS: u16 = 0;
const LINKS: u16 = 16;
const MARKS: u16 = 17;

/// Words that may stand before an imperative.
const LEAD: u16 = 0;

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
            WORDS..LINKS => {
                // Letters of one word may lead to it more than once.
                if let Some(start) = at.checked_sub(usize::from(index)).filter(|start| near.is_new(*start)) {
                    self.phrases_at(text.bytes, start, false, near, &mut report);
                }
            }
            LINKS => {
                if let Some(place) = near.links.look(text.bytes, at) {
                    found.report(Kind::MarkupExfiltration, place);
                }
            }
            _ => {
                let number = usize::from(index - MARKS);
                self.marks.look_from(number, false, text.bytes, at, &mut near.marks, &mut report);
            }
        }
    }

    /// Everything in a text, also what is looked for in definitions of tools only.
    pub(super) fn all(&self, text: &[u8], report: &mut dyn FnMut(Meaning, Range<usize>)) {
        let mut near = Near::default();
        for at in 0..text.len() {
            self.phrases_at(text, at, true, &mut near, report);
            self.marks.look(text, at, &mut near.marks, report);
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
        let Some(known) = self.lexicon.known(word.hash) else { return };
        let posts = self.lexicon.posts(known.number, all);
        if posts.is_empty() || !begins_clearly(text, &word) {
            return;
        }
        let mut search = Search::new(self, text, &word, known, near);
        let mut told = 0_u32;
        for post in posts.iter() {
            if !search.may_be(post) {
                continue;
            }
            let Some(pattern) = self.patterns.get(usize::from(post.pattern)) else { continue };
            // One phrase of a meaning says it all.
            if told >> pattern.meaning as u32 & 1 == 1 {
                continue;
            }
            if let Some(place) = search.find(pattern, post.longest) {
                told |= 1 << pattern.meaning as u32;
                report(pattern.meaning, place.start..search.sentence_end(place.end));
            }
        }
    }
}

/// Words that begin with a letter beyond ASCII, or are short, are looked for after a clear boundary only: their
/// letters say too little. Characters that are words come in rows, which say enough. The writer makes triggers by the
/// same rule.
fn begins_clearly(text: &[u8], word: &word::Word) -> bool {
    let clear = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
    let (first, _) = char::char_at(text, word.start);
    if char::is_single(first) || (first.is_ascii() && word.end - word.start >= 4) {
        return true;
    }
    if word.end - word.start < 3 && text.get(word.end).is_some_and(|byte| !clear(*byte)) {
        return false;
    }
    word.start.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|before| clear(*before))
}
