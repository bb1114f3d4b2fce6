//! Diagnostics: plain data about what is wrong with a policy and where. Turning them into text is the work of
//! the renderers below, so that a test, a terminal and an editor see the same facts.

mod code;
mod human;
mod json;
mod plain;
mod sarif;

pub use code::Code;
pub use human::human;
pub use json::json;
pub use plain::plain;
pub use sarif::sarif;
pub(crate) use sarif::{log as sarif_log, physical_location};

use crate::source::Span;

/// One thing to say about a policy.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Whether it stops the policy from compiling.
    pub severity: Severity,
    /// The kind of finding, by its stable name.
    pub code: Code,
    /// What is wrong: lower case, no full stop, the user's text in backticks.
    pub message: String,
    /// The place it is about.
    pub primary: Label,
    /// Other places that matter, such as the first of two definitions.
    pub secondary: Vec<Label>,
    /// What to do about it, in one line.
    pub help: Option<String>,
}

/// A place in the source and, where it is not obvious, what it has to do with the finding.
#[derive(Clone, Debug)]
pub struct Label {
    /// Which bytes to underline.
    pub span: Span,
    /// What to write beside the line; may be empty.
    pub text: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The policy does not compile.
    Error,
    /// The policy compiles, and probably does not mean what its author thinks.
    Warning,
}

impl Diagnostic {
    /// An error about `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message.into())
    }

    /// A warning about `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message.into())
    }

    fn new(severity: Severity, code: Code, span: Span, message: String) -> Self {
        let primary = Label { span, text: String::new() };
        Self { severity, code, message, primary, secondary: Vec::new(), help: None }
    }

    /// Says what the underlined text has to do with it.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Calls `each` with every place.
    pub(crate) fn each_span(&mut self, mut each: impl FnMut(&mut Span)) {
        std::iter::once(&mut self.primary).chain(&mut self.secondary).for_each(|label| each(&mut label.span));
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Whether any of `diagnostics` is an error.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The name among `known` that `given` was probably meant to be.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = given.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        // A third of the letters may be wrong, as rustc and Cargo have it; beyond that a guess confuses.
        .filter(|(distance, name)| *distance <= given.chars().count().max(name.chars().count()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The help for `given`, which is none of `known`: the nearest, or all of them.
pub fn one_of<'a>(given: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    nearest(given, known.clone()).map_or_else(
        || {
            let names: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
            format!("expected one of {}", names.join(", "))
        },
        |name| format!("did you mean `{name}`?"),
    )
}
