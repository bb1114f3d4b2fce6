//! Characters that set the direction of text, where nothing runs from right to left.

use super::chars::{after, before, right_to_left};

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
    let mut at = here.saturating_add(3);
    while at.saturating_sub(here) < REACH_BYTES {
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
        at = at.saturating_add(next.len_utf8());
    }
    None
}

/// Where the usual opener is that this closes.
fn opener(bytes: &[u8], here: usize, char: char) -> Option<usize> {
    let mut at = here;
    let mut tries = 0;
    while here.saturating_sub(at) < REACH_BYTES && tries < DEPTH_MAX {
        let (start, previous) = before(bytes, at)?;
        at = start;
        if matches!(previous, '\u{202A}' | '\u{202B}' | '\u{2066}'..='\u{2068}') && closer(previous) == char {
            if opens(bytes, start, previous) == Some(here) {
                return Some(start);
            }
            tries = tries.saturating_add(1);
        }
    }
    None
}

const fn closer(opener: char) -> char {
    match opener {
        '\u{202A}' | '\u{202B}' => '\u{202C}',
        _ => '\u{2069}',
    }
}

fn reversed_near(bytes: &[u8], from: usize, to: usize) -> bool {
    let mut at = from.saturating_sub(NEAR_BYTES);
    let end = to.saturating_add(NEAR_BYTES);
    while at < end && at < bytes.len() {
        match after(bytes, at) {
            Some(char) if right_to_left(char) => return true,
            Some(char) => at = at.saturating_add(char.len_utf8()),
            None => at = at.saturating_add(1),
        }
    }
    false
}
