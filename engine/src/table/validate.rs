//! The checks a table passes before anything reads it.

use core::mem::size_of;
use core::ops::Range;

use sha2::{Digest as _, Sha256};
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, IntoBytes};

use super::format::{
    CONDITION_DEPTH_MAX, Circumstance, Detector, Dimension, DirectoryEntry, Header, Key, Label, Limit,
    Literal, MAGIC, NONE, Node, Op, Posting, Protection, Relation, Role, Rule, Section, Server, ServerMatch,
    Settings, Tool, VERSION, rule_flags, types,
};
use super::view::View;
use super::{Digest, Layout, TableError, Words, facts};
use crate::guard::Guard;
use crate::network::Network;
use crate::scan::Kind;
use crate::vocabulary::{Action, Blobs, Capture, Direction, Severity, Treatment, Verdict};
use crate::window::Window;

/// Framing: header, digest, directory, whole records.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout, TableError> {
    if bytes.get(..MAGIC.len()).is_some_and(|magic| magic != MAGIC) {
        return Err(TableError::NotATable);
    }
    let (header, mut rest) = Header::ref_from_prefix(bytes).map_err(|_| TableError::Truncated)?;
    match header.version.get() {
        VERSION => {}
        found if found > VERSION => return Err(TableError::NewerVersion { found }),
        found => return Err(TableError::OlderVersion { found }),
    }
    let length = header.length.get() as usize;
    if bytes.len() < length {
        return Err(TableError::Truncated);
    }
    if bytes.len() > length {
        return Err(TableError::TrailingBytes);
    }
    let digest = digest(header, rest);
    if digest.0 != header.digest {
        return Err(TableError::DigestMismatch);
    }

    let mut sections: [Range<usize>; Section::ALL.len()] = core::array::from_fn(|_| 0..0);
    let mut directory_end = bytes.len() - rest.len();
    let mut entries =
        [DirectoryEntry { kind: U32::ZERO, start: U32::ZERO, length: U32::ZERO }; Section::ALL.len()];
    let count = header.section_count.get() as usize;
    for entry in entries.get_mut(..count).ok_or(TableError::BadDirectory)? {
        let (found, after) = DirectoryEntry::read_from_prefix(rest).map_err(|_| TableError::Truncated)?;
        (*entry, rest) = (found, after);
        directory_end += size_of::<DirectoryEntry>();
    }
    let (mut last_kind, mut next_start) = (0, directory_end);
    for entry in entries.iter().take(count) {
        let section = Section::from_number(entry.kind.get()).ok_or(TableError::BadDirectory)?;
        let start = entry.start.get() as usize;
        let end = start.checked_add(entry.length.get() as usize).ok_or(TableError::BadDirectory)?;
        if entry.kind.get() <= last_kind || start != next_start || end > bytes.len() {
            return Err(TableError::BadDirectory);
        }
        if !(end - start).is_multiple_of(record_size(section)) {
            return Err(TableError::BadSection(section));
        }
        (last_kind, next_start) = (entry.kind.get(), end);
        if let Some(range) = sections.get_mut(section as usize - 1) {
            *range = start..end;
        }
    }
    if next_start != bytes.len() {
        return Err(TableError::BadDirectory);
    }
    Ok(Layout { sections, digest, digest_text: digest.text() })
}

/// SHA-256 of everything but the digest itself; `rest` follows the header.
pub(super) fn digest(header: &Header, rest: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(header.magic);
    hash.update(header.version.as_bytes());
    hash.update(header.length.as_bytes());
    hash.update(header.section_count.as_bytes());
    hash.update(rest);
    Digest(hash.finalize().into())
}

const fn record_size(section: Section) -> usize {
    match section {
        Section::Settings => size_of::<Settings>(),
        Section::Text | Section::Automata | Section::Patterns | Section::Phrases => 1,
        Section::Strings
        | Section::StringBuckets
        | Section::Words
        | Section::PostingBuckets
        | Section::Claims
        | Section::AutomatonEnds => size_of::<U32>(),
        Section::Nodes => size_of::<Node>(),
        Section::Rules => size_of::<Rule>(),
        Section::Limits => size_of::<Limit>(),
        Section::Servers => size_of::<Server>(),
        Section::ServerMatches => size_of::<ServerMatch>(),
        Section::Tools => size_of::<Tool>(),
        Section::Roles => size_of::<Role>(),
        Section::Postings => size_of::<Posting>(),
        Section::Detectors => size_of::<Detector>(),
        Section::Protections => size_of::<Protection>(),
    }
}

/// Every record of a well-framed table.
pub(super) fn records(view: &View<'_>) -> Result<(), TableError> {
    let check = Check { view };
    check.strings()?;
    check.settings()?;
    check.each(Section::Limits, view.limits, |limit| {
        check.optional_string(limit.reason)
            && (limit.network.get() == NONE
                || check.run_of_strings(limit.network.get(), limit.network_len.get()))
    })?;
    check.each(Section::Tools, view.tools, |tool| {
        check.string(tool.name)
            && check.run_of_strings(tool.tags.get(), u32::from(tool.tag_len.get()))
            && Action::from_number(tool.action).is_some()
    })?;
    check.each(Section::Servers, view.servers, |server| check.server(server))?;
    check.ascending(Section::Servers, view.servers, |server| server.name)?;
    check.each(Section::ServerMatches, view.server_matches, |found| {
        (found.server.get() as usize) < view.servers.len()
            && check.optional_string(found.value)
            && check.optional_string(found.path)
            && matches!(
                Key::ALL.iter().find(|key| **key as u8 == found.kind),
                Some(Key::Host | Key::Cluster | Key::Route)
            )
    })?;
    check.each(Section::Claims, view.claims, |path| check.string(*path))?;
    check.ascending(Section::Claims, view.claims, |path| *path)?;
    check.each(Section::Roles, view.roles, |role| {
        check.string(role.name) && check.condition(role.node.get(), role.node_len.get(), false)
    })?;
    check.each(Section::Rules, view.rules, |rule| check.rule(rule))?;
    check.ascending(Section::Rules, view.rules, |rule| rule.id)?;
    check.each(Section::Detectors, view.detectors, |detector| {
        check.string(detector.name)
            && check.run_of_strings(detector.allow.get(), u32::from(detector.allow_len.get()))
            && (detector.is_built_in == 0
                || detector.is_built_in == 1 && Kind::from_name(view.text(detector.name)).is_some())
            && Severity::from_number(detector.severity).is_some()
    })?;
    check.ascending(Section::Detectors, view.detectors, |detector| detector.name)?;
    check.each(Section::Protections, view.protections, |protection| check.protection(protection))?;
    check.ascending(Section::Protections, view.protections, |protection| protection.id)?;
    check.postings()
}

struct Check<'v, 't> {
    view: &'v View<'t>,
}

impl Check<'_, '_> {
    fn each<T>(&self, section: Section, items: &[T], good: impl Fn(&T) -> bool) -> Result<(), TableError> {
        match items.iter().position(|item| !good(item)) {
            None => Ok(()),
            Some(index) => Err(TableError::BadRecord(section, index)),
        }
    }

    fn ascending<T>(
        &self,
        section: Section,
        items: &[T],
        name: impl Fn(&T) -> U32,
    ) -> Result<(), TableError> {
        let mut last: Option<&str> = None;
        for (index, item) in items.iter().enumerate() {
            let text = self.view.text(name(item));
            if last.is_some_and(|last| last >= text) {
                return Err(TableError::BadRecord(section, index));
            }
            last = Some(text);
        }
        Ok(())
    }

    /// Offsets ascend, every string is UTF-8, and every matchable string is found through its bucket.
    fn strings(&self) -> Result<(), TableError> {
        let strings = &self.view.strings;
        for index in 0..strings.len() {
            let id = u32::try_from(index).map_err(|_| TableError::BadSection(Section::Strings))?;
            if strings.get(id).is_none() {
                return Err(TableError::BadRecord(Section::Strings, index));
            }
        }
        self.buckets(Section::StringBuckets, strings.buckets(), strings.len())?;
        Ok(())
    }

    /// Starts of buckets ascend, and lie within what they divide.
    fn buckets(&self, section: Section, starts: &[U32], len: usize) -> Result<(), TableError> {
        let ascend = starts.is_sorted_by_key(|start| start.get());
        let end = starts.last().map_or(0, |end| end.get() as usize);
        if ascend && end <= len { Ok(()) } else { Err(TableError::BadSection(section)) }
    }

    fn settings(&self) -> Result<(), TableError> {
        let [settings] = self.view.settings else { return Err(TableError::BadSection(Section::Settings)) };
        let good = settings.flags & !7 == 0
            && Capture::from_number(settings.capture).is_some()
            && settings.facts.get() & !facts::ALL == 0
            && settings.matchable.get() as usize <= self.view.strings.len()
            && settings.claims.iter().all(|claim| self.optional_string(*claim));
        if !good {
            return Err(TableError::BadRecord(Section::Settings, 0));
        }
        // What a request is compared with by number must be found by text.
        for id in 0..settings.matchable.get() {
            let found = self.view.strings.get(id).and_then(|text| self.view.strings.find(text));
            if found != Some(id) {
                return Err(TableError::BadRecord(Section::Strings, id as usize));
            }
        }
        Ok(())
    }

    fn server(&self, server: &Server) -> bool {
        let (tools, exact, globs) = (server.tools.get(), server.tool_len.get(), server.glob_len.get());
        let Some(all) = exact.checked_add(globs) else { return false };
        let in_bounds = tools.checked_add(all).is_some_and(|end| end as usize <= self.view.tools.len());
        let mut last = None;
        let exact_ascend = in_bounds
            && self.view.tool_run(tools, exact).iter().all(|tool| {
                let ascends = last.is_none_or(|last| last < tool.name.get());
                last = Some(tool.name.get());
                ascends
            });
        exact_ascend
            && self.string(server.name)
            && [server.environment, server.classification, server.owner, server.stage, server.resource]
                .iter()
                .all(|text| self.optional_string(*text))
            && server
                .label_len
                .get()
                .checked_mul(2)
                .is_some_and(|len| self.run_of_strings(server.labels.get(), len))
            && Action::from_number(server.action).is_some()
    }

    fn rule(&self, rule: &Rule) -> bool {
        self.string(rule.id)
            && Verdict::from_number(rule.verdict).is_some()
            && rule.flags & !rule_flags::ALL == 0
            && rule.layer() < self.view.layers()
            && (rule.limit.get() == NONE || (rule.limit.get() as usize) < self.view.limits.len())
            && self.condition(rule.node.get(), rule.node_len.get(), true)
    }

    fn protection(&self, protection: &Protection) -> bool {
        let len = u32::from(protection.detector_len.get());
        let detectors = self.view.run(protection.detectors.get(), len);
        let mut last = None;
        self.string(protection.id)
            && self.condition(protection.node.get(), protection.node_len.get(), true)
            && detectors.len() == len as usize
            && detectors.iter().all(|detector| {
                let ascends = last.is_none_or(|last| last < detector);
                last = Some(detector);
                ascends && (detector as usize) < self.view.detectors.len()
            })
            && Treatment::from_number(protection.treatment).is_some()
            && (1..1 << Direction::ALL.len()).contains(&protection.directions)
            && Blobs::from_number(protection.blobs).is_some()
            && protection.is_shadow <= 1
    }

    fn condition(&self, start: u32, len: u16, roles: bool) -> bool {
        let nodes = self.view.node_run(start, len);
        nodes.len() == usize::from(len)
            && self.nodes(nodes, CONDITION_DEPTH_MAX, Place { roles, value: false })
    }

    /// Siblings, each followed by its descendants.
    fn nodes(&self, mut nodes: &[Node], depth_left: usize, place: Place) -> bool {
        while let Some((node, rest)) = nodes.split_first() {
            let Some(op) = Op::from_number(node.op) else { return false };
            let Some((below, after)) = rest.split_at_checked(node.below() as usize) else { return false };
            nodes = after;
            let inside = match op {
                Op::All | Op::Any | Op::Not => Some(place),
                Op::At | Op::Whole => Some(Place { value: true, ..place }),
                Op::Each | Op::Some | Op::Rest if place.value => Some(place),
                _ => None,
            };
            let good = match inside {
                Some(inside) => {
                    depth_left > 0
                        && !below.is_empty()
                        && (op != Op::Not || is_single(below))
                        && (op != Op::At || self.names(node.value.get(), 1))
                        && (op != Op::Rest || self.names(node.value.get(), 0))
                        && self.nodes(below, depth_left - 1, inside)
                }
                None => self.leaf(op, node, place),
            };
            if !good {
                return false;
            }
        }
        true
    }

    /// A run of words that begins with the number of strings that follow, at least `least`.
    fn names(&self, start: u32, least: u32) -> bool {
        let len = self.view.run(start, 1).get(0);
        let strings = |len| start.checked_add(1).is_some_and(|start| self.run_of_strings(start, len));
        len.is_some_and(|len| len >= least && strings(len))
    }

    fn leaf(&self, op: Op, node: &Node, place: Place) -> bool {
        let (value, len) = (node.value.get(), u32::from(node.len.get()));
        let words = self.view.list(value, len);
        let whole = len == 0 || words.len() == len as usize;
        match op {
            Op::All | Op::Any | Op::Not | Op::At | Op::Each | Op::Some | Op::Whole | Op::Rest => false,
            Op::LabelIn | Op::LabelGlob => match Label::from_number(node.arg) {
                Some(Label::Own) => len >= 2 && self.run_of_strings(value, len),
                Some(_) => self.list(value, len, op == Op::LabelIn),
                None => false,
            },
            Op::SubjectIn | Op::SubjectGlob => {
                Dimension::from_number(node.arg).is_some() && self.list(value, len, op == Op::SubjectIn)
            }
            Op::Role => place.roles && (value as usize) < self.view.roles.len(),
            Op::RiskTag => self.list(value, len, true),
            Op::ClaimIn | Op::ClaimGlob => {
                let known = words.get(0).is_some_and(|claim| (claim as usize) < self.view.claims.len());
                known && len >= 2 && self.list(value.saturating_add(1), len - 1, op == Op::ClaimIn)
            }
            Op::Source => whole && self.networks(words),
            Op::ContextGlob => Circumstance::from_number(node.arg).is_some() && self.list(value, len, false),
            Op::Session => true,
            // Whoever calls, arguments are not what makes a role.
            Op::Guard => place.roles && node.arg != 0 && node.arg & !Guard::BITS == 0,
            Op::Time => {
                whole
                    && !words.is_empty()
                    && whole_groups(words, |window| Window::from_words(window).is_some())
            }
            _ if !place.value => false,
            Op::In | Op::Contains => {
                let literal = |literal| u8::try_from(literal).ok().and_then(Literal::from_number).is_some();
                whole && whole_groups(words, |[kind, text]| literal(kind) && self.known(text))
            }
            Op::Glob | Op::Under | Op::Host => self.list(value, len, false),
            Op::Exists => true,
            Op::Compare => Relation::from_number(node.arg).is_some() && self.known(value),
            Op::Length => Relation::from_number(node.arg).is_some(),
            Op::Type => node.arg != 0 && node.arg & !types::ALL == 0,
            Op::Regex => {
                let automata = self.view.automata.len();
                whole
                    && whole_groups(words, |[pattern, automaton]| {
                        self.known(pattern) && (automaton as usize) < automata
                    })
            }
            Op::Cidr => whole && self.networks(words),
        }
    }

    fn networks(&self, words: Words<'_>) -> bool {
        whole_groups(words, |network| Network::from_words(network).is_some())
    }

    fn known(&self, id: u32) -> bool {
        (id as usize) < self.view.strings.len()
    }

    fn postings(&self) -> Result<(), TableError> {
        self.buckets(Section::PostingBuckets, self.view.posting_buckets, self.view.postings.len())?;
        self.each(Section::Postings, self.view.postings, |posting| self.posting(posting))
    }

    fn posting(&self, posting: &Posting) -> bool {
        let Some(key) = Key::from_number(posting.key) else { return false };
        let bound = match key {
            Key::Host | Key::Cluster | Key::Route => self.view.server_matches.len(),
            _ => self.view.rules.len(),
        };
        let members = self.view.members(posting);
        let in_bounds = match members {
            // Not one by one: a range may be as long as its writer likes.
            Words::Range(first, len) => (first as usize).saturating_add(len as usize) <= bound,
            _ => members.iter().all(|member| (member as usize) < bound),
        };
        let found = self.view.posted(key, posting.a.get(), posting.b.get());
        in_bounds && !members.is_empty() && found.len() == members.len() && found.get(0) == members.get(0)
    }

    fn string(&self, id: U32) -> bool {
        (id.get() as usize) < self.view.strings.len()
    }

    fn optional_string(&self, id: U32) -> bool {
        id.get() == NONE || self.string(id)
    }

    /// A list of strings; `ascending` where it is searched by number.
    fn list(&self, start: u32, len: u32, ascending: bool) -> bool {
        let words = self.view.list(start, len);
        let whole = len == 0 || words.len() == len as usize;
        let mut last = None;
        whole
            && words.iter().all(|word| {
                let ascends = !ascending || last.is_none_or(|last| last < word);
                last = Some(word);
                ascends && (word as usize) < self.view.strings.len()
            })
    }

    fn run_of_strings(&self, start: u32, len: u32) -> bool {
        let words = self.view.run(start, len);
        words.len() == len as usize && words.iter().all(|word| (word as usize) < self.view.strings.len())
    }
}

/// What may stand at a place of a condition.
#[derive(Clone, Copy)]
struct Place {
    /// A role; not in a role's own condition, so that there are no cycles.
    roles: bool,
    /// A test of a value; only below a path.
    value: bool,
}

/// Whether the words are one or more groups of `N`, each of them good.
fn whole_groups<const N: usize>(words: Words<'_>, good: impl Fn([u32; N]) -> bool) -> bool {
    !words.is_empty() && words.len().is_multiple_of(N) && words.groups().all(good)
}

/// Whether the nodes are one node with its descendants.
fn is_single(nodes: &[Node]) -> bool {
    nodes.split_first().is_some_and(|(first, rest)| rest.len() == first.below() as usize)
}
