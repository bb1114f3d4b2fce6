//! Comparing phrases with the words around a place.

use core::ops::Range;

use super::lexicon::{Ask, Known, Post};
use super::window::{BEFORE_MAX, Token, WORDS_MAX, Window};
use super::word::{self, Word};
use super::{ADDRESS, CAPITAL, CLAUSE, COLON, Element, LEAD, LINE, Pattern, Phrases};
use super::{layout, link, mark};
use crate::scan::work::looked;

/// What was read of a text around the places looked at. Places nearby share it, so that a text full of words that
/// phrases are known by is read once, not once for each of them.
#[derive(Debug, Default)]
pub struct Near {
    pub(super) window: Window,
    pub(super) marks: mark::Reading,
    pub(super) links: link::Links,
    /// Where a word was looked at last.
    last: Option<usize>,
    /// Whether a clause begins at a place, for the place that was asked for last.
    clause: Option<(usize, bool)>,
    /// How many words were compared with elements of phrases.
    #[cfg(test)]
    pub(super) compared: usize,
}

impl Near {
    /// Whether this is another place than the one before.
    pub(super) fn is_new(&mut self, at: usize) -> bool {
        self.last.replace(at) != Some(at)
    }
}

/// Compares phrases at one word.
pub(super) struct Search<'p, 't, 'n> {
    phrases: &'p Phrases,
    text: &'t [u8],
    /// Where the word begins.
    start: usize,
    near: &'n mut Near,
}

impl<'p, 't, 'n> Search<'p, 't, 'n> {
    /// Around this word.
    pub(super) fn new(
        phrases: &'p Phrases,
        text: &'t [u8],
        word: &Word,
        known: Known,
        near: &'n mut Near,
    ) -> Self {
        near.window.move_to(word, known);
        Self { phrases, text, start: word.start, near }
    }

    /// Whether a pattern is worth being compared. Most are not, and this tells soon.
    #[inline]
    pub(super) fn may_be(&mut self, post: &Post) -> bool {
        if post.capital && self.text.get(self.start + 1).is_some_and(u8::is_ascii_lowercase) {
            return false;
        }
        if post.clause && !self.starts_clause(self.start) {
            return false;
        }
        let Ask { forward, reach, slot } = post.ask;
        if forward { self.touch_after(reach, slot) } else { self.touch_before(reach, slot) }
    }

    /// Where the pattern is whose anchor begins at the word, and has so many words at most.
    pub(super) fn find(&mut self, pattern: &Pattern, longest: u8) -> Option<Range<usize>> {
        let (before, anchor, following) = pattern.parts(&self.phrases.elements)?;
        let may_be =
            pattern.wide || (self.may_follow(longest, following) && self.may_precede(anchor, before));
        may_be.then(|| self.compare(before, anchor, following, pattern.wide)).flatten()
    }

    /// Where these elements are.
    fn compare(
        &mut self,
        before: &[Element],
        anchor: &Element,
        following: &[Element],
        wide: bool,
    ) -> Option<Range<usize>> {
        // The numbers of words at which the next element may begin, one bit each.
        let mut ends = self.ends(anchor, 1, true, wide)?;
        for element in following {
            ends = self.ends(element, spread(ends, element.gap), true, wide)?;
        }
        let end = self.token(true, last_of(ends)?, true)?.end;
        let mut start = self.token(true, 0, true)?.start;
        let mut ends = 1_u32;
        let mut gap = anchor.gap;
        for element in before.iter().rev() {
            ends = self.ends(element, spread(ends, gap), false, wide)?;
            gap = element.gap;
            start = self.token(false, last_of(ends)?, true)?.start;
        }
        Some(start..end)
    }

    /// Where the sentence ends that the place is in; not before it.
    pub(super) fn sentence_end(&mut self, from: usize) -> usize {
        self.near.marks.sentence.end(self.text, from).max(from)
    }

    /// Whether words of these elements are seen near enough.
    fn may_follow(&mut self, longest: u8, elements: &[Element]) -> bool {
        let mut reach = longest;
        elements.iter().all(|element| {
            let last = reach.saturating_add(element.gap);
            reach = last.saturating_add(element.longest);
            self.touch_after(last, element.slot)
        })
    }

    fn may_precede(&mut self, anchor: &Element, elements: &[Element]) -> bool {
        let mut reach = anchor.gap.saturating_add(1);
        elements.iter().rev().all(|element| {
            let last = reach;
            reach = last.saturating_add(element.longest).saturating_add(element.gap);
            self.touch_before(last, element.slot)
        })
    }

    #[inline]
    fn touch_after(&mut self, reach: u8, slot: u8) -> bool {
        let reach = usize::from(reach).min(WORDS_MAX - 1);
        self.near.window.touch_after(self.text, &self.phrases.lexicon, reach, slot)
    }

    #[inline]
    fn touch_before(&mut self, reach: u8, slot: u8) -> bool {
        let reach = usize::from(reach).min(BEFORE_MAX);
        self.near.window.touch_before(self.text, &self.phrases.lexicon, reach, slot)
    }

    /// After which words the element ends that begins at one of these (or, looking back, the other way round).
    fn ends(&mut self, element: &Element, starts: u32, forward: bool, wide: bool) -> Option<u32> {
        let mut ends = 0;
        let mut rest = starts;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let Some(token) = (index < WORDS_MAX).then(|| self.token(forward, index, wide)).flatten() else {
                break;
            };
            if let Some(len) = self.element(element, &token, index, forward, wide) {
                ends |= 1_u32.checked_shl(u32::try_from(index + len).ok()?).unwrap_or(0);
            }
        }
        (ends != 0).then_some(ends)
    }

    /// How many words the element takes that begins (or, looking back, ends) at this word.
    fn element(
        &mut self,
        element: &Element,
        token: &Token,
        index: usize,
        forward: bool,
        wide: bool,
    ) -> Option<usize> {
        looked(1);
        #[cfg(test)]
        {
            self.near.compared += 1;
        }
        if element.flags & ADDRESS != 0 {
            return layout::is_address(self.text, &(token.start..token.end)).then_some(1);
        }
        if !self.phrases.lexicon.touched(token.known).has(element.slot) {
            return None;
        }
        let class = self.phrases.classes.get(usize::from(element.class))?;
        let len = if class.has(token.known.number) {
            1
        } else {
            let mut sequences = class.sequences(token.known.number, forward);
            sequences.find(|sequence| self.follows(sequence, index, forward, wide))?.len()
        };
        if element.flags == 0 {
            return Some(len);
        }
        let far = self.token(forward, index + len - 1, wide)?;
        let (first, last) = if forward { (*token, far) } else { (far, *token) };
        self.flags_hold(element.flags, &first, &last).then_some(len)
    }

    fn follows(&mut self, sequence: &[u16], index: usize, forward: bool, wide: bool) -> bool {
        sequence.iter().zip(index..).skip(1).all(|(word, index)| {
            self.token(forward, index, wide).is_some_and(|token| token.known.number == *word)
        })
    }

    fn flags_hold(&mut self, flags: u8, first: &Token, last: &Token) -> bool {
        (flags & CLAUSE == 0 || self.starts_clause(first.start))
            && (flags & LINE == 0 || layout::line_starts(self.text, first.start))
            && (flags & COLON == 0 || layout::colon_follows(self.text, last.end))
            && (flags & CAPITAL == 0 || self.text.get(first.start..last.end).is_some_and(layout::is_capital))
    }

    fn starts_clause(&mut self, at: usize) -> bool {
        if let Some((_, starts)) = self.near.clause.filter(|(known, _)| *known == at) {
            return starts;
        }
        let starts = self.clause_at(at);
        self.near.clause = Some((at, starts));
        starts
    }

    fn clause_at(&self, at: usize) -> bool {
        match layout::clause_starts(self.text, at) {
            Ok(starts) => starts,
            // What is put into the middle of a sentence begins in its own way.
            Err(_) if matches!(self.text.get(at..at.saturating_add(2)), Some([b'A'..=b'Z', b'a'..=b'z'])) => {
                true
            }
            Err(end) => {
                let word = word::previous(self.text, end, end.saturating_sub(32));
                let known = word.and_then(|word| self.phrases.lexicon.known(word.hash));
                let leads = self.phrases.classes.get(usize::from(LEAD));
                known.zip(leads).is_some_and(|(known, leads)| leads.has(known.number))
            }
        }
    }

    fn token(&mut self, forward: bool, index: usize, wide: bool) -> Option<Token> {
        self.near.window.token(self.text, &self.phrases.lexicon, (forward, index), wide).copied()
    }
}

/// Every place from each of these to `gap` places after it.
fn spread(starts: u32, gap: u8) -> u32 {
    (0..=u32::from(gap)).fold(0, |all, by| all | starts.checked_shl(by).unwrap_or(0))
}

/// The number of the word that is the last of what ends soonest.
fn last_of(ends: u32) -> Option<usize> {
    Some(ends.trailing_zeros().checked_sub(1)? as usize)
}
