//! Answers, and who looks through which.

use serde_json::{Value, json};

use super::{Who, texts};

pub(super) const BYTES: usize = 64 * 1024;
const BYTES_SMALL: usize = 4 * 1024;

pub(super) const PROSE: &str = "prose";
pub(super) const MARKDOWN: &str = "Markdown";
pub(super) const PERSONAL: &str = "personal data";

/// What an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Nothing to find.
    Nothing,
    Finds,
    /// What takes long to look at.
    Traps,
}

/// An answer, and who looks through it.
pub(super) struct Work {
    pub(super) name: String,
    pub(super) holds: Holds,
    /// Bytes that are looked through.
    pub(super) bytes: usize,
    pub(super) answer: String,
    pub(super) who: &'static [Who],
}

/// All of it. Hostile answers come in two lengths.
pub(super) fn works() -> Vec<Work> {
    use Who::{Envoy, Everything, Fifty, FiveHundred, Governed, Lua, RegexLite, Secrets};
    let long: &[Who] = &[Envoy, Governed, Secrets, Everything, Fifty, FiveHundred, Lua];
    let ours: &[Who] = &[Envoy, Governed, Secrets, Everything];
    let short: &[Who] = &[Envoy, Governed, Everything, Lua, RegexLite];
    let hostile: &[Who] = &[Governed, Everything];
    let answer = |result: Value| json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string();
    let block = |text: &str| json!({ "type": "text", "text": text });
    let text = |name: &str, holds, text: &str, who| {
        let answer = answer(json!({ "content": [block(text)] }));
        Work { name: name.to_owned(), holds, bytes: text.len(), answer, who }
    };
    let records = texts::records(BYTES);
    let structured =
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[],"structuredContent":{records}}}}}"#);
    let mut works = vec![
        text(PROSE, Holds::Nothing, &texts::prose(BYTES), long),
        text(MARKDOWN, Holds::Nothing, &texts::markdown(BYTES), long),
        Work {
            name: "records".to_owned(),
            holds: Holds::Nothing,
            bytes: records.len(),
            answer: structured,
            who: ours,
        },
        text(PERSONAL, Holds::Finds, &texts::personal(BYTES), long),
        text(PROSE, Holds::Nothing, &texts::prose(BYTES_SMALL), short),
        text(PERSONAL, Holds::Finds, &texts::personal(BYTES_SMALL), short),
    ];
    for bytes in [BYTES, 2 * BYTES] {
        for (name, unit) in texts::HOSTILE {
            let name = format!("{name}: {}", unit.escape_debug());
            works.push(text(&name, Holds::Traps, &texts::repeated(unit, bytes), hostile));
        }
        works.push(text("many finds in many lines", Holds::Traps, &texts::personal(bytes), hostile));
        let one = block("mail a@acme-mail.com");
        let blocks = vec![&one; bytes / one.to_string().len()];
        let name = "many blocks with a find in each".to_owned();
        works.push(Work {
            name,
            holds: Holds::Traps,
            bytes,
            answer: answer(json!({ "content": blocks })),
            who: hostile,
        });
    }
    works
}
