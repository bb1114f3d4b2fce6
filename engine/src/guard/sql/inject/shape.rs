//! Shapes of a few tokens that SQL has and sentences have not.

use super::super::{Kind, Shape, Token};
use super::words::{CATALOGUES, CONSTANTS, DANGEROUS, DECIDING, FUNCTIONS, SIGNS, TELLING};
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

/// Packages and procedures of servers that reach out of the database, also without a call.
pub(super) fn reaches_out(name: &str) -> bool {
    const STARTS: [&str; 10] = [
        "utl_http.",
        "utl_inaddr.",
        "utl_file.",
        "utl_smtp.",
        "utl_tcp.",
        "dbms_pipe.",
        "dbms_ldap.",
        "dbms_scheduler.",
        "sp_oa",
        "xp_reg",
    ];
    STARTS.iter().any(|start| name.starts_with(start)) && name.len() < 64
}

/// `if(1=2,`: a call that decides by what is known beforehand.
pub(super) fn decides(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    DECIDING.contains(&token.text) && rest.take("(") && {
        let constant =
            |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text { closed: true, .. });
        matches!(rest.tokens, [left, operator, right, comma, ..]
            if constant(left) && constant(right) && compares(operator) && comma.is_mark(","))
    }
}

/// `version()::int`, `'[1]'::json ||`: a value made another type, so that the server says what it is.
pub(super) fn casts(tokens: &[Token<'_>], at: usize) -> bool {
    let (Some(before), Some(kind)) =
        (at.checked_sub(1).and_then(|before| tokens.get(before)), tokens.get(at + 1))
    else {
        return false;
    };
    let goes_on = tokens
        .get(at + 2)
        .is_some_and(|token| token.kind == Kind::Mark && (is_arithmetic(token) || compares(token)));
    (before.is_mark(")") || before.is_word(CONSTANTS))
        && kind.is_word(&["int", "integer", "numeric", "bigint", "float", "bool"])
        || matches!(before.kind, Kind::Text { closed: true, .. })
            && kind.is_word(&["json", "jsonb"])
            && goes_on
}

/// `1.e(`, `1.e.name`: a number without an exponent, which one server skips and others that look on do not.
pub(super) fn is_skipped(token: &Token<'_>, rest: &Shape<'_, '_>) -> bool {
    let Some((number, tail)) = token.text.split_once(".e") else { return false };
    !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
        && (tail.starts_with('.') || tail.is_empty() && rest.is("("))
}

/// `union all select`
pub(super) fn union(token: &Token<'_>, mut rest: Shape<'_, '_>, from_value: bool) -> bool {
    if !token.is_word(&["union", "intersect", "except", "minus"]) {
        return false;
    }
    for _ in 0..32 {
        let is_table =
            rest.peek().is_some_and(|token| token.is_word(&["values"]) && Shape::at(rest.tokens, 1).is("("));
        if is_table
            || rest.peek().is_some_and(|token| token.kind == Kind::Word && token.text.starts_with("select."))
        {
            return true;
        }
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
            || rest.take(")")
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
            || first.is_word(&["case", "top"])
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

/// `11!=1` and no more, or `(1=2)*3`.
pub(super) fn constant_alone(tokens: &[Token<'_>]) -> bool {
    let constant = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text { closed: true, .. });
    let compares = |left, operator: &Token<'_>, right| {
        constant(left)
            && constant(right)
            && matches!(operator.text, "=" | "!=" | "<>" | "<=>" | "==" | "like")
    };
    match tokens {
        [left, operator, right] => compares(left, operator, right),
        [open, left, operator, right, close, sign, ..] => {
            open.is_mark("(") && close.is_mark(")") && compares(left, operator, right) && is_arithmetic(sign)
        }
        _ => false,
    }
}

/// `) as x from y`: the rest of a query whose beginning is around the value.
pub(super) fn closes_list(tokens: &[Token<'_>]) -> bool {
    let inside = tokens.iter().take_while(|token| token.is_mark(")")).count();
    inside > 0
        && tokens.get(inside).is_some_and(|token| token.is_word(&["as", "from"]))
        && tokens.iter().take(16).any(|token| token.is_word(&["from"]))
}

/// `coalesce(` at the end: a call that what comes behind the value is to complete.
pub(super) fn left_open(tokens: &[Token<'_>]) -> bool {
    let [.., name, open] = tokens else { return false };
    tokens.len() <= 4
        && open.is_mark("(")
        && name.kind == Kind::Word
        && (TELLING.contains(&name.text) || DANGEROUS.contains(&name.text) || FUNCTIONS.contains(&name.text))
}
