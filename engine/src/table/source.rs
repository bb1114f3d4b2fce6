//! What a table is written from: a policy as plain data, without files, spans or syntax.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::format::{Circumstance, Dimension, Label, Literal, Relation};
use crate::guard::Guard;
use crate::network::Network;
use crate::scan::Kind;
use crate::vocabulary::{Action, Blobs, Capture, Direction, Severity, Treatment, Verdict};
use crate::window::Window;

/// A whole policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Decide and record, enforce nothing.
    pub shadow: bool,
    /// How much of the arguments audit records keep.
    pub capture: Capture,
    /// Where the caller's identity stands in the token.
    pub claims: Claims,
    /// The registry; names are unique.
    pub servers: Vec<Server>,
    /// Roles; names are unique.
    pub roles: Vec<Role>,
    /// Rules; ids are unique, order does not matter.
    pub rules: Vec<Rule>,
    /// Layers that the rules are in, 1 to [`super::format::LAYERS_MAX`]. A call is permitted if each layer by
    /// itself permits it, so that one without a rule permits nothing.
    pub layers: u8,
    /// What texts are looked through for, ascending by name; names are unique.
    pub detectors: Vec<Detector>,
    /// Patterns of detectors that are not built in, as [`crate::scan::pattern`] stores them; detectors by place.
    pub patterns: Vec<u8>,
    /// Phrases, as [`crate::scan::phrase`] stores them.
    pub phrases: Vec<u8>,
    /// What is done with what is found; ids are unique.
    pub protections: Vec<Protection>,
}

/// Something to look for.
#[derive(Debug, Clone)]
pub struct Detector {
    /// Its name.
    pub name: String,
    /// What is built in, or `None` where patterns find it.
    pub kind: Option<Kind>,
    /// How bad it is to find it.
    pub severity: Severity,
    /// Globs of values that do not count.
    pub allow: Vec<String>,
}

/// What is done with what detectors find.
#[derive(Debug, Clone)]
pub struct Protection {
    /// Its id.
    pub id: String,
    /// When it applies; an empty list is always.
    pub conditions: Vec<Condition>,
    /// Names of detectors.
    pub detectors: Vec<String>,
    /// What is done.
    pub treatment: Treatment,
    /// Where; at least one.
    pub directions: Vec<Direction>,
    /// What becomes of binary content.
    pub blobs: Blobs,
    /// Record only.
    pub shadow: bool,
}

/// Dotted claim paths; `None` where the policy takes no such claim.
#[derive(Debug, Clone)]
pub struct Claims {
    /// The user.
    pub user: Option<String>,
    /// The user's groups.
    pub groups: Option<String>,
    /// The agent.
    pub agent: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// OAuth scopes.
    pub scopes: Option<String>,
    /// The token's id.
    pub token: Option<String>,
}

impl Default for Claims {
    /// Registered claims of RFC 7519 and RFC 9068, and the names most issuers use for the rest.
    fn default() -> Self {
        let claim = |name: &str| Some(String::from(name));
        Claims {
            user: claim("sub"),
            groups: claim("groups"),
            agent: claim("azp"),
            tenant: claim("tid"),
            scopes: claim("scope"),
            token: claim("jti"),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            shadow: false,
            capture: Capture::Digest,
            claims: Claims::default(),
            servers: Vec::new(),
            roles: Vec::new(),
            rules: Vec::new(),
            layers: 1,
            detectors: Vec::new(),
            patterns: Vec::new(),
            phrases: Vec::new(),
            protections: Vec::new(),
        }
    }
}

/// A registered server.
#[derive(Debug, Clone, Default)]
pub struct Server {
    /// Its name, as rules use it.
    pub name: String,
    /// Which traffic it is; any of these. Empty: the route or cluster of its name.
    pub matches: Vec<ServerMatch>,
    /// Token audience.
    pub resource: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Value of `mcp.environment`.
    pub environment: Option<String>,
    /// Value of `mcp.classification`.
    pub classification: Option<String>,
    /// Lifecycle stage.
    pub stage: Option<String>,
    /// Own labels: name and value.
    pub labels: Vec<(String, String)>,
    /// Action of unlisted tools; `None` is write.
    pub action: Option<Action>,
    /// Tools by name or glob.
    pub tools: Vec<Tool>,
}

/// One way of recognising a server's traffic.
#[derive(Debug, Clone)]
pub enum ServerMatch {
    /// The request's host (exact or glob, `None` for any) and the start of its path (`None` for any).
    Http {
        /// Host without port, or glob.
        host: Option<String>,
        /// Path prefix, matched by whole segments.
        path: Option<String>,
    },
    /// The name of the upstream cluster.
    Cluster(String),
    /// The route's metadata, namespace `mcpgov`, key `server`.
    Route(String),
}

/// A tool or a glob of tools.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Name or glob.
    pub name: String,
    /// What it does; `None` takes the server's.
    pub action: Option<Action>,
    /// Its risk tags.
    pub risk_tags: Vec<String>,
}

/// A named condition on the caller.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Who has it; no role in it.
    pub condition: Condition,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The decision.
    pub verdict: Verdict,
    /// Number of its layer.
    pub layer: u8,
    /// Record only.
    pub shadow: bool,
    /// The author's reason, for people.
    pub reason: Option<String>,
    /// When it applies; an empty list is always.
    pub conditions: Vec<Condition>,
    /// What a permitted call is held to.
    pub limit: Option<Limit>,
}

/// Constraints.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    /// Longest run time, seconds.
    pub max_runtime_sec: Option<u32>,
    /// Most retries.
    pub max_retries: Option<u32>,
    /// Hosts (globs) that arguments may name.
    pub network_allowlist: Option<Vec<String>>,
}

/// A condition.
#[derive(Debug, Clone)]
pub enum Condition {
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// Does not hold.
    Not(Box<Condition>),
    /// The label's value is one of these, or matches one where any is a glob.
    Label {
        /// Which label.
        label: Label,
        /// The name of an own label.
        own: Option<String>,
        /// Values or globs.
        values: Vec<String>,
    },
    /// The caller's dimension is (holds) one of these, or matches one where any is a glob.
    Subject {
        /// Which part of the identity.
        dimension: Dimension,
        /// Values or globs.
        values: Vec<String>,
    },
    /// The caller has the role.
    Role(String),
    /// The call carries one of these risk tags.
    RiskTag(Vec<String>),
    /// A verified claim of the caller's token holds one of these, or matches one where any is a glob.
    Claim {
        /// Dotted path of the claim.
        path: String,
        /// Values or globs.
        values: Vec<String>,
    },
    /// The peer's address is in one of the networks.
    Source(Vec<Network>),
    /// A text the proxy knows about the call matches one of the globs.
    Context {
        /// Which text.
        circumstance: Circumstance,
        /// Globs.
        globs: Vec<String>,
    },
    /// The call belongs to a session.
    Session,
    /// The time is in one of the windows.
    Time(Vec<Window>),
    /// One of the guards finds something in the arguments.
    Guard(Vec<Guard>),
    /// A test of one argument.
    Argument {
        /// Keys and indices from the arguments object on.
        path: Vec<String>,
        /// What to test.
        test: ArgumentTest,
    },
    /// A test of the arguments as a whole; a call without arguments has an empty object.
    Arguments(ArgumentTest),
}

/// Tests of one value: an argument, or a part of one.
#[derive(Debug, Clone)]
pub enum ArgumentTest {
    /// All hold.
    All(Vec<ArgumentTest>),
    /// At least one holds.
    Any(Vec<ArgumentTest>),
    /// Does not hold.
    Not(Box<ArgumentTest>),
    /// A test of the part at a path.
    At(Vec<String>, Box<ArgumentTest>),
    /// Holds for every item of the array.
    Each(Box<ArgumentTest>),
    /// Holds for some item of the array.
    Some(Box<ArgumentTest>),
    /// Holds for each member of the object whose name is none of these.
    Rest(Vec<String>, Box<ArgumentTest>),
    /// Equals one of the literals: its type and its text as [`Literal`] has it.
    In(Vec<(Literal, String)>),
    /// Is a string that matches one of the globs.
    Glob(Vec<String>),
    /// Is a string that one of the automata matches as a whole.
    Regex(Vec<Automaton>),
    /// Is present.
    Exists,
    /// Is a number in this relation to the number, given as JSON text.
    Compare(Relation, String),
    /// Is a string, array or object whose length is in this relation to the number.
    Length(Relation, u32),
    /// Has one of the JSON types; bits of [`super::format::types`].
    Type(u8),
    /// Is a string with one of these strings in it, or an array with one of these literals.
    Contains(Vec<(Literal, String)>),
    /// Is a path at or below one of these; see [`crate::path::is_under`].
    Under(Vec<String>),
    /// Is a URL or host whose canonical host matches one of the globs.
    Host(Vec<String>),
    /// Is a URL or host whose canonical host is an address in one of the networks.
    Cidr(Vec<Network>),
    /// Holds something that one of the guards finds.
    Guard(Vec<Guard>),
}

/// A regular expression.
#[derive(Debug, Clone)]
pub struct Automaton {
    /// As its author wrote it.
    pub pattern: String,
    /// A sparse, anchored DFA of `regex-automata`, serialised in little-endian order.
    pub bytes: Arc<[u8]>,
}

/// Whether a value is a glob rather than an exact name.
#[must_use]
pub fn is_glob(value: &str) -> bool {
    value.contains('*')
}
