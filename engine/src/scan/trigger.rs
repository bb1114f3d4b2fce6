//! The first stage: which places of a text are worth a closer look.

mod class;
mod gram;
mod lists;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use self::class::{CLASS_BITS, SCALE_BITS, after, bit};
use self::lists::{Lists, Meant};
use crate::order;

pub use class::Set;
pub use gram::{Exact, Gram};

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
    ranks: Box<[u32; ROWS]>,
    /// By rank: the number of the list of those whose gram it is.
    numbers: Vec<u16>,
    lists: Lists,
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
        let mut all = order::sorted(all);
        all.dedup();
        let mut trigger = Trigger {
            rows: vec![0; ROWS].into_boxed_slice().try_into().ok()?,
            ranks: vec![0; ROWS].into_boxed_slice().try_into().ok()?,
            numbers: Vec::with_capacity(all.len()),
            lists: Lists::new(),
        };
        // Cells of one gram, or of grams that are alike, have the same list.
        let mut known: BTreeMap<Vec<u16>, u16> = BTreeMap::new();
        for group in all.chunk_by(|one, other| one.0 == other.0) {
            let (cell, _) = *group.first()?;
            *trigger.rows.get_mut(row(cell >> CLASS_BITS))? |= 1 << (cell & LAST);
            let list: Vec<u16> = group.iter().map(|(_, number)| *number).collect();
            let number = match known.get(&list) {
                Some(number) => *number,
                None => {
                    let number = trigger.lists.add(grams, &list)?;
                    known.insert(list, number);
                    number
                }
            };
            trigger.numbers.push(number);
        }
        let mut before = 0;
        for (row, rank) in trigger.rows.iter().zip(trigger.ranks.iter_mut()) {
            *rank = before;
            before += row.count_ones();
        }
        Some(trigger)
    }

    /// Calls `hit` with a source and a place for every gram found, in the order of the grams' ends. Not made part of who
    /// calls it, so that the loop has all registers.
    #[inline(never)]
    pub fn each(&self, text: &[u8], mut hit: impl FnMut(u16, usize)) {
        let mut seen = 0;
        let mut end = 0;
        let (steps, rest) = text.as_chunks::<STEP>();
        for step in steps {
            for (number, byte) in (1..).zip(step) {
                if self.shows(&mut seen, *byte) {
                    self.tell(seen, end + number, text, &mut hit);
                }
            }
            end += STEP;
        }
        // Grams may reach beyond the end.
        for (number, byte) in (1..).zip(rest.iter().chain(b"   ")) {
            if self.shows(&mut seen, *byte) {
                self.tell(seen, end + number, text, &mut hit);
            }
        }
    }

    /// Whether the byte makes a gram of what was seen before it.
    #[inline]
    fn shows(&self, seen: &mut u32, byte: u8) -> bool {
        let row = row(*seen >> SCALE_BITS);
        *seen = after(*seen, byte);
        self.rows.get(row).is_some_and(|row| row & bit(byte) != 0)
    }

    /// Calls `hit` with the grams of the four classes seen last that the four bytes before this place are.
    #[inline(never)]
    fn tell(&self, seen: u32, end: usize, text: &[u8], hit: &mut impl FnMut(u16, usize)) {
        let classes = seen >> SCALE_BITS;
        let row = row(classes >> CLASS_BITS);
        let (Some(shown), Some(rank)) = (self.rows.get(row), self.ranks.get(row)) else { return };
        let below = shown & ((1 << (classes & LAST)) - 1);
        let Some(list) = self.numbers.get(rank.wrapping_add(below.count_ones()) as usize) else { return };
        self.lists.each(*list, four(text, end), |Meant { source, before }| {
            match (end + usize::from(before)).checked_sub(4) {
                Some(at) if at < text.len() => meant(hit, source, at),
                _ => {}
            }
        });
    }
}

/// What happens then is kept apart from what tells, for its registers.
#[inline(never)]
fn meant(hit: &mut impl FnMut(u16, usize), source: u16, at: usize) {
    hit(source, at);
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trigger({} grams)", self.numbers.len())
    }
}

/// The row of the last three classes.
#[inline]
fn row(seen: u32) -> usize {
    seen as usize % ROWS
}

/// The four bytes that end before `end`, the first lowest; blanks beyond the ends of the text.
#[inline]
fn four(text: &[u8], end: usize) -> u32 {
    let bytes = end.checked_sub(4).and_then(|start| text.get(start..)?.first_chunk().copied());
    u32::from_le_bytes(bytes.unwrap_or_else(|| four_at_ends(text, end)))
}

#[cold]
#[inline(never)]
fn four_at_ends(text: &[u8], end: usize) -> [u8; 4] {
    let byte = |back: usize| end.checked_sub(back).and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    [byte(4), byte(3), byte(2), byte(1)]
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
