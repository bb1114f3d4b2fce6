//! How single tests come out.

use crate::truth::Truth;

/// Why a test could not be evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// That part of the caller's identity is not known.
    IdentityAbsent,
    /// The proxy does not know that about the call.
    ContextUnknown,
    /// The argument is missing.
    ArgumentMissing,
    /// The argument, or one on its path, is there under more than one spelling.
    ArgumentAmbiguous,
    /// The argument has another JSON type than the test asks for.
    ArgumentType,
    /// No 64-bit float holds the number, so that readers differ about it.
    ArgumentNumber,
    /// The argument names no host, or readers differ about which.
    ArgumentHost,
    /// The argument's address may lead into the network, depending on who routes it.
    ArgumentAddress,
    /// Readers differ about where the path leads.
    ArgumentPath,
    /// The regular expression could not be run on the argument.
    ArgumentRegex,
}

/// How a test came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The outcome.
    pub truth: Truth,
    /// Where it is unknown: why. Of several reasons the first.
    pub cause: Option<Cause>,
}

impl Leaf {
    pub(super) fn and(self, other: Leaf) -> Leaf {
        Leaf { truth: self.truth.and(other.truth), cause: self.cause.or(other.cause) }
    }

    pub(super) fn or(self, other: Leaf) -> Leaf {
        Leaf { truth: self.truth.or(other.truth), cause: self.cause.or(other.cause) }
    }

    pub(super) fn not(self) -> Leaf {
        Leaf { truth: self.truth.not(), ..self }
    }
}

impl From<Truth> for Leaf {
    fn from(truth: Truth) -> Leaf {
        Leaf { truth, cause: None }
    }
}

impl From<bool> for Leaf {
    fn from(holds: bool) -> Leaf {
        Truth::of(holds).into()
    }
}

impl From<Cause> for Leaf {
    fn from(cause: Cause) -> Leaf {
        Leaf { truth: Truth::UNKNOWN, cause: Some(cause) }
    }
}

/// Is told how each test of a rule's condition came out; of the tests of an array's items only the array's.
pub trait Trace {
    /// Whether every test is wanted, also those that no longer matter.
    const COMPLETE: bool;

    /// The test at that number among the table's nodes.
    fn leaf(&mut self, node: u32, leaf: Leaf);
}

/// Listens to nothing, and so costs nothing.
#[derive(Debug)]
pub struct NoTrace;

impl Trace for NoTrace {
    const COMPLETE: bool = false;

    fn leaf(&mut self, _: u32, _: Leaf) {}
}
