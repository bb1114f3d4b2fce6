//! Characters that show nothing, where no spelling needs them.

use core::ops::Range;

use super::{
    bidi,
    chars::{after, before, ideograph, joining, pictograph, spaceless},
};
use crate::scan::{Findings, Kind};

/// Looks at the run of invisible characters that begins here; the end of the run, if one does.
pub(super) fn look(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    let mut next = invisible(bytes, at);
    next?;
    if before(bytes, at).is_some_and(|(_, char)| kind(char).is_some()) {
        return None;
    }
    let mut hidden: Option<(Kind, Range<usize>)> = None;
    let mut here = at;
    let mut flag_end = 0;
    while let Some((char, kind)) = next {
        let end = here.saturating_add(char.len_utf8());
        if here == at && kind == Kind::Tags {
            flag_end = flag(bytes, at).unwrap_or(0);
        }
        if end > flag_end && !usual(bytes, at, here, char) {
            match &mut hidden {
                Some((last, place)) if *last == kind && place.end == here => place.end = end,
                _ => {
                    if let Some((kind, place)) = hidden.replace((kind, here..end)) {
                        found.report(kind, place);
                    }
                }
            }
        }
        here = end;
        next = invisible(bytes, here);
    }
    if let Some((kind, place)) = hidden {
        found.report(kind, place);
    }
    Some(here)
}

/// The invisible character that begins here, and what it is a sign of.
#[inline]
fn invisible(bytes: &[u8], at: usize) -> Option<(char, Kind)> {
    let char = after(bytes, at)?;
    Some((char, kind(char)?))
}

/// What an invisible character is a sign of where it does not belong; none of a visible one.
#[inline]
const fn kind(char: char) -> Option<Kind> {
    // What most of them stand between.
    if char < '\u{AD}' { None } else { kind_beyond(char) }
}

const fn kind_beyond(char: char) -> Option<Kind> {
    match char {
        '\u{E0000}'..='\u{E0FFF}' | '\u{FE00}'..='\u{FE0F}' => Some(Kind::Tags),
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            Some(Kind::Bidi)
        }
        // Soft hyphen, grapheme joiner, fillers, inherent vowels, Mongolian selectors, joiners, invisible operators,
        // deprecated format characters, byte order mark, annotations, shorthand and musical format controls.
        '\u{AD}'
        | '\u{034F}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' => Some(Kind::ZeroWidth),
        _ => None,
    }
}

/// Whether spelling or typography puts this invisible character here. `run` is where its run begins.
fn usual(bytes: &[u8], run: usize, here: usize, char: char) -> bool {
    let next = here.saturating_add(char.len_utf8());
    let (left, right) = (before(bytes, here).map(|(_, char)| char), after(bytes, next));
    let left_is = |test: fn(char) -> bool| left.is_some_and(test);
    let beside = |test: fn(char) -> bool| left.is_some_and(test) || right.is_some_and(test);
    match char {
        // Text or emoji presentation. The slugs that sites make of headings lose the emoji and keep its selector.
        '\u{FE0E}' | '\u{FE0F}' => {
            left_is(|char| pictograph(char) || matches!(char, '0'..='9' | '#' | '*' | '-'))
        }
        '\u{FE00}'..='\u{FE02}' => left_is(|char| ideograph(char) || standard_variant(char)),
        '\u{E0100}'..='\u{E01EF}' => left_is(ideograph),
        '\u{200C}' | '\u{200D}' => {
            // Two in a row are a slip of the keyboard, more are not; a selector may precede the joiner of an emoji.
            let alone = here.saturating_sub(run) <= 3;
            let emoji =
                || char == '\u{200D}' && right.is_some_and(pictograph) && left_is(pictograph_or_selector);
            let twice = || before(bytes, run).is_some_and(|(_, char)| joining(char)) && left == Some(char);
            alone && (beside(joining) || emoji() || twice())
        }
        // A line may break here; or the text of a link to a heading, as documentation sites make them.
        '\u{200B}' => {
            beside(spaceless)
                || left == Some('[') && bytes.get(next..).is_some_and(|rest| rest.starts_with(b"]("))
        }
        '\u{FEFF}' => here == 0,
        '\u{AD}' => hyphenation(bytes, here, next),
        '\u{034F}' => left_is(|char| matches!(char, '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05EA}')),
        '\u{115F}' | '\u{1160}' => {
            beside(|char| matches!(char, '\u{1100}'..='\u{115E}' | '\u{1161}'..='\u{11FF}'))
        }
        '\u{3164}' => beside(|char| matches!(char, '\u{3131}'..='\u{3163}' | '\u{3165}'..='\u{318E}')),
        '\u{FFA0}' => beside(|char| matches!(char, '\u{FFA1}'..='\u{FFDC}')),
        '\u{180B}'..='\u{180F}' => {
            left_is(|char| matches!(char, '\u{1807}'..='\u{180A}' | '\u{1820}'..='\u{18AF}'))
        }
        '\u{1BCA0}'..='\u{1BCA3}' => beside(|char| matches!(char, '\u{1BC00}'..='\u{1BC9F}')),
        '\u{1D173}'..='\u{1D17A}' => {
            beside(|char| matches!(char, '\u{1D100}'..='\u{1D172}' | '\u{1D17B}'..='\u{1D1FF}'))
        }
        _ => bidi::usual(bytes, here, char),
    }
}

const fn pictograph_or_selector(char: char) -> bool {
    pictograph(char) || char == '\u{FE0F}'
}

/// What else than Han characters has variants by the first selectors: signs, East Asian punctuation, Myanmar.
const fn standard_variant(char: char) -> bool {
    matches!(char,
        '0' | '\u{1000}'..='\u{109F}' | '\u{2205}'..='\u{22FF}' | '\u{2A00}'..='\u{2AFF}' | '、' | '。' | '\u{A840}'..='\u{A87F}'
        | '\u{AA60}'..='\u{AA7F}' | '\u{FF01}'..='\u{FF1F}' | '\u{10AC0}'..='\u{10AFF}' | '\u{13000}'..='\u{1342F}')
}

/// Where the tags that make a black flag the flag of a region end, if they do: a country's two letters, up to three of
/// its part, the cancelling tag.
fn flag(bytes: &[u8], at: usize) -> Option<usize> {
    before(bytes, at).filter(|(_, char)| *char == '\u{1F3F4}')?;
    let mut here = at;
    for place in 0..6 {
        match after(bytes, here)? {
            '\u{E007F}' if place >= 3 => return Some(here.saturating_add(4)),
            '\u{E0061}'..='\u{E007A}' => {}
            '\u{E0030}'..='\u{E0039}' if place >= 2 => {}
            _ => return None,
        }
        here = here.saturating_add(4);
    }
    None
}

/// Whether a soft hyphen parts a word as hyphenation does: two letters on either side, in other alphabets than the
/// English one at least one; or at the end of a line.
fn hyphenation(bytes: &[u8], here: usize, next: usize) -> bool {
    let Some((start, left)) = before(bytes, here) else { return false };
    // The second half of an accented letter that was decoded wrongly before.
    if left == 'Ã' {
        return true;
    }
    let short = |letter: char, second: Option<char>| {
        letter.is_alphabetic() && (!letter.is_ascii() || second.is_some_and(char::is_alphabetic))
    };
    let long = |second: Option<char>| second.is_some_and(char::is_alphabetic);
    let earlier = before(bytes, start).map(|(_, char)| char);
    match after(bytes, next) {
        Some('\n' | '\r' | ' ') => short(left, earlier),
        Some(right) => {
            let later = after(bytes, next.saturating_add(right.len_utf8()));
            short(left, earlier) && short(right, later) && (long(earlier) || long(later))
        }
        None => false,
    }
}
