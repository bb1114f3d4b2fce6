//! How rare four bytes of a text are: triggers are made of the rarest.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use crate::scan::Set;

/// How often any four bytes in a row are seen in everyday words.
#[derive(Default)]
pub(super) struct Commonness {
    exactly: BTreeMap<[u8; 4], u64>,
    /// As the trigger tells bytes apart. What only looks alike to it is refused soon after.
    alike: BTreeMap<[Set; 4], u64>,
}

impl Commonness {
    /// From everyday words, the commonest first.
    pub(super) fn new(common: &[String]) -> Self {
        let mut seen = Self::default();
        for (rank, word) in (10..).zip(common) {
            for four in format!("   {word}   ").as_bytes().array_windows() {
                *seen.exactly.entry(*four).or_default() += EXACT_COST * 1_000_000 / rank;
                *seen.alike.entry(classes(*four)).or_default() += 1_000_000 / rank;
            }
        }
        seen
    }

    /// The rarest four bytes of a text, and where they are: before `limit`.
    pub(super) fn rarest(&self, text: &str, limit: u16) -> Option<(u16, [u8; 4])> {
        let windows = (0..limit).zip(text.as_bytes().array_windows().copied());
        // Of a character that is cut the bytes depend on its case, and any are taken.
        let cut = |at: usize| !text.is_char_boundary(at) || !text.is_char_boundary(at.saturating_add(4));
        windows.min_by_key(|(at, four)| (cut(usize::from(*at)), self.commonness(*four)))
    }

    /// First by the words they are a part of, then by themselves.
    fn commonness(&self, four: [u8; 4]) -> (u64, u64) {
        let plain = four.map(|byte| if byte.is_ascii_alphabetic() { byte } else { b' ' });
        let exactly = self.exactly.get(&plain).copied().unwrap_or_default();
        let seen = exactly + self.alike.get(&classes(plain)).copied().unwrap_or_default();
        let seen = match plain.iter().filter(|byte| **byte == b' ').count() {
            0 | 1 => seen,
            // Two marks in a row are rarer than one; more are a matter of layout.
            2 => seen / 8,
            _ => u64::MAX,
        };
        (seen, four.iter().map(|byte| commonness(*byte)).product())
    }
}

/// How much more work it is to look at a place than to see that it only seemed to be one.
const EXACT_COST: u64 = 3;

fn classes(four: [u8; 4]) -> [Set; 4] {
    four.map(|byte| Set::of(&[byte]))
}

/// About how many of a thousand bytes of text are like this one.
fn commonness(byte: u8) -> u64 {
    match byte {
        b'a'..=b'z' => match byte {
            b'e' => 80,
            b't' | b'a' | b'i' | b'o' | b'n' | b's' | b'r' => 55,
            b'c' | b'l' | b'd' => 30,
            b'p' | b'm' | b'u' | b'h' => 20,
            b'g' | b'f' | b'b' | b'y' => 12,
            _ => 7,
        },
        b'0'..=b'9' => 40,
        b'-' | b'_' | b'/' | b':' | b'=' => 35,
        b'.' => 12,
        b'@' => 1,
        0x80.. => 4,
        _ => 250,
    }
}
