//! What goes on behind a quote that closed the literal around a value.

use super::super::{Kind, Token};
use super::words::{BEHIND_VALUES, COMPARING, CONSTANTS, LOGIC, READS, SIGNS};
use super::{compares, is_arithmetic, is_logic};

/// Whether what follows a quote may be SQL that closed it: a cheap look before the tokens.
pub(in super::super) fn may_go_on(behind: &str) -> bool {
    let rest =
        behind.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ')' | '('));
    let word =
        rest.get(..rest.bytes().take(12).take_while(|b| b.is_ascii_alphabetic()).count()).unwrap_or_default();
    match rest.chars().next() {
        None => behind.len() > 1,
        Some(char) if char.is_ascii_alphabetic() => {
            LOGIC.contains(&word)
                || COMPARING.contains(&word)
                || SIGNS.contains(&word)
                || BEHIND_VALUES.contains(&word)
                || rest.get(word.len()..).is_some_and(|rest| rest.starts_with('('))
        }
        Some(char) => !char.is_alphanumeric(),
    }
}

/// Whether what follows a closed quote goes on as an expression up to where the quote around would close it again.
/// `before` is the text in front of the quote.
pub(in super::super) fn goes_on(before: &str, quote: char, tokens: &[Token<'_>]) -> bool {
    if unfinished(before, quote, tokens) {
        return true;
    }
    let inside = tokens.iter().take_while(|token| token.is_mark(")")).count();
    let tokens = tokens.get(inside..).unwrap_or_default();
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
    // In English an apostrophe is followed by the rest of the word.
    let is_word = first.kind == Kind::Word;
    if first.kind == Kind::Comment {
        return tokens.len() == 1
            && (first.glued || !first.text.contains(|c: char| c.is_alphabetic()) || inside > 0)
            && !before.ends_with(char::is_whitespace);
    }
    let hides = ends_statement(last);
    if first.is_mark(";") {
        return tokens.get(1).is_some_and(|token| {
            token.kind == Kind::Comment || hides && (token.is_word(READS) || token.is_word(BEHIND_VALUES))
        });
    }
    let opens = last.kind == Kind::Text { quote, closed: false };
    if !(opens || hides) {
        // Or a condition that is true by itself, the quote around it being there already.
        let compares = tokens.iter().any(compares) || tokens.iter().any(|token| token.kind == Kind::Number);
        return is_logic(first)
            && compares
            && !before.contains(char::is_whitespace)
            && tokens.len() <= 12
            && expression(tokens.get(1..).unwrap_or_default());
    }
    let connects = is_logic(first)
        || compares(first)
        || is_arithmetic(first)
        || first.is_word(&[
            "not",
            "collate",
            "div",
            "mod",
            "order",
            "group",
            "limit",
            "union",
            "procedure",
            "offset",
        ]);
    // A quote behind a space and before a sign opens something: a path, a pattern.
    let quotes =
        !is_word && !is_logic(first) && before.ends_with(char::is_whitespace) && !before.trim().is_empty();
    if !connects || quotes {
        return false;
    }
    if is_logic(first) || (is_word && compares(first)) {
        let operand = tokens.get(1);
        let direct = operand.is_some_and(|token| matches!(token.kind, Kind::Text { closed: false, .. }));
        if direct && quote != '`' {
            // `'or'` and no more of it, or `' or 'x`; not words in quotes beside each other.
            return !before.contains(char::is_whitespace) || !last.glued;
        }
    }
    let middle = tokens.get(..tokens.len() - 1).unwrap_or_default();
    let has_substance = middle.iter().any(|token| {
        matches!(token.kind, Kind::Number | Kind::Variable)
            || token.is_word(CONSTANTS)
            || is_logic(token)
            || token.is_mark("(")
    }) || middle.iter().skip(1).any(compares);
    let connected = opens
        && middle.last().is_some_and(|token| {
            is_arithmetic(token)
                || compares(token)
                || is_logic(token)
                || token.is_mark("(")
                || token.is_word(SIGNS)
                || token.is_mark("!")
                || token.is_mark(",")
        });
    (connected || hides) && expression(middle) && (has_substance || !before.contains(char::is_whitespace))
}

/// Whether the token is a comment that hides what comes behind the value, rather than a remark.
fn ends_statement(token: &Token<'_>) -> bool {
    token.kind == Kind::Comment && token.text.len() <= 32 && !token.text.trim().contains([' ', '(', ']'])
}

/// Whether what a literal of a query holds begins as what closes it: a string that only looks like a query may be meant
/// for the inside of one.
pub(in super::super) fn closes(inside: &str) -> bool {
    let rest = inside.trim_start();
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_sign = |c: char| c.is_ascii_punctuation() && !matches!(c, '(' | '[' | '{' | '.' | ',' | '_');
    rest.starts_with([')', ';'])
        || ["/*", "||", "&&"].iter().any(|sign| rest.starts_with(sign))
        || rest.starts_with(is_sign) && rest.contains('(')
        || rest.len() > word.len() && (LOGIC.contains(&word) || BEHIND_VALUES.contains(&word))
}

/// Whether the string begins with the quote and a word of SQL, and nothing closes it: half of something.
fn unfinished(before: &str, quote: char, tokens: &[Token<'_>]) -> bool {
    const WORDS: [&str; 14] = [
        "union", "select", "insert", "update", "delete", "drop", "alter", "create", "truncate", "exec", "or",
        "and", "xor", "having",
    ];
    before.trim_matches(['\\', ' ']).is_empty()
        && tokens.len() <= 4
        && tokens.first().is_some_and(|token| token.is_word(&WORDS))
        && !tokens.iter().any(|token| matches!(token.kind, Kind::Text { quote: other, .. } if other == quote))
}

/// Whether no two words stand beside each other that SQL would not have there.
fn expression(tokens: &[Token<'_>]) -> bool {
    let plain = |token: &Token<'_>| {
        token.kind == Kind::Word
            && !is_logic(token)
            && !compares(token)
            && !token.is_word(SIGNS)
            && !token.is_word(&[
                "div",
                "mod",
                "collate",
                "by",
                "order",
                "group",
                "limit",
                "asc",
                "desc",
                "select",
                "from",
                "union",
                "null",
                "as",
                "case",
                "then",
                "else",
                "end",
                "escape",
                "uescape",
                "offset",
                "interval",
                "procedure",
                "into",
                "using",
                "for",
                "update",
                "by",
                "rlike",
                "nocase",
            ])
    };
    tokens.len() <= 4096 && !tokens.windows(2).any(|pair| matches!(pair, [a, b] if plain(a) && plain(b)))
}
