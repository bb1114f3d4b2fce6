//! Classes of words: words, and sequences of words, that mean the same.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use crate::order;

/// Which classes some words touch: have among their words, or begin or end a sequence of. A bit each; where there are
/// more classes than bits, several share one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Touched([u64; 4]);

/// The bit for what any word will do.
pub(super) const ANY: u8 = u8::MAX;

/// The words of one meaning.
#[derive(Debug)]
pub(super) struct Class {
    /// A bit for each known word.
    words: Vec<u64>,
    /// Sequences as they are read forward, and backward; in the order of their first words.
    forward: Vec<Vec<u16>>,
    backward: Vec<Vec<u16>>,
}

impl Touched {
    /// Only what any word will do for.
    pub(super) const NOTHING: Touched = Touched([0, 0, 0, 1 << 63]);

    pub(super) fn set(&mut self, slot: u8) {
        if let Some(bits) = self.0.get_mut(usize::from(slot / 64)) {
            *bits |= 1 << (slot % 64);
        }
    }

    #[inline]
    pub(super) fn has(&self, slot: u8) -> bool {
        self.0.get(usize::from(slot / 64)).is_some_and(|bits| bits >> (slot % 64) & 1 == 1)
    }

    #[inline]
    pub(super) fn or(self, other: Touched) -> Touched {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Touched([a | e, b | f, c | g, d | h])
    }
}

impl Class {
    /// A class of some of the known words, of which there are `known`.
    pub(super) fn new(words: impl IntoIterator<Item = u16>, sequences: Vec<Vec<u16>>, known: usize) -> Self {
        let mut bits = vec![0_u64; known.div_ceil(64)];
        for word in words {
            if let Some(bits) = bits.get_mut(usize::from(word / 64)) {
                *bits |= 1 << (word % 64);
            }
        }
        let reversed = |sequence: &Vec<u16>| sequence.iter().rev().copied().collect();
        let mut backward: Vec<Vec<u16>> = sequences.iter().map(reversed).collect();
        let mut forward = sequences;
        // Of those of one first word the order stays.
        for sequences in [&mut forward, &mut backward] {
            order::by_number(sequences, |sequence| sequence.first().copied().unwrap_or(0).into());
        }
        Self { words: bits, forward, backward }
    }

    /// Whether the word alone is in the class.
    pub(super) fn has(&self, word: u16) -> bool {
        self.words.get(usize::from(word / 64)).is_some_and(|bits| bits >> (word % 64) & 1 == 1)
    }

    /// The sequences that begin with the word or, looking back, those that end with it, reversed.
    pub(super) fn sequences(&self, word: u16, forward: bool) -> impl Iterator<Item = &[u16]> {
        let sequences = if forward { &self.forward } else { &self.backward };
        let from = sequences.partition_point(|sequence| sequence.first().is_some_and(|first| *first < word));
        let rest = sequences.get(from..).unwrap_or_default().iter();
        rest.map(Vec::as_slice).take_while(move |sequence| sequence.first() == Some(&word))
    }

    fn words(&self) -> impl Iterator<Item = u16> {
        (0_u16..).step_by(64).zip(&self.words).flat_map(|(from, bits)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| from + bit)
        })
    }

    /// The words that are in the class, or begin or end a sequence of it.
    pub(super) fn touching(&self) -> impl Iterator<Item = u16> {
        let edges =
            self.forward.iter().chain(&self.backward).filter_map(|sequence| sequence.first().copied());
        self.words().chain(edges)
    }

    /// The words that something of the class begins with, and how many words the longest such thing has.
    pub(super) fn beginnings(&self) -> BTreeMap<u16, u8> {
        let mut beginnings = BTreeMap::new();
        beginnings.extend(self.words().map(|word| (word, 1)));
        for sequence in &self.forward {
            let (Some(first), Ok(len)) = (sequence.first(), u8::try_from(sequence.len())) else { continue };
            let longest = beginnings.entry(*first).or_default();
            *longest = len.max(*longest);
        }
        beginnings
    }

    /// How many words the longest of the class has.
    pub(super) fn longest(&self) -> u8 {
        self.forward.iter().filter_map(|sequence| u8::try_from(sequence.len()).ok()).max().unwrap_or(1)
    }
}
