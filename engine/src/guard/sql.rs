//! SQL that writes, and SQL that breaks out of the query it is put into.
//!
//! A string is cut into tokens as a lenient server would, and looked at in two ways. Read as a statement, it must not
//! write: [`write`]. Read as what fills a gap in a statement, alone or behind a quote that it closes itself, it must not
//! go on as SQL: [`inject`]. Both look at shapes of several tokens, so that words of English that are words of SQL too
//! are no reason.

mod inject;
mod token;
mod write;

use super::decode::any_reading;
use token::{Kind, Token, tokens};

/// Quotes of a string that are tried as the end of a literal around it.
const QUOTES_MAX: usize = 8;

/// Whether the string is, or holds, SQL that writes or breaks out.
pub(super) fn finds(text: &str) -> bool {
    // One word is no statement; and a word without punctuation breaks out of nothing.
    if !text.bytes().any(|b| !(b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80)) {
        return text.len() < 64 && inject::is_catalogue(&text.to_ascii_lowercase());
    }
    any_reading(text, in_reading)
}

fn in_reading(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let whole = tokens(&lower);
    if write::finds(&whole) || inject::breaks_off(&whole) || inject::finds(&whole, inject::is_read(&whole)) {
        return true;
    }
    let quotes = lower.char_indices().filter(|(_, char)| matches!(char, '\'' | '"' | '`'));
    let mut tried = 0;
    for (at, quote) in quotes {
        let (before, behind) = (lower.get(..at), lower.get(at + quote.len_utf8()..));
        let (Some(before), Some(behind)) = (before, behind) else { continue };
        if !inject::may_go_on(behind) {
            continue;
        }
        tried += 1;
        if tried > QUOTES_MAX {
            break;
        }
        let rest = tokens(behind);
        if write::finds(&rest) || inject::finds(&rest, false) || inject::goes_on(before, quote, &rest) {
            return true;
        }
    }
    false
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
    fn word(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|token| token.kind == Kind::Word && words.contains(&token.text));
        if found {
            self.next();
        }
        found
    }

    /// Takes all words that are of these.
    fn words(&mut self, words: &[&str]) {
        while self.word(words) {}
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| {
            token.text == text && !matches!(token.kind, Kind::Text { .. } | Kind::Comment | Kind::Quoted)
        })
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.is(text);
        if found {
            self.next();
        }
        found
    }

    /// Takes the name of a thing.
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
