//! What one condition says about another.
//!
//! A condition is true, false or unknown. Two relations are asked, and "no" may mean "not seen".
//!
//! * [`Sense::Holds`]: where the premises hold, so does the conclusion.
//! * [`Sense::Reaches`]: where the conclusion is false, so is one of the premises. An uncertain restriction applies, so
//!   that is what one restriction must do to make another superfluous.

use mcpgov_engine::{
    glob,
    table::{
        View,
        format::{Dimension, Literal, Op},
    },
};

use crate::conditions::{Leaf, Tree};

/// Which relation is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Holds,
    Reaches,
}

impl Sense {
    fn opposite(self) -> Self {
        match self {
            Self::Holds => Self::Reaches,
            Self::Reaches => Self::Holds,
        }
    }
}

/// Whether the premises together entail the conclusion, in the sense asked.
pub(super) fn entails(view: &View, premises: &[Tree], conclusion: &Tree, sense: Sense) -> bool {
    if premises.iter().any(|premise| one_entails(view, premise, conclusion, sense)) {
        return true;
    }
    match conclusion {
        Tree::All(all) => all.iter().all(|conclusion| entails(view, premises, conclusion, sense)),
        Tree::Any(any) => any.iter().any(|conclusion| entails(view, premises, conclusion, sense)),
        Tree::Not(excluded) => {
            excluded.iter().any(|excluded| premises.iter().any(|premise| exclude(premise, excluded)))
        }
        _ => false,
    }
}

fn one_entails(view: &View, premise: &Tree, conclusion: &Tree, sense: Sense) -> bool {
    let all = |premises: &[Tree], conclusions: &[Tree], sense| {
        conclusions.iter().all(|conclusion| entails(view, premises, conclusion, sense))
    };
    match (premise, conclusion) {
        (Tree::Leaf(premise), Tree::Leaf(conclusion)) => within(view, *premise, *conclusion, sense),
        (Tree::At(path, premise), Tree::At(other, conclusion)) => {
            path == other && entails(view, std::slice::from_ref(premise), conclusion, sense)
        }
        (Tree::Each(premises), Tree::Each(conclusions)) | (Tree::Some(premises), Tree::Some(conclusions)) => {
            all(premises, conclusions, sense)
        }
        (Tree::Rest(names, premises), Tree::Rest(others, conclusions)) => {
            names == others && all(premises, conclusions, sense)
        }
        // "Not all of P" entails "not all of C" if all of C entails each of P.
        (Tree::Not(premises), Tree::Not(conclusions)) => all(conclusions, premises, sense.opposite()),
        (Tree::Any(any), _) => {
            !any.is_empty()
                && any.iter().all(|premise| entails(view, std::slice::from_ref(premise), conclusion, sense))
        }
        (Tree::All(all), _) => entails(view, all, conclusion, sense),
        _ => false,
    }
}

/// Whether one of the two is always false where the other holds.
pub(super) fn exclude(a: &Tree, b: &Tree) -> bool {
    let (a, b) = match (a, b) {
        (Tree::Leaf(a), Tree::Leaf(b)) => (*a, *b),
        (Tree::At(path, a), Tree::At(other, b)) => return path == other && exclude(a, b),
        _ => return false,
    };
    match (a.op, b.op) {
        (Op::LabelIn, Op::LabelIn) if a.node.arg == b.node.arg => a.detail() == b.detail() && disjoint(a, b),
        // A call is about one tool, prompt or resource.
        (Op::LabelIn | Op::LabelGlob, Op::LabelIn | Op::LabelGlob) => {
            a.is_object() && b.is_object() && a.node.arg != b.node.arg
        }
        (Op::SubjectIn, Op::SubjectIn) if a.node.arg == b.node.arg => {
            // A caller has several groups and scopes.
            let single =
                !matches!(Dimension::from_number(a.node.arg), Some(Dimension::Group | Dimension::Scope));
            single && disjoint(a, b)
        }
        // Of numbers, two texts may be one number.
        (Op::In, Op::In) => {
            kinds(a) == kinds(b)
                && kinds(a) & (1 << Literal::Number as u32) == 0
                && !a.literals().any(|literal| b.literals().any(|other| other == literal))
        }
        _ => false,
    }
}

fn disjoint(a: Leaf, b: Leaf) -> bool {
    !a.values().any(|value| b.values().any(|other| other == value))
}

/// Whether everything that `a` accepts is accepted by `b`, which is about the same value.
fn within(view: &View, a: Leaf, b: Leaf, sense: Sense) -> bool {
    let accepted = |text: &str| b.values().any(|value| glob::matches(view.text(value), text));
    // A glob that matches the text of another matches all that the other does: it takes `*` for a letter.
    let all_accepted = || a.values().all(|value| accepted(view.text(value)));
    let subset = || a.values().all(|value| b.values().any(|other| other == value));
    let same_subject = || a.node.arg == b.node.arg && a.detail() == b.detail();
    match (a.op, b.op) {
        (Op::LabelIn, Op::LabelIn) | (Op::SubjectIn, Op::SubjectIn) | (Op::ClaimIn, Op::ClaimIn) => {
            same_subject() && subset()
        }
        (Op::LabelIn | Op::LabelGlob, Op::LabelGlob)
        | (Op::SubjectIn | Op::SubjectGlob, Op::SubjectGlob)
        | (Op::ClaimIn | Op::ClaimGlob, Op::ClaimGlob) => same_subject() && all_accepted(),
        (Op::Role, Op::Role) => a.node.value == b.node.value,
        (Op::RiskTag, Op::RiskTag) => subset(),
        (Op::In, Op::In) => {
            a.literals().all(|literal| b.literals().any(|other| other == literal))
                && (sense == Sense::Holds || kinds(a) == kinds(b))
        }
        (Op::Glob, Op::Glob) => all_accepted(),
        (Op::In, Op::Glob) => {
            a.literals().all(|(kind, text)| kind == Literal::String as u32 && accepted(view.text(text)))
        }
        (Op::Exists, Op::Exists) => true,
        // No test of a value holds where there is none.
        (_, Op::Exists) => sense == Sense::Holds,
        // Tests of other kinds are compared as they are written.
        (a_op, b_op) => a_op == b_op && a.node.arg == b.node.arg && a.words.iter().eq(b.words.iter()),
    }
}

/// The JSON types of a test's literals, as bits.
fn kinds(leaf: Leaf) -> u32 {
    leaf.literals().fold(0, |kinds, (kind, _)| kinds | 1_u32.checked_shl(kind).unwrap_or_default())
}
