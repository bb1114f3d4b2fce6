//! Refuses objects with two members of one name.

use alloc::vec::Vec;

use super::tape::{Node, after, string};
use super::{JsonError, JsonErrorKind};
use crate::order;

/// Objects up to this size compare every pair; larger ones sort, so that a hostile object costs n log n.
const PAIRWISE_MAX: usize = 16;

/// Checks the closed object whose first key is `nodes[first]` and whose last value ends at `end`.
pub(super) fn check(
    text: &str,
    decoded: &str,
    nodes: &[Node],
    first: u32,
    end: u32,
) -> Result<(), JsonError> {
    let mut seen = [""; PAIRWISE_MAX];
    for (count, (key, at)) in keys(text, decoded, nodes, first, end).enumerate() {
        let Some(slot) = seen.get_mut(count) else {
            return check_sorted(keys(text, decoded, nodes, first, end).collect());
        };
        *slot = key;
        if seen.iter().take(count).any(|earlier| *earlier == key) {
            return Err(JsonError { kind: JsonErrorKind::DuplicateKey, at });
        }
    }
    Ok(())
}

fn check_sorted(keys: Vec<(&str, usize)>) -> Result<(), JsonError> {
    for pair in order::sorted(keys).windows(2) {
        if let [(earlier, _), (key, at)] = pair
            && earlier == key
        {
            return Err(JsonError { kind: JsonErrorKind::DuplicateKey, at: *at });
        }
    }
    Ok(())
}

/// Decoded keys with their offsets in the text.
fn keys<'s>(
    text: &'s str,
    decoded: &'s str,
    nodes: &'s [Node],
    first: u32,
    end: u32,
) -> impl Iterator<Item = (&'s str, usize)> {
    let mut next = first;
    core::iter::from_fn(move || {
        if next >= end {
            return None;
        }
        let key = nodes.get(next as usize)?;
        let value = nodes.get(next as usize + 1)?;
        next = after(next + 1, value);
        Some((string(text, decoded, key)?, key.start as usize))
    })
}
