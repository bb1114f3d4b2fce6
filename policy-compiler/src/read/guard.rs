//! `guards:` of servers and rules.

use super::{argument, value::Reader};
use crate::{
    diagnostic::{Code, Diagnostic, one_of},
    policy::{Guard, GuardTest, Text},
    source::Span,
    syntax::{Node, Value},
};

/// Names of guards, each alone for all arguments, or with the paths of those that it is about.
pub(super) fn guards(reader: &mut Reader, node: &Node) -> Vec<GuardTest> {
    let mut found: Vec<GuardTest> = Vec::new();
    let items = reader.list(node, "guards").unwrap_or_default();
    if matches!(&node.value, Value::List(items) if items.is_empty()) {
        reader.empty_list(node);
    }
    for item in items {
        let Value::Map(entries) = &item.value else {
            let name = reader.text(item);
            found.extend(name.and_then(|name| test(reader, &name, Vec::new())));
            continue;
        };
        reader.empty_map(item);
        for entry in entries {
            let name = reader.key(entry);
            let texts = reader.texts(&entry.node, "an argument path");
            let paths: Vec<_> =
                texts.iter().filter_map(|text| argument::path(reader, &text.value, text.span)).collect();
            // Without the paths that could not be read it would be about all arguments.
            if paths.len() == texts.len() && !paths.is_empty() {
                found.extend(name.and_then(|name| test(reader, &name, paths)));
            }
        }
    }
    duplicates(reader, &found);
    found
}

fn test(reader: &mut Reader, name: &Text, paths: Vec<Vec<String>>) -> Option<GuardTest> {
    let guard = Guard::ALL.into_iter().find(|guard| guard.name() == name.value);
    if guard.is_none() {
        let message = format!("unknown guard `{}`", name.value);
        let names = Guard::ALL.map(Guard::name);
        reader.push(Diagnostic::error(Code::BadValue, name.span, message).help(one_of(&name.value, names)));
    }
    guard.map(|guard| GuardTest { guard, span: name.span, paths })
}

/// Reports a guard that is there twice: which arguments it is about is then hard to see.
fn duplicates(reader: &mut Reader, found: &[GuardTest]) {
    let mut first: Vec<(Guard, Span)> = Vec::new();
    for test in found {
        match first.iter().find(|(guard, _)| *guard == test.guard) {
            Some((guard, span)) => reader.push(
                Diagnostic::error(Code::Duplicate, test.span, format!("duplicate guard `{}`", guard.name()))
                    .also(*span, "first used here")
                    .help("list all its arguments in one place, or none for all of them"),
            ),
            None => first.push((test.guard, test.span)),
        }
    }
}
