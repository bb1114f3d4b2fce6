//! Which words lead to which patterns, and what of them can be asked before a pattern is compared.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use super::class::{ANY, Class, Touched};
use super::lexicon::{Ask, Lexicon, Post};
use super::{ADDRESS, CAPITAL, CLAUSE, Element, Pattern};

/// The words of these hashes, with the patterns that are known by them; says in the elements what is asked for them.
/// `None` if they are too many.
pub(super) fn index(
    hashes: &[u32],
    classes: &[Class],
    elements: &mut [Element],
    patterns: &[Pattern],
) -> Option<Lexicon> {
    let slots = slots(classes.len(), elements, patterns);
    for element in &mut *elements {
        let slot = slots.get(usize::from(element.class)).copied().flatten();
        element.slot = slot.filter(|_| element.flags & ADDRESS == 0).unwrap_or(ANY);
    }
    let mut touched = vec![Touched::NOTHING; hashes.len()];
    for (class, slot) in classes.iter().zip(slots) {
        for word in slot.iter().flat_map(|_| class.touching()) {
            touched.get_mut(usize::from(word))?.set(slot?);
        }
    }
    Lexicon::new(hashes, &touched, posts(classes, elements, patterns))
}

/// A bit for each class that is asked for; those that are asked for in any text come first, so as to share none.
fn slots(classes: usize, elements: &[Element], patterns: &[Pattern]) -> Vec<Option<u8>> {
    let mut slots = vec![None; classes];
    let mut next = 0;
    for tools_only in [false, true] {
        for pattern in patterns.iter().filter(|pattern| pattern.meaning.kind().is_none() == tools_only) {
            let Some((before, _, following)) = pattern.parts(elements) else { continue };
            for element in before.iter().chain(following).filter(|element| element.flags & ADDRESS == 0) {
                if let Some(slot @ None) = slots.get_mut(usize::from(element.class)) {
                    *slot = Some(next);
                    next = (next + 1) % ANY;
                }
            }
        }
    }
    slots
}

/// Every word that begins the anchor of a pattern, with the pattern.
fn posts(classes: &[Class], elements: &[Element], patterns: &[Pattern]) -> Vec<Post> {
    let mut posts = Vec::new();
    let mut beginnings = BTreeMap::new();
    for (number, pattern) in (0_u16..).zip(patterns) {
        let Some((before, anchor, following)) = pattern.parts(elements) else { continue };
        if anchor.flags & ADDRESS != 0 {
            continue;
        }
        let of_class = || classes.get(usize::from(anchor.class)).map(Class::beginnings).unwrap_or_default();
        for (&word, &longest) in beginnings.entry(anchor.class).or_insert_with(of_class).iter() {
            let ask = if pattern.wide { Ask::NOTHING } else { ask(before, anchor, longest, following) };
            posts.push(Post {
                word,
                tools_only: pattern.meaning.kind().is_none(),
                pattern: number,
                longest,
                capital: anchor.flags & CAPITAL != 0,
                clause: anchor.flags & CLAUSE != 0,
                ask,
            });
        }
    }
    posts
}

/// The question that fewest words have to be read for. Reading back takes longer.
fn ask(before: &[Element], anchor: &Element, longest: u8, following: &[Element]) -> Ask {
    let after = following.first().map(|element| Ask {
        forward: true,
        reach: longest.saturating_add(element.gap),
        slot: element.slot,
    });
    let back = before.last().map(|element| Ask {
        forward: false,
        reach: anchor.gap.saturating_add(1),
        slot: element.slot,
    });
    let cost = |ask: &Ask| u16::from(ask.reach) * if ask.forward { 1 } else { 2 };
    after.into_iter().chain(back).filter(|ask| ask.slot != ANY).min_by_key(cost).unwrap_or(Ask::NOTHING)
}
