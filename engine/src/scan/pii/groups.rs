//! Numbers as they are written: groups of digits, joined by at most a blank, dash, dot, slash or bracket.
//!
//! Whether two groups are joined depends on nothing but the bytes between them. So a run of groups has one beginning,
//! from wherever one looks, and is read once.

use super::byte;
use super::class::{JOIN, JOIN_END, is};

/// How many groups are looked at together; no number of a person has more.
pub(super) const GROUPS: usize = 8;

/// What joins two groups; the second byte is 0 where it is one character. Blanks and dashes of Unicode are written as
/// those of ASCII.
pub(super) type Join = [u8; 2];

/// Digits without anything between them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What joins it to the group before; nothing at the beginning.
    pub(super) join: Join,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Its digits as they are written.
    pub(super) fn digits<'t>(&self, bytes: &'t [u8]) -> &'t [u8] {
        bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Puts the values of its digits into `room` from `at` on, and says where they end. Behind them anything may stand
    /// then: few digits are written as if they were eight.
    #[inline]
    pub(super) fn put(&self, bytes: &[u8], room: &mut [u8], at: usize) -> Option<usize> {
        let end = at + self.len();
        let eight = bytes.get(self.start..).and_then(<[u8]>::first_chunk::<EIGHT>);
        let wide = room.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<EIGHT>);
        match (eight, wide) {
            (Some(eight), Some(wide)) if self.len() <= EIGHT => *wide = eight.map(value),
            _ => {
                let room = room.get_mut(at..end)?;
                room.iter_mut().zip(self.digits(bytes)).for_each(|(place, digit)| *place = value(*digit));
            }
        }
        Some(end)
    }
}

fn value(digit: u8) -> u8 {
    digit ^ b'0'
}

/// How many groups are kept: those in sight, and some more so that they are moved seldom.
const KEPT: usize = 2 * GROUPS;

/// The next few groups of a run.
#[derive(Debug)]
pub(super) struct Window<'t> {
    bytes: &'t [u8],
    kept: [Group; KEPT],
    /// Which of those kept are in sight.
    from: usize,
    to: usize,
    /// What joins the next group to the last one in sight, and where it starts.
    next: Option<(Join, usize)>,
}

impl<'t> Window<'t> {
    /// On nothing yet. Apart from [`Window::open`] so that all the groups are not moved.
    #[inline]
    pub(super) fn new(bytes: &'t [u8]) -> Window<'t> {
        Window { bytes, kept: [Group::default(); KEPT], from: 0, to: 0, next: None }
    }

    /// On the run that begins with this group, and what goes on with `next`.
    pub(super) fn open(&mut self, (first, next): (Group, Option<(Join, usize)>)) {
        if let Some(place) = self.kept.first_mut() {
            *place = first;
        }
        (self.to, self.next) = (1, next);
        if next.is_some() {
            self.fill();
        }
    }

    pub(super) fn groups(&self) -> &[Group] {
        self.kept.get(self.from..self.to).unwrap_or_default()
    }

    /// Goes on by some of the groups in sight.
    pub(super) fn skip(&mut self, count: usize) {
        self.from = (self.from + count).min(self.to);
        if self.next.is_some() {
            self.fill();
        }
    }

    fn fill(&mut self) {
        if self.from > KEPT - GROUPS {
            self.kept.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        let (bytes, mut next, mut filled) = (self.bytes, self.next, 0);
        for place in self.kept.get_mut(self.to..self.from + GROUPS).unwrap_or_default() {
            let Some((join, start)) = next else { break };
            // Single digits are many where somebody counts on it, and soon told.
            let is_single = !byte(bytes, start + 1).is_some_and(|byte| byte.is_ascii_digit());
            let end = if is_single { start + 1 } else { end_of_digits(bytes, start) };
            *place = Group { start, end, join };
            next = join_at(bytes, end);
            filled += 1;
        }
        self.next = next;
        self.to += filled;
    }
}

/// Whether a run begins at `at`.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    byte(bytes, at).is_some_and(|byte| byte.is_ascii_digit()) && !goes_on(bytes, at)
}

/// The group that begins at `at`, where a run [`begins`], and what joins more of them to it.
#[inline]
pub(super) fn first(bytes: &[u8], at: usize) -> (Group, Option<(Join, usize)>) {
    let end = end_of_digits(bytes, at);
    (Group { start: at, end, join: [0, 0] }, join_at(bytes, end))
}

/// Where the digits that stand at `at` end.
pub(super) fn digits_end(bytes: &[u8], at: usize) -> usize {
    end_of_digits(bytes, at)
}

/// The same as a part of who reads whole runs.
#[inline]
fn end_of_digits(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while let Some(eight) = bytes.get(end..).and_then(<[u8]>::first_chunk) {
        let digits = digits_of(*eight);
        end += digits;
        if digits < EIGHT {
            return end;
        }
    }
    let rest = bytes.get(end..).unwrap_or_default();
    end + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
}

/// So many digits are read at once.
pub(super) const EIGHT: usize = 8;

/// How many digits eight bytes begin with.
#[inline]
fn digits_of(bytes: [u8; EIGHT]) -> usize {
    const EACH: u64 = u64::MAX / 0xFF;
    let values = u64::from_le_bytes(bytes) ^ (EACH * b'0' as u64);
    // The highest bit of each byte that is more than nine.
    let more = (values & (EACH * 0x7F)).wrapping_add(EACH * (0x80 - 10));
    let others = (more | values) & (EACH * 0x80);
    others.trailing_zeros() as usize / 8
}

/// What joins the digits that end here to more of them, and where these start.
#[inline]
pub(super) fn join_at(bytes: &[u8], end: usize) -> Option<(Join, usize)> {
    let rest = bytes.get(end..)?;
    let first = rest.first().filter(|first| is(**first, JOIN))?;
    match rest {
        [_, digit, ..] if digit.is_ascii_digit() && first.is_ascii() => Some(([*first, 0], end + 1)),
        _ => long_join_at(rest, end),
    }
}

/// The same for what is more than one byte.
fn long_join_at(rest: &[u8], end: usize) -> Option<(Join, usize)> {
    match rest {
        [0xC2, 0xA0, digit, ..] if digit.is_ascii_digit() => Some(([b' ', 0], end + 2)),
        [a, b, digit, ..] if digit.is_ascii_digit() && join_together(*a, *b) => Some(([*a, *b], end + 2)),
        [0xE2, 0x80, last, digit, ..] if digit.is_ascii_digit() => Some(([wide(*last)?, 0], end + 3)),
        _ => None,
    }
}

/// Whether the digit at `at` is not the first of its run.
fn goes_on(bytes: &[u8], at: usize) -> bool {
    match bytes.get(..at).unwrap_or_default() {
        [.., last] if last.is_ascii_digit() => true,
        // Mostly told by this alone.
        [.., last] if !is(*last, JOIN_END) => false,
        [.., digit, a] if digit.is_ascii_digit() && joins(*a) => true,
        [.., digit, 0xC2, 0xA0] if digit.is_ascii_digit() => true,
        [.., digit, a, b] if digit.is_ascii_digit() && join_together(*a, *b) => true,
        [.., digit, 0xE2, 0x80, last] if digit.is_ascii_digit() => wide(*last).is_some(),
        _ => false,
    }
}

fn joins(byte: u8) -> bool {
    byte.is_ascii() && is(byte, JOIN)
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

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::super::form::Form;
    use super::*;

    proptest! {
        #[test]
        fn a_window_shows_each_place_of_a_run_with_its_form(
            run in prop::collection::vec(("[0-9]{1,40}", "[ ./-]"), 1..60), steps in prop::collection::vec(1_usize..8, 60),
        ) {
            let text: String = run.iter().flat_map(|(digits, join)| [digits.as_str(), join]).collect();
            let mut window = Window::new(text.as_bytes());
            window.open(first(text.as_bytes(), 0));
            let mut at = 0;
            for step in steps {
                let groups: Vec<&str> =
                    window.groups().iter().map(|group| text.get(group.start..group.end).unwrap()).collect();
                let expected: Vec<&str> = run.iter().skip(at).take(GROUPS).map(|(digits, _)| digits.as_str()).collect();
                prop_assert_eq!(&groups, &expected);
                for used in 1..=groups.len() {
                    let form = Form::new(window.groups()).first(used);
                    let digits = groups.iter().take(used).map(|group| group.len().min(31));
                    prop_assert_eq!(form.digits(), digits.sum::<usize>());
                    if groups.iter().take(used).all(|group| group.len() < 31) {
                        let end = window.groups()[used - 1].end;
                        let written = text.get(window.groups()[0].start..end).unwrap();
                        prop_assert_eq!(form, Form::of(&written.replace(|byte: char| byte.is_ascii_digit(), "d")));
                    }
                }
                window.skip(step.min(groups.len()));
                at += step.min(groups.len());
            }
        }
    }
}
