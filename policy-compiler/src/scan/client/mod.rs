//! Configuration files of MCP clients: which servers they start or call, and what they give them.

mod server;
mod toml;
mod yaml;

use std::collections::{BTreeSet, HashMap};

use mcpgov_engine::{
    registry::{Traffic, recognise},
    table::Table,
};
use serde_json::Value;

use super::{
    Detect, Detector, Finding, Severity, any,
    hidden::Hidden,
    in_comments,
    piece::{Piece, pieces},
    relaxed::{Relaxed, relaxed},
    sorted, texts,
};
use crate::source::{Source, Span};
use server::{Server, servers};

/// What clients call the files that hold nothing but servers, and settings that are known by their name: Claude Code, Cursor and
/// VS Code, Windsurf, Claude Desktop, Cline, Roo Code.
const NAMES: [&str; 7] = [
    ".mcp.json",
    ".claude.json",
    "mcp.json",
    "mcp_config.json",
    "claude_desktop_config.json",
    "cline_mcp_settings.json",
    "mcp_settings.json",
];

/// Largest configuration in TOML or YAML that is read: what people write by hand.
const BYTES_MAX: usize = 1 << 20;

/// A configuration that is no JSON: its values, and its texts in the order written.
#[derive(Debug, Default)]
struct Document {
    value: Value,
    texts: Vec<Text>,
    /// Whether a client may read more in it than is here.
    is_partial: bool,
}

/// A text of a document.
#[derive(Debug)]
struct Text {
    text: String,
    /// The name of the member whose value it is, itself or in a list.
    key: Option<String>,
    /// The way to it.
    path: String,
    /// Where it is written, without quotes.
    span: Span,
}

/// Whether a file is a client's configuration by its name.
#[must_use]
pub fn is_configuration(path: &str) -> bool {
    path.rsplit(['/', '\\']).next().is_some_and(|name| NAMES.contains(&name))
}

/// What is in a client's configuration: what the detectors find, and, with a `registry`, the servers it does not have.
/// TOML and YAML are known by the end of the file's name; all else is JSON, with comments or without.
///
/// # Errors
/// The text is none of these; with what is wrong, and nothing of the text.
pub fn configuration(
    detect: &dyn Detect,
    source: &Source,
    registry: Option<&Table<Vec<u8>>>,
) -> Result<Vec<Finding>, String> {
    if source.text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let end = source.path.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default();
    let document = match end.as_str() {
        "toml" | "yaml" | "yml" if source.text.len() > BYTES_MAX => {
            return Err(format!(
                "is larger than {BYTES_MAX} bytes, which no configuration in this format is"
            ));
        }
        "toml" => toml::read(source).map_err(|error| format!("is no configuration in TOML: {error}"))?,
        "yaml" | "yml" => {
            yaml::read(source).map_err(|error| format!("is no configuration in YAML: {error}"))?
        }
        _ => return json(detect, source, registry),
    };
    if registry.is_some() && document.is_partial {
        return Err("has aliases or names that are not read, so that its servers are not certain".to_owned());
    }
    Ok(other(detect, source, &document, registry))
}

fn json(
    detect: &dyn Detect,
    source: &Source,
    registry: Option<&Table<Vec<u8>>>,
) -> Result<Vec<Finding>, String> {
    let Relaxed { json, comments } = relaxed(&source.text);
    let document: Value =
        serde_json::from_str(&json).map_err(|error| format!("is no configuration in JSON: {error}"))?;
    let mut pieces = pieces(&json);
    // It has no ways then, and which of the two a client reads nobody knows.
    if registry.is_some() && document.is_object() && pieces.iter().any(|piece| piece.path.is_empty()) {
        return Err("has a name twice in one object, so that its servers are not certain".to_owned());
    }
    name_values_of_flags(&mut pieces);
    let mut found = in_comments(detect, comments.as_deref());
    let places = pieces.iter().map(|piece| (piece.path.as_str(), piece.span(&(0..piece.text.len()))));
    found.extend(strangers(detect, &document, registry, &places.collect()));
    Ok(texts(detect, &pieces, found))
}

/// TOML and YAML are looked through as the texts that they are, but for values whose names stand in another line.
fn other(
    detect: &dyn Detect,
    source: &Source,
    document: &Document,
    registry: Option<&Table<Vec<u8>>>,
) -> Vec<Finding> {
    let mut findings = any(detect, source);
    let known: BTreeSet<_> =
        findings.iter().map(|found| (found.span.start, found.detector.name.clone())).collect();
    let mut flags = Flags::default();
    for text in &document.texts {
        let Some(flag) = flags.next(text.key.as_deref(), &text.text) else { continue };
        for found in detect.find(&text.text, Some(&flag)) {
            let exact =
                Span { start: text.span.start + found.place.start, end: text.span.start + found.place.end };
            // Where escapes stand for it, all of the value is the place.
            let span = if source.slice(text.span) == text.text { exact } else { text.span };
            if !known.contains(&(span.start, found.detector.name.clone())) {
                let (path, message) = (text.path.clone(), String::new());
                findings.push(Finding { detector: found.detector, span, path, message });
            }
        }
    }
    let places = document.texts.iter().map(|text| (text.path.as_str(), text.span));
    findings.extend(strangers(detect, &document.value, registry, &places.collect()));
    let mut hidden = Hidden::default();
    for found in findings.iter().filter(|found| found.detector.confidential) {
        hidden.add(source.slice(found.span));
    }
    hide_names(detect, &document.value, &mut hidden);
    for finding in &mut findings {
        hidden.remove_from(&mut finding.path);
    }
    sorted(findings)
}

/// Names with a secret in them are no part of the ways that are shown.
fn hide_names(detect: &dyn Detect, value: &Value, hidden: &mut Hidden) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_confidential(detect, name) {
                    hidden.add(name);
                }
                hide_names(detect, member, hidden);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| hide_names(detect, item, hidden)),
        _ => {}
    }
}

fn is_confidential(detect: &dyn Detect, text: &str) -> bool {
    detect.find(text, None).iter().any(|found| found.detector.confidential)
}

/// A value after `--api-key` is the value of `api-key`.
fn name_values_of_flags(pieces: &mut [Piece]) {
    let mut flags = Flags::default();
    for piece in pieces.iter_mut().filter(|piece| !piece.is_name) {
        if let Some(flag) = flags.next(piece.key.as_deref(), &piece.text) {
            piece.key = Some(flag);
        }
    }
}

/// Members that hold the arguments of a command.
const ARGUMENTS: [&str; 2] = ["args", "command"];

/// Goes through the texts of a document in their order.
#[derive(Default)]
struct Flags {
    last: Option<String>,
}

impl Flags {
    /// The flag whose value this text is.
    fn next(&mut self, key: Option<&str>, text: &str) -> Option<String> {
        let is_argument = key.is_some_and(|key| ARGUMENTS.contains(&key));
        let name = text.strip_prefix('-').map(|name| name.trim_start_matches('-')).filter(|_| is_argument);
        let of = self.last.take().filter(|_| is_argument && name.is_none());
        self.last = name.filter(|name| !name.is_empty() && !name.contains('=')).map(str::to_owned);
        of
    }
}

/// The servers that the registry does not have; `places` are those of texts, by the way to them.
fn strangers(
    detect: &dyn Detect,
    document: &Value,
    registry: Option<&Table<Vec<u8>>>,
    places: &HashMap<&str, Span>,
) -> Vec<Finding> {
    let Some(registry) = registry else { return Vec::new() };
    // What is said of a server must not say a secret either.
    let shown = |text: &str| if is_confidential(detect, text) { "…".to_owned() } else { text.to_owned() };
    let finding = |server: Server| {
        let message = unregistered(&server, registry, shown)?;
        let detector = Detector {
            name: "config.unregistered_server".to_owned(),
            severity: Severity::High,
            confidential: false,
        };
        let span = places.get(server.path.as_str()).copied().unwrap_or_default();
        Some(Finding { detector, span, path: server.path, message })
    };
    servers(document).into_iter().filter_map(finding).collect()
}

/// Why the registry does not know the server, if it does not.
fn unregistered(
    server: &Server,
    registry: &Table<Vec<u8>>,
    shown: impl Fn(&str) -> String,
) -> Option<String> {
    let view = registry.view();
    let Some(url) = &server.url else {
        let known = view.servers.iter().any(|known| view.text(known.name) == server.name);
        let name = || shown(&server.name);
        return (!known)
            .then(|| format!("the registry has no server `{}`, which the client starts itself", name()));
    };
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let traffic =
        Traffic { host, path: if path.starts_with('/') { path } else { "/" }, cluster: None, route: None };
    let known = recognise(&view, &traffic).number.is_some();
    (!known).then(|| format!("the registry has no server for the host `{}` and this path", shown(host)))
}

#[cfg(test)]
mod tests {
    use super::name_values_of_flags;
    use crate::scan::piece::pieces;
    use serde_json::json;

    #[test]
    fn the_value_after_a_flag_is_the_flags() {
        let source = json!({ "args": ["-y", "--api-key", "v", "w", "--port=1", "x"] }).to_string();
        let mut pieces = pieces(&source);
        name_values_of_flags(&mut pieces);
        let keys: Vec<_> = pieces.iter().skip(1).map(|piece| piece.key.as_deref().unwrap()).collect();
        assert_eq!(keys, ["args", "args", "api-key", "args", "args", "args"]);
    }
}
