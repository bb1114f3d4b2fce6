//! The kinds of findings, each with a page of documentation.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)*) => {
        /// The kinds of findings. Their names are stable: tools and people filter by them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The page about it: what it means, an example, what to write instead. Markdown.
            pub fn page(self) -> &'static str {
                match self {
                    $(Self::$variant => {
                        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics/", $name, ".md"))
                    })*
                }
            }
        }
    };
}

codes! {
    /// The text is not YAML.
    YamlSyntax = "yaml-syntax",
    /// YAML that a policy may not use, such as anchors and tags.
    YamlFeature = "yaml-feature",
    /// A key the language does not have.
    UnknownKey = "unknown-key",
    /// A required key is absent.
    MissingKey = "missing-key",
    /// A key or an id is there twice.
    Duplicate = "duplicate",
    /// A value of another type was expected.
    WrongType = "wrong-type",
    /// The type is right, the value is not.
    BadValue = "bad-value",
    /// A name that nothing in the policy defines.
    UndefinedName = "undefined-name",
    /// Parts that are fine alone do not fit together.
    Inconsistent = "inconsistent",
    /// The language has it, this version does not.
    NotSupportedYet = "not-supported-yet",
    /// A limit of the language or the table is passed.
    TooLarge = "too-large",
    /// A condition that no call can meet.
    NeverMatches = "never-matches",
    /// A rule that never decides, because a more restrictive one applies wherever it does.
    CoveredRule = "covered-rule",
    /// A permit of which another rule denies everything.
    DeadPermit = "dead-permit",
    /// A rule about lists that leaves calls as they are.
    ListOnly = "list-only",
    /// A denial of everything that leaves lists as they are.
    CallOnly = "call-only",
    /// A tool of the registry that no rule can match.
    UncoveredTool = "uncovered-tool",
    /// A server for which nobody answers.
    NoOwner = "no-owner",
    /// An approval that everybody may ask for.
    ApprovalForEverybody = "approval-for-everybody",
    /// A permit whose exception cannot be evaluated where an argument is missing.
    ExceptionOnMissingArgument = "exception-on-missing-argument",
    /// A rule or the registry speaks of what the schema of the server does not have.
    SchemaMismatch = "schema-mismatch",
    /// A keyword of an input schema that the proxy does not enforce.
    SchemaNotEnforced = "schema-not-enforced",
}

impl Code {
    /// The code of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// What the finding is, in a few words: the heading of its page.
    pub fn title(self) -> &'static str {
        let heading = self.page().lines().next().unwrap_or_default();
        heading.trim_start_matches('#').trim()
    }
}
