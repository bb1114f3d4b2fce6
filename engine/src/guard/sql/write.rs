//! Statements that change data, structure, rights or settings, or reach out of the database.

mod rows;
mod server;
mod things;

use super::{Kind, Shape, Token};

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
            "insert" => rows::insert(rest),
            "replace" => rest.is("into") && rows::insert(rest),
            "update" => rows::update(rest),
            "delete" => rows::delete(rest),
            "merge" => rows::merge(rest),
            "truncate" => stands && rows::truncate(rest, heads),
            "drop" => {
                let short = at == 0 || before.is_some_and(|token| token.is_mark(";"));
                stands && things::drop(rest) || short && things::drop_short(rest, at == 0)
            }
            "create" => stands && things::create(rest),
            "alter" => stands && things::alter(rest),
            "grant" | "revoke" => server::grant(rest),
            "copy" => rows::copy(rest),
            "load" => rows::load(rest),
            "into" => rows::into(rest, is_select),
            "exec" | "execute" => server::execute(rest, heads),
            "call" => heads && server::call(rest),
            "rename" => things::rename(rest),
            "bulk" => rest.is("insert"),
            "waitfor" => rest.is("delay") || rest.is("time"),
            "set" => heads && server::set(rest),
            "pragma" => heads && server::pragma(rest),
            "attach" | "detach" | "backup" | "restore" => heads && server::database(rest),
            "vacuum" | "reindex" | "shutdown" => heads && (rest.ends() && (at > 0 || tokens.len() > 1)),
            "refresh" => rest.is("materialized"),
            "flush" => heads && one_of(rest, &["tables", "privileges", "logs", "status", "hosts"]),
            "lock" | "unlock" => heads && one_of(rest, &["tables", "table"]),
            "declare" => heads && rest.peek().is_some_and(|token| token.kind == Kind::Variable),
            "do" => heads && rest.peek().is_some_and(|token| token.text.starts_with("$$")),
            "kill" => heads && server::kill(rest),
            "handler" => heads && server::handler(rest),
            "comment" => heads && things::comment(rest),
            "prepare" => heads && server::prepare(rest),
            _ => false,
        }
    })
}

fn changes(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    token.is_word(&["insert", "delete", "drop", "truncate", "alter", "create"])
        && (rest.word(&["into", "from"]) || rest.word(&things::THINGS))
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
