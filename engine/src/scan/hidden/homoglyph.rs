//! Words of Latin letters in which some are letters of other scripts that look the same.

use core::ops::Range;

use super::chars::{after, before};
use crate::scan::{Findings, Kind};

/// How far a word is followed to either side.
const WORD_BYTES: usize = 64;

/// Looks at the word around this letter, which stands next to a Latin one. The place before which no other letter need
/// be asked: the word is the same for all of them.
pub(super) fn look(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    let letter = after(bytes, at).filter(|char| foreign(*char))?;
    let next = at.saturating_add(letter.len_utf8());
    let latin = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    if !latin(at.checked_sub(1).and_then(|last| bytes.get(last))) && !latin(bytes.get(next)) {
        return None;
    }
    let (word, plain_end) = word(bytes, at);
    match word.filter(|word| disguised(bytes, word)) {
        Some(word) => {
            let end = word.end;
            found.report(Kind::Homoglyph, word);
            Some(end)
        }
        None => Some(plain_end),
    }
}

/// The word around here, if it is no longer than words are, and how far plain letters go on from here: those among
/// which nothing else begins that can hide.
fn word(bytes: &[u8], at: usize) -> (Option<Range<usize>>, usize) {
    let (mut start, mut end, mut plain_end) = (at, at, at);
    while let Some((earlier, char)) = before(bytes, start)
        && letter(char)
        && at.saturating_sub(start) <= WORD_BYTES
    {
        start = earlier;
    }
    while let Some(char) = after(bytes, end)
        && letter(char)
        && end.saturating_sub(at) <= WORD_BYTES
    {
        if plain_end == end && char < PLAIN_END {
            plain_end = end.saturating_add(char.len_utf8());
        }
        end = end.saturating_add(char.len_utf8());
    }
    ((end.saturating_sub(start) <= WORD_BYTES).then_some(start..end), plain_end)
}

/// Letters of Latin, Greek, Cyrillic, Armenian and Hebrew words come before this.
const PLAIN_END: char = '\u{0600}';

/// Fillers count as letters, but show nothing. Most letters are settled without the tables of Unicode.
fn letter(char: char) -> bool {
    match char {
        'a'..='z' | 'A'..='Z' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='\u{02C1}' => true,
        '\u{0391}'..='\u{03A1}'
        | '\u{03A3}'..='\u{03F5}'
        | '\u{0400}'..='\u{0481}'
        | '\u{048A}'..='\u{052F}' => true,
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => false,
        _ => char.is_alphabetic(),
    }
}

/// Whether the word reads as Latin but is not: every letter of another script looks like a Latin one, and it is not a
/// symbol that science puts beside letters. In Cyrillic text foreign words have Cyrillic endings, and a Latin letter in
/// a Cyrillic word is a slip of the keyboard.
fn disguised(bytes: &[u8], word: &Range<usize>) -> bool {
    let mut at = word.start;
    let (mut latin, mut same, mut enclosed) = (0_usize, 0_usize, 0_usize);
    let (mut symbol, mut back) = (false, false);
    let mut last = None;
    while at < word.end {
        let Some(char) = after(bytes, at) else { return false };
        let next = at.saturating_add(char.len_utf8());
        match char {
            'a'..='z' | 'A'..='Z' => {
                latin = latin.saturating_add(1);
                back |= last.is_some_and(foreign);
            }
            _ if foreign(char) => {
                match likeness(char) {
                    Likeness::None => return false,
                    Likeness::Same => same = same.saturating_add(1),
                    Likeness::Symbol => symbol = true,
                }
                let small = |char: Option<char>| char.is_some_and(|char| char.is_ascii_lowercase());
                if small(last) && next < word.end && small(after(bytes, next)) {
                    enclosed = enclosed.saturating_add(1);
                }
            }
            _ => {}
        }
        last = Some(char);
        at = next;
    }
    if symbol && same == 0 {
        return latin > 1 && enclosed > 0;
    }
    let slip = !back || latin < same;
    latin > 0 && same > 0 && !(slip && cyrillic_beside(bytes, word))
}

/// How much a letter looks like a Latin one.
enum Likeness {
    /// Not.
    None,
    /// In most fonts not to be told apart.
    Same,
    /// Alike, but a usual symbol in Latin text.
    Symbol,
}

fn likeness(char: char) -> Likeness {
    match char {
        // Cyrillic, then Greek capitals and omicron, then Armenian.
        'а' | 'в' | 'е' | 'к' | 'м' | 'н' | 'о' | 'р' | 'с' | 'т' | 'у' | 'х' | 'ѕ' | 'і' | 'ї' | 'ј'
        | 'ё' | 'ѐ' | 'һ' | 'ԁ' | 'ԛ' | 'ԝ' | 'ѵ' | 'ԍ' | 'ɡ' | 'ӏ' | 'Ӏ' | 'ү' | 'ҽ' | 'А' | 'В' | 'Е'
        | 'К' | 'М' | 'Н' | 'О' | 'Р' | 'С' | 'Т' | 'У' | 'Х' | 'Ѕ' | 'І' | 'Ї' | 'Ј' | 'Ё' | 'Ѐ' | 'Ү'
        | 'Ԛ' | 'Ԝ' | 'Ѵ' | 'Һ' | 'З' | 'Ԁ' | 'Ԍ' | 'Α' | 'Β' | 'Ε' | 'Ζ' | 'Η' | 'Ι' | 'Κ' | 'Μ' | 'Ν'
        | 'Ο' | 'Ρ' | 'Τ' | 'Υ' | 'Χ' | 'ο' | 'ϳ' | 'ϲ' | 'Ϲ' | 'օ' | 'ո' | 'ս' | 'հ' | 'ց' | 'զ' | 'ք'
        | 'Տ' | 'Օ' | 'Ս' => Likeness::Same,
        'α' | 'β' | 'γ' | 'ε' | 'η' | 'ι' | 'κ' | 'ν' | 'ρ' | 'τ' | 'υ' | 'χ' | 'ω' | 'σ' => {
            Likeness::Symbol
        }
        _ => Likeness::None,
    }
}

/// Greek and Coptic, Cyrillic, Armenian.
const fn foreign(char: char) -> bool {
    matches!(char, '\u{0386}' | '\u{0388}'..='\u{058F}' | '\u{0370}'..='\u{037D}')
}

/// Whether the text just before or after the word is Cyrillic beyond doubt.
fn cyrillic_beside(bytes: &[u8], word: &Range<usize>) -> bool {
    let window = word.start.saturating_sub(WORD_BYTES)..word.end.saturating_add(WORD_BYTES).min(bytes.len());
    let pairs = bytes.get(window).unwrap_or_default().windows(2);
    // Letters that look like nothing else, such as б, ж, л, ш, ы, я.
    pairs
        .filter(|pair| {
            matches!(pair, [0xD0, 0xB1 | 0xB4 | 0xB6..=0xB8 | 0xBB] | [0xD1, 0x84 | 0x88 | 0x8B | 0x8F])
        })
        .count()
        >= 2
}
