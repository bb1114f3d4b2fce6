//! Lists of words to ask for: whether a text is one, begins or ends with one, or holds one.

use super::work::looked;

/// Words in small letters, sorted by how they begin and end, so that few are compared with a text. The case of ASCII
/// letters does not matter.
pub(super) struct Words {
    all: &'static [&'static [u8]],
    /// By the lowest five bits of a letter, which are the same in both cases: the words that begin with it. The bits are
    /// the lowest five of the words' numbers.
    by_first: [u32; 32],
    /// The same for what they end with.
    by_last: [u32; 32],
}

impl Words {
    /// These words. Of several at one place the first counts, if they are no more than 32.
    pub(super) const fn new(all: &'static [&'static [u8]]) -> Words {
        let mut words = Words { all, by_first: [0; 32], by_last: [0; 32] };
        let mut rest = all;
        let mut bit = 1_u32;
        while let [word, after @ ..] = rest {
            if let ([first, ..], [.., last]) = (*word, *word) {
                #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
                {
                    words.by_first[(*first & 31) as usize] |= bit;
                    words.by_last[(*last & 31) as usize] |= bit;
                }
            }
            bit = bit.rotate_left(1);
            rest = after;
        }
        words
    }

    /// Whether one of the words can begin and end with these letters.
    pub(super) fn may_have(&self, first: u8, last: u8) -> bool {
        of_letter(&self.by_first, first) & of_letter(&self.by_last, last) != 0
    }

    /// Whether the text is one of the words.
    #[inline(never)]
    pub(super) fn have(&self, text: &[u8]) -> bool {
        let (Some(first), Some(last)) = (text.first(), text.last()) else { return false };
        let both = of_letter(&self.by_first, *first) & of_letter(&self.by_last, *last);
        both != 0 && self.of(both).any(|(_, word)| text.eq_ignore_ascii_case(word))
    }

    /// The number of the first word that the text begins with, and the word.
    pub(super) fn begin(&self, text: &[u8]) -> Option<(usize, &'static [u8])> {
        let first = of_letter(&self.by_first, *text.first()?);
        self.of(first)
            .find(|(_, word)| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    }

    /// Whether one of the words stands in the text.
    #[inline(never)]
    pub(super) fn stand_in(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| text.get(at..).is_some_and(|rest| self.begin(rest).is_some()))
    }

    /// The words that the text ends with.
    pub(super) fn end(&self, text: &[u8]) -> impl Iterator<Item = &'static [u8]> {
        let last = text.last().map_or(0, |last| of_letter(&self.by_last, *last));
        self.of(last).map(|(_, word)| word).filter(move |word| {
            let end = text.len().checked_sub(word.len()).and_then(|at| text.get(at..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(word))
        })
    }

    /// The words of these bits, with their numbers.
    #[inline]
    fn of(&self, mut bits: u32) -> impl Iterator<Item = (usize, &'static [u8])> {
        looked(1);
        let mut number = self.all.len();
        core::iter::from_fn(move || {
            number = number.saturating_add(32);
            if number >= self.all.len() {
                if bits == 0 {
                    return None;
                }
                number = bits.trailing_zeros() as usize;
                bits &= bits.wrapping_sub(1);
            }
            self.all.get(number).map(|word| (number, *word))
        })
    }
}

/// The bits of this letter.
#[inline]
fn of_letter(by_letter: &[u32; 32], letter: u8) -> u32 {
    by_letter.get(usize::from(letter & 31)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Words;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn words_are_told_by_their_ends_in_either_case() {
        let words = Words::new(&[b"password", b"pass", b"a-very-long-word-of-these", b"=x"]);
        assert!(words.have(b"Pass") && words.have(b"A-very-long-word-of-these") && words.have(b"=X"));
        assert!(!words.have(b"") && !words.have(b"passw") && !words.have(b"0ass") && !words.have(b"]x"));
        assert_eq!(words.begin(b"passwords"), Some((0, &b"password"[..])));
        assert_eq!(words.begin(b"passages"), Some((1, &b"pass"[..])));
        assert!(words.stand_in(b"the pass") && !words.stand_in(b"the pas"));
        let ends = Words::new(&[b"key", b"api key", b"ape"]);
        assert_eq!(ends.end(b"an API Key").collect::<Vec<_>>(), [&b"key"[..], b"api key"]);
        assert_eq!(ends.end(b"").count(), 0);
    }
}
