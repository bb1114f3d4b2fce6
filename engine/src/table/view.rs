//! Reading a validated table. Nothing here fails: [`validate`](super::validate) has followed every
//! reference, and a reference that were wrong all the same reads as empty.

use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::Layout;
use super::automaton::Automaton;
use super::format::{
    Detector, Key, Limit, NONE, Node, Posting, Protection, Role, Rule, Section, Server, ServerMatch,
    Settings, Tool, bucket, hash_key, hash_text, members,
};
use crate::scan::{Kind, Scanner};

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
    /// Starts of the buckets of postings.
    pub posting_buckets: &'t [U32],
    /// Strings: paths of the claims that conditions ask for.
    pub claims: &'t [U32],
    /// Regular expressions.
    pub automata: &'t [Automaton],
    /// What texts are looked through for, ascending by name.
    pub detectors: &'t [Detector],
    /// What is done with what is found, ascending by id.
    pub protections: &'t [Protection],
    /// Patterns of detectors that are not built in, as they are stored.
    pub patterns: &'t [u8],
    /// Looks through texts; `None` where the policy has no detector.
    pub scanner: Option<&'t Scanner>,
    /// The policy's identity, as [`super::Digest::text`] has it.
    pub digest: &'t str,
}

/// The table's strings.
#[derive(Debug, Clone, Copy)]
pub struct Strings<'t> {
    text: &'t [u8],
    ends: &'t [U32],
    buckets: &'t [U32],
}

/// A list of words: each a string's number unless its owner says otherwise.
#[derive(Debug, Clone, Copy)]
pub enum Words<'t> {
    /// Stored in place of a list.
    One(u32),
    /// Consecutive numbers: the first, and how many.
    Range(u32, u32),
    /// A run of the words section.
    Many(&'t [U32]),
}

/// Ascending numbers found under one key.
pub type Candidates<'t> = Words<'t>;

fn records<T: FromBytes + Immutable + KnownLayout + Unaligned>(bytes: &[u8]) -> &[T] {
    <[T]>::ref_from_bytes(bytes).unwrap_or(&[])
}

impl<'t> View<'t> {
    pub(super) fn new(
        bytes: &'t [u8],
        layout: &'t Layout,
        automata: &'t [Automaton],
        scanner: Option<&'t Scanner>,
    ) -> Self {
        let section = |section: Section| layout.section(bytes, section);
        View {
            settings: records(section(Section::Settings)),
            strings: Strings {
                text: section(Section::Text),
                ends: records(section(Section::Strings)),
                buckets: records(section(Section::StringBuckets)),
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
            posting_buckets: records(section(Section::PostingBuckets)),
            claims: records(section(Section::Claims)),
            automata,
            detectors: records(section(Section::Detectors)),
            protections: records(section(Section::Protections)),
            patterns: section(Section::Patterns),
            scanner,
            digest: &layout.digest_text,
        }
    }

    /// What a detector looks for, if that is built in.
    #[must_use]
    pub fn kind(&self, detector: &Detector) -> Option<Kind> {
        if detector.is_built_in == 0 { None } else { Kind::from_name(self.text(detector.name)) }
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

    /// How many layers the rules are in, at most [`super::format::LAYERS_MAX`].
    #[must_use]
    pub fn layers(&self) -> usize {
        self.settings().map_or(0, |settings| usize::from(settings.flags >> 1 & 3)) + 1
    }

    /// Bits of [`super::facts`].
    #[must_use]
    pub fn facts(&self) -> u16 {
        self.settings().map_or(0, |settings| settings.facts.get())
    }

    /// The constraints and reason of a rule, where it has any.
    #[must_use]
    pub fn limit(&self, rule: &Rule) -> Option<&'t Limit> {
        self.limits.get(rule.limit.get() as usize)
    }

    /// The author's reason for a rule.
    #[must_use]
    pub fn reason(&self, rule: &Rule) -> Option<&'t str> {
        self.optional_text(self.limit(rule)?.reason)
    }

    /// Paths of the claims that conditions ask for, in the order of their numbers.
    pub fn claim_paths(&self) -> impl Iterator<Item = &'t str> {
        let view = *self;
        self.claims.iter().map(move |path| view.text(*path))
    }

    /// The members posted under a key, ascending.
    #[must_use]
    pub fn posted(&self, key: Key, a: u32, b: u32) -> Candidates<'t> {
        let found = within(self.posting_buckets, hash_key(key as u8, a, b))
            .filter_map(|number| self.postings.get(number as usize))
            .find(|posting| posting.key == key as u8 && posting.a.get() == a && posting.b.get() == b);
        found.map_or(Words::NONE, |posting| self.members(posting))
    }

    /// The members of a posting.
    #[must_use]
    pub fn members(&self, posting: &Posting) -> Candidates<'t> {
        let value = posting.value.get() & !members::KIND;
        let word = |at: u32| self.words.get(at as usize).map(|word| word.get());
        match posting.value.get() & members::KIND {
            members::ONE => Words::One(value),
            members::RANGE => match (word(value), word(value + 1)) {
                (Some(first), Some(len)) => Words::Range(first, len),
                _ => Words::NONE,
            },
            members::LIST => {
                let len = word(value).unwrap_or(0);
                Words::Many(slice(self.words, value + 1, len))
            }
            _ => Words::NONE,
        }
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
        within(self.buckets, hash_text(text.as_bytes())).find(|id| self.bytes(*id) == Some(text.as_bytes()))
    }

    pub(super) fn buckets(&self) -> &'t [U32] {
        self.buckets
    }
}

/// The numbers in the bucket of a hash; `starts` has one more entry than there are buckets.
fn within(starts: &[U32], hash: u32) -> core::ops::Range<u32> {
    let at = bucket(hash, starts.len().saturating_sub(1));
    match (starts.get(at), starts.get(at + 1)) {
        (Some(start), Some(end)) => start.get()..end.get(),
        _ => 0..0,
    }
}

impl<'t> Words<'t> {
    /// No words.
    pub const NONE: Words<'static> = Words::Many(&[]);

    /// The words in order.
    pub fn iter(self) -> impl Iterator<Item = u32> + 't {
        let (range, many) = match self {
            Words::One(word) => (word..word.saturating_add(1), &[][..]),
            Words::Range(first, len) => (first..first.saturating_add(len), &[][..]),
            Words::Many(words) => (0..0, words),
        };
        range.chain(many.iter().map(|word| word.get()))
    }

    /// The words in groups of `N`; an incomplete one at the end is left out.
    pub fn groups<const N: usize>(self) -> impl Iterator<Item = [u32; N]> + 't {
        let mut words = self.iter();
        core::iter::from_fn(move || {
            let mut group = [0; N];
            for word in &mut group {
                *word = words.next()?;
            }
            Some(group)
        })
    }

    /// How many words.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Words::One(_) => 1,
            Words::Range(_, len) => len as usize,
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
            Words::Many(words) => words.get(index).map(|word| word.get()),
            _ => self.iter().nth(index),
        }
    }

    /// Without the first `count` words.
    #[must_use]
    pub fn skip(self, count: usize) -> Words<'t> {
        let skipped = u32::try_from(count).unwrap_or(u32::MAX);
        match self {
            Words::One(_) if count > 0 => Words::NONE,
            Words::One(_) => self,
            Words::Range(first, len) => {
                Words::Range(first.saturating_add(skipped), len.saturating_sub(skipped))
            }
            Words::Many(words) => Words::Many(words.get(count..).unwrap_or(&[])),
        }
    }

    /// The first `count` words.
    #[must_use]
    pub fn take(self, count: usize) -> Words<'t> {
        match self {
            Words::One(_) if count == 0 => Words::NONE,
            Words::One(_) => self,
            Words::Range(first, len) => Words::Range(first, len.min(u32::try_from(count).unwrap_or(len))),
            Words::Many(words) => Words::Many(words.get(..count).unwrap_or(words)),
        }
    }

    /// Whether an ascending list holds `word`.
    #[must_use]
    pub fn holds(self, word: u32) -> bool {
        match self {
            Words::One(one) => one == word,
            Words::Range(first, len) => word.checked_sub(first).is_some_and(|at| at < len),
            Words::Many(words) => words.binary_search_by(|probe| probe.get().cmp(&word)).is_ok(),
        }
    }
}

fn slice<T>(items: &[T], start: u32, len: u32) -> &[T] {
    let start = start as usize;
    start.checked_add(len as usize).and_then(|end| items.get(start..end)).unwrap_or(&[])
}
