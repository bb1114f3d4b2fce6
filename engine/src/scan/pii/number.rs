//! Numbers: cards, phones, social security, identities, IPv4. A run of digit groups is read once, from its beginning,
//! and each kind is asked at each group; what one kind takes, no other is asked about.

use core::cell::OnceCell;
use core::ops::Range;

use super::card::is_card;
use super::checks::uniform;
use super::context::{Topic, labelled, said_after, topic};
use super::date::is_day;
use super::groups::{GROUPS, Group, Window};
use super::identity::is_identity;
use super::{before, byte, coded, iban, ipv4, is_word, phone};
use crate::scan::trigger::{Gram, Set};
use crate::scan::{Findings, Kind, Text};

const JOIN: Set = Set::of(b" -./()");
/// The bytes of blanks and dashes outside ASCII, beside the others.
const WIDE: Set = Set::of(&[0xC2, 0xA0, 0xE2]).or(JOIN);
const DIGIT: Set = Set::DIGIT;

pub(in crate::scan) const GRAMS: &[Gram] = &[
    Gram::of([DIGIT.not(), DIGIT, DIGIT, DIGIT], 1),
    Gram::of([DIGIT, DIGIT, JOIN, DIGIT], 0),
    Gram::of([DIGIT, DIGIT, WIDE, WIDE], 0),
    Gram::of([DIGIT.not(), DIGIT, JOIN, DIGIT], 1),
    Gram::of([DIGIT, WIDE, WIDE, DIGIT], 0),
    Gram::of([DIGIT.not(), DIGIT, Set::of(&[0xE2]), Set::of(&[0x80])], 1),
    Gram::of([DIGIT, DIGIT, Set::of(&[0xE2]), Set::of(&[0x80])], 0),
];

/// Fewer digits are nobody's number, nor are more.
const DIGITS_MIN: usize = 5;
const DIGITS_MAX: usize = 19;
/// The French have most groups.
const GROUPS_MAX: usize = 7;

pub(in crate::scan) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let Some(mut window) = Window::open(text.bytes, at) else { return at + 1 };
    let mut end = at + 1;
    // Whether the group before was part of something found.
    let mut after_find = true;
    while let Some(first) = window.groups().first() {
        if is_idle(window.groups()) {
            end = first.end;
            after_find = false;
            window.skip(1);
            continue;
        }
        let place = Place::new(text, window.groups(), after_find);
        let used = match place.judge() {
            // Bank accounts are printed in groups, too.
            Some(Find { kind: Some(_), used, .. }) if iban::covers(text.bytes, first.start) => {
                after_find = false;
                used
            }
            Some(Find { kind, range, used }) => {
                if let Some(kind) = kind {
                    found.report(kind, range);
                }
                after_find = true;
                used
            }
            None => {
                coded::look_at_digits(text, first, found);
                after_find = false;
                1
            }
        };
        let used = used.max(1);
        end = window.groups().iter().take(used).next_back().map_or(end, |last| last.end);
        window.skip(used);
    }
    end
}

/// Whether nothing can begin with the groups: two digits by themselves, or too few of them to be anything.
fn is_idle(groups: &[Group]) -> bool {
    let single = matches!(groups, [a, b, ..] if a.len() == 1 && b.len() == 1 && b.join != [b'.', 0] && b.join[0] != b'(');
    let digits: usize = groups.iter().take(GROUPS_MAX).map(Group::len).sum();
    single || digits < 4
}

/// What the next groups are; a date is of no kind.
struct Find {
    kind: Option<Kind>,
    range: Range<usize>,
    used: usize,
}

/// Groups from one on, and what is known of them.
struct Place<'w> {
    text: &'w Text<'w>,
    groups: &'w [Group],
    after_find: bool,
    start: usize,
    digits: [u8; 20],
    /// How the groups are written: `d` for a digit, and what joins them.
    form: [u8; 40],
    /// For each group how many digits and bytes of the form go up to its end.
    ends: [(usize, usize); GROUPS],
    topic: OnceCell<Option<Topic>>,
}

impl<'w> Place<'w> {
    fn new(text: &'w Text<'w>, groups: &'w [Group], after_find: bool) -> Place<'w> {
        let mut place = Place {
            text,
            groups,
            after_find,
            start: groups.first().map_or(0, |first| first.start),
            digits: [0; 20],
            form: [0; 40],
            ends: [(usize::MAX, 0); GROUPS],
            topic: OnceCell::new(),
        };
        let (mut digits, mut form) = (0, 0);
        for (index, (group, ends)) in groups.iter().zip(&mut place.ends).enumerate() {
            let values = text.bytes.get(group.start..group.end).unwrap_or_default();
            let joined = group.join.iter().filter(|byte| index > 0 && **byte != 0);
            let room = place.digits.get_mut(digits..digits + values.len());
            let Some(room) = room else { break };
            for (place, value) in room.iter_mut().zip(values) {
                *place = value - b'0';
            }
            digits += values.len();
            let written = joined.copied().chain(values.iter().map(|_| b'd'));
            for byte in written {
                if let Some(place) = place.form.get_mut(form) {
                    *place = byte;
                }
                form += 1;
            }
            *ends = (digits, form);
        }
        place
    }

    fn digits(&self, used: usize) -> Option<&[u8]> {
        let (digits, _) = used.checked_sub(1).and_then(|index| self.ends.get(index))?;
        self.digits.get(..*digits)
    }

    fn form(&self, used: usize) -> &[u8] {
        let form = used.checked_sub(1).and_then(|index| self.ends.get(index)).map_or(0, |ends| ends.1);
        self.form.get(..form).unwrap_or_default()
    }

    fn topic(&self) -> Option<Topic> {
        *self.topic.get_or_init(|| topic(self.text, self.start))
    }

    fn judge(&self) -> Option<Find> {
        if before(self.text.bytes, self.start) == Some(b'+') {
            return self.international();
        }
        if let Some((range, used)) = ipv4::address(self.text, self.groups) {
            return Some(Find { kind: Some(Kind::Ip), range, used });
        }
        let most = self.ends.iter().take(self.groups.len()).take_while(|(digits, _)| *digits <= 20).count();
        if self.digits(most).is_none_or(|digits| digits.len() < DIGITS_MIN) {
            return None;
        }
        if let Some(find) = self.date() {
            return Some(find);
        }
        if !self.begins() {
            return None;
        }
        (1..=most.min(GROUPS_MAX)).rev().find_map(|used| self.number(used))
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

    /// What these groups together are.
    fn number(&self, used: usize) -> Option<Find> {
        let number = Number { place: self, digits: self.digits(used)?, groups: self.groups.get(..used)? };
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&number.digits.len()) || !self.ends(used) {
            return None;
        }
        let (start, end) = (self.start, self.end(used)?);
        let kind = number.kind()?;
        let range = if kind == Kind::Phone { self.phone_range(end) } else { start..end };
        Some(Find { kind: Some(kind), range, used })
    }

    /// With its bracket, and its extension.
    fn phone_range(&self, end: usize) -> Range<usize> {
        let bytes = self.text.bytes;
        let closes = bytes.get(self.start..end).is_some_and(|within| within.contains(&b')'));
        let open = closes && before(bytes, self.start) == Some(b'(');
        self.start - usize::from(open)..phone::extension(bytes, end)
    }

    /// A number behind a plus sign.
    fn international(&self) -> Option<Find> {
        let bytes = self.text.bytes;
        let plus = self.start.checked_sub(1)?;
        let mut digits = [0; 20];
        let mut len = 0;
        let mut best = None;
        if is_word(before(bytes, plus)) {
            return None;
        }
        for (index, group) in self.groups.iter().enumerate() {
            let values = bytes.get(group.start..group.end)?;
            if !phone::is_trunk_zero(bytes, group) {
                let Some(room) = digits.get_mut(len..len + values.len()) else { break };
                for (place, value) in room.iter_mut().zip(values) {
                    *place = value - b'0';
                }
                len += values.len();
            }
            let used = index + 1;
            if len > 16 {
                break;
            }
            if self.ends(used) && digits.get(..len).is_some_and(phone::is_international) {
                best = Some((used, group.end));
            }
        }
        let (used, end) = best?;
        let open = before(bytes, plus) == Some(b'(')
            && bytes.get(plus..end).is_some_and(|within| within.contains(&b')'));
        let range = plus - usize::from(open)..phone::extension(bytes, end);
        Some(Find { kind: Some(Kind::Phone), range, used })
    }

    /// A date, to be stepped over: `2021-05-06`, `6.5.2021`, `5/6/21`.
    fn date(&self) -> Option<Find> {
        let [a, b, c, rest @ ..] = self.groups else { return None };
        let same = b.join == c.join && matches!(b.join, [b'-' | b'.' | b'/', 0]);
        if !same || rest.first().is_some_and(|next| next.join == b.join) {
            return None;
        }
        let value = |group: &Group| {
            let digits = self.text.bytes.get(group.start..group.end).unwrap_or_default();
            digits.iter().take(4).fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
        };
        let (x, y, z) = (value(a), value(b), value(c));
        let is_date = match (a.len(), b.len(), c.len()) {
            (4, 1..=2, 1..=2) => (1800..2200).contains(&x) && is_day(x, y, z),
            (1..=2, 1..=2, 4) => (1800..2200).contains(&z) && (is_day(z, y, x) || is_day(z, x, y)),
            (1..=2, 1..=2, 2) => is_day(z, y, x) || is_day(z, x, y),
            _ => false,
        };
        is_date.then_some(Find { kind: None, range: self.start..self.start, used: 3 })
    }
}

/// Groups that begin and end like a number.
struct Number<'p> {
    place: &'p Place<'p>,
    digits: &'p [u8],
    groups: &'p [Group],
}

impl Number<'_> {
    fn kind(&self) -> Option<Kind> {
        if self.digits.len() < phone::DIGITS_MIN {
            let (text, start) = (self.place.text, self.place.start);
            let phone = phone::may_be(self.digits, self.groups, true) && labelled(text, start, Topic::Phone);
            return phone.then_some(Kind::Phone);
        }
        // What a word calls a phone number may have the form of something else.
        let said_phone = self.place.topic() == Some(Topic::Phone);
        let phone = || self.is_phone().then_some(Kind::Phone);
        said_phone.then(phone).flatten().or_else(|| self.fixed()).or_else(phone)
    }

    /// Kinds with a sum or a form of their own.
    fn fixed(&self) -> Option<Kind> {
        // Behind them no extension may stand.
        if is_word(byte(self.place.text.bytes, self.end())) {
            None
        } else if self.is_social_security() {
            Some(Kind::Ssn)
        } else if self.is_card() {
            Some(Kind::Card)
        } else {
            self.is_identity().then_some(Kind::NationalId)
        }
    }

    fn is_social_security(&self) -> bool {
        let topic = self.place.topic();
        let form = self.form();
        let formatted = match form {
            b"ddd-dd-dddd" => true,
            b"ddd.dd.dddd" => topic != Some(Topic::Other),
            b"ddd dd dddd" => topic != Some(Topic::Other) && self.is_whole(),
            _ => form == b"ddddddddd" && topic == Some(Topic::Social),
        };
        formatted
            && !uniform(self.digits)
            && !matches!(
                self.digits,
                // Areas, groups and serials that were never given out.
                [0, 0, 0, ..] | [6, 6, 6, ..] | [9, ..] | [_, _, _, 0, 0, ..] | [.., 0, 0, 0, 0]
            )
    }

    fn is_card(&self) -> bool {
        let mut lens = [0; GROUPS];
        for (len, group) in lens.iter_mut().zip(self.groups) {
            *len = group.len();
        }
        let lens = lens.get(..self.groups.len()).unwrap_or_default();
        let mut joins = self.groups.iter().skip(1).map(|group| group.join);
        let first = joins.next();
        let alike = first
            .is_none_or(|first| matches!(first, [b' ' | b'-' | b'.', 0]) && joins.all(|join| join == first));
        // Orders and items have numbers of any kind, though nobody writes them in groups.
        let doubted = lens.len() == 1 && self.place.topic() == Some(Topic::Other);
        alike
            && (!doubted && is_card(self.digits, lens, false)
                || is_card(self.digits, lens, true) && self.is_said(Topic::Card))
    }

    fn is_identity(&self) -> bool {
        let form = self.form();
        let alone = self.place.topic() != Some(Topic::Other) && (self.is_whole() || !form.contains(&b' '));
        is_identity(form, self.digits, alone, || self.is_said(Topic::Identity))
    }

    fn is_phone(&self) -> bool {
        let topic = self.place.topic();
        if topic == Some(Topic::Phone) && phone::may_be(self.digits, self.groups, false) {
            return true;
        }
        let open = before(self.place.text.bytes, self.place.start) == Some(b'(');
        topic.is_none_or(|topic| topic == Topic::Phone)
            && (phone::is_dialled_abroad(self.digits, self.groups)
                || phone::is_by_writing(self.digits, self.groups, open, self.is_whole()))
    }

    /// Whether a word before or behind says this of the number.
    fn is_said(&self, wanted: Topic) -> bool {
        let said = self.place.topic().or_else(|| said_after(self.place.text.bytes, self.end()));
        said == Some(wanted)
    }

    /// Whether nothing is joined to it on either side.
    fn is_whole(&self) -> bool {
        let begins = self.groups.first().is_some_and(|first| first.join == [0, 0]);
        self.groups.len() == self.place.groups.len() && (begins || self.place.after_find)
    }

    fn form(&self) -> &[u8] {
        self.place.form(self.groups.len())
    }

    fn end(&self) -> usize {
        self.groups.last().map_or(0, |last| last.end)
    }
}
