//! Statements that change what there is: tables, views, users, procedures.

use super::{Kind, Shape, one_of};

/// Words that say what kind of thing a statement is about.
pub(super) const THINGS: [&str; 33] = [
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

/// What may stand before the thing.
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

/// What is changed of a thing.
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

pub(super) fn create(mut rest: Shape<'_, '_>) -> bool {
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

pub(super) fn alter(mut rest: Shape<'_, '_>) -> bool {
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

pub(super) fn drop(mut rest: Shape<'_, '_>) -> bool {
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
pub(super) fn drop_short(mut rest: Shape<'_, '_>, is_first: bool) -> bool {
    rest.name()
        && (!is_first || rest.take(";"))
        && rest.peek().is_some_and(|token| token.kind == Kind::Comment)
}

pub(super) fn rename(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["table", "user", "column"]) && rest.name() && rest.word(&["to"]) && rest.name()
}

/// `comment on table …`
pub(super) fn comment(mut rest: Shape<'_, '_>) -> bool {
    rest.take("on") && rest.word(&THINGS)
}
