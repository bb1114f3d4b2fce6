//! Marks: literal texts, such as the tags of roles.

use alloc::vec::Vec;
use core::ops::Range;

use super::sentence::Sentence;
use super::{Meaning, char};
use crate::order;
use crate::scan::work::looked;

/// A tag is taken to enclose no more than this.
const ENCLOSED_BYTES_MAX: usize = 4096;
/// So many beginnings of tags that were passed are dropped at once.
const PASSED_MAX: usize = 4096;

/// A literal text.
#[derive(Debug)]
pub(super) struct Mark {
    meaning: Meaning,
    /// Lower case.
    text: Vec<u8>,
    /// Which of its bytes the trigger finds first.
    anchor: usize,
}

/// All marks.
#[derive(Debug)]
pub(super) struct Marks {
    /// In the order of their keys.
    marks: Vec<Mark>,
    /// By mark.
    keys: Vec<Key>,
}

/// How a mark begins, in lower case: this tells most of those apart that begin alike.
#[derive(Debug)]
struct Key {
    /// The four bytes that the trigger finds; marks are in their order.
    four: u32,
    /// What the four bytes behind them must be, and which of their bits are known.
    behind: u32,
    mask: u32,
}

/// What was read of a text for marks.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) sentence: Sentence,
    tags: Tags,
}

impl Mark {
    /// This text, which the trigger finds by the four bytes from `anchor` on; `None` where there are no four.
    pub(super) fn new(meaning: Meaning, text: Vec<u8>, anchor: usize) -> Option<Self> {
        text.get(anchor..).is_some_and(|rest| rest.len() >= 4).then_some(Self { meaning, text, anchor })
    }

    fn key(&self) -> Key {
        let at = self.anchor + 4;
        let unknown = 4_usize.saturating_sub(self.text.len().saturating_sub(at));
        let mask = u32::try_from(8 * unknown).ok().and_then(|bits| u32::MAX.checked_shl(bits)).unwrap_or(0);
        Key { four: folded(&self.text, self.anchor), behind: folded(&self.text, at), mask }
    }

    /// Where it stands if the trigger led to `at`.
    fn place(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        let start = at.checked_sub(self.anchor)?;
        let end = start + self.text.len();
        let found = text.get(start..end)?;
        let is = found.eq_ignore_ascii_case(&self.text);
        // A mark that is a word must not be a part of one.
        let whole = !self.text.first().is_some_and(u8::is_ascii_alphanumeric)
            || char::char_before(text, start).is_none_or(|(char, _)| !char.is_alphanumeric());
        (is && whole).then_some(start..end)
    }

    /// The name of the tag that it opens.
    fn name(&self) -> Option<&[u8]> {
        self.text.strip_prefix(b"<")?.strip_suffix(b">").filter(|name| !name.starts_with(b"/"))
    }
}

impl Marks {
    pub(super) fn new(mut marks: Vec<Mark>) -> Self {
        order::by_number(&mut marks, |mark| mark.key().four.into());
        let keys = marks.iter().map(Mark::key).collect();
        Self { marks, keys }
    }

    /// The number of the first mark that the trigger finds by these four bytes.
    pub(super) fn first(&self, four: [u8; 4]) -> usize {
        let key = folded(&four, 0);
        self.keys.partition_point(|other| other.four < key)
    }

    /// Reports every mark, also of tools only, that the trigger leads to here, up to the end of what it begins.
    pub(super) fn look(
        &self,
        text: &[u8],
        at: usize,
        reading: &mut Reading,
        report: &mut dyn FnMut(Meaning, Range<usize>),
    ) {
        if let Some(four) = text.get(at..).and_then(<[u8]>::first_chunk) {
            self.look_from(self.first(*four), true, text, at, reading, report);
        }
    }

    /// The same for the marks of the same four bytes as that of this number: those for any text, or all.
    #[inline]
    pub(super) fn look_from(
        &self,
        number: usize,
        all: bool,
        text: &[u8],
        at: usize,
        reading: &mut Reading,
        report: &mut dyn FnMut(Meaning, Range<usize>),
    ) {
        let Some(Key { four, .. }) = self.keys.get(number) else { return };
        let behind = folded(text, at.saturating_add(4));
        let same = self.keys.iter().skip(number).take_while(|key| key.four == *four);
        for (key, mark) in same.zip(self.marks.iter().skip(number)) {
            if (key.behind ^ behind) & key.mask != 0 || !all && mark.meaning.kind().is_none() {
                continue;
            }
            if let Some(place) = mark.place(text, at) {
                let enclosed = mark.name().and_then(|name| reading.tags.close(text, place.end, name));
                let end = enclosed.unwrap_or_else(|| reading.sentence.end(text, place.end).max(place.end));
                report(mark.meaning, place.start..end);
            }
        }
    }
}

/// Where tags begin in a text, found once for all marks.
#[derive(Debug, Default)]
struct Tags {
    /// Where a tag begins, and the first four bytes of its name.
    tags: Vec<(usize, u32)>,
    /// From the first of these to the second they are known.
    read: (usize, usize),
}

impl Tags {
    /// The end of the closing tag of this name that the opening tag of the name, which ends at `from`, is closed by.
    fn close(&mut self, text: &[u8], from: usize, name: &[u8]) -> Option<usize> {
        if !(self.read.0..=self.read.1).contains(&from) {
            self.tags.clear();
            self.read = (from, from);
        }
        let mut index = self.tags.partition_point(|(at, _)| *at < from);
        if index > PASSED_MAX {
            self.tags.drain(..index);
            self.read.0 = from;
            index = 0;
        }
        let limit = from.saturating_add(ENCLOSED_BYTES_MAX).min(text.len());
        let key = folded(name, 0);
        let unknown = 32_u32.saturating_sub(8 * u32::try_from(name.len()).unwrap_or(4));
        loop {
            looked(1);
            let (at, other) = match self.tags.get(index) {
                Some(tag) => *tag,
                None => self.next(text, limit)?,
            };
            index += 1;
            if at >= limit {
                return None;
            }
            if (key ^ other).checked_shr(unknown) != Some(0) {
                continue;
            }
            let rest = text.get(at + 1..)?;
            let (closes, rest) = rest.strip_prefix(b"/").map_or((false, rest), |rest| (true, rest));
            let same = rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
            match same.then(|| rest.get(name.len())) {
                Some(Some(b'>')) if closes => return Some(at + name.len() + 3),
                // The next of its kind will look for the end; who looks further for each looks too often.
                Some(_) if !closes => return None,
                _ => {}
            }
        }
    }

    /// The next tag after those that are known, before `limit`.
    fn next(&mut self, text: &[u8], limit: usize) -> Option<(usize, u32)> {
        let found = text.get(self.read.1..limit)?.iter().position(|byte| *byte == b'<');
        let Some(at) = found.map(|by| self.read.1 + by) else {
            looked(limit.saturating_sub(self.read.1));
            self.read.1 = limit;
            return None;
        };
        looked(at + 1 - self.read.1);
        self.read.1 = at + 1;
        let name = at + 1 + usize::from(text.get(at + 1) == Some(&b'/'));
        let tag = (at, folded(text, name));
        self.tags.push(tag);
        Some(tag)
    }
}

/// Four bytes from a place on in lower case, the first in the highest bits; zeros where there are none.
#[inline(never)]
fn folded(text: &[u8], at: usize) -> u32 {
    let rest = text.get(at..).unwrap_or_default();
    let four = rest.first_chunk::<4>().copied().unwrap_or_else(|| {
        let mut four = [0; 4];
        four.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        four
    });
    small(u32::from_be_bytes(four))
}

/// The ASCII letters of four bytes made small, in all at once.
#[inline]
const fn small(four: u32) -> u32 {
    const ONES: u32 = u32::from_ne_bytes([1; 4]);
    const HIGH: u32 = ONES << 7;
    let low = four & !HIGH;
    // The high bit of a byte says whether the byte is at least so much; no byte carries into the next.
    let from_a = low.wrapping_add(ONES * (0x80 - b'A' as u32));
    let beyond_z = low.wrapping_add(ONES * (0x7F - b'Z' as u32));
    four | (from_a & !beyond_z & !four & HIGH) >> 2
}

#[cfg(test)]
mod tests {
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn letters_are_made_small_whatever_is_beside_them() {
        for byte in 0..=u8::MAX {
            for other in [0, b'A', b'Z', b'a', 0x7F, 0x80, 0xC1, 0xFF] {
                let four = [byte, other, other, byte];
                let small = four.map(|byte| byte.to_ascii_lowercase());
                assert_eq!(super::small(u32::from_be_bytes(four)), u32::from_be_bytes(small), "{four:?}");
            }
        }
    }
}
