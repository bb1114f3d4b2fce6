//! Numbers as they are written: groups of digits, joined by at most a blank, dash, dot, slash or bracket.
//!
//! Whether two groups are joined depends on nothing but the bytes between them. So a run of groups has one beginning,
//! from wherever one looks, and is read once.

use super::{before, byte};

/// How many groups are looked at together; no number of a person has more.
pub(super) const GROUPS: usize = 8;

/// Digits without anything between them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What joins it to the group before; the second byte is 0 where it is one character, both at the beginning.
    /// Blanks and dashes of Unicode are written as those of ASCII.
    pub(super) join: [u8; 2],
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// The next few groups of a run.
#[derive(Debug)]
pub(super) struct Window<'t> {
    bytes: &'t [u8],
    groups: [Group; GROUPS],
    len: usize,
}

impl<'t> Window<'t> {
    /// A run that begins at `at`; `None` where none does.
    pub(super) fn open(bytes: &'t [u8], at: usize) -> Option<Window<'t>> {
        if !byte(bytes, at)?.is_ascii_digit() || goes_on(bytes, at) {
            return None;
        }
        let mut window = Window { bytes, groups: [Group::default(); GROUPS], len: 0 };
        window.push(Group { start: at, end: digits_end(bytes, at), join: [0, 0] });
        window.fill();
        Some(window)
    }

    pub(super) fn groups(&self) -> &[Group] {
        self.groups.get(..self.len).unwrap_or_default()
    }

    /// Goes on by some groups.
    pub(super) fn skip(&mut self, count: usize) {
        let count = count.min(self.len);
        let last = self.groups().last().copied();
        self.groups.copy_within(count.., 0);
        self.len -= count;
        if self.len == 0
            && let Some(next) = last.and_then(|last| next_group(self.bytes, last.end))
        {
            self.push(next);
        }
        self.fill();
    }

    fn fill(&mut self) {
        while self.len < GROUPS {
            let Some(next) = self.groups().last().and_then(|last| next_group(self.bytes, last.end)) else {
                break;
            };
            self.push(next);
        }
    }

    fn push(&mut self, group: Group) {
        if let Some(place) = self.groups.get_mut(self.len) {
            *place = group;
            self.len += 1;
        }
    }
}

/// Where the digits that stand at `at` end.
pub(super) fn digits_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
}

fn next_group(bytes: &[u8], end: usize) -> Option<Group> {
    let (join, len) = match bytes.get(end..)? {
        [a, digit, ..] if digit.is_ascii_digit() && joins(*a) => ([*a, 0], 1),
        [0xC2, 0xA0, digit, ..] if digit.is_ascii_digit() => ([b' ', 0], 2),
        [a, b, digit, ..] if digit.is_ascii_digit() && join_together(*a, *b) => ([*a, *b], 2),
        [0xE2, 0x80, last, digit, ..] if digit.is_ascii_digit() => ([wide(*last)?, 0], 3),
        _ => return None,
    };
    let start = end + len;
    Some(Group { start, end: digits_end(bytes, start), join })
}

/// Whether the digit at `at` is not the first of its run.
fn goes_on(bytes: &[u8], at: usize) -> bool {
    if before(bytes, at).is_some_and(|byte| byte.is_ascii_digit()) {
        return true;
    }
    match bytes.get(..at).unwrap_or_default() {
        [.., digit, a] if digit.is_ascii_digit() && joins(*a) => true,
        [.., digit, 0xC2, 0xA0] if digit.is_ascii_digit() => true,
        [.., digit, a, b] if digit.is_ascii_digit() && join_together(*a, *b) => true,
        [.., digit, 0xE2, 0x80, last] if digit.is_ascii_digit() => wide(*last).is_some(),
        _ => false,
    }
}

fn joins(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')')
}

fn join_together(a: u8, b: u8) -> bool {
    matches!((a, b), (b' ' | b'-' | b'/', b'(') | (b')', b' ' | b'-' | b'/' | b'.'))
}

/// The ASCII of a hyphen (U+2010, U+2011), a dash (U+2012, U+2013) or a narrow blank (U+2009, U+202F), by its last byte.
fn wide(last: u8) -> Option<u8> {
    match last {
        0x90..=0x93 => Some(b'-'),
        0x89 | 0xAF => Some(b' '),
        _ => None,
    }
}
