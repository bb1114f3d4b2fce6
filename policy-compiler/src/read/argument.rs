//! `args:`, the tests of a call's arguments.

use super::operator::{NESTING_MAX, operators};
use super::value::Reader;
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{ArgumentTest, Combined},
    source::Span,
    syntax::{Node, Value},
};

/// Keys from the arguments object down to a tested value.
const PATH_KEYS_MAX: usize = 16;

/// A map from paths to operators, or `all`, `any` and `not` of such maps.
pub(super) fn tests(reader: &mut Reader, node: &Node, depth: usize) -> Vec<ArgumentTest> {
    let entries = reader.entries(node).unwrap_or_default();
    if entries.is_empty() {
        reader.empty_map(node);
    }
    if depth > NESTING_MAX {
        too_deep(reader, node);
        return Vec::new();
    }
    let mut found = Vec::new();
    for entry in entries {
        let below = |reader: &mut Reader, node: &Node| tests(reader, node, depth + 1);
        // An argument may have these names too; its operators are a map.
        match (entry.key.as_ref(), &entry.node.value) {
            ("all", Value::List(items)) => {
                let all = items.iter().map(|item| below(reader, item)).collect();
                found.push(ArgumentTest::Combined(Combined::All(all)));
            }
            ("any", Value::List(items)) => {
                let any = items.iter().map(|item| below(reader, item)).collect();
                found.push(ArgumentTest::Combined(Combined::Any(any)));
            }
            ("not", _) => {
                let not = Box::new(below(reader, &entry.node));
                found.push(ArgumentTest::Combined(Combined::Not(not)));
            }
            _ => {
                let written = reader.key(entry);
                let path = written.and_then(|written| path(reader, &written.value, written.span));
                let operators = operators(reader, &entry.node, Some(&entry.key), depth + 1);
                if let Some(path) = path {
                    found.push(ArgumentTest::At { path, span: entry.key_span, operators });
                }
            }
        }
        if let (key @ ("all" | "any"), Value::List(items)) = (entry.key.as_ref(), &entry.node.value)
            && items.is_empty()
        {
            reader.empty_combination(key, &entry.node);
        }
    }
    found
}

pub(super) fn too_deep(reader: &mut Reader, node: &Node) {
    let message = format!("conditions nest at most {NESTING_MAX} deep");
    reader.push(Diagnostic::error(Code::TooLarge, node.span, message));
}

/// Keys separated by dots; `[…]` holds an index, or a key in double quotes.
pub(super) fn path(reader: &mut Reader, written: &str, span: Span) -> Option<Vec<String>> {
    let Some(path) = segments(written) else {
        let message = format!("`{written}` is no argument path");
        reader.push(Diagnostic::error(Code::BadValue, span, message).help(
            "write the keys from the arguments object down, such as `issue.title`, `files[0].path` or `[\"a.b\"]`",
        ));
        return None;
    };
    if path.len() > PATH_KEYS_MAX {
        let message =
            format!("an argument path has at most {PATH_KEYS_MAX} keys, this one has {}", path.len());
        reader.push(Diagnostic::error(Code::TooLarge, span, message));
        return None;
    }
    Some(path)
}

fn segments(written: &str) -> Option<Vec<String>> {
    let mut path = Vec::new();
    let mut rest = written;
    while !rest.is_empty() {
        let (segment, behind) = if let Some(bracketed) = rest.strip_prefix('[') {
            match bracketed.strip_prefix('"') {
                Some(quoted) => quoted.split_once("\"]")?,
                None => bracketed
                    .split_once(']')
                    .filter(|(index, _)| index.bytes().all(|byte| byte.is_ascii_digit()))?,
            }
        } else {
            rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
        };
        if segment.is_empty() || segment.contains(']') && !rest.starts_with('[') {
            return None;
        }
        path.push(segment.to_owned());
        rest = match behind.strip_prefix('.') {
            Some(next) if next.is_empty() || next.starts_with(['.', '[']) => return None,
            Some(next) => next,
            None if behind.is_empty() || behind.starts_with('[') => behind,
            None => return None,
        };
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn paths_are_keys_and_indices() {
        let read = |written| segments(written).map(|path| path.join("|"));
        for (written, path) in [
            ("a", "a"),
            ("a.b", "a|b"),
            ("a.0.b", "a|0|b"),
            ("a[0].b[1][2]", "a|0|b|1|2"),
            ("[\"a.b\"].c", "a.b|c"),
            ("a[\"b]\"]", "a|b]"),
        ] {
            assert_eq!(read(written).as_deref(), Some(path), "{written}");
        }
        for written in
            ["", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[0]b", "a]", "a.[0]", "[\"\"]", "[\"a"]
        {
            assert_eq!(read(written), None, "{written}");
        }
    }
}
