//! Tests of one value of a call's arguments.

use super::leaf::{Cause, Leaf};
use crate::glob;
use crate::guard;
use crate::json::{Kind, Lookup, Value};
use crate::network::Network;
use crate::number;
use crate::path;
use crate::table::format::{Literal, Node, Op, Relation, types};
use crate::table::{View, Words};
use crate::target;
use crate::truth::Truth;

/// What stands at a place of the arguments.
#[derive(Debug, Clone, Copy)]
pub(super) enum Here<'d> {
    /// This.
    Value(Value<'d>),
    /// An object without members: the arguments as a whole, of a call that has none.
    Empty,
    /// Nothing.
    Missing,
    /// Something under more than one spelling.
    Ambiguous,
    /// Anything: the arguments are not known yet.
    Open,
}

impl<'d> Here<'d> {
    /// What stands below, at a key of an object or an index of an array.
    pub(super) fn at(self, segment: &str) -> Here<'d> {
        let value = match self {
            Here::Value(value) => value,
            Here::Empty => return Here::Missing,
            other => return other,
        };
        if value.kind() == Kind::Array {
            return index(segment)
                .and_then(|index| value.items().nth(index))
                .map_or(Here::Missing, Here::Value);
        }
        match value.lookup(segment) {
            Lookup::Found(value) => Here::Value(value),
            Lookup::Missing => Here::Missing,
            Lookup::Ambiguous => Here::Ambiguous,
        }
    }

    /// The value, or what a test of it comes to where there is none.
    pub(super) fn value(self) -> Result<Value<'d>, Leaf> {
        match self {
            Here::Value(value) => Ok(value),
            Here::Empty => Err(Cause::ArgumentType.into()),
            Here::Missing => Err(Cause::ArgumentMissing.into()),
            Here::Ambiguous => Err(Cause::ArgumentAmbiguous.into()),
            Here::Open => Err(Truth::OPEN.into()),
        }
    }
}

/// An index as JSON Pointer writes it (RFC 6901 section 4).
fn index(segment: &str) -> Option<usize> {
    let plain =
        segment.bytes().all(|byte| byte.is_ascii_digit()) && (segment == "0" || !segment.starts_with('0'));
    segment.parse().ok().filter(|_| plain)
}

/// How a test of a value comes out. `words` are the node's.
pub(super) fn test(view: &View<'_>, op: Op, node: &Node, words: Words<'_>, here: Here<'_>) -> Leaf {
    if op == Op::Exists {
        return match here {
            Here::Value(_) | Here::Empty => true.into(),
            Here::Missing => false.into(),
            Here::Ambiguous => Cause::ArgumentAmbiguous.into(),
            Here::Open => Truth::OPEN.into(),
        };
    }
    let value = match (here, op) {
        // Where there is nothing, nothing is found.
        (Here::Missing | Here::Empty, Op::Guard) => return false.into(),
        (Here::Empty, Op::Type) => return (node.arg & types::OBJECT != 0).into(),
        (Here::Empty, Op::Length) => return measure(0, node),
        _ => match here.value() {
            Ok(value) => value,
            Err(leaf) => return leaf,
        },
    };
    match op {
        Op::Guard => guard::first_in(node.arg, value).is_some().into(),
        Op::In => equals_any(view, value, words),
        Op::Contains => contains_any(view, value, words),
        Op::Type => (types_of(value) & node.arg != 0).into(),
        Op::Compare => compare(value, node, view.text(node.value)),
        Op::Length => length(value, node),
        _ => match value.as_str() {
            Some(text) => test_text(view, op, words, text),
            None => Cause::ArgumentType.into(),
        },
    }
}

/// Tests of strings.
fn test_text(view: &View<'_>, op: Op, words: Words<'_>, text: &str) -> Leaf {
    let matches = |text: &str| words.iter().any(|glob| glob::matches(view.text(glob), text));
    match op {
        Op::Glob => matches(text).into(),
        Op::Regex => any(words.groups().map(|[_, number]| regex(view, number, text))),
        Op::Under => any(words.iter().map(|base| {
            let truth = path::is_under(text, view.text(base));
            Leaf { truth, cause: (truth == Truth::UNKNOWN).then_some(Cause::ArgumentPath) }
        })),
        Op::Host => match target::named_host(text) {
            Some(host) => matches(host.as_str()).into(),
            None => Cause::ArgumentHost.into(),
        },
        Op::Cidr => in_networks(words, text),
        _ => Truth::UNKNOWN.into(), // No other op tests a string.
    }
}

fn any(mut leaves: impl Iterator<Item = Leaf>) -> Leaf {
    let sum = leaves.try_fold(Leaf::from(false), |sum, leaf| {
        let sum = sum.or(leaf);
        if sum.truth == Truth::TRUE { Err(sum) } else { Ok(sum) }
    });
    match sum {
        Ok(sum) | Err(sum) => sum,
    }
}

fn regex(view: &View<'_>, number: u32, text: &str) -> Leaf {
    match view.automata.get(number as usize).and_then(|automaton| automaton.matches(text)) {
        Some(matches) => matches.into(),
        None => Cause::ArgumentRegex.into(),
    }
}

/// A name is in no network: where it leads is not known here. Only names of the loopback are known everywhere.
fn in_networks(words: Words<'_>, text: &str) -> Leaf {
    let Some(host) = target::named_host(text) else { return Cause::ArgumentHost.into() };
    let networks = || words.groups().filter_map(Network::from_words);
    let holds = |address| {
        let truth = networks().fold(Truth::FALSE, |sum, network| sum.or(network.holds(address)));
        Leaf { truth, cause: (truth == Truth::UNKNOWN).then_some(Cause::ArgumentAddress) }
    };
    match host.ip() {
        Some(address) => holds(address),
        None if is_loopback(host.as_str()) => {
            holds(core::net::Ipv4Addr::LOCALHOST.into()).or(holds(core::net::Ipv6Addr::LOCALHOST.into()))
        }
        None => false.into(),
    }
}

/// Names of the own host: by RFC 6761 section 6.3, and by the hosts files that systems come with.
fn is_loopback(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last == "localhost"
        || matches!(name, "ip6-localhost" | "ip6-loopback" | "localhost6" | "localhost.localdomain")
}

/// Whether the value is one of the literals. A value of a type that none of them has cannot be compared.
fn equals_any(view: &View<'_>, value: Value<'_>, literals: Words<'_>) -> Leaf {
    let mut comparable = false;
    for [literal, text] in literals.groups() {
        match equals(view, value, literal, text) {
            Some(true) => return true.into(),
            Some(false) => comparable = true,
            None => {}
        }
    }
    if comparable { false.into() } else { Cause::ArgumentType.into() }
}

/// `None` where the two cannot be compared.
fn equals(view: &View<'_>, value: Value<'_>, literal: u32, text: u32) -> Option<bool> {
    let text = view.text(text);
    match (u8::try_from(literal).ok().and_then(Literal::from_number), value.kind()) {
        (Some(Literal::Null), Kind::Null) => Some(true),
        (Some(Literal::Bool), Kind::Bool) => Some(value.raw() == text),
        (Some(Literal::String), Kind::String) => Some(value.as_str() == Some(text)),
        (Some(Literal::Number), Kind::Number) => {
            number::compare_for_all(value.raw(), text).map(|order| order.is_eq())
        }
        _ => None,
    }
}

/// Whether the string has one of the strings in it, or the array one of the literals.
fn contains_any(view: &View<'_>, value: Value<'_>, literals: Words<'_>) -> Leaf {
    match value.kind() {
        Kind::String => {
            let text = value.as_str().unwrap_or("");
            let strings = || {
                literals
                    .groups()
                    .filter(|[literal, _]| *literal == Literal::String as u32)
                    .map(|[_, text]| view.text(text))
            };
            match strings().next() {
                Some(_) => strings().any(|part| text.contains(part)).into(),
                None => Cause::ArgumentType.into(),
            }
        }
        // An item of another type is another value, not one that cannot be compared.
        Kind::Array => {
            let is_one = |item: Value<'_>| {
                literals.groups().any(|[literal, text]| equals(view, item, literal, text) == Some(true))
            };
            value.items().any(is_one).into()
        }
        _ => Cause::ArgumentType.into(),
    }
}

fn types_of(value: Value<'_>) -> u8 {
    match value.kind() {
        Kind::Null => types::NULL,
        Kind::Bool => types::BOOLEAN,
        Kind::Number if number::is_integer(value.raw()) => types::NUMBER | types::INTEGER,
        Kind::Number => types::NUMBER,
        Kind::String => types::STRING,
        Kind::Array => types::ARRAY,
        Kind::Object => types::OBJECT,
    }
}

fn compare(value: Value<'_>, node: &Node, bound: &str) -> Leaf {
    let Some(written) = value.as_number() else { return Cause::ArgumentType.into() };
    match (Relation::from_number(node.arg), number::compare_for_all(written, bound)) {
        (Some(relation), Some(order)) => relation.holds(order).into(),
        _ => Cause::ArgumentNumber.into(),
    }
}

fn length(value: Value<'_>, node: &Node) -> Leaf {
    let length = match value.kind() {
        Kind::String => value.as_str().unwrap_or("").chars().count(),
        Kind::Array => value.items().count(),
        Kind::Object => value.members().count(),
        _ => return Cause::ArgumentType.into(),
    };
    measure(length, node)
}

fn measure(length: usize, node: &Node) -> Leaf {
    let order = length.cmp(&(node.value.get() as usize));
    Relation::from_number(node.arg).map_or(Truth::UNKNOWN.into(), |relation| relation.holds(order).into())
}
