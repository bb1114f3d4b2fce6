//! What the members are that MCP defines, and which of them have to stay.

use super::walk::Area;
use crate::json::{Kind, Value};

/// How a member of a known object is to be taken.
pub(super) enum Place {
    Area(Area),
    /// It means nothing to a reader, and the other side needs it as it is.
    Opaque,
    Blob,
}

/// Members of messages as MCP defines them (2024-11-05 to 2026-07-28). What is not named here is prose.
pub(super) fn protocol(name: &str, parent: Value<'_>) -> Place {
    match name {
        "jsonrpc" | "id" | "method" | "nextCursor" | "cursor" | "requestState" | "taskId"
        | "progressToken" | "requestId" | "resultType" | "protocolVersion" | "capabilities"
        | "cacheScope" | "ttlMs" | "icons" | "createdAt" | "lastUpdatedAt" | "lastModified"
        | "pollInterval" | "ttl" | "supportedVersions" => Place::Opaque,
        "uri" | "uriTemplate" | "name" | "type" | "role" | "mimeType" | "level" | "logger" | "model"
        | "stopReason" | "status" | "action" | "mode" | "url" | "websiteUrl" | "version"
        | "elicitationId" => Place::Area(Area::Fixed),
        "inputSchema" | "outputSchema" | "requestedSchema" => Place::Area(Area::Schema),
        "structuredContent" | "arguments" | "input" => Place::Area(Area::Data),
        "_meta" => Place::Area(Area::Meta),
        "blob" => Place::Blob,
        // The bytes of an image or a recording; of a log message, anything.
        "data" if is_media(parent) => Place::Blob,
        "data" => Place::Area(Area::Data),
        _ => Place::Area(Area::Protocol),
    }
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
    if is_reserved { Place::Opaque } else { Place::Area(Area::Data) }
}

fn is_media(block: Value<'_>) -> bool {
    block.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| matches!(kind, "image" | "audio"))
}

pub(super) fn schema(name: &str, member: Value<'_>) -> Place {
    let is_prose = matches!(name, "title" | "description" | "$comment") && member.kind() == Kind::String;
    match member.kind() {
        _ if is_prose => Place::Area(Area::Protocol),
        Kind::Object | Kind::Array => Place::Area(Area::Schema),
        _ => Place::Area(Area::Fixed),
    }
}
