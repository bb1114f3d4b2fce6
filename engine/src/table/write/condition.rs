//! Conditions to nodes.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zerocopy::little_endian::{U16, U32};

use super::super::facts;
use super::super::format::{CONDITION_DEPTH_MAX, Circumstance, Literal, NONE, Node, Op};
use super::super::source::{ArgumentTest, Automaton, Condition, is_glob};
use super::{WriteError, Writer, count, short};
use crate::guard::Guard;
use crate::network::Network;

/// Appends the nodes of one member of a group.
type Append<'p, T> = fn(&mut Writer<'p>, &'p T, &str, usize, &mut Vec<Node>) -> Result<(), WriteError>;

impl<'p> Writer<'p> {
    /// Appends the nodes of a condition. `owner` is the rule or role to name in errors.
    pub(super) fn nodes_of(
        &mut self,
        condition: &'p Condition,
        owner: &str,
        depth: usize,
        out: &mut Vec<Node>,
    ) -> Result<(), WriteError> {
        let one = core::slice::from_ref::<Condition>;
        let node = match condition {
            Condition::All(below) => return self.group(Op::All, below, Self::nodes_of, owner, depth, out),
            Condition::Any(below) => return self.group(Op::Any, below, Self::nodes_of, owner, depth, out),
            Condition::Not(below) => {
                return self.group(Op::Not, one(below), Self::nodes_of, owner, depth, out);
            }
            Condition::Argument { path, test } => return self.at(Op::At, path, test, owner, depth, out),
            Condition::Arguments(test) => {
                return self.group(Op::Whole, side_by_side(test), Self::tests_of, owner, depth, out);
            }
            Condition::Label { label, own, values } => {
                let op = if any_glob(values) { Op::LabelGlob } else { Op::LabelIn };
                let set = self.string_set(values);
                match own {
                    Some(own) => {
                        let words = [vec![self.string(own)], set].concat();
                        self.many(op, *label as u8, words)?
                    }
                    None => self.leaf(op, *label as u8, set)?,
                }
            }
            Condition::Subject { dimension, values } => {
                let op = if any_glob(values) { Op::SubjectGlob } else { Op::SubjectIn };
                let set = self.string_set(values);
                self.leaf(op, *dimension as u8, set)?
            }
            Condition::Claim { path, values } => {
                let op = if any_glob(values) { Op::ClaimGlob } else { Op::ClaimIn };
                let words = [vec![self.interner.claim(path)], self.string_set(values)].concat();
                self.many(op, 0, words)?
            }
            Condition::Role(name) => {
                let number = self.role_numbers.get(name.as_str());
                let number = number.ok_or_else(|| WriteError::UnknownRole(name.clone()))?;
                plain(Op::Role, 0, *number)
            }
            Condition::RiskTag(tags) => {
                let set = self.string_set(tags);
                self.leaf(Op::RiskTag, 0, set)?
            }
            Condition::Source(networks) => {
                self.facts |= facts::SOURCE;
                self.many(Op::Source, 0, network_words(networks))?
            }
            Condition::Context { circumstance, globs } => {
                self.facts |= match circumstance {
                    Circumstance::Region => facts::REGION,
                    Circumstance::Environment => facts::ENVIRONMENT,
                };
                let set = self.string_set(globs);
                self.leaf(Op::ContextGlob, *circumstance as u8, set)?
            }
            Condition::Guard(guards) => plain(Op::Guard, guard_bits(guards), 0),
            Condition::Session => {
                self.facts |= facts::SESSION;
                plain(Op::Session, 0, 0)
            }
            Condition::Time(windows) => {
                self.facts |= facts::TIME;
                let windows: BTreeSet<_> = windows.iter().collect();
                self.many(Op::Time, 0, windows.iter().flat_map(|window| window.to_words()).collect())?
            }
        };
        out.push(node);
        Ok(())
    }

    /// Appends the nodes of a test of the value at hand.
    fn tests_of(
        &mut self,
        test: &'p ArgumentTest,
        owner: &str,
        depth: usize,
        out: &mut Vec<Node>,
    ) -> Result<(), WriteError> {
        let one = core::slice::from_ref::<ArgumentTest>;
        let node = match test {
            ArgumentTest::All(below) => return self.group(Op::All, below, Self::tests_of, owner, depth, out),
            ArgumentTest::Any(below) => return self.group(Op::Any, below, Self::tests_of, owner, depth, out),
            ArgumentTest::Not(below) => {
                return self.group(Op::Not, one(below), Self::tests_of, owner, depth, out);
            }
            ArgumentTest::Each(below) => {
                return self.group(Op::Each, one(below), Self::tests_of, owner, depth, out);
            }
            ArgumentTest::Some(below) => {
                return self.group(Op::Some, one(below), Self::tests_of, owner, depth, out);
            }
            ArgumentTest::At(path, test) => return self.at(Op::At, path, test, owner, depth, out),
            ArgumentTest::Rest(names, test) => return self.at(Op::Rest, names, test, owner, depth, out),
            ArgumentTest::In(literals) => self.many(Op::In, 0, self.literals(literals))?,
            ArgumentTest::Contains(literals) => self.many(Op::Contains, 0, self.literals(literals))?,
            ArgumentTest::Glob(globs) => self.set(Op::Glob, globs)?,
            ArgumentTest::Under(paths) => self.set(Op::Under, paths)?,
            ArgumentTest::Host(globs) => self.set(Op::Host, globs)?,
            ArgumentTest::Regex(automata) => {
                let mut words = Vec::new();
                for automaton in automata {
                    words.extend([self.string(&automaton.pattern), self.automaton(automaton)?]);
                }
                self.many(Op::Regex, 0, words)?
            }
            ArgumentTest::Exists => plain(Op::Exists, 0, 0),
            ArgumentTest::Compare(relation, number) => {
                plain(Op::Compare, *relation as u8, self.string(number))
            }
            ArgumentTest::Length(relation, length) => plain(Op::Length, *relation as u8, *length),
            ArgumentTest::Type(types) => plain(Op::Type, *types, 0),
            ArgumentTest::Cidr(networks) => self.many(Op::Cidr, 0, network_words(networks))?,
            ArgumentTest::Guard(guards) => plain(Op::Guard, guard_bits(guards), 0),
        };
        out.push(node);
        Ok(())
    }

    /// `At` with its path, `Rest` with its names.
    fn at(
        &mut self,
        op: Op,
        names: &'p [String],
        test: &'p ArgumentTest,
        owner: &str,
        depth: usize,
        out: &mut Vec<Node>,
    ) -> Result<(), WriteError> {
        let mut words = vec![count(names.len(), "path segments")?];
        words.extend(names.iter().map(|name| self.string(name)));
        let words = self.run(words)?;
        let at = out.len();
        self.group(op, side_by_side(test), Self::tests_of, owner, depth, out)?;
        if let Some(node) = out.get_mut(at) {
            node.len = short(node.value.get() as usize, "tests of one argument")?;
            node.value = words.into();
        }
        Ok(())
    }

    /// A node, then those of its members, whose number it holds.
    fn group<T>(
        &mut self,
        op: Op,
        members: &'p [T],
        member: Append<'p, T>,
        owner: &str,
        depth: usize,
        out: &mut Vec<Node>,
    ) -> Result<(), WriteError> {
        if depth >= CONDITION_DEPTH_MAX {
            return Err(WriteError::TooDeep(owner.into()));
        }
        let at = out.len();
        out.push(plain(op, 0, 0));
        for condition in members {
            member(self, condition, owner, depth + 1, out)?;
        }
        let length = count(out.len() - at - 1, "conditions")?;
        if let Some(node) = out.get_mut(at) {
            node.value = length.into();
        }
        Ok(())
    }

    fn set(&mut self, op: Op, texts: &[String]) -> Result<Node, WriteError> {
        let set = self.string_set(texts);
        self.leaf(op, 0, set)
    }

    /// A leaf whose words may be one word in place.
    fn leaf(&mut self, op: Op, arg: u8, words: Vec<u32>) -> Result<Node, WriteError> {
        match words.as_slice() {
            [one] => Ok(plain(op, arg, *one)),
            _ => self.many(op, arg, words),
        }
    }

    /// A leaf with a run of words.
    fn many(&mut self, op: Op, arg: u8, words: Vec<u32>) -> Result<Node, WriteError> {
        let len = short(words.len(), "values in one condition")?;
        Ok(Node { op: op as u8, arg, len, value: self.run(words)?.into() })
    }

    fn literals(&self, literals: &[(Literal, String)]) -> Vec<u32> {
        let set: BTreeSet<(Literal, u32)> =
            literals.iter().map(|(literal, text)| (*literal, self.string(text))).collect();
        set.into_iter().flat_map(|(literal, text)| [literal as u32, text]).collect()
    }

    /// Stores an automaton, or finds an equal one.
    fn automaton(&mut self, automaton: &'p Automaton) -> Result<u32, WriteError> {
        if let Some(number) = self.automaton_numbers.get(&*automaton.bytes) {
            return Ok(*number);
        }
        let number = count(self.automaton_ends.len(), "regular expressions")?;
        self.automata.extend_from_slice(&automaton.bytes);
        self.automaton_ends.push(count(self.automata.len(), "bytes of regular expressions")?.into());
        self.automaton_numbers.insert(&automaton.bytes, number);
        Ok(number)
    }
}

/// Tests side by side stand below a path without a group of their own.
fn side_by_side(test: &ArgumentTest) -> &[ArgumentTest] {
    match test {
        ArgumentTest::All(tests) if !tests.is_empty() => tests,
        test => core::slice::from_ref(test),
    }
}

fn plain(op: Op, arg: u8, value: u32) -> Node {
    debug_assert!(value != NONE, "a string that was not collected");
    Node { op: op as u8, arg, len: U16::ZERO, value: U32::new(value) }
}

fn guard_bits(guards: &[Guard]) -> u8 {
    guards.iter().fold(0, |bits, guard| bits | *guard as u8)
}

fn any_glob(values: &[String]) -> bool {
    values.iter().any(|value| is_glob(value))
}

fn network_words(networks: &[Network]) -> Vec<u32> {
    let networks: BTreeSet<&Network> = networks.iter().collect();
    networks.iter().flat_map(|network| network.to_words()).collect()
}
