//! A policy as its author wrote it: plain data, every part knowing its place in the source.

use std::sync::Arc;

pub use mcpgov_engine::guard::Guard;
pub use mcpgov_engine::network::Network;
pub use mcpgov_engine::table::format::{Circumstance, Dimension, Label, Relation};
pub use mcpgov_engine::vocabulary::{Action, Blobs, Capture, Direction, Severity, Treatment, Verdict};
pub use mcpgov_engine::window::Window;

use crate::{
    schema::Listing,
    source::{Span, Spanned},
};

/// Text of the policy and where it stands.
pub type Text = Spanned<String>;

/// Labels that mcpgov sets; all others are servers' own.
pub const LABELS: [(&str, Label); 8] = [
    ("mcp.server", Label::Server),
    ("mcp.method", Label::Method),
    ("mcp.tool", Label::Tool),
    ("mcp.prompt", Label::Prompt),
    ("mcp.resource", Label::Resource),
    ("mcp.action", Label::Action),
    ("mcp.environment", Label::Environment),
    ("mcp.classification", Label::Classification),
];

/// Keys of `subject` that name parts of a caller's identity.
pub const DIMENSIONS: [(&str, Dimension); 6] = [
    ("users", Dimension::User),
    ("groups", Dimension::Group),
    ("agents", Dimension::Agent),
    ("tenants", Dimension::Tenant),
    ("workloads", Dimension::Workload),
    ("scopes", Dimension::Scope),
];

/// A whole policy.
#[derive(Debug, Default)]
pub struct Policy {
    /// `mode: shadow` at top level: decide and record, enforce nothing.
    pub shadow: bool,
    /// Where the caller's identity is found in the verified token.
    pub identity: Identity,
    /// What audit records keep of arguments.
    pub capture: Option<Capture>,
    /// The registry.
    pub servers: Vec<Server>,
    /// Named groups of callers.
    pub roles: Vec<Role>,
    /// Conditions with a name, for rules to use.
    pub conditions: Vec<NamedCondition>,
    /// The rules, in the order written; the order means nothing.
    pub rules: Vec<Rule>,
    /// Own detectors, and what the policy changes about built-in ones.
    pub detectors: Vec<Detector>,
    /// What is done with what detectors find.
    pub protections: Vec<Protection>,
    /// Where settings of the whole policy stand: `mode`, `identity`, `audit`.
    pub settings: Vec<Span>,
    /// Files that are part of this one.
    pub includes: Vec<Text>,
    /// Files and folders that are layers of their own, the registry's first.
    pub layered: Vec<Text>,
    /// Layers that the rules are in; 0 and 1 are one.
    pub layers: u8,
    /// Conditions of rules that could not be read whole: checked, so that one run reports everything, and no
    /// more.
    pub orphans: Vec<Condition>,
}

/// Claim paths, dotted, of the parts of an identity.
#[derive(Debug, Default)]
pub struct Identity {
    /// Claim with the user's name.
    pub user: Option<Text>,
    /// Claim with the user's groups.
    pub groups: Option<Text>,
    /// Claim with the agent's name.
    pub agent: Option<Text>,
    /// Claim with the tenant.
    pub tenant: Option<Text>,
    /// Claim with the scopes.
    pub scopes: Option<Text>,
    /// Claim with the token's id.
    pub token: Option<Text>,
}

/// An MCP server of the registry.
#[derive(Debug)]
pub struct Server {
    /// Its name, as rules use it.
    pub name: Text,
    /// Which traffic it is; `None` leaves recognition to its name.
    pub traffic: Option<Traffic>,
    /// Resource URI: the audience of tokens for it.
    pub resource: Option<Text>,
    /// Who answers for it.
    pub owner: Option<Text>,
    /// Label `mcp.environment`.
    pub environment: Option<Text>,
    /// Label `mcp.classification`.
    pub classification: Option<Text>,
    /// Lifecycle stage.
    pub stage: Option<Text>,
    /// Its own labels.
    pub labels: Vec<(Text, Text)>,
    /// Action of unlisted tools.
    pub action: Option<Action>,
    /// Its tools.
    pub tools: Vec<Tool>,
    /// What arguments of calls to it must not hold.
    pub guards: Vec<GuardTest>,
    /// File with the input schemas of its tools, relative to the policy.
    pub schema: Option<Text>,
    /// Calls that do not fit the schemas are denied.
    pub enforce_schema: bool,
    /// What the file says, once it has been read.
    pub listing: Option<Listing>,
}

/// How a server's traffic is recognised; the ways given are alternatives, except that hosts and paths go
/// together.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Host globs.
    pub hosts: Vec<Text>,
    /// Path prefixes.
    pub paths: Vec<Text>,
    /// Envoy clusters.
    pub clusters: Vec<Text>,
    /// Names in Envoy's route metadata.
    pub routes: Vec<Text>,
}

/// A tool, or a glob of tools.
#[derive(Debug)]
pub struct Tool {
    /// Name or glob.
    pub name: Text,
    /// What calling it does.
    pub action: Option<Action>,
    /// Tags that rules match.
    pub risk_tags: Vec<Text>,
    /// What one call costs, in units of the author's choice.
    pub cost: Option<u32>,
}

/// A named group of callers: whoever meets one of the tests.
#[derive(Debug)]
pub struct Role {
    /// Its name.
    pub name: Text,
    /// Alternatives.
    pub members: Vec<SubjectTest>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: Text,
    /// What it applies to.
    pub condition: Condition,
    /// What it does not apply to after all.
    pub unless: Option<Condition>,
    /// What it decides.
    pub verdict: Spanned<Verdict>,
    /// Limits on what it permits.
    pub constraints: Option<Constraints>,
    /// What arguments of the calls that it permits must not hold.
    pub guards: Vec<GuardTest>,
    /// Why, for people.
    pub reason: Option<Text>,
    /// Recorded, never enforced.
    pub shadow: bool,
    /// Number of the layer it is in.
    pub layer: u8,
}

/// A detector of the policy's own, or what it changes about one that there is.
#[derive(Debug)]
pub struct Detector {
    /// Its name.
    pub name: Text,
    /// What it looks for; `None` leaves that to the built-in one of this name.
    pub shape: Option<Shape>,
    /// Values that do not count, as globs.
    pub allow: Vec<Text>,
    /// How bad it is to find it.
    pub severity: Option<Severity>,
}

/// What a detector of a policy looks for.
#[derive(Debug)]
pub struct Shape {
    /// A regular expression of the kind that patterns can be.
    pub pattern: Text,
    /// Words of which one must stand near.
    pub keywords: Vec<Text>,
    /// A check of what was found, by name.
    pub validator: Option<Text>,
    /// Least entropy, in hundredths of a bit per byte.
    pub entropy: Option<Spanned<u32>>,
}

/// What is done with what detectors find.
#[derive(Debug)]
pub struct Protection {
    /// Its id.
    pub id: Text,
    /// What it applies to; everything where it is not given.
    pub condition: Option<Condition>,
    /// What it does not apply to after all.
    pub unless: Option<Condition>,
    /// Names of detectors, or globs of them.
    pub detect: Vec<Text>,
    /// Which texts are looked at.
    pub directions: Vec<Direction>,
    /// What is done.
    pub treatment: Spanned<Treatment>,
    /// What becomes of binary content.
    pub blobs: Blobs,
    /// Recorded, never enforced.
    pub shadow: bool,
}

/// A guard, and the arguments that it is about.
#[derive(Clone, Debug)]
pub struct GuardTest {
    /// Which.
    pub guard: Guard,
    /// Where its name stands.
    pub span: Span,
    /// Paths of arguments; empty for all.
    pub paths: Vec<Vec<String>>,
}

/// The id of the rule that the guards of a server or rule become.
pub fn guards_id(of: &str) -> String {
    format!("{of}:guards")
}

/// A condition that rules use by its name.
#[derive(Clone, Debug)]
pub struct NamedCondition {
    /// Its name.
    pub name: Text,
    /// The condition; it uses no other.
    pub condition: Condition,
}

/// The body of `match` and `unless`: all given tests hold.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// Tests of labels.
    pub labels: Vec<LabelTest>,
    /// The call carries one of these tags; empty where not tested.
    pub risk_tags: Vec<Text>,
    /// Tests of the caller.
    pub subject: Vec<SubjectTest>,
    /// The caller has one of these roles; empty where not tested.
    pub roles: Vec<Text>,
    /// Tests of claims of the caller's token.
    pub claims: Vec<ClaimTest>,
    /// Tests of arguments.
    pub arguments: Vec<ArgumentTest>,
    /// Tests of what the proxy knows about the call.
    pub context: Vec<ContextTest>,
    /// Names of conditions, all of which hold.
    pub named: Vec<Text>,
    /// Conditions put together.
    pub combined: Vec<Combined<Condition>>,
    /// The server is none of these.
    pub servers_not_in: Option<ServersNotIn>,
}

/// Several of something put together by `all`, `any` and `not`.
#[derive(Clone, Debug)]
pub enum Combined<T> {
    /// All hold.
    All(Vec<T>),
    /// At least one holds.
    Any(Vec<T>),
    /// Does not hold.
    Not(Box<T>),
}

/// A claim matches one of the globs.
#[derive(Clone, Debug)]
pub struct ClaimTest {
    /// The claim's dotted path.
    pub path: Text,
    /// The globs.
    pub globs: Vec<Text>,
}

/// A test of what the proxy knows about the call.
#[derive(Clone, Debug)]
pub enum ContextTest {
    /// The peer's address is in one of the networks.
    Source(Vec<Network>),
    /// A text matches one of the globs.
    Text(Circumstance, Vec<Text>),
    /// The call belongs to a session, or does not.
    Session(bool),
    /// The time is in one of the windows.
    Time(Vec<Window>),
}

/// `mcp.deny_servers_not_in`: the server is none of the listed.
#[derive(Clone, Debug)]
pub struct ServersNotIn {
    /// Where the key stands.
    pub key: Span,
    /// The servers.
    pub servers: Vec<Text>,
}

impl LabelTest {
    /// Which of the labels it is that mcpgov sets; [`Label::Own`] where it is none.
    pub fn kind(&self) -> Label {
        LABELS.iter().find(|(name, _)| *name == self.label.value).map_or(Label::Own, |(_, label)| *label)
    }
}

/// A label matches one of the globs.
#[derive(Clone, Debug)]
pub struct LabelTest {
    /// The label's name.
    pub label: Text,
    /// The globs.
    pub globs: Vec<Text>,
}

/// A part of the caller's identity matches one of the globs.
#[derive(Clone, Debug)]
pub struct SubjectTest {
    /// Which part.
    pub dimension: Dimension,
    /// The globs.
    pub globs: Vec<Text>,
}

/// A test of arguments, or of parts of one.
#[derive(Clone, Debug)]
pub enum ArgumentTest {
    /// The value at a path meets all operators.
    At {
        /// Keys and indices from the arguments object, or the value at hand, down to the value.
        path: Vec<String>,
        /// Where the path stands.
        span: Span,
        /// The operators.
        operators: Vec<Operator>,
    },
    /// Several maps of tests put together; all tests of a map hold.
    Combined(Combined<Vec<ArgumentTest>>),
}

/// What a value is compared with.
#[derive(Clone, Debug)]
pub enum Operator {
    /// It equals one of the literals.
    In(Vec<Literal>),
    /// It is text that matches one of the globs.
    Matches(Vec<String>),
    /// It is text that one of the regular expressions matches as a whole.
    Regex(Vec<Regex>),
    /// It is there, or it is not.
    Exists(bool),
    /// It is a number in this relation to the number, written as in JSON.
    Compare(Relation, String),
    /// It is text, a list or a map whose length is in this relation to the number.
    Length(Relation, u32),
    /// It has one of the types; bits of [`mcpgov_engine::table::format::types`].
    Type(u8),
    /// It is text with one of the texts in it, or a list with one of the literals.
    Contains(Vec<Literal>),
    /// It is a path at or below one of these.
    StartsUnder(Vec<String>),
    /// It is a URL or host whose host matches one of the globs.
    HostIn(Vec<String>),
    /// It is a URL or host whose host is an address in one of the networks.
    CidrIn(Vec<Network>),
    /// `all: {…}`: every item of the list meets all operators.
    Each(Vec<Operator>),
    /// `any: {…}`: some item of the list does.
    Some(Vec<Operator>),
    /// `all: […]`, `any: […]` and `not: {…}`: maps of operators on the same value put together.
    Combined(Combined<Vec<Operator>>),
    /// `fields: {…}`: tests of parts of the value.
    Fields(Vec<ArgumentTest>),
}

/// A regular expression and what the proxy runs in its place.
#[derive(Clone, Debug)]
pub struct Regex {
    /// As written.
    pub pattern: String,
    /// See [`crate::regex::compile`].
    pub automaton: Arc<[u8]>,
}

/// A JSON scalar.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number in JSON's grammar, as written.
    Number(String),
    /// Text.
    Text(String),
}

/// Limits on a permitted call.
#[derive(Debug)]
pub struct Constraints {
    /// Where they stand.
    pub span: Span,
    /// Longest time the server may take, seconds.
    pub max_runtime_sec: Option<u32>,
    /// Most retries of the same call.
    pub max_retries: Option<u32>,
    /// Host globs that arguments may name; `None` allows any.
    pub network_allowlist: Option<Vec<Text>>,
}
