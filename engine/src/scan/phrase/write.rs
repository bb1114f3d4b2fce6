//! Phrases to bytes, from a notation for people:
//!
//! ```text
//! # a class of words: alternatives between commas, each of one word or several
//! user = user, end user, human
//! # a phrase: its meaning, then classes ($) or words (| between alternatives, _ between the words of one); a number
//! # is how many other words may stand between two of them
//! secrecy: do_not|never 1 !$tell 2 $user
//! # a mark: a literal text, in either case
//! boundary mark: <|im_start|>
//! ```
//!
//! Before an element, `^` asks for the beginning of a clause, `/` for that of a line, `=` for capitals, and `!` makes it
//! the one that the phrase is known by (the first, if nothing is said; its words should be rare, and of a script without
//! spaces two characters at least). After it, `:` asks for a colon. `@` alone is a word of an address. `wide` after the
//! meaning lets a phrase extend over sentences. The class `lead` is of the words that may stand before an imperative.
//! Lines that begin with `common:` list everyday words, the commonest first: triggers are made of letters that few of
//! them have.

mod commonness;

use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use self::commonness::Commonness;
use super::read::{BOUNDARY, MAGIC};
use super::{ADDRESS, CAPITAL, CLAUSE, COLON, LINE, Meaning, word};

const SEQUENCE_WORDS_MAX: usize = 8;

/// The bytes of the phrases that are written in this notation.
///
/// # Errors
/// What is wrong, and with which line.
pub fn to_bytes(notation: &str) -> Result<Vec<u8>, String> {
    let mut source = Source::default();
    // The class of leads is the first, whether it is there or not.
    source.class_of("lead", "");
    for (number, line) in (1..).zip(notation.lines()) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            source.line(line).map_err(|wrong| format!("line {number}: {wrong}"))?;
        }
    }
    source.bytes()
}

/// Alternatives, each a sequence of words.
type Alternatives = BTreeSet<Vec<String>>;

#[derive(Default)]
struct Source {
    names: BTreeMap<String, u16>,
    classes: Vec<Alternatives>,
    elements: Vec<(u16, u8, u8)>,
    patterns: Vec<(u8, u16, u16, u16, bool)>,
    marks: Vec<(u8, String)>,
    /// Everyday words, the commonest first: what triggers should not be found in.
    common: Vec<String>,
}

impl Source {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some((name, alternatives)) = line.split_once(" = ") {
            let split = alternatives
                .split(',')
                .map(|words| words.split_whitespace().map(ToOwned::to_owned).collect());
            return self.class(name.trim(), split.collect());
        }
        let (head, body) = line.split_once(": ").ok_or("neither a class nor a phrase")?;
        if head == "common" {
            self.common.extend(body.split_whitespace().map(ToOwned::to_owned));
            return Ok(());
        }
        let (meaning, option) = head.split_once(' ').unwrap_or((head, ""));
        let meaning = meaning_of(meaning).ok_or_else(|| format!("`{meaning}` is no meaning"))?;
        match option {
            "mark" => self.mark(meaning, body.trim()),
            "" | "wide" => self.pattern(meaning, body, option == "wide"),
            _ => Err(format!("`{option}` is no option")),
        }
    }

    fn class(&mut self, name: &str, alternatives: Alternatives) -> Result<(), String> {
        if alternatives.iter().any(|words| words.is_empty() || words.len() > SEQUENCE_WORDS_MAX) {
            return Err(format!("an alternative of no words or too many in `{name}`"));
        }
        let id = usize::from(self.class_of(name, ""));
        self.classes.get_mut(id).map(|class| class.extend(alternatives)).ok_or_else(String::new)
    }

    fn class_of(&mut self, name: &str, prefix: &str) -> u16 {
        let next = u16::try_from(self.classes.len()).unwrap_or(u16::MAX);
        let id = *self.names.entry(format!("{prefix}{name}")).or_insert(next);
        if id == next {
            self.classes.push(Alternatives::new());
        }
        id
    }

    fn mark(&mut self, meaning: u8, text: &str) -> Result<(), String> {
        let text = text.to_ascii_lowercase();
        if text.len() < 4 {
            return Err("a mark must have four bytes".to_owned());
        }
        self.marks.push((meaning, text));
        Ok(())
    }

    fn pattern(&mut self, meaning: u8, body: &str, wide: bool) -> Result<(), String> {
        let start = self.elements.len();
        let mut gap = 0;
        let mut anchor = 0;
        for part in body.split_whitespace() {
            if let Ok(number) = part.parse() {
                gap = number;
                continue;
            }
            let mut flags = 0;
            let mut rest = part;
            loop {
                let flag = match rest.chars().next() {
                    Some('^') => CLAUSE,
                    Some('/') => LINE,
                    Some('=') => CAPITAL,
                    Some('!') => {
                        anchor = self.elements.len() - start;
                        0
                    }
                    _ => break,
                };
                flags |= flag;
                rest = rest.get(1..).unwrap_or_default();
            }
            if let Some(before) = rest.strip_suffix(':') {
                flags |= COLON;
                rest = before;
            }
            let class = if rest == "@" {
                flags |= ADDRESS;
                0
            } else {
                self.element(rest)?
            };
            self.elements.push((class, gap, flags));
            gap = 0;
        }
        let narrow = |number: usize| u16::try_from(number).map_err(|_| "too many elements");
        self.patterns.push((meaning, narrow(start)?, narrow(self.elements.len())?, narrow(anchor)?, wide));
        Ok(())
    }

    /// The class that an element of a phrase names or makes up.
    fn element(&mut self, element: &str) -> Result<u16, String> {
        let named = |names: &BTreeMap<String, u16>, name: &str| {
            names.get(name).copied().ok_or_else(|| format!("there is no class `{name}`"))
        };
        if let Some(name) = element.strip_prefix('$').filter(|name| !name.contains('|')) {
            return named(&self.names, name);
        }
        let mut alternatives = Alternatives::new();
        for part in element.split('|') {
            if let Some(name) = part.strip_prefix('$') {
                let class = self.classes.get(usize::from(named(&self.names, name)?));
                alternatives.extend(class.into_iter().flatten().cloned());
            } else {
                alternatives.insert(part.split('_').map(ToOwned::to_owned).collect());
            }
        }
        let id = self.class_of(element, "inline ");
        self.class(&format!("inline {element}"), alternatives)?;
        Ok(id)
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        let mut hashes = BTreeMap::new();
        for text in self.classes.iter().flatten().flatten() {
            let hash = word::hash_of(text).ok_or_else(|| format!("`{text}` is not one word"))?;
            if hashes.insert(hash, text.clone()).is_some_and(|other| other != *text) {
                return Err(format!("`{text}` cannot be told from another word"));
            }
        }
        let seen = Commonness::new(&self.common);
        let numbers: BTreeMap<&String, u16> = hashes.values().zip(0..).collect();
        let mut out = Output(MAGIC.to_vec());
        out.list(hashes.keys(), |out, hash| {
            out.0.extend(hash.to_le_bytes());
            Ok(())
        })?;
        let number = |out: &mut Output, word: &String| {
            out.number(usize::from(numbers.get(word).copied().unwrap_or_default()))
        };
        out.list(&self.classes, |out, class| {
            let (single, several): (Vec<_>, Vec<_>) = class.iter().partition(|words| words.len() == 1);
            out.list(single.iter().copied().flatten(), number)?;
            out.list(several, |out, words| out.list(words, number))
        })?;
        out.list(&self.elements, |out, (class, gap, flags)| {
            out.number(usize::from(*class))?;
            out.0.extend([*gap, *flags]);
            Ok(())
        })?;
        out.list(&self.patterns, |out, (meaning, start, end, anchor, wide)| {
            out.0.push(*meaning);
            for value in [start, end, anchor] {
                out.number(usize::from(*value))?;
            }
            out.0.push(u8::from(*wide));
            Ok(())
        })?;
        out.list(&self.marks, |out, (meaning, text)| {
            out.0.push(*meaning);
            out.number(seen.rarest(text, u16::MAX).map_or(0, |(at, _)| at.into()))?;
            out.list(text.as_bytes(), |out, byte| {
                out.0.push(*byte);
                Ok(())
            })
        })?;
        out.list(self.triggers(&seen)?, |out, (index, before, bytes)| {
            out.number(usize::from(index))?;
            out.0.push(before);
            out.0.extend(bytes);
            Ok(())
        })?;
        Ok(out.0)
    }

    /// Grams for every word that a phrase of any text is known by, and for every mark of any text.
    fn triggers(&self, seen: &Commonness) -> Result<BTreeSet<(u16, u8, [u8; 4])>, String> {
        let mut triggers = BTreeSet::new();
        let anywhere = |meaning: u8| {
            Meaning::ALL.get(usize::from(meaning)).is_some_and(|meaning| meaning.kind().is_some())
        };
        for (meaning, start, _, anchor, _) in &self.patterns {
            let element = self.elements.get(usize::from(start + anchor)).filter(|_| anywhere(*meaning));
            let Some((class, _, flags)) = element else { continue };
            if flags & ADDRESS != 0 {
                return Err("a phrase cannot be known by an address".to_owned());
            }
            let class = self.classes.get(usize::from(*class));
            for words in class.into_iter().flatten() {
                let Some(text) = words.first() else { continue };
                if text.chars().next().is_some_and(super::char::is_single) {
                    // Two characters in a row: all of the first, and how the next begins.
                    let row: Vec<u8> = words.iter().flat_map(|word| word.bytes()).take(4).collect();
                    let four =
                        row.try_into().map_err(|_| format!("`{text}` alone is known by too little"))?;
                    triggers.insert((super::WORDS, 0, four));
                    continue;
                }
                match *text.as_bytes() {
                    [a, _, _, _, ..] if a.is_ascii() => {
                        let rarest = seen.rarest(text, super::LINKS);
                        triggers.extend(rarest.map(|(offset, four)| (super::WORDS + offset, 0, four)));
                    }
                    [a, b, c, ..] => _ = triggers.insert((super::WORDS, 1, [BOUNDARY, a, b, c])),
                    // The looking side asks for the same end.
                    [a, b] => _ = triggers.insert((super::WORDS, 1, [BOUNDARY, a, b, BOUNDARY])),
                    _ => return Err(format!("`{text}` is too short for a phrase to be known by")),
                }
            }
        }
        for (_, text) in self.marks.iter().filter(|(meaning, _)| anywhere(*meaning)) {
            let rarest = seen.rarest(text, u16::MAX);
            triggers.extend(rarest.map(|(_, four)| (super::MARKS, 0, four)));
        }
        Ok(triggers)
    }
}

struct Output(Vec<u8>);

impl Output {
    fn number(&mut self, number: usize) -> Result<(), String> {
        let number = u16::try_from(number).map_err(|_| "more phrases than fit")?;
        self.0.extend(number.to_le_bytes());
        Ok(())
    }

    fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut item: impl FnMut(&mut Self, T) -> Result<(), String>,
    ) -> Result<(), String> {
        let place = self.0.len();
        self.number(0)?;
        let mut len = 0_u16;
        for each in items {
            item(self, each)?;
            len = len.checked_add(1).ok_or("more phrases than fit")?;
        }
        if let Some(bytes) = self.0.get_mut(place..place + 2) {
            bytes.copy_from_slice(&len.to_le_bytes());
        }
        Ok(())
    }
}

fn meaning_of(name: &str) -> Option<u8> {
    let place = Meaning::ALL.iter().position(|meaning| format!("{meaning:?}").eq_ignore_ascii_case(name))?;
    u8::try_from(place).ok()
}
