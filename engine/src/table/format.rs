//! The byte layout of a policy table: fixed little-endian records in tagged sections.
//!
//! ```text
//! header   magic[8]  version u32  length u32  digest[32]  section_count u32  { kind u32, start u32, length u32 } …
//! sections in ascending kind, back to back, nothing between or after them
//! ```
//! `digest` is the SHA-256 of every byte but its own, so that no flipped bit goes unnoticed.
//! Records are unaligned: a section is read in place wherever the host put the bytes.

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// First bytes of every table. The line feed and the high bit catch text-mode transfers.
pub const MAGIC: [u8; 8] = *b"mcpgov\x8a\n";
/// The only version this code reads and writes; any other is a named error.
pub const VERSION: u32 = 1;
/// "No string", "no constraint": the value of an absent reference.
pub const NONE: u32 = u32::MAX;
/// Nesting of `all` / `any` / `not` in one condition.
pub const CONDITION_DEPTH_MAX: usize = 16;

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
            pub const fn from_number(number: $repr) -> Option<Self> {
                match number { $($value => Some(Self::$variant),)+ _ => None }
            }
        }
    };
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
        /// `u32` slots of an open-addressing hash over the first `matchable` strings.
        StringSlots = 4,
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
        /// [`Posting`] records: which rules a key can concern.
        Postings = 13,
        /// `u32` slots of an open-addressing hash over the postings.
        PostingSlots = 14,
    }
}

closed_enum! {
    /// What a condition node does; `Node::op`.
    Op: u8 {
        /// Conjunction of the children in the next `value` nodes.
        All = 1,
        /// Disjunction of the children in the next `value` nodes.
        Any = 2,
        /// Negation of the one child in the next `value` nodes.
        Not = 3,
        /// A label (`arg`: [`Label`]) is one of the listed strings, compared by string id.
        LabelIn = 4,
        /// A label matches one of the listed globs.
        LabelGlob = 5,
        /// A subject dimension (`arg`: [`Dimension`]) holds one of the listed strings.
        SubjectIn = 6,
        /// A subject dimension matches one of the listed globs.
        SubjectGlob = 7,
        /// The caller has the role numbered `value`.
        Role = 8,
        /// The call carries one of the listed risk tags.
        RiskTag = 9,
        /// The argument equals one of the literals; words: path, then (literal kind, string) pairs.
        ArgIn = 10,
        /// The argument, a string, matches one of the globs; words: path, then globs.
        ArgGlob = 11,
        /// The argument is present; words: path.
        ArgExists = 12,
    }
}

closed_enum! {
    /// Labels a rule may match; `Node::arg` of a label node.
    Label: u8 {
        /// `mcp.server`: registered name; empty for unregistered traffic.
        Server = 1,
        /// `mcp.method`: the JSON-RPC method.
        Method = 2,
        /// `mcp.tool`: `params.name` of tools/call.
        Tool = 3,
        /// `mcp.prompt`: `params.name` of prompts/get.
        Prompt = 4,
        /// `mcp.resource`: the URI of a resource method.
        Resource = 5,
        /// `mcp.action`: read, write or destructive.
        Action = 6,
        /// `mcp.environment` of the server.
        Environment = 7,
        /// `mcp.classification` of the server.
        Classification = 8,
        /// A server's own label; the first word is its name.
        Own = 9,
    }
}

closed_enum! {
    /// Parts of a caller's identity; `Node::arg` of a subject node.
    Dimension: u8 {
        /// One user.
        User = 1,
        /// Groups of the user.
        Group = 2,
        /// The agent acting, for itself or for the user.
        Agent = 3,
        /// The tenant.
        Tenant = 4,
        /// Workload identity, as a SPIFFE id.
        Workload = 5,
        /// OAuth scopes of the token.
        Scope = 6,
    }
}

closed_enum! {
    /// JSON type of a literal in an argument test.
    Literal: u8 {
        /// `null`; the string is empty.
        Null = 0,
        /// `true` or `false`, as text.
        Bool = 1,
        /// A number, as JSON text.
        Number = 2,
        /// A string, decoded.
        String = 3,
    }
}

closed_enum! {
    /// What a posting's key is made of.
    Key: u8 {
        /// No necessary value: consulted for every call.
        Any = 0,
        /// Server and object name.
        ServerObject = 1,
        /// Object name: tool, prompt or resource URI.
        Object = 2,
        /// Server.
        Server = 3,
        /// Method.
        Method = 4,
        /// Action, by its number.
        Action = 5,
        /// A user, or `NONE` for "identity absent"; so the further subject keys.
        User = 6,
        /// A group.
        Group = 7,
        /// An agent.
        Agent = 8,
        /// A tenant.
        Tenant = 9,
        /// A workload.
        Workload = 10,
        /// A scope.
        Scope = 11,
        /// Permitting rules that can concern a server (`NONE`: any server).
        Permits = 12,
        /// Server matches by host (`NONE`: no exact host).
        Host = 13,
        /// Server matches by cluster name.
        Cluster = 14,
        /// Server matches by route metadata.
        Route = 15,
    }
}

impl Dimension {
    /// The key under which rules on this dimension are posted.
    #[must_use]
    pub const fn key(self) -> Key {
        match self {
            Dimension::User => Key::User,
            Dimension::Group => Key::Group,
            Dimension::Agent => Key::Agent,
            Dimension::Tenant => Key::Tenant,
            Dimension::Workload => Key::Workload,
            Dimension::Scope => Key::Scope,
        }
    }
}

/// Compiled settings; exactly one.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Settings {
    /// Bit 0: whole policy in shadow mode. Other bits zero.
    pub flags: u8,
    /// [`crate::vocabulary::Capture`] of arguments in audit records.
    pub capture: u8,
    /// Bits of [`Facts`](crate::table::facts): what the filter must ask Envoy for.
    pub facts: U16,
    /// Strings below this number are in the string hash.
    pub matchable: U32,
    /// Claim path of user, groups, agent, tenant, scopes, token id: a string with dots, or `NONE`.
    pub claims: [U32; 6],
}

/// One node of a condition, in preorder.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Node {
    /// [`Op`].
    pub op: u8,
    /// [`Label`] or [`Dimension`], by op.
    pub arg: u8,
    /// Leaves: number of words from `value` on; 0 means that `value` itself is the one word.
    pub len: U16,
    /// Groups: number of nodes below; leaves: first word, or the one word; role: its number.
    pub value: U32,
}

/// One rule.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Rule {
    /// String: the rule's id.
    pub id: U32,
    /// String: the author's reason, or `NONE`.
    pub reason: U32,
    /// First node of the condition; the nodes are a conjunction.
    pub node: U32,
    /// Number of nodes, descendants included.
    pub node_len: U16,
    /// [`crate::vocabulary::Verdict`].
    pub verdict: u8,
    /// [`rule_flags`].
    pub flags: u8,
    /// A [`Limit`], or `NONE`.
    pub limit: U32,
}

/// Bits of `Rule::flags`.
pub mod rule_flags {
    /// Decided and recorded, never enforced.
    pub const SHADOW: u8 = 1;
    /// The condition requires an `mcp.method`, so the rule may permit methods we do not know.
    pub const NAMES_METHOD: u8 = 2;
    /// All defined bits.
    pub const ALL: u8 = 3;
}

/// Constraints of a rule.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Limit {
    /// Seconds, or `NONE`.
    pub max_runtime_sec: U32,
    /// Retries, or `NONE`.
    pub max_retries: U32,
    /// First word of the allowed host globs, or `NONE` where any host is allowed.
    pub network: U32,
    /// Number of allowed host globs.
    pub network_len: U32,
}

/// A registered server.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Server {
    /// String: name.
    pub name: U32,
    /// String or `NONE`: environment.
    pub environment: U32,
    /// String or `NONE`: classification.
    pub classification: U32,
    /// String or `NONE`: owner.
    pub owner: U32,
    /// String or `NONE`: lifecycle stage.
    pub stage: U32,
    /// String or `NONE`: resource URI, the token audience.
    pub resource: U32,
    /// First word of (name, value) string pairs: the server's own labels.
    pub labels: U32,
    /// Number of pairs.
    pub label_len: U32,
    /// First tool.
    pub tools: U32,
    /// Tools named exactly.
    pub tool_len: U32,
    /// Tools given as globs, after the exact ones.
    pub glob_len: U32,
    /// [`crate::vocabulary::Action`] of unlisted tools.
    pub action: u8,
}

/// One way of recognising a server's traffic.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct ServerMatch {
    /// The server's number.
    pub server: U32,
    /// String: host (exact or glob), cluster or route name by `kind`; `NONE` for any host.
    pub value: U32,
    /// String: path prefix, or `NONE`; only for hosts.
    pub path: U32,
    /// [`Key::Host`], [`Key::Cluster`] or [`Key::Route`].
    pub kind: u8,
}

/// A tool, or a glob of tools, of one server.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Tool {
    /// String: name or glob.
    pub name: U32,
    /// First word: risk tags.
    pub tags: U32,
    /// Number of risk tags.
    pub tag_len: U16,
    /// [`crate::vocabulary::Action`].
    pub action: u8,
}

/// A role of the policy.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Role {
    /// String: name.
    pub name: U32,
    /// First node; the nodes are a conjunction.
    pub node: U32,
    /// Number of nodes.
    pub node_len: U16,
}

/// The rules (or server matches) that one key can concern.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Posting {
    /// [`Key`].
    pub key: u8,
    /// First part of the key: a string, an action number, or `NONE`.
    pub a: U32,
    /// Second part, or `NONE`.
    pub b: U32,
    /// First word of the ascending list; where `len` is 0, the one member itself.
    pub value: U32,
    /// Number of words.
    pub len: U32,
}

/// Hash of a string for the string slots: FNV-1a. Tables are written by the operator, so that chosen
/// collisions are the operator's own; a request can only miss.
#[must_use]
pub fn hash_text(text: &[u8]) -> u32 {
    text.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Hash of a posting's key.
#[must_use]
pub fn hash_key(key: Key, a: u32, b: u32) -> u32 {
    let mixed =
        (key as u32).wrapping_mul(0x9e37_79b9) ^ a.wrapping_mul(0x85eb_ca6b) ^ b.wrapping_mul(0xc2b2_ae35);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d) ^ (mixed >> 13)
}
