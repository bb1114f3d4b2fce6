//! Writes tables. The same policy gives the same bytes: strings, rules, servers and roles are sorted, and
//! equal lists and constraints are stored once.

mod assemble;
mod index;
mod intern;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use zerocopy::IntoBytes;
use zerocopy::little_endian::{U16, U32};

use super::facts;
use super::format::{
    CONDITION_DEPTH_MAX, Key, Label, Limit, Literal, NONE, Node, Op, Posting, Role, Rule, Section, Server,
    ServerMatch, Settings, Tool, hash_key, hash_text, rule_flags,
};
use super::source::{self, ArgumentTest, Condition, Policy, is_glob};
use crate::vocabulary::Action;
use assemble::{assemble, bytes_of, slots};
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
    runs: BTreeMap<Vec<u32>, u32>,
    nodes: Vec<Node>,
    programs: BTreeMap<Vec<u8>, u32>,
    rules: Vec<Rule>,
    limits: Vec<Limit>,
    limit_numbers: BTreeMap<source::Limit, u32>,
    servers: Vec<Server>,
    server_matches: Vec<ServerMatch>,
    match_keys: index::Keys,
    tools: Vec<Tool>,
    roles: Vec<Role>,
    settings: Vec<Settings>,
    postings: Vec<Posting>,
    facts: u16,
}

impl<'p> Writer<'p> {
    fn new(interner: Interner<'p>, roles: &[&'p source::Role]) -> Self {
        let role_numbers = (0..).zip(roles).map(|(number, role)| (role.name.as_str(), number)).collect();
        Writer {
            interner,
            role_numbers,
            words: Vec::new(),
            runs: BTreeMap::new(),
            nodes: Vec::new(),
            programs: BTreeMap::new(),
            rules: Vec::new(),
            limits: Vec::new(),
            limit_numbers: BTreeMap::new(),
            servers: Vec::new(),
            server_matches: Vec::new(),
            match_keys: BTreeMap::new(),
            tools: Vec::new(),
            roles: Vec::new(),
            settings: Vec::new(),
            postings: Vec::new(),
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

    fn leaf(&mut self, op: Op, arg: u8, words: Vec<u32>) -> Result<Node, WriteError> {
        let (len, value) = match (op, words.as_slice()) {
            (Op::ArgIn | Op::ArgGlob | Op::ArgExists, _) => (words.len(), self.run(words)?),
            (_, [one]) => (0, *one),
            _ => (words.len(), self.run(words)?),
        };
        Ok(Node { op: op as u8, arg, len: short(len, "values in one condition")?, value: value.into() })
    }

    fn label(&mut self, label: Label, own: Option<&String>, values: &[String]) -> Result<Node, WriteError> {
        let op = if values.iter().any(|value| is_glob(value)) { Op::LabelGlob } else { Op::LabelIn };
        let set = self.string_set(values);
        match own {
            Some(own) => {
                let mut words = vec![self.string(own)];
                words.extend(set);
                let len = short(words.len(), "values in one condition")?;
                Ok(Node { op: op as u8, arg: label as u8, len, value: self.run(words)?.into() })
            }
            None => self.leaf(op, label as u8, set),
        }
    }

    fn nodes_of(
        &mut self,
        condition: &Condition,
        depth: usize,
        owner: &str,
        out: &mut Vec<Node>,
    ) -> Result<(), WriteError> {
        let group = |op: Op, below: &[Condition], writer: &mut Self, out: &mut Vec<Node>| {
            if depth >= CONDITION_DEPTH_MAX {
                return Err(WriteError::TooDeep(owner.into()));
            }
            let at = out.len();
            out.push(Node { op: op as u8, arg: 0, len: U16::ZERO, value: U32::ZERO });
            for condition in below {
                writer.nodes_of(condition, depth + 1, owner, out)?;
            }
            let length = count(out.len() - at - 1, "conditions")?;
            if let Some(node) = out.get_mut(at) {
                node.value = length.into();
            }
            Ok(())
        };
        let node = match condition {
            Condition::All(below) => return group(Op::All, below, self, out),
            Condition::Any(below) => return group(Op::Any, below, self, out),
            Condition::Not(below) => return group(Op::Not, core::slice::from_ref(below), self, out),
            Condition::Label { label, own, values } => self.label(*label, own.as_ref(), values)?,
            Condition::Subject { dimension, values } => {
                let op =
                    if values.iter().any(|value| is_glob(value)) { Op::SubjectGlob } else { Op::SubjectIn };
                let set = self.string_set(values);
                self.leaf(op, *dimension as u8, set)?
            }
            Condition::Role(name) => {
                let number = self
                    .role_numbers
                    .get(name.as_str())
                    .ok_or_else(|| WriteError::UnknownRole(name.clone()))?;
                Node { op: Op::Role as u8, arg: 0, len: U16::ZERO, value: (*number).into() }
            }
            Condition::RiskTag(tags) => {
                let set = self.string_set(tags);
                self.leaf(Op::RiskTag, 0, set)?
            }
            Condition::Argument { path, test } => {
                let mut words = vec![count(path.len(), "path segments")?];
                words.extend(path.iter().map(|segment| self.string(segment)));
                let op = match test {
                    ArgumentTest::In(literals) => {
                        let set: BTreeSet<(Literal, u32)> =
                            literals.iter().map(|(literal, text)| (*literal, self.string(text))).collect();
                        words.extend(set.into_iter().flat_map(|(literal, text)| [literal as u32, text]));
                        Op::ArgIn
                    }
                    ArgumentTest::Glob(globs) => {
                        words.extend(self.string_set(globs));
                        Op::ArgGlob
                    }
                    ArgumentTest::Exists => Op::ArgExists,
                };
                self.leaf(op, 0, words)?
            }
        };
        out.push(node);
        Ok(())
    }

    /// Stores a conjunction, or finds an equal one: first node and number of nodes.
    fn condition(&mut self, conditions: &[Condition], owner: &str) -> Result<(u32, U16), WriteError> {
        let mut nodes = Vec::new();
        for condition in conditions {
            self.nodes_of(condition, 0, owner, &mut nodes)?;
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

    fn rule(&mut self, rule: &source::Rule) -> Result<(), WriteError> {
        let (node, node_len) = self.condition(&rule.conditions, &rule.id)?;
        let mut flags = 0;
        if rule.shadow {
            flags |= rule_flags::SHADOW;
        }
        if rule.conditions.iter().any(names_method) {
            flags |= rule_flags::NAMES_METHOD;
        }
        let limit = match &rule.limit {
            Some(limit) => self.limit(limit)?,
            None => NONE,
        };
        self.rules.push(Rule {
            id: self.string(&rule.id).into(),
            reason: self.optional(rule.reason.as_ref()),
            node: node.into(),
            node_len,
            verdict: rule.verdict as u8,
            flags,
            limit: limit.into(),
        });
        Ok(())
    }

    fn limit(&mut self, limit: &source::Limit) -> Result<u32, WriteError> {
        if let Some(number) = self.limit_numbers.get(limit) {
            return Ok(*number);
        }
        let (network, network_len) = match &limit.network_allowlist {
            Some(hosts) => {
                let set = self.string_set(hosts);
                (self.run(set.clone())?, count(set.len(), "hosts")?)
            }
            None => (NONE, 0),
        };
        let number = count(self.limits.len(), "constraints")?;
        self.limits.push(Limit {
            max_runtime_sec: limit.max_runtime_sec.unwrap_or(NONE).into(),
            max_retries: limit.max_retries.unwrap_or(NONE).into(),
            network: network.into(),
            network_len: network_len.into(),
        });
        self.limit_numbers.insert(limit.clone(), number);
        Ok(number)
    }

    fn servers(&mut self, servers: &[&source::Server]) -> Result<(), WriteError> {
        if servers.is_empty() {
            // Without a registry the proxy's own names are the servers' names.
            self.facts |= facts::CLUSTER | facts::ROUTE;
        }
        for (number, server) in servers.iter().enumerate() {
            let number = count(number, "servers")?;
            let action = server.action.unwrap_or(Action::Write);
            let mut exact: Vec<&source::Tool> =
                server.tools.iter().filter(|tool| !is_glob(&tool.name)).collect();
            let mut globs: Vec<&source::Tool> =
                server.tools.iter().filter(|tool| is_glob(&tool.name)).collect();
            exact.sort_by_key(|tool| self.string(&tool.name));
            globs.sort_by_key(|tool| self.string(&tool.name));
            let tools = count(self.tools.len(), "tools")?;
            for tool in exact.iter().chain(&globs) {
                let tags = self.string_set(&tool.risk_tags);
                let tag_len = short(tags.len(), "risk tags")?;
                let tags = self.run(tags)?.into();
                self.tools.push(Tool {
                    name: self.string(&tool.name).into(),
                    tags,
                    tag_len,
                    action: tool.action.unwrap_or(action) as u8,
                });
            }
            let labels: BTreeMap<u32, u32> =
                server.labels.iter().map(|(name, value)| (self.string(name), self.string(value))).collect();
            let label_len = count(labels.len(), "labels")?;
            let labels = self.run(labels.into_iter().flat_map(|(name, value)| [name, value]).collect())?;
            self.servers.push(Server {
                name: self.string(&server.name).into(),
                environment: self.optional(server.environment.as_ref()),
                classification: self.optional(server.classification.as_ref()),
                owner: self.optional(server.owner.as_ref()),
                stage: self.optional(server.stage.as_ref()),
                resource: self.optional(server.resource.as_ref()),
                labels: labels.into(),
                label_len: label_len.into(),
                tools: tools.into(),
                tool_len: count(exact.len(), "tools")?.into(),
                glob_len: count(globs.len(), "tools")?.into(),
                action: action as u8,
            });
            let own_name = [
                source::ServerMatch::Route(server.name.clone()),
                source::ServerMatch::Cluster(server.name.clone()),
            ];
            let matches = if server.matches.is_empty() { &own_name[..] } else { &server.matches };
            for found in matches {
                self.server_match(number, found)?;
            }
        }
        Ok(())
    }

    fn server_match(&mut self, server: u32, found: &source::ServerMatch) -> Result<(), WriteError> {
        let (key, value, path) = match found {
            source::ServerMatch::Http { host, path } => {
                (Key::Host, self.optional(host.as_ref()).get(), self.optional(path.as_ref()))
            }
            source::ServerMatch::Cluster(name) => {
                self.facts |= facts::CLUSTER;
                (Key::Cluster, self.string(name), U32::new(NONE))
            }
            source::ServerMatch::Route(name) => {
                self.facts |= facts::ROUTE;
                (Key::Route, self.string(name), U32::new(NONE))
            }
        };
        let number = count(self.server_matches.len(), "server matches")?;
        self.server_matches.push(ServerMatch {
            server: server.into(),
            value: value.into(),
            path,
            kind: key as u8,
        });
        let exact_host =
            !matches!(found, source::ServerMatch::Http { host: Some(host), .. } if is_glob(host));
        let posted_as = if exact_host { value } else { NONE };
        self.match_keys.entry((key, posted_as, NONE)).or_default().insert(number);
        Ok(())
    }

    fn postings(&mut self, keys: index::Keys) -> Result<(), WriteError> {
        for ((key, a, b), members) in keys {
            let members: Vec<u32> = members.into_iter().collect();
            let (value, len) = match members.as_slice() {
                [one] => (*one, 0),
                _ => {
                    let len = count(members.len(), "rules under one key")?;
                    (self.run(members)?, len)
                }
            };
            self.postings.push(Posting {
                key: key as u8,
                a: a.into(),
                b: b.into(),
                value: value.into(),
                len: len.into(),
            });
        }
        Ok(())
    }

    fn settings(&mut self, policy: &Policy) {
        let claims = claims(policy).map(|claim| self.optional(claim));
        self.settings.push(Settings {
            flags: u8::from(policy.shadow),
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
        let string_slots = slots(matchable.map(|string| hash_text(string.as_bytes())));
        let posting_slots = slots(self.postings.iter().map(|posting| {
            hash_key(Key::from_number(posting.key).unwrap_or(Key::Any), posting.a.get(), posting.b.get())
        }));
        let words: Vec<U32> = self.words.into_iter().map(U32::new).collect();
        let sections = [
            (Section::Settings, bytes_of(&self.settings)),
            (Section::Text, text),
            (Section::Strings, bytes_of(&ends)),
            (Section::StringSlots, bytes_of(&string_slots)),
            (Section::Words, bytes_of(&words)),
            (Section::Nodes, bytes_of(&self.nodes)),
            (Section::Rules, bytes_of(&self.rules)),
            (Section::Limits, bytes_of(&self.limits)),
            (Section::Servers, bytes_of(&self.servers)),
            (Section::ServerMatches, bytes_of(&self.server_matches)),
            (Section::Tools, bytes_of(&self.tools)),
            (Section::Roles, bytes_of(&self.roles)),
            (Section::Postings, bytes_of(&self.postings)),
            (Section::PostingSlots, bytes_of(&posting_slots)),
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
