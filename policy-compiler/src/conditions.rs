//! Conditions of a table as trees, for those who reason about rules instead of deciding calls.

use crate::describe;
use mcpgov_engine::table::{
    View, Words,
    format::{Label, NONE, Node, Op, Role, Rule},
};

/// A condition.
#[derive(Clone, Debug)]
pub(crate) enum Tree<'t> {
    All(Vec<Tree<'t>>),
    Any(Vec<Tree<'t>>),
    /// Not all of these.
    Not(Vec<Tree<'t>>),
    /// One test of the argument, or the part of a value, at this path of strings.
    At(Vec<u32>, Box<Tree<'t>>),
    /// All of these for every item.
    Each(Vec<Tree<'t>>),
    /// All of these for some item.
    Some(Vec<Tree<'t>>),
    /// All of these for every member of the object with another name than these strings.
    Rest(Vec<u32>, Vec<Tree<'t>>),
    Leaf(Leaf<'t>),
}

/// A test, with its place and its words in the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf<'t> {
    pub(crate) op: Op,
    pub(crate) node: &'t Node,
    /// What is compared with, in the form of the operation.
    pub(crate) words: Words<'t>,
}

/// The conditions of a rule, all of which must hold.
pub(crate) fn of_rule<'t>(view: &View<'t>, rule: &Rule) -> Vec<Tree<'t>> {
    conjunction(view, view.node_run(rule.node.get(), rule.node_len.get()))
}

/// The members of a conjunction.
pub(crate) fn conjunction<'t>(view: &View<'t>, mut nodes: &'t [Node]) -> Vec<Tree<'t>> {
    let mut trees = Vec::new();
    while let Some((node, rest)) = nodes.split_first() {
        let (below, after) = rest.split_at_checked(node.below() as usize).unwrap_or((rest, &[]));
        nodes = after;
        let words = || view.list(node.value.get(), u32::from(node.len.get()));
        match Op::from_number(node.op) {
            // A conjunction inside one is no more than its members.
            Some(Op::All) => trees.extend(conjunction(view, below)),
            Some(Op::Any) => trees.push(Tree::Any(disjunction(view, below))),
            Some(Op::Not) => trees.push(Tree::Not(conjunction(view, below))),
            Some(Op::Each) => trees.push(Tree::Each(conjunction(view, below))),
            Some(Op::Some) => trees.push(Tree::Some(conjunction(view, below))),
            // The arguments as a whole are the value at an empty path.
            Some(Op::Whole) => {
                let tests = conjunction(view, below).into_iter();
                trees.extend(tests.map(|test| Tree::At(Vec::new(), Box::new(test))));
            }
            Some(Op::Rest) => trees.push(Tree::Rest(path(view, node), conjunction(view, below))),
            Some(Op::At) => {
                let path = path(view, node);
                let tests = conjunction(view, below).into_iter();
                trees.extend(tests.map(|test| Tree::At(path.clone(), Box::new(test))));
            }
            Some(op) => trees.push(Tree::Leaf(Leaf { op, node, words: words() })),
            None => {} // No validated table has one.
        }
    }
    trees
}

/// The members of a disjunction; those that are conjunctions stay together.
fn disjunction<'t>(view: &View<'t>, mut rest: &'t [Node]) -> Vec<Tree<'t>> {
    let mut trees = Vec::new();
    while let Some(node) = rest.first() {
        let (member, after) = rest.split_at_checked(node.below() as usize + 1).unwrap_or((rest, &[]));
        rest = after;
        let mut tests = conjunction(view, member);
        trees.extend(if tests.len() == 1 { tests.pop() } else { Some(Tree::All(tests)) });
    }
    trees
}

/// The path of an `At`, or the names of a `Rest`: their number, then strings.
fn path(view: &View, node: &Node) -> Vec<u32> {
    let len = view.run(node.value.get(), 1).get(0).unwrap_or_default();
    view.run(node.value.get().saturating_add(1), len).iter().collect()
}

/// The hosts that arguments of a call under this rule may name.
pub(crate) fn network_allowlist<'t>(view: &View<'t>, rule: &Rule) -> Option<Vec<&'t str>> {
    let limit = view.limit(rule).filter(|limit| limit.network.get() != NONE)?;
    let hosts = view.run(limit.network.get(), limit.network_len.get());
    Some(hosts.iter().map(|id| view.text(id)).collect())
}

impl<'t> Tree<'t> {
    /// The test, where it is one.
    pub(crate) fn leaf(&self) -> Option<Leaf<'t>> {
        match self {
            Self::Leaf(leaf) => Some(*leaf),
            _ => None,
        }
    }

    /// Path and test, where it is about an argument.
    pub(crate) fn argument(&self) -> Option<(&[u32], &Tree<'t>)> {
        match self {
            Self::At(path, test) => Some((path, test)),
            _ => None,
        }
    }

    /// Calls `each` with every test in it and the path of the value that it is about.
    pub(crate) fn each_leaf(&self, path: &mut Vec<u32>, each: &mut impl FnMut(&[u32], Leaf<'t>)) {
        match self {
            Self::Leaf(leaf) => each(path, *leaf),
            Self::At(below, test) => {
                let depth = path.len();
                path.extend(below);
                test.each_leaf(path, each);
                path.truncate(depth);
            }
            Self::All(trees) | Self::Any(trees) | Self::Not(trees) => {
                trees.iter().for_each(|tree| tree.each_leaf(path, each));
            }
            Self::Each(trees) | Self::Some(trees) => {
                path.push(ITEM);
                trees.iter().for_each(|tree| tree.each_leaf(path, each));
                path.pop();
            }
            // Whatever the member is called.
            Self::Rest(_, trees) => trees.iter().for_each(|tree| tree.each_leaf(path, each)),
        }
    }
}

/// Stands in a path for "an item of the array".
pub(crate) const ITEM: u32 = NONE;

impl<'t> Leaf<'t> {
    /// The label that the test is about.
    pub(crate) fn label(self) -> Option<Label> {
        matches!(self.op, Op::LabelIn | Op::LabelGlob).then(|| Label::from_number(self.node.arg)).flatten()
    }

    /// Whether the test is about a value of the arguments.
    pub(crate) fn is_about_value(self) -> bool {
        describe::is_of_value(self.op)
    }

    /// Whether the test is about the caller.
    pub(crate) fn is_about_caller(self) -> bool {
        matches!(self.op, Op::SubjectIn | Op::SubjectGlob | Op::Role | Op::ClaimIn | Op::ClaimGlob)
    }

    /// The role that the test asks for.
    pub(crate) fn role(self, view: &View<'t>) -> Option<&'t Role> {
        (self.op == Op::Role).then(|| view.roles.get(self.node.value.get() as usize)).flatten()
    }

    /// Whether the test is about a tool, a prompt or a resource.
    pub(crate) fn is_object(self) -> bool {
        matches!(self.label(), Some(Label::Tool | Label::Prompt | Label::Resource))
    }

    /// What within its kind the test is about: the name of an own label, the number of a claim.
    pub(crate) fn detail(self) -> Option<u32> {
        let detailed = self.label() == Some(Label::Own) || matches!(self.op, Op::ClaimIn | Op::ClaimGlob);
        detailed.then(|| self.words.get(0)).flatten()
    }

    /// Strings that the value is compared with, of tests with names or globs.
    pub(crate) fn values(self) -> impl Iterator<Item = u32> + 't {
        self.words.skip(usize::from(self.detail().is_some())).iter()
    }

    /// Literals that the value is compared with: type and text.
    pub(crate) fn literals(self) -> impl Iterator<Item = (u32, u32)> + 't {
        let words = self.words;
        (0..words.len() / 2).filter_map(move |pair| Some((words.get(pair * 2)?, words.get(pair * 2 + 1)?)))
    }
}

/// Everything a permitted call is held to under the rule: seconds, retries, hosts.
pub(crate) fn limits<'t>(view: &View<'t>, rule: &Rule) -> (Option<u32>, Option<u32>, Option<Vec<&'t str>>) {
    let some = |limit: u32| (limit != NONE).then_some(limit);
    let limit = view.limit(rule);
    (
        limit.and_then(|limit| some(limit.max_runtime_sec.get())),
        limit.and_then(|limit| some(limit.max_retries.get())),
        network_allowlist(view, rule),
    )
}
