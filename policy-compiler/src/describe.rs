//! A table's conditions in words, for `show` and `explain`.

use mcpgov_engine::{
    guard::Guard,
    network::Network,
    table::{
        View, Words,
        format::{Circumstance, Label, Literal, Node, Op, Relation, Rule},
    },
    window::Window,
};

use crate::{
    policy::{DIMENSIONS, LABELS},
    schema::shape::type_names,
};

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
        let length = node.below() as usize;
        let (below, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        nodes = after;
        Some(Condition { node, below })
    })
}

/// Whether the engine tells how this condition came out as one: leaves, and tests of the items of an array.
pub fn is_told(node: &Node) -> bool {
    !matches!(Op::from_number(node.op), Some(Op::All | Op::Any | Op::Not | Op::At | Op::Whole))
}

/// The condition on one line.
pub fn condition(view: &View, condition: Condition) -> String {
    if parts_of_schema(condition).is_some() {
        return "the arguments do not fit the input schema of the tool".to_owned();
    }
    about(view, condition, "")
}

/// The condition on one line; tests of a value say it of `subject`.
fn about(view: &View, condition: Condition, subject: &str) -> String {
    let parts = |subject: &str| -> Vec<String> {
        members(condition.below).map(|member| nested(view, member, subject)).collect()
    };
    let join = |word: &str, subject: &str| {
        let parts = parts(subject);
        if parts.is_empty() { format!("{word} of nothing") } else { parts.join(&format!(" {word} ")) }
    };
    match Op::from_number(condition.node.op) {
        Some(Op::All) => join("and", subject),
        Some(Op::Any) => match optional(condition) {
            Some(tests) => {
                let parts: Vec<String> = tests.map(|test| nested(view, test, "it")).collect();
                format!("{subject} is missing or {}", parts.join(" and "))
            }
            None => join("or", subject),
        },
        Some(Op::Whole) => format!("the arguments fit the schema: {}", join("and", WHOLE)),
        Some(Op::Rest) => {
            let names = names(view, condition.node);
            let others = if names.is_empty() { "member" } else { "other member" };
            format!("every {others} of {subject}: {}", join("and", "it"))
        }
        Some(Op::Not) => format!("not ({})", join("and", subject)),
        Some(Op::At) => {
            let subject = part(view, condition.node, subject);
            join("and", &subject)
        }
        Some(Op::Each) => format!("every item of {subject}: {}", join("and", "it")),
        Some(Op::Some) => format!("some item of {subject}: {}", join("and", "it")),
        Some(Op::Guard) if subject.is_empty() => {
            format!("an argument {}", value_test(view, Op::Guard, condition.node))
        }
        Some(op) if is_of_value(op) => format!("{subject} {}", value_test(view, op, condition.node)),
        _ => leaf(view, condition.node),
    }
}

/// What the tests below an `At` are about.
fn part(view: &View, node: &Node, subject: &str) -> String {
    let path = names(view, node).join(".");
    if subject.is_empty() || subject == WHOLE {
        format!("argument `{path}`")
    } else {
        format!("its `{path}`")
    }
}

/// The path of an `At`, or the names of a `Rest`.
fn names<'t>(view: &View<'t>, node: &Node) -> Vec<&'t str> {
    let start = node.value.get();
    let len = view.run(start, 1).get(0).unwrap_or_default();
    view.run(start.saturating_add(1), len).iter().map(|id| view.text(id)).collect()
}

/// The tests of a value that may be missing: what `any` has beside "it does not exist".
fn optional(condition: Condition<'_>) -> Option<impl Iterator<Item = Condition<'_>>> {
    let is = |condition: Condition, op: Op| Op::from_number(condition.node.op) == Some(op);
    let mut alternatives = members(condition.below);
    let (missing, present) = (alternatives.next()?, alternatives.next()?);
    let absent = is(missing, Op::Not) && members(missing.below).all(|below| is(below, Op::Exists));
    let (below, alone) = if is(present, Op::All) { (present.below, None) } else { (&[][..], Some(present)) };
    (absent && alternatives.next().is_none()).then(|| alone.into_iter().chain(members(below)))
}

/// The arguments themselves, as the subject of a test.
const WHOLE: &str = "the whole";

/// Every condition of the run that the engine tells as one: its number among the table's nodes, the first of the run
/// being `first`, and its words.
pub fn told(view: &View, nodes: &[Node], first: u32) -> Vec<(u32, String)> {
    fn below(view: &View, nodes: &[Node], mut at: u32, subject: &str, told: &mut Vec<(u32, String)>) {
        for member in members(nodes) {
            if is_told(member.node) {
                told.push((at, about(view, member, subject)));
            } else if Op::from_number(member.node.op) == Some(Op::At) {
                below(view, member.below, at.saturating_add(1), &part(view, member.node, subject), told);
            } else {
                below(view, member.below, at.saturating_add(1), subject, told);
            }
            at = at.saturating_add(member.node.below()).saturating_add(1);
        }
    }
    let mut all = Vec::new();
    below(view, nodes, first, "", &mut all);
    all
}

/// Whether a rule is what a tool's input schema came to, rather than written.
pub fn is_of_schema(view: &View, rule: &Rule) -> bool {
    let nodes = view.node_run(rule.node.get(), rule.node_len.get());
    nodes.iter().any(|node| Op::from_number(node.op) == Some(Op::Whole))
}

/// The parts of a schema, where the condition is that the arguments do not fit it.
pub fn parts_of_schema(condition: Condition<'_>) -> Option<impl Iterator<Item = Condition<'_>>> {
    let is = |node: &Node, op: Op| Op::from_number(node.op) == Some(op);
    let whole = members(condition.below).next().filter(|whole| is(whole.node, Op::Whole))?;
    is(condition.node, Op::Not).then(|| members(whole.below))
}

/// A part of a schema on one line.
pub fn part_of_schema(view: &View, part: Condition) -> String {
    nested(view, part, WHOLE)
}

/// Parentheses where a reader would need them: around a group of several inside another group.
fn nested(view: &View, member: Condition, subject: &str) -> String {
    let text = about(view, member, subject);
    let several = members(member.below).count() > 1 && Op::from_number(member.node.op) != Some(Op::Not);
    if several { format!("({text})") } else { text }
}

/// Whether the operation tests a value of the arguments.
pub(crate) fn is_of_value(op: Op) -> bool {
    matches!(
        op,
        Op::In
            | Op::Glob
            | Op::Exists
            | Op::Compare
            | Op::Length
            | Op::Type
            | Op::Contains
            | Op::Regex
            | Op::Under
            | Op::Host
            | Op::Cidr
            | Op::Guard
    )
}

/// What a test says of a value, as in ``matches `acme/*` ``.
fn value_test(view: &View, op: Op, node: &Node) -> String {
    let words = view.list(node.value.get(), u32::from(node.len.get()));
    let relation = || Relation::from_number(node.arg).map_or("", relation);
    match op {
        Op::In => format!("is {}", literals(view, words)),
        Op::Contains => format!("contains {}", literals(view, words)),
        Op::Glob => format!("matches {}", alternatives(view, words)),
        Op::Under => format!("is a path under {}", alternatives(view, words)),
        Op::Host => format!("has the host {}", alternatives(view, words)),
        Op::Cidr => format!("has an address in {}", networks(words)),
        Op::Regex => {
            let patterns: Vec<String> =
                words.groups().map(|[pattern, _]| format!("`{}`", view.text(pattern))).collect();
            format!("matches the regular expression {}", patterns.join(" or "))
        }
        Op::Compare => format!("is {} {}", relation(), view.text(node.value)),
        Op::Length => format!("has a length {} {}", relation(), node.value),
        Op::Type => format!("is of type {}", type_names(node.arg).join(" or ")),
        Op::Guard => format!("holds what {}", guards(node.arg)),
        _ => "exists".to_owned(),
    }
}

fn guards(bits: u8) -> String {
    let names: Vec<String> = Guard::of_bits(bits).map(|guard| format!("`{}`", guard.name())).collect();
    let (noun, verb) = if names.len() == 1 { ("guard", "finds") } else { ("guards", "find") };
    format!("the {noun} {} {verb}", names.join(" or "))
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "of",
        Relation::Greater => "greater than",
        Relation::GreaterOrEqual => "of at least",
        Relation::Less => "less than",
        Relation::LessOrEqual => "of at most",
    }
}

fn networks(words: Words) -> String {
    let networks: Vec<String> =
        words.groups().filter_map(Network::from_words).map(|network| format!("`{network}`")).collect();
    networks.join(" or ")
}

/// A window as a policy has it, without what it leaves open.
fn window(window: Window) -> String {
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let mut parts = Vec::new();
    if window.days != Window::EVERY_DAY {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let days: Vec<&str> = days
            .into_iter()
            .enumerate()
            .filter(|(day, _)| window.days >> day & 1 == 1)
            .map(|(_, name)| name)
            .collect();
        parts.push(format!("on {}", days.join(", ")));
    }
    let sign = if window.offset < 0 { '-' } else { '+' };
    let zone = if window.offset == 0 {
        "UTC".to_owned()
    } else {
        format!("UTC{sign}{}", clock(window.offset.unsigned_abs()))
    };
    if (window.start, window.end) != (Window::ALWAYS.start, Window::ALWAYS.end) {
        parts.push(format!("from {} to {} {zone}", clock(window.start), clock(window.end)));
    } else if window.days != Window::EVERY_DAY {
        parts.push(zone);
    }
    if window.from != 0 {
        parts.push(format!("from minute {} since 1970", window.from));
    }
    if window.until != Window::ALWAYS.until {
        parts.push(format!("until minute {} since 1970", window.until));
    }
    if parts.is_empty() { "at any time".to_owned() } else { parts.join(" ") }
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
        Some(op @ (Op::ClaimIn | Op::ClaimGlob)) => {
            let path = words.get(0).and_then(|claim| view.claims.get(claim as usize));
            let path = path.map_or("", |path| view.text(*path));
            format!("claim `{path}` {} {}", verb(op == Op::ClaimGlob), alternatives(view, words.skip(1)))
        }
        Some(Op::Source) => format!("the source address is in {}", networks(words)),
        Some(Op::Session) => "the call belongs to a session".to_owned(),
        Some(Op::ContextGlob) => {
            let environment = node.arg == Circumstance::Environment as u8;
            let name = if environment { "environment" } else { "region" };
            format!("context.{name} matches {}", alternatives(view, words))
        }
        Some(Op::Time) => {
            let windows: Vec<String> = words.groups().filter_map(Window::from_words).map(window).collect();
            format!("the time is {}", windows.join(" or "))
        }
        _ => String::new(),
    }
}

fn literals(view: &View, words: Words) -> String {
    let literals: Vec<String> = words.groups().map(|[kind, text]| literal(kind, view.text(text))).collect();
    literals.join(" or ")
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
