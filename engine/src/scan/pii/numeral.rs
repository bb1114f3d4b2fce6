//! What the digits of a number are, by sum, form and the words beside them.

use super::checks::uniform;
use super::form::Form;
use super::groups::Group;
use super::number::Place;
use super::topic::Topic;
use super::{before, byte, card, date, identity, is_word, phone};
use crate::scan::Kind;

pub(super) const SOCIAL_SECURITY: Form = Form::of("ddd-dd-dddd");

/// Groups that begin and end like a number.
pub(super) struct Number<'p> {
    pub(super) place: &'p Place<'p>,
    pub(super) digits: &'p [u8],
    pub(super) groups: &'p [Group],
    pub(super) form: Form,
}

impl Number<'_> {
    pub(super) fn kind(&self) -> Option<Kind> {
        if self.digits.len() < phone::DIGITS_MIN {
            // So short a one only if it has a label.
            return (!uniform(self.digits)).then_some(Kind::Phone);
        }
        // Without a nought so many are no phone number, whatever a word says.
        if self.digits.len() > phone::DIGITS_MAX && self.digits.first() != Some(&0) {
            return self.fixed();
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
        // Groups that are joined by more than blanks speak for themselves, whatever they are a number of.
        let tied = self.groups.len() > 1 && !blank;
        let alone = tied || self.place.topic() != Some(Topic::Other) && self.is_whole();
        let own = || self.place.context.find(self.place.start, identity::own);
        identity::is_identity(self.form, self.digits, alone, || self.is_said(Topic::Identity), own)
    }

    fn is_phone(&self) -> bool {
        let topic = self.place.topic();
        let labelled = || self.place.context.labelled(self.place.start, Topic::Phone);
        if phone::is_quoted(self.digits, self.groups) && !labelled() {
            return false;
        }
        let dated = || (1..self.groups.len()).any(|from| self.is_date(from));
        if topic == Some(Topic::Phone)
            && phone::may_be(self.digits.len(), self.groups, false)
            && !uniform(self.digits)
            && !dated()
        {
            return true;
        }
        let open = before(self.place.text.bytes, self.place.start) == Some(b'(');
        topic.is_none_or(|topic| topic == Topic::Phone)
            && (phone::is_dialled_abroad(self.digits, self.groups)
                || phone::is_by_writing(self.digits, self.groups, open, self.is_whole()))
    }

    /// Whether a date is written in the groups from this one on.
    fn is_date(&self, from: usize) -> bool {
        date::is_written(self.place.text.bytes, self.groups.get(from..).unwrap_or_default())
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
