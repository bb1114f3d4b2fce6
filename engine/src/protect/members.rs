//! What the members are that MCP defines, and which of them have to stay.

use super::names::Called;
use super::walk::Area;
use crate::json::{Kind, Value};

/// How a member of a known object is to be taken.
pub(super) enum Place {
    Area(Area),
    /// It means nothing to a reader, and the other side needs it as it is.
    Opaque,
    Blob,
    /// MCP defines no such member: its name is as free as what it holds.
    Free,
}

/// Members of messages as MCP defines them (2024-11-05 to 2026-07-28). `called` is the name of the object they are in:
/// some mean something in one place only, and are anybody's words everywhere else.
pub(super) fn protocol(name: &str, called: Called<'_>, parent: Value<'_>, member: Value<'_>) -> Place {
    let is_plain = !matches!(member.kind(), Kind::Object | Kind::Array);
    let block = called.is("content");
    match name {
        // Most members of most messages.
        "text" => Place::Area(Area::Protocol),
        "type" => Place::Area(Area::Fixed),
        // Of the use of a tool.
        "id" if is_plain && block => Place::Opaque,
        "blob" if called.is("contents") || called.is("resource") => Place::Blob,
        // The bytes of an image or a recording.
        "data" if block && is_media(parent) => Place::Blob,
        // What a client needs to send its user somewhere.
        "data" if is_url_elicitation(parent) => Place::Area(Area::Protocol),
        // The arguments that a prompt takes, not those of a call.
        "arguments" if member.kind() == Kind::Array => Place::Area(Area::Protocol),
        // What a user filled in.
        "content" if parent.get("action").is_some() && parent.get("role").is_none() => {
            Place::Area(Area::Data)
        }
        _ if OPAQUE.contains(&name) || is_plain && TOKENS.contains(&name) => Place::Opaque,
        _ => AREAS
            .iter()
            .find(|(_, names)| names.contains(&name))
            .map_or(Place::Free, |(area, _)| Place::Area(*area)),
    }
}

const OPAQUE: &[&str] = &["capabilities", "icons", "supportedVersions"];
/// Opaque where they are what they should be: words and numbers.
const TOKENS: &[&str] = &[
    "createdAt",
    "cursor",
    "jsonrpc",
    "lastModified",
    "lastUpdatedAt",
    "nextCursor",
    "pollInterval",
    "progressToken",
    "protocolVersion",
    "requestId",
    "requestState",
    "taskId",
    "toolUseId",
    "ttl",
    "ttlMs",
];
const AREAS: &[(Area, &[&str])] = &[
    (
        Area::Fixed,
        &[
            "uri",
            "name",
            "role",
            "mimeType",
            "action",
            "cacheScope",
            "elicitationId",
            "level",
            "logger",
            "method",
            "mode",
            "model",
            "resultType",
            "status",
            "stopReason",
            "uriTemplate",
            "url",
            "version",
            "websiteUrl",
        ],
    ),
    (
        // Prose, numbers, and objects of which MCP defines the members again.
        Area::Protocol,
        &[
            "content",
            "annotations",
            "argument",
            "audience",
            "clientInfo",
            "code",
            "completion",
            "contents",
            "context",
            "description",
            "elicitations",
            "error",
            "execution",
            "hasMore",
            "hints",
            "instructions",
            "isError",
            "maxTokens",
            "message",
            "messages",
            "modelPreferences",
            "notifications",
            "params",
            "priority",
            "progress",
            "prompts",
            "reason",
            "ref",
            "required",
            "resource",
            "resourceTemplates",
            "resources",
            "result",
            "roots",
            "serverInfo",
            "size",
            "statusMessage",
            "systemPrompt",
            "task",
            "tasks",
            "temperature",
            "title",
            "toolChoice",
            "tools",
            "total",
            "value",
            "values",
        ],
    ),
    (Area::Data, &["structuredContent", "arguments", "data", "input", "metadata"]),
    (Area::Schema, &["inputSchema", "outputSchema", "requestedSchema"]),
    (Area::Meta, &["_meta"]),
    (Area::Keyed, &["inputRequests", "inputResponses"]),
];

/// MCP 2025-11-25: an error that asks the client to send its user to a URL.
fn is_url_elicitation(error: Value<'_>) -> bool {
    error.get("code").is_some_and(|code| code.raw() == "-32042")
}

/// Names that MCP keeps for itself: those of which the second label of the prefix is `mcp` or `modelcontextprotocol`,
/// and those without a prefix that a revision defines (MCP 2025-11-25, basic, `_meta`).
pub(super) fn meta(name: &str) -> Place {
    let is_reserved = match name.split_once('/') {
        Some((prefix, _)) => {
            prefix.split('.').take(2).any(|label| matches!(label, "mcp" | "modelcontextprotocol"))
        }
        None => matches!(name, "progressToken" | "traceparent" | "tracestate" | "baggage"),
    };
    if is_reserved { Place::Opaque } else { Place::Free }
}

fn is_media(block: Value<'_>) -> bool {
    block.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| matches!(kind, "image" | "audio"))
}

pub(super) fn schema(name: &str, member: Value<'_>) -> Place {
    let is_prose = matches!(name, "title" | "description" | "$comment") && member.kind() == Kind::String;
    match member.kind() {
        // What a person reads instead of the values.
        Kind::Array if name == "enumNames" => Place::Area(Area::Protocol),
        _ if is_prose => Place::Area(Area::Protocol),
        Kind::Object | Kind::Array => Place::Area(Area::Schema),
        _ => Place::Area(Area::Fixed),
    }
}
