//! What is around a word: the words after and before it, read as far as somebody asks, and the end of its sentence.
//!
//! What was read is kept: who asks at the next word need not read the same words again.

use alloc::vec::Vec;

use super::word;

/// How many words after the first are looked at.
pub(super) const WORDS_MAX: usize = 24;
/// How many before it.
pub(super) const BEFORE_MAX: usize = 8;
const BYTES_MAX: usize = 256;
const BYTES_BEFORE_MAX: usize = 96;
/// A sentence is taken to end here at the latest.
const SENTENCE_BYTES_MAX: usize = 512;
/// So many words that were passed are dropped at once.
const PASSED_MAX: usize = 256;

/// A word and what stands before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What is known of the word, if it is in the list.
    pub(super) known: Option<Known>,
    /// A sentence ended between this word and the one next to it that was read before.
    pub(super) breaks: bool,
}

/// A word of the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) number: u16,
    /// The classes that it is in, or begins or ends a sequence of: a bit each, which some classes share.
    pub(super) classes: u64,
}

/// The words from a place on.
#[derive(Debug, Default)]
pub(super) struct After {
    tokens: Vec<Token>,
    /// Which of them is at the place.
    first: usize,
    at: usize,
}

impl After {
    /// The words that begin at `at` or later, where a word begins.
    pub(super) fn move_to(&mut self, at: usize) {
        self.at = at;
        let ahead = self.tokens.last().is_some_and(|last| last.start >= at);
        let found = ahead.then(|| self.tokens.binary_search_by_key(&at, |token| token.start).ok()).flatten();
        self.first = found.unwrap_or_else(|| {
            self.tokens.clear();
            0
        });
        if self.first > PASSED_MAX {
            self.tokens.drain(..self.first);
            self.first = 0;
        }
    }

    /// The word of this number, counted from the place.
    pub(super) fn token(
        &mut self,
        text: &[u8],
        index: usize,
        known: impl Fn(u32) -> Option<Known>,
    ) -> Option<Token> {
        let limit = self.at.saturating_add(BYTES_MAX).min(text.len());
        if index >= WORDS_MAX {
            return None;
        }
        while self.tokens.len() <= self.first + index {
            let from = self.tokens.last().map_or(self.at, |last| last.end);
            let word = word::next(text, from, limit)?;
            let breaks = text.get(from..word.start).is_some_and(has_break);
            self.tokens.push(Token { start: word.start, end: word.end, known: known(word.hash), breaks });
        }
        self.tokens.get(self.first + index).copied().filter(|token| token.start < limit)
    }
}

/// The words before a place, the nearest first.
#[derive(Debug, Default)]
pub(super) struct Before {
    tokens: Vec<Token>,
    at: usize,
    /// How many of those that were read are in the same sentence as the place.
    pub(super) unbroken: usize,
}

impl Before {
    /// The words that end at `at` or earlier.
    pub(super) fn move_to(&mut self, at: usize) {
        self.tokens.clear();
        self.at = at;
        self.unbroken = 0;
    }

    /// The word of this number, counted from the place.
    pub(super) fn token(
        &mut self,
        text: &[u8],
        index: usize,
        known: impl Fn(u32) -> Option<Known>,
    ) -> Option<Token> {
        let limit = self.at.saturating_sub(BYTES_BEFORE_MAX);
        while self.tokens.len() <= index {
            if self.tokens.len() >= BEFORE_MAX {
                return None;
            }
            let from = self.tokens.last().map_or(self.at, |last| last.start);
            let word = word::previous(text, from, limit)?;
            let breaks = text.get(word.end..from).is_some_and(has_break);
            if !breaks && self.unbroken == self.tokens.len() {
                self.unbroken += 1;
            }
            self.tokens.push(Token { start: word.start, end: word.end, known: known(word.hash), breaks });
        }
        self.tokens.get(index).copied()
    }
}

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
            self.read += 1;
        }
        self.end.unwrap_or(if limit >= text.len() { text.len() } else { self.blank.max(from) })
    }
}

/// Whether a new clause begins at this place: after a mark, at a line's start. `Err` where a word decides.
pub(super) fn clause_starts(text: &[u8], at: usize) -> Result<bool, usize> {
    let mut at = at;
    for _ in 0..8 {
        if word::ends_escape(text, at) {
            return Ok(true);
        }
        match word::char_before(text, at) {
            None => return Ok(true),
            Some((' ' | '\t' | '*' | '_' | '"' | '\'' | '`', len)) => at -= len,
            Some((char, _)) if char.is_alphanumeric() => return Err(at),
            Some(_) => return Ok(true),
        }
    }
    Ok(true)
}

/// Whether a line begins at this place, but for indentation and quoting marks.
pub(super) fn line_starts(text: &[u8], at: usize) -> bool {
    let mut at = at;
    for _ in 0..16 {
        if word::ends_escape(text, at) {
            return true;
        }
        match word::char_before(text, at) {
            None | Some(('\n' | '\r', _)) => return true,
            Some((' ' | '\t' | '*' | '_' | '"' | '\'' | '`' | '#' | '>' | '[' | '<' | '-' | '(', len)) => {
                at -= len
            }
            Some(_) => return false,
        }
    }
    true
}

/// Whether a colon follows.
pub(super) fn colon_follows(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let after = rest
        .iter()
        .take(8)
        .find(|byte| !matches!(byte, b' ' | b'*' | b'_' | b'"' | b'\'' | b'`' | b']' | b')'));
    after == Some(&b':') || rest.starts_with("：".as_bytes())
}

/// Whether no letter of these bytes is a small one, and there are some.
pub(super) fn is_capital(word: &[u8]) -> bool {
    word.len() > 1 && word.iter().all(|byte| !byte.is_ascii_lowercase())
}

/// Whether the word belongs to an address: an e-mail address, a URL or a name of a web server.
pub(super) fn is_address(text: &[u8], word: &Token) -> bool {
    let start = word.start.saturating_sub(32);
    let before = text
        .get(start..word.start)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|byte| !is_blank(**byte))
        .count();
    let rest = text.get(word.end..).unwrap_or_default();
    let after = rest.iter().take(64).take_while(|byte| !is_blank(**byte)).count();
    let chunk = text.get(word.start - before..word.end + after).unwrap_or_default();
    let at = chunk.iter().position(|byte| *byte == b'@');
    let mail = at.is_some_and(|at| at > 0 && chunk.get(at..).is_some_and(|host| host.contains(&b'.')));
    mail || chunk.windows(3).any(|three| three == b"://")
        || chunk.windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>' | b'(' | b')')
}

fn has_break(gap: &[u8]) -> bool {
    gap.len() > 1
        && (0..gap.len()).any(|at| {
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
    use core::cell::Cell;

    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_word_is_read_once_however_many_places_ask_for_it() {
        let text = "ignore ".repeat(2000);
        let read = Cell::new(0);
        let mut after = After::default();
        for at in (0..text.len()).step_by(7) {
            after.move_to(at);
            for index in 0..WORDS_MAX {
                after.token(text.as_bytes(), index, |_| {
                    read.set(read.get() + 1);
                    None
                });
            }
        }
        assert_eq!(read.get(), 2000);
    }

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
