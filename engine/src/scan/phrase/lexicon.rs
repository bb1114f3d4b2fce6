//! The words that phrases are made of, looked up by their hash.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::class::{ANY, Touched};
use crate::order;

/// The number of a word that is in no list.
pub(super) const NOBODYS: u16 = u16::MAX;

/// Known words.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// The numbers of the words, each in the first free place from where its hash points; a power of two of places.
    slots: Vec<u16>,
    entries: Vec<Entry>,
    /// Words touch few different sets of classes.
    sets: Vec<Touched>,
    /// Word after word; of each word those for any text first.
    posts: Vec<Post>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    /// Which of the sets says what it touches.
    touched: u16,
    /// Where its posts begin, where those for any text end, where all end.
    posts: [u16; 3],
}

/// A pattern that is known by a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post {
    pub(super) word: u16,
    /// Whether it is looked for in definitions of tools only.
    pub(super) tools_only: bool,
    pub(super) pattern: u16,
    /// How many words the anchor has at most, if it begins with this one.
    pub(super) longest: u8,
    /// The word has to be in capitals.
    pub(super) capital: bool,
    /// A clause has to begin with it.
    pub(super) clause: bool,
    pub(super) ask: Ask,
}

/// What is asked before a pattern is compared: whether any of so many words after the anchor, or before it, touches a
/// class.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    pub(super) forward: bool,
    pub(super) reach: u8,
    pub(super) slot: u8,
}

impl Ask {
    /// Always true.
    pub(super) const NOTHING: Ask = Ask { forward: true, reach: 0, slot: ANY };
}

/// What is known of a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) number: u16,
    touched: u16,
}

impl Default for Known {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl Known {
    /// Of a word that is in no list.
    pub(super) const NOTHING: Known = Known { number: NOBODYS, touched: NOBODYS };
}

impl Lexicon {
    /// Words of these hashes, with the classes that each touches. `None` if there is more than numbers are for.
    pub(super) fn new(hashes: &[u32], touched: &[Touched], mut posts: Vec<Post>) -> Option<Self> {
        // At least three of four places stay free, so that a search ends soon, and ends.
        let len = (hashes.len() * 4).next_power_of_two();
        let mut slots = vec![NOBODYS; len];
        let mut entries = Vec::with_capacity(hashes.len());
        let mut sets = BTreeMap::new();
        for (number, (&hash, touched)) in (0_u16..).zip(hashes.iter().zip(touched)) {
            let from = hash as usize & (len - 1);
            let free = (from..len).chain(0..from).find(|slot| slots.get(*slot) == Some(&NOBODYS));
            *slots.get_mut(free?)? = number;
            let next = u16::try_from(sets.len()).ok()?;
            let touched = *sets.entry(*touched).or_insert(next);
            entries.push(Entry { hash, touched, posts: [0; 3] });
        }
        order::by_number(&mut posts, |post| {
            u128::from(post.word) << 32 | u128::from(post.tools_only) << 16 | u128::from(post.pattern)
        });
        let mut from = 0;
        for of_word in posts.chunk_by(|one, other| one.word == other.word) {
            let middle = from + of_word.iter().filter(|post| !post.tools_only).count();
            let to = from + of_word.len();
            let entry: &mut Entry = entries.get_mut(usize::from(of_word.first()?.word))?;
            entry.posts = [from.try_into().ok()?, middle.try_into().ok()?, to.try_into().ok()?];
            from = to;
        }
        let mut by_number = vec![Touched::NOTHING; sets.len()];
        for (set, number) in sets {
            *by_number.get_mut(usize::from(number))? = set;
        }
        Some(Self { slots, entries, sets: by_number, posts })
    }

    /// Which classes the word touches.
    #[inline]
    pub(super) fn touched(&self, known: Known) -> Touched {
        self.sets.get(usize::from(known.touched)).copied().unwrap_or(Touched::NOTHING)
    }

    /// What is known of the word of this hash.
    #[inline]
    pub(super) fn known(&self, hash: u32) -> Option<Known> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash as usize & mask;
        loop {
            let number = *self.slots.get(slot)?;
            let entry = self.entries.get(usize::from(number))?;
            if entry.hash == hash {
                return Some(Known { number, touched: entry.touched });
            }
            slot = slot.wrapping_add(1) & mask;
        }
    }

    /// The patterns that are known by a word: those for any text, or all.
    pub(super) fn posts(&self, word: u16, all: bool) -> &[Post] {
        let [from, middle, to] = self.entries.get(usize::from(word)).map_or([0; 3], |entry| entry.posts);
        let to = if all { to } else { middle };
        self.posts.get(Range { start: from.into(), end: to.into() }).unwrap_or_default()
    }
}
