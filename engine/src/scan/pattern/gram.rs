//! Which four bytes show a pattern: those that clean text has least often.

use alloc::vec::Vec;

use super::set::Bytes;
use super::shape::{Literal, Pattern, Place, Step};
use crate::scan::{Gram, Set};

/// The bytes that show a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) gram: Gram,
    /// How far the place that the gram names is behind the start of the literal.
    pub(super) offset: usize,
}

/// What can stand next to the literal, as far as it matters.
const AROUND: usize = 3;

/// How often the letters `a` to `z` are among 1000 characters of prose, notes and source code.
const LETTERS: [u16; 26] =
    [56, 12, 28, 29, 85, 15, 15, 25, 53, 2, 6, 33, 20, 49, 52, 18, 2, 48, 49, 66, 21, 8, 10, 3, 11, 2];
const DIGITS: u16 = 3;
const OTHERS: u16 = 20;

/// The best choice for a pattern.
pub(super) fn choose(pattern: &Pattern) -> Choice {
    let literal = &pattern.literal;
    let left = left(pattern);
    let mut known = left.clone();
    known.extend((0..literal.bytes.len()).filter_map(|at| literal.set(at)));
    let behind = left.len().saturating_add(literal.bytes.len());
    known.extend(right(pattern));
    let known: Vec<(Set, f64)> = known.iter().map(rounded).collect();
    let windows = (0..behind).map(|from| {
        let mut sets = [Set::ANY; 4];
        let mut rarity = 1.0;
        for (set, (known, frequency)) in sets.iter_mut().zip(known.iter().skip(from)) {
            *set = *known;
            rarity *= frequency;
        }
        (from, sets, rarity)
    });
    let best = windows.min_by(|one, other| one.2.total_cmp(&other.2));
    let (from, sets) = best.map_or((left.len(), [Set::ANY; 4]), |(from, sets, _)| (from, sets));
    let before = left.len().saturating_sub(from);
    Choice {
        gram: Gram { sets, before: u8::try_from(before).unwrap_or(0) },
        offset: from.saturating_sub(left.len()),
    }
}

/// What the bytes before the literal may be, at most three, in the text's order.
fn left(pattern: &Pattern) -> Vec<Bytes> {
    let mut sets = Vec::new();
    if pattern.place != Place::Match {
        return sets;
    }
    let mut open = true;
    for step in pattern.before.iter().rev() {
        open = open && fixed(step, true, &mut sets);
    }
    if open && sets.len() < AROUND {
        // An escape may end here: `\n`, `%3D`.
        let escapes = Bytes::of(b"nrtbf").or(&Bytes::range(b'0', b'9'));
        let escapes = escapes.or(&Bytes::range(b'a', b'f')).or(&Bytes::range(b'A', b'F'));
        sets.push(pattern.left.not().or(&escapes).or(&Bytes::of(b" ")));
    }
    sets.truncate(AROUND);
    sets.reverse();
    sets
}

/// What the bytes behind the literal may be.
fn right(pattern: &Pattern) -> Vec<Bytes> {
    let mut sets = Vec::new();
    if pattern.place != Place::Match {
        return sets;
    }
    let open = pattern.after.iter().all(|step| fixed(step, false, &mut sets));
    if open {
        sets.push(pattern.right.not().or(&Bytes::of(b" ")));
    }
    sets.truncate(AROUND);
    sets
}

/// Adds what a step has for certain; whether the next step's place is certain too.
fn fixed(step: &Step, backward: bool, sets: &mut Vec<Bytes>) -> bool {
    match step {
        Step::Literal(literal) => {
            let mut all: Vec<Bytes> = set_of_each(literal);
            if backward {
                all.reverse();
            }
            sets.extend(all.into_iter().take(AROUND));
            true
        }
        Step::Run { set, min, max } => {
            sets.extend(core::iter::repeat_n(*set, usize::from(*min).min(AROUND)));
            min == max || sets.len() >= AROUND
        }
    }
}

fn set_of_each(literal: &Literal) -> Vec<Bytes> {
    (0..literal.bytes.len()).filter_map(|at| literal.set(at)).collect()
}

/// As the trigger tells bytes apart, and how often text has a byte that the trigger takes for one of these.
fn rounded(set: &Bytes) -> (Set, f64) {
    let rounded = set.iter().map(|byte| Set::of(&[byte])).reduce(Set::or).unwrap_or(Set::ANY);
    let taken = (0..=u8::MAX).filter(|byte| rounded.or(Set::of(&[*byte])) == rounded);
    let weight: u32 = taken.map(|byte| u32::from(weight(byte))).sum();
    (rounded, f64::from(weight) / 1000.0)
}

fn weight(byte: u8) -> u16 {
    match byte {
        b'a'..=b'z' => LETTERS.get(usize::from(byte - b'a')).copied().unwrap_or(0),
        // Both cases are one to the trigger; counted once.
        b'A'..=b'Z' => 0,
        b'0'..=b'9' => DIGITS,
        b' ' => 160,
        b'-' | b'_' | b'.' | b'/' | b':' | b'=' | b'"' | b',' | b'\n' => OTHERS,
        _ => 1,
    }
}
