//! Shapes of a few tokens that SQL has and sentences have not.

use super::super::{Kind, Shape, Token};
use super::words::{CATALOGUES, CONSTANTS, DANGEROUS, FUNCTIONS, SIGNS, TELLING};
use super::{compares, is_arithmetic, is_logic};

/// `sleep(5)`, but not `time.sleep(5)`
pub(super) fn dangerous(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    let name = token.text;
    matches!(name, "xp_cmdshell" | "load_file" | "pg_sleep" | "extractvalue" | "updatexml")
        && (rest.is("(") || name.contains('_'))
        || (rest.take("(") && DANGEROUS.contains(&name))
        || (name == "procedure" && rest.word(&["analyse"]))
        || name.ends_with("..xp_cmdshell")
}

/// `union all select`
pub(super) fn union(token: &Token<'_>, mut rest: Shape<'_, '_>, from_value: bool) -> bool {
    if !token.is_word(&["union", "intersect", "except", "minus"]) {
        return false;
    }
    for _ in 0..32 {
        if rest.word(&["select"]) {
            let prose = rest.peek().is_some_and(|token| token.kind == Kind::Word)
                && Shape::at(rest.tokens, 1).peek().is_some_and(|token| {
                    token.kind == Kind::Word
                        && !token.is_word(&["from", "as", "into", "where", "limit", "union", "and", "or"])
                });
            return !prose;
        }
        if rest.peek().is_some_and(|token| token.kind == Kind::Comment)
            && rest.tokens.len() == 1
            && from_value
        {
            return true;
        }
        let passes = rest.word(&["all", "distinct", "distinctrow", "union"])
            || rest.take("(")
            || rest.take("+")
            || rest.take("%")
            || rest.take("*")
            || rest.take("/")
            || rest.take("!")
            || rest.take("\\")
            || rest.peek().is_some_and(|token| matches!(token.kind, Kind::Comment | Kind::Version))
                && rest.next().is_some();
        if !passes {
            return false;
        }
    }
    false
}

/// Whether a word names a catalogue of a server.
pub(in super::super) fn is_catalogue(word: &str) -> bool {
    CATALOGUES.iter().any(|name| match name.strip_suffix('.') {
        Some(_) => {
            word.starts_with(name)
                && word.len() > name.len()
                && (*name == "master.." || word.starts_with("sys.") && word.contains('_'))
        }
        None => word == *name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')),
    })
}

/// A clause at the end of a value: `order by 3--`, `having 1=1`, `limit 1,1 into`, `group by x having`.
pub(super) fn clause(tokens: &[Token<'_>], at: usize, mut rest: Shape<'_, '_>) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    match token.text {
        "order" | "group" => {
            rest.word(&["by"])
                && rest.peek().is_some_and(|token| token.kind == Kind::Number)
                && rest.next().is_some()
                && (rest.peek().is_some_and(|token| token.kind == Kind::Comment)
                    || (rest.peek().is_none() && (at == 0 || follows_value(tokens, at)))
                    || (rest.is(",")
                        && Shape::at(rest.tokens, 1).peek().is_some_and(|token| token.kind == Kind::Number)))
        }
        "limit" => {
            at > 0
                && rest.next().is_some_and(|token| token.kind == Kind::Number)
                && rest.take(",")
                && rest.next().is_some_and(|token| token.kind == Kind::Number)
        }
        _ => false,
    }
}

/// Whether the token before is one that a value ends with.
pub(super) fn follows_value(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|token| {
        matches!(token.kind, Kind::Number | Kind::Variable | Kind::Comment) || token.is_mark(")")
    })
}

/// `ascii(substring(`: values of the database taken apart.
pub(super) fn nested(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    TELLING.contains(&token.text)
        && rest.take("(")
        && rest.next().is_some_and(|token| token.kind == Kind::Word && TELLING.contains(&token.text))
        && rest.is("(")
}

/// An expression whose continuation is hidden: `1 or @a) --`
pub(super) fn cut_off(comment: &Token<'_>, before: &[Token<'_>]) -> bool {
    let computes = before
        .iter()
        .any(|token| is_logic(token) || token.is_word(SIGNS) || token.kind == Kind::Variable)
        || (before.len() > 2 && before.iter().all(|token| matches!(token.kind, Kind::Number | Kind::Mark)));
    comment.text.is_empty()
        && computes
        && before.iter().all(|token| {
            matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark)
                || is_logic(token)
                || compares(token)
                || token.is_word(SIGNS)
                || token.is_word(CONSTANTS)
                || token.is_word(&["select", "as"])
                || TELLING.contains(&token.text)
        })
}

/// `char(73)+char(78)`: a text spelled so that nobody reads it.
pub(super) fn spelled(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    match token.text {
        "char" | "chr" | "nchar" => {
            rest.take("(")
                && rest.next().is_some_and(|token| token.kind == Kind::Number)
                && (rest.is(",") || (rest.take(")") && rest.next().is_some_and(is_arithmetic)))
        }
        "concat" | "concat_ws" | "group_concat" | "unhex" | "convert" | "cast" => {
            rest.take("(")
                && rest.peek().is_some_and(|token| {
                    (token.kind == Kind::Number && token.text.starts_with("0x"))
                        || token.is_word(&["select", "version", "user", "database", "char"])
                })
        }
        _ => false,
    }
}

/// A query inside a value: `(select …`, or one that reads names of the server.
pub(super) fn selects(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let mut rest = Shape::at(tokens, at + 1);
    let Some(first) = rest.next() else { return false };
    let opened = before.is_some_and(|token| token.is_mark("(") || token.is_mark("{"));
    let follows = rest.peek();
    let is_expression =
        matches!(first.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Quoted)
            || first.is_mark("*")
            || first.is_mark("(")
            || first.is_mark("-")
            || first.is_word(CONSTANTS)
            || follows.is_none_or(|token| {
                token.is_mark("(")
                    || token.is_mark(",")
                    || token.is_word(&["from", "as"])
                    || token.is_mark(")")
            });
    (opened && is_expression)
        || (first.kind == Kind::Word && TELLING.contains(&first.text) && rest.is("(") && at > 0)
}

/// A second statement behind the first.
pub(super) fn stacked(mut rest: Shape<'_, '_>) -> bool {
    rest.peek().is_some_and(|token| token.is_word(&["select"])) && {
        rest.next();
        rest.peek().is_some_and(|token| {
            matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. }) || token.is_mark("*")
        }) || Shape::at(rest.tokens, 1).is("(")
            || Shape::at(rest.tokens, 1).is("from")
            || Shape::at(rest.tokens, 1).is(",")
    }
}

/// `11!=1` and no more.
pub(super) fn constant_alone(tokens: &[Token<'_>]) -> bool {
    let [left, operator, right] = tokens else { return false };
    let constant = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text { closed: true, .. });
    constant(left) && constant(right) && matches!(operator.text, "=" | "!=" | "<>" | "<=>" | "==" | "like")
}

/// `coalesce(` at the end: a call that what comes behind the value is to complete.
pub(super) fn left_open(tokens: &[Token<'_>]) -> bool {
    let [.., name, open] = tokens else { return false };
    tokens.len() <= 4
        && open.is_mark("(")
        && name.kind == Kind::Word
        && (TELLING.contains(&name.text) || DANGEROUS.contains(&name.text) || FUNCTIONS.contains(&name.text))
}
