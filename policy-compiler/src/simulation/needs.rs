//! What a rule must know that a record may not say.

use mcpgov_engine::table::{
    View,
    format::{Dimension, Op, Rule},
};

use crate::conditions::{self, Tree};

/// A set of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Needs(u8);

impl Needs {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ARGUMENTS: Self = Self(1);
    pub(super) const GROUPS: Self = Self(2);
    pub(super) const SCOPES: Self = Self(4);
    pub(super) const CLAIMS: Self = Self(8);
    pub(super) const PLACE: Self = Self(16);
    pub(super) const SOURCE: Self = Self(32);
    pub(super) const TIME: Self = Self(64);

    const NAMES: [(Self, &'static str); 7] = [
        (Self::ARGUMENTS, "arguments"),
        (Self::GROUPS, "groups"),
        (Self::SCOPES, "scopes"),
        (Self::CLAIMS, "claims"),
        (Self::PLACE, "region or environment"),
        (Self::SOURCE, "source address"),
        (Self::TIME, "time"),
    ];

    /// What a rule tests, except by way of roles, which records name.
    pub(super) fn of_rule(view: &View, rule: &Rule) -> Self {
        let mut needs = Self::NONE;
        for tree in conditions::of_rule(view, rule) {
            needs = needs.or(Self::of_tree(&tree));
        }
        if conditions::network_allowlist(view, rule).is_some() {
            needs = needs.or(Self::ARGUMENTS);
        }
        needs
    }

    fn of_tree(tree: &Tree) -> Self {
        let mut needs = Self::NONE;
        tree.each_leaf(&mut Vec::new(), &mut |path, leaf| {
            needs = needs.or(match leaf.op {
                _ if !path.is_empty() => Self::ARGUMENTS,
                Op::Guard => Self::ARGUMENTS,
                Op::SubjectIn | Op::SubjectGlob => match Dimension::from_number(leaf.node.arg) {
                    Some(Dimension::Group) => Self::GROUPS,
                    Some(Dimension::Scope) => Self::SCOPES,
                    _ => Self::NONE,
                },
                Op::ClaimIn | Op::ClaimGlob => Self::CLAIMS,
                Op::ContextGlob => Self::PLACE,
                Op::Source => Self::SOURCE,
                Op::Time => Self::TIME,
                // Of the arguments as a whole.
                _ if leaf.is_about_value() => Self::ARGUMENTS,
                _ => Self::NONE,
            });
        });
        needs
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// In words.
    pub(super) fn words(self) -> String {
        let names: Vec<&str> =
            Self::NAMES.iter().filter(|(need, _)| self.has(*need)).map(|(_, name)| *name).collect();
        names.join(", ")
    }

    /// What to do so that later records have it.
    pub(super) fn help(self) -> Option<&'static str> {
        self.has(Self::ARGUMENTS).then_some("`audit: { arguments: full }` records arguments")
    }
}
