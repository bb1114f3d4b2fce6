//! What the words next to a place touch: the quick answer to whether a phrase can be there.

use super::class::Touched;
use super::window::WORDS_MAX;

/// What the words on one side of the place touch, as far as they are in the same sentence.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By number of words: what so many touch.
    touched: [Touched; WORDS_MAX],
    /// How many of these are known.
    pub(super) len: usize,
    /// Whether the sentence, or what is looked at, ends after these.
    pub(super) ends: bool,
    /// Where the last word ends.
    pub(super) end: usize,
}

impl Seen {
    /// Nothing yet, next to a word that ends here.
    pub(super) fn clear(&mut self, end: usize) {
        if let Some(none) = self.touched.first_mut() {
            *none = Touched::NOTHING;
        }
        self.len = 1;
        self.ends = false;
        self.end = end;
    }

    /// Whether so many words are more than are known.
    pub(super) fn misses(&self, count: usize) -> bool {
        !self.ends && self.len <= count
    }

    /// One more word.
    #[inline]
    pub(super) fn add(&mut self, end: usize, touched: Touched) {
        let before = self.touched.get(self.len.saturating_sub(1)).copied().unwrap_or_default();
        match self.touched.get_mut(self.len) {
            Some(place) => *place = before.or(touched),
            None => self.ends = true,
        }
        self.len += usize::from(!self.ends);
        self.end = end;
    }

    /// Whether any of so many words touches a class.
    #[inline]
    pub(super) fn touch(&self, count: usize, slot: u8) -> bool {
        let last = count.min(self.len.saturating_sub(1));
        self.touched.get(last).is_some_and(|touched| touched.has(slot))
    }
}
