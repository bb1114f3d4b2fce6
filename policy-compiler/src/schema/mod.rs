//! Input schemas of a server's tools: a saved answer to `tools/list`.
//!
//! Rules are checked against them ([`crate::check`]), and with `enforce_schema` they become rules themselves: one per
//! tool that denies what does not fit ([`enforce`]), and one that denies tools which are not listed.

pub mod enforce;
mod equal;
mod json;
mod pattern;
pub mod shape;

pub use json::{Node, Value};

use mcpgov_engine::table::source::{self, is_glob};

use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Label, Text, Verdict},
    source::Span,
};

/// Most tools of one server.
const TOOLS_MAX: usize = 10_000;
/// Longest name of a tool; longer ones would not fit into a rule's id.
const NAME_BYTES_MAX: usize = 128;

/// What a server says about its tools.
#[derive(Debug, Default)]
pub struct Listing {
    /// The tools, each name once.
    pub tools: Vec<Tool>,
    /// The rules' part of it, where it is enforced.
    pub enforced: Option<Vec<Enforced>>,
}

/// A tool and its input schema.
#[derive(Debug)]
pub struct Tool {
    /// Its name, and where the tool stands.
    pub name: Text,
    /// The schema.
    pub input: Node,
}

/// What a tool's arguments must meet.
#[derive(Debug)]
pub struct Enforced {
    /// The tool.
    pub tool: Text,
    /// `None`: anything fits.
    pub test: Option<source::ArgumentTest>,
}

/// Reads a saved answer to `tools/list`, its result or the bare array. The text begins at `base` in that of all files.
pub fn read(text: &str, base: usize, diagnostics: &mut Vec<Diagnostic>) -> Option<Listing> {
    let answer = json::parse(text, base, diagnostics)?;
    let list = answer.get("result").unwrap_or(&answer);
    let list = list.get("tools").unwrap_or(list);
    let Value::List(items) = &list.value else {
        diagnostics.push(
            Diagnostic::error(Code::BadValue, list.span, "the schema file has no list of tools")
                .help("save the answer to `tools/list`, its result, or the array of tools"),
        );
        return None;
    };
    if items.len() > TOOLS_MAX {
        let message = format!("the schema file lists {} tools, the limit is {TOOLS_MAX}", items.len());
        diagnostics.push(Diagnostic::error(Code::TooLarge, list.span, message));
        return None;
    }
    let mut listing = Listing::default();
    let mut names = std::collections::HashMap::new();
    for item in items {
        let Some(tool) = tool(item, diagnostics) else { continue };
        match names.insert(tool.name.value.clone(), tool.name.span) {
            None => listing.tools.push(tool),
            Some(first) => {
                let message = format!("tool `{}` is listed twice", tool.name.value);
                diagnostics.push(
                    Diagnostic::error(Code::Duplicate, tool.name.span, message)
                        .also(first, "first listed here"),
                );
            }
        }
    }
    Some(listing)
}

fn tool(item: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Tool> {
    let Some((name, span)) = item.get("name").and_then(|name| Some((name.text()?, name.span))) else {
        let message = "an item of the schema file is no tool: it has no `name`";
        diagnostics.push(Diagnostic::error(Code::BadValue, item.span, message));
        return None;
    };
    if name.is_empty() || name.len() > NAME_BYTES_MAX || is_glob(name) || name.chars().any(char::is_control) {
        let message = "the schema file lists a tool whose name cannot stand in a policy";
        diagnostics.push(
            Diagnostic::error(Code::BadValue, span, message)
                .help(format!("names have 1 to {NAME_BYTES_MAX} bytes, no `*` and no control characters")),
        );
        return None;
    }
    // What tools of a list without schemas take is not known, and so anything.
    let anything = || Node { span: item.span, value: Value::Bool(true) };
    let input = item.get("inputSchema").cloned().unwrap_or_else(anything);
    Some(Tool { name: Text::new(name.to_owned(), span), input })
}

/// The id of the rule that holds a tool of a server to its schema; without a tool, to being listed.
pub fn rule_id(server: &str, tool: Option<&str>) -> String {
    match tool {
        Some(tool) => format!("{server}:schema:{tool}"),
        None => format!("{server}:schema"),
    }
}

/// The ids of all rules of a server's schema, with the places they come from.
pub fn rule_ids<'l>(server: &'l str, listing: &'l Listing, place: Span) -> impl Iterator<Item = Text> + 'l {
    let enforced = listing.enforced.iter().flatten().filter(|enforced| enforced.test.is_some());
    let tools = enforced
        .map(move |enforced| Text::new(rule_id(server, Some(&enforced.tool.value)), enforced.tool.span));
    listing.enforced.iter().map(move |_| Text::new(rule_id(server, None), place)).chain(tools)
}

/// The rules of a server's schema.
pub fn rules(server: &str, listing: Listing) -> Vec<source::Rule> {
    let Some(enforced) = listing.enforced else { return Vec::new() };
    let is = |label: Label, values: Vec<String>| source::Condition::Label { label, own: None, values };
    let on_server = || is(Label::Server, vec![server.to_owned()]);
    let deny = |tool: Option<&str>, reason: &str, conditions| source::Rule {
        id: rule_id(server, tool),
        verdict: Verdict::Deny,
        layer: 0,
        shadow: false,
        reason: Some(reason.to_owned()),
        conditions,
        limit: None,
    };
    let mut conditions = vec![on_server(), is(Label::Method, vec!["tools/call".to_owned()])];
    let listed: Vec<String> = enforced.iter().map(|enforced| enforced.tool.value.clone()).collect();
    if !listed.is_empty() {
        conditions.push(source::Condition::Not(Box::new(is(Label::Tool, listed))));
    }
    let mut rules = vec![deny(None, "the schema of the server lists no such tool", conditions)];
    for Enforced { tool, test } in enforced {
        let Some(test) = test else { continue };
        let fits = source::Condition::Arguments(test);
        let conditions = vec![
            on_server(),
            is(Label::Tool, vec![tool.value.clone()]),
            source::Condition::Not(Box::new(fits)),
        ];
        rules.push(deny(
            Some(&tool.value),
            "the arguments do not fit the input schema of the tool",
            conditions,
        ));
    }
    rules
}
