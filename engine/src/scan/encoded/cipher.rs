//! Prose with its letters moved by thirteen places, or written backwards.
//!
//! The words that every English text is full of show it. Where one stands in disguise, the text around it is read both
//! ways, and the stretch is taken that makes more sense in the other.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use super::{
    Decoded, Each, Encoding,
    prose::{ENGLISH, is_common},
};
use crate::scan::{Text, trigger::Gram, words::Words};

/// How much around a word decides whether to read on.
const NEAR_BYTES: usize = 48;
/// A text is read in parts of this length, which do not depend on the place.
const PART_BYTES: usize = 4 << 10;
/// So many frequent words in disguise are no accident.
const COMMON: usize = 3;

/// Where frequent words may be in disguise: the, and, you, all, this, that, with, for, not, user, ignore, please, send,
/// previous, instructions.
pub(in crate::scan) const GRAMS: &[Gram] = &[
    Gram::literal(b"gur "),
    Gram::literal(b"naq "),
    Gram::literal(b"lbh "),
    Gram::literal(b"nyy "),
    Gram::literal(b"guvf"),
    Gram::literal(b"gung"),
    Gram::literal(b"jvgu"),
    Gram::literal(b"sbe "),
    Gram::literal(b"abg "),
    Gram::literal(b"hfre"),
    Gram::literal(b"vtab"),
    Gram::literal(b"cyrn"),
    Gram::literal(b"fraq"),
    Gram::literal(b"ceri"),
    Gram::literal(b"vafg"),
    // Backwards, by the end of the word that is met first.
    Gram::literal(b"eht "),
    Gram::literal(b"dna "),
    Gram::literal(b"uoy "),
    Gram::literal(b"lla "),
    Gram::literal(b"siht"),
    Gram::literal(b"taht"),
    Gram::literal(b"htiw"),
    Gram::literal(b"rof "),
    Gram::literal(b"ton "),
    Gram::literal(b"resu"),
    Gram::literal(b"eron"),
    Gram::literal(b"esae"),
    Gram::literal(b"dnes"),
    Gram::literal(b"suoi"),
    Gram::literal(b"snoi"),
];

/// Looks at the text around a word that may be in disguise; the place to go on from.
pub(in crate::scan) fn look(text: &Text<'_>, at: usize, each: Each<'_>) -> usize {
    read(text.bytes, at, each).unwrap_or(at).max(at.saturating_add(1))
}

fn read(bytes: &[u8], at: usize, each: Each<'_>) -> Option<usize> {
    telling(bytes, at).then_some(())?;
    // Words such as these stand in other languages and in names; then those around them are frequent as they stand.
    let near = at.saturating_sub(NEAR_BYTES)..at.saturating_add(NEAR_BYTES).min(bytes.len());
    let near = words(bytes, near)
        .map(|word| word.senses)
        .fold([0_i32; 2], |[a, b], [c, d]| [a.saturating_add(c), b.saturating_add(d)]);
    near.iter().any(|sense| *sense >= 2).then_some(())?;
    let first = at.checked_div(PART_BYTES)?.saturating_mul(PART_BYTES);
    let part = first..first.saturating_add(PART_BYTES).min(bytes.len());
    let end = part.end;
    let words: Vec<Word> = words(bytes, part).collect();
    for (number, encoding) in [Encoding::Rot13, Encoding::Reversed].into_iter().enumerate() {
        if let Some(place) = disguised(bytes, &words, number)
            && let Some(text) = bytes.get(place.clone()).and_then(|bytes| core::str::from_utf8(bytes).ok())
        {
            let text: String = match encoding {
                Encoding::Rot13 => text
                    .chars()
                    .map(|char| u8::try_from(char).map_or(char, |byte| char::from(rot13(byte))))
                    .collect(),
                _ => text.chars().rev().collect(),
            };
            each(Decoded { encoding, place, text: &text, prose: true });
        }
    }
    Some(end)
}

/// Whether one of the words that the grams show begins here. What is inside of words is in honest ones, too: `button`.
fn telling(bytes: &[u8], at: usize) -> bool {
    let inside = at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphabetic);
    !inside && bytes.get(at..).is_some_and(|rest| TELLING.begin(rest).is_some())
}

/// As in [`GRAMS`]; a space stands for itself.
static TELLING: Words = Words::new(&[
    b"gur ", b"naq ", b"lbh ", b"nyy ", b"guvf", b"gung", b"jvgu", b"sbe ", b"abg ", b"hfre", b"vtab",
    b"cyrn", b"fraq", b"ceri", b"vafg", b"eht ", b"dna ", b"uoy ", b"lla ", b"siht", b"taht", b"htiw",
    b"rof ", b"ton ", b"resu ", b"eron", b"esae", b"dnes", b"suoi", b"snoi",
]);

/// A word, and whether it makes more sense in each of the other readings: moved, backwards.
struct Word {
    place: Range<usize>,
    senses: [i32; 2],
}

/// The words of this part that make sense only in the other reading.
fn disguised(bytes: &[u8], words: &[Word], reading: usize) -> Option<Range<usize>> {
    let scores = || words.iter().map(|word| word.senses.get(reading).copied().unwrap_or(0));
    // The stretch of words with the greatest sum of scores.
    let (mut sum, mut from, mut best, mut stretch) = (0_i32, 0_usize, 0_i32, 0..0);
    for (index, score) in scores().enumerate() {
        if sum <= 0 {
            (sum, from) = (0, index);
        }
        sum = sum.saturating_add(score);
        if sum > best {
            (best, stretch) = (sum, from..index.saturating_add(1));
        }
    }
    let found = usize::try_from(best).ok().filter(|best| *best >= COMMON)?;
    if stretch.len() > found.saturating_mul(8) {
        return None;
    }
    // Words that are common in neither reading go with it, up to the end of the line or one that is common as it stands.
    let known = |index: &usize| {
        words.get(*index).and_then(|word| word.senses.get(reading)).is_some_and(|score| *score < 0)
    };
    let parted = |left: usize| match (words.get(left), words.get(left.saturating_add(1))) {
        (Some(left), Some(right)) => {
            bytes.get(left.place.end..right.place.start).is_some_and(|between| between.contains(&b'\n'))
        }
        _ => true,
    };
    let first = (0..stretch.start)
        .rev()
        .find(|index| known(index) || parted(*index))
        .map_or(0, |index| index.saturating_add(1));
    let last = (stretch.end..words.len()).find(|index| known(index) || parted(index.saturating_sub(1)));
    let last = last.unwrap_or(words.len()).checked_sub(1)?;
    Some(words.get(first)?.place.start..words.get(last)?.place.end)
}

/// The words of this part.
fn words(bytes: &[u8], part: Range<usize>) -> impl Iterator<Item = Word> {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || *byte == b'\'';
    let mut at = part.start;
    core::iter::from_fn(move || {
        let rest = bytes.get(at..part.end)?;
        let start = at.saturating_add(rest.iter().position(letter)?);
        let rest = bytes.get(start..part.end)?;
        at = start.saturating_add(rest.iter().position(|byte| !letter(byte)).unwrap_or(rest.len()));
        Some(Word { place: start..at, senses: senses(bytes.get(start..at)?) })
    })
}

/// For both readings, whether a word is frequent in the other one only, or as it stands only.
fn senses(word: &[u8]) -> [i32; 2] {
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return [0; 2] };
    let mut other = [0_u8; 12];
    // No frequent word is longer.
    let Some(other) = other.get_mut(..word.len()) else { return [0; 2] };
    let mut english = |other_way: &dyn Fn(&mut [u8])| {
        other_way(other);
        ENGLISH.have(other)
    };
    let moved = ENGLISH.may_have(rot13(*first), rot13(*last))
        && english(&|other| other.iter_mut().zip(word).for_each(|(to, from)| *to = rot13(*from)));
    let backwards = ENGLISH.may_have(*last, *first)
        && english(&|other| other.iter_mut().zip(word.iter().rev()).for_each(|(to, from)| *to = *from));
    let common = is_common(word);
    [moved, backwards].map(|english| match (common, english) {
        (false, true) if word.len() > 2 => 1,
        (true, false) => -1,
        _ => 0,
    })
}

const fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte.saturating_add(13),
        b'n'..=b'z' | b'N'..=b'Z' => byte.saturating_sub(13),
        _ => byte,
    }
}
