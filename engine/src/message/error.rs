//! Why a message was refused.

use alloc::string::String;
use core::fmt;

use crate::json::JsonError;

/// A refusal, with what is needed to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageError {
    /// The rule that was broken.
    pub kind: MessageErrorKind,
    /// The JSON text of the id, when it is well formed and nothing else could be taken for it.
    pub id: Option<String>,
    /// Whether every reader would take this for a notification, to which no answer may be sent.
    pub notification: bool,
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            MessageErrorKind::Json(error) => error.fmt(f),
            kind => f.write_str(kind.name()),
        }
    }
}

impl core::error::Error for MessageError {}

/// Every way bytes can fail to be one unambiguous message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageErrorKind {
    /// Not JSON, or over a limit.
    Json(JsonError),
    /// An array. Only revision 2025-03-26 had batches, and servers disagree about them.
    Batch,
    /// Some other JSON value than an object.
    NotAnObject,
    /// Another spelling of a member that some servers read as that member.
    AmbiguousMember,
    /// A member the envelope does not have; some servers refuse it, others ignore it.
    ExtraMember,
    /// `jsonrpc` is missing or not `"2.0"`.
    BadVersion,
    /// `id` is neither a string nor a plain integer, or too long, or missing where a result needs it.
    BadId,
    /// None of `method`, `result` and `error`.
    MissingMethod,
    /// `method` is not a string, empty or too long.
    BadMethod,
    /// `method` together with `result` or `error`: some servers run it, others take it for a response.
    MethodWithResult,
    /// `result` together with `error`.
    ResultAndError,
    /// `error` is not an object.
    BadError,
    /// `params`, or the part of it that names the object or the protocol version, has the wrong type.
    BadParams,
    /// The tool name, prompt name or resource URI is missing.
    MissingName,
    /// The tool name, prompt name or resource URI is not a string, empty or too long.
    BadName,
    /// `params.arguments` is there and not an object.
    BadArguments,
}

impl MessageErrorKind {
    /// The stable name used in records, replies and tests; for JSON errors that of the JSON rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json(error) => error.kind.name(),
            Self::Batch => "batch",
            Self::NotAnObject => "not-an-object",
            Self::AmbiguousMember => "ambiguous-member",
            Self::ExtraMember => "extra-member",
            Self::BadVersion => "bad-version",
            Self::BadId => "bad-id",
            Self::MissingMethod => "missing-method",
            Self::BadMethod => "bad-method",
            Self::MethodWithResult => "method-with-result",
            Self::ResultAndError => "result-and-error",
            Self::BadError => "bad-error",
            Self::BadParams => "bad-params",
            Self::MissingName => "missing-name",
            Self::BadName => "bad-name",
            Self::BadArguments => "bad-arguments",
        }
    }
}
