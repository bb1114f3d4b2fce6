//! Which revision of MCP a request speaks, and whether its headers agree with its body.
//!
//! Servers decide the era differently, some by header, some by body. So a request is legacy only if neither
//! claims otherwise, modern only if both agree, and anything else is refused as the specification of
//! 2026-07-28 says (basic/transports/streamable-http, basic/versioning): first what is missing in `_meta`,
//! then headers that do not match, then the version.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::{Kind as JsonKind, Value};
use crate::message::{Kind, Message, Method};
use crate::number;

/// Revisions before headers and body had to agree.
pub const LEGACY: [&str; 5] = ["2024-10-07", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
/// Revisions since.
pub const MODERN: [&str; 1] = ["2026-07-28"];
/// The one revision that has batches.
pub const BATCH: &str = "2025-03-26";

/// The two ways to speak MCP over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Era {
    /// Sessions, streams that resume, requests from the server.
    #[default]
    Legacy,
    /// One stateless request at a time.
    Modern,
}

impl Era {
    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Era::Legacy => "legacy",
            Era::Modern => "modern",
        }
    }
}

/// The MCP headers of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `MCP-Protocol-Version`.
    pub version: Option<String>,
    /// `Mcp-Method`.
    pub method: Option<String>,
    /// `Mcp-Name`.
    pub name: Option<String>,
    /// Values of `Mcp-Param-*`.
    pub params: Vec<String>,
}

/// Why a request is refused by the rules of the modern era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// A response, which a modern client does not send.
    Shape,
    /// `_meta` lacks a member it must have.
    MissingMeta,
    /// A header is missing, malformed, or says something else than the body.
    Header,
    /// The version is none we know.
    Version,
}

impl Mismatch {
    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Mismatch::Shape => "modern-response",
            Mismatch::MissingMeta => "missing-meta",
            Mismatch::Header => "header-mismatch",
            Mismatch::Version => "unsupported-version",
        }
    }

    /// The error code the specification gives it.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Mismatch::Shape => -32600,
            Mismatch::MissingMeta => -32602,
            Mismatch::Header => -32020,
            Mismatch::Version => -32022,
        }
    }
}

/// The era of a request, with its headers compared with its body.
///
/// # Errors
/// [`Mismatch`]: to be answered with HTTP 400 and the code that goes with it.
pub fn of(headers: &Headers, message: &Message<'_>) -> Result<Era, Mismatch> {
    let claim = message.protocol_version_claim();
    let header = headers.version.as_deref();
    let is_legacy = claim.is_none() && header.is_none_or(|version| LEGACY.contains(&version));
    if is_legacy {
        return Ok(Era::Legacy);
    }
    match message.kind() {
        Kind::Response => return Err(Mismatch::Shape),
        // The specification has no header rules for notifications; what is claimed must still agree.
        Kind::Notification if claim.is_none() || claim == header => return version(header.or(claim)),
        Kind::Notification | Kind::Request => {}
    }
    let capabilities = message.meta("io.modelcontextprotocol/clientCapabilities");
    if claim.is_none() || capabilities.is_none_or(|value| value.kind() != JsonKind::Object) {
        return Err(Mismatch::MissingMeta);
    }
    if header != claim || !headers_agree(headers, message) {
        return Err(Mismatch::Header);
    }
    version(claim)
}

fn version(version: Option<&str>) -> Result<Era, Mismatch> {
    match version {
        Some(version) if MODERN.contains(&version) => Ok(Era::Modern),
        _ => Err(Mismatch::Version),
    }
}

fn headers_agree(headers: &Headers, message: &Message<'_>) -> bool {
    let method_agrees = headers.method.as_deref() == Some(message.method_name());
    let named = match message.method() {
        Method::ToolsCall | Method::PromptsGet | Method::ResourcesRead => message.object(),
        Method::TasksGet | Method::TasksUpdate | Method::TasksCancel => message.param_text("taskId"),
        _ => None,
    };
    let name_agrees = match (named, headers.name.as_deref().map(decode)) {
        (None, None) => true,
        (Some(named), Some(Some(header))) => named == header,
        _ => false,
    };
    // Which argument a parameter header mirrors stands in the tool's schema, which the server has and we have
    // not; some argument must have its value.
    let params_agree = headers.params.iter().all(|value| {
        decode(value)
            .is_some_and(|value| message.arguments().is_some_and(|arguments| mirrors(arguments, &value)))
    });
    method_agrees && name_agrees && params_agree
}

/// A header's value: as it is, or in base64 between `=?base64?` and `?=`. `None` for bad base64.
fn decode(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix("=?base64?").and_then(|value| value.strip_suffix("?=")) {
        Some(encoded) => {
            let bytes = STANDARD.decode(encoded).ok()?;
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
        None => Some(Cow::Borrowed(value)),
    }
}

/// Whether some argument, at any depth, has the value of a header.
fn mirrors(value: Value<'_>, header: &str) -> bool {
    match value.kind() {
        JsonKind::String => value.as_str() == Some(header),
        JsonKind::Number => {
            number::compare_for_all(value.raw(), header).is_some_and(core::cmp::Ordering::is_eq)
        }
        JsonKind::Bool => value.raw() == header,
        JsonKind::Object => value.members().any(|(_, value)| mirrors(value, header)),
        JsonKind::Null | JsonKind::Array => false,
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;
    use alloc::vec;

    use super::*;
    use crate::json::Limits;
    use crate::message::parse;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn headers(version: &str, method: &str, name: &str) -> Headers {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        Headers { version: some(version), method: some(method), name: some(name), params: vec![] }
    }

    fn call(meta: &str) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"écho","arguments":{{"n":42,"o":{{"s":"x"}}}}{meta}}}}}"#
        )
    }

    fn meta(version: &str) -> String {
        format!(
            r#","_meta":{{"io.modelcontextprotocol/protocolVersion":"{version}","io.modelcontextprotocol/clientCapabilities":{{}}}}"#
        )
    }

    fn era(headers: &Headers, body: &str) -> Result<Era, Mismatch> {
        of(headers, &parse(body.as_bytes(), &Limits::default()).unwrap())
    }

    const NAME: &str = "=?base64?w6ljaG8=?=";

    #[test]
    fn legacy_takes_no_notice_of_the_headers_it_does_not_know() {
        for version in ["", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
            assert_eq!(era(&headers(version, "other", "other"), &call("")), Ok(Era::Legacy), "{version}");
        }
    }

    #[test]
    fn modern_is_what_header_and_body_agree_on() {
        let modern = "2026-07-28";
        let body = call(&meta(modern));
        assert_eq!(era(&headers(modern, "tools/call", NAME), &body), Ok(Era::Modern));
        for wrong in [
            headers("", "tools/call", NAME),
            headers("2025-11-25", "tools/call", NAME),
            headers(modern, "", NAME),
            headers(modern, "tools/list", NAME),
            headers(modern, "tools/call", ""),
            headers(modern, "tools/call", "echo"),
            headers(modern, "tools/call", "=?base64?w6ljaG8?="),
            headers(modern, "tools/call", "=?BASE64?w6ljaG8=?="),
        ] {
            assert_eq!(era(&wrong, &body), Err(Mismatch::Header), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_missing_comes_before_what_differs_and_the_version_last() {
        let modern = "2026-07-28";
        assert_eq!(era(&headers(modern, "tools/list", ""), &call("")), Err(Mismatch::MissingMeta));
        let no_capabilities = call(r#","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#);
        assert_eq!(era(&headers(modern, "x", "y"), &no_capabilities), Err(Mismatch::MissingMeta));
        assert_eq!(era(&headers("garbage", "", ""), &call("")), Err(Mismatch::MissingMeta));
        assert_eq!(era(&headers("2099-01-01", "x", NAME), &call(&meta("2099-01-01"))), Err(Mismatch::Header));
        assert_eq!(
            era(&headers("2099-01-01", "tools/call", NAME), &call(&meta("2099-01-01"))),
            Err(Mismatch::Version)
        );
        assert_eq!(
            era(&headers("2025-11-25", "tools/call", NAME), &call(&meta("2025-11-25"))),
            Err(Mismatch::Version)
        );
        let response = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
        assert_eq!(era(&headers(modern, "", ""), response), Err(Mismatch::Shape));
    }

    #[test]
    fn a_parameter_header_mirrors_some_argument() {
        let modern = "2026-07-28";
        let with = |value: &str| {
            let headers = Headers { params: vec![value.to_string()], ..headers(modern, "tools/call", NAME) };
            era(&headers, &call(&meta(modern)))
        };
        assert_eq!(with("42"), Ok(Era::Modern));
        assert_eq!(with("42.0"), Ok(Era::Modern));
        assert_eq!(with("x"), Ok(Era::Modern));
        assert_eq!(with("43"), Err(Mismatch::Header));
        assert_eq!(with("=?base64?eA==?="), Ok(Era::Modern));
        assert_eq!(with("=?base64?%?="), Err(Mismatch::Header));
    }
}
