//! The closed vocabularies that policies, tables, replies, records and metrics share.

/// What happens to a message. Ordered by restriction: the greatest of all matching rules wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// Forwarded as it is.
    Allow = 0,
    /// Forwarded under limits.
    AllowWithConstraints = 1,
    /// Held back until a person agrees.
    RequireApproval = 2,
    /// Refused.
    Deny = 3,
}

impl Verdict {
    /// Every verdict, least restrictive first.
    pub const ALL: [Verdict; 4] =
        [Verdict::Allow, Verdict::AllowWithConstraints, Verdict::RequireApproval, Verdict::Deny];

    /// The name used in policies, records and replies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Allow => "ALLOW",
            Verdict::AllowWithConstraints => "ALLOW_WITH_CONSTRAINTS",
            Verdict::RequireApproval => "REQUIRE_APPROVAL",
            Verdict::Deny => "DENY",
        }
    }

    /// The verdict of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// The verdict stored as `number`.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| *verdict as u8 == number)
    }

    /// Whether the message may go on to the server now.
    #[must_use]
    pub const fn is_permit(self) -> bool {
        matches!(self, Verdict::Allow | Verdict::AllowWithConstraints)
    }
}

/// What a call does to the world; ordered by harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Action {
    /// Changes nothing.
    Read = 0,
    /// Changes something.
    Write = 1,
    /// Changes something that cannot be changed back.
    Destructive = 2,
}

impl Action {
    /// Every action, least harmful first.
    pub const ALL: [Action; 3] = [Action::Read, Action::Write, Action::Destructive];

    /// The name used in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Write => "write",
            Action::Destructive => "destructive",
        }
    }

    /// The action of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.name() == name)
    }

    /// The action stored as `number`.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Action> {
        Action::ALL.into_iter().find(|action| *action as u8 == number)
    }
}

/// How much of the arguments an audit record keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Capture {
    /// Nothing, not even a digest.
    None = 0,
    /// SHA-256 of their bytes.
    Digest = 1,
    /// The digest, and the arguments' shape with every value replaced by its type.
    Redacted = 2,
    /// The digest and the arguments.
    Full = 3,
}

impl Capture {
    /// Every way of capture, least first.
    pub const ALL: [Capture; 4] = [Capture::None, Capture::Digest, Capture::Redacted, Capture::Full];

    /// The name used in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Capture::None => "none",
            Capture::Digest => "digest",
            Capture::Redacted => "redacted",
            Capture::Full => "full",
        }
    }

    /// The capture of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Capture> {
        Capture::ALL.into_iter().find(|capture| capture.name() == name)
    }

    /// The capture stored as `number`.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Capture> {
        Capture::ALL.into_iter().find(|capture| *capture as u8 == number)
    }
}

/// Why a message was decided as it was. The names are API: records, metrics, replies and the command
/// line use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A rule decided.
    Rule,
    /// No rule matched.
    DefaultDeny,
    /// Session plumbing of a caller who may use something on this server.
    Plumbing,
    /// The method is not one we know, and no rule names it.
    UnknownMethod,
    /// An argument names a host outside the rule's `network_allowlist`.
    NetworkNotAllowed,
    /// The server took longer than the rule's `max_runtime_sec`.
    MaxRuntimeExceeded,
    /// The whole policy is in shadow mode: nothing is enforced.
    Shadow,
    /// No usable policy table.
    PolicyUnavailable,
    /// The body is not one readable JSON-RPC message.
    UnreadableMessage,
    /// The message could be read in more than one way.
    AmbiguousMessage,
    /// A JSON-RPC batch.
    Batch,
    /// The body is over the limit.
    BodyTooLarge,
    /// The body has a content coding or a charset other than UTF-8.
    EncodedBody,
    /// The request's path can be read in more than one way.
    AmbiguousPath,
    /// A request without a body.
    EmptyBody,
    /// An HTTP method that carries no governed message.
    HttpMethod,
    /// An answer to be filtered is no readable JSON-RPC answer.
    UnreadableAnswer,
    /// An answer to be filtered is over the limit.
    AnswerTooLarge,
    /// An answer to be filtered is compressed or of a type we do not read.
    EncodedAnswer,
    /// Headers and body of a modern request disagree, or its version is unknown.
    ProtocolMismatch,
    /// The session is not this caller's, or has expired.
    UnknownSession,
    /// The path passes by configuration.
    PassPath,
    /// Envoy refused something the filter asked of it.
    HostFailure,
    /// A detector found something that must not pass.
    Detected,
    /// A detector found something for which the answer is withheld.
    Quarantined,
}

impl Reason {
    /// Those that follow from a policy and a call alone.
    pub const OF_POLICY: &[Reason] = &[
        Reason::Rule,
        Reason::DefaultDeny,
        Reason::Plumbing,
        Reason::UnknownMethod,
        Reason::NetworkNotAllowed,
        Reason::Shadow,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Rule => "rule",
            Reason::DefaultDeny => "default-deny",
            Reason::Plumbing => "plumbing",
            Reason::UnknownMethod => "unknown-method",
            Reason::NetworkNotAllowed => "network-not-allowed",
            Reason::MaxRuntimeExceeded => "max-runtime-exceeded",
            Reason::Shadow => "shadow",
            Reason::PolicyUnavailable => "policy-unavailable",
            Reason::UnreadableMessage => "unreadable-message",
            Reason::AmbiguousMessage => "ambiguous-message",
            Reason::Batch => "batch",
            Reason::BodyTooLarge => "body-too-large",
            Reason::EncodedBody => "encoded-body",
            Reason::AmbiguousPath => "ambiguous-path",
            Reason::EmptyBody => "empty-body",
            Reason::HttpMethod => "http-method",
            Reason::UnreadableAnswer => "unreadable-answer",
            Reason::AnswerTooLarge => "answer-too-large",
            Reason::EncodedAnswer => "encoded-answer",
            Reason::ProtocolMismatch => "protocol-mismatch",
            Reason::UnknownSession => "unknown-session",
            Reason::PassPath => "pass-path",
            Reason::HostFailure => "host-failure",
            Reason::Detected => "detected",
            Reason::Quarantined => "quarantined",
        }
    }
}

/// How bad it is that something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Severity {
    /// Worth knowing.
    Low = 0,
    /// Worth a look.
    Medium = 1,
    /// Harmful by itself.
    High = 2,
    /// Harmful at once.
    Critical = 3,
}

impl Severity {
    /// Every severity, least first.
    pub const ALL: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The name used in policies and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// The severity stored as `number`.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| *severity as u8 == number)
    }
}

/// What is done with something found. Ordered by how much it takes away: the greatest of all that apply wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Treatment {
    /// It is recorded, and passes.
    Log = 0,
    /// The text around it is marked as data that is not to be trusted.
    Mark = 1,
    /// It is replaced by a keyed digest, so that equal values stay equal.
    Hash = 2,
    /// It is replaced by characters that say nothing, of the same form.
    Mask = 3,
    /// It is cut out.
    Remove = 4,
    /// It is cut out; what is found of an injected instruction is all of it.
    Strip = 5,
    /// The result is replaced by one that says why; a listed thing is hidden.
    Quarantine = 6,
    /// The message is refused.
    Deny = 7,
}

impl Treatment {
    /// Every treatment, the mildest first.
    pub const ALL: [Treatment; 8] = [
        Treatment::Log,
        Treatment::Mark,
        Treatment::Hash,
        Treatment::Mask,
        Treatment::Remove,
        Treatment::Strip,
        Treatment::Quarantine,
        Treatment::Deny,
    ];

    /// The name used in policies, records and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Treatment::Log => "log",
            Treatment::Mark => "mark",
            Treatment::Hash => "hash",
            Treatment::Mask => "mask",
            Treatment::Remove => "remove",
            Treatment::Strip => "strip",
            Treatment::Quarantine => "quarantine",
            Treatment::Deny => "deny",
        }
    }

    /// The treatment of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Treatment> {
        Treatment::ALL.into_iter().find(|treatment| treatment.name() == name)
    }

    /// The treatment stored as `number`.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Treatment> {
        Treatment::ALL.into_iter().find(|treatment| *treatment as u8 == number)
    }

    /// Whether it concerns the whole message rather than what was found in it.
    #[must_use]
    pub const fn is_of_message(self) -> bool {
        matches!(self, Treatment::Quarantine | Treatment::Deny)
    }
}

/// Which texts of a conversation are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Direction {
    /// Arguments on their way to the server.
    Arguments = 0,
    /// What the server answers, asks and tells.
    Results = 1,
    /// What describes a server and its tools, prompts and resources: lists and instructions.
    Descriptions = 2,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Direction; 3] = [Direction::Arguments, Direction::Results, Direction::Descriptions];

    /// The name used in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Arguments => "arguments",
            Direction::Results => "results",
            Direction::Descriptions => "descriptions",
        }
    }

    /// The direction of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|direction| direction.name() == name)
    }

    /// Its bit in a set of directions.
    #[must_use]
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What becomes of media and other binary content. Ordered by how much it takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Blobs {
    /// It passes byte for byte.
    Skip = 0,
    /// What decodes to text is looked at like text.
    Scan = 1,
    /// It is taken out.
    Strip = 2,
}

impl Blobs {
    /// Every way.
    pub const ALL: [Blobs; 3] = [Blobs::Skip, Blobs::Scan, Blobs::Strip];

    /// The name used in policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Blobs::Skip => "skip",
            Blobs::Scan => "scan",
            Blobs::Strip => "strip",
        }
    }

    /// The way of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Blobs> {
        Blobs::ALL.into_iter().find(|blobs| blobs.name() == name)
    }

    /// The way stored as `number`.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Blobs> {
        Blobs::ALL.into_iter().find(|blobs| *blobs as u8 == number)
    }
}
