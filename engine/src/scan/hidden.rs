//! Text that a person does not see, or not as the model does: invisible characters, look-alike and styled letters,
//! and what markup hides.
//!
//! Most invisible characters have a use in some script, so each is judged by its neighbours: emoji need joiners and
//! selectors, Persian and Indic spelling needs joiners, Thai and Khmer break lines at zero-width spaces.

mod bidi;
mod chars;
mod homoglyph;
mod invisible;
mod markup;
mod styled;
#[cfg(test)]
mod tests;

use super::{
    Findings, Text,
    trigger::{Gram, Set},
};

/// First bytes of characters that can hide, in two classes; `LETTERS` those of Greek, Cyrillic and Armenian.
const FIRST: Set = Set::of(b"\xE2");
const OTHER_FIRST: Set = Set::of(b"\xC2");
const LETTERS: Set = Set::of(b"\xD0");
/// Later bytes of characters, in four classes.
const ENDS: Set = Set::of(b"\x8B");
const MARKS: Set = Set::of(b"\x81");
const BLANKS: Set = Set::of(b"\xA0");
const LATER: Set = Set::of(b"\x80\x8B\x81\xA0");

const fn gram(sets: [Set; 4]) -> Gram {
    Gram::of(sets, 0)
}

/// Where something may be hidden.
pub(super) const GRAMS: &[Gram] = &[
    // Zero width spaces and joiners, direction marks; squared letters.
    begun(0xE2, LATER_REST, ENDS),
    begun(0xF0, LATER_REST, ENDS),
    // Embeddings and overrides.
    begun(0xE2, LATER_REST, BLANKS),
    begun(0xF0, LATER_REST, BLANKS),
    // U+061C; word joiner, invisible operators, isolates, circled letters; selectors, byte order mark, small fullwidth
    // letters; mathematical letters.
    begun(0xD8, MARKS, Set::ANY),
    begun(0xE2, MARKS, Set::ANY),
    begun(0xEF, MARKS, Set::ANY),
    begun(0xF0, MARKS, Set::ANY),
    // Capital fullwidth letters next to each other.
    gram([FIRST, ENDS, LATER, FIRST]).with(0, 0xEF).with(3, 0xEF),
    // Soft hyphen, grapheme joiner, fillers, small capitals.
    gram([OTHER_FIRST, ENDS, Set::ANY, Set::ANY]),
    // Mongolian selectors, Khmer inherent vowels.
    gram([OTHER_FIRST, BLANKS, ENDS, Set::ANY]),
    // Tags and supplementary selectors.
    gram([OTHER_FIRST, BLANKS, LATER, LATER]),
    // Scripts that change within a word.
    Gram::of([Set::LETTER, LETTERS, LATER, Set::ANY], 1),
    gram([LETTERS, LATER, Set::LETTER, Set::ANY]),
    // Markup.
    Gram::literal(b"<!--"),
    Gram::literal(b"style"),
    Gram::literal(b"hidden"),
    line_start(markup::LABELS[0]),
    line_start(markup::LABELS[1]),
    line_start(markup::LABELS[2]),
    line_start(markup::LABELS[3]),
    line_start(markup::LABELS[4]),
];

/// Later bytes that are in no other class.
const LATER_REST: Set = Set::of(b"\x80");

/// Characters that begin with this byte, which shares its class with those of many scripts.
const fn begun(first: u8, second: Set, third: Set) -> Gram {
    gram([FIRST, second, third, Set::ANY]).with(0, first)
}

/// The label of a Markdown link definition, by its first two bytes.
const fn line_start(label: &[u8; 2]) -> Gram {
    let [first, second] = label;
    Gram::of([Set::of(b"\n"), Set::of(b"["), Set::of(&[*first]), Set::of(&[*second])], 1)
        .with(1, b'[')
        .with(2, *first)
        .with(3, *second)
}

/// Looks for hidden text that begins here, or shows here that it is hidden; the place to go on from.
pub(super) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let bytes = text.bytes;
    let end = match bytes.get(at) {
        Some(b'<') => markup::comment(bytes, at, found),
        Some(b's' | b'S' | b'h' | b'H') => markup::attribute(bytes, at, found),
        Some(b'[') => markup::definition(bytes, at, found),
        Some(0xCE..=0xD6) => homoglyph::look(bytes, at, found),
        Some(0xC2..) => invisible::look(bytes, at, found).or_else(|| styled::look(bytes, at, found)),
        _ => None,
    };
    end.unwrap_or(at).max(at.saturating_add(1))
}
