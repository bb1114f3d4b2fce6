//! Definitions of tools that steer the model.
//!
//! Descriptions of honest tools give orders too ("call `list_projects` first"), read files and send things. What tells a
//! poisoned one is that several such signs come together: an order about another tool and a changed recipient, a
//! credential file and a parameter to put it in. So signs are weighed and added up, each once.

use alloc::vec::Vec;
use core::ops::Range;

use super::phrase::{Meaning, Phrases};
use crate::json::{Kind as JsonKind, NodeId, Value};
use crate::order;

/// The names of the tools of one list, to look others up by.
#[derive(Debug, Clone, Default)]
pub struct Siblings<'n>(Vec<&'n str>);

impl<'n> Siblings<'n> {
    /// The tools of these names.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = &'n str>) -> Self {
        // A name of one plain word says little: descriptions are full of "search" and "read".
        let telling = |name: &&str| name.len() >= 4 && name.bytes().any(|byte| !byte.is_ascii_lowercase());
        Self(order::sorted(names.into_iter().filter(telling).collect()))
    }

    fn has(&self, name: &[u8]) -> bool {
        self.0.binary_search_by(|other| other.as_bytes().cmp(name)).is_ok()
    }
}

/// What a definition gives away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// A phrase or mark.
    Phrase(Meaning),
    /// Another tool of the same list is named.
    Sibling,
    /// Characters nobody sees, or letters of two scripts in one word.
    Invisible,
}

/// A sign, and the string of the definition it is in.
#[derive(Debug, Clone)]
pub struct Reason {
    /// What was found.
    pub sign: Sign,
    /// The string it was found in.
    pub node: NodeId,
    /// Where in the decoded string.
    pub place: Range<usize>,
}

/// What all signs of a definition come to.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// The weights added up.
    pub score: u32,
    /// What was found, in the order of the definition.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// A person should look at a definition of this score.
    pub const WARN: u32 = 2;
    /// A definition of this score should not reach a model.
    pub const BLOCK: u32 = 4;

    /// Whether a person should look.
    #[must_use]
    pub fn warns(&self) -> bool {
        self.score >= Self::WARN
    }

    /// Whether it should not reach a model.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.score >= Self::BLOCK
    }

    fn has(&self, meaning: Meaning) -> bool {
        self.reasons.iter().any(|reason| reason.sign == Sign::Phrase(meaning))
    }
}

/// Reasons kept for one definition: enough to explain a verdict, however long the definition.
const REASONS_MAX: usize = 64;

/// Weighs the definition of one tool, as it stands in `tools/list`.
#[must_use]
pub fn check(tool: Value<'_>, siblings: &Siblings<'_>, phrases: &Phrases) -> Verdict {
    let name = tool.get("name").and_then(|name| name.as_str()).unwrap_or_default();
    let mut verdict = Verdict::default();
    let mut open = Vec::from([(tool, false)]);
    while let Some((value, named)) = open.pop() {
        match value.kind() {
            JsonKind::Object => {
                let before = open.len();
                // A member of `properties` has a name of the server's choice, so it is no keyword.
                open.extend(value.members().filter(|(key, _)| named || is_read(key)).map(|(key, value)| {
                    (
                        value,
                        !named && matches!(key, "properties" | "$defs" | "definitions" | "patternProperties"),
                    )
                }));
                reverse_from(&mut open, before);
            }
            JsonKind::Array => {
                let before = open.len();
                open.extend(value.items().map(|value| (value, false)));
                reverse_from(&mut open, before);
            }
            JsonKind::String => read(value, name, siblings, phrases, &mut verdict),
            _ => {}
        }
    }
    verdict.score = score(&verdict);
    verdict
}

/// Members that are shown to a model, or lead to some that are.
fn is_read(key: &str) -> bool {
    !matches!(
        key,
        "name"
            | "type"
            | "format"
            | "pattern"
            | "$schema"
            | "$ref"
            | "required"
            | "icons"
            | "_meta"
            | "contentMediaType"
    )
}

fn reverse_from(open: &mut [(Value<'_>, bool)], from: usize) {
    if let Some(added) = open.get_mut(from..) {
        added.reverse();
    }
}

fn read(value: Value<'_>, name: &str, siblings: &Siblings<'_>, phrases: &Phrases, verdict: &mut Verdict) {
    let Some(text) = value.as_str() else { return };
    let mut add = |sign: Sign, place: Range<usize>| {
        let known = verdict.reasons.iter().filter(|reason| reason.sign == sign).count();
        if verdict.reasons.len() < REASONS_MAX && known < 4 {
            verdict.reasons.push(Reason { sign, node: value.id(), place });
        }
    };
    phrases.all(text.as_bytes(), &mut |meaning, place| add(Sign::Phrase(meaning), place));
    for place in identifiers(text.as_bytes()) {
        let word = text.as_bytes().get(place.clone()).unwrap_or_default();
        if word != name.as_bytes() && siblings.has(word) {
            add(Sign::Sibling, place);
        }
    }
    if let Some(place) = invisible(text) {
        add(Sign::Invisible, place);
    }
}

fn identifiers(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.');
    let mut at = 0;
    core::iter::from_fn(move || {
        let start = at + text.get(at..)?.iter().position(inside)?;
        let rest = text.get(start..)?;
        at = start + rest.iter().position(|byte| !inside(byte)).unwrap_or(rest.len());
        let stops =
            text.get(start..at)?.iter().rev().take_while(|byte| matches!(byte, b'.' | b'-' | b'/')).count();
        Some(start..at - stops)
    })
}

/// The first character that a person does not see, or a word of Latin and Cyrillic letters. The detectors of hidden text
/// look closer; here it matters only that a definition has no use for these.
fn invisible(text: &str) -> Option<Range<usize>> {
    let mut script = None;
    let mut previous = ' ';
    for (at, char) in text.char_indices() {
        let unseen = matches!(
            char,
            '\u{200B}' | '\u{200C}' | '\u{2060}'..='\u{2064}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{E0000}'..='\u{E007F}' | '\u{AD}' | '\u{180E}'
        );
        // Flags of some countries are spelt with tags.
        let flag = matches!(char, '\u{E0000}'..='\u{E007F}')
            && matches!(previous, '\u{1F3F4}' | '\u{E0000}'..='\u{E007F}');
        let now = match char {
            'a'..='z' | 'A'..='Z' => Some(true),
            'а'..='я' | 'А'..='Я' | 'і' | 'І' => Some(false),
            _ => None,
        };
        if (unseen && !flag) || (script.is_some() && now.is_some() && script != now) {
            return Some(at..at + char.len_utf8());
        }
        script = now;
        previous = char;
    }
    None
}

/// Signs are counted once each. What is said to nobody but the model weighs most; an order or a place weighs little by
/// itself, much together with what makes an attack of it.
fn score(verdict: &Verdict) -> u32 {
    use Meaning::{
        Aside, Boundary, Command, Exfiltration, Leak, Loot, Obligation, Override, Place, Reading, Rivalry,
        Secrecy, Sink, Tampering, Unasked,
    };
    let has = |meaning| verdict.has(meaning);
    let sibling = verdict.reasons.iter().any(|reason| reason.sign == Sign::Sibling);
    let signs = [
        (4, has(Override)),
        (3, has(Boundary)),
        (3, has(Secrecy)),
        (3, has(Exfiltration)),
        (3, has(Tampering)),
        (3, has(Command)),
        (3, verdict.reasons.iter().any(|reason| reason.sign == Sign::Invisible)),
        (2, has(Place)),
        (2, has(Leak)),
        (2, has(Rivalry)),
        (1, has(Obligation)),
        (1, has(Obligation) && sibling),
        (2, has(Aside)),
        (2, has(Sink)),
        (2, has(Unasked)),
        (2, has(Reading) && has(Loot)),
        (1, has(Place) && has(Reading)),
        (2, has(Place) && (has(Sink) || has(Leak))),
        (2, has(Obligation) && (has(Tampering) || has(Secrecy) || has(Leak) || has(Place) || has(Command))),
        (2, sibling && has(Tampering)),
        (2, has(Sink) && (has(Loot) || has(Reading))),
        (1, has(Sink) && has(Loot) && has(Reading)),
        (1, has(Loot) && (has(Secrecy) || has(Override) || has(Command))),
    ];
    signs.iter().filter(|(_, there)| *there).map(|(weight, _)| weight).sum()
}
