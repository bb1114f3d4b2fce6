//! The first stage: which places of a text are worth a closer look.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::order;

/// Bits of one byte's class: bytes are told apart by 32 classes, so that four in a row are a number of 20 bits.
const CLASS_BITS: u32 = 5;
/// The bits of one class.
const LAST: u32 = (1 << CLASS_BITS) - 1;
/// Rows of the set of grams: one for every three classes in a row.
const ROWS: usize = 1 << (3 * CLASS_BITS);
/// So many bytes are looked at in a row; more would need more registers than there are.
const STEP: usize = 4;
/// Places in the set that all grams together may take, so that a table cannot ask for much memory.
const CELLS_MAX: usize = 1 << 20;

/// The grams of all that looks closer, as one set that is asked at every byte.
///
/// Which sources a gram in the set belongs to is found by its rank: how many grams of the set are smaller.
pub struct Trigger {
    /// For every three classes in a row the set of those that make a gram of them.
    rows: Box<[u32; ROWS]>,
    /// How many grams are in the rows before each.
    ranks: Vec<u32>,
    /// By rank: the number of the list of those whose gram it is.
    lists: Vec<u16>,
    /// By number of a list: where its groups begin; one more at the end.
    starts: Vec<u32>,
    groups: Vec<Group>,
    /// By group.
    members: Vec<Member>,
}

/// Grams of one list that know the same bits of their bytes, ascending by what these must be.
struct Group {
    fold: u32,
    mask: u32,
    /// A bit for what each member must be: in scripts whose bytes the classes hardly tell apart, most places of a text
    /// lead to a list, and to none of its members.
    sieve: [u64; 4],
    /// Where its members begin and end.
    from: u32,
    to: u32,
}

/// A gram of a group.
struct Member {
    /// What the bits that are known must be.
    value: u32,
    source: u16,
    /// How many of the four bytes come before the place of interest.
    before: u8,
}

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
    /// ASCII but for letters and digits: blanks and marks.
    pub const MARK: Set = Set::of(b" -.@/");
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

    fn classes(self) -> impl Iterator<Item = u32> + Clone {
        (0..32).filter(move |class| self.0 >> class & 1 != 0)
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
    /// What some of the four must be exactly: classes say too little where many bytes share one.
    pub exact: Exact,
}

/// Bytes of a gram that must be these, the first in the lowest bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact {
    /// The bit of the case, where it does not matter.
    fold: u32,
    mask: u32,
    value: u32,
}

impl Exact {
    /// These bytes, as far as they are known; the case of ASCII letters does not matter.
    #[must_use]
    pub const fn of(bytes: [Option<u8>; 4]) -> Exact {
        let mut exact = Exact { fold: 0, mask: 0, value: 0 };
        let mut rest: &[Option<u8>] = &bytes;
        let mut shift = 0;
        while let [first, after @ ..] = rest {
            if let Some(byte) = first {
                let fold = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
                exact.fold |= fold << shift;
                exact.mask |= 0xFF << shift;
                exact.value |= (*byte as u32 | fold) << shift;
            }
            shift += 8;
            rest = after;
        }
        exact
    }

    /// One of two bytes each; also what only mixes their bits.
    #[must_use]
    pub fn either(bytes: [Option<[u8; 2]>; 4]) -> Exact {
        let mut exact = Exact::default();
        for (bytes, shift) in bytes.into_iter().zip([0, 8, 16, 24]) {
            if let Some([one, other]) = bytes {
                exact.fold |= u32::from(one ^ other) << shift;
                exact.mask |= 0xFF << shift;
                exact.value |= u32::from(one | other) << shift;
            }
        }
        exact
    }

    #[cfg(test)]
    const fn is(self, four: u32) -> bool {
        (four | self.fold) & self.mask == self.value
    }
}

impl Gram {
    /// A place where this text begins, in either case; of more than four bytes the first four count.
    #[must_use]
    pub const fn literal(text: &[u8]) -> Gram {
        let mut sets = [Set::ANY; 4];
        let mut exact = [None; 4];
        let [a, b, c, d] = &mut sets;
        let [e, f, g, h] = &mut exact;
        if let [first, ..] = text {
            (*a, *e) = (Set(1 << class(*first)), Some(*first));
        }
        if let [_, second, ..] = text {
            (*b, *f) = (Set(1 << class(*second)), Some(*second));
        }
        if let [_, _, third, ..] = text {
            (*c, *g) = (Set(1 << class(*third)), Some(*third));
        }
        if let [_, _, _, fourth, ..] = text {
            (*d, *h) = (Set(1 << class(*fourth)), Some(*fourth));
        }
        Gram { sets, before: 0, exact: Exact::of(exact) }
    }

    /// The same, where the byte of this number (0 to 3) is exactly this one.
    #[must_use]
    pub const fn with(mut self, number: u32, byte: u8) -> Gram {
        let fold = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
        self.exact.fold |= fold << (8 * number);
        self.exact.mask |= 0xFF << (8 * number);
        self.exact.value |= (byte as u32 | fold) << (8 * number);
        self
    }

    /// Four of these in a row, so many of them before the place of interest.
    #[must_use]
    pub const fn of(sets: [Set; 4], before: u8) -> Gram {
        Gram { sets, before, exact: Exact { fold: 0, mask: 0, value: 0 } }
    }

    /// Whether it shows at this place: what the trigger does for many at once, told plainly.
    #[cfg(test)]
    pub(crate) fn matches(&self, text: &[u8], at: usize) -> bool {
        (0_usize..).zip(self.sets).all(|(number, set)| {
            let place = (at + number).checked_sub(usize::from(self.before));
            let byte = place.and_then(|place| text.get(place)).copied().unwrap_or(b' ');
            set.0 >> class(byte) & 1 == 1
        }) && self.exact.is(four(text, at + 4 - usize::from(self.before)))
    }

    /// Windows it stands for.
    fn cells(&self) -> usize {
        self.sets.iter().map(|set| set.0.count_ones() as usize).product()
    }

    fn each_cell(&self, mut cell: impl FnMut(u32)) {
        let [a, b, c, d] = self.sets.map(Set::classes);
        for first in a {
            for second in b.clone() {
                for third in c.clone() {
                    for fourth in d.clone() {
                        let window = [first, second, third, fourth];
                        cell(window.into_iter().fold(0, |window, class| window << CLASS_BITS | class));
                    }
                }
            }
        }
    }
}

impl Trigger {
    /// The set of these grams, each with the number of its source. `None` where together they are too many.
    #[must_use]
    pub fn new(grams: &[(u16, Gram)]) -> Option<Trigger> {
        let cells: usize = grams.iter().map(|(_, gram)| gram.cells()).sum();
        if cells > CELLS_MAX {
            return None;
        }
        let mut all: Vec<(u32, u16)> = Vec::with_capacity(cells);
        for (number, (_, gram)) in grams.iter().enumerate() {
            let number = u16::try_from(number).ok()?;
            gram.each_cell(|cell| all.push((cell, number)));
        }
        all.sort_unstable();
        all.dedup();
        let mut trigger = Trigger {
            rows: vec![0; ROWS].into_boxed_slice().try_into().ok()?,
            ranks: Vec::with_capacity(ROWS),
            lists: Vec::with_capacity(all.len()),
            starts: vec![0],
            groups: Vec::new(),
            members: Vec::new(),
        };
        // Cells of one gram, or of grams that are alike, have the same list.
        let mut known: BTreeMap<Vec<u16>, u16> = BTreeMap::new();
        for group in all.chunk_by(|one, other| one.0 == other.0) {
            let (cell, _) = *group.first()?;
            *trigger.rows.get_mut((cell >> CLASS_BITS) as usize)? |= 1 << (cell & LAST);
            let list: Vec<u16> = group.iter().map(|(_, number)| *number).collect();
            let number = match known.get(&list) {
                Some(number) => *number,
                None => {
                    let number = u16::try_from(known.len()).ok()?;
                    trigger.list(grams, &list)?;
                    known.insert(list, number);
                    number
                }
            };
            trigger.lists.push(number);
        }
        let mut before = 0;
        for row in trigger.rows.iter() {
            trigger.ranks.push(before);
            before += row.count_ones();
        }
        Some(trigger)
    }

    /// Adds the groups of a list of grams.
    fn list(&mut self, grams: &[(u16, Gram)], numbers: &[u16]) -> Option<()> {
        let mut list: Vec<&(u16, Gram)> =
            numbers.iter().filter_map(|number| grams.get(usize::from(*number))).collect();
        order::by_number(&mut list, |(_, Gram { exact, .. })| {
            u128::from(exact.fold) << 64 | u128::from(exact.mask) << 32 | u128::from(exact.value)
        });
        for group in list.chunk_by(|(_, one), (_, other)| {
            (one.exact.fold, one.exact.mask) == (other.exact.fold, other.exact.mask)
        }) {
            let (_, Gram { exact: Exact { fold, mask, .. }, .. }) = **group.first()?;
            let mut sieve = [0; 4];
            for (_, gram) in group {
                let (word, bit) = sieve_bit(gram.exact.value);
                *sieve.get_mut(word)? |= bit;
            }
            let from = u32::try_from(self.members.len()).ok()?;
            self.members.extend(group.iter().map(|(source, gram)| Member {
                value: gram.exact.value,
                source: *source,
                before: gram.before,
            }));
            let to = u32::try_from(self.members.len()).ok()?;
            self.groups.push(Group { fold, mask, sieve, from, to });
        }
        self.starts.push(u32::try_from(self.groups.len()).ok()?);
        Some(())
    }

    /// Calls `hit` with a source and a place for every gram found, in the order of the grams' ends.
    pub fn each(&self, text: &[u8], mut hit: impl FnMut(u16, usize)) {
        let mut seen = 0;
        let mut end = 0;
        let (steps, rest) = text.as_chunks::<STEP>();
        for step in steps {
            for (number, byte) in (1..).zip(step) {
                let row = seen;
                seen = after(row, *byte);
                if self.holds(row, *byte) {
                    self.tell(seen, end + number, text, &mut hit);
                }
            }
            end += STEP;
        }
        // Grams may reach beyond the end.
        for (number, byte) in (1..).zip(rest.iter().chain(b"   ")) {
            let row = seen;
            seen = after(row, *byte);
            if self.holds(row, *byte) {
                self.tell(seen, end + number, text, &mut hit);
            }
        }
    }

    /// Whether the byte makes a gram of what was seen before it.
    #[inline]
    fn holds(&self, seen: u32, byte: u8) -> bool {
        let bit = BITS.get(usize::from(byte)).copied().unwrap_or(0);
        self.rows.get(row(seen)).is_some_and(|row| row & bit != 0)
    }

    #[inline(never)]
    fn tell(&self, seen: u32, end: usize, text: &[u8], hit: &mut impl FnMut(u16, usize)) {
        let row = row(seen >> CLASS_BITS);
        let (Some(bits), Some(rank)) = (self.rows.get(row), self.ranks.get(row)) else { return };
        let below = bits & ((1 << (seen & LAST)) - 1);
        let Some(list) = self.lists.get((rank + below.count_ones()) as usize) else { return };
        let list = usize::from(*list);
        let (Some(from), Some(to)) = (self.starts.get(list), self.starts.get(list + 1)) else { return };
        let four = four(text, end);
        for group in self.groups.get(*from as usize..*to as usize).unwrap_or(&[]) {
            let shown = (four | group.fold) & group.mask;
            if !group.may_have(shown) {
                continue;
            }
            let members = self.members.get(group.from as usize..group.to as usize).unwrap_or(&[]);
            let first = members.partition_point(|member| member.value < shown);
            for member in members.iter().skip(first).take_while(|member| member.value == shown) {
                match (end + usize::from(member.before)).checked_sub(4) {
                    Some(at) if at < text.len() => hit(member.source, at),
                    _ => {}
                }
            }
        }
    }
}

impl Group {
    /// Whether a member may want to see this.
    #[inline]
    fn may_have(&self, shown: u32) -> bool {
        let (word, bit) = sieve_bit(shown);
        self.sieve.get(word).is_some_and(|sieve| sieve & bit != 0)
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trigger({} grams)", self.lists.len())
    }
}

/// Where a sieve has the bit of four bytes: which word, and which bit of it.
#[inline]
fn sieve_bit(bytes: u32) -> (usize, u64) {
    // Any odd number with bits set all over; the upper bits have something of every byte.
    let hash = bytes.wrapping_mul(0x9E37_79B1);
    ((hash >> 30) as usize, 1 << (hash >> 24 & 63))
}

/// The classes seen after one more byte, the last in the lowest bits. What is older than four bytes stays above.
#[inline]
fn after(seen: u32, byte: u8) -> u32 {
    seen << CLASS_BITS | CLASSES.get(usize::from(byte)).map_or(0, |class| u32::from(*class))
}

/// The row of the last three classes.
#[inline]
fn row(seen: u32) -> usize {
    seen as usize % ROWS
}

/// The four bytes that end before `end`, the first lowest; blanks beyond the ends of the text.
fn four(text: &[u8], end: usize) -> u32 {
    if let Some(bytes) = end.checked_sub(4).and_then(|start| text.get(start..)?.first_chunk::<4>()) {
        return u32::from_le_bytes(*bytes);
    }
    let byte = |back: usize| end.checked_sub(back).and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    u32::from_le_bytes([byte(4), byte(3), byte(2), byte(1)])
}

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        #[expect(clippy::cast_possible_truncation, reason = "less than 256")]
        {
            classes[byte] = class(byte as u8);
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
            bits[byte] = 1 << CLASSES[byte];
        }
        byte += 1;
    }
    bits
}

static CLASSES: [u8; 256] = classes();
/// A bit for the class of each byte.
static BITS: [u32; 256] = bits();

/// The class of a byte, 0 to 31. Chosen so that text of most scripts triggers rarely: what can hide something must
/// differ from Cyrillic, Arabic, Vietnamese, Japanese and Chinese text, and from quotation marks, by the classes of
/// its first two or three bytes. The second halves of characters may share a class with something that never stands
/// in their place: after an ASCII byte comes no continuation byte.
const fn class(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'i' => letter - b'a' + 1,
        letter @ b'l'..=b'p' => letter - b'l' + 10,
        letter @ b'r'..=b'u' => letter - b'r' + 15,
        b'w' => 19,
        b'y' => 20,
        // Rare enough to share one.
        b'j' | b'k' | b'q' | b'v' | b'x' | b'z' => 21,
        b'0'..=b'9' => 22,
        b'-' | b'_' => 23,
        b'.' => 24,
        b'@' | 0x9E | 0xA0 | 0xAA..=0xAC | 0xAE => 25,
        b'/' | b':' | b'=' => 26,
        // Greek, Cyrillic and Armenian letters begin with the first of these, the rest ends zero-width characters.
        0xCE..=0xD6 | 0x84..=0x86 | 0x8B..=0x8F | 0xAD | 0xB4 | 0xB5 | 0xBC => 28,
        0x81 | 0x92 | 0x93 | 0x9B..=0x9D | 0xB8 | 0xBB | 0xBD..=0xBF => 29,
        // First bytes of characters that can hide something: zero width, bidi marks, styled letters, selectors. With them
        // those of scripts of three bytes, so that their first bytes are not taken for the others.
        0xD8 | 0xE0 | 0xE2 | 0xE4..=0xED | 0xEF | 0xF0 => 30,
        // Soft hyphen, joiners, fillers, small capitals, tags.
        0xC2 | 0xCD | 0xE1 | 0xE3 | 0xF3 => 31,
        0x80..=0xFF => 27,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn places(text: &str, grams: &[Gram]) -> Vec<(u16, usize)> {
        let grams: Vec<(u16, Gram)> = (0..).zip(grams.iter().copied()).collect();
        let mut places = Vec::new();
        Trigger::new(&grams).unwrap().each(text.as_bytes(), |source, at| places.push((source, at)));
        places.sort_unstable();
        places
    }

    #[test]
    fn a_gram_is_found_wherever_it_stands() {
        let grams = [Gram::literal(b"ghp_"), Gram::literal(b"ab")];
        assert_eq!(places("ghp_ GHP_ xghp_", &grams), [(0, 0), (0, 5), (0, 11)]);
        assert_eq!(places("ab", &grams), [(1, 0)]);
        assert_eq!(places("", &grams), []);
    }

    #[test]
    fn the_place_of_interest_may_follow_what_shows_it() {
        let digits = Gram::of([Set::DIGIT.not(), Set::DIGIT, Set::ANY, Set::ANY], 1);
        assert_eq!(places("12 a34,5", &[digits]), [(0, 0), (0, 4), (0, 7)]);
    }

    #[test]
    fn marks_are_all_of_ascii_that_is_no_letter_or_digit() {
        let of = |byte: u8| Set::of(&[byte]).0;
        for byte in 0..0x80_u8 {
            assert_eq!(Set::MARK.0 & of(byte) != 0, !byte.is_ascii_alphanumeric(), "{byte:#x}");
        }
    }

    #[test]
    fn no_table_makes_the_set_large() {
        let any = Gram::of([Set::ANY; 4], 0);
        assert!(Trigger::new(&[(0, any)]).is_some());
        assert!(Trigger::new(&[(0, any), (1, any)]).is_none());
    }
}
