//! SQL that goes on where a value should end.

mod condition;
mod quote;
mod shape;
mod words;

use super::{Kind, Shape, Token};
use condition::{closing, condition};
pub(super) use quote::{closes, goes_on, may_go_on};
pub(super) use shape::is_catalogue;
use shape::{
    casts, clause, closes_list, constant_alone, cut_off, dangerous, decides, follows_value, is_skipped,
    left_open, nested, reaches_out, selects, spelled, stacked, union,
};
use words::{ARITHMETIC, COMPARING, COMPARING_MARKS, LOGIC, READS};

/// Whether the tokens are a statement that reads, whose shapes of queries are its own.
pub(super) fn is_read(tokens: &[Token<'_>]) -> bool {
    let mut shape = Shape { tokens };
    // Whoever asks a whole query does not put it in parentheses.
    let Some(first) = shape.next().filter(|token| token.is_word(READS)) else { return false };
    // What leaves a parenthesis open, or closes one, is part of something around it.
    let depth = tokens.iter().try_fold(0_usize, |depth, token| match token.text {
        "(" if token.kind == Kind::Mark => Some(depth.saturating_add(1)),
        ")" if token.kind == Kind::Mark => depth.checked_sub(1),
        _ => Some(depth),
    });
    if depth != Some(0) {
        return false;
    }
    // "Select" is also what people do with things; then nothing is queried.
    first.text != "select"
        || shape.tokens.iter().take(4096).any(|token| token.is_word(&["from"]))
        || tokens.len() < 4
        || shape.peek().is_some_and(|token| {
            matches!(token.kind, Kind::Number | Kind::Text { closed: true, .. } | Kind::Variable)
                || token.is_mark("(")
        })
}

/// Whether all literals of a query are its own: closed, and with nothing glued to them that was once outside.
pub(super) fn has_own_literals(tokens: &[Token<'_>]) -> bool {
    let is_text = |token: &Token<'_>| matches!(token.kind, Kind::Text { .. });
    let touches = |token: &Token<'_>| matches!(token.kind, Kind::Word | Kind::Number | Kind::Text { .. });
    tokens.iter().all(|token| !matches!(token.kind, Kind::Text { closed: false, .. }))
        && !tokens.windows(2).any(|pair| {
            matches!(pair, [left, right] if right.glued
                && (is_text(left) && touches(right)
                    || is_text(right) && touches(left) && !left.is_word(&["n", "x", "b", "e", "r", "date", "timestamp"])))
        })
}

/// Whether a query is there up to where what comes behind it is to complete it.
pub(super) fn breaks_off(tokens: &[Token<'_>]) -> bool {
    let query = tokens.first().is_some_and(|token| token.is_word(&["select"]))
        && tokens.iter().take(4096).any(|token| token.is_word(&["from"]));
    query
        && tokens.last().is_some_and(|token| token.is_word(&["where", "and", "or", "having", "like", "in"]))
        && tokens
            .iter()
            .any(|token| matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark))
}

/// Whether the tokens hold shapes of SQL put in, wherever they begin. A statement that reads may have those of queries.
pub(super) fn finds(tokens: &[Token<'_>], is_read: bool) -> bool {
    let closing = closing(tokens);
    if !is_read && (constant_alone(tokens) || left_open(tokens) || closes_list(tokens)) {
        return true;
    }
    (0..tokens.len()).any(|at| {
        let Some(token) = tokens.get(at) else { return false };
        let rest = Shape::at(tokens, at + 1);
        match token.kind {
            Kind::Version => true,
            Kind::Comment => {
                let before = tokens.get(..at).unwrap_or_default();
                // Nobody ends a query of his own with a comment that says nothing.
                at + 1 == tokens.len()
                    && if is_read { token.text.trim().is_empty() && at > 2 } else { cut_off(token, before) }
            }
            Kind::Word => {
                dangerous(token, rest)
                    || (!is_read
                        && (union(token, rest, follows_value(tokens, at))
                            || is_catalogue(token.text)
                            || clause(tokens, at, rest)
                            || nested(token, rest)
                            || reaches_out(token.text)
                            || decides(token, rest)
                            || is_skipped(token, &rest)
                            || (is_logic(token) && condition(tokens, at, &closing))
                            || spelled(token, rest)
                            || (token.text == "select" && selects(tokens, at))))
            }
            Kind::Quoted => {
                !is_read && is_catalogue(token.text) && rest.peek().is_some_and(|token| token.text == ".")
            }
            Kind::Variable => !is_read && token.text.starts_with("@@") && token.text.len() > 2,
            Kind::Mark => {
                (!is_read && is_logic(token) && condition(tokens, at, &closing))
                    || (!is_read && token.text == "::" && casts(tokens, at))
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
