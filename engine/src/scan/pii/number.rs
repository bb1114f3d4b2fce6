//! Numbers: cards, phones, social security, identities, IPv4. A run of digit groups is read once, from its beginning,
//! and each kind is asked at each group; what one kind takes, no other is asked about.

use core::cell::OnceCell;
use core::ops::Range;

use super::context::Context;
use super::form::Form;
use super::groups::{EIGHT, Group, Join, Window, begins, digits_end, first, join_at};
use super::known::is_known;
use super::numeral::Number;
use super::topic::Topic;
use super::{before, byte, coded, date, iban, ipv4, is_word, phone};
use crate::scan::trigger::{Gram, Set};
use crate::scan::{Findings, Kind, Text};

const DIGIT: Set = Set::DIGIT;
const DOT: Set = Set::of(b".");
/// What joins groups, but for the slash: colons are in its class, and times and addresses of devices full of them.
const JOIN: Set = Set::of(b" -.()");
const SLASH: Set = Set::of(b"/");
const BRACKET: Set = Set::of(b"()");
/// What blanks and dashes outside ASCII begin with, beside the others.
const WIDE: Set = Set::of(&[0xC2, 0xE2]).or(JOIN);
const BLANK: [Set; 2] = [Set::of(&[0xC2]), Set::of(&[0xA0])];
const DASH: [Set; 2] = [Set::of(&[0xE2]), Set::of(&[0x80])];
/// No run begins behind a digit and a dot, as the fractions of numbers do.
const FRONT: Set = DIGIT.or(DOT).not();

/// Each shows how a run may begin: with three digits and more, with two and what may join them to others, with one and
/// what joins it to others; behind a dot, with a digit and more.
pub(in crate::scan) const GRAMS: &[Gram] = &[
    Gram::of([FRONT, DIGIT, DIGIT, DIGIT], 1),
    Gram::of([FRONT, DIGIT, DIGIT, WIDE], 1),
    Gram::of([FRONT, DIGIT, DIGIT, SLASH], 1).with(3, b'/'),
    Gram::of([FRONT, DIGIT, JOIN, DIGIT], 1),
    Gram::of([FRONT, DIGIT, SLASH, DIGIT], 1).with(2, b'/'),
    Gram::of([FRONT, DIGIT, DASH[0], DASH[1]], 1),
    Gram::of([DIGIT.not(), DOT, DIGIT, WIDE.or(DIGIT)], 2),
    Gram::of([DIGIT.not(), DOT, DIGIT, SLASH], 2).with(3, b'/'),
    Gram::of([DIGIT, BLANK[0], BLANK[1], DIGIT], 0),
    Gram::of([DIGIT, Set::of(b" -/"), BRACKET, DIGIT], 0).with(2, b'('),
    Gram::of([DIGIT, BRACKET, Set::of(b" -/."), DIGIT], 0).with(1, b')'),
];

/// Fewer digits are nobody's number, nor are more.
const DIGITS_MIN: usize = 5;
const DIGITS_MAX: usize = 19;
const DATE_DIGITS_MIN: usize = 4;
/// The French have most groups.
const GROUPS_MAX: usize = 7;

pub(in crate::scan) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let bytes = text.bytes;
    if !begins(bytes, at) {
        return at + 1;
    }
    // Most are told before anything is made ready.
    let (first, next) = first(bytes, at);
    match next {
        // The digits at the end of a word, of an account or a name. [`coded`] looks at the words.
        None if first.len() < DIGITS_MIN || is_word(before(bytes, at)) => first.end,
        Some((join, next)) if first.len() < DIGITS_MIN => small(bytes, first.len(), join, next)
            .unwrap_or_else(|| run(text, first, Some((join, next)), found)),
        _ => run(text, first, next, found),
    }
}

/// The whole run that begins with this group. Apart from what tells most of them, for its registers.
#[inline(never)]
fn run(text: &Text<'_>, first: Group, next: Option<(Join, usize)>, found: &mut dyn Findings) -> usize {
    let bytes = text.bytes;
    let mut window = Window::new(bytes);
    window.open((first, next));
    let context = Context::new(text);
    let mut end = first.end;
    // Whether the group before was part of something found.
    let mut after_find = true;
    while let Some(first) = window.groups().first() {
        let groups = window.groups();
        let used = if is_idle(groups) {
            after_find = false;
            1
        } else {
            let place = Place {
                text,
                context: &context,
                groups,
                after_find,
                start: first.start,
                topic: OnceCell::new(),
            };
            let find = place.judge();
            let used = find.as_ref().map_or(1, |find| find.used);
            after_find = find.is_some();
            match find {
                // Bank accounts are printed in groups, too.
                Some(Find { kind: Some(_), .. }) if iban::covers(bytes, first.start) => after_find = false,
                Some(Find { kind: Some(kind), range, .. }) => found.report(kind, range),
                Some(Find { kind: None, .. }) => {}
                None => coded::look_at_digits(text, first, found),
            }
            used
        };
        end = groups.get(used - 1).map_or(end, |last| last.end);
        window.skip(used);
    }
    end
}

/// Where digits end that are too few for any number in two groups, of which the first has so `few`: an amount.
fn small(bytes: &[u8], few: usize, join: Join, next: usize) -> Option<usize> {
    // Nobody writes phone numbers of so few digits like a fraction.
    let fewest = if join == [b'.', 0] { phone::DIGITS_MIN } else { DIGITS_MIN };
    let end = digits_end(bytes, next);
    (few + (end - next) < fewest && join_at(bytes, end).is_none()).then_some(end)
}

/// Whether nothing can begin with the groups: two digits by themselves, or too few of them to be a number, a date (of
/// three groups) or an address (of four).
fn is_idle(groups: &[Group]) -> bool {
    let digits = || groups.iter().map(Group::len).sum::<usize>();
    match groups {
        [a, b, ..] if a.len() == 1 && b.len() == 1 && b.join != [b'.', 0] && b.join[0] != b'(' => true,
        [_] | [_, _] => digits() < DIGITS_MIN,
        [_, _, _] => digits() < DATE_DIGITS_MIN,
        _ => false,
    }
}

/// What the next groups are; a date is of no kind.
struct Find {
    kind: Option<Kind>,
    range: Range<usize>,
    /// How many groups it takes, one at least.
    used: usize,
}

/// Groups from one on, and what is known of them.
pub(super) struct Place<'w> {
    pub(super) text: &'w Text<'w>,
    pub(super) context: &'w Context<'w>,
    pub(super) groups: &'w [Group],
    pub(super) after_find: bool,
    pub(super) start: usize,
    topic: OnceCell<Option<Topic>>,
}

impl Place<'_> {
    /// What the words beside it say.
    pub(super) fn topic(&self) -> Option<Topic> {
        *self.topic.get_or_init(|| self.context.topic(self.start))
    }

    fn judge(&self) -> Option<Find> {
        let bytes = self.text.bytes;
        if let [.., b'+'] | [.., b'+', b'('] = bytes.get(..self.start).unwrap_or_default() {
            return self.international();
        }
        let version = || self.topic() == Some(Topic::Version);
        if let Some((range, used)) = ipv4::address(bytes, self.groups, version) {
            return Some(Find { kind: Some(Kind::Ip), range, used });
        }
        if date::is_written(bytes, self.groups) {
            return Some(Find { kind: None, range: self.start..self.start, used: 3 });
        }
        if !self.begins() {
            return None;
        }
        let form = Form::new(self.groups);
        (1..=self.groups.len().min(GROUPS_MAX)).rev().find_map(|used| self.number(used, form.first(used)))
    }

    /// Whether a number may begin here: not in the middle of a word, an amount, or digits joined by more than a blank.
    fn begins(&self) -> bool {
        let blank = |join: u8| join == b' ' || self.after_find;
        if let Some(Group { join: [join @ 1..=255, other], .. }) = self.groups.first() {
            return blank(*join) && matches!(other, 0 | b'(');
        }
        let bytes = self.text.bytes;
        let before = bytes.get(..self.start).unwrap_or_default();
        match before.strip_suffix(b"(").unwrap_or(before) {
            [.., a, b'.'] if a.is_ascii_alphabetic() => self.context.labelled(self.start, Topic::Phone),
            [.., a, b'-' | b'.' | b'/' | b'\\' | b'%' | b'&' | b'@' | b'*'] if is_word(Some(*a)) => false,
            [.., a, b':'] if a.is_ascii_digit() => false,
            [.., b'-' | b'$' | b'%' | b'_' | b'\\' | b'^' | b'~']
            | [.., 0xC2, 0xA2..=0xA5]
            | [.., 0xE2, 0x82, 0xAC] => false,
            [.., a] => !a.is_ascii_alphanumeric(),
            [] => true,
        }
    }

    /// Whether a number may end with this many groups.
    fn ends(&self, used: usize) -> bool {
        if let Some(next) = self.groups.get(used) {
            return matches!(next.join, [b' ', 0 | b'(']);
        }
        let bytes = self.text.bytes;
        let Some(end) = self.end(used) else { return false };
        let end = phone::extension(bytes, end);
        let next = byte(bytes, end);
        let tied =
            matches!(next, Some(b'-' | b'.' | b'/' | b':' | b'@' | b'=')) && is_word(byte(bytes, end + 1));
        !is_word(next) && next != Some(b'%') && !tied
    }

    fn end(&self, used: usize) -> Option<usize> {
        used.checked_sub(1).and_then(|index| self.groups.get(index)).map(|last| last.end)
    }

    /// What so many groups of this form together are.
    fn number(&self, used: usize, form: Form) -> Option<Find> {
        let groups = self.groups.get(..used)?;
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&form.digits())
            || !self.ends(used)
            || !self.may_be(groups, form)
        {
            return None;
        }
        let mut digits = [0; DIGITS_MAX + EIGHT];
        let mut len = 0;
        for group in groups {
            len = group.put(self.text.bytes, &mut digits, len)?;
        }
        let number = Number { place: self, digits: digits.get(..form.digits())?, groups, form };
        let kind = number.kind()?;
        let (start, end) = (self.start, self.end(used)?);
        let range = if kind == Kind::Phone { self.phone_range(end) } else { start..end };
        Some(Find { kind: Some(kind), range, used })
    }

    /// Whether groups of this form can be anything: tells most of them quickly.
    fn may_be(&self, groups: &[Group], form: Form) -> bool {
        let digits = form.digits();
        if digits < phone::DIGITS_MIN {
            return phone::may_be(digits, groups, true) && self.context.labelled(self.start, Topic::Phone);
        }
        groups.len() == 1 && digits >= 9
            || is_known(form)
            || byte(self.text.bytes, self.start) == Some(b'0')
            || phone::may_be(digits, groups, false) && self.topic() == Some(Topic::Phone)
    }

    /// With its bracket, and its extension.
    fn phone_range(&self, end: usize) -> Range<usize> {
        let bytes = self.text.bytes;
        let closes = bytes.get(self.start..end).is_some_and(|within| within.contains(&b')'));
        let open = closes && before(bytes, self.start) == Some(b'(');
        self.start - usize::from(open)..phone::extension(bytes, end)
    }

    /// A number behind a plus sign; where a word calls it a phone number it need not be one that its country gives out.
    fn international(&self) -> Option<Find> {
        let bytes = self.text.bytes;
        let bracket = usize::from(before(bytes, self.start) == Some(b'('));
        let plus = self.start.checked_sub(1 + bracket)?;
        if is_word(before(bytes, plus)) {
            return None;
        }
        let used =
            phone::international(bytes, self.groups, |used| self.ends(used)).or_else(|| self.said())?;
        let end = self.end(used)?;
        let open = before(bytes, plus) == Some(b'(')
            && bytes.get(plus..end).is_some_and(|within| within.contains(&b')'));
        let range = plus - usize::from(open)..phone::extension(bytes, end);
        Some(Find { kind: Some(Kind::Phone), range, used })
    }

    /// How many groups may be a phone number because a word says so.
    fn said(&self) -> Option<usize> {
        let form = Form::new(self.groups);
        let fits = |used: &usize| {
            let groups = self.groups.get(..*used).unwrap_or_default();
            phone::may_be(form.first(*used).digits(), groups, false) && self.ends(*used)
        };
        (self.topic() == Some(Topic::Phone)).then(|| (1..=self.groups.len()).rev().find(fits))?
    }
}
