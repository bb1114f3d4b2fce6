//! What the words around a number say it is. The nearest word that says anything decides.

use core::cell::{Cell, OnceCell};
use core::ops::Range;

use super::topic::{Topic, classify};
use super::words::{Word, Words, is_letter};
use crate::scan::Text;

/// How far before a number its words are looked for.
const BEFORE_BYTES: usize = 56;
/// How many words before a number are asked.
const BEFORE_WORDS: usize = 7;
/// How many words of a name are asked.
const NAME_WORDS: usize = 4;
/// How near a word has to be to say that a number is *not* personal.
const OTHER_WORDS: usize = 2;
/// How much punctuation may stand between a label and its number.
const LABEL_GAP_BYTES: usize = 6;
/// How far behind a number its words are looked for.
const AFTER_BYTES: usize = 28;
/// How far a row and a head of a CSV table are read.
const TABLE_BYTES: usize = 200;

/// The farthest that any word before a number is looked for, punctuation between them included.
const REACH_BYTES: usize = BEFORE_BYTES + LABEL_GAP_BYTES;

/// What stands around the numbers of one run. They are asked about from the first to the last.
#[derive(Debug)]
pub(super) struct Context<'t> {
    text: &'t Text<'t>,
    /// What the name of the member says.
    named: OnceCell<Option<Topic>>,
    /// From where to where there are known to be no letters: most numbers of a long run have none near them.
    silent: Cell<(usize, usize)>,
}

impl<'t> Context<'t> {
    pub(super) fn new(text: &'t Text<'t>) -> Context<'t> {
        Context { text, named: OnceCell::new(), silent: Cell::new((0, 0)) }
    }

    /// What is said of the number at `at`: by the head of its column, the words before it, or the name of its member.
    pub(super) fn topic(&self, at: usize) -> Option<Topic> {
        match column(self.text.bytes, at) {
            Some(name) => named(name),
            None => self.said_before(at).or_else(|| self.named()),
        }
    }

    /// What the nearest word that is asked what the number is, and that says anything to `find`, says.
    pub(super) fn find<T>(&self, at: usize, find: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let say = |word: Word<'_>| find(word.letters);
        let in_name = |name: &[u8]| Words { rest: tail(name, BEFORE_BYTES) }.take(NAME_WORDS).find_map(say);
        if let Some(name) = column(self.text.bytes, at) {
            return in_name(name);
        }
        let before = self.words(at, at.saturating_sub(BEFORE_BYTES)).into_iter().flatten();
        before.take(BEFORE_WORDS).find_map(say).or_else(|| in_name(self.text.key?.as_bytes()))
    }

    /// Whether a label stands directly before the number: a word that says the same, then at most `: ` or the like.
    pub(super) fn labelled(&self, at: usize, topic: Topic) -> bool {
        let before = self.text.bytes.get(..at).unwrap_or_default();
        let punctuation =
            |byte: &u8| matches!(byte, b':' | b'=' | b' ' | b'"' | b'\'' | b'(' | b'+' | b'.' | b'\n');
        let gap = before.iter().rev().take(LABEL_GAP_BYTES).take_while(|byte| punctuation(byte)).count();
        let rest = before.get(..before.len().saturating_sub(gap)).unwrap_or_default();
        if rest.is_empty() {
            return self.named() == Some(topic);
        }
        let word = || self.words(at, rest.len().saturating_sub(BEFORE_BYTES))?.next();
        gap > 0 && word().and_then(|word| classify(word.letters)) == Some(topic)
    }

    /// What the words before a number say.
    fn said_before(&self, at: usize) -> Option<Topic> {
        let mut words = self.words(at, at.saturating_sub(BEFORE_BYTES))?.take(BEFORE_WORDS).enumerate();
        // A sentence that has ended spoke of something else.
        nearest(core::iter::from_fn(|| {
            words.next().filter(|(asked, word)| *asked == 0 || !word.ends_sentence()).map(|(_, word)| word)
        }))
    }

    /// The words before a number, no farther back than `from`.
    fn words(&self, at: usize, from: usize) -> Option<Words<'t>> {
        let rest = self.text.bytes.get(from..self.letter_before(at)?)?;
        Some(Words { rest })
    }

    fn named(&self) -> Option<Topic> {
        *self.named.get_or_init(|| self.text.key.and_then(|key| named(key.as_bytes())))
    }

    /// What the words behind a number at this place say.
    pub(super) fn said_after(&self, number: &Range<usize>) -> Option<Topic> {
        let rest = self.text.bytes.get(number.end..)?;
        let rest = rest.get(..AFTER_BYTES).unwrap_or(rest);
        if self.is_silent(number.start..number.end + rest.len()) {
            return None;
        }
        let rest = rest.split(|byte| matches!(byte, b'\n' | b'.' | b';' | b':')).next()?;
        // The last word may be cut off.
        let mut found = None;
        for word in (Words { rest }) {
            found = classify(word.letters).filter(|topic| *topic != Topic::Other).or(found);
        }
        found
    }

    /// Where the last letter before a number ends, if it is within reach. What is asked for overlaps within a run, and each
    /// byte is read about once.
    fn letter_before(&self, at: usize) -> Option<usize> {
        let far = at.saturating_sub(REACH_BYTES);
        let (from, to) = match self.silent.get() {
            (from, to) if from <= at && far <= to => (from, to),
            _ => (at, at),
        };
        let last = |place: Range<usize>| {
            let bytes = self.text.bytes.get(place.clone()).unwrap_or_default();
            bytes.iter().rposition(is_letter).map(|last| place.start + last + 1)
        };
        let letter = last(to..at).or_else(|| last(far..from));
        self.silent.set((letter.unwrap_or(far.min(from)), at.max(to)));
        letter
    }

    /// Whether no letter is there. What is asked for overlaps within a run, and each byte is read about once.
    fn is_silent(&self, place: Range<usize>) -> bool {
        let (from, to) = self.silent.get();
        let known = (from..=to).contains(&place.start);
        let (from, to) = if known { (from, to) } else { (place.start, place.start) };
        let unread = self.text.bytes.get(to..place.end).unwrap_or_default();
        let read = unread.iter().position(is_letter);
        self.silent.set((from, to + read.unwrap_or(unread.len())));
        read.is_none()
    }
}

/// What the name of a member or column says of its value.
fn named(name: &[u8]) -> Option<Topic> {
    nearest(Words { rest: tail(name, BEFORE_BYTES) }.take(NAME_WORDS))
}

/// What the nearest word that says anything says. `id` is anything's, unless `tax` or the like is before it or `number`
/// behind; and a card of identity is no payment card.
fn nearest<'t>(mut words: impl Iterator<Item = Word<'t>>) -> Option<Topic> {
    let mut doubt = None;
    let mut behind: &[u8] = b"";
    let mut asked = 0;
    while let Some(Word { letters, .. }) = words.next() {
        let said = classify(letters);
        match (doubt, said) {
            (Some(_), Some(Topic::Identity | Topic::Social | Topic::Other)) => return said,
            (Some(_), _) => return doubt,
            (None, Some(Topic::Other | Topic::Version)) if asked >= OTHER_WORDS => return None,
            (None, Some(Topic::Other)) => {
                doubt = if is_numbered(letters, behind) { Some(Topic::Identity) } else { said }
            }
            (None, Some(Topic::Card)) if words.next().is_some_and(|word| begins_id(word.letters)) => {
                return Some(Topic::Identity);
            }
            (None, Some(_)) => return said,
            (None, None) => {}
        }
        behind = letters;
        asked += 1;
    }
    doubt
}

/// Whether two words are `id number` or the like.
fn is_numbered(word: &[u8], behind: &[u8]) -> bool {
    let number = [&b"number"[..], b"no", b"nr", b"num"];
    word.len() == 2 && begins_id(word) && number.iter().any(|number| number.eq_ignore_ascii_case(behind))
}

/// Whether it is `id`, or `identity` or the like.
fn begins_id(word: &[u8]) -> bool {
    word.get(..2).is_some_and(|front| front.eq_ignore_ascii_case(b"id"))
}

/// The name, in the first line of a table, of the column that the number at `at` begins a field of.
fn column<'t>(bytes: &'t [u8], at: usize) -> Option<&'t [u8]> {
    let before = bytes.get(..at)?;
    let before = before.strip_suffix(b"\"").unwrap_or(before);
    let delimiter = *before.last()?;
    if !matches!(delimiter, b',' | b';' | b'\t' | b'|' | b'\n') {
        return None;
    }
    let delimiter = if delimiter == b'\n' { b',' } else { delimiter };
    let rest = bytes.get(at..)?;
    let front = tail(before, TABLE_BYTES);
    let begin = front.iter().rposition(|byte| *byte == b'\n')? + 1;
    let line = |text: &'t [u8]| {
        let text = text.get(..TABLE_BYTES).unwrap_or(text);
        text.get(..text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len())).unwrap_or_default()
    };
    let fields = |text: &[u8]| text.iter().filter(|byte| **byte == delimiter).count();
    let field = fields(front.get(begin..)?);
    // A table has as many fields in each row as in its head; one column is a table if its name says so.
    let head = line(bytes);
    let count = fields(head);
    if count != field + fields(line(rest)) {
        return None;
    }
    let name = head.split(|byte| *byte == delimiter).nth(field)?;
    (count > 0 || named(name).is_some()).then_some(name)
}

fn tail(bytes: &[u8], len: usize) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(len)..).unwrap_or_default()
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_remembered_of_a_run_changes_no_answer(
            text in "(tel|card|id|é|\u{a0}|[0-9 .,\n]{1,30}){1,6}", key in prop::option::of("phone|x"),
        ) {
            let text = Text { bytes: text.as_bytes(), key: key.as_deref() };
            let run = Context::new(&text);
            for at in 0..text.bytes.len() {
                let number = at..(at + at % 9).min(text.bytes.len());
                prop_assert_eq!(run.topic(at), Context::new(&text).topic(at));
                prop_assert_eq!(run.said_after(&number), Context::new(&text).said_after(&number));
                for topic in [Topic::Phone, Topic::Card] {
                    prop_assert_eq!(run.labelled(at, topic), Context::new(&text).labelled(at, topic));
                }
                let before = Context::new(&text).said_before(at).or_else(|| run.named());
                if column(text.bytes, at).is_none() {
                    prop_assert_eq!(run.topic(at), before);
                }
            }
        }
    }
}
