//! Writes tables. The same policy gives the same bytes: strings, rules, servers and roles are sorted, and
//! equal lists and constraints are stored once.

mod assemble;
mod condition;
mod index;
mod intern;
mod protection;
mod registry;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use std::collections::HashMap;

use zerocopy::IntoBytes;
use zerocopy::little_endian::{U16, U32};

use super::format::{
    CONDITION_DEPTH_MAX, Detector, LAYERS_MAX, Label, Limit, NONE, Node, Posting, Protection, Role, Rule,
    Section, Server, ServerMatch, Settings, Tool, hash_key, hash_text, members, rule_flags,
};
use super::source::{self, Condition, Policy};
use assemble::{assemble, bucketed, buckets, bytes_of};
use intern::{Interner, claims};

/// Why a policy could not be written as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// More of something than the format can count.
    TooMany(&'static str),
    /// A rule or role names a role that is not there.
    UnknownRole(String),
    /// Two rules, servers or roles of one name.
    Duplicate(String),
    /// A condition nested deeper than [`CONDITION_DEPTH_MAX`].
    TooDeep(String),
    /// A role's condition refers to a role.
    RoleInRole(String),
    /// Something is to be done with what no detector of the policy finds.
    UnknownDetector(String),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::TooMany(what) => write!(f, "too many {what} for one table"),
            WriteError::UnknownRole(name) => write!(f, "there is no role `{name}`"),
            WriteError::Duplicate(name) => write!(f, "`{name}` is defined twice"),
            WriteError::TooDeep(name) => {
                write!(f, "the condition of `{name}` is nested deeper than {CONDITION_DEPTH_MAX}")
            }
            WriteError::RoleInRole(name) => write!(f, "the role `{name}` refers to another role"),
            WriteError::UnknownDetector(name) => write!(f, "there is no detector `{name}`"),
        }
    }
}

impl core::error::Error for WriteError {}

/// The table of `policy`.
///
/// # Errors
/// [`WriteError`] where the policy does not fit the format; a policy that the compiler has checked fails only
/// for its size.
pub fn write(policy: &Policy) -> Result<Vec<u8>, WriteError> {
    let mut rules: Vec<&source::Rule> = policy.rules.iter().collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let mut servers: Vec<&source::Server> = policy.servers.iter().collect();
    servers.sort_by(|a, b| a.name.cmp(&b.name));
    let mut roles: Vec<&source::Role> = policy.roles.iter().collect();
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    let layers = usize::from(policy.layers);
    if !(1..=LAYERS_MAX).contains(&layers) || rules.iter().any(|rule| usize::from(rule.layer) >= layers) {
        return Err(WriteError::TooMany("layers"));
    }
    no_duplicates(rules.iter().map(|rule| rule.id.as_str()))?;
    no_duplicates(servers.iter().map(|server| server.name.as_str()))?;
    no_duplicates(roles.iter().map(|role| role.name.as_str()))?;

    let mut writer = Writer::new(Interner::collect(policy)?, &roles);
    writer.servers(&servers)?;
    for role in &roles {
        if has_role(&role.condition) {
            return Err(WriteError::RoleInRole(role.name.clone()));
        }
        let (node, node_len) = writer.condition(core::slice::from_ref(&role.condition), &role.name)?;
        writer.roles.push(Role { name: writer.string(&role.name).into(), node: node.into(), node_len });
    }
    for rule in &rules {
        writer.rule(rule)?;
    }
    writer.detectors(policy)?;
    let mut keys = index::of_rules(&rules, &roles, &writer.interner);
    keys.append(&mut writer.match_keys);
    writer.postings(keys)?;
    writer.settings(policy);
    writer.finish()
}

fn no_duplicates<'n>(mut names: impl Iterator<Item = &'n str>) -> Result<(), WriteError> {
    let Some(mut last) = names.next() else { return Ok(()) };
    for name in names {
        if name == last {
            return Err(WriteError::Duplicate(name.into()));
        }
        last = name;
    }
    Ok(())
}

fn has_role(condition: &Condition) -> bool {
    match condition {
        Condition::All(below) | Condition::Any(below) => below.iter().any(has_role),
        Condition::Not(below) => has_role(below),
        Condition::Role(_) => true,
        _ => false,
    }
}

fn count(number: usize, what: &'static str) -> Result<u32, WriteError> {
    // NONE itself is no number.
    u32::try_from(number).ok().filter(|number| *number != NONE).ok_or(WriteError::TooMany(what))
}

fn short(number: usize, what: &'static str) -> Result<U16, WriteError> {
    u16::try_from(number).map(U16::new).map_err(|_| WriteError::TooMany(what))
}

struct Writer<'p> {
    interner: Interner<'p>,
    role_numbers: BTreeMap<&'p str, u32>,
    words: Vec<u32>,
    /// Where an equal run of words already stands.
    runs: HashMap<Vec<u32>, u32>,
    nodes: Vec<Node>,
    programs: HashMap<Vec<u8>, u32>,
    automata: Vec<u8>,
    automaton_ends: Vec<U32>,
    automaton_numbers: BTreeMap<&'p [u8], u32>,
    rules: Vec<Rule>,
    limits: Vec<Limit>,
    limit_numbers: BTreeMap<(Option<&'p source::Limit>, Option<&'p str>), u32>,
    servers: Vec<Server>,
    server_matches: Vec<ServerMatch>,
    match_keys: index::Keys,
    tools: Vec<Tool>,
    roles: Vec<Role>,
    settings: Vec<Settings>,
    postings: Vec<Posting>,
    detectors: Vec<Detector>,
    protections: Vec<Protection>,
    patterns: &'p [u8],
    phrases: &'p [u8],
    facts: u16,
}

impl<'p> Writer<'p> {
    fn new(interner: Interner<'p>, roles: &[&'p source::Role]) -> Self {
        let role_numbers = (0..).zip(roles).map(|(number, role)| (role.name.as_str(), number)).collect();
        Writer {
            interner,
            role_numbers,
            words: Vec::new(),
            runs: HashMap::new(),
            nodes: Vec::new(),
            programs: HashMap::new(),
            automata: Vec::new(),
            automaton_ends: Vec::new(),
            automaton_numbers: BTreeMap::new(),
            rules: Vec::new(),
            limits: Vec::new(),
            limit_numbers: BTreeMap::new(),
            servers: Vec::new(),
            server_matches: Vec::new(),
            match_keys: Vec::new(),
            tools: Vec::new(),
            roles: Vec::new(),
            settings: Vec::new(),
            postings: Vec::new(),
            detectors: Vec::new(),
            protections: Vec::new(),
            patterns: &[],
            phrases: &[],
            facts: 0,
        }
    }

    fn string(&self, text: &str) -> u32 {
        self.interner.id(text)
    }

    fn optional(&self, text: Option<&String>) -> U32 {
        U32::new(text.map_or(NONE, |text| self.string(text)))
    }

    /// Numbers of `texts`, ascending and without repetition.
    fn string_set(&self, texts: &[String]) -> Vec<u32> {
        let set: BTreeSet<u32> = texts.iter().map(|text| self.string(text)).collect();
        set.into_iter().collect()
    }

    /// Stores a run of words, or finds an equal one.
    fn run(&mut self, words: Vec<u32>) -> Result<u32, WriteError> {
        if let Some(start) = self.runs.get(&words) {
            return Ok(*start);
        }
        let start = count(self.words.len(), "values")?;
        self.words.extend(&words);
        self.runs.insert(words, start);
        Ok(start)
    }

    /// Stores a conjunction, or finds an equal one: first node and number of nodes.
    fn condition(&mut self, conditions: &'p [Condition], owner: &str) -> Result<(u32, U16), WriteError> {
        let mut nodes = Vec::new();
        for condition in conditions {
            self.nodes_of(condition, owner, 0, &mut nodes)?;
        }
        let len = short(nodes.len(), "conditions in one rule")?;
        let program = nodes.as_slice().as_bytes().to_vec();
        if let Some(start) = self.programs.get(&program) {
            return Ok((*start, len));
        }
        let start = count(self.nodes.len(), "conditions")?;
        self.nodes.extend(nodes);
        self.programs.insert(program, start);
        Ok((start, len))
    }

    fn rule(&mut self, rule: &'p source::Rule) -> Result<(), WriteError> {
        let (node, node_len) = self.condition(&rule.conditions, &rule.id)?;
        let mut flags = rule.layer << rule_flags::LAYER_SHIFT;
        if rule.shadow {
            flags |= rule_flags::SHADOW;
        }
        if rule.conditions.iter().any(names_method) {
            flags |= rule_flags::NAMES_METHOD;
        }
        let limit = self.limit(rule.limit.as_ref(), rule.reason.as_deref())?;
        self.rules.push(Rule {
            id: self.string(&rule.id).into(),
            node: node.into(),
            node_len,
            verdict: rule.verdict as u8,
            flags,
            limit: limit.into(),
        });
        Ok(())
    }

    fn limit(
        &mut self,
        limit: Option<&'p source::Limit>,
        reason: Option<&'p str>,
    ) -> Result<u32, WriteError> {
        if limit.is_none() && reason.is_none() {
            return Ok(NONE);
        }
        if let Some(number) = self.limit_numbers.get(&(limit, reason)) {
            return Ok(*number);
        }
        let (network, network_len) = match limit.and_then(|limit| limit.network_allowlist.as_ref()) {
            Some(hosts) => {
                let set = self.string_set(hosts);
                (self.run(set.clone())?, count(set.len(), "hosts")?)
            }
            None => (NONE, 0),
        };
        let number = count(self.limits.len(), "constraints")?;
        let bound = |bound: fn(&source::Limit) -> Option<u32>| limit.and_then(bound).unwrap_or(NONE).into();
        self.limits.push(Limit {
            max_runtime_sec: bound(|limit| limit.max_runtime_sec),
            max_retries: bound(|limit| limit.max_retries),
            network: network.into(),
            network_len: network_len.into(),
            reason: reason.map_or(NONE, |reason| self.string(reason)).into(),
        });
        self.limit_numbers.insert((limit, reason), number);
        Ok(number)
    }

    fn postings(&mut self, mut keys: index::Keys) -> Result<(), WriteError> {
        keys.sort_unstable();
        keys.dedup();
        for group in keys.chunk_by(|one, other| one.0 == other.0) {
            let Some(((key, a, b), first)) = group.first().copied() else { continue };
            let members: Vec<u32> = group.iter().map(|(_, member)| *member).collect();
            let len = count(members.len(), "rules under one key")?;
            let consecutive = members.last().is_some_and(|last| last - first == len - 1);
            let (kind, value) = match len {
                1 => (members::ONE, first),
                _ if consecutive => (members::RANGE, self.run(vec![first, len])?),
                _ => (members::LIST, self.run([vec![len], members].concat())?),
            };
            if value & members::KIND != 0 {
                return Err(WriteError::TooMany("values"));
            }
            self.postings.push(Posting {
                key: key as u8,
                a: a.into(),
                b: b.into(),
                value: (kind | value).into(),
            });
        }
        Ok(())
    }

    fn settings(&mut self, policy: &Policy) {
        let claims = claims(policy).map(|claim| self.optional(claim));
        self.settings.push(Settings {
            flags: u8::from(policy.shadow) | policy.layers.saturating_sub(1) << 1,
            capture: policy.capture as u8,
            facts: self.facts.into(),
            matchable: self.interner.matchable.into(),
            claims,
        });
    }

    fn finish(self) -> Result<Vec<u8>, WriteError> {
        let mut text = Vec::new();
        let mut ends = vec![U32::ZERO];
        for string in &self.interner.order {
            text.extend_from_slice(string.as_bytes());
            ends.push(count(text.len(), "bytes of text")?.into());
        }
        let matchable = self.interner.order.iter().take(self.interner.matchable as usize);
        let string_buckets = buckets(matchable.map(|string| hash_text(string.as_bytes())));
        let hash = |posting: &Posting| hash_key(posting.key, posting.a.get(), posting.b.get());
        let postings = bucketed(self.postings, hash);
        let posting_buckets = buckets(postings.iter().map(hash));
        let words: Vec<U32> = self.words.into_iter().map(U32::new).collect();
        let claims: Vec<U32> =
            self.interner.claims.iter().map(|path| self.interner.id(path).into()).collect();
        let sections = [
            (Section::Settings, bytes_of(&self.settings)),
            (Section::Text, text),
            (Section::Strings, bytes_of(&ends)),
            (Section::StringBuckets, bytes_of(&string_buckets)),
            (Section::Words, bytes_of(&words)),
            (Section::Nodes, bytes_of(&self.nodes)),
            (Section::Rules, bytes_of(&self.rules)),
            (Section::Limits, bytes_of(&self.limits)),
            (Section::Servers, bytes_of(&self.servers)),
            (Section::ServerMatches, bytes_of(&self.server_matches)),
            (Section::Tools, bytes_of(&self.tools)),
            (Section::Roles, bytes_of(&self.roles)),
            (Section::Postings, bytes_of(&postings)),
            (Section::PostingBuckets, bytes_of(&posting_buckets)),
            (Section::Claims, bytes_of(&claims)),
            (Section::Automata, self.automata),
            (Section::AutomatonEnds, bytes_of(&self.automaton_ends)),
            (Section::Detectors, bytes_of(&self.detectors)),
            (Section::Protections, bytes_of(&self.protections)),
            (Section::Patterns, self.patterns.to_vec()),
            (Section::Phrases, self.phrases.to_vec()),
        ];
        assemble(&sections)
    }
}

/// Whether a condition can hold only for methods it names.
fn names_method(condition: &Condition) -> bool {
    match condition {
        Condition::All(below) => below.iter().any(names_method),
        Condition::Any(below) => !below.is_empty() && below.iter().all(names_method),
        Condition::Label { label: Label::Method, .. } => true,
        _ => false,
    }
}
