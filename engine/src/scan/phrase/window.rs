//! The words around a word, read as far as somebody asks.
//!
//! What was read is kept: who asks at the next word need not read the same words again. Which words are found does not
//! depend on where reading began, so it makes no difference what was kept.

use alloc::vec::Vec;

use super::class::ANY;
use super::lexicon::{Known, Lexicon};
use super::seen::Seen;
use super::sentence::has_break;
use super::word::{self, Peek, Word};
use crate::scan::work::looked;

/// How many words are looked at from the first on.
pub(super) const WORDS_MAX: usize = 24;
/// How many before it.
pub(super) const BEFORE_MAX: usize = 8;
const BYTES_MAX: usize = 256;
const BYTES_BEFORE_MAX: usize = 96;
/// So many words after a place are read without being kept.
const PEEKED_MAX: usize = 4;
/// So many words that were passed are dropped at once.
const PASSED_MAX: usize = 256;
/// A word of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) known: Known,
    /// A sentence ended between this word and the one next to it that was read before.
    breaks: bool,
}

/// The words around a place.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// From where reading began, forward.
    on: Vec<Token>,
    /// And backward.
    back: Vec<Token>,
    /// Which of those forward is at the place, once it is known.
    here: usize,
    found: bool,
    at: usize,
    end: usize,
    known: Known,
    /// Where no word begins that is looked at.
    limit: usize,
    /// From the first of these to the second every word was read.
    read: (usize, usize),
    ahead: Seen,
    behind: Seen,
    /// How many words were read.
    #[cfg(test)]
    pub(super) work: usize,
}

impl Window {
    /// Looks at this word and those around it.
    pub(super) fn move_to(&mut self, word: &Word, known: Known) {
        self.found = false;
        (self.at, self.end, self.known) = (word.start, word.end, known);
        self.limit = word.start.saturating_add(BYTES_MAX);
        self.ahead.clear(word.end);
        self.behind.clear(word.start);
    }

    /// Finds the place among the words that were read, or begins anew.
    #[inline]
    fn find(&mut self) {
        if !self.found {
            self.found = true;
            self.find_anew();
        }
    }

    fn find_anew(&mut self) {
        let reaches = self.on.last().is_some_and(|last| last.start >= self.at);
        let rest = self.on.get(self.here..).filter(|_| reaches).unwrap_or_default();
        match rest.iter().position(|token| token.start >= self.at) {
            Some(by) if rest.get(by).is_some_and(|token| token.start == self.at) => self.here += by,
            _ => {
                self.on.clear();
                self.on.push(Token { start: self.at, end: self.end, known: self.known, breaks: false });
                self.back.clear();
                self.here = 0;
                self.read = (self.at, self.end);
            }
        }
        if self.here > PASSED_MAX {
            self.on.drain(..self.here);
            self.back.clear();
            self.here = 0;
            self.read.0 = self.at;
        }
    }

    /// The word at the place (0) or so many after it.
    #[inline]
    fn after(&mut self, text: &[u8], lexicon: &Lexicon, index: usize) -> Option<&Token> {
        if !self.found || self.on.len() <= self.here + index {
            self.read_after(text, lexicon, index)?;
        }
        self.on.get(self.here + index).filter(|token| token.start < self.limit && index < WORDS_MAX)
    }

    /// Reads as far. Kept apart, so that the question is made part of who asks.
    #[inline(never)]
    fn read_after(&mut self, text: &[u8], lexicon: &Lexicon, index: usize) -> Option<()> {
        self.find();
        while self.on.len() <= self.here + index {
            self.read_on(text, lexicon, self.limit)?;
        }
        Some(())
    }

    /// The word before the place (0), or so many before that.
    fn before(&mut self, text: &[u8], lexicon: &Lexicon, index: usize) -> Option<&Token> {
        self.find();
        let limit = self.at.saturating_sub(BYTES_BEFORE_MAX);
        while self.here + self.back.len() <= index {
            self.read_back(text, lexicon, limit)?;
        }
        let token = match self.here.checked_sub(index + 1) {
            Some(place) => self.on.get(place),
            None => self.back.get(index - self.here),
        };
        token.filter(|token| token.start >= limit && index < BEFORE_MAX)
    }

    /// Whether any of so many words after the place touches a class, as far as the sentence goes.
    #[inline]
    pub(super) fn touch_after(&mut self, text: &[u8], lexicon: &Lexicon, count: usize, slot: u8) -> bool {
        while self.ahead.misses(count) {
            self.see_after(text, lexicon);
        }
        self.ahead.touch(count, slot)
    }

    /// Whether any of so many words before the place touches a class, as far as the sentence goes.
    #[inline]
    pub(super) fn touch_before(&mut self, text: &[u8], lexicon: &Lexicon, count: usize, slot: u8) -> bool {
        while self.behind.misses(count) {
            self.see_before(text, lexicon);
        }
        self.behind.touch(count, slot)
    }

    /// Sees the next word that was not asked for. Kept apart, so that the question is made part of who asks.
    #[inline(never)]
    fn see_after(&mut self, text: &[u8], lexicon: &Lexicon) {
        looked(1);
        let index = self.ahead.len;
        // The first words say in most places that there is nothing, so that it does not pay to keep them.
        if index <= PEEKED_MAX && self.on.last().is_none_or(|last| last.start <= self.ahead.end) {
            match word::peek(text, self.ahead.end) {
                Peek::Word(word) if word.start < self.limit => {
                    #[cfg(test)]
                    {
                        self.work += 1;
                    }
                    let known = lexicon.known(word.hash).unwrap_or(Known::NOTHING);
                    return self.ahead.add(word.end, lexicon.touched(known));
                }
                Peek::Word(_) | Peek::End => {
                    self.ahead.ends = true;
                    return;
                }
                Peek::Unclear => {}
            }
        }
        self.find();
        if self.on.len() <= self.here + index && self.after(text, lexicon, index).is_none() {
            self.ahead.ends = true;
            return;
        }
        match self.on.get(self.here + index) {
            Some(token) if !token.breaks && token.start < self.limit => {
                self.ahead.add(token.end, lexicon.touched(token.known));
            }
            _ => self.ahead.ends = true,
        }
    }

    #[inline(never)]
    fn see_before(&mut self, text: &[u8], lexicon: &Lexicon) {
        looked(1);
        let index = self.behind.len.saturating_sub(1);
        self.find();
        if self.here + self.back.len() <= index && self.before(text, lexicon, index).is_none() {
            self.behind.ends = true;
            return;
        }
        // Who reads on tells of the break before a word, who reads back of the one after it.
        let (token, breaks) = match self.here.checked_sub(index) {
            Some(nearer @ 1..) => {
                (self.on.get(nearer - 1), self.on.get(nearer).is_some_and(|token| token.breaks))
            }
            _ => {
                let token = self.back.get(index - self.here);
                (token, token.is_some_and(|token| token.breaks))
            }
        };
        let from = self.at.saturating_sub(BYTES_BEFORE_MAX);
        match token.filter(|token| !breaks && token.start >= from && index < BEFORE_MAX) {
            Some(token) => self.behind.add(token.start, lexicon.touched(token.known)),
            None => self.behind.ends = true,
        }
    }

    /// The word so many after the place or, looking back, before it (0: the next); `wide`: of whatever sentence.
    #[inline]
    pub(super) fn token(
        &mut self,
        text: &[u8],
        lexicon: &Lexicon,
        (forward, index): (bool, usize),
        wide: bool,
    ) -> Option<&Token> {
        if forward {
            self.touch_after(text, lexicon, index, ANY);
            let inside = wide || index < self.ahead.len;
            self.after(text, lexicon, index).filter(|_| inside)
        } else {
            self.touch_before(text, lexicon, index + 1, ANY);
            let inside = wide || index + 1 < self.behind.len;
            self.before(text, lexicon, index).filter(|_| inside)
        }
    }

    fn read_on(&mut self, text: &[u8], lexicon: &Lexicon, limit: usize) -> Option<()> {
        let word = word::next(text, self.read.1, limit);
        self.read.1 = word.map_or(limit.max(self.read.1), |word| word.end);
        let word = word?;
        let token = self.token_of(&word, text.get(self.on.last()?.end..word.start), lexicon);
        self.on.push(token);
        Some(())
    }

    fn read_back(&mut self, text: &[u8], lexicon: &Lexicon, limit: usize) -> Option<()> {
        let word = word::previous(text, self.read.0, limit);
        self.read.0 = word.map_or(limit.min(self.read.0), |word| word.start);
        let word = word?;
        let after = self.back.last().or(self.on.first())?;
        let token = self.token_of(&word, text.get(word.end..after.start), lexicon);
        self.back.push(token);
        Some(())
    }

    #[inline]
    fn token_of(&mut self, word: &Word, gap: Option<&[u8]>, lexicon: &Lexicon) -> Token {
        #[cfg(test)]
        {
            self.work += 1;
        }
        Token {
            start: word.start,
            end: word.end,
            known: lexicon.known(word.hash).unwrap_or(Known::NOTHING),
            breaks: gap.is_some_and(has_break),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_word_is_read_once_however_many_places_ask_for_it() {
        let text = "ignore ".repeat(2000);
        let lexicon = Lexicon::new(&[], &[], Vec::new()).unwrap();
        let mut window = Window::default();
        for at in (0..text.len()).step_by(7) {
            window.move_to(&word::at(text.as_bytes(), at).unwrap(), Known::NOTHING);
            window.touch_after(text.as_bytes(), &lexicon, WORDS_MAX - 1, ANY);
            window.touch_before(text.as_bytes(), &lexicon, BEFORE_MAX, ANY);
        }
        assert!(window.work <= 2000 + BEFORE_MAX * 2000 / PASSED_MAX, "{}", window.work);
    }
}
