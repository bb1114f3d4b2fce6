//! Numbers: cards, phones, social security, identities, IPv4. A run of digit groups is read once, from its beginning,
//! and each kind is asked at each group; what one kind takes, no other is asked about.

use core::cell::OnceCell;
use core::ops::Range;

use super::checks::uniform;
use super::context::{Context, Topic};
use super::date::is_day;
use super::groups::{Form, Group, Window, begins};
use super::{before, byte, card, coded, iban, identity, ipv4, is_word, phone};
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

const SOCIAL_SECURITY: Form = Form::of("ddd-dd-dddd");

pub(in crate::scan) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    if !begins(text.bytes, at) {
        return at + 1;
    }
    let mut window = Window::new(text.bytes);
    window.open(at);
    let context = Context::new(text);
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
        let (groups, form, start) = (window.groups(), window.form(), first.start);
        let place = Place {
            text,
            context: &context,
            groups,
            form,
            after_find,
            start,
            digits: OnceCell::new(),
            topic: OnceCell::new(),
        };
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
    let few = || groups.iter().map(Group::len).sum::<usize>() < 4;
    single || groups.len() < 4 && few()
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
    context: &'w Context<'w>,
    groups: &'w [Group],
    form: Form,
    after_find: bool,
    start: usize,
    digits: OnceCell<[u8; DIGITS_MAX]>,
    topic: OnceCell<Option<Topic>>,
}

impl Place<'_> {
    fn topic(&self) -> Option<Topic> {
        *self.topic.get_or_init(|| self.context.topic(self.start))
    }

    fn judge(&self) -> Option<Find> {
        if before(self.text.bytes, self.start) == Some(b'+') {
            return self.international();
        }
        let version = || self.topic() == Some(Topic::Version);
        if let Some((range, used)) = ipv4::address(self.text.bytes, self.groups, version) {
            return Some(Find { kind: Some(Kind::Ip), range, used });
        }
        if let Some(find) = self.date() {
            return Some(find);
        }
        if !self.begins() {
            return None;
        }
        (1..=self.groups.len().min(GROUPS_MAX)).rev().find_map(|used| self.number(used))
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
        let groups = self.groups.get(..used)?;
        let form = self.form.first(used);
        if !(DIGITS_MIN..=DIGITS_MAX).contains(&form.digits())
            || !self.ends(used)
            || !self.may_be(groups, form)
        {
            return None;
        }
        let number = Number { place: self, digits: self.digits().get(..form.digits())?, groups, form };
        let (start, end) = (self.start, self.end(used)?);
        let kind = number.kind()?;
        let range = if kind == Kind::Phone { self.phone_range(end) } else { start..end };
        Some(Find { kind: Some(kind), range, used })
    }

    /// The values of the digits, as many as any number has.
    fn digits(&self) -> &[u8] {
        self.digits.get_or_init(|| {
            let mut digits = [0; DIGITS_MAX];
            let end = self.groups.last().map_or(self.start, |last| last.end);
            let written = self.text.bytes.get(self.start..end).unwrap_or_default();
            let values = written.iter().filter(|byte| byte.is_ascii_digit());
            for (digit, value) in digits.iter_mut().zip(values) {
                *digit = value - b'0';
            }
            digits
        })
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
    form: Form,
}

impl Number<'_> {
    fn kind(&self) -> Option<Kind> {
        if self.digits.len() < phone::DIGITS_MIN {
            // So short a one only if it has a label.
            return (!uniform(self.digits)).then_some(Kind::Phone);
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
        const DOTS: Form = Form::of("ddd.dd.dddd");
        const BLANKS: Form = Form::of("ddd dd dddd");
        const PLAIN: Form = Form::of("ddddddddd");
        let topic = || self.place.topic();
        let formatted = match self.form {
            SOCIAL_SECURITY => true,
            DOTS => topic() != Some(Topic::Other),
            BLANKS => topic() != Some(Topic::Other) && self.is_whole(),
            PLAIN => topic() == Some(Topic::Social),
            _ => false,
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
        let mut joins = self.groups.iter().skip(1).map(|group| group.join);
        let first = joins.next();
        let alike = first
            .is_none_or(|first| matches!(first, [b' ' | b'-' | b'.', 0]) && joins.all(|join| join == first));
        // Orders and items have numbers of any kind, though nobody writes them in groups.
        let doubted = || self.groups.len() == 1 && self.place.topic() == Some(Topic::Other);
        alike
            && card::may_be(self.digits, self.groups.len() == 1, self.form)
            && (card::is_common(self.digits) && !doubted() || self.is_said(Topic::Card))
    }

    fn is_identity(&self) -> bool {
        let blank = self.groups.iter().skip(1).any(|group| group.join == [b' ', 0]);
        let alone = self.place.topic() != Some(Topic::Other) && (self.is_whole() || !blank);
        identity::is_identity(self.form, self.digits, alone, || self.is_said(Topic::Identity))
    }

    fn is_phone(&self) -> bool {
        let topic = self.place.topic();
        if topic == Some(Topic::Phone)
            && phone::may_be(self.digits.len(), self.groups, false)
            && !uniform(self.digits)
        {
            return true;
        }
        let open = before(self.place.text.bytes, self.place.start) == Some(b'(');
        topic.is_none_or(|topic| topic == Topic::Phone)
            && (phone::is_dialled_abroad(self.digits, self.groups)
                || phone::is_by_writing(self.digits, self.groups, open, self.is_whole()))
    }

    /// Whether a word before or behind says this of the number.
    fn is_said(&self, wanted: Topic) -> bool {
        let place = self.place.start..self.end();
        let said = self.place.topic().or_else(|| self.place.context.said_after(&place));
        said == Some(wanted)
    }

    /// Whether nothing is joined to it on either side.
    fn is_whole(&self) -> bool {
        let begins = self.groups.first().is_some_and(|first| first.join == [0, 0]);
        self.groups.len() == self.place.groups.len() && (begins || self.place.after_find)
    }

    fn end(&self) -> usize {
        self.groups.last().map_or(0, |last| last.end)
    }
}

/// Whether some number is written in groups of these sizes and told by that; seldom also of others.
fn is_known(form: Form) -> bool {
    let bit = form.sizes().hash(KNOWN_BITS);
    KNOWN.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 != 0)
}

const KNOWN_BITS: u32 = 12;
type Known = [u64; 1 << (KNOWN_BITS - 6)];

/// The hashes of all sizes that are known.
static KNOWN: Known = known();

const fn known() -> Known {
    let mut known = [0; _];
    let mut identities = identity::FORMS;
    while let [(form, _, _), rest @ ..] = identities {
        add(&mut known, *form);
        identities = rest;
    }
    let (mut cards, mut phones) = (card::PRINTED, phone::PRINTED);
    while let [form, rest @ ..] = cards {
        add(&mut known, *form);
        cards = rest;
    }
    while let [form, rest @ ..] = phones {
        add(&mut known, *form);
        phones = rest;
    }
    add(&mut known, SOCIAL_SECURITY);
    known
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn add(known: &mut Known, form: Form) {
    let bit = form.sizes().hash(KNOWN_BITS);
    known[bit / 64] |= 1 << (bit % 64);
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn few_forms_are_taken_for_known_ones() {
        let all = identity::FORMS.iter().map(|(form, _, _)| form).chain(card::PRINTED).chain(phone::PRINTED);
        assert!(all.clone().all(|form| is_known(*form)));
        let bits: u32 = KNOWN.iter().map(|word| word.count_ones()).sum();
        assert!(bits as usize <= all.count() && bits > 30);
        assert!(!is_known(Form::of("ddd ddd ddd ddd")) && !is_known(Form::of("dd.dddd dd.dddd")));
    }
}
