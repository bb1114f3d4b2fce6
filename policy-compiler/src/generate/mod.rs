//! A first policy for a server, from the tools it lists: reads are allowed, writes need approval, the rest is denied.
//! What is guessed is marked, and the guess that restricts more is taken.

mod classify;

use std::fmt::Write;

use serde_json::Value;

use crate::{diagnostic::any_error, format, source::Source};
use classify::classify;

/// Tools of a list that are looked at.
const TOOLS_MAX: usize = 10_000;

/// What a policy is written from.
#[derive(Debug)]
pub struct Listing {
    /// What rules call the server.
    pub server: String,
    /// Where the list came from, for people.
    pub origin: String,
    /// Host and path of the server, where they are known.
    pub traffic: Option<(String, String)>,
    /// The file with the list, where it lies beside the policy.
    pub schema: Option<String>,
    /// The tools, as the server lists them.
    pub tools: Vec<Value>,
}

/// The tools in the answer to `tools/list`, its result, or the bare array; `None` where there are none.
pub fn tools(answer: &Value) -> Option<Vec<Value>> {
    let list = answer.pointer("/result/tools").or_else(|| answer.get("tools")).unwrap_or(answer);
    list.as_array().cloned()
}

/// A name for rules, from any text.
pub fn server_name(text: &str) -> String {
    let mut name = String::new();
    for char in text.chars().take(64) {
        if char.is_ascii_alphanumeric() {
            name.push(char.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    if name.is_empty() { "server".to_owned() } else { name.to_owned() }
}

/// The policy. It compiles.
pub fn policy(listing: &Listing) -> String {
    let server = &listing.server;
    let mut text = format!(
        "# A first policy for the tools of {}, least privilege first.\n\
         # What was guessed is marked `guess`, with the grounds: correct it, then remove the mark.\n\
         # Try it without enforcing anything: `mode: shadow`.\n\
         version: v1\nservers:\n  {server}:\n    owner: nobody@example.invalid # guess: say who answers for it\n",
        one_line(&listing.origin),
    );
    // Writing to a string cannot fail, here and below.
    match &listing.traffic {
        Some((host, path)) => {
            let _ = writeln!(
                text,
                "    match: {{ hosts: [{}], paths: [{}] }} # guess: how the list was asked for; clients may use other names",
                quoted(host),
                quoted(path)
            );
        }
        None => text.push_str(
            "    # without `match` it is recognised by the cluster or the route metadata of its name\n",
        ),
    }
    if let Some(file) = &listing.schema {
        let _ = writeln!(
            text,
            "    schema: {} # with `enforce_schema: true` what does not fit the input schemas is denied",
            quoted(file)
        );
    }
    text.push_str(
        "    action: destructive # tools that are not listed here are denied until somebody has looked\n",
    );
    let mut left_out = 0_usize;
    let mut lines = String::new();
    let mut names: Vec<&str> = Vec::new();
    for tool in listing.tools.iter().take(TOOLS_MAX) {
        match tool.get("name").and_then(Value::as_str) {
            Some(name) if is_usable(name) && !names.contains(&name) => {
                names.push(name);
                let guess = classify(name, tool.get("annotations"));
                let _ = writeln!(
                    lines,
                    "      {}: {{ action: {} }} # guess: {}",
                    quoted(name),
                    guess.action.name(),
                    guess.grounds
                );
            }
            _ => left_out += 1,
        }
    }
    left_out += listing.tools.len().saturating_sub(TOOLS_MAX);
    if left_out > 0 {
        let _ = writeln!(
            text,
            "    # {left_out} tools are left out: their names are there twice or cannot stand in a policy"
        );
    }
    if !lines.is_empty() {
        let _ = write!(text, "    tools:\n{lines}");
    }
    let _ = write!(
        text,
        "roles:\n  {server}-users: {{ groups: [{server}-users] }} # guess: name the people, groups or agents that need it\n\
         rules:\n\
         - id: {server}-reads\n  match:\n    labels: {{ mcp.server: {server}, mcp.method: tools/call, mcp.action: read }}\n    \
         subject: {{ roles: [{server}-users] }}\n  decision: ALLOW\n\
         - id: {server}-writes-need-a-human\n  match:\n    labels: {{ mcp.server: {server}, mcp.method: tools/call, mcp.action: write }}\n    \
         subject: {{ roles: [{server}-users] }}\n  decision: REQUIRE_APPROVAL\n\
         - id: {server}-destroys-nothing\n  match: {{ labels: {{ mcp.server: {server}, mcp.action: destructive }} }}\n  decision: DENY\n",
    );
    let source = Source { path: String::new(), text };
    let (formatted, _) = format::format(&source);
    formatted.unwrap_or(source.text)
}

/// Whether the name can stand in a policy as one tool: text that the compiler takes, and no glob.
fn is_usable(name: &str) -> bool {
    let text =
        format!("version: v1\nservers: {{ s: {{ tools: {{ {}: {{}} }} }} }}\nrules: []\n", quoted(name));
    let (_, diagnostics) = crate::read_policy(&Source { path: String::new(), text });
    !name.contains('*') && !any_error(&diagnostics)
}

/// Text as YAML: as it is where nothing in it could mean anything, otherwise in double quotes.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/'))
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { Value::from(text).to_string() }
}

fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
