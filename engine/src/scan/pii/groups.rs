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

/// How up to eight groups are written: for each, how many digits it has and what joins it to the one before, in a
/// byte of its own, the first in the lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Form(u64);

const GROUP_BITS: usize = 8;
const SIZE_BITS: usize = 5;
/// More digits count as so many. The sum over eight groups stays below 256.
const SIZE_MAX: u64 = (1 << SIZE_BITS) - 1;
const EACH: u64 = u64::MAX / 0xFF;

impl Form {
    /// Of a number written with `d` for each digit: `ddd-dd-dddd`.
    pub(super) const fn of(written: &str) -> Form {
        let (mut form, mut place) = (0, 0);
        let mut rest = written.as_bytes();
        while let [first, after @ ..] = rest {
            if *first == b'd' {
                form += 1 << place;
            } else {
                place += GROUP_BITS;
                form += join_code([*first, 0]) << place;
            }
            rest = after;
        }
        Form(form)
    }

    /// Of the first groups alone.
    pub(super) fn first(self, groups: usize) -> Form {
        let others = u64::MAX.checked_shl((groups * GROUP_BITS) as u32).unwrap_or(0);
        Form(self.0 & !others & !(0xFF & !SIZE_MAX))
    }

    /// Without the first groups.
    fn skip(self, groups: usize) -> Form {
        Form(self.0.checked_shr((groups * GROUP_BITS) as u32).unwrap_or(0))
    }

    /// With a group after so many others.
    fn with(self, group: &Group, others: usize) -> Form {
        let code = (group.len() as u64).min(SIZE_MAX) | join_code(group.join);
        Form(self.0 | code.checked_shl((others * GROUP_BITS) as u32).unwrap_or(0))
    }

    /// How many digits there are in all groups.
    pub(super) fn digits(self) -> usize {
        // The highest byte of the product is the sum of all bytes.
        (self.sizes().0.wrapping_mul(EACH) >> 56) as usize
    }

    /// Without what joins them: how many digits each group has.
    pub(super) const fn sizes(self) -> Form {
        Form(self.0 & (EACH * SIZE_MAX))
    }

    /// A number of so many bits that differs between most forms.
    pub(super) const fn hash(self, bits: u32) -> usize {
        // Fibonacci's: the golden ratio spreads all bits over the upper ones.
        (self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits)) as usize
    }
}

/// Numbers that are told by their form have nothing else between their groups.
const fn join_code(join: [u8; 2]) -> u64 {
    let code = match join {
        [0, 0] => 0,
        [b' ', 0] => 1,
        [b'-', 0] => 2,
        [b'.', 0] => 3,
        [b'/', 0] => 4,
        _ => 5,
    };
    code << SIZE_BITS
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
    form: Form,
}

impl<'t> Window<'t> {
    /// On nothing yet. Apart from [`Window::open`] so that all the groups are not moved.
    #[inline]
    pub(super) fn new(bytes: &'t [u8]) -> Window<'t> {
        Window { bytes, kept: [Group::default(); KEPT], from: 0, to: 0, form: Form::default() }
    }

    /// On the run that begins at `at`, where one [`begins`].
    pub(super) fn open(&mut self, at: usize) {
        self.push(Group { start: at, end: digits_end(self.bytes, at), join: [0, 0] });
        self.fill();
    }

    pub(super) fn groups(&self) -> &[Group] {
        self.kept.get(self.from..self.to).unwrap_or_default()
    }

    /// How those in sight are written.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// Goes on by some of the groups in sight.
    pub(super) fn skip(&mut self, count: usize) {
        let count = count.min(self.to - self.from);
        self.from += count;
        self.form = self.form.skip(count);
        self.fill();
    }

    fn fill(&mut self) {
        while self.to < self.from + GROUPS {
            let last = self.to.checked_sub(1).and_then(|last| self.kept.get(last));
            let Some(next) = last.and_then(|last| next_group(self.bytes, last.end)) else { break };
            self.push(next);
        }
    }

    fn push(&mut self, group: Group) {
        if self.to == KEPT {
            // The last one stays also where it is out of sight: the next one is joined to it.
            let first = self.from.min(KEPT - 1);
            self.kept.copy_within(first.., 0);
            self.from -= first;
            self.to -= first;
        }
        if let Some(place) = self.kept.get_mut(self.to) {
            self.form = self.form.with(&group, self.to - self.from);
            *place = group;
            self.to += 1;
        }
    }
}

/// Whether a run begins at `at`.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    byte(bytes, at).is_some_and(|byte| byte.is_ascii_digit()) && !goes_on(bytes, at)
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

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use proptest::prelude::*;

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
                    let form = window.form().first(used);
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
