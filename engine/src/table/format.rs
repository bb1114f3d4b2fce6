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
pub const VERSION: u32 = 3;
/// "No string", "no constraint": the value of an absent reference.
pub const NONE: u32 = u32::MAX;
/// Nesting of `all` / `any` / `not` in one condition.
pub const CONDITION_DEPTH_MAX: usize = 32;

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
            #[inline(always)]
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
        /// The value at hand equals one of the literals; words: (literal kind, string) pairs.
        In = 10,
        /// The value, a string, matches one of the globs.
        Glob = 11,
        /// There is a value.
        Exists = 12,
        /// Conjunction of the children in the next `len` nodes about the argument, or the part of the value at
        /// hand, at a path; words from `value` on: length of the path, strings.
        At = 13,
        /// The children in the next `value` nodes hold for each item of the array.
        Each = 14,
        /// The children in the next `value` nodes hold for some item of the array.
        Some = 15,
        /// The number stands in the relation `arg` ([`Relation`]) to the number that the string `value` is.
        Compare = 16,
        /// So does the length of the string (in characters), array or object to the number `value`.
        Length = 17,
        /// The value's JSON type is among the bits of `arg`; see [`types`].
        Type = 18,
        /// The string has one of the strings in it, the array one of the literals; words as of `In`.
        Contains = 19,
        /// The string matches one of the automata as a whole; words: (pattern as a string, automaton) pairs.
        Regex = 20,
        /// The string is a path at or below one of the listed.
        Under = 21,
        /// The string names one host, which matches one of the globs.
        Host = 22,
        /// The string names one address, which is in one of the networks; words as of `Source`.
        Cidr = 23,
        /// A claim holds one of the listed strings; words: number of the claim, strings.
        ClaimIn = 24,
        /// A claim matches one of the globs; words: number of the claim, globs.
        ClaimGlob = 25,
        /// The peer's address is in one of the networks; [`NETWORK_WORDS`] words each: prefix length (plus
        /// [`NETWORK_IPV6`]), then the address, its first bytes first; of IPv4 in the first of four words.
        Source = 26,
        /// A text about the call (`arg`: [`Circumstance`]) matches one of the globs.
        ContextGlob = 27,
        /// The call belongs to a session.
        Session = 28,
        /// The time is in one of the windows; [`WINDOW_WORDS`] words each, see [`Window`].
        Time = 29,
        /// One of the guards whose bits `arg` has finds something in the value at hand, or outside of `At` in any
        /// argument; see [`crate::guard`].
        Guard = 30,
        /// Conjunction of the children in the next `value` nodes about the arguments as a whole. A call without
        /// arguments has an object without members.
        Whole = 60,
        /// The children in the next `len` nodes hold for each member of the object whose name is none of those
        /// listed; words from `value` on: number of names, names.
        Rest = 61,
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
    /// How a number compares with that of a policy; `Node::arg`.
    Relation: u8 {
        /// Equal.
        Equal = 0,
        /// Greater.
        Greater = 1,
        /// Greater or equal.
        GreaterOrEqual = 2,
        /// Less.
        Less = 3,
        /// Less or equal.
        LessOrEqual = 4,
    }
}

impl Relation {
    /// Whether something that compares like this to the policy's number stands in the relation.
    #[must_use]
    pub const fn holds(self, order: core::cmp::Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterOrEqual => order.is_ge(),
            Relation::Less => order.is_lt(),
            Relation::LessOrEqual => order.is_le(),
        }
    }
}

closed_enum! {
    /// Texts that the proxy knows about a call; `Node::arg` of a context node.
    Circumstance: u8 {
        /// Where the caller or the proxy is.
        Region = 1,
        /// The deployment the proxy belongs to.
        Environment = 2,
    }
}

/// Bits of `Node::arg` of a type node.
pub mod types {
    /// `null`
    pub const NULL: u8 = 1;
    /// `true` and `false`
    pub const BOOLEAN: u8 = 2;
    /// Any number.
    pub const NUMBER: u8 = 4;
    /// A number without fraction, however it is written.
    pub const INTEGER: u8 = 8;
    /// A string.
    pub const STRING: u8 = 16;
    /// An array.
    pub const ARRAY: u8 = 32;
    /// An object.
    pub const OBJECT: u8 = 64;
    /// All defined bits.
    pub const ALL: u8 = 127;
    /// What JSON Schema calls them.
    pub const NAMES: [(&str, u8); 7] = [
        ("null", NULL),
        ("boolean", BOOLEAN),
        ("number", NUMBER),
        ("integer", INTEGER),
        ("string", STRING),
        ("array", ARRAY),
        ("object", OBJECT),
    ];
}

/// Words of one network.
pub const NETWORK_WORDS: usize = 5;
/// Added to the prefix length of IPv6 networks.
pub const NETWORK_IPV6: u32 = 256;
/// Words of one time window.
pub const WINDOW_WORDS: usize = 6;

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

impl Rule {
    /// The layer it belongs to.
    #[must_use]
    pub const fn layer(&self) -> usize {
        ((self.flags & rule_flags::LAYER) >> rule_flags::LAYER_SHIFT) as usize
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
    /// Bit 0: whole policy in shadow mode. Bits 1 and 2: number of layers, less one. Other bits zero.
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
    /// [`Label`], [`Dimension`], [`Relation`], [`Circumstance`], [`types`] or guards, by op.
    pub arg: u8,
    /// Leaves: number of words from `value` on; 0 means that `value` itself is the one word. `At`, `Rest`: number
    /// of nodes below.
    pub len: U16,
    /// Groups: number of nodes below; leaves, `At`, `Rest`: first word, or the one word; role: its number.
    pub value: U32,
}

impl Node {
    /// Number of nodes below, which follow it.
    #[must_use]
    pub fn below(&self) -> u32 {
        match Op::from_number(self.op) {
            Some(Op::All | Op::Any | Op::Not | Op::Each | Op::Some | Op::Whole) => self.value.get(),
            Some(Op::At | Op::Rest) => u32::from(self.len.get()),
            _ => 0,
        }
    }
}

/// One rule.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Rule {
    /// String: the rule's id.
    pub id: U32,
    /// First node of the condition; the nodes are a conjunction.
    pub node: U32,
    /// Number of nodes, descendants included.
    pub node_len: U16,
    /// [`crate::vocabulary::Verdict`].
    pub verdict: u8,
    /// [`rule_flags`].
    pub flags: u8,
    /// A [`Limit`], or `NONE`: what most rules do without.
    pub limit: U32,
}

/// Bits of `Rule::flags`.
pub mod rule_flags {
    /// Decided and recorded, never enforced.
    pub const SHADOW: u8 = 1;
    /// The condition requires an `mcp.method`, so the rule may permit methods we do not know.
    pub const NAMES_METHOD: u8 = 2;
    /// Bits that hold the rule's layer.
    pub const LAYER: u8 = 3 << LAYER_SHIFT;
    /// Where the layer begins.
    pub const LAYER_SHIFT: u32 = 2;
    /// All defined bits.
    pub const ALL: u8 = 15;
}

/// Layers of a policy: each by itself must permit what the whole policy permits.
pub const LAYERS_MAX: usize = 4;

/// Constraints and reason of a rule.
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
    /// String: the author's reason, or `NONE`.
    pub reason: U32,
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

/// Something that texts are looked through for.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Detector {
    /// String: name.
    pub name: U32,
    /// First word: globs of values that do not count.
    pub allow: U32,
    /// Number of those globs.
    pub allow_len: U16,
    /// 1 where the name is that of a [`crate::scan::Kind`], 0 where patterns find it.
    pub is_built_in: u8,
    /// [`crate::vocabulary::Severity`].
    pub severity: u8,
}

/// What is done with what detectors find.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Protection {
    /// String: id.
    pub id: U32,
    /// First node of the condition; the nodes are a conjunction.
    pub node: U32,
    /// Number of nodes, descendants included.
    pub node_len: U16,
    /// First word: numbers of detectors, ascending.
    pub detectors: U32,
    /// How many.
    pub detector_len: U16,
    /// [`crate::vocabulary::Treatment`].
    pub treatment: u8,
    /// Bits of [`crate::vocabulary::Direction`], at least one.
    pub directions: u8,
    /// [`crate::vocabulary::Blobs`].
    pub blobs: u8,
    /// 1 where it is only recorded.
    pub is_shadow: u8,
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
    /// The members; see [`members`].
    pub value: U32,
}

/// The highest two bits of `Posting::value` say what the others are.
pub mod members {
    /// The one member itself.
    pub const ONE: u32 = 0;
    /// First of two words: the first of consecutive members, and how many.
    pub const RANGE: u32 = 1 << 30;
    /// First word of a list: how many members, then the members, ascending.
    pub const LIST: u32 = 2 << 30;
    /// The bits that tell.
    pub const KIND: u32 = 3 << 30;
}

/// Members of a hash in one bucket, on average, when it is written.
pub const BUCKET_LEN: usize = 4;

/// Hash of a string: FNV-1a, its bits mixed. Tables are written by the operator, so that chosen
/// collisions are the operator's own; a request can only miss.
#[must_use]
pub fn hash_text(text: &[u8]) -> u32 {
    mix(text.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)))
}

/// Hash of a posting's key.
#[must_use]
pub fn hash_key(key: u8, a: u32, b: u32) -> u32 {
    let words = u32::from(key).wrapping_mul(0x9e37_79b9) ^ a.wrapping_mul(0x85eb_ca6b);
    mix(mix(words) ^ b.wrapping_mul(0xc2b2_ae35))
}

/// Spreads every bit over the high ones, which choose the bucket.
const fn mix(hash: u32) -> u32 {
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x7feb_352d);
    let hash = (hash ^ (hash >> 15)).wrapping_mul(0x846c_a68b);
    hash ^ (hash >> 16)
}

/// The bucket of a hash among `count`, so that buckets ascend with hashes.
#[must_use]
pub fn bucket(hash: u32, count: usize) -> usize {
    ((u64::from(hash) * count as u64) >> 32) as usize
}
