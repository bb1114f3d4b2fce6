//! Conditions that were put in behind a word of logic.

use alloc::vec::Vec;

use super::super::{Kind, Token};
use super::words::{CONSTANTS, DANGEROUS, SIGNS, TELLING};
use super::{compares, is_arithmetic, is_logic};

/// What an operand is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand<'t> {
    /// The same whatever the row.
    Constant,
    /// A column, or a word.
    Name(&'t str),
    /// A call of a function that tells something.
    Telling,
    /// Something else in parentheses.
    Group,
}

/// Whether a condition was put in behind the logic at `at`: one that is the same for every row, asks the server, or is
/// the last thing before a comment.
pub(super) fn condition(tokens: &[Token<'_>], at: usize, closing: &[usize]) -> bool {
    let left_is_value = at.checked_sub(1).and_then(|left| tokens.get(left)).is_none_or(|token| {
        token.kind != Kind::Mark
            || matches!(token.text, ")" | ";" | "]" | "}" | "%" | "\\" | "," | "*" | "=" | "/")
    });
    if left_is_value && in_parentheses(tokens, at + 1) {
        return true;
    }
    let Some((left, next)) = operand(tokens, at + 1, closing) else { return false };
    let comment = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.kind == Kind::Comment && token.text.len() <= 16 && !token.text.trim().contains(' ')
        })
    };
    let Some(operator) = tokens.get(next) else {
        let truth = tokens.get(at + 1).is_some_and(|token| token.is_word(&["true", "false"]));
        let number = at
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_some_and(|token| token.kind == Kind::Number);
        return (left == Operand::Telling && at == 0) || (truth && number);
    };
    if at == 0 && is_arithmetic(operator) && next + 1 == tokens.len() && left == Operand::Constant {
        return true;
    }
    if left == Operand::Constant && left_is_value && asks_json(operator, tokens.get(next + 1)) {
        return true;
    }
    if !compares(operator) {
        let logic =
            tokens.get(at).is_some_and(|token| token.is_word(&["or", "and", "having", "xor", "where"]));
        return logic
            && left_is_value
            && left != Operand::Group
            && !matches!(left, Operand::Name(_))
            && comment(next);
    }
    let mut from = next + 1;
    while tokens.get(from).is_some_and(|token| compares(token) || token.is_word(&["not", "null"])) {
        from += 1;
    }
    let Some((right, end)) = operand(tokens, from, closing) else {
        let last =
            tokens.get(from).is_none_or(|token| matches!(token.kind, Kind::Text { closed: false, .. }));
        return at == 0 && left == Operand::Constant && last
            || left == Operand::Constant && operator.text == "is" && from > next + 1
            || left == Operand::Telling && left_is_value;
    };
    let marked = operator.kind == Kind::Mark;
    // A sentence goes on, a condition has an end.
    let ended = tokens.get(end).is_none_or(|token| {
        matches!(token.kind, Kind::Comment | Kind::Text { .. } | Kind::Version | Kind::Word)
            && !token.is_word(&["of", "so", "to", "for"])
            || matches!(token.text, ")" | ";" | "]" | "||" | "&&")
            || compares(token)
            || is_arithmetic(token)
    });
    left_is_value
        && match (left, right) {
            (Operand::Constant | Operand::Group, Operand::Constant) | (Operand::Constant, Operand::Group) => {
                // English compares constants with words only in quotes of its own.
                (marked && ended) || operator.is_word(&["like", "rlike", "regexp", "between", "in", "is"])
            }
            (Operand::Telling, _) | (_, Operand::Telling) => true,
            (Operand::Name(a), Operand::Name(b)) => (a == b && marked) || comment(end),
            (Operand::Name(_), Operand::Constant) | (Operand::Constant, Operand::Name(_)) => {
                let calls = at == 0 && tokens.get(at + 2).is_some_and(|token| token.is_mark("("));
                calls && marked && ended
                    || comment(end)
                    || ((at == 0 || operator.text == "like") && text_opens(tokens))
            }
            _ => comment(end),
        }
}

/// Whether the operator is one that only values in JSON have.
fn asks_json(operator: &Token<'_>, right: Option<&Token<'_>>) -> bool {
    let is_text = right.is_some_and(|token| matches!(token.kind, Kind::Text { .. }));
    operator.kind == Kind::Mark
        && (matches!(operator.text, "?|" | "?&" | "@>" | "<@" | "->" | "->>" | "#>" | "#>>")
            || operator.text == "?" && is_text)
}

/// `(1=1`, `('a'='a`, `((x=x`: whether all rows meet what is in parentheses, closed or not.
fn in_parentheses(tokens: &[Token<'_>], at: usize) -> bool {
    let open = tokens.iter().skip(at).take(8).take_while(|token| token.is_mark("(")).count();
    let constant = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text { .. });
    let Some([left, operator, right, rest @ ..]) = tokens.get(at + open..) else { return false };
    let same = left.kind == Kind::Word && right.kind == Kind::Word && left.text == right.text;
    let ended = rest.first().is_none_or(|token| {
        token.is_mark(")") || matches!(token.kind, Kind::Comment | Kind::Text { .. }) || is_logic(token)
    });
    open > 0
        && operator.kind == Kind::Mark
        && compares(operator)
        && ended
        && (same || constant(left) && constant(right))
}

fn text_opens(tokens: &[Token<'_>]) -> bool {
    tokens.last().is_some_and(|token| matches!(token.kind, Kind::Text { closed: false, .. }))
}

/// Reads operands with arithmetic between them; what the first that is not constant is, and where they end.
fn operand<'t>(tokens: &[Token<'t>], from: usize, closing: &[usize]) -> Option<(Operand<'t>, usize)> {
    let (mut sum, mut at) = term(tokens, from, closing)?;
    for _ in 0..64 {
        let joins = tokens.get(at).is_some_and(|token| is_arithmetic(token) && token.text != "||");
        if !joins {
            break;
        }
        let Some((next, end)) = term(tokens, at + 1, closing) else { break };
        if next != Operand::Constant {
            sum = next;
        }
        at = end;
    }
    Some((sum, at))
}

/// A term, and the type it is turned into.
fn term<'t>(tokens: &[Token<'t>], at: usize, closing: &[usize]) -> Option<(Operand<'t>, usize)> {
    let (operand, mut end) = plain_term(tokens, at, closing)?;
    while tokens.get(end).is_some_and(|token| token.is_mark("::")) {
        end += 2;
    }
    Some((operand, end))
}

fn plain_term<'t>(tokens: &[Token<'t>], mut at: usize, closing: &[usize]) -> Option<(Operand<'t>, usize)> {
    for _ in 0..16 {
        let sign = tokens.get(at).is_some_and(|token| {
            token.is_word(SIGNS)
                || matches!(token.text, "-" | "+" | "!" | "~" | "@" | "*" | "\\" | "{")
                    && token.kind == Kind::Mark
        });
        if !sign {
            break;
        }
        at += 1;
    }
    let token = tokens.get(at)?;
    let next = at + 1;
    match token.kind {
        Kind::Number | Kind::Variable | Kind::Text { .. } => Some((Operand::Constant, next)),
        Kind::Quoted => Some((Operand::Name(token.text), next)),
        Kind::Word if CONSTANTS.contains(&token.text) => Some((Operand::Constant, next)),
        Kind::Word if is_logic(token) || compares(token) => None,
        // A literal of another type.
        Kind::Word
            if matches!(token.text, "n" | "x" | "b" | "e")
                && tokens
                    .get(next)
                    .is_some_and(|token| token.glued && matches!(token.kind, Kind::Text { .. })) =>
        {
            Some((Operand::Constant, next + 1))
        }
        Kind::Word => {
            let is_call = tokens.get(next).is_some_and(|token| token.is_mark("("));
            if !is_call {
                return Some((Operand::Name(token.text), next));
            }
            let end = closing.get(next).copied().unwrap_or(tokens.len()).saturating_add(1);
            let telling = TELLING.contains(&token.text) || DANGEROUS.contains(&token.text);
            Some((if telling { Operand::Telling } else { Operand::Name(token.text) }, end))
        }
        Kind::Mark if token.text == "(" => {
            let close = closing.get(at).copied().unwrap_or(tokens.len());
            let inside = tokens.get(next..close.min(next + 12)).unwrap_or_default();
            let constant = inside.iter().all(|token| {
                matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark)
                    || is_logic(token)
                    || token.is_word(CONSTANTS)
            });
            let selects = inside.iter().any(|token| token.text == "select");
            let operand = match (selects, constant) {
                (true, _) => Operand::Telling,
                (false, true) => Operand::Constant,
                (false, false) => Operand::Group,
            };
            Some((operand, close.saturating_add(1)))
        }
        _ => None,
    }
}

/// For each opening parenthesis where it closes; the number of tokens where it does not.
pub(super) fn closing(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut closing = alloc::vec![tokens.len(); tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_mark("(") {
            open.push(at);
        } else if token.is_mark(")")
            && let Some(start) = open.pop()
            && let Some(slot) = closing.get_mut(start)
        {
            *slot = at;
        }
    }
    closing
}
