//! Prose with its letters moved by thirteen places, or written backwards.
//!
//! The words that every English text is full of show it. Where one stands in disguise, the text around it is read both
//! ways, and the stretch is taken that makes more sense in the other.

use alloc::{string::String, vec::Vec};
use core::ops::Range;

use super::{
    Decoded, Each, Encoding,
    prose::{is_common, is_english},
};
use crate::scan::{Text, trigger::Gram};

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
    let near = words(bytes, &(at.saturating_sub(NEAR_BYTES)..at.saturating_add(NEAR_BYTES).min(bytes.len())));
    let sense = |encoding| near.iter().map(|word| score(bytes, word, encoding)).sum::<i32>();
    (sense(Encoding::Rot13) >= 2 || sense(Encoding::Reversed) >= 2).then_some(())?;
    let first = at.checked_div(PART_BYTES)?.saturating_mul(PART_BYTES);
    let part = first..first.saturating_add(PART_BYTES).min(bytes.len());
    let words = words(bytes, &part);
    for encoding in [Encoding::Rot13, Encoding::Reversed] {
        if let Some(place) = disguised(bytes, &words, encoding)
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
    Some(part.end)
}

/// Whether one of the words that the grams show begins here. What is inside of words is in honest ones, too: `button`.
fn telling(bytes: &[u8], at: usize) -> bool {
    let Some(rest) = bytes.get(at..) else { return false };
    if at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    TELLING.iter().any(|word| begins(word))
}

/// As in [`GRAMS`]; a space stands for itself.
const TELLING: &[&[u8]] = &[
    b"gur ", b"naq ", b"lbh ", b"nyy ", b"guvf", b"gung", b"jvgu", b"sbe ", b"abg ", b"hfre", b"vtab",
    b"cyrn", b"fraq", b"ceri", b"vafg", b"eht ", b"dna ", b"uoy ", b"lla ", b"siht", b"taht", b"htiw",
    b"rof ", b"ton ", b"resu ", b"eron", b"esae", b"dnes", b"suoi", b"snoi",
];

/// The words of this part that make sense only in the other reading.
fn disguised(bytes: &[u8], words: &[Range<usize>], encoding: Encoding) -> Option<Range<usize>> {
    let scores: Vec<i32> = words.iter().map(|word| score(bytes, word, encoding)).collect();
    // The stretch of words with the greatest sum of scores.
    let (mut sum, mut from, mut best, mut stretch) = (0_i32, 0_usize, 0_i32, 0..0);
    for (index, score) in scores.iter().enumerate() {
        if sum <= 0 {
            (sum, from) = (0, index);
        }
        sum = sum.saturating_add(*score);
        if sum > best {
            (best, stretch) = (sum, from..index.saturating_add(1));
        }
    }
    let found = usize::try_from(best).ok().filter(|best| *best >= COMMON)?;
    if stretch.len() > found.saturating_mul(8) {
        return None;
    }
    // Words that are common in neither reading go with it, up to the end of the line or one that is common as it stands.
    let known = |index: &usize| scores.get(*index).is_some_and(|score| *score < 0);
    let parted = |left: usize| match (words.get(left), words.get(left.saturating_add(1))) {
        (Some(left), Some(right)) => {
            bytes.get(left.end..right.start).is_some_and(|between| between.contains(&b'\n'))
        }
        _ => true,
    };
    let first = (0..stretch.start)
        .rev()
        .find(|index| known(index) || parted(*index))
        .map_or(0, |index| index.saturating_add(1));
    let last = (stretch.end..words.len()).find(|index| known(index) || parted(index.saturating_sub(1)));
    let last = last.unwrap_or(words.len()).checked_sub(1)?;
    Some(words.get(first)?.start..words.get(last)?.end)
}

/// Whether a word is frequent in the other reading only, or as it stands only.
fn score(bytes: &[u8], word: &Range<usize>, encoding: Encoding) -> i32 {
    let word = bytes.get(word.clone()).unwrap_or_default();
    let mut other = [0_u8; 12];
    let Some(other) = other.get_mut(..word.len()) else { return 0 };
    for (index, to) in other.iter_mut().enumerate() {
        *to = match encoding {
            Encoding::Rot13 => word.get(index).copied().map(rot13),
            _ => word.iter().rev().nth(index).copied(),
        }
        .unwrap_or_default();
    }
    match (is_common(word), is_english(other)) {
        (false, true) if word.len() > 2 => 1,
        (true, false) => -1,
        _ => 0,
    }
}

fn words(bytes: &[u8], part: &Range<usize>) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || *byte == b'\'';
    for (at, byte) in bytes.iter().enumerate().take(part.end).skip(part.start) {
        if !letter(byte) {
            continue;
        }
        match words.last_mut() {
            Some(word) if word.end == at => word.end = at.saturating_add(1),
            _ => words.push(at..at.saturating_add(1)),
        }
    }
    words
}

const fn rot13(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte.saturating_add(13),
        b'n'..=b'z' | b'N'..=b'Z' => byte.saturating_sub(13),
        _ => byte,
    }
}
