//! Changes to a text by place: what is not changed stays byte for byte.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// Replacements of parts of one text, in ascending order and without overlap.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Edits {
    parts: Vec<(Range<usize>, String)>,
}

impl Edits {
    /// Replaces the bytes at `place` by `text`. Places may come in any order; of two that overlap the one that
    /// starts first counts.
    pub fn replace(&mut self, place: Range<usize>, text: String) {
        let at = self.parts.partition_point(|(other, _)| other.start < place.start);
        self.parts.insert(at, (place, text));
    }

    /// Adds the changes to a part of the text that begins at this byte, behind all others.
    pub fn append(&mut self, start: usize, part: Edits) {
        let shifted =
            |place: Range<usize>| start.saturating_add(place.start)..start.saturating_add(place.end);
        self.parts.extend(part.parts.into_iter().map(|(place, new)| (shifted(place), new)));
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The changed text of one part of `text`: what lies outside of it is neither changed nor returned.
    #[must_use]
    pub fn apply_in(&self, text: &str, part: Range<usize>) -> String {
        let inside = |place: &Range<usize>| part.start <= place.start && place.end <= part.end;
        let parts = self.parts.iter().filter(|(place, _)| inside(place));
        let parts = parts.map(|(place, new)| (place.start - part.start..place.end - part.start, new.clone()));
        Edits { parts: parts.collect() }.apply(text.get(part.clone()).unwrap_or(""))
    }

    /// The changed text. A place that does not lie on character boundaries changes nothing.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut changed = String::with_capacity(text.len());
        let mut done = 0;
        for (place, replacement) in &self.parts {
            let Some(before) = text.get(done..place.start) else { continue };
            if place.end < place.start || !text.is_char_boundary(place.end) {
                continue;
            }
            changed.push_str(before);
            changed.push_str(replacement);
            done = place.end;
        }
        changed.push_str(text.get(done..).unwrap_or(""));
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn edited(text: &str, edits: &[(Range<usize>, &str)]) -> String {
        let mut all = Edits::default();
        for (place, replacement) in edits {
            all.replace(place.clone(), String::from(*replacement));
        }
        all.apply(text)
    }

    #[test]
    fn only_the_named_places_change() {
        assert_eq!(edited("abcdef", &[]), "abcdef");
        assert_eq!(edited("abcdef", &[(4..5, "X"), (0..2, "")]), "cdXf");
        assert_eq!(edited("abcdef", &[(6..6, "end"), (0..0, "start")]), "startabcdefend");
    }

    #[test]
    fn places_that_cannot_be_changed_are_left_alone() {
        assert_eq!(edited("abcdef", &[(1..4, "X"), (2..5, "Y")]), "aXef");
        assert_eq!(edited("aéb", &[(2..3, "X")]), "aéb");
        assert_eq!(edited("ab", &[(1..9, "X")]), "ab");
    }
}
