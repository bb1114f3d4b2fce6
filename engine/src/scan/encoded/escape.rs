//! Characters written by their numbers: percent signs, entities, escapes, spaced hexadecimal bytes.

use alloc::vec::Vec;

use super::{
    DECODED_BYTES_MAX, Decoded, Each, Encoding,
    prose::{prose, readable},
};
use crate::scan::{
    Text,
    trigger::{Gram, Set},
    work::looked,
};
use crate::spelling::{self, Escaped};

const HEX: Set = Set::of(b"0123456789abcdef");
const SIGN: Set = Set::of(b"%&#");
const BACK: Set = Set::of(b"\\");
const OPEN: Set = Set::of(b"{");

const DOT: Set = Set::of(b".");
const WORD: Set = Set::LETTER.or(Set::DIGIT);

const fn gram(sets: [Set; 4]) -> Gram {
    Gram::of(sets, 0)
}

/// Two digits before this byte.
const fn two_before(byte: u8) -> Gram {
    Gram::of([WORD.or(DOT).not(), Set::DIGIT, HEX, Set::of(&[byte])], 1).with(3, byte)
}

/// Where characters may be written by their numbers. Of two that show in the same four bytes the place of the first
/// must not be behind that of the second.
pub(in crate::scan) const GRAMS: &[Gram] = &[
    // %49%, %20a, %u0049
    gram([SIGN, Set::DIGIT, HEX, SIGN]).with(0, b'%').with(3, b'%'),
    gram([SIGN, Set::DIGIT, Set::DIGIT, Set::LETTER]).with(0, b'%'),
    gram([SIGN, Set::of(b"u"), Set::DIGIT, Set::DIGIT]).with(0, b'%'),
    // &#73; &#x49;
    gram([SIGN, SIGN, Set::DIGIT, Set::DIGIT]).with(0, b'&').with(1, b'#'),
    gram([SIGN, SIGN, Set::of(b"x"), HEX]).with(0, b'&').with(1, b'#'),
    // \u0049 \u{49} \x49
    gram([BACK, Set::of(b"u"), Set::DIGIT, Set::DIGIT]).with(0, b'\\'),
    gram([BACK, Set::of(b"u"), OPEN, HEX]).with(0, b'\\').with(2, b'{'),
    gram([BACK, Set::of(b"x"), Set::DIGIT, HEX]).with(0, b'\\').with(1, b'x'),
    // 0x49, 49 67
    gram([Set::DIGIT, Set::of(b"x"), Set::DIGIT, HEX]).with(0, b'0').with(1, b'x'),
    two_before(b' '),
    two_before(b','),
    two_before(b'\n'),
    Gram::of([Set::DIGIT.not(), DOT, Set::DIGIT, HEX], 2),
];

/// Fewer numbers than this say nothing.
const UNITS: usize = 4;
/// So many letters written as numbers, for no reason, are no accident.
const NEEDLESS: usize = 8;

/// One character or byte by its number.
struct Unit {
    length: usize,
    value: Escaped,
    /// Whether the grams show it; runs are entered at the first of these.
    telling: bool,
}

/// Looks at the run of numbers that begins here; the place to go on from.
pub(in crate::scan) fn look(text: &Text<'_>, at: usize, each: Each<'_>) -> usize {
    run(text.bytes, at, each).unwrap_or(at).max(at.saturating_add(1))
}

/// Hands over what the run of numbers says that begins here; the place to go on from.
fn run(bytes: &[u8], at: usize, each: Each<'_>) -> Option<usize> {
    let encoding = match bytes.get(at)? {
        b'%' => Encoding::Percent,
        b'&' => Encoding::Entity,
        b'\\' => Encoding::Escape,
        b'0'..=b'9' => Encoding::Hex,
        _ => return None,
    };
    if !unit(encoding, bytes, at)?.telling || continued(encoding, bytes, at) {
        return None;
    }
    // Most are too few, which is told before anything is kept.
    let mut walk = Walk::new(encoding, bytes, at);
    let few = walk.by_ref().filter(|piece| matches!(piece, Piece::Unit(_))).take(UNITS).count() < UNITS;
    if few {
        return Some(walk.looked_at());
    }
    let mut walk = Walk::new(encoding, bytes, at);
    let mut decoded = Vec::new();
    let mut length = 0;
    let (mut needless, mut letters) = (0_usize, 0_usize);
    for piece in walk.by_ref() {
        match piece {
            Piece::Unit(unit) => {
                let ascii = match unit.value {
                    Escaped::Byte(byte) => byte,
                    Escaped::Char(char) => u8::try_from(char).unwrap_or(0x80),
                };
                needless = needless.saturating_add(usize::from(ascii.is_ascii_alphanumeric()));
                letters = letters.saturating_add(usize::from(ascii.is_ascii_alphanumeric()));
                if decoded.len() < DECODED_BYTES_MAX {
                    match unit.value {
                        Escaped::Byte(byte) => decoded.push(byte),
                        Escaped::Char(char) => {
                            decoded.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                        }
                    }
                    length = decoded.len();
                }
            }
            Piece::Between(byte) => {
                letters = letters.saturating_add(usize::from(byte.is_ascii_alphanumeric()));
                if encoding != Encoding::Hex && decoded.len() < DECODED_BYTES_MAX {
                    decoded.push(byte);
                }
            }
        }
    }
    let (end, looked_at) = (walk.end, walk.looked_at());
    decoded.truncate(length);
    if let Some(text) = readable(&decoded) {
        let needless = needless >= NEEDLESS && needless.saturating_mul(2) >= letters;
        each(Decoded { encoding, place: at..end, text, prose: needless && prose(text) });
    }
    Some(looked_at)
}

/// The pieces of a run of numbers.
struct Walk<'t> {
    encoding: Encoding,
    bytes: &'t [u8],
    here: usize,
    /// Where the last number ends that the grams show.
    last: usize,
    /// Where the last number ends.
    end: usize,
    /// Where between the numbers first ones of another encoding may begin.
    other: Option<usize>,
}

impl<'t> Walk<'t> {
    fn new(encoding: Encoding, bytes: &'t [u8], at: usize) -> Walk<'t> {
        Walk { encoding, bytes, here: at, last: at, end: at, other: None }
    }

    /// Up to where nothing else can begin.
    fn looked_at(&self) -> usize {
        self.other.map_or(self.end, |other| other.min(self.end))
    }
}

enum Piece {
    Unit(Unit),
    Between(u8),
}

impl Iterator for Walk<'_> {
    type Item = Piece;
    fn next(&mut self) -> Option<Piece> {
        let byte = *self.bytes.get(self.here)?;
        if self.here.saturating_sub(self.last) > gap(self.encoding) {
            return None;
        }
        if let Some(unit) = unit(self.encoding, self.bytes, self.here) {
            self.here = self.here.saturating_add(unit.length);
            if unit.telling {
                self.last = self.here;
            }
            self.end = self.here;
            return Some(Piece::Unit(unit));
        }
        if self.other.is_none() && matches!(byte, b'%' | b'&' | b'\\' | b'0'..=b'9') {
            self.other = Some(self.here);
        }
        self.here = self.here.saturating_add(1);
        between(self.encoding, byte).then_some(Piece::Between(byte))
    }
}

/// How much that is not written as numbers a run may hold in one place.
const fn gap(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Hex => 2,
        _ => 24,
    }
}

/// What may stand between numbers: in URLs no spaces, in lists of bytes nothing else.
fn between(encoding: Encoding, byte: u8) -> bool {
    match encoding {
        Encoding::Hex => matches!(byte, b' ' | b',' | b'\n'),
        Encoding::Percent => byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`'),
        _ => byte == b' ' || byte.is_ascii_graphic(),
    }
}

/// Whether the number here goes on a run that began earlier.
fn continued(encoding: Encoding, bytes: &[u8], at: usize) -> bool {
    const LONGEST: usize = 12;
    let ends_here = |earlier: usize| {
        unit(encoding, bytes, earlier).is_some_and(|unit| {
            let end = earlier.saturating_add(unit.length);
            let rest = bytes.get(end..at);
            unit.telling
                && rest.is_some_and(|rest| {
                    rest.len() <= gap(encoding) && rest.iter().all(|byte| between(encoding, *byte))
                })
        })
    };
    if encoding == Encoding::Hex {
        // Two of them have something between them, and are of two or four bytes.
        let before = bytes.get(..at).unwrap_or_default();
        let apart = before.iter().rev().take(gap(encoding)).take_while(|byte| between(encoding, **byte));
        let apart = apart.count();
        return (1..=apart)
            .any(|apart| [2, 4].iter().any(|length| at.checked_sub(apart + length).is_some_and(ends_here)));
    }
    (at.saturating_sub(gap(encoding).saturating_add(LONGEST))..at).any(ends_here)
}

fn unit(encoding: Encoding, bytes: &[u8], at: usize) -> Option<Unit> {
    looked(1);
    let rest = bytes.get(at..)?;
    match encoding {
        Encoding::Percent => percent(rest),
        Encoding::Entity => entity(rest),
        Encoding::Escape => escape(rest),
        _ => {
            // Behind a digit and a dot it is a fraction.
            let free = match bytes.get(..at)? {
                [.., digit, b'.'] => !digit.is_ascii_digit(),
                [.., last] => !last.is_ascii_alphanumeric(),
                [] => true,
            };
            if free { pair(rest) } else { None }
        }
    }
}

fn percent(rest: &[u8]) -> Option<Unit> {
    let (value, length) = spelling::percent(rest)?;
    let telling = match rest {
        [_, b'0'..=b'9', _, b'%', ..] => true,
        [_, b'0'..=b'9', b'0'..=b'9', next, ..] => next.is_ascii_alphabetic(),
        [_, b'u' | b'U', b'0'..=b'9', b'0'..=b'9', ..] => true,
        _ => false,
    };
    Some(Unit { length, value, telling })
}

fn entity(rest: &[u8]) -> Option<Unit> {
    let (value, length) = rest.starts_with(b"&#").then(|| spelling::reference(rest))??;
    let telling = matches!(rest, [_, _, b'x' | b'X', ..] | [_, _, b'0'..=b'9', b'0'..=b'9', ..]);
    Some(Unit { length, value, telling })
}

fn escape(rest: &[u8]) -> Option<Unit> {
    match rest {
        [b'\\', b'x', high, low, ..] => {
            Some(Unit { length: 4, value: Escaped::Byte(byte(*high, *low)?), telling: high.is_ascii_digit() })
        }
        [b'\\', b'u' | b'U', b'{', digits @ ..] => {
            let (value, length) = number(digits, 16, 6)?;
            (digits.get(length) == Some(&b'}')).then_some(())?;
            Some(Unit {
                length: length.saturating_add(4),
                value: Escaped::Char(char::from_u32(value)?),
                telling: true,
            })
        }
        [b'\\', b'u', digits @ ..] => {
            let (char, length) = spelling::utf16(rest)?;
            let telling = matches!(digits, [b'0'..=b'9', b'0'..=b'9', ..]);
            Some(Unit { length, value: Escaped::Char(char), telling })
        }
        _ => None,
    }
}

/// A byte as two hexadecimal digits, the first a decimal one as those of ASCII are, or as `0x` and two.
fn pair(rest: &[u8]) -> Option<Unit> {
    let (prefix, digits) = match rest {
        [b'0', b'x', digits @ ..] => (2, digits),
        _ => (0, rest),
    };
    let [high, low, after @ ..] = digits else { return None };
    if after.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let next = matches!(after, [b' ' | b',' | b'\n', b'0'..=b'9', ..]);
    let telling = high.is_ascii_digit() && (prefix > 0 || next);
    Some(Unit { length: 2_usize.saturating_add(prefix), value: Escaped::Byte(byte(*high, *low)?), telling })
}

/// The number that these digits begin with, and how many they are; none without digits or with more than `most`.
fn number(digits: &[u8], radix: u32, most: usize) -> Option<(u32, usize)> {
    let mut value = 0_u32;
    let mut length = 0_usize;
    for digit in digits.iter().take(most).map_while(|digit| char::from(*digit).to_digit(radix)) {
        value = value.saturating_mul(radix).saturating_add(digit);
        length = length.saturating_add(1);
    }
    (length > 0).then_some((value, length))
}

fn byte(high: u8, low: u8) -> Option<u8> {
    u8::try_from(spelling::hex(high)? << 4 | spelling::hex(low)?).ok()
}
