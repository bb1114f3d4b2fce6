//! The words before or behind a number.

use super::class::{LETTER, is};

/// Words from the last to the first: letters of any script; `clientIp` is two.
#[derive(Debug)]
pub(super) struct Words<'t> {
    pub(super) rest: &'t [u8],
}

#[derive(Debug)]
pub(super) struct Word<'t> {
    pub(super) letters: &'t [u8],
    /// What stands between it and the word behind it.
    behind: &'t [u8],
}

impl Word<'_> {
    /// Whether a sentence ends behind it. What ends `tel.` is no sentence.
    pub(super) fn ends_sentence(&self) -> bool {
        let stop =
            self.behind.windows(2).position(|two| matches!(two, [b'.' | b'!' | b'?' | b';', b' ' | b'\n']));
        stop.is_some_and(|place| place > 0 || self.letters.len() > 4)
    }
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;
    fn next(&mut self) -> Option<Word<'t>> {
        let end = self.rest.iter().rposition(is_letter)? + 1;
        let (run, behind) = self.rest.split_at_checked(end)?;
        let mut large = false;
        let start = run.iter().rposition(|byte| {
            let starts = !is_letter(byte) || large && byte.is_ascii_lowercase();
            large = byte.is_ascii_uppercase();
            starts
        });
        let start = start.map_or(0, |before| before + 1);
        let (rest, letters) = run.split_at_checked(start)?;
        self.rest = rest;
        Some(Word { letters, behind })
    }
}

pub(super) fn is_letter(byte: &u8) -> bool {
    is(*byte, LETTER)
}
