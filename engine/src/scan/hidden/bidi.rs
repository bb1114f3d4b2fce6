//! Characters that set the direction of text, where nothing runs from right to left.

use super::chars::{after, right_to_left};
use crate::scan::work::looked;

/// How far an embedding or isolate may reach; those that people or programs set are around names and phrases.
const REACH_BYTES: usize = 256;
/// How far from a mark the text that it is for may be.
const NEAR_BYTES: usize = 64;
/// How many may stand in each other.
const DEPTH_MAX: usize = 4;

/// Whether text near by needs this control, and what it opens is closed. Overrides show letters in another order than
/// they are read, which no language needs.
pub(super) fn usual(bytes: &[u8], here: usize, char: char) -> bool {
    match char {
        '\u{061C}' | '\u{200E}' | '\u{200F}' => reversed_near(bytes, here, here),
        '\u{202A}' | '\u{202B}' | '\u{2066}'..='\u{2068}' => opens(bytes, here, char).is_some(),
        '\u{202C}' | '\u{2069}' => opener(bytes, here, char).is_some(),
        _ => false,
    }
}

/// Where what is opened here is closed, if it is, with text from right to left in it or near by.
fn opens(bytes: &[u8], here: usize, char: char) -> Option<usize> {
    let mut open = [char; DEPTH_MAX];
    let mut depth = 1_usize;
    let from = here.saturating_add(3);
    looked(REACH_BYTES);
    let reach = bytes.get(from..here.saturating_add(REACH_BYTES).saturating_add(2).min(bytes.len()))?;
    for (offset, _) in reach.windows(3).enumerate().filter(|(_, three)| is_control(three)) {
        let at = from.saturating_add(offset);
        let next = after(bytes, at)?;
        match next {
            '\u{202A}' | '\u{202B}' | '\u{2066}'..='\u{2068}' => {
                *open.get_mut(depth)? = next;
                depth = depth.saturating_add(1);
            }
            '\u{202D}' | '\u{202E}' => return None,
            '\u{202C}' | '\u{2069}' => {
                depth = depth.checked_sub(1)?;
                if closer(*open.get(depth)?) != next {
                    return None;
                }
                if depth == 0 {
                    return reversed_near(bytes, here, at).then_some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the usual opener is that this closes.
fn opener(bytes: &[u8], here: usize, char: char) -> Option<usize> {
    // The last bytes of its openers.
    let lasts = if char == '\u{202C}' { 0xAA..=0xAB } else { 0xA6..=0xA8 };
    let from = here.saturating_sub(REACH_BYTES);
    let before = bytes.get(from..here)?;
    looked(before.len());
    before.iter().fold(false, |any, byte| any | lasts.contains(byte)).then_some(())?;
    let ends = before.iter().enumerate().rev().filter(|(_, byte)| lasts.contains(byte));
    let openers = ends.filter_map(|(last, _)| {
        let start = from.saturating_add(last).checked_sub(2)?;
        let opener = after(bytes, start)?;
        let opens = matches!(opener, '\u{202A}' | '\u{202B}' | '\u{2066}'..='\u{2068}');
        (opens && closer(opener) == char).then_some((start, opener))
    });
    openers
        .take(DEPTH_MAX)
        .find(|(start, opener)| opens(bytes, *start, *opener) == Some(here))
        .map(|(start, _)| start)
}

/// Whether these are the bytes of an embedding, an override, an isolate or the end of one.
const fn is_control(three: &[u8]) -> bool {
    matches!(three, [0xE2, 0x80, 0xAA..=0xAE] | [0xE2, 0x81, 0xA6..=0xA9])
}

const fn closer(opener: char) -> char {
    match opener {
        '\u{202A}' | '\u{202B}' => '\u{202C}',
        _ => '\u{2069}',
    }
}

fn reversed_near(bytes: &[u8], from: usize, to: usize) -> bool {
    let from = from.saturating_sub(NEAR_BYTES);
    let near = bytes.get(from..to.saturating_add(NEAR_BYTES).min(bytes.len())).unwrap_or_default();
    looked(near.len());
    // Where no byte can begin such a letter, which is seen for all at once, none does.
    let begins = |byte: u8| matches!(byte, 0xD6..=0xE0 | 0xEF | 0xF0);
    near.iter().fold(false, |any, byte| any | begins(*byte))
        && near.iter().enumerate().any(|(offset, byte)| {
            begins(*byte) && after(bytes, from.saturating_add(offset)).is_some_and(right_to_left)
        })
}
