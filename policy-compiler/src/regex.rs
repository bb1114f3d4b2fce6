//! Regular expressions to automata. The proxy only runs them.

use std::{fmt, sync::Arc};

use regex_automata::{
    dfa::{StartKind, dense},
    nfa::thompson,
    util::syntax,
};
use regex_syntax::hir::{Hir, Look};

/// Largest automaton, as the table holds it. All of it is read once when the proxy loads the table.
pub const AUTOMATON_BYTES_MAX: usize = 64 * 1024;
/// Largest automaton on the way there: nothing larger becomes that small.
const DENSE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why there is no automaton of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegexError {
    /// It is no regular expression.
    Syntax(String),
    /// It needs more than [`AUTOMATON_BYTES_MAX`].
    TooLarge,
    /// It asks for something that an automaton cannot do.
    Unsupported,
}

impl fmt::Display for RegexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(problem) => write!(f, "not a regular expression: {problem}"),
            Self::TooLarge => {
                write!(
                    f,
                    "the regular expression needs an automaton of more than {AUTOMATON_BYTES_MAX} bytes"
                )
            }
            Self::Unsupported => f.write_str("the regular expression asks for a Unicode word boundary"),
        }
    }
}

impl std::error::Error for RegexError {}

impl RegexError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Syntax(_) => {
                "the syntax is that of the Rust crate `regex`; there are no look-around and no back-references"
            }
            Self::TooLarge => {
                "ask for ASCII with `(?-u:\\w)` or `[a-z]`, and repeat `*` or `+` instead of a large number of times"
            }
            Self::Unsupported => "write `(?-u:\\b)`, which goes by ASCII words",
        }
    }
}

/// The automaton that matches what `pattern` matches as a whole; `.` is any character. The same pattern gives the
/// same bytes on every machine.
///
/// # Errors
/// [`RegexError`]
pub fn compile(pattern: &str) -> Result<Arc<[u8]>, RegexError> {
    let syntax = syntax::Config::new().dot_matches_new_line(true).nest_limit(64);
    let hir = syntax::parse_with(pattern, &syntax).map_err(|error| RegexError::Syntax(problem(&error)))?;
    let whole = Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)]);
    let too_large = |error: &thompson::BuildError| match error.size_limit() {
        Some(_) => RegexError::TooLarge,
        None => RegexError::Unsupported,
    };
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().nfa_size_limit(Some(DENSE_BYTES_MAX)))
        .build_from_hir(&whole)
        .map_err(|error| too_large(&error))?;
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .accelerate(false)
        .dfa_size_limit(Some(DENSE_BYTES_MAX))
        .determinize_size_limit(Some(2 * DENSE_BYTES_MAX));
    let dense = dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|error| {
        if error.is_size_limit_exceeded() { RegexError::TooLarge } else { RegexError::Unsupported }
    })?;
    let sparse = dense.to_sparse().map_err(|_| RegexError::TooLarge)?;
    let bytes = sparse.to_bytes_little_endian();
    if bytes.len() > AUTOMATON_BYTES_MAX { Err(RegexError::TooLarge) } else { Ok(bytes.into()) }
}

fn problem(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} at character {}", error.kind(), error.span().start.column)
        }
        regex_syntax::Error::Translate(error) => {
            format!("{} at character {}", error.kind(), error.span().start.column)
        }
        _ => "it cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_patterns_are_refused_in_time() {
        assert_eq!(compile(r"[\pL]{500}"), Err(RegexError::TooLarge));
        assert_eq!(compile(r"(a|b)*a(a|b){40}"), Err(RegexError::TooLarge));
        assert_eq!(compile(r"(((((x{100}){100}){100}){100}){100})"), Err(RegexError::TooLarge));
        assert_eq!(compile(r"\bword\b"), Err(RegexError::Unsupported));
        for pattern in ["a)(b", "(?P<x", "[z-a]", "(?=look)", r"(a)\1", "(?x)a # comment )"] {
            let refused = matches!(compile(pattern), Err(RegexError::Syntax(_)));
            assert_eq!(refused, !pattern.starts_with("(?x)"), "{pattern}");
        }
    }

    #[test]
    fn the_same_pattern_gives_the_same_bytes() {
        assert_eq!(compile(r"v\d+(\.\d+)*").unwrap(), compile(r"v\d+(\.\d+)*").unwrap());
    }
}
