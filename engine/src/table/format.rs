//! The byte layout of a policy table: fixed little-endian records in tagged sections.
//!
//! ```text
//! header   magic[8]  version u32  length u32  digest[32]  section_count u32  { kind u32, start u32, length u32 } …
//! sections in ascending kind, back to back, nothing between or after them
//! ```
//! `digest` is the SHA-256 of every byte but its own, so that no flipped bit goes unnoticed.
//! Records are unaligned: a section is read in place wherever the host put the bytes.

macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident: $repr:ty { $($(#[$vdoc:meta])* $variant:ident = $value:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr($repr)]
        pub enum $name { $($(#[$vdoc])* $variant = $value),+ }

        impl $name {
            /// Every value, in order of its number.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The value stored as `number`, or `None`: the table says something this version does not know.
            #[must_use]
            #[inline(always)]
            pub const fn from_number(number: $repr) -> Option<Self> {
                match number { $($value => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

mod condition;
mod posting;
mod record;

use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

pub use condition::{
    CONDITION_DEPTH_MAX, Circumstance, Dimension, Label, Literal, NETWORK_IPV6, NETWORK_WORDS, Node, Op,
    Relation, WINDOW_WORDS, types,
};
pub use posting::{BUCKET_LEN, Key, Posting, bucket, hash_key, hash_text, members};
pub use record::{
    Detector, LAYERS_MAX, Limit, Protection, Role, Rule, Server, ServerMatch, Settings, Tool, rule_flags,
};

/// First bytes of every table. The line feed and the high bit catch text-mode transfers.
pub const MAGIC: [u8; 8] = *b"mcpgov\x8a\n";
/// The only version this code reads and writes; any other is a named error.
pub const VERSION: u32 = 3;
/// "No string", "no constraint": the value of an absent reference.
pub const NONE: u32 = u32::MAX;

/// Fixed start of a table.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// [`VERSION`].
    pub version: U32,
    /// Bytes of the whole table.
    pub length: U32,
    /// SHA-256 of all other bytes.
    pub digest: [u8; 32],
    /// Entries of the directory that follows.
    pub section_count: U32,
}

/// Where one section lies.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct DirectoryEntry {
    /// A [`Section`] as a number.
    pub kind: U32,
    /// Offset from the start of the table, bytes.
    pub start: U32,
    /// Length in bytes.
    pub length: U32,
}

closed_enum! {
    /// Sections of a table; the number is the directory's `kind`.
    Section: u32 {
        /// One [`Settings`] record.
        Settings = 1,
        /// UTF-8 of all strings, back to back.
        Text = 2,
        /// `u32` offsets into the text, one more than there are strings.
        Strings = 3,
        /// `u32` starts of buckets over the first `matchable` strings, which ascend by [`bucket`].
        StringBuckets = 4,
        /// `u32` words: value lists of conditions.
        Words = 5,
        /// [`Node`] records.
        Nodes = 6,
        /// [`Rule`] records, ascending by id text.
        Rules = 7,
        /// [`Limit`] records.
        Limits = 8,
        /// [`Server`] records, ascending by name.
        Servers = 9,
        /// [`ServerMatch`] records.
        ServerMatches = 10,
        /// [`Tool`] records, grouped by server, exact names first and ascending by string.
        Tools = 11,
        /// [`Role`] records, ascending by name.
        Roles = 12,
        /// [`Posting`] records, ascending by the hash of their keys: which rules a key can concern.
        Postings = 13,
        /// `u32` starts of buckets over the postings, which ascend by [`bucket`].
        PostingBuckets = 14,
        /// `u32` numbers of strings: paths of the claims that conditions ask for, ascending by text.
        Claims = 15,
        /// Serialised automata, back to back.
        Automata = 16,
        /// `u32` ends of the automata.
        AutomatonEnds = 17,
        /// [`Detector`] records, ascending by name.
        Detectors = 18,
        /// [`Protection`] records, ascending by id.
        Protections = 19,
        /// Formats of secrets and the like; see [`crate::scan::pattern`].
        Patterns = 20,
        /// Phrases of injected instructions; see [`crate::scan::phrase`].
        Phrases = 21,
    }
}
