//! Why an expression is no pattern, in the words of who writes policies.

use std::fmt;

/// Why there is no pattern of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// It is no regular expression.
    Syntax(String),
    /// It holds nothing that could be looked for.
    NoLiteral,
    /// It matches the empty text.
    Empty,
    /// The group matches the empty text.
    EmptyGroup,
    /// More than one group.
    Groups,
    /// A group is repeated without end, or too often.
    RepeatedGroup,
    /// It asks for what stands around.
    Around(&'static str),
    /// A run may end in more than one place.
    Ambiguous {
        /// What is repeated.
        run: String,
        /// What follows and could be part of the run.
        next: String,
    },
    /// More alternatives than are tried.
    TooMany,
    /// Too many parts in a row.
    TooLong,
    /// A repetition without end where only a keyword is looked for.
    UnboundedContext,
    /// A keyword of this text is too short or too long.
    Keyword(String),
    /// No possible entropy.
    Entropy,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(problem) => write!(f, "not a regular expression: {problem}"),
            Self::NoLiteral => f.write_str("the pattern has no fixed text that could be looked for"),
            Self::Empty => f.write_str("the pattern matches the empty text"),
            Self::EmptyGroup => f.write_str("the group of the pattern can be empty"),
            Self::Groups => f.write_str("the pattern has more than one group"),
            Self::RepeatedGroup => {
                f.write_str("the pattern repeats a group of several characters too often or without end")
            }
            Self::Around(what) => write!(f, "the pattern asks for {what}"),
            Self::Ambiguous { run, next } => {
                write!(f, "a repetition of `{run}` is followed by {next}, which it can also take")
            }
            Self::TooMany => f.write_str("the pattern stands for too many alternatives"),
            Self::TooLong => f.write_str("the pattern has too many parts"),
            Self::UnboundedContext => {
                f.write_str("a pattern that is found by its keyword repeats something without end")
            }
            Self::Keyword(word) => write!(f, "`{word}` is too short or too long for a keyword"),
            Self::Entropy => f.write_str("the entropy of a byte is between 0 and 8 bits"),
        }
    }
}

impl std::error::Error for PatternError {}

impl PatternError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "patterns are of ASCII characters, without look-around and back-references",
            Self::NoLiteral => {
                "begin with a prefix of two characters or more, as in `EMP-[0-9]{6}`, or add `keywords`"
            }
            Self::Empty => "say how many characters there are at least, as in `[0-9]{6}`",
            Self::EmptyGroup => "put what has to be masked into the group",
            Self::Groups => "use `( )` once, for what has to be masked, and `(?: )` elsewhere",
            Self::RepeatedGroup => {
                "repeat a class of characters, as in `[0-9a-f-]{36}`, or write the group out"
            }
            Self::Around(_) => {
                "leave it out: a match must stand for itself anyway, also inside a longer text"
            }
            Self::Ambiguous { .. } => {
                "give the repetition a fixed length, as in `{32}`, or take what follows out of its characters"
            }
            Self::TooMany => "use a class of characters instead of alternatives, or several detectors",
            Self::TooLong => "match less: a prefix and a length tell most formats apart",
            Self::UnboundedContext => "say how many characters there are at most, as in `{20,60}`",
            Self::Keyword(_) => "a keyword has 2 to 255 characters",
            Self::Entropy => "3.0 is usual for random letters and digits",
        }
    }
}
