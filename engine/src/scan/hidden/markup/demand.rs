//! Whether words speak to a model, and make demands on it.

use core::ops::Range;

use super::WORDS;
use crate::scan::pattern::Bytes;

/// Whether hidden words speak to a model: they take back what it was told, demand secrecy, or address it and demand.
pub(super) fn to_a_model(content: &[u8]) -> bool {
    let mut state = Demand::default();
    let words = content.split(|byte| !IN_WORD.has(*byte));
    for word in words.filter(|word| !word.is_empty()) {
        if state.hears(word) {
            return state.words >= WORDS || state.rest(content);
        }
    }
    false
}

static IN_WORD: Bytes = Bytes::ALNUM.or(&Bytes::of(b"'_")).or(&Bytes::range(0x80, 0xFF));

/// What was heard so far, and how many words ago.
#[derive(Debug, Default)]
struct Demand {
    words: usize,
    model: usize,
    marker: usize,
    not: Range<usize>,
    dismissed: usize,
    told: usize,
    act: usize,
}

impl Demand {
    /// Takes a word in; whether the demand is complete.
    fn hears(&mut self, word: &[u8]) -> bool {
        self.words = self.words.saturating_add(1);
        let now = self.words;
        // Most words are none of these, which their first letters and lengths tell.
        let first = word.first().and_then(|first| SHAPES.get(usize::from(first & 31))).copied().unwrap_or(0);
        if word.len() > 15 || first >> word.len() & 1 == 0 {
            return false;
        }
        let one_of = |list: &[&str]| list.iter().any(|entry| word.eq_ignore_ascii_case(entry.as_bytes()));
        let within = |then: usize, reach: usize| then > 0 && now.saturating_sub(then) <= reach;
        if one_of(MODEL) && self.model == 0 {
            self.model = now;
        }
        if one_of(MARKER) && self.marker == 0 {
            self.marker = now;
        }
        if one_of(NOT) {
            self.not = now..now.saturating_add(5);
        }
        if one_of(TELL) && self.not.contains(&now) {
            self.told = now;
        }
        if one_of(ACT) && !self.not.contains(&now) {
            self.act = now;
        }
        let taken_back = one_of(TOLD) && within(self.dismissed, 6);
        if one_of(DISMISS) {
            self.dismissed = now;
        }
        let kept_secret = one_of(PERSON) && within(self.told, 6);
        let addressed = self.act > 0 && self.model > 0 && (self.model <= 4 || self.marker > 0);
        taken_back || kept_secret || addressed
    }

    /// Whether enough words follow, for a demand that is complete early.
    fn rest(&self, content: &[u8]) -> bool {
        content.split(u8::is_ascii_whitespace).filter(|word| word.len() > 1).count() >= WORDS
    }
}

/// By the lowest five bits of their first letters: the lengths of the words that matter, a bit for each.
static SHAPES: [u16; 32] = {
    let mut shapes = [0; 32];
    let mut lists: &[&[&str]] = &[MODEL, MARKER, NOT, TELL, PERSON, DISMISS, TOLD, ACT];
    while let [list, others @ ..] = lists {
        let mut words: &[&str] = list;
        while let [word, rest @ ..] = words {
            assert!(word.len() <= 15, "a bit for each length");
            if let [first, ..] = word.as_bytes() {
                #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
                {
                    shapes[(*first & 31) as usize] |= 1 << word.len();
                }
            }
            words = rest;
        }
        lists = others;
    }
    shapes
};

const MODEL: &[&str] = &[
    "assistant",
    "assistants",
    "ai",
    "llm",
    "llms",
    "model",
    "models",
    "agent",
    "agents",
    "chatbot",
    "bot",
    "gpt",
    "chatgpt",
    "claude",
    "gemini",
    "copilot",
    "cursor",
];
const MARKER: &[&str] = &[
    "important",
    "system",
    "urgent",
    "attention",
    "instruction",
    "instructions",
    "priority",
    "critical",
    "must",
];
const NOT: &[&str] = &["not", "never", "don't", "dont", "without"];
const TELL: &[&str] = &[
    "tell",
    "mention",
    "reveal",
    "inform",
    "show",
    "disclose",
    "notify",
    "telling",
    "mentioning",
    "informing",
    "notifying",
    "alert",
    "alerting",
    "ask",
    "asking",
    "warn",
];
const PERSON: &[&str] = &["user", "users", "user's", "anyone", "human", "humans", "anybody", "them"];
const DISMISS: &[&str] =
    &["ignore", "disregard", "forget", "override", "bypass", "supersede", "supersedes", "overrides"];
const TOLD: &[&str] = &[
    "instructions",
    "instruction",
    "rules",
    "guidelines",
    "prompt",
    "prompts",
    "previous",
    "prior",
    "earlier",
    "everything",
    "constraints",
    "restrictions",
    "safety",
];
const ACT: &[&str] = &[
    "send",
    "forward",
    "email",
    "upload",
    "post",
    "transmit",
    "exfiltrate",
    "leak",
    "transfer",
    "execute",
    "run",
    "call",
    "invoke",
    "delete",
    "fetch",
    "visit",
    "read",
    "include",
    "append",
    "reply",
    "respond",
    "output",
    "insert",
    "share",
    "grant",
    "recommend",
    "approve",
    "say",
    "obey",
    "comply",
    "follow",
];
