//! Audit records: one JSON object on one line for every governed message, written in two steps, because the
//! message is gone when the answer has come.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::decide::Outcome;
use crate::json::{Kind, Value, write_string, write_string_bytes};
use crate::message::Method;
use crate::subject::Subject;
use crate::table::View;
use crate::text::{push_hex, push_number, push_one_line};
use crate::vocabulary::{Capture, Reason, Treatment};

/// Version of the record's shape.
pub const VERSION: u64 = 1;
/// Bytes a record may have. Beyond it the arguments shrink to their digest, then long names are cut.
pub const RECORD_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a client's text, such as a tool name or path, in a record.
pub const TEXT_BYTES_MAX: usize = 1024;

/// Groups or scopes of the caller in a record; together they have at most [`TEXT_BYTES_MAX`] bytes.
pub const NAMES_MAX: usize = 32;

/// A record that waits for its answer.
#[derive(Debug, Clone)]
pub struct Record {
    open: String,
}

/// What is known when the message was decided.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// `request`, `notification`, `response`, `stream`, `session-end`, `pass` or `unreadable`; of the server
    /// `server-request` or `server-notification`.
    pub kind: &'static str,
    /// What exactly was unreadable.
    pub detail: Option<&'static str>,
    /// The JSON-RPC id, a JSON text.
    pub id: Option<&'a str>,
    /// Registered name of the server, or the proxy's.
    pub server: &'a str,
    /// The authority the client named.
    pub host: &'a str,
    /// The path the client named, without its query.
    pub path: &'a str,
    /// The method.
    pub method: &'a str,
    /// `tool`, `prompt` or `uri`, and the name.
    pub object: Option<(&'static str, &'a str)>,
    /// The arguments.
    pub arguments: Option<Value<'a>>,
    /// How much of them to keep.
    pub capture: Capture,
    /// What happened.
    pub outcome: Outcome,
    /// What would have happened.
    pub shadow: Option<Outcome>,
    /// Whether the outcome was enforced.
    pub is_shadow: bool,
    /// Session id of the transport; only a digest of it is kept.
    pub session: Option<&'a str>,
    /// Protocol revision the client claims.
    pub protocol: Option<&'a str>,
    /// `modern` or `legacy`.
    pub era: &'static str,
    /// The proxy's id of the HTTP request.
    pub request_id: &'a str,
    /// What detectors found in it.
    pub found: &'a [Found],
}

/// What one detector found in a message, without what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The detector's name.
    detector: String,
    /// The protection that says what is done.
    rule: String,
    now: Treatment,
    would: Option<Treatment>,
    count: u32,
    /// Byte ranges in the message, the first few.
    places: Vec<Range<usize>>,
}

/// Places of one detector in a record.
pub(crate) const PLACES_MAX: usize = 8;

/// What is known at the end.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Bytes of the body sent to the client.
    pub bytes: u64,
    /// Entries a list lost.
    pub hidden: Option<u32>,
    /// Messages of a stream.
    pub events: u64,
    /// Messages of a stream that did not reach the client as they were.
    pub dropped: u64,
    /// Why the filter put an error in the server's answer's place.
    pub replaced: Option<Reason>,
    /// Whether it is a JSON-RPC error or an error result; unknown where the answer was not read.
    pub is_error: Option<bool>,
    /// What detectors found in it.
    pub found: Vec<Found>,
}

impl Found {
    /// What so many finds of one detector are, and the places of the first few.
    #[must_use]
    pub fn new(
        detector: &str,
        rule: &str,
        (now, would): (Treatment, Option<Treatment>),
        count: u32,
        places: impl Iterator<Item = Range<usize>>,
    ) -> Found {
        let (detector, rule) = (String::from(detector), String::from(rule));
        Found { detector, rule, now, would, count, places: places.take(PLACES_MAX).collect() }
    }

    /// What is done with it, and how many there are.
    #[must_use]
    pub fn treated(&self) -> (Treatment, u32) {
        (self.now, self.count)
    }
}

impl Answer {
    /// Adds what was found in one more message of the answer.
    pub fn add_found(&mut self, found: Vec<Found>) {
        for Found { detector, rule, now, would, count, places } in found {
            let same = |found: &&mut Found| {
                (&found.detector, &found.rule, found.now, found.would) == (&detector, &rule, now, would)
            };
            match self.found.iter_mut().find(same) {
                Some(before) => before.count = before.count.saturating_add(count),
                None => self.found.push(Found { detector, rule, now, would, count, places }),
            }
        }
    }
}

impl Record {
    /// Writes down a decided message. `view` is `None` where no policy was available.
    #[must_use]
    pub fn new<'v>(
        view: Option<&View<'_>>,
        policy: &str,
        subject: &Subject,
        roles: impl Iterator<Item = &'v str>,
        facts: &Facts<'_>,
    ) -> Record {
        let mut out = String::with_capacity(1024);
        out.push_str(r#"{"v":"#);
        push_number(&mut out, VERSION);
        word(&mut out, "kind", Some(facts.kind));
        word(&mut out, "detail", facts.detail);
        string(&mut out, "server", Some(facts.server));
        string(&mut out, "host", Some(facts.host));
        string(&mut out, "path", Some(facts.path));
        string(&mut out, "method", Some(facts.method));
        if let Some((kind, name)) = facts.object {
            string(&mut out, kind, Some(name));
        }
        if let Some(id) = facts.id {
            out.push_str(r#","id":"#);
            out.push_str(id);
        }
        outcome(&mut out, view, facts.outcome);
        word(&mut out, "mode", Some(if facts.is_shadow { "shadow" } else { "enforce" }));
        if let Some(shadow) = facts.shadow {
            out.push_str(r#","shadow":{"#);
            let start = out.len();
            outcome(&mut out, view, shadow);
            out.remove(start); // the comma
            out.push('}');
        }
        subject_of(&mut out, subject, roles);
        string(&mut out, "session", facts.session.map(short_digest).as_deref());
        string(&mut out, "protocol", facts.protocol);
        word(&mut out, "era", Some(facts.era));
        string(&mut out, "request_id", Some(facts.request_id));
        string(&mut out, "policy", Some(policy));
        arguments(&mut out, facts);
        found(&mut out, facts.found);
        Record { open: out }
    }

    /// The finished record; a message of the server has no answer.
    #[must_use]
    pub fn finish(mut self, answer: Option<&Answer>) -> String {
        let out = &mut self.open;
        let Some(answer) = answer else {
            out.push('}');
            return self.open;
        };
        out.push_str(r#","response":{"bytes":"#);
        push_number(out, answer.bytes);
        if let Some(hidden) = answer.hidden {
            number(out, "hidden", hidden.into());
        }
        if answer.events > 0 {
            number(out, "events", answer.events);
            number(out, "dropped", answer.dropped);
        }
        word(out, "replaced", answer.replaced.map(Reason::name));
        if let Some(is_error) = answer.is_error {
            out.push_str(if is_error { r#","error":true"# } else { r#","error":false"# });
        }
        found(out, &answer.found);
        out.push_str("}}");
        self.open
    }
}

/// `,"key":number`.
fn number(out: &mut String, key: &str, number: u64) {
    member(out, key);
    push_number(out, number);
}

/// `,"key":"word"`, where the word is one of ours, with nothing to escape in it; nothing for `None`.
fn word(out: &mut String, key: &str, word: Option<&'static str>) {
    let Some(word) = word else { return };
    member(out, key);
    out.push('"');
    out.push_str(word);
    out.push('"');
}

/// `,"key":`
fn member(out: &mut String, key: &str) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
}

/// `,"key":"text"`, cut to [`TEXT_BYTES_MAX`]; nothing for `None`.
fn string(out: &mut String, key: &str, text: Option<&str>) {
    let Some(text) = text else { return };
    member(out, key);
    match text.as_bytes().get(..TEXT_BYTES_MAX) {
        // The cut may fall into a character, hence bytes.
        Some(cut) if text.len() > TEXT_BYTES_MAX => write_string_bytes(out, cut),
        _ => write_string(out, text),
    }
}

fn outcome(out: &mut String, view: Option<&View<'_>>, outcome: Outcome) {
    word(out, "decision", Some(outcome.verdict.name()));
    let rule = outcome.rule.and_then(|number| {
        let view = view?;
        Some(view.text(view.rules.get(number as usize)?.id))
    });
    string(out, "rule", rule);
    word(out, "reason", Some(outcome.reason.name()));
}

fn subject_of<'v>(out: &mut String, subject: &Subject, roles: impl Iterator<Item = &'v str>) {
    out.push_str(r#","subject":{"#);
    let start = out.len();
    string(out, "user", subject.user.as_deref());
    string(out, "agent", subject.agent.as_deref());
    string(out, "tenant", subject.tenant.as_deref());
    string(out, "workload", subject.workload.as_deref());
    string(out, "token", subject.token.as_deref());
    names(out, ["groups", "groups_more"], subject.groups.as_deref());
    names(out, ["scopes", "scopes_more"], subject.scopes.as_deref());
    let mut roles = roles.peekable();
    if roles.peek().is_some() {
        out.push_str(r#","roles":["#);
        for (index, role) in roles.enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_string(out, role);
        }
        out.push(']');
    }
    if out.len() > start {
        out.remove(start); // the first comma
    }
    out.push('}');
}

/// `,"key":[…]` with the first of the names, and `,"more":…` with the number of those left out; nothing where they
/// are not known.
fn names(out: &mut String, [key, more]: [&str; 2], names: Option<&[String]>) {
    let Some(names) = names else { return };
    member(out, key);
    out.push('[');
    let (mut shown, mut bytes) = (0_usize, 0_usize);
    for name in names.iter().take(NAMES_MAX) {
        bytes = bytes.saturating_add(name.len());
        if bytes > TEXT_BYTES_MAX {
            break;
        }
        if shown > 0 {
            out.push(',');
        }
        write_string(out, name);
        shown = shown.saturating_add(1);
    }
    out.push(']');
    if shown < names.len() {
        number(out, more, names.len().saturating_sub(shown) as u64);
    }
}

/// `,"found":[…]`: detectors, what is done, how many and where; never the values.
fn found(out: &mut String, all: &[Found]) {
    if all.is_empty() {
        return;
    }
    out.push_str(r#","found":["#);
    for (index, found) in all.iter().enumerate() {
        out.push_str(if index > 0 { ",{" } else { "{" });
        let start = out.len();
        string(out, "detector", Some(&found.detector));
        out.remove(start); // the comma
        string(out, "rule", Some(&found.rule));
        word(out, "treatment", Some(found.now.name()));
        word(out, "would", found.would.map(Treatment::name));
        number(out, "count", found.count.into());
        out.push_str(r#","at":["#);
        for (index, place) in found.places.iter().enumerate() {
            out.push_str(if index > 0 { ",[" } else { "[" });
            push_number(out, place.start as u64);
            out.push(',');
            push_number(out, place.end as u64);
            out.push(']');
        }
        out.push_str("]}");
    }
    out.push(']');
}

fn arguments(out: &mut String, facts: &Facts<'_>) {
    if facts.capture == Capture::None {
        return;
    }
    let Some(value) = facts.arguments else {
        // Said, so that it is not taken for a record without them.
        if facts.kind == "request" && facts.method == Method::ToolsCall.name() {
            out.push_str(r#","arguments":{"bytes":0}"#);
        }
        return;
    };
    out.push_str(r#","arguments":{"bytes":"#);
    push_number(out, value.raw().len() as u64);
    out.push_str(r#","digest":"sha256:"#);
    push_hex(out, &Sha256::digest(value.raw().as_bytes()));
    out.push('"');
    let whole = out.len();
    // What a detector found in them is not written down beside it.
    let capture = match facts.capture {
        Capture::Full | Capture::Redacted if !facts.found.is_empty() => Capture::Digest,
        capture => capture,
    };
    match capture {
        Capture::None | Capture::Digest => {}
        Capture::Redacted => {
            out.push_str(r#","shape":"#);
            shape(out, value);
        }
        Capture::Full => {
            out.push_str(r#","value":"#);
            push_one_line(out, value.raw());
        }
    }
    if out.len() > RECORD_BYTES_MAX {
        out.truncate(whole);
        out.push_str(r#","dropped":"record-too-large""#);
    }
    out.push('}');
}

/// The value with every scalar replaced by the name of its type.
fn shape(out: &mut String, value: Value<'_>) {
    match value.kind() {
        Kind::Object => {
            out.push('{');
            for (index, (key, value)) in value.members().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                shape(out, value);
            }
            out.push('}');
        }
        Kind::Array => {
            out.push('[');
            for (index, value) in value.items().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                shape(out, value);
            }
            out.push(']');
        }
        Kind::String => out.push_str(r#""string""#),
        Kind::Number => out.push_str(r#""number""#),
        Kind::Bool => out.push_str(r#""boolean""#),
        Kind::Null => out.push_str("null"),
    }
}

/// Enough to tell sessions apart, too little to take one over.
fn short_digest(text: &str) -> String {
    let mut digest = String::new();
    push_hex(&mut digest, Sha256::digest(text.as_bytes()).get(..8).unwrap_or(&[]));
    digest
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn groups_and_scopes_are_told_up_to_a_bound() {
        let written = |groups: Option<Vec<String>>| {
            let mut out = String::new();
            let subject = Subject { groups, ..Subject::default() };
            subject_of(&mut out, &subject, core::iter::empty());
            out
        };
        let many = |count: usize, bytes: usize| (0..count).map(|_| "g".repeat(bytes)).collect::<Vec<_>>();
        assert_eq!(written(None), r#","subject":{}"#);
        assert_eq!(written(Some(Vec::new())), r#","subject":{"groups":[]}"#, "known to be none");
        assert_eq!(written(Some(many(2, 1))), r#","subject":{"groups":["g","g"]}"#);
        let cut = written(Some(many(NAMES_MAX + 3, 1)));
        assert!(cut.contains(r#""g"],"groups_more":3}"#), "{cut}");
        let long = written(Some(many(3, TEXT_BYTES_MAX / 2)));
        assert!(long.ends_with(r#""],"groups_more":1}"#) && long.len() < TEXT_BYTES_MAX + 64, "{long}");
        let larger = written(Some(many(1, TEXT_BYTES_MAX + 1)));
        assert_eq!(larger, format!(r#","subject":{{"groups":[],"groups_more":1}}"#));
    }
}
