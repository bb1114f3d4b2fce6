//! The first stage: which places of a text are worth a closer look.

use alloc::vec::Vec;

/// Bytes are told apart by 32 classes, so that four of them in a row are a number of 20 bits.
const CLASSES: usize = 32;

/// A set of byte classes, one bit each. Sets of bytes are rounded up to classes: letters of both cases are one
/// class, some rare letters share one, all digits are one. Whoever looks closer checks exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set(u32);

impl Set {
    /// Every byte, also none at the end of the text.
    pub const ANY: Set = Set(u32::MAX);
    /// ASCII digits.
    pub const DIGIT: Set = Set::of(b"0");
    /// ASCII letters.
    pub const LETTER: Set = Set::of(b"abcdefghijklmnopqrstuvwxyz");
    /// The bytes of this string, rounded up to classes.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Set {
        let mut bits = 0;
        let mut rest = bytes;
        while let [first, after @ ..] = rest {
            bits |= 1 << class(*first);
            rest = after;
        }
        Set(bits)
    }
    /// Both.
    #[must_use]
    pub const fn or(self, other: Set) -> Set {
        Set(self.0 | other.0)
    }
    /// What is not in it.
    #[must_use]
    pub const fn not(self) -> Set {
        Set(!self.0)
    }
}

/// Four bytes in a row that a place of interest shows. Beyond either end of a text every byte is in the class of
/// the space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gram {
    /// What the four bytes may be.
    pub sets: [Set; 4],
    /// How many of the four come before the place of interest, 0 to 3.
    pub before: u8,
}

impl Gram {
    /// A place where this text begins, in either case; of more than four bytes the first four count.
    #[must_use]
    pub const fn literal(text: &[u8]) -> Gram {
        let set = |byte: Option<&u8>| match byte {
            Some(byte) => Set(1 << class(*byte)),
            None => Set::ANY,
        };
        let _ = set;
        let mut sets = [Set::ANY; 4];
        let [a, b, c, d] = &mut sets;
        if let [first, ..] = text {
            *a = Set(1 << class(*first));
        }
        if let [_, second, ..] = text {
            *b = Set(1 << class(*second));
        }
        if let [_, _, third, ..] = text {
            *c = Set(1 << class(*third));
        }
        if let [_, _, _, fourth, ..] = text {
            *d = Set(1 << class(*fourth));
        }
        Gram { sets, before: 0 }
    }

    /// Whether it shows at this place: what the trigger does for many at once, told plainly.
    #[cfg(test)]
    pub(crate) fn matches(&self, text: &[u8], at: usize) -> bool {
        let start = (at as isize).saturating_sub(isize::from(i8::try_from(self.before).unwrap_or(0)));
        (start..).zip(self.sets).all(|(place, set)| {
            let byte = usize::try_from(place).ok().and_then(|place| text.get(place)).copied().unwrap_or(b' ');
            set.0 >> class(byte) & 1 == 1
        })
    }
}

/// The class of a byte, 0 to 31. Chosen so that text of most scripts triggers rarely: lead bytes of characters that
/// can hide something have a class of their own.
const fn class(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'i' => letter - b'a' + 1,
        letter @ b'k'..=b'p' => letter - b'k' + 10,
        letter @ b'r'..=b'w' => letter - b'r' + 16,
        b'y' => 22,
        // Rare enough to share one.
        b'j' | b'q' | b'x' | b'z' => 23,
        b'0'..=b'9' => 24,
        b'-' | b'_' => 25,
        b'.' => 26,
        b'@' => 27,
        b'/' | b':' | b'=' => 28,
        // Soft hyphen, combining marks, bidi marks, zero width, styled letters, tags: where text hides.
        0xC2 | 0xCC | 0xCD | 0xD8 | 0xE1 | 0xE2 | 0xE3 | 0xEF | 0xF0 | 0xF3 => 31,
        0xC3..=0xDF => 30,
        0x80..=0xFF => 29,
        _ => 0,
    }
}
