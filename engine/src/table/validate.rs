//! The checks a table passes before anything reads it.

use core::mem::size_of;
use core::ops::Range;

use sha2::{Digest as _, Sha256};
use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, IntoBytes};

use super::format::{
    CONDITION_DEPTH_MAX, Dimension, DirectoryEntry, Header, Key, Label, Limit, Literal, MAGIC, NONE, Node,
    Op, Posting, Role, Rule, Section, Server, ServerMatch, Settings, Tool, VERSION, rule_flags,
};
use super::view::View;
use super::{Digest, Layout, TableError, facts};
use crate::vocabulary::{Action, Capture, Verdict};

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
        Section::Text => 1,
        Section::Strings | Section::StringSlots | Section::Words | Section::PostingSlots => size_of::<U32>(),
        Section::Nodes => size_of::<Node>(),
        Section::Rules => size_of::<Rule>(),
        Section::Limits => size_of::<Limit>(),
        Section::Servers => size_of::<Server>(),
        Section::ServerMatches => size_of::<ServerMatch>(),
        Section::Tools => size_of::<Tool>(),
        Section::Roles => size_of::<Role>(),
        Section::Postings => size_of::<Posting>(),
    }
}

/// Every record of a well-framed table.
pub(super) fn records(view: &View<'_>) -> Result<(), TableError> {
    let check = Check { view };
    check.strings()?;
    check.settings()?;
    check.each(Section::Limits, view.limits, |limit| {
        limit.network.get() == NONE || check.run_of_strings(limit.network.get(), limit.network_len.get())
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
    check.each(Section::Roles, view.roles, |role| {
        check.string(role.name) && check.condition(role.node.get(), role.node_len.get(), false)
    })?;
    check.each(Section::Rules, view.rules, |rule| check.rule(rule))?;
    check.ascending(Section::Rules, view.rules, |rule| rule.id)?;
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

    /// Offsets ascend, every string is UTF-8, and every matchable string is found through its slot.
    fn strings(&self) -> Result<(), TableError> {
        let strings = &self.view.strings;
        for index in 0..strings.len() {
            let id = u32::try_from(index).map_err(|_| TableError::BadSection(Section::Strings))?;
            if strings.get(id).is_none() {
                return Err(TableError::BadRecord(Section::Strings, index));
            }
        }
        let slots = strings.slot_count();
        if slots != 0 && !slots.is_power_of_two() {
            return Err(TableError::BadSection(Section::StringSlots));
        }
        for (index, id) in strings.slot_values().enumerate() {
            if id != NONE && id as usize >= strings.len() {
                return Err(TableError::BadRecord(Section::StringSlots, index));
            }
        }
        Ok(())
    }

    fn settings(&self) -> Result<(), TableError> {
        let [settings] = self.view.settings else { return Err(TableError::BadSection(Section::Settings)) };
        let good = settings.flags & !1 == 0
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
            && self.optional_string(rule.reason)
            && Verdict::from_number(rule.verdict).is_some()
            && rule.flags & !rule_flags::ALL == 0
            && (rule.limit.get() == NONE || (rule.limit.get() as usize) < self.view.limits.len())
            && self.condition(rule.node.get(), rule.node_len.get(), true)
    }

    fn condition(&self, start: u32, len: u16, roles: bool) -> bool {
        let nodes = self.view.node_run(start, len);
        nodes.len() == usize::from(len) && self.nodes(nodes, CONDITION_DEPTH_MAX, roles)
    }

    /// Siblings, each followed by its descendants. `roles`: whether a role may be asked for (a role's own
    /// condition may not, so that there are no cycles).
    fn nodes(&self, mut nodes: &[Node], depth_left: usize, roles: bool) -> bool {
        while let Some((node, rest)) = nodes.split_first() {
            let Some(op) = Op::ALL.iter().find(|op| **op as u8 == node.op) else { return false };
            let (value, len) = (node.value.get(), u32::from(node.len.get()));
            nodes = match op {
                Op::All | Op::Any | Op::Not => {
                    let Some((below, after)) = rest.split_at_checked(value as usize) else { return false };
                    let Some(depth_left) = depth_left.checked_sub(1) else { return false };
                    if below.is_empty() || !self.nodes(below, depth_left, roles) {
                        return false;
                    }
                    if *op == Op::Not && !is_single(below) {
                        return false;
                    }
                    after
                }
                _ => {
                    if !self.leaf(*op, node.arg, value, len, roles) {
                        return false;
                    }
                    rest
                }
            };
        }
        true
    }

    fn leaf(&self, op: Op, arg: u8, value: u32, len: u32, roles: bool) -> bool {
        match op {
            Op::All | Op::Any | Op::Not => false,
            Op::LabelIn | Op::LabelGlob => match Label::from_number(arg) {
                Some(Label::Own) => len >= 2 && self.run_of_strings(value, len),
                Some(_) => self.list(value, len, op == Op::LabelIn),
                None => false,
            },
            Op::SubjectIn | Op::SubjectGlob => {
                Dimension::from_number(arg).is_some() && self.list(value, len, op == Op::SubjectIn)
            }
            Op::Role => roles && (value as usize) < self.view.roles.len(),
            Op::RiskTag => self.list(value, len, true),
            Op::ArgIn | Op::ArgGlob | Op::ArgExists => self.argument(op, value, len),
        }
    }

    fn argument(&self, op: Op, start: u32, len: u32) -> bool {
        let words = self.view.run(start, len);
        if words.len() != len as usize {
            return false;
        }
        let Some(path_len) = words.get(0).filter(|path_len| *path_len > 0) else { return false };
        let path = words.skip(1).take(path_len as usize);
        let operands = words.skip(1).skip(path_len as usize);
        let known = |word: u32| (word as usize) < self.view.strings.len();
        if path.len() != path_len as usize || !path.iter().all(known) {
            return false;
        }
        match op {
            Op::ArgExists => operands.is_empty(),
            Op::ArgGlob => !operands.is_empty() && operands.iter().all(known),
            _ => {
                let mut words = operands.iter();
                let mut pairs = 0;
                while let Some(literal) = words.next() {
                    let good = u8::try_from(literal).ok().and_then(Literal::from_number).is_some()
                        && words.next().is_some_and(known);
                    if !good {
                        return false;
                    }
                    pairs += 1;
                }
                pairs > 0
            }
        }
    }

    fn postings(&self) -> Result<(), TableError> {
        let slots = self.view.posting_slots;
        if !slots.is_empty() && !slots.len().is_power_of_two() {
            return Err(TableError::BadSection(Section::PostingSlots));
        }
        self.each(Section::PostingSlots, slots, |slot| {
            slot.get() == NONE || (slot.get() as usize) < self.view.postings.len()
        })?;
        self.each(Section::Postings, self.view.postings, |posting| {
            let Some(key) = Key::ALL.iter().find(|key| **key as u8 == posting.key) else { return false };
            let members = match key {
                Key::Host | Key::Cluster | Key::Route => self.view.server_matches.len(),
                _ => self.view.rules.len(),
            };
            let list = self.view.list(posting.value.get(), posting.len.get());
            let whole = posting.len.get() == 0 || list.len() == posting.len.get() as usize;
            let reachable = self.view.posted(*key, posting.a.get(), posting.b.get()).iter().eq(list.iter());
            whole && reachable && list.iter().all(|member| (member as usize) < members)
        })
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

/// Whether the nodes are one node with its descendants.
fn is_single(nodes: &[Node]) -> bool {
    let Some((first, rest)) = nodes.split_first() else { return false };
    match Op::from_number(first.op) {
        Some(Op::All | Op::Any | Op::Not) => rest.len() == first.value.get() as usize,
        _ => rest.is_empty(),
    }
}
