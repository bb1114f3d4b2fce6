//! SQL that writes, and SQL that breaks out of the query it is put into.
//!
//! A string is cut into tokens as a lenient server would, and looked at in two ways. Read as a statement, it must not
//! write: [`write`]. Read as what fills a gap in a statement, alone or behind a quote that it closes itself, it must not
//! go on as SQL: [`inject`]. Both look at shapes of several tokens, so that words of English that are words of SQL too
//! are no reason.

mod inject;
mod token;
mod write;

use alloc::string::String;

use super::decode::{any_reading, ascii_of};
use token::{Kind, Token, tokens};

/// Quotes of a string that are tried as the end of a literal around it.
const QUOTES_MAX: usize = 8;

/// Whether the string is, or holds, SQL that writes or breaks out.
pub(super) fn finds(text: &str) -> bool {
    // One word is no statement; and a word without punctuation breaks out of nothing.
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace();
    if text.chars().all(is_word) {
        return text.len() < 64 && inject::is_catalogue(&text.to_ascii_lowercase());
    }
    any_reading(text, in_reading)
}

fn in_reading(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    in_lower(&lower) || folded(&lower).is_some_and(|folded| in_lower(&folded))
}

/// With the ASCII characters that databases turn look-alikes into; `None` where there are none.
fn folded(lower: &str) -> Option<String> {
    if lower.is_ascii() {
        return None;
    }
    let folded: String =
        lower.chars().map(|char| ascii_of(char).map_or(char, |char| char.to_ascii_lowercase())).collect();
    (folded != lower).then_some(folded)
}

fn in_lower(lower: &str) -> bool {
    let whole = tokens(lower);
    let is_read = inject::is_read(&whole);
    if write::finds(&whole) || inject::breaks_off(&whole) || inject::finds(&whole, is_read) {
        return true;
    }
    // Each quote may be the one that closes a literal around the value. Those of a query are its own, but for what
    // would go on behind them.
    let is_own = is_read && inject::has_own_literals(&whole);
    let mut literals = whole
        .iter()
        .filter(|token| matches!(token.kind, Kind::Text { .. }))
        .map(|token| (token.at, token.text));
    let mut quotes = lower.char_indices().filter(|(_, char)| matches!(char, '\'' | '"' | '`'));
    let places = core::iter::from_fn(|| {
        if is_own {
            literals.by_ref().find(|(_, inside)| inject::closes(inside)).map(|(at, _)| at)
        } else {
            quotes.next().map(|(at, _)| at + 1)
        }
    });
    places
        .filter_map(|at| {
            let before = lower.get(..at.checked_sub(1)?)?;
            let quote = lower.get(before.len()..at)?.chars().next()?;
            let behind = lower.get(at..).filter(|behind| inject::may_go_on(behind))?;
            Some((before, quote, behind))
        })
        .take(QUOTES_MAX)
        .any(|(before, quote, behind)| {
            let rest = tokens(behind);
            write::finds(&rest) || inject::finds(&rest, false) || inject::goes_on(before, quote, &rest)
        })
}

/// A cursor over tokens for shapes: each step says whether it found what it looked for.
#[derive(Clone, Copy)]
struct Shape<'a, 't> {
    tokens: &'a [Token<'t>],
}

impl<'a, 't> Shape<'a, 't> {
    fn at(tokens: &'a [Token<'t>], at: usize) -> Self {
        Shape { tokens: tokens.get(at..).unwrap_or_default() }
    }

    fn peek(&self) -> Option<&'a Token<'t>> {
        self.tokens.first()
    }

    fn next(&mut self) -> Option<&'a Token<'t>> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Takes a word, if it is one of these.
    #[inline(never)]
    fn word(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|token| token.is_word(words));
        if found {
            self.next();
        }
        found
    }

    /// Takes all words that are of these.
    fn words(&mut self, words: &[&str]) {
        while self.word(words) {}
    }

    #[inline(never)]
    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| {
            token.text == text && !matches!(token.kind, Kind::Text { .. } | Kind::Comment | Kind::Quoted)
        })
    }

    #[inline(never)]
    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.next();
        }
        found
    }

    /// Takes the name of a thing.
    #[inline(never)]
    fn name(&mut self) -> bool {
        let found = self.peek().is_some_and(|token| {
            matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Variable)
                || matches!(token.kind, Kind::Text { quote: '"', .. })
        });
        if found {
            self.next();
        }
        found
    }

    /// Whether a statement may end here.
    fn ends(&self) -> bool {
        match self.peek() {
            None => true,
            Some(token) => {
                matches!(token.kind, Kind::Comment | Kind::Text { .. }) || matches!(token.text, ";" | ")")
            }
        }
    }
}
