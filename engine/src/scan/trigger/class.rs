//! Classes of bytes: so many that text of most scripts is told from what is sought, so few that four in a row are a
//! small number.

/// Bits of one byte's class: bytes are told apart by 32 classes, so that four in a row are a number of 20 bits.
pub(super) const CLASS_BITS: u32 = 5;
/// Classes that were seen stand so much higher, so that three of them are the place of a row in bytes.
pub(super) const SCALE_BITS: u32 = 2;

/// A set of byte classes, one bit each. Sets of bytes are rounded up to classes: letters of both cases are one
/// class, some letters share one, all digits are one. Whoever looks closer checks exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set(pub(super) u32);

impl Set {
    /// Every byte, also none at the end of the text.
    pub const ANY: Set = Set(u32::MAX);
    /// ASCII digits.
    pub const DIGIT: Set = Set::of(b"0");
    /// ASCII letters.
    pub const LETTER: Set = Set::of(b"abcdefghijklmnopqrstuvwxyz");
    /// ASCII but for letters and digits: blanks and marks.
    pub const MARK: Set = Set::of(b" !-.:@/");
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
    /// What is not in it; of bytes that share a class with one in it none is left either, so who means such bytes asks
    /// for them by grams of their own.
    #[must_use]
    pub const fn not(self) -> Set {
        Set(!self.0)
    }

    pub(super) fn classes(self) -> impl Iterator<Item = u32> + Clone {
        (0..32).filter(move |class| self.0 >> class & 1 != 0)
    }
}

/// The classes seen after one more byte, the last in the lowest bits but [`SCALE_BITS`]. What is older than four bytes
/// stays above.
#[inline]
pub(super) fn after(seen: u32, byte: u8) -> u32 {
    seen << CLASS_BITS | CLASSES.get(usize::from(byte)).map_or(0, |class| u32::from(*class))
}

/// A bit for the class of the byte.
#[inline]
pub(super) fn bit(byte: u8) -> u32 {
    BITS.get(usize::from(byte)).copied().unwrap_or(0)
}

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        #[expect(clippy::cast_possible_truncation, reason = "less than 256")]
        {
            classes[byte] = class(byte as u8) << SCALE_BITS;
        }
        byte += 1;
    }
    classes
}

const fn bits() -> [u32; 256] {
    let mut bits = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            bits[byte] = 1 << (CLASSES[byte] >> SCALE_BITS);
        }
        byte += 1;
    }
    bits
}

/// The class of each byte, scaled.
static CLASSES: [u8; 256] = classes();
static BITS: [u32; 256] = bits();

/// The class of a byte, 0 to 31. Blanks are apart from marks: words stand between blanks, what is written in marks does
/// not. Chosen so that text of most scripts triggers rarely: what can hide something must differ from Cyrillic, Arabic,
/// Vietnamese, Japanese and Chinese text, and from quotation marks, by the classes of its first two or three bytes.
/// Backslash and bracket are apart from the marks of HTML, Markdown and JSON, so that closing tags and quoted names are
/// not taken for escapes and labels. The second halves of characters may share a class with something that never stands
/// in their place: after an ASCII byte comes no continuation byte.
pub(super) const fn class(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'i' => letter - b'a' + 1,
        letter @ b'l'..=b'p' => letter - b'l' + 10,
        letter @ b'r'..=b'u' => letter - b'r' + 15,
        // Rare enough to share one.
        b'j' | b'k' | b'q' | b'v' | b'x' | b'z' => 21,
        b'w' => 7,
        b'y' => 6,
        b'0'..=b'9' => 22,
        b'-' | b'_' | b'\\' | b'[' => 23,
        b'.' => 24,
        b'@' | 0x9E | 0xA0 | 0xAA..=0xAC | 0xAE => 25,
        b'/' | b'=' => 26,
        b':' => 20,
        b' ' | b'\n' | b'\r' | b'\t' => 0,
        // Greek, Cyrillic and Armenian letters begin with the first of these, the rest ends zero-width characters.
        0xCE..=0xD6 | 0x84..=0x86 | 0x8B..=0x8F | 0xAD | 0xB4 | 0xB5 | 0xBC => 28,
        0x81 | 0x92 | 0x93 | 0x9B..=0x9D | 0xB8 | 0xBB | 0xBD..=0xBF => 29,
        // First bytes of characters that can hide something: zero width, bidi marks, styled letters, selectors. With them
        // those of scripts of three bytes, so that their first bytes are not taken for the others.
        0xD8 | 0xE0 | 0xE2 | 0xE4..=0xED | 0xEF | 0xF0 => 30,
        // Soft hyphen, joiners, fillers, small capitals, tags.
        0xC2 | 0xCD | 0xE1 | 0xE3 | 0xF3 => 31,
        0x80..=0xFF => 27,
        _ => 19,
    }
}
