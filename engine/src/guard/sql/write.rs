//! Statements that change data, structure, rights or settings, or reach out of the database.

use super::{Kind, Shape, Token};

/// Words that say what kind of thing a statement is about.
const THINGS: [&str; 33] = [
    "table",
    "database",
    "schema",
    "view",
    "index",
    "user",
    "role",
    "function",
    "procedure",
    "proc",
    "trigger",
    "sequence",
    "type",
    "extension",
    "tablespace",
    "event",
    "server",
    "policy",
    "login",
    "column",
    "constraint",
    "aggregate",
    "operator",
    "domain",
    "package",
    "synonym",
    "assembly",
    "rule",
    "collation",
    "publication",
    "subscription",
    "warehouse",
    "credential",
];
const ADJECTIVES: [&str; 22] = [
    "or",
    "replace",
    "temporary",
    "temp",
    "unique",
    "global",
    "local",
    "unlogged",
    "materialized",
    "external",
    "foreign",
    "fulltext",
    "clustered",
    "nonclustered",
    "recursive",
    "virtual",
    "public",
    "secure",
    "transient",
    "if",
    "not",
    "exists",
];
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

/// Whether a statement of the tokens writes.
pub(super) fn finds(tokens: &[Token<'_>]) -> bool {
    let mut is_select = false;
    (0..tokens.len()).any(|at| {
        let Some(token) = tokens.get(at) else { return false };
        if token.kind != Kind::Word {
            return false;
        }
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let heads = before.is_none_or(starts_statement);
        // Behind a word that no statement begins behind, it is one of a sentence.
        let stands = heads || before.is_some_and(|token| token.kind != Kind::Word);
        is_select |= heads && matches!(token.text, "select" | "with");
        let rest = Shape::at(tokens, at + 1);
        // `; insert into`, which what comes behind the value is to complete.
        if rest.tokens.len() == 1 && before.is_some_and(|token| token.is_mark(";")) && changes(token, rest) {
            return true;
        }
        match token.text {
            "insert" => insert(rest),
            "replace" => rest.is("into") && insert(rest),
            "update" => update(rest),
            "delete" => delete(rest),
            "merge" => merge(rest),
            "truncate" => stands && truncate(rest, heads),
            "drop" => {
                let short = at == 0 || before.is_some_and(|token| token.is_mark(";"));
                stands && drop(rest) || short && drop_short(rest, at == 0)
            }
            "create" => stands && create(rest),
            "alter" => stands && alter(rest),
            "grant" | "revoke" => grant(rest),
            "copy" => copy(rest),
            "load" => load(rest),
            "into" => into(rest, is_select),
            "exec" | "execute" => execute(rest, heads),
            "call" => heads && call(rest),
            "rename" => rename(rest),
            "bulk" => rest.is("insert"),
            "waitfor" => rest.is("delay") || rest.is("time"),
            "set" => heads && set(rest),
            "pragma" => heads && pragma(rest),
            "attach" | "detach" | "backup" | "restore" => heads && database(rest),
            "vacuum" | "reindex" | "shutdown" => heads && (rest.ends() && (at > 0 || tokens.len() > 1)),
            "refresh" => rest.is("materialized"),
            "flush" => heads && one_of(rest, &["tables", "privileges", "logs", "status", "hosts"]),
            "lock" | "unlock" => heads && one_of(rest, &["tables", "table"]),
            "declare" => heads && rest.peek().is_some_and(|token| token.kind == Kind::Variable),
            "do" => heads && rest.peek().is_some_and(|token| token.text.starts_with("$$")),
            "kill" => heads && kill(rest),
            "handler" => heads && handler(rest),
            "comment" => heads && rest.is("on") && thing_behind(rest),
            "prepare" => heads && prepare(rest),
            _ => false,
        }
    })
}

fn changes(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    token.is_word(&["insert", "delete", "drop", "truncate", "alter", "create"])
        && (rest.word(&["into", "from"]) || rest.word(&THINGS))
}

/// Whether a statement may begin behind the token.
fn starts_statement(token: &Token<'_>) -> bool {
    matches!(token.kind, Kind::Version)
        || matches!(token.text, ";" | "(" | ")")
        || token.is_word(&["as", "begin", "then", "else", "do", "explain", "analyze", "go", "sql"])
}

fn one_of(mut shape: Shape<'_, '_>, words: &[&str]) -> bool {
    shape.word(words)
}

/// `insert into t (…)`, `insert into t values`, `replace into t set a = `
fn insert(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&[
        "low_priority",
        "delayed",
        "high_priority",
        "ignore",
        "or",
        "rollback",
        "abort",
        "replace",
        "fail",
        "all",
    ]);
    let into = rest.word(&["into", "overwrite"]);
    rest.words(&["table"]);
    if !rest.name() {
        return false;
    }
    if rest.is("(") {
        return into || closes(&mut rest) && rest.word(&["values", "value", "select"]);
    }
    rest.words(&["as", "partition"]);
    if rest.word(&["values", "value"]) {
        return rest.is("(");
    }
    let mut default = rest;
    (into && rest.word(&["select", "with", "exec", "table"]))
        || (default.word(&["default"]) && default.word(&["values"]))
        || (rest.word(&["set"]) && assigns(rest))
}

/// Takes a parenthesis and what is in it; only so far as column lists go.
fn closes(shape: &mut Shape<'_, '_>) -> bool {
    for _ in 0..128 {
        match shape.next() {
            Some(token) if token.is_mark(")") => return true,
            Some(_) => {}
            None => return false,
        }
    }
    false
}

fn assigns(mut rest: Shape<'_, '_>) -> bool {
    rest.is("(") || (rest.name() && (rest.is("=") || rest.is(":=")))
}

fn update(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&["low_priority", "ignore", "only", "or", "rollback", "abort", "replace", "fail"]);
    if !rest.name() {
        return false;
    }
    // An alias or two, or further tables.
    for _ in 0..6 {
        if rest.word(&["set"]) {
            return assigns(rest);
        }
        if !(rest.word(&["as"]) || rest.take(",") || rest.name()) {
            return false;
        }
    }
    false
}

fn delete(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&["low_priority", "quick", "ignore"]);
    if !rest.word(&["from"]) {
        // `delete a, b from …`
        return rest.name()
            && rest.word(&["from"])
            && rest.name()
            && rest.word(&["join", "inner", "left", "where"]);
    }
    rest.words(&["only"]);
    if !rest.name() {
        return false;
    }
    let mut alias = rest;
    let follows = |shape: &Shape<'_, '_>| {
        shape.ends()
            || one_of(*shape, &["where", "using", "returning", "limit", "order", "output", "partition"])
    };
    follows(&rest) || (alias.name() && one_of(alias, &["where"]))
}

fn merge(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["into"]) && rest.name() && {
        rest.words(&["as"]);
        rest.word(&["using"]) || (rest.name() && rest.word(&["using"]))
    }
}

fn truncate(mut rest: Shape<'_, '_>, heads: bool) -> bool {
    let table = rest.word(&["table"]);
    rest.words(&["only"]);
    (table || heads)
        && rest.name()
        && (rest.ends() || one_of(rest, &["restart", "cascade", "continue"]) || rest.is(","))
}

fn drop(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&ADJECTIVES);
    let Some(thing) = rest.next().filter(|token| token.is_word(&THINGS)) else { return false };
    rest.words(&["if", "exists", "concurrently"]);
    let named = rest.name() || matches!(rest.peek().map(|token| token.kind), Some(Kind::Text { .. }));
    let column = matches!(thing.text, "column" | "constraint");
    named
        && (rest.ends()
            || rest.is("(")
            || rest.is(",")
            || rest.is("@")
            || one_of(rest, &["cascade", "restrict", "purge", "force", "with"])
            || (!column && one_of(rest, &["on"])))
}

/// `; drop members --`, which some servers take for a table; at the beginning `drop members; --`.
fn drop_short(mut rest: Shape<'_, '_>, is_first: bool) -> bool {
    rest.name()
        && (!is_first || rest.take(";"))
        && rest.peek().is_some_and(|token| token.kind == Kind::Comment)
}

fn create(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&ADJECTIVES);
    let Some(thing) = rest.next().filter(|token| token.is_word(&THINGS)) else { return false };
    rest.words(&["if", "not", "exists", "concurrently"]);
    if thing.text == "index" && rest.is("on") {
        return true;
    }
    if !rest.name() && !matches!(rest.next().map(|token| token.kind), Some(Kind::Text { .. })) {
        return false;
    }
    match thing.text {
        "table" => rest.is("(") || one_of(rest, &["as", "like", "select", "using", "partition", "clone"]),
        "view" => rest.is("(") || one_of(rest, &["as"]),
        "index" => one_of(rest, &["on", "using"]),
        "trigger" => one_of(rest, &["before", "after", "instead", "on", "for"]),
        "function" | "procedure" | "proc" | "aggregate" | "package" | "type" => {
            rest.is("(") || one_of(rest, &["as", "is", "returns", "return", "begin"]) || rest.is("@")
        }
        "user" | "role" | "login" => {
            rest.ends()
                || rest.peek().is_some_and(|token| token.kind == Kind::Variable)
                || one_of(
                    rest,
                    &["identified", "with", "for", "password", "without", "login", "superuser", "from"],
                )
        }
        _ => {
            rest.ends()
                || rest.is("(")
                || one_of(
                    rest,
                    &[
                        "as",
                        "character",
                        "default",
                        "authorization",
                        "collate",
                        "with",
                        "start",
                        "on",
                        "from",
                        "for",
                    ],
                )
        }
    }
}

fn alter(mut rest: Shape<'_, '_>) -> bool {
    const CHANGES: [&str; 34] = [
        "add",
        "drop",
        "modify",
        "change",
        "rename",
        "set",
        "alter",
        "owner",
        "identified",
        "with",
        "enable",
        "disable",
        "attach",
        "detach",
        "convert",
        "engine",
        "as",
        "compile",
        "password",
        "reset",
        "no",
        "validate",
        "force",
        "cluster",
        "account",
        "default",
        "auto_increment",
        "flush",
        "kill",
        "checkpoint",
        "switch",
        "rebuild",
        "collate",
        "character",
    ];
    rest.words(&ADJECTIVES);
    if rest.word(&["system", "session", "instance"]) {
        return rest.word(&CHANGES);
    }
    if !rest.word(&THINGS) {
        return false;
    }
    rest.words(&["if", "exists", "only"]);
    rest.name() && (rest.word(&CHANGES) || (rest.name() && rest.word(&CHANGES)))
}

fn grant(mut rest: Shape<'_, '_>) -> bool {
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

/// `copy t from '…'`, `copy (select …) to program '…'`
fn copy(mut rest: Shape<'_, '_>) -> bool {
    if rest.take("(") {
        return closes(&mut rest) && rest.word(&["to"]);
    }
    if !rest.name() || (rest.take("(") && !closes(&mut rest)) {
        return false;
    }
    rest.word(&["from", "to", "into"])
        && (one_of(rest, &["program", "stdin", "stdout"])
            || matches!(rest.peek().map(|token| token.kind), Some(Kind::Text { quote: '\'', .. })))
}

fn load(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["data", "xml"]) && {
        rest.words(&["low_priority", "concurrent", "local"]);
        rest.word(&["infile"])
    }
}

fn into(mut rest: Shape<'_, '_>, is_select: bool) -> bool {
    let text = |shape: &Shape<'_, '_>| {
        shape.is("(")
            || shape.ends()
            || matches!(shape.peek().map(|token| token.kind), Some(Kind::Text { .. } | Kind::Number))
    };
    if rest.word(&["outfile", "dumpfile"]) {
        return text(&rest) || (rest.name() && rest.is("("));
    }
    is_select && {
        rest.words(&["temp", "temporary", "unlogged", "table"]);
        rest.name() && rest.word(&["from"])
    }
}

fn execute(mut rest: Shape<'_, '_>, heads: bool) -> bool {
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

fn call(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && (rest.is("(") || rest.is(";"))
}

fn rename(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["table", "user", "column"]) && rest.name() && rest.word(&["to"]) && rest.name()
}

fn set(mut rest: Shape<'_, '_>) -> bool {
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

fn pragma(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && rest.is("=")
}

fn database(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["database", "log"])
        && (rest.name() || matches!(rest.next().map(|token| token.kind), Some(Kind::Text { .. })))
}

fn kill(mut rest: Shape<'_, '_>) -> bool {
    rest.words(&["query", "connection"]);
    rest.next().is_some_and(|token| token.kind == Kind::Number) && rest.ends()
}

fn handler(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && one_of(rest, &["open", "read", "close"])
}

fn thing_behind(mut rest: Shape<'_, '_>) -> bool {
    rest.next();
    rest.word(&THINGS)
}

fn prepare(mut rest: Shape<'_, '_>) -> bool {
    rest.name() && rest.word(&["from", "as"])
}
