//! Which four bytes show a pattern: those that clean text has least often.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::set::Bytes;
use super::shape::{Literal, Pattern, Place, Step};
use crate::scan::{Exact, Gram, Set};

/// The bytes that show a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) gram: Gram,
    /// How far the place that the gram names is behind the start of the literal.
    pub(super) offset: usize,
}

/// What can stand next to the literal, as far as it matters.
const AROUND: usize = 3;

/// Letters, and all that is no letter.
const SIGNS: usize = 27;

/// How likely each sign is to come after another in notes and source code: the negated binary logarithm, from `a` to
/// `z` and for what is no letter.
const AFTER: [&[u8; SIGNS]; SIGNS] = [
    b"954597595993439594425757684",
    b"487729994493984995584999493",
    b"495939935955993593635999795",
    b"378528894997795897596989692",
    b"595476799995549563349776892",
    b"499956992995992995855999693",
    b"599929653996956994484999991",
    b"499919993999984986954999893",
    b"674545599994523495339698976",
    b"578918987898994799286799997",
    b"689714893996868999475889992",
    b"499428993994984899454899493",
    b"344629994997474499695999793",
    b"495446395996865699435799892",
    b"766595697775425493554659994",
    b"499529986994993593534999794",
    b"989999998992999999790899995",
    b"496728693968664896555599592",
    b"694939964977995679434999892",
    b"497939932997894794566999492",
    b"646539794994349493349799996",
    b"299919892999996799697997894",
    b"499959933997934995299999993",
    b"395737973996989397938995882",
    b"899879967998664299569989681",
    b"288728886996792898699966765",
    b"575566785997666695546879991",
];
/// The same for a sign alone.
const ALONE: &[u8; SIGNS] = b"475546664985644594445778692";

/// The letters of `https`.
const WEB: [[Option<u8>; 4]; 2] =
    [[Some(b'h'), Some(b't'), Some(b't'), Some(b'p')], [Some(b't'), Some(b't'), Some(b'p'), Some(b's')]];

/// What is known of sets, so that it is found once for each: patterns share few.
pub(super) type Known = BTreeMap<Bytes, (Set, Signs)>;

/// The best choice for a pattern.
pub(super) fn choose(pattern: &Pattern, known_sets: &mut Known) -> Choice {
    let literal = &pattern.literal;
    let left = left(pattern);
    let mut known = left.clone();
    known.extend((0..literal.bytes.len()).filter_map(|at| literal.set(at)));
    let behind = left.len().saturating_add(literal.bytes.len());
    known.extend(right(pattern));
    let exact: Vec<Option<u8>> = known.iter().map(exactly).collect();
    let known: Vec<(Set, Signs)> =
        known.iter().map(|set| *known_sets.entry(*set).or_insert_with(|| rounded(set))).collect();
    let windows = (0..behind).map(|from| {
        let mut sets = [Set::ANY; 4];
        for (set, (known, _)) in sets.iter_mut().zip(known.iter().skip(from)) {
            *set = *known;
        }
        // One byte again and again would show at every place of a run of it.
        let is_one = matches!(exact.get(from..), Some([Some(a), b, c, d, ..]) if [b, c, d] == [&Some(*a); 3]);
        // How addresses begin is common, however rare its letters are.
        let is_web = WEB.iter().any(|four| exact.get(from..).is_some_and(|exact| exact.starts_with(four)));
        let often = frequency(known.iter().skip(from).take(4).map(|(_, signs)| signs));
        (from, sets, if is_one || is_web { 1.0 } else { often })
    });
    let best = windows.min_by(|one, other| one.2.total_cmp(&other.2));
    let (from, sets) = best.map_or((left.len(), [Set::ANY; 4]), |(from, sets, _)| (from, sets));
    let before = left.len().saturating_sub(from);
    let mut bytes = [None; 4];
    for (byte, exact) in bytes.iter_mut().zip(exact.iter().skip(from)) {
        *byte = *exact;
    }
    Choice {
        gram: Gram { sets, before: u8::try_from(before).unwrap_or(0), exact: Exact::of(bytes) },
        offset: from.saturating_sub(left.len()),
    }
}

/// The only byte of a set, but for its case.
fn exactly(set: &Bytes) -> Option<u8> {
    let mut bytes = set.iter();
    match (bytes.next()?, bytes.next(), bytes.next()) {
        (byte, None, _) => Some(byte),
        (upper, Some(lower), None) if upper.eq_ignore_ascii_case(&lower) => Some(lower),
        _ => None,
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

/// For each sign, how much of it is in a set.
type Signs = [f64; SIGNS];

/// As the trigger tells bytes apart, and which signs the trigger takes for one of these.
fn rounded(set: &Bytes) -> (Set, Signs) {
    let rounded = set.iter().map(|byte| Set::of(&[byte])).reduce(Set::or).unwrap_or(Set::ANY);
    let takes = |byte: u8| rounded.or(Set::of(&[byte])) == rounded;
    let mut signs = [0.0; SIGNS];
    for (sign, letter) in signs.iter_mut().zip(b'a'..=b'z') {
        *sign = if takes(letter) { 1.0 } else { 0.0 };
    }
    let others = [
        (b' ', 0.54),
        (b'"', 0.2),
        (b'0', 0.2),
        (b'-', 0.25),
        (b'.', 0.05),
        (b'/', 0.04),
        (b':', 0.04),
        (b'@', 0.002),
    ];
    if let Some(other) = signs.last_mut() {
        *other = others.iter().filter(|(byte, _)| takes(*byte)).map(|(_, part)| part).sum();
    }
    (rounded, signs)
}

/// How often signs of these sets are in a row.
fn frequency<'s>(sets: impl Iterator<Item = &'s Signs>) -> f64 {
    let mut rows: Option<Signs> = None;
    for set in sets {
        let mut next = [0.0; SIGNS];
        match rows {
            None => {
                for ((next, part), alone) in next.iter_mut().zip(set).zip(ALONE) {
                    *next = part * likelihood(*alone);
                }
            }
            Some(rows) => {
                for (row, after) in rows.iter().zip(AFTER).filter(|(row, _)| **row > 0.0) {
                    for ((next, part), after) in next.iter_mut().zip(set).zip(after) {
                        *next += row * part * likelihood(*after);
                    }
                }
            }
        }
        rows = Some(next);
    }
    rows.map_or(1.0, |rows| rows.iter().sum())
}

fn likelihood(digit: u8) -> f64 {
    1.0 / f64::from(1_u32 << digit.saturating_sub(b'0').min(9))
}
