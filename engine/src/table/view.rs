//! Reading a validated table. Nothing here fails: [`validate`](super::validate) has followed every
//! reference, and a reference that were wrong all the same reads as empty.

use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::Layout;
use super::format::{
    Key, Limit, NONE, Node, Posting, Role, Rule, Section, Server, ServerMatch, Settings, Tool, hash_key,
    hash_text,
};

/// Number of a string in the table; equal strings have equal numbers.
pub type StringId = u32;

/// The records of a table.
#[derive(Debug, Clone, Copy)]
pub struct View<'t> {
    /// Compiled settings; one record.
    pub settings: &'t [Settings],
    /// Strings and their hash.
    pub strings: Strings<'t>,
    /// Value lists.
    pub words: &'t [U32],
    /// Conditions.
    pub nodes: &'t [Node],
    /// Rules, ascending by id.
    pub rules: &'t [Rule],
    /// Constraints.
    pub limits: &'t [Limit],
    /// Servers, ascending by name.
    pub servers: &'t [Server],
    /// Ways of recognising servers.
    pub server_matches: &'t [ServerMatch],
    /// Tools by server.
    pub tools: &'t [Tool],
    /// Roles, ascending by name.
    pub roles: &'t [Role],
    /// Postings of the rule index.
    pub postings: &'t [Posting],
    /// Hash of the postings' keys.
    pub posting_slots: &'t [U32],
    /// The policy's identity, as [`super::Digest::text`] has it.
    pub digest: &'t str,
}

/// The table's strings.
#[derive(Debug, Clone, Copy)]
pub struct Strings<'t> {
    text: &'t [u8],
    ends: &'t [U32],
    slots: &'t [U32],
}

/// A list of words: each a string's number unless its owner says otherwise.
#[derive(Debug, Clone, Copy)]
pub enum Words<'t> {
    /// Stored in place of a list.
    One(u32),
    /// A run of the words section.
    Many(&'t [U32]),
}

/// A literal of an argument test.
#[derive(Debug, Clone, Copy)]
pub struct Operand {
    /// [`super::format::Literal`].
    pub literal: u8,
    /// Its text.
    pub text: StringId,
}

/// Ascending numbers found under one key.
pub type Candidates<'t> = Words<'t>;

fn records<T: FromBytes + Immutable + KnownLayout + Unaligned>(bytes: &[u8]) -> &[T] {
    <[T]>::ref_from_bytes(bytes).unwrap_or(&[])
}

impl<'t> View<'t> {
    pub(super) fn new(bytes: &'t [u8], layout: &'t Layout) -> Self {
        let section = |section: Section| -> &'t [u8] {
            let range = layout.sections.get(section as usize - 1).cloned().unwrap_or(0..0);
            bytes.get(range).unwrap_or(&[])
        };
        View {
            settings: records(section(Section::Settings)),
            strings: Strings {
                text: section(Section::Text),
                ends: records(section(Section::Strings)),
                slots: records(section(Section::StringSlots)),
            },
            words: records(section(Section::Words)),
            nodes: records(section(Section::Nodes)),
            rules: records(section(Section::Rules)),
            limits: records(section(Section::Limits)),
            servers: records(section(Section::Servers)),
            server_matches: records(section(Section::ServerMatches)),
            tools: records(section(Section::Tools)),
            roles: records(section(Section::Roles)),
            postings: records(section(Section::Postings)),
            posting_slots: records(section(Section::PostingSlots)),
            digest: &layout.digest_text,
        }
    }

    /// The text of a string; empty for `NONE`.
    #[must_use]
    pub fn text(&self, id: impl Into<u32>) -> &'t str {
        self.strings.get(id.into()).unwrap_or("")
    }

    /// The text of a string, or `None` for `NONE`.
    #[must_use]
    pub fn optional_text(&self, id: U32) -> Option<&'t str> {
        self.strings.get(id.get())
    }

    /// `len` words from `start` on; with `len` 0, `start` itself.
    #[must_use]
    pub fn list(&self, start: u32, len: u32) -> Words<'t> {
        if len == 0 { Words::One(start) } else { Words::Many(slice(self.words, start, len)) }
    }

    /// `len` words from `start` on, none for 0.
    #[must_use]
    pub fn run(&self, start: u32, len: u32) -> Words<'t> {
        Words::Many(slice(self.words, start, len))
    }

    /// `len` nodes from `start` on.
    #[must_use]
    pub fn node_run(&self, start: u32, len: u16) -> &'t [Node] {
        slice(self.nodes, start, u32::from(len))
    }

    /// `len` tools from `start` on.
    #[must_use]
    pub fn tool_run(&self, start: u32, len: u32) -> &'t [Tool] {
        slice(self.tools, start, len)
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> Option<&'t Settings> {
        self.settings.first()
    }

    /// Whether the whole policy only records what it would do.
    #[must_use]
    pub fn is_shadow(&self) -> bool {
        self.settings().is_some_and(|settings| settings.flags & 1 != 0)
    }

    /// Bits of [`super::facts`].
    #[must_use]
    pub fn facts(&self) -> u16 {
        self.settings().map_or(0, |settings| settings.facts.get())
    }

    /// The members posted under a key, ascending.
    #[must_use]
    pub fn posted(&self, key: Key, a: u32, b: u32) -> Candidates<'t> {
        let Some(mask) = self.posting_slots.len().checked_sub(1) else { return Words::NONE };
        let mut slot = hash_key(key, a, b) as usize & mask;
        // Bounded by the number of slots even if a table had no free one.
        for _ in 0..self.posting_slots.len() {
            let Some(number) = self.posting_slots.get(slot).map(|number| number.get()) else { break };
            let Some(posting) = self.postings.get(number as usize) else { break };
            if posting.key == key as u8 && posting.a.get() == a && posting.b.get() == b {
                return self.list(posting.value.get(), posting.len.get());
            }
            slot = (slot + 1) & mask;
        }
        Words::NONE
    }

    /// The number of the server of that name.
    #[must_use]
    pub fn server_named(&self, name: &str) -> Option<u32> {
        let found = self
            .servers
            .binary_search_by(|server| self.text(server.name).as_bytes().cmp(name.as_bytes()))
            .ok()?;
        u32::try_from(found).ok()
    }
}

impl<'t> Strings<'t> {
    /// How many strings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len().saturating_sub(1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a string.
    #[must_use]
    pub fn get(&self, id: StringId) -> Option<&'t str> {
        core::str::from_utf8(self.bytes(id)?).ok()
    }

    fn bytes(&self, id: StringId) -> Option<&'t [u8]> {
        if id == NONE {
            return None;
        }
        let index = id as usize;
        let start = self.ends.get(index)?.get() as usize;
        let end = self.ends.get(index.checked_add(1)?)?.get() as usize;
        self.text.get(start..end)
    }

    /// The number of `text` among the strings that requests are matched against.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<StringId> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash_text(text.as_bytes()) as usize & mask;
        for _ in 0..self.slots.len() {
            let id = self.slots.get(slot)?.get();
            if id == NONE {
                return None;
            }
            if self.bytes(id) == Some(text.as_bytes()) {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    pub(super) fn slot_count(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn slot_values(&self) -> impl Iterator<Item = u32> + 't {
        self.slots.iter().map(|slot| slot.get())
    }
}

impl<'t> Words<'t> {
    /// No words.
    pub const NONE: Words<'static> = Words::Many(&[]);

    /// The words in order.
    pub fn iter(self) -> impl Iterator<Item = u32> + 't {
        let (one, many) = match self {
            Words::One(word) => (Some(word), &[][..]),
            Words::Many(words) => (None, words),
        };
        one.into_iter().chain(many.iter().map(|word| word.get()))
    }

    /// How many words.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Words::One(_) => 1,
            Words::Many(words) => words.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The word at `index`.
    #[must_use]
    pub fn get(self, index: usize) -> Option<u32> {
        match self {
            Words::One(word) => (index == 0).then_some(word),
            Words::Many(words) => words.get(index).map(|word| word.get()),
        }
    }

    /// Without the first `count` words.
    #[must_use]
    pub fn skip(self, count: usize) -> Words<'t> {
        match self {
            Words::One(word) if count == 0 => Words::One(word),
            Words::One(_) => Words::NONE,
            Words::Many(words) => Words::Many(words.get(count..).unwrap_or(&[])),
        }
    }

    /// The first `count` words.
    #[must_use]
    pub fn take(self, count: usize) -> Words<'t> {
        match self {
            Words::One(word) if count > 0 => Words::One(word),
            Words::One(_) => Words::NONE,
            Words::Many(words) => Words::Many(words.get(..count).unwrap_or(words)),
        }
    }

    /// Whether an ascending list holds `word`.
    #[must_use]
    pub fn holds(self, word: u32) -> bool {
        match self {
            Words::One(one) => one == word,
            Words::Many(words) => words.binary_search_by(|probe| probe.get().cmp(&word)).is_ok(),
        }
    }
}

fn slice<T>(items: &[T], start: u32, len: u32) -> &[T] {
    let start = start as usize;
    start.checked_add(len as usize).and_then(|end| items.get(start..end)).unwrap_or(&[])
}
