//! Comparing phrases with the words around a place.

use core::ops::Range;

use super::window::{self, After, Before, Known, Sentence, Token, WORDS_MAX};
use super::{ADDRESS, CAPITAL, CLAUSE, COLON, Element, LEAD, LINE, Pattern, Phrases, bit, class_bit, word};

/// What was read of a text around the places looked at. Places nearby share it, so that a text full of words that
/// phrases are known by is read once, not once for each of them.
#[derive(Debug, Default)]
pub struct Near {
    after: After,
    before: Before,
    pub(super) sentence: Sentence,
    /// Where a word was looked at last.
    last: Option<usize>,
    /// Whether a clause begins at a place, for the place that was asked for last.
    clause: Option<(usize, bool)>,
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
    near: &'n mut Near,
}

impl<'p, 't, 'n> Search<'p, 't, 'n> {
    /// A word begins at `at`.
    pub(super) fn new(phrases: &'p Phrases, text: &'t [u8], at: usize, near: &'n mut Near) -> Self {
        near.after.move_to(at);
        near.before.move_to(at);
        Self { phrases, text, near }
    }

    /// Where the pattern is whose anchor begins at the word.
    pub(super) fn find(&mut self, pattern: &Pattern) -> Option<Range<usize>> {
        let elements = self
            .phrases
            .elements
            .get(usize::from(pattern.elements.start)..usize::from(pattern.elements.end))?;
        let (before, after) = elements.split_at_checked(usize::from(pattern.anchor))?;
        // The numbers of words at which the next element may begin, one bit each.
        let mut starts = 1_u32;
        let mut last = 0;
        for (number, element) in after.iter().enumerate() {
            if number > 0 {
                starts = spread(starts, element.gap);
            }
            starts = self.ends(element, starts, true, pattern.wide)?;
            last = starts.trailing_zeros().checked_sub(1)? as usize;
        }
        let end = self.token(true, last)?.end;
        let mut start = self.token(true, 0)?.start;
        let mut starts = 1_u32;
        let mut gap = after.first()?.gap;
        for element in before.iter().rev() {
            starts = self.ends(element, spread(starts, gap), false, pattern.wide)?;
            gap = element.gap;
            start = self.token(false, starts.trailing_zeros().checked_sub(1)? as usize)?.start;
        }
        Some(start..end)
    }

    /// Where the sentence ends that the place is in; not before it.
    pub(super) fn sentence_end(&mut self, from: usize) -> usize {
        self.near.sentence.end(self.text, from).max(from)
    }

    /// After which words the element ends that begins at one of these (or, looking back, the other way round).
    fn ends(&mut self, element: &Element, starts: u32, forward: bool, wide: bool) -> Option<u32> {
        let mut ends = 0;
        let mut rest = starts;
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let Some(token) = (index < WORDS_MAX).then(|| self.token(forward, index)).flatten() else {
                break;
            };
            let broken = if forward { index > 0 && token.breaks } else { index >= self.near.before.unbroken };
            if broken && !wide {
                break;
            }
            if let Some(len) = self.element(element, &token, index, forward) {
                ends |= 1_u32.checked_shl(u32::try_from(index + len).ok()?).unwrap_or(0);
            }
        }
        (ends != 0).then_some(ends)
    }

    /// How many words the element takes that begins (or, looking back, ends) at this word.
    fn element(&mut self, element: &Element, token: &Token, index: usize, forward: bool) -> Option<usize> {
        if element.flags & ADDRESS != 0 {
            return window::is_address(self.text, token).then_some(1);
        }
        let known = token.known.filter(|known| known.classes & class_bit(element.class) != 0)?.number;
        let class = self.phrases.classes.get(usize::from(element.class))?;
        let mut len = bit(&class.bits, known).then_some(1);
        if len.is_none() && bit(&class.edges, known) {
            let found = class.sequences.iter().find(|sequence| {
                let first = if forward { sequence.first() } else { sequence.last() };
                first == Some(&known) && self.follows(sequence, index, forward)
            });
            len = found.map(|sequence| sequence.len());
        }
        let len = len?;
        if element.flags == 0 {
            return Some(len);
        }
        let far = self.token(forward, index + len - 1)?;
        let (first, last) = if forward { (*token, far) } else { (far, *token) };
        self.flags_hold(element.flags, &first, &last).then_some(len)
    }

    fn follows(&mut self, sequence: &[u16], index: usize, forward: bool) -> bool {
        let len = sequence.len();
        (1..len).all(|number| {
            let wanted = if forward { sequence.get(number) } else { sequence.get(len - 1 - number) };
            let known = self.token(forward, index + number).and_then(|token| token.known);
            known.is_some_and(|known| Some(&known.number) == wanted)
        })
    }

    fn flags_hold(&mut self, flags: u8, first: &Token, last: &Token) -> bool {
        (flags & CLAUSE == 0 || self.starts_clause(first.start))
            && (flags & LINE == 0 || window::line_starts(self.text, first.start))
            && (flags & COLON == 0 || window::colon_follows(self.text, last.end))
            && (flags & CAPITAL == 0 || self.text.get(first.start..last.end).is_some_and(window::is_capital))
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
        match window::clause_starts(self.text, at) {
            Ok(starts) => starts,
            // What is put into the middle of a sentence begins in its own way.
            Err(_) if matches!(self.text.get(at..at.saturating_add(2)), Some([b'A'..=b'Z', b'a'..=b'z'])) => {
                true
            }
            Err(end) => {
                let word = word::previous(self.text, end, end.saturating_sub(32));
                let known = word.and_then(|word| self.phrases.known(word.hash));
                known.is_some_and(|known| self.phrases.is_in(LEAD, known.number))
            }
        }
    }

    fn token(&mut self, forward: bool, index: usize) -> Option<Token> {
        let phrases = self.phrases;
        let known = |hash| -> Option<Known> { phrases.known(hash) };
        if forward {
            self.near.after.token(self.text, index, known)
        } else {
            self.near.before.token(self.text, index, known)
        }
    }
}

/// Every place from each of these to `gap` places after it.
fn spread(starts: u32, gap: u8) -> u32 {
    (0..=u32::from(gap)).fold(0, |all, by| all | starts.checked_shl(by).unwrap_or(0))
}
