//! SQL that goes on where a value should end.

mod condition;
mod quote;
mod shape;
mod words;

use super::{Kind, Shape, Token};
use condition::{closing, condition};
pub(super) use quote::{goes_on, may_go_on};
pub(super) use shape::is_catalogue;
use shape::{
    clause, constant_alone, cut_off, dangerous, follows_value, left_open, nested, selects, spelled, stacked,
    union,
};
use words::{ARITHMETIC, COMPARING, COMPARING_MARKS, LOGIC, READS};

/// Whether the tokens are a statement that reads, whose shapes of queries are its own.
pub(super) fn is_read(tokens: &[Token<'_>]) -> bool {
    let mut shape = Shape { tokens };
    // Whoever asks a whole query does not put it in parentheses.
    let Some(first) = shape.next().filter(|token| token.is_word(READS)) else { return false };
    // "Select" is also what people do with things; then nothing is queried.
    first.text != "select"
        || shape.tokens.iter().take(4096).any(|token| token.is_word(&["from"]))
        || tokens.len() < 4
}

/// Whether a query is there up to where what comes behind it is to complete it.
pub(super) fn breaks_off(tokens: &[Token<'_>]) -> bool {
    let query = tokens.first().is_some_and(|token| token.is_word(&["select"])) && is_read(tokens);
    query
        && tokens.last().is_some_and(|token| token.is_word(&["where", "and", "or", "having", "like", "in"]))
        && tokens
            .iter()
            .any(|token| matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark))
}

/// Whether the tokens hold shapes of SQL put in, wherever they begin. A statement that reads may have those of queries.
pub(super) fn finds(tokens: &[Token<'_>], is_read: bool) -> bool {
    let closing = closing(tokens);
    if !is_read && (constant_alone(tokens) || left_open(tokens)) {
        return true;
    }
    (0..tokens.len()).any(|at| {
        let Some(token) = tokens.get(at) else { return false };
        let rest = Shape::at(tokens, at + 1);
        match token.kind {
            Kind::Version => true,
            Kind::Comment => {
                !is_read && at + 1 == tokens.len() && cut_off(token, tokens.get(..at).unwrap_or_default())
            }
            Kind::Word => {
                dangerous(token, rest)
                    || (!is_read
                        && (union(token, rest, follows_value(tokens, at))
                            || is_catalogue(token.text)
                            || clause(tokens, at, rest)
                            || nested(token, rest)
                            || (is_logic(token) && condition(tokens, at, &closing))
                            || spelled(token, rest)
                            || (token.text == "select" && selects(tokens, at))))
            }
            Kind::Variable => !is_read && token.text.starts_with("@@") && token.text.len() > 2,
            Kind::Mark => {
                (!is_read && is_logic(token) && condition(tokens, at, &closing))
                    || (token.text == ";" && stacked(rest))
            }
            _ => false,
        }
    })
}

fn is_logic(token: &Token<'_>) -> bool {
    token.is_word(LOGIC) || token.is_mark("||") || token.is_mark("&&")
}

fn compares(token: &Token<'_>) -> bool {
    token.is_word(COMPARING) || (token.kind == Kind::Mark && COMPARING_MARKS.contains(&token.text))
}

fn is_arithmetic(token: &Token<'_>) -> bool {
    token.is_word(&["div", "mod"]) || (token.kind == Kind::Mark && ARITHMETIC.contains(&token.text))
}
