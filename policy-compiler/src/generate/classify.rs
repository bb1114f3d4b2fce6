//! What a tool probably does, by what its server says and what its name says. Servers are not to be trusted about their
//! tools (MCP 2025-06-18, tools, annotations), so a name can make a guess stricter and never milder.

use mcpgov_engine::vocabulary::Action;
use serde_json::Value;

/// A guess.
pub(super) struct Guess {
    pub(super) action: Action,
    /// Why, in words of ours alone.
    pub(super) grounds: String,
}

const READS: &[&str] = &[
    "analyze",
    "browse",
    "cat",
    "check",
    "compare",
    "count",
    "describe",
    "diff",
    "download",
    "explain",
    "export",
    "fetch",
    "find",
    "get",
    "head",
    "help",
    "history",
    "info",
    "inspect",
    "list",
    "log",
    "lookup",
    "ls",
    "ping",
    "preview",
    "query",
    "read",
    "retrieve",
    "search",
    "select",
    "show",
    "stat",
    "status",
    "summarize",
    "tail",
    "validate",
    "verify",
    "view",
    "whoami",
];
const WRITES: &[&str] = &[
    "add", "append", "apply", "approve", "assign", "book", "call", "cancel", "close", "commit", "convert",
    "copy", "create", "deploy", "disable", "edit", "enable", "exec", "execute", "fork", "import", "insert",
    "install", "invoke", "mark", "merge", "modify", "move", "open", "patch", "pay", "post", "publish",
    "push", "put", "rename", "request", "resolve", "restart", "run", "save", "schedule", "send", "set",
    "start", "stop", "store", "submit", "transfer", "trigger", "update", "upload", "upsert", "write",
];
const DESTROYS: &[&str] = &[
    "clear",
    "delete",
    "destroy",
    "discard",
    "drop",
    "erase",
    "kill",
    "prune",
    "purge",
    "remove",
    "reset",
    "revoke",
    "rm",
    "shred",
    "terminate",
    "truncate",
    "uninstall",
    "unlink",
    "unpublish",
    "wipe",
];

pub(super) fn classify(name: &str, annotations: Option<&Value>) -> Guess {
    let hint = |key: &str| annotations.and_then(|annotations| annotations.get(key)).and_then(Value::as_bool);
    let words = words(name);
    let among = |list: &[&str]| words.iter().find(|word| list.contains(&word.as_str())).cloned();
    let guess = |action, grounds: String| Guess { action, grounds };
    if let Some(word) = among(DESTROYS) {
        return guess(Action::Destructive, format!("its name says `{word}`"));
    }
    match (hint("readOnlyHint"), hint("destructiveHint")) {
        (Some(true), Some(true)) => {
            guess(Action::Destructive, "annotated as read-only and destructive".to_owned())
        }
        (Some(true), _) => guess(Action::Read, "annotation `readOnlyHint`".to_owned()),
        (_, Some(true)) => guess(Action::Destructive, "annotation `destructiveHint`".to_owned()),
        (Some(false), _) => guess(Action::Write, "annotation `readOnlyHint: false`".to_owned()),
        (None, _) => match (among(WRITES), among(READS)) {
            (Some(word), _) => guess(Action::Write, format!("its name says `{word}`")),
            (None, Some(word)) => guess(Action::Read, format!("its name says `{word}`")),
            (None, None) => guess(Action::Write, "nothing says that it only reads".to_owned()),
        },
    }
}

/// The words of a name such as `getUserInfo`, `get_user_info` or `user.info.get`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut begin = true;
    for char in name.chars() {
        if !char.is_alphanumeric() {
            begin = true;
            continue;
        }
        if begin || (char.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        (begin, was_lower) = (false, char.is_lowercase() || char.is_numeric());
        if let Some(word) = words.last_mut() {
            word.extend(char.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_annotations_are_weighed() {
        let read_only = json!({ "readOnlyHint": true });
        for (name, annotations, expected) in [
            ("get_issue", None, Action::Read),
            ("getIssue", None, Action::Read),
            ("issue.read", None, Action::Read),
            ("get_and_delete_issue", None, Action::Destructive),
            ("deleteIssue", Some(&read_only), Action::Destructive),
            ("get_commit", Some(&read_only), Action::Read),
            ("search_and_update", None, Action::Write),
            ("frobnicate", None, Action::Write),
            ("frobnicate", Some(&read_only), Action::Read),
            ("get_issue", Some(&json!({ "readOnlyHint": false })), Action::Write),
            ("get_issue", Some(&json!({ "destructiveHint": true })), Action::Destructive),
            ("get_issue", Some(&json!({ "readOnlyHint": "true" })), Action::Read),
            ("", None, Action::Write),
        ] {
            assert_eq!(classify(name, annotations).action, expected, "{name} {annotations:?}");
        }
    }
}
