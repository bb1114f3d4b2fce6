//! What a policy is made of, as fixed records.

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

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

impl Rule {
    /// The layer it belongs to.
    #[must_use]
    pub const fn layer(&self) -> usize {
        ((self.flags & rule_flags::LAYER) >> rule_flags::LAYER_SHIFT) as usize
    }
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
    /// [`Key::Host`](super::Key::Host), [`Key::Cluster`](super::Key::Cluster) or [`Key::Route`](super::Key::Route).
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
