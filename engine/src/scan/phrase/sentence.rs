//! Where sentences end.

use crate::scan::work::looked;

/// A sentence is taken to end here at the latest.
const SENTENCE_BYTES_MAX: usize = 512;

/// The end of a sentence, sought once for all places of the sentence.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    from: usize,
    /// Up to here nothing ends it.
    read: usize,
    /// The last blank before.
    blank: usize,
    end: Option<usize>,
}

impl Sentence {
    /// Where the sentence ends that the place is in.
    pub(super) fn end(&mut self, text: &[u8], from: usize) -> usize {
        if !(self.from..=self.read).contains(&from) {
            *self = Self { from, read: from, blank: from, end: None };
        }
        let limit = from.saturating_add(SENTENCE_BYTES_MAX).min(text.len());
        while self.end.is_none() && self.read < limit {
            let rest = text.get(self.read..).unwrap_or_default();
            match rest.first() {
                Some(byte @ (b'.' | b'!' | b'?' | b'\n' | b'\\')) if ends_sentence(rest) => {
                    self.end = Some(self.read + usize::from(!matches!(byte, b'\n' | b'\\')));
                    break;
                }
                Some(0xE3 | 0xEF) if ends_sentence_without_space(rest) => {
                    self.end = Some(self.read + 3);
                    break;
                }
                Some(b' ' | b'\n' | b'\t') => self.blank = self.read,
                _ => {}
            }
            looked(1);
            self.read += 1;
        }
        self.end.unwrap_or(if limit >= text.len() { text.len() } else { self.blank.max(from) })
    }
}

/// Whether a sentence ends between two words, between which these bytes are.
#[inline]
pub(super) fn has_break(gap: &[u8]) -> bool {
    gap.len() > 1 && has_break_in_full(gap)
}

fn has_break_in_full(gap: &[u8]) -> bool {
    (0..gap.len()).any(|at| {
        let rest = gap.get(at..).unwrap_or_default();
        // A stop before a word is inside a name or number.
        let inside = rest.len() == 1 && matches!(rest, [b'.' | b'!' | b'?']);
        (!inside && ends_sentence(rest)) || ends_sentence_without_space(rest)
    })
}

/// Whether a sentence, or an item of a list, ends at the beginning of these bytes.
fn ends_sentence(rest: &[u8]) -> bool {
    match rest {
        [b'.' | b'!' | b'?', after @ ..] => after.first().is_none_or(|next| {
            next.is_ascii_whitespace() || matches!(next, b'"' | b'\'' | b'<' | b'\\' | b')' | b']')
        }),
        [b'\n', after @ ..] => {
            let next = after.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
            matches!(next, Some(b'\n' | b'#' | b'|' | b'-'))
        }
        [b'\\', b'n', b'\\', b'n', ..] => true,
        _ => false,
    }
}

/// The full stop, question mark and exclamation mark of scripts without spaces.
fn ends_sentence_without_space(rest: &[u8]) -> bool {
    matches!(rest, [0xE3, 0x80, 0x82, ..] | [0xEF, 0xBC, 0x81 | 0x9F, ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_sentence_ends_in_the_same_place_whether_it_was_sought_before_or_not() {
        let text = ["words and more. ", &"word ".repeat(300), "end! no end\n\nlast"].concat();
        let mut kept = Sentence::default();
        for from in 0..=text.len() {
            let end = kept.end(text.as_bytes(), from);
            assert_eq!(end, Sentence::default().end(text.as_bytes(), from), "from {from}");
        }
    }
}
