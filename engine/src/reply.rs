//! What a client gets in the server's place.
//!
//! Real clients tear their session down on an HTTP error to a request, and hang on a reply without its id. So
//! a denied request is answered with HTTP 200 and a JSON-RPC error, a denied notification is accepted and
//! dropped, and only what cannot be read as a message gets an HTTP error.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::era::{self, Mismatch};
use crate::json::write_string;
use crate::message::Object;
use crate::vocabulary::{Reason, Verdict};

/// Error codes of governance, outside the range JSON-RPC reserves.
pub mod code {
    /// Denied by policy.
    pub const DENIED: i32 = -31403;
    /// Needs a person's approval.
    pub const APPROVAL: i32 = -31202;
    /// A limit was reached.
    pub const LIMIT: i32 = -31429;
    /// The message, or the server's answer, cannot be read.
    pub const UNREADABLE: i32 = -31400;
    /// No policy to decide by.
    pub const UNAVAILABLE: i32 = -31503;
    /// SDKs: session not found.
    pub const SESSION: i32 = -32001;
    /// MCP: unknown tool or prompt (JSON-RPC "invalid params").
    pub const INVALID_PARAMS: i32 = -32602;
    /// MCP until 2025-11-25: resource not found.
    pub const RESOURCE_NOT_FOUND: i32 = -32002;
}

/// An answer made by the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Body; a JSON-RPC error, or empty.
    pub body: String,
    /// For the access log's response code details.
    pub details: String,
}

/// What an error reply says beside its code.
#[derive(Debug, Clone, Copy)]
pub struct Explanation<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// The rule's id.
    pub rule: Option<&'a str>,
    /// The stable reason.
    pub reason: Reason,
    /// The author's reason.
    pub note: Option<&'a str>,
    /// The policy's digest, as text.
    pub policy: &'a str,
    /// The proxy's id of the HTTP request.
    pub request_id: &'a str,
}

fn details(reason: Reason) -> String {
    format!("mcpgov_{}", reason.name())
}

impl Reply {
    /// A JSON-RPC error to the request with that id, a JSON text.
    #[must_use]
    pub fn error(id: &str, explanation: &Explanation<'_>) -> Reply {
        Reply::with_status(200, id, explanation)
    }

    /// An HTTP error with a JSON-RPC error without a usable id, for what is no readable request.
    #[must_use]
    pub fn unreadable(status: u16, explanation: &Explanation<'_>) -> Reply {
        Reply::with_status(status, "null", explanation)
    }

    fn with_status(status: u16, id: &str, explanation: &Explanation<'_>) -> Reply {
        let (code, message) = code_and_message(explanation);
        let mut body = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"#);
        match explanation.note {
            Some(note) => write_string(&mut body, &format!("{message}: {note}")),
            None => write_string(&mut body, message),
        }
        body.push_str(r#","data":{"decision":"#);
        write_string(&mut body, explanation.verdict.name());
        body.push_str(r#","rule":"#);
        match explanation.rule {
            Some(rule) => write_string(&mut body, rule),
            None => body.push_str("null"),
        }
        body.push_str(r#","reason":"#);
        write_string(&mut body, explanation.reason.name());
        body.push_str(r#","policy":"#);
        write_string(&mut body, explanation.policy);
        body.push_str(r#","request_id":"#);
        write_string(&mut body, explanation.request_id);
        body.push_str("}}}");
        Reply::json(status, body, explanation.reason)
    }

    /// The answer for something the caller may not know of: that there is no such thing.
    #[must_use]
    pub fn unknown_object(id: &str, kind: Object, name: &str, reason: Reason) -> Reply {
        let (code, message) = match kind {
            Object::Resource => (code::RESOURCE_NOT_FOUND, format!("Resource not found: {name}")),
            Object::Prompt => (code::INVALID_PARAMS, format!("Unknown prompt: {name}")),
            Object::Tool | Object::None => (code::INVALID_PARAMS, format!("Unknown tool: {name}")),
        };
        let mut body = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"#);
        write_string(&mut body, &message);
        body.push_str("}}");
        Reply::json(200, body, reason)
    }

    /// The answer to a request that breaks the rules of the modern era (basic/transports/streamable-http,
    /// basic/versioning of 2026-07-28).
    #[must_use]
    pub fn protocol(id: Option<&str>, mismatch: Mismatch, requested: &str) -> Reply {
        let id = id.unwrap_or("null");
        let (code, name) = (mismatch.code(), mismatch.name());
        let mut body = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{name}""#);
        if mismatch == Mismatch::Version {
            body.push_str(r#","data":{"supported":["#);
            for (index, version) in era::MODERN.iter().enumerate() {
                if index > 0 {
                    body.push(',');
                }
                write_string(&mut body, version);
            }
            body.push_str(r#"],"requested":"#);
            write_string(&mut body, requested);
            body.push('}');
        }
        body.push_str("}}");
        Reply::json(400, body, Reason::ProtocolMismatch)
    }

    /// The modern answer to a method that nobody may use: that there is no such method.
    #[must_use]
    pub fn unknown_method(id: &str, method: &str, reason: Reason) -> Reply {
        let mut body = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32601,"message":"#);
        write_string(&mut body, &format!("Method not found: {method}"));
        body.push_str("}}");
        Reply::json(404, body, reason)
    }

    /// JSON-RPC errors to several members of a batch.
    #[must_use]
    pub fn batch(errors: &[String], reason: Reason) -> Reply {
        Reply::json(200, format!("[{}]", errors.join(",")), reason)
    }

    /// Accepts and drops: a notification or a posted response is never answered with an error.
    #[must_use]
    pub fn accepted(reason: Reason) -> Reply {
        Reply { status: 202, headers: Vec::new(), body: String::new(), details: details(reason) }
    }

    /// An HTTP method that carries no message here.
    #[must_use]
    pub fn method_not_allowed(reason: Reason) -> Reply {
        let headers = Vec::from([("allow", "GET, POST, DELETE")]);
        Reply { status: 405, headers, body: String::new(), details: details(reason) }
    }

    fn json(status: u16, body: String, reason: Reason) -> Reply {
        let headers = Vec::from([("content-type", "application/json")]);
        Reply { status, headers, body, details: details(reason) }
    }
}

fn code_and_message(explanation: &Explanation<'_>) -> (i32, &'static str) {
    match (explanation.reason, explanation.verdict) {
        (Reason::PolicyUnavailable | Reason::HostFailure, _) => (code::UNAVAILABLE, "policy unavailable"),
        (Reason::UnknownSession, _) => (code::SESSION, "there is no such session"),
        (Reason::MaxRuntimeExceeded, _) => (code::LIMIT, "stopped by policy: the call ran too long"),
        (
            Reason::UnreadableMessage
            | Reason::AmbiguousMessage
            | Reason::Batch
            | Reason::BodyTooLarge
            | Reason::EncodedBody
            | Reason::EmptyBody
            | Reason::AmbiguousPath,
            _,
        ) => (code::UNREADABLE, "the message cannot be read safely"),
        (Reason::UnreadableAnswer | Reason::AnswerTooLarge | Reason::EncodedAnswer, _) => {
            (code::UNREADABLE, "the server's answer cannot be read safely")
        }
        (_, Verdict::RequireApproval) => (code::APPROVAL, "approval required by policy"),
        _ => (code::DENIED, "denied by policy"),
    }
}
