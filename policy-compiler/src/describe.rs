//! A table's conditions in words, for `show` and `explain`.

use mcpgov_engine::table::{
    View, Words,
    format::{Label, Literal, Node, Op},
};

use crate::policy::{DIMENSIONS, LABELS};

/// A condition node with the nodes below it.
#[derive(Clone, Copy)]
pub struct Condition<'t> {
    /// The node.
    pub node: &'t Node,
    /// The nodes below it, in preorder; empty for leaves.
    pub below: &'t [Node],
}

/// Splits a run of nodes in preorder into its members.
pub fn members(mut nodes: &[Node]) -> impl Iterator<Item = Condition<'_>> {
    std::iter::from_fn(move || {
        let (node, rest) = nodes.split_first()?;
        let group = matches!(Op::from_number(node.op), Some(Op::All | Op::Any | Op::Not));
        let length = if group { node.value.get() as usize } else { 0 };
        let (below, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        nodes = after;
        Some(Condition { node, below })
    })
}

/// The condition on one line.
pub fn condition(view: &View, condition: Condition) -> String {
    let join = |word: &str| {
        let parts: Vec<String> = members(condition.below).map(|member| nested(view, member)).collect();
        if parts.is_empty() { format!("{word} of nothing") } else { parts.join(&format!(" {word} ")) }
    };
    match Op::from_number(condition.node.op) {
        Some(Op::All) => join("and"),
        Some(Op::Any) => join("or"),
        Some(Op::Not) => format!("not ({})", join("and")),
        _ => leaf(view, condition.node),
    }
}

/// Parentheses where a reader would need them: around a group of several inside another group.
fn nested(view: &View, member: Condition) -> String {
    let text = condition(view, member);
    let several = members(member.below).count() > 1 && Op::from_number(member.node.op) != Some(Op::Not);
    if several { format!("({text})") } else { text }
}

/// A leaf in words, as in ``mcp.tool is `create_issue` ``.
pub fn leaf(view: &View, node: &Node) -> String {
    let words = view.list(node.value.get(), u32::from(node.len.get()));
    match Op::from_number(node.op) {
        Some(op @ (Op::LabelIn | Op::LabelGlob)) => {
            let own = node.arg == Label::Own as u8;
            let (name, values) = match LABELS.iter().find(|(_, label)| *label as u8 == node.arg) {
                Some((name, _)) => (*name, words),
                None => (words.get(0).map_or("", |id| view.text(id)), words.skip(usize::from(own))),
            };
            format!("{name} {} {}", verb(op == Op::LabelGlob), alternatives(view, values))
        }
        Some(op @ (Op::SubjectIn | Op::SubjectGlob)) => {
            let key = DIMENSIONS
                .iter()
                .find(|(_, dimension)| *dimension as u8 == node.arg)
                .map_or("", |(key, _)| *key);
            format!("subject.{key} {} {}", verb(op == Op::SubjectGlob), alternatives(view, words))
        }
        Some(Op::Role) => {
            let role = view.roles.get(node.value.get() as usize);
            format!("subject.roles is `{}`", role.map_or("", |role| view.text(role.name)))
        }
        Some(Op::RiskTag) => format!("risk tag is {}", alternatives(view, words)),
        Some(op @ (Op::ArgIn | Op::ArgGlob | Op::ArgExists)) => argument(view, op, words),
        Some(Op::All | Op::Any | Op::Not) | None => String::new(),
    }
}

/// Words of an argument test: the length of the path, the path, then what is compared with.
fn argument(view: &View, op: Op, words: Words) -> String {
    let path_len = words.get(0).unwrap_or_default() as usize;
    let path: Vec<&str> = words.skip(1).take(path_len).iter().map(|id| view.text(id)).collect();
    let path = format!("argument `{}`", path.join("."));
    let rest = words.skip(path_len.saturating_add(1));
    match op {
        Op::ArgGlob => format!("{path} matches {}", alternatives(view, rest)),
        Op::ArgIn => {
            let numbers: Vec<u32> = rest.iter().collect();
            let literals: Vec<String> = numbers
                .chunks_exact(2)
                .map(|pair| match pair {
                    [kind, text] => literal(*kind, view.text(*text)),
                    _ => String::new(),
                })
                .collect();
            format!("{path} is {}", literals.join(" or "))
        }
        _ => format!("{path} exists"),
    }
}

/// Strings in quotes, so that `"1"` is not taken for the number.
fn literal(kind: u32, text: &str) -> String {
    let string = u8::try_from(kind).is_ok_and(|kind| kind == Literal::String as u8);
    let null = kind == Literal::Null as u32;
    if string { format!("`\"{text}\"`") } else { format!("`{}`", if null { "null" } else { text }) }
}

fn verb(glob: bool) -> &'static str {
    if glob { "matches" } else { "is" }
}

fn alternatives(view: &View, words: Words) -> String {
    words.iter().map(|id| format!("`{}`", view.text(id))).collect::<Vec<_>>().join(" or ")
}
