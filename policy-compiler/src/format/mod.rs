//! The canonical form of a policy or a test file: order of keys, layout, indentation. Scalars and comments stay as their
//! author wrote them, and so does the order of what the author names: servers, rules, arguments.

mod comment;
mod layout;

use crate::{
    diagnostic::{Diagnostic, any_error},
    source::Source,
    syntax::{self, Node, Value},
};

/// The canonical text; `None` where the text is not usable YAML, which the diagnostics say. Formatting the result again
/// changes nothing.
pub fn format(source: &Source) -> (Option<String>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let Some(root) = syntax::parse(source, &mut diagnostics).filter(|_| !any_error(&diagnostics)) else {
        return (None, diagnostics);
    };
    let comments = comment::comments(source, &root);
    let text = layout::text(source, &root, &comments);
    // Whoever runs a formatter does not read the result: it says the same, or it is not written.
    (same_meaning(&root, comments.count(), &text).then_some(text), diagnostics)
}

fn same_meaning(root: &Node, comments: usize, text: &str) -> bool {
    let source = Source { path: String::new(), text: text.to_owned() };
    let mut diagnostics = Vec::new();
    let again = syntax::parse(&source, &mut diagnostics);
    again.is_some_and(|again| same(root, &again) && comment::comments(&source, &again).count() == comments)
}

/// Equal apart from the order of keys.
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) | (Value::Text(a), Value::Text(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let found = |entry: &syntax::Entry| {
                b.iter().any(|other| other.key == entry.key && same(&entry.node, &other.node))
            };
            a.len() == b.len() && a.iter().all(found)
        }
        _ => false,
    }
}
