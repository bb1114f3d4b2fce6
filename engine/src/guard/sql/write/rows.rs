//! Statements that change rows, or carry them into a file or out of one.

use super::{Kind, Shape, closes, one_of};

/// `insert into t (…)`, `insert into t values`, `replace into t set a = `
pub(super) fn insert(mut rest: Shape<'_, '_>) -> bool {
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

pub(super) fn update(mut rest: Shape<'_, '_>) -> bool {
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

pub(super) fn delete(mut rest: Shape<'_, '_>) -> bool {
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

pub(super) fn merge(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["into"]) && rest.name() && {
        rest.words(&["as"]);
        rest.word(&["using"]) || (rest.name() && rest.word(&["using"]))
    }
}

pub(super) fn truncate(mut rest: Shape<'_, '_>, heads: bool) -> bool {
    let table = rest.word(&["table"]);
    rest.words(&["only"]);
    (table || heads)
        && rest.name()
        && (rest.ends() || one_of(rest, &["restart", "cascade", "continue"]) || rest.is(","))
}

/// `copy t from '…'`, `copy (select …) to program '…'`
pub(super) fn copy(mut rest: Shape<'_, '_>) -> bool {
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

pub(super) fn load(mut rest: Shape<'_, '_>) -> bool {
    rest.word(&["data", "xml"]) && {
        rest.words(&["low_priority", "concurrent", "local"]);
        rest.word(&["infile"])
    }
}

pub(super) fn into(mut rest: Shape<'_, '_>, is_select: bool) -> bool {
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

fn assigns(mut rest: Shape<'_, '_>) -> bool {
    rest.is("(") || (rest.name() && (rest.is("=") || rest.is(":=")))
}
