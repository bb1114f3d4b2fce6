//! Conditions: nodes in preorder, and what their operators test.

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::Key;

/// Nesting of `all` / `any` / `not` in one condition.
pub const CONDITION_DEPTH_MAX: usize = 32;

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
        /// The time is in one of the windows; [`WINDOW_WORDS`] words each, see [`crate::window::Window`].
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

/// Words of one network.
pub const NETWORK_WORDS: usize = 5;
/// Added to the prefix length of IPv6 networks.
pub const NETWORK_IPV6: u32 = 256;
/// Words of one time window.
pub const WINDOW_WORDS: usize = 6;
