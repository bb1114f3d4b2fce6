//! Whether an element has prose in it.

use super::WORDS;
use super::tag::{angles, closes};
use crate::scan::pattern::Bytes;
use crate::scan::secret::run;

/// Whether the text of the element of this name is more than a label: so many words outside of tags.
pub(super) fn prose(content: &[u8], name: &[u8]) -> bool {
    let (mut words, mut tag, mut at) = (0_usize, false, 0_usize);
    loop {
        // What begins in a tag or as one is no word, up to a blank outside of tags.
        if tag || content.get(at) == Some(&b'<') {
            loop {
                at = if tag {
                    run(content, at, usize::MAX, |byte| byte != b'<' && byte != b'>')
                } else {
                    run(content, at, usize::MAX, |byte| !PARTS.has(byte))
                };
                match content.get(at) {
                    None => return false,
                    Some(b'<') if ends_text(content, at, name) => return false,
                    Some(byte @ (b'<' | b'>')) => tag = *byte == b'<',
                    Some(_) => break,
                }
                at = at.saturating_add(1);
            }
            at = at.saturating_add(1);
            continue;
        }
        let from = at;
        let mut word = Word::default();
        let ended = loop {
            match content.get(at) {
                None => break true,
                Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0C') => break false,
                Some(b'<') if ends_text(content, at, name) => break true,
                Some(byte) => word.takes(*byte, &mut tag),
            }
            at = at.saturating_add(1);
        };
        words = words.saturating_add(word.worth(at.saturating_sub(from)));
        if ended || words >= WORDS {
            return words >= WORDS;
        }
        at = at.saturating_add(1);
    }
}

/// Where the text of an element ends: where it is closed, or where a program begins, which is no prose.
pub(super) fn text_end(content: &[u8], name: &[u8]) -> usize {
    angles(content).find(|at| ends_text(content, *at, name)).unwrap_or(content.len())
}

fn ends_text(content: &[u8], at: usize, name: &[u8]) -> bool {
    match content.get(at.saturating_add(1)) {
        Some(b'/') => closes(content, at, name),
        Some(b's' | b'S') => {
            let tag = content.get(at..).and_then(|rest| rest.get(..7)).unwrap_or_default();
            tag.eq_ignore_ascii_case(b"<script") || tag.eq_ignore_ascii_case(b"<style ")
        }
        _ => false,
    }
}

/// What parts words and tags.
static PARTS: Bytes = Bytes::of(b"<> \t\n\r\x0C");

/// What is between two blanks.
#[derive(Debug, Default)]
struct Word {
    letters: usize,
    /// Bytes of characters beyond ASCII.
    wide: usize,
    angles: usize,
    code: bool,
}

impl Word {
    fn takes(&mut self, byte: u8, tag: &mut bool) {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => self.letters = self.letters.saturating_add(1),
            0x80.. => self.wide = self.wide.saturating_add(1),
            b'<' | b'>' => {
                *tag = byte == b'<';
                self.angles = self.angles.saturating_add(1);
            }
            b'{' | b'}' | b'=' | b';' => self.code = true,
            _ => {}
        }
    }

    /// How many words it is.
    fn worth(&self, length: usize) -> usize {
        // The first and last words of an element touch its tags.
        let plain = self.angles == 1 || self.angles == 0 && !self.code;
        let letters = self.letters.saturating_add(self.wide);
        if !plain || letters == 0 || letters.saturating_mul(3) < length.saturating_mul(2) {
            0
        } else if self.wide == length {
            // A word of Chinese or Japanese is a sentence.
            (length / 6).max(1)
        } else {
            1
        }
    }
}
