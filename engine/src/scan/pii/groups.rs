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

    /// On the run that begins at `at`, where one [`begins`].
    pub(super) fn open(&mut self, at: usize) {
        self.next = Some(([0, 0], at));
        self.fill();
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
        let Some((mut join, mut start)) = self.next else { return };
        let room = self.kept.get_mut(self.to..self.from + GROUPS).unwrap_or_default();
        let mut filled = 0;
        for place in room {
            let rest = self.bytes.get(start..).unwrap_or_default();
            let len = digits_len(rest);
            let end = start + len;
            *place = Group { start, end, join };
            filled += 1;
            let Some((next, gap)) = rest.get(len..).and_then(join_in) else {
                self.next = None;
                self.to += filled;
                return;
            };
            (join, start) = (next, end + gap);
        }
        self.next = Some((join, start));
        self.to += filled;
    }
}

/// Whether a run begins at `at`.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    byte(bytes, at).is_some_and(|byte| byte.is_ascii_digit()) && !goes_on(bytes, at)
}

/// Where the digits that stand at `at` end.
pub(super) fn digits_end(bytes: &[u8], at: usize) -> usize {
    at + digits_len(bytes.get(at..).unwrap_or_default())
}

/// How many digits there are at the front.
#[inline]
fn digits_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len())
}

/// What joins the digits that end here to more of them, and where these start.
pub(super) fn join_at(bytes: &[u8], end: usize) -> Option<(Join, usize)> {
    let (join, len) = join_in(bytes.get(end..)?)?;
    Some((join, end + len))
}

/// What joins the digits before to more of them, and how long it is.
#[inline]
fn join_in(rest: &[u8]) -> Option<(Join, usize)> {
    let first = rest.first().filter(|first| is(**first, JOIN))?;
    match rest {
        [_, digit, ..] if digit.is_ascii_digit() && first.is_ascii() => Some(([*first, 0], 1)),
        [0xC2, 0xA0, digit, ..] if digit.is_ascii_digit() => Some(([b' ', 0], 2)),
        [a, b, digit, ..] if digit.is_ascii_digit() && join_together(*a, *b) => Some(([*a, *b], 2)),
        [0xE2, 0x80, last, digit, ..] if digit.is_ascii_digit() => Some(([wide(*last)?, 0], 3)),
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
            window.open(0);
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
