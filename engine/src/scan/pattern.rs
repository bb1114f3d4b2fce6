//! Detectors that are data: formats of keys and tokens, from the compiler's catalogue and from policies.
//!
//! A pattern has a literal, which the trigger looks for, and steps before and after it. A step takes as many bytes
//! of a set as it may and never gives one back; the compiler takes only patterns for which that finds what a
//! regular expression would. So a look goes over each byte once, and there is nothing to explode.

mod gram;
mod proof;
mod run;
mod set;
mod shape;
#[cfg(test)]
mod tests;
mod wire;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

pub use proof::{ENTROPY_UNIT, Proof};
pub use run::Runs;
pub use set::Bytes;
pub use shape::{
    CONTEXT_STEP_BYTES_MAX, LITERAL_BYTES_MAX, Literal, Pattern, Place, STEPS_MAX, Step, UNBOUNDED,
};
pub use wire::Bad;

use super::work::looked;
use super::{Gram, Text};
use gram::Choice;

/// How far a keyword may be from what it speaks of.
pub const NEAR_BYTES_MAX: usize = 64;
/// Bytes of a name after the keyword in it, with what stands between the name and its operator.
const NAME_BYTES_MAX: usize = 64;
/// Bytes of an operator: `=`, `=>`, `:::=`, `", "`.
const OPERATOR_BYTES_MAX: usize = 8;
/// Quotes, blanks and line breaks between an operator and the value.
const LEAD_BYTES_MAX: usize = 24;
/// Runs up to this length are counted anew each time; of longer ones the last is remembered.
const SHORT_RUN_BYTES_MAX: u16 = 32;

/// Patterns, checked and ready.
#[derive(Debug, Default)]
pub struct Patterns {
    all: Vec<Ready>,
    slots: usize,
}

#[derive(Debug)]
struct Ready {
    pattern: Pattern,
    choice: Choice,
    /// How far before the literal the match begins, if it is always as far.
    lead: Option<usize>,
    /// The slot of its first long step among [`Runs`]; the others follow.
    slots: usize,
    /// The next pattern with the same keyword. The trigger knows only the first of them.
    next: Option<u16>,
    is_first: bool,
}

impl Patterns {
    /// Checks what the looks rely on.
    ///
    /// # Errors
    /// [`Bad`] names what is wrong.
    pub fn new(patterns: Vec<Pattern>) -> Result<Patterns, Bad> {
        if patterns.len() > usize::from(u16::MAX) {
            return Err(Bad::TooMany);
        }
        let mut slots: usize = 0;
        let mut known = gram::Known::new();
        let mut all: Vec<Ready> = Vec::new();
        let mut keywords: BTreeMap<(Vec<u8>, bool, bool), usize> = BTreeMap::new();
        for pattern in patterns {
            pattern.check()?;
            let choice = gram::choose(&pattern, &mut known);
            let number = u16::try_from(all.len()).ok();
            let mut is_first = true;
            if pattern.place != Place::Match {
                let keyword =
                    (pattern.literal.bytes.clone(), pattern.literal.fold, pattern.place == Place::Near);
                let before = keywords.insert(keyword, all.len()).and_then(|before| all.get_mut(before));
                if let Some(before) = before {
                    before.next = number;
                    is_first = false;
                }
            }
            let own = long(&pattern.before).saturating_add(long(&pattern.after));
            let lead = pattern.lead();
            all.push(Ready { pattern, choice, lead, slots, next: None, is_first });
            slots = slots.saturating_add(own);
        }
        Ok(Patterns { all, slots })
    }

    /// The patterns, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Pattern> {
        self.all.iter().map(|ready| &ready.pattern)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What shows the patterns, with the number to look for. Patterns with the same keyword have one number.
    pub fn triggers(&self) -> impl Iterator<Item = (u16, Gram)> {
        (0..=u16::MAX)
            .zip(&self.all)
            .filter(|(_, ready)| ready.is_first)
            .map(|(number, ready)| (number, ready.choice.gram))
    }

    /// The pattern of this number and those with the same keyword.
    fn group(&self, index: u16) -> impl Iterator<Item = &Ready> {
        let get = |index: u16| self.all.get(usize::from(index));
        core::iter::successors(get(index), move |ready| get(ready.next?))
    }

    /// Looks at the place where the gram of the pattern of this number stands. Calls `found` with the detector and
    /// the bytes to mask. Returns the place before which this pattern need not be asked again.
    pub fn look(
        &self,
        index: u16,
        text: &Text<'_>,
        at: usize,
        runs: &mut Runs,
        found: &mut dyn FnMut(u16, Range<usize>),
    ) -> usize {
        for ready in self.group(index) {
            let Some(start) = at.checked_sub(ready.choice.offset) else { break };
            // Whether it may begin there settles much: in a run of one letter it may not.
            if let Some(lead) = ready.lead
                && !start.checked_sub(lead).is_some_and(|start| opens(text.bytes, start, &ready.pattern.left))
            {
                break;
            }
            let Some(end) = ready.pattern.literal.ends(text.bytes, start) else { break };
            runs.reserve(self.slots);
            let mut look = Look { ready, text, runs };
            match ready.pattern.place {
                Place::Match => look.around(start..end, found),
                _ if !begins_word(text.bytes, start) => break,
                Place::Assigned => look.assigned(start..end, found),
                Place::Near => look.near(end, end.saturating_add(NEAR_BYTES_MAX), found),
            }
        }
        at.saturating_add(1)
    }

    /// Like [`Patterns::look`] where the gram stands in the name of the member whose value the text is. Patterns
    /// that need no context find nothing.
    pub fn look_named(
        &self,
        index: u16,
        name: &[u8],
        at: usize,
        text: &Text<'_>,
        runs: &mut Runs,
        found: &mut dyn FnMut(u16, Range<usize>),
    ) {
        for ready in self.group(index) {
            let Some(start) = at.checked_sub(ready.choice.offset) else { break };
            if ready.pattern.literal.ends(name, start).is_none() || !begins_word(name, start) {
                break;
            }
            runs.reserve(self.slots);
            let mut look = Look { ready, text, runs };
            match ready.pattern.place {
                Place::Match => {}
                Place::Assigned => {
                    look.value(0, found);
                }
                Place::Near => look.near(0, NEAR_BYTES_MAX, found),
            }
        }
    }
}

/// One look at one place.
struct Look<'l, 't> {
    ready: &'l Ready,
    text: &'l Text<'t>,
    runs: &'l mut Runs,
}

impl Look<'_, '_> {
    /// The literal stands here: what is around it?
    fn around(&mut self, literal: Range<usize>, found: &mut dyn FnMut(u16, Range<usize>)) {
        let pattern = &self.ready.pattern;
        let secret = pattern.secret.clone();
        let pieces_before = pattern.before.len();
        // Where the secret begins and ends, while the match is found from the literal to its two ends.
        let (mut from, mut to) = (None, None);
        let mut start = literal.start;
        let mut piece = pieces_before;
        mark(piece, start, &secret, &mut from, &mut to);
        let mut slot = self.ready.slots.saturating_add(long(&pattern.before));
        for step in pattern.before.iter().rev() {
            slot = slot.saturating_sub(usize::from(step.is_long()));
            let Some(begin) = step.begins(self.text.bytes, start, slot, self.runs) else { return };
            start = begin;
            piece = piece.saturating_sub(1);
            mark(piece, start, &secret, &mut from, &mut to);
        }
        if !opens(self.text.bytes, start, &pattern.left) {
            return;
        }
        let Some(end) = self.forward(pieces_before, literal.end, &mut from, &mut to) else { return };
        self.judge(start..end, from, to, found);
    }

    /// The keyword ends here: is something assigned to a name that holds it, or to a secret's name below that?
    fn assigned(&mut self, keyword: Range<usize>, found: &mut dyn FnMut(u16, Range<usize>)) {
        let bytes = self.text.bytes;
        if let Some(value) = flag(bytes, &keyword)
            && self.value(value, found)
        {
            return;
        }
        let Some(operator) = operator(bytes, keyword.end) else { return };
        if self.value(operator.end, found) {
            return;
        }
        // A value may itself begin with what an operator is made of.
        if operator.len() > 1 && self.value_at(operator.start.saturating_add(1), found) {
            return;
        }
        let lead = skip(bytes, operator.end, LEAD_BYTES_MAX, |byte| LEAD.has(byte));
        let nests =
            bytes.get(operator.end..lead).is_some_and(|lead| lead.iter().any(|byte| b"{\n".contains(byte)));
        if nests
            && let Some(inner) = self::operator(bytes, lead)
            && bytes.get(lead..inner.start).is_some_and(is_secret_name)
        {
            self.value(inner.end, found);
        }
    }

    /// A value is to begin here, behind quotes and the like.
    fn value(&mut self, from: usize, found: &mut dyn FnMut(u16, Range<usize>)) -> bool {
        let bytes = self.text.bytes;
        let lead = skip(bytes, from, LEAD_BYTES_MAX, |byte| LEAD.has(byte));
        let scheme = skip_scheme(bytes, lead);
        (from..=lead).chain((scheme != lead).then_some(scheme)).any(|start| self.value_at(start, found))
    }

    fn near(&mut self, from: usize, to: usize, found: &mut dyn FnMut(u16, Range<usize>)) {
        for start in from..to.min(self.text.bytes.len()) {
            self.value_at(start, found);
        }
    }

    /// Whether the steps match from here on.
    fn value_at(&mut self, start: usize, found: &mut dyn FnMut(u16, Range<usize>)) -> bool {
        if !opens(self.text.bytes, start, &self.ready.pattern.left) {
            return false;
        }
        let (mut from, mut to) = (None, None);
        match self.forward(0, start, &mut from, &mut to) {
            Some(end) => self.judge(start..end, from, to, found),
            None => false,
        }
    }

    /// The end of the match whose literal or context ends at `at`.
    fn forward(
        &mut self,
        piece: usize,
        at: usize,
        from: &mut Option<usize>,
        to: &mut Option<usize>,
    ) -> Option<usize> {
        let pattern = &self.ready.pattern;
        let (mut at, mut piece) = (at, piece);
        if pattern.place == Place::Match {
            piece = piece.saturating_add(1);
        }
        mark(piece, at, &pattern.secret, from, to);
        let mut slot = self.ready.slots.saturating_add(long(&pattern.before));
        for step in &pattern.after {
            at = step.ends(self.text.bytes, at, slot, self.runs)?;
            slot = slot.saturating_add(usize::from(step.is_long()));
            piece = piece.saturating_add(1);
            mark(piece, at, &pattern.secret, from, to);
        }
        let closes = self.text.bytes.get(at).is_none_or(|byte| !pattern.right.has(*byte));
        closes.then_some(at)
    }

    fn judge(
        &mut self,
        whole: Range<usize>,
        from: Option<usize>,
        to: Option<usize>,
        found: &mut dyn FnMut(u16, Range<usize>),
    ) -> bool {
        let pattern = &self.ready.pattern;
        let secret = from.unwrap_or(whole.start)..to.unwrap_or(whole.end);
        let Some(bytes) = self.text.bytes.get(secret.clone()) else { return false };
        let good = !bytes.is_empty()
            && (pattern.keywords.is_empty() || self.has_keyword(whole.start))
            && pattern.proof.holds(bytes)
            && !pattern.allows(bytes);
        if !good {
            return false;
        }
        let random = proof::entropy(bytes) >= u32::from(pattern.entropy) * ENTROPY_UNIT;
        if let Some(detector) = if random { Some(pattern.detector) } else { pattern.weak } {
            found(detector, secret);
        }
        random
    }

    /// Whether a keyword is in the name or shortly before this place.
    fn has_keyword(&self, start: usize) -> bool {
        let before = self.text.bytes.get(start.saturating_sub(NEAR_BYTES_MAX)..start).unwrap_or(&[]);
        let name = self.text.key.unwrap_or("").as_bytes();
        let holds =
            |text: &[u8], word: &[u8]| text.windows(word.len()).any(|at| at.eq_ignore_ascii_case(word));
        let words = &self.ready.pattern.keywords;
        words.iter().any(|word| holds(before, word) || holds(name, word))
    }
}

/// How many of the steps have a slot.
fn long(steps: &[Step]) -> usize {
    steps.iter().filter(|step| step.is_long()).count()
}

/// Notes the place where this piece begins, if it is where the secret begins or ends.
fn mark(piece: usize, at: usize, secret: &Range<u8>, from: &mut Option<usize>, to: &mut Option<usize>) {
    if piece == usize::from(secret.start) {
        *from = Some(at);
    }
    if piece == usize::from(secret.end) {
        *to = Some(at);
    }
}

/// Whether something may begin here: the byte before is not one of `closed`, or ends an escape such as `\n` or
/// `%3D` (texts often hold other texts).
fn opens(bytes: &[u8], start: usize, closed: &Bytes) -> bool {
    let before = bytes.get(..start).unwrap_or(&[]);
    match before {
        [.., last] if !closed.has(*last) => true,
        [] | [.., b'\\', b'n' | b't' | b'r' | b'b' | b'f'] => true,
        [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [.., b'\\', b'u', a, b, c, d] => [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()),
        _ => false,
    }
}

fn skip(bytes: &[u8], from: usize, max: usize, is: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    let rest = rest.get(..max).unwrap_or(rest);
    looked(1);
    from.saturating_add(rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len()))
}

/// The operator behind the rest of a name.
fn operator(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let start = skip(bytes, from, NAME_BYTES_MAX, |byte| NAME.has(byte));
    let end = skip(bytes, start, OPERATOR_BYTES_MAX, |byte| OPERATOR.has(byte));
    (end > start).then_some(start..end)
}

/// Where the value begins if the keyword is in an option of a command line: `--acme-key value`.
fn flag(bytes: &[u8], keyword: &Range<usize>) -> Option<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let before = bytes.get(..keyword.start)?;
    let word = before.iter().rev().take(LEAD_BYTES_MAX).take_while(|byte| is_word(**byte)).count();
    let start = keyword.start.saturating_sub(word);
    let end = skip(bytes, keyword.end, NAME_BYTES_MAX, is_word);
    (bytes.get(start) == Some(&b'-') && bytes.get(end) == Some(&b' ')).then_some(end.saturating_add(1))
}

/// Whether a word begins here: behind what is no letter, or with a capital letter behind a small one.
fn begins_word(bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b' ');
    let first = bytes.get(start).copied().unwrap_or(b' ');
    !before.is_ascii_alphabetic() || before.is_ascii_lowercase() && !first.is_ascii_lowercase()
}

fn is_secret_name(name: &[u8]) -> bool {
    let words: [&[u8]; 7] = [b"key", b"token", b"secret", b"pass", b"auth", b"cred", b"pwd"];
    words.iter().any(|word| name.windows(word.len()).any(|at| at.eq_ignore_ascii_case(word)))
}

/// What follows a keyword up to an operator: the rest of a name, a type, quotes and brackets around it.
static NAME: Bytes = Bytes::ALNUM.or(&Bytes::of(b"_-. \t'\"`[]){}\\$*&/"));
static OPERATOR: Bytes = Bytes::of(b"=:>,|?(~");
static LEAD: Bytes = Bytes::of(b" \t\r\n'\"`\\=([{$@<:>");

/// Behind the scheme of an `Authorization` header.
fn skip_scheme(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let schemes: [&[u8]; 4] = [b"bearer ", b"basic ", b"token ", b"apikey "];
    let scheme = schemes
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    at.saturating_add(scheme.map_or(0, <[u8]>::len))
}
