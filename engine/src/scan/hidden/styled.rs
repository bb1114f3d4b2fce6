//! Words spelled with letters that are meant as symbols: mathematical, circled, fullwidth letters, small capitals.

use super::chars::{after, before, east_asian};
use crate::scan::{Findings, Kind};

/// How far the script around wide letters is looked for.
const NEAR_BYTES: usize = 48;
/// How much may stand between two styled letters of a run: spaces, marks, a few digits.
const GAP_BYTES: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Mathematical letters that also spell the names of variables and functions.
    Italic,
    /// Other mathematical letters, circled letters and small capitals.
    Symbol,
    /// Letters as wide as Han characters.
    Wide,
}

/// Looks at the run of styled letters that this is the first telling one of; its end.
pub(super) fn look(bytes: &[u8], at: usize, found: &mut dyn Findings) -> Option<usize> {
    if !telling(bytes, at) {
        return None;
    }
    let start = start(bytes, at)?;
    let (mut here, mut end) = (start, start);
    let (mut words, mut length, mut longest, mut letters) = (0_usize, 0_usize, 0_usize, 0_usize);
    let (mut italic, mut wide) = (true, false);
    while let Some(char) = after(bytes, here)
        && here.saturating_sub(end) <= GAP_BYTES
    {
        here = here.saturating_add(char.len_utf8());
        if let Some(style) = style(char) {
            wide |= style == Style::Wide;
            length = length.saturating_add(1);
            // Letters by themselves are variables, whatever their style.
            italic &= style == Style::Italic || length < 2;
            letters = letters.saturating_add(1);
            longest = longest.max(length);
            words = words.saturating_add(usize::from(length == 2));
            end = here;
        } else {
            length = 0;
            if !gap(char) {
                break;
            }
        }
    }
    let spells = match longest {
        0..=2 => false,
        3 => words >= 3 && letters >= 8,
        _ => !(italic && words < 2),
    };
    let usual = wide && (east_asian_near(bytes, start, end) || (words < 2 && longest < 6));
    if spells && !usual {
        found.report(Kind::Homoglyph, start..end);
    }
    Some(end)
}

/// What may stand between two words of a run: plain or wide signs and digits on the same line.
const fn gap(char: char) -> bool {
    matches!(char, ' '..='@' | '['..='`' | '{'..='~' | '\u{3000}' | '\u{FF01}'..='\u{FF20}' | '’' | '“' | '”')
}

/// Whether the styled letter here is one that the grams show; runs are entered at the first of these.
fn telling(bytes: &[u8], at: usize) -> bool {
    match after(bytes, at) {
        Some('\u{1D00}'..='\u{1D2B}' | '\u{249C}'..='\u{24E9}' | '\u{FF41}'..='\u{FF5A}') => true,
        Some('\u{FF21}'..='\u{FF3A}') => {
            after(bytes, at.saturating_add(3)).is_some_and(|next| style(next) == Some(Style::Wide))
        }
        Some(char @ '\u{1D400}'..) => style(char).is_some(),
        _ => false,
    }
}

/// Where the run begins; none if it has a telling letter before this one.
fn start(bytes: &[u8], at: usize) -> Option<usize> {
    let (mut start, mut here) = (at, at);
    while let Some((earlier, char)) = before(bytes, here)
        && start.saturating_sub(here) <= GAP_BYTES
    {
        here = earlier;
        if style(char).is_some() {
            if telling(bytes, here) {
                return None;
            }
            start = here;
        } else if !gap(char) {
            break;
        }
    }
    Some(start)
}

const fn style(char: char) -> Option<Style> {
    match char {
        // Mathematical italic and bold italic, serif and sans; variables and functions are printed so.
        '\u{1D434}'..='\u{1D49B}' | '\u{1D608}'..='\u{1D66F}' => Some(Style::Italic),
        '\u{1D400}'..='\u{1D6A5}' => Some(Style::Symbol),
        // Letters of those alphabets that had been encoded before.
        'ℂ'
        | '\u{210A}'..='\u{2115}'
        | '\u{2118}'..='\u{211D}'
        | 'ℤ'
        | 'ℨ'
        | '\u{212C}'
        | '\u{212D}'
        | '\u{212F}'..='\u{2134}' => Some(Style::Symbol),
        '\u{249C}'..='\u{24E9}'
        | '\u{1F110}'..='\u{1F12B}'
        | '\u{1F130}'..='\u{1F149}'
        | '\u{1F150}'..='\u{1F169}'
        | '\u{1F170}'..='\u{1F189}' => Some(Style::Symbol),
        // Small capitals.
        '\u{1D00}'..='\u{1D2B}' | 'ɢ' | 'ɪ' | 'ɴ' | 'ʀ' | 'ʙ' | 'ʜ' | 'ʟ' | 'ʏ' | 'ꜰ' | 'ꜱ' => {
            Some(Style::Symbol)
        }
        '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => Some(Style::Wide),
        _ => None,
    }
}

/// Whether East Asian text stands beside: wide letters are usual there.
fn east_asian_near(bytes: &[u8], start: usize, end: usize) -> bool {
    let mut at = end;
    while at.saturating_sub(end) < NEAR_BYTES
        && let Some(char) = after(bytes, at)
    {
        if east_asian(char) {
            return true;
        }
        at = at.saturating_add(char.len_utf8());
    }
    at = start;
    while start.saturating_sub(at) < NEAR_BYTES
        && let Some((earlier, char)) = before(bytes, at)
    {
        if east_asian(char) {
            return true;
        }
        at = earlier;
    }
    false
}
