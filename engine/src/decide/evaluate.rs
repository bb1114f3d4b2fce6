//! One rule against one call.

use super::argument::{self, Here};
use super::call::{Arguments, Call, Name};
use super::leaf::{Cause, Leaf, NoTrace, Trace};
use crate::glob;
use crate::json::Kind as JsonKind;
use crate::message::Object;
use crate::network::Network;
use crate::registry::ToolFacts;
use crate::subject::Caller;
use crate::table::format::{Circumstance, Dimension, Label, NONE, Node, Op, Role, Rule};
use crate::table::{StringId, View, Words};
use crate::target;
use crate::truth::Truth;
use crate::vocabulary::{Reason, Verdict};
use crate::window::Window;

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
        let run = Run { start: rule.node.get(), len: u32::from(rule.node_len.get()) };
        self.conjunction(run, self.arguments(), trace).truth
    }

    /// Whether a conjunction of conditions holds.
    pub(super) fn conjunction_of(&self, node: u32, node_len: u16) -> Truth {
        let run = Run { start: node, len: u32::from(node_len) };
        self.conjunction(run, self.arguments(), &mut NoTrace).truth
    }

    /// Whether the caller has the role.
    pub(super) fn role(&self, role: &Role) -> Truth {
        let run = Run { start: role.node.get(), len: u32::from(role.node_len.get()) };
        self.conjunction(run, Here::Missing, &mut NoTrace).truth
    }

    fn arguments(&self) -> Here<'e> {
        match self.call.arguments {
            Arguments::Are(arguments) => Here::Value(arguments),
            Arguments::None => Here::Missing,
            Arguments::Open => Here::Open,
        }
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

    fn conjunction<T: Trace>(&self, run: Run, here: Here<'_>, trace: &mut T) -> Leaf {
        let mut sum = Leaf::from(true);
        self.each_sibling(run, here, trace, |leaf| {
            sum = sum.and(leaf);
            sum.truth == Truth::FALSE
        });
        sum
    }

    fn disjunction<T: Trace>(&self, run: Run, here: Here<'_>, trace: &mut T) -> Leaf {
        let mut sum = Leaf::from(false);
        self.each_sibling(run, here, trace, |leaf| {
            sum = sum.or(leaf);
            sum.truth == Truth::TRUE
        });
        sum
    }

    /// Evaluates the nodes that stand side by side in a run, until `add` says that no further one matters.
    fn each_sibling<T: Trace>(
        &self,
        run: Run,
        here: Here<'_>,
        trace: &mut T,
        mut add: impl FnMut(Leaf) -> bool,
    ) {
        let (mut at, end) = (run.start, run.start.saturating_add(run.len));
        while at < end {
            let Some(node) = self.view.nodes.get(at as usize) else { break };
            let done = add(self.node(at, node, here, trace));
            if done && !T::COMPLETE {
                break;
            }
            at = at.saturating_add(1).saturating_add(node.below());
        }
    }

    /// Recursion is bounded by the depth that the table was validated with.
    fn node<T: Trace>(&self, at: u32, node: &Node, here: Here<'_>, trace: &mut T) -> Leaf {
        let below = Run { start: at.saturating_add(1), len: node.below() };
        match Op::from_number(node.op) {
            Some(Op::All) => self.conjunction(below, here, trace),
            Some(Op::Any) => self.disjunction(below, here, trace),
            Some(Op::Not) => self.conjunction(below, here, trace).not(),
            Some(Op::At) => {
                let start = node.value.get();
                let len = self.view.run(start, 1).get(0).unwrap_or(0);
                let path = self.view.run(start.saturating_add(1), len);
                let there = path.iter().fold(here, |here, segment| here.at(self.view.text(segment)));
                self.conjunction(below, there, trace)
            }
            Some(Op::Whole) => match self.arguments() {
                Here::Missing => self.conjunction(below, Here::Empty, trace),
                arguments => self.conjunction(below, arguments, trace),
            },
            Some(op) => {
                let leaf = match op {
                    Op::Each | Op::Some => self.items(op, below, here),
                    Op::Rest => self.rest(node, below, here),
                    _ => self.leaf(op, node, here),
                };
                trace.leaf(at, leaf);
                leaf
            }
            None => Truth::UNKNOWN.into(), // No validated table has one.
        }
    }

    /// Whether the condition holds for each item, or for some.
    fn items(&self, op: Op, below: Run, here: Here<'_>) -> Leaf {
        let value = match here.value() {
            Ok(value) => value,
            Err(leaf) => return leaf,
        };
        if value.kind() != JsonKind::Array {
            return Cause::ArgumentType.into();
        }
        let all = op == Op::Each;
        let mut sum = Leaf::from(all);
        for item in value.items() {
            let leaf = self.conjunction(below, Here::Value(item), &mut NoTrace);
            sum = if all { sum.and(leaf) } else { sum.or(leaf) };
            if sum.truth == Truth::of(!all) {
                break;
            }
        }
        sum
    }

    /// Whether the condition holds for each member with another name than those listed.
    fn rest(&self, node: &Node, below: Run, here: Here<'_>) -> Leaf {
        let value = match here {
            Here::Empty => return true.into(),
            _ => match here.value() {
                Ok(value) => value,
                Err(leaf) => return leaf,
            },
        };
        if value.kind() != JsonKind::Object {
            return Cause::ArgumentType.into();
        }
        let start = node.value.get();
        let names = self.view.run(start.saturating_add(1), self.view.run(start, 1).get(0).unwrap_or(0));
        let mut sum = Leaf::from(true);
        for (name, member) in value.members() {
            if names.iter().any(|listed| self.view.text(listed) == name) {
                continue;
            }
            sum = sum.and(self.conjunction(below, Here::Value(member), &mut NoTrace));
            if sum.truth == Truth::FALSE {
                break;
            }
        }
        sum
    }

    fn leaf(&self, op: Op, node: &Node, here: Here<'_>) -> Leaf {
        let values = self.view.list(node.value.get(), u32::from(node.len.get()));
        match op {
            Op::LabelIn | Op::LabelGlob => self.label(op, node, values),
            Op::SubjectIn | Op::SubjectGlob => self.subject(op, node, values),
            Op::ClaimIn | Op::ClaimGlob => self.claim(op, values),
            Op::Role => self
                .view
                .roles
                .get(node.value.get() as usize)
                .map_or(Truth::UNKNOWN, |role| self.role(role))
                .into(),
            Op::RiskTag => self.risk_tag(values),
            Op::Source | Op::ContextGlob | Op::Session | Op::Time => self.context(op, node, values),
            _ => argument::test(self.view, op, node, values, here),
        }
    }

    /// What the proxy knows about the call, compared with what a rule asks for.
    fn context(&self, op: Op, node: &Node, values: Words<'t>) -> Leaf {
        let context = &self.call.context;
        let leaf = match op {
            Op::Source => context.source.map(|address| {
                let networks = values.groups().filter_map(Network::from_words);
                networks.fold(Truth::FALSE, |sum, network| sum.or(network.holds(address))).into()
            }),
            Op::Session => context.session.map(Leaf::from),
            Op::Time => context.time.map(|time| {
                let mut windows = values.groups().filter_map(Window::from_words);
                windows.any(|window| window.holds(time)).into()
            }),
            _ => {
                let text = match Circumstance::from_number(node.arg) {
                    Some(Circumstance::Region) => context.region,
                    Some(Circumstance::Environment) => context.environment,
                    None => None,
                };
                text.map(|text| values.iter().any(|glob| glob::matches(self.view.text(glob), text)).into())
            }
        };
        leaf.unwrap_or(Cause::ContextUnknown.into())
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

    fn claim(&self, op: Op, words: Words<'t>) -> Leaf {
        let values = words.skip(1);
        let part = words.get(0).and_then(|claim| self.caller.claim(claim));
        let Some(part) = part.filter(|part| part.known) else { return Cause::IdentityAbsent.into() };
        if op == Op::ClaimIn {
            return part.ids.iter().any(|id| values.holds(*id)).into();
        }
        let mut texts = self.caller.claim_texts(self.view, words.get(0));
        texts.any(|text| values.iter().any(|glob| glob::matches(self.view.text(glob), text))).into()
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
}

/// Nodes that stand side by side, each followed by those below it.
#[derive(Clone, Copy)]
struct Run {
    start: u32,
    len: u32,
}
