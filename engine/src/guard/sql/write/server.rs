//! Statements that run something, or change rights, settings and what the server does.

use super::{Kind, Shape, closes, one_of};

/// What is granted.
const RIGHTS: [&str; 20] = [
    "all",
    "select",
    "insert",
    "update",
    "delete",
    "execute",
    "usage",
    "create",
    "drop",
    "alter",
    "references",
    "super",
    "dba",
    "connect",
    "resource",
    "truncate",
    "trigger",
    "reload",
    "file",
    "index",
];

pub(super) fn grant(mut rest: Shape<'_, '_>) -> bool {
    if !rest.word(&RIGHTS) {
        return false;
    }
    for _ in 0..40 {
        if rest.word(&["on"]) {
            return rest.name() || rest.is("*");
        }
        if rest.word(&["to", "from"]) {
            return rest.name() && (rest.ends() || rest.is(",") || one_of(rest, &["with", "identified"]));
        }
        let list = rest.word(&RIGHTS)
            || rest.word(&["privileges", "option", "for", "grant", "view", "table"])
            || rest.take(",");
        if !(list || rest.take("(") && closes(&mut rest)) {
            return false;
        }
    }
    false
}

pub(super) fn execute(mut rest: Shape<'_, '_>, heads: bool) -> bool {
    if rest.word(&["immediate"]) {
        return true;
    }
    let Some(first) = rest.next() else { return false };
    match first.kind {
        Kind::Word => {
            let dangerous =
                ["xp_", "sp_", "dbms_", "master.", "utl_"].iter().any(|start| first.text.starts_with(start));
            // In a sentence the words go on behind what is in quotes.
            let has_arguments = match rest.tokens {
                [argument, follows, ..] => {
                    argument.kind == Kind::Variable
                        || matches!(argument.kind, Kind::Number | Kind::Text { closed: true, .. })
                            && (follows.kind == Kind::Comment || matches!(follows.text, "," | ";"))
                }
                [argument] => matches!(
                    argument.kind,
                    Kind::Variable | Kind::Number | Kind::Text { quote: '\'', closed: true }
                ),
                [] => false,
            };
            // "Exec summary" is no procedure.
            let is_name = first.text.contains(['_', '.']) || rest.is(";");
            dangerous || (heads && (is_name && rest.ends() || has_arguments))
        }
        Kind::Quoted | Kind::Variable => heads,
        // A statement in a literal; in a sentence it is a word in quotes.
        Kind::Text { quote: '\'', closed: true } => {
            heads
                && rest.peek().is_none_or(|token| {
                    matches!(token.kind, Kind::Number | Kind::Variable | Kind::Comment)
                        || matches!(token.text, ";" | ",")
                })
        }
        Kind::Mark => {
            first.text == "("
                && matches!(rest.peek().map(|token| token.kind), Some(Kind::Text { .. } | Kind::Variable))
        }
        _ => false,
    }
}

pub(super) fn call(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && (rest.is("(") || rest.is(";"))
}

pub(super) fn set(mut rest: Shape<'_, '_>) -> bool {
    if rest.word(&["password"]) {
        return rest.is("=") || rest.is("for");
    }
    if rest.word(&["role"]) {
        return rest.name() && rest.ends();
    }
    rest.words(&["global", "session", "persist", "local"]);
    rest.name() && (rest.is("=") || rest.is(":=")) && {
        rest.next();
        rest.peek().is_some()
    }
}

pub(super) fn pragma(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && rest.is("=")
}

pub(super) fn database(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["database", "log"])
        && (rest.name() || matches!(rest.next().map(|token| token.kind), Some(Kind::Text { .. })))
}

pub(super) fn kill(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&["query", "connection"]);
    rest.next().is_some_and(|token| token.kind == Kind::Number) && rest.ends()
}

pub(super) fn handler(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && one_of(rest, &["open", "read", "close"])
}

pub(super) fn prepare(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && rest.word(&["from", "as"])
}
