//! One rule against one call.

use super::call::{Arguments, Call, Name};
use crate::glob;
use crate::json::{Kind as JsonKind, Lookup, Value};
use crate::message::Object;
use crate::number;
use crate::registry::ToolFacts;
use crate::subject::Caller;
use crate::table::format::{Dimension, Label, Literal, NONE, Node, Op, Role, Rule};
use crate::table::{StringId, View, Words};
use crate::target;
use crate::truth::Truth;
use crate::vocabulary::{Reason, Verdict};

/// Why a condition could not be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// That part of the caller's identity is not known.
    IdentityAbsent,
    /// The argument is missing.
    ArgumentMissing,
    /// The argument, or one on its path, is there under more than one spelling.
    ArgumentAmbiguous,
    /// The argument has another JSON type than the condition asks for.
    ArgumentType,
}

/// How a leaf of a condition came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The outcome.
    pub truth: Truth,
    /// Where it is unknown: why.
    pub cause: Option<Cause>,
}

impl From<Truth> for Leaf {
    fn from(truth: Truth) -> Leaf {
        Leaf { truth, cause: None }
    }
}

impl From<bool> for Leaf {
    fn from(holds: bool) -> Leaf {
        Truth::of(holds).into()
    }
}

impl From<Cause> for Leaf {
    fn from(cause: Cause) -> Leaf {
        Leaf { truth: Truth::UNKNOWN, cause: Some(cause) }
    }
}

/// Is told how each leaf of a rule's condition came out.
pub trait Trace {
    /// Whether every leaf is wanted, also those that no longer matter.
    const COMPLETE: bool;

    /// The leaf at that number among the table's nodes.
    fn leaf(&mut self, node: u32, leaf: Leaf);
}

/// Listens to nothing, and so costs nothing.
#[derive(Debug)]
pub struct NoTrace;

impl Trace for NoTrace {
    const COMPLETE: bool = false;

    fn leaf(&mut self, _: u32, _: Leaf) {}
}

/// A call made ready to be compared with rules: its names looked up once.
pub(super) struct Evaluator<'e, 't> {
    view: &'e View<'t>,
    caller: &'e Caller,
    call: &'e Call<'e>,
    action: Name<'static>,
    pub(super) server_id: Option<StringId>,
    pub(super) object_id: Option<StringId>,
    pub(super) method_id: Option<StringId>,
    action_id: Option<StringId>,
}

impl<'e, 't> Evaluator<'e, 't> {
    pub(super) fn new(view: &'e View<'t>, caller: &'e Caller, call: &'e Call<'e>) -> Self {
        let id = |name: Name<'_>| match name {
            Name::Is(name) => view.strings.find(name),
            Name::None | Name::Open => None,
        };
        let action = call.action(view);
        Evaluator {
            view,
            caller,
            call,
            action,
            server_id: view.strings.find(call.server.name),
            object_id: id(call.object.name),
            method_id: id(call.method),
            action_id: id(action),
        }
    }

    /// The number of the action, where it is known.
    pub(super) fn action(&self) -> Name<'static> {
        self.action
    }

    /// Whether the rule's condition holds. A method we do not know is permitted only by a rule that names it.
    pub(super) fn rule(&self, rule: &Rule, trace: &mut impl Trace) -> Truth {
        let permits = rule.verdict != Verdict::Deny as u8;
        let names_method = rule.flags & crate::table::format::rule_flags::NAMES_METHOD != 0;
        if permits && !names_method && self.call.method_kind() == Some(crate::message::Method::Unknown) {
            return Truth::FALSE;
        }
        self.conjunction(rule.node.get(), u32::from(rule.node_len.get()), trace)
    }

    /// Whether the caller has the role.
    pub(super) fn role(&self, role: &Role) -> Truth {
        self.conjunction(role.node.get(), u32::from(role.node_len.get()), &mut NoTrace)
    }

    /// What a rule that matches does to this call: its verdict, or a denial where an argument leaves the
    /// rule's network.
    pub(super) fn effect(&self, rule: &Rule) -> (Verdict, Reason) {
        let verdict = Verdict::from_number(rule.verdict).unwrap_or(Verdict::Deny);
        let limit =
            self.view.limits.get(rule.limit.get() as usize).filter(|limit| limit.network.get() != NONE);
        if let (Some(limit), Arguments::Are(arguments)) = (limit, self.call.arguments) {
            let allowed = self.view.run(limit.network.get(), limit.network_len.get());
            let is_allowed =
                |host: &str| allowed.iter().any(|glob| glob::matches(self.view.text(glob), host));
            if target::violation(arguments, &is_allowed).is_some() {
                return (Verdict::Deny, Reason::NetworkNotAllowed);
            }
        }
        (verdict, Reason::Rule)
    }

    fn conjunction<T: Trace>(&self, start: u32, len: u32, trace: &mut T) -> Truth {
        self.siblings(start, len, Truth::TRUE, Truth::and, Truth::FALSE, trace)
    }

    /// Folds the nodes that stand side by side in a run. `done` is the outcome that no further node changes.
    fn siblings<T: Trace>(
        &self,
        start: u32,
        len: u32,
        neutral: Truth,
        fold: fn(Truth, Truth) -> Truth,
        done: Truth,
        trace: &mut T,
    ) -> Truth {
        let mut truth = neutral;
        let (mut at, end) = (start, start.saturating_add(len));
        while at < end {
            let Some(node) = self.view.nodes.get(at as usize) else { break };
            let (outcome, width) = self.node(at, node, trace);
            truth = fold(truth, outcome);
            if truth == done && !T::COMPLETE {
                break;
            }
            at = at.saturating_add(width);
        }
        truth
    }

    /// A node's outcome, and how many nodes it takes up.
    fn node<T: Trace>(&self, at: u32, node: &Node, trace: &mut T) -> (Truth, u32) {
        let below = at.saturating_add(1);
        let value = node.value.get();
        let group_width = value.saturating_add(1);
        match Op::from_number(node.op) {
            Some(Op::All) => (self.conjunction(below, value, trace), group_width),
            Some(Op::Any) => {
                (self.siblings(below, value, Truth::FALSE, Truth::or, Truth::TRUE, trace), group_width)
            }
            Some(Op::Not) => (self.conjunction(below, value, trace).not(), group_width),
            Some(op) => {
                let leaf = self.leaf(op, node);
                trace.leaf(at, leaf);
                (leaf.truth, 1)
            }
            None => (Truth::UNKNOWN, 1), // No validated table has one.
        }
    }

    fn leaf(&self, op: Op, node: &Node) -> Leaf {
        let values = || self.view.list(node.value.get(), u32::from(node.len.get()));
        match op {
            Op::LabelIn | Op::LabelGlob => self.label(op, node, values()),
            Op::SubjectIn | Op::SubjectGlob => self.subject(op, node, values()),
            Op::Role => self
                .view
                .roles
                .get(node.value.get() as usize)
                .map_or(Truth::UNKNOWN, |role| self.role(role))
                .into(),
            Op::RiskTag => self.risk_tag(values()),
            Op::ArgIn | Op::ArgGlob | Op::ArgExists => {
                self.argument(op, self.view.run(node.value.get(), u32::from(node.len.get())))
            }
            Op::All | Op::Any | Op::Not => Truth::UNKNOWN.into(),
        }
    }

    fn label(&self, op: Op, node: &Node, values: Words<'t>) -> Leaf {
        let object = |kind: Object| match self.call.object {
            object if object.kind == kind => object.name,
            object if self.call.method == Name::Open => object.name,
            _ => Name::None,
        };
        let (name, id, values) = match Label::from_number(node.arg) {
            Some(Label::Server) => (Name::Is(self.call.server.name), self.server_id, values),
            Some(Label::Method) => (self.call.method, self.method_id, values),
            Some(Label::Tool) => (object(Object::Tool), self.object_id, values),
            Some(Label::Prompt) => (object(Object::Prompt), self.object_id, values),
            Some(Label::Resource) => (object(Object::Resource), self.object_id, values),
            Some(Label::Action) => (self.action, self.action_id, values),
            Some(label) => {
                let (id, values) = self.server_label(label, values);
                (id.map_or(Name::None, |id| Name::Is(self.view.text(id))), id, values)
            }
            None => return Truth::UNKNOWN.into(),
        };
        match name {
            Name::None => false.into(),
            Name::Open => Truth::OPEN.into(),
            Name::Is(_) if op == Op::LabelIn => id.is_some_and(|id| values.holds(id)).into(),
            Name::Is(name) => values.iter().any(|glob| glob::matches(self.view.text(glob), name)).into(),
        }
    }

    /// A label that the registry gives the server, and the values to compare it with.
    fn server_label(&self, label: Label, values: Words<'t>) -> (Option<StringId>, Words<'t>) {
        let server = self.call.server.number.and_then(|number| self.view.servers.get(number as usize));
        let some = |id: u32| (id != NONE).then_some(id);
        match (label, server) {
            (Label::Environment, Some(server)) => (some(server.environment.get()), values),
            (Label::Classification, Some(server)) => (some(server.classification.get()), values),
            (Label::Own, Some(server)) => {
                let pairs = self.view.run(server.labels.get(), server.label_len.get().saturating_mul(2));
                let mut words = pairs.iter();
                let mut found = None;
                while let (Some(name), Some(value)) = (words.next(), words.next()) {
                    if values.get(0) == Some(name) {
                        found = Some(value);
                    }
                }
                (found, values.skip(1))
            }
            _ => (None, values),
        }
    }

    fn subject(&self, op: Op, node: &Node, values: Words<'t>) -> Leaf {
        let Some(dimension) = Dimension::from_number(node.arg) else { return Truth::UNKNOWN.into() };
        let part = self.caller.part(dimension);
        if !part.known {
            return Cause::IdentityAbsent.into();
        }
        match op {
            Op::SubjectIn => part.ids.iter().any(|id| values.holds(*id)).into(),
            _ => {
                let mut texts = self.caller.texts(dimension);
                texts.any(|text| values.iter().any(|glob| glob::matches(self.view.text(glob), text))).into()
            }
        }
    }

    fn risk_tag(&self, tags: Words<'t>) -> Leaf {
        let extra = self
            .call
            .risk_tags
            .iter()
            .any(|tag| self.view.strings.find(tag).is_some_and(|id| tags.holds(id)));
        if extra {
            return true.into();
        }
        match (self.call.object.kind, self.call.object.name) {
            (Object::Tool, Name::Is(tool)) => {
                let facts = ToolFacts::new(self.view, self.call.server, tool);
                tags.iter().any(|tag| facts.has_tag(tool, tag)).into()
            }
            (_, Name::Open) => Truth::OPEN.into(),
            _ => false.into(),
        }
    }

    fn argument(&self, op: Op, words: Words<'t>) -> Leaf {
        let arguments = match self.call.arguments {
            Arguments::Are(arguments) => Some(arguments),
            Arguments::None => None,
            Arguments::Open => return Truth::OPEN.into(),
        };
        let path_len = words.get(0).unwrap_or(0) as usize;
        let operands = words.skip(1).skip(path_len);
        let mut found = arguments;
        for segment in words.skip(1).take(path_len).iter() {
            let Some(value) = found else { break };
            found = match value.lookup(self.view.text(segment)) {
                Lookup::Found(value) => Some(value),
                Lookup::Missing => None,
                Lookup::Ambiguous => return Cause::ArgumentAmbiguous.into(),
            };
        }
        match (op, found) {
            (Op::ArgExists, found) => found.is_some().into(),
            (_, None) => Cause::ArgumentMissing.into(),
            (Op::ArgGlob, Some(value)) => match value.as_str() {
                Some(text) => operands.iter().any(|glob| glob::matches(self.view.text(glob), text)).into(),
                None => Cause::ArgumentType.into(),
            },
            (_, Some(value)) => self.equals_any(value, operands),
        }
    }

    /// Whether the value is one of the literals. A value of a type that none of them has cannot be compared.
    fn equals_any(&self, value: Value<'_>, operands: Words<'t>) -> Leaf {
        let mut comparable = false;
        let mut words = operands.iter();
        while let (Some(literal), Some(text)) = (words.next(), words.next()) {
            let text = self.view.text(text);
            let equal = match (u8::try_from(literal).ok().and_then(Literal::from_number), value.kind()) {
                (Some(Literal::Null), JsonKind::Null) => true,
                (Some(Literal::Bool), JsonKind::Bool) => value.raw() == text,
                (Some(Literal::String), JsonKind::String) => value.as_str() == Some(text),
                (Some(Literal::Number), JsonKind::Number) => match number::compare(value.raw(), text) {
                    Some(order) => order.is_eq(),
                    None => continue,
                },
                _ => continue,
            };
            comparable = true;
            if equal {
                return true.into();
            }
        }
        if comparable { false.into() } else { Cause::ArgumentType.into() }
    }
}
