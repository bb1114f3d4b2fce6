//! What the exchange needs of HTTP heads.

use alloc::string::String;
use core::net::IpAddr;

use crate::era;
use crate::registry::{self, Traffic};

/// A request's head. Texts that were no UTF-8 come with replacement characters.
#[derive(Debug, Clone, Default)]
pub struct Head {
    /// `:method`.
    pub method: String,
    /// `:authority`.
    pub host: String,
    /// `:path`.
    pub path: String,
    /// `content-type`.
    pub content_type: Option<String>,
    /// `content-encoding`.
    pub content_encoding: Option<String>,
    /// `accept`.
    pub accept: Option<String>,
    /// Whether there is an `accept-encoding`, by which the server could answer compressed.
    pub takes_encodings: bool,
    /// Whether one of the headers here stands there more than once, so that readers may take different ones.
    pub is_repeated: bool,
    /// `x-request-id`.
    pub request_id: Option<String>,
    /// `mcp-session-id`.
    pub session: Option<String>,
    /// Headers that modern requests repeat their body in.
    pub mcp: era::Headers,
    /// The peer's address, where the table asks for it.
    pub source: Option<IpAddr>,
    /// The upstream cluster, where the table asks for it.
    pub cluster: Option<String>,
    /// The server's name in the route's metadata, where the table asks for it.
    pub route: Option<String>,
}

impl Head {
    pub(super) fn traffic(&self) -> Traffic<'_> {
        Traffic {
            host: &self.host,
            path: &self.path,
            cluster: self.cluster.as_deref(),
            route: self.route.as_deref(),
        }
    }

    /// The path without its query, where clients put keys and session ids.
    pub(super) fn path_alone(&self) -> &str {
        self.path.split(['?', '#']).next().unwrap_or("")
    }

    /// Whether the headers claim a modern revision, or one we do not know.
    pub(super) fn claims_modern(&self) -> bool {
        self.mcp.version.as_deref().is_some_and(|version| !era::LEGACY.contains(&version))
    }

    /// Whether the client takes a stream for an answer.
    pub(super) fn accepts_stream(&self) -> bool {
        let mut types = self.accept.as_deref().unwrap_or("").split(',');
        types.any(|accepted| is_type(Some(accepted), "text/event-stream"))
    }

    /// Whether the path is one of `paths` or lies below one.
    pub(super) fn is_under(&self, paths: &[String]) -> bool {
        let path = self.path.split(['?', '#']).next().unwrap_or("");
        paths.iter().any(|prefix| registry::under(path, prefix))
    }
}

/// An answer's head.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnswerHead<'a> {
    /// `:status`.
    pub status: u16,
    /// `content-type`.
    pub content_type: Option<&'a str>,
    /// `content-encoding`.
    pub content_encoding: Option<&'a str>,
    /// `mcp-session-id`.
    pub session: Option<&'a str>,
}

/// Whether a body with these headers can be read as it is: no content coding, no charset but UTF-8.
pub(super) fn is_plain(content_type: Option<&str>, content_encoding: Option<&str>) -> bool {
    let plain_coding = content_encoding.is_none_or(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    let mut parameters = content_type.unwrap_or("").split(';').skip(1);
    let plain_charset = parameters.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset")
            || value.eq_ignore_ascii_case("utf-8")
            || value.eq_ignore_ascii_case("utf8")
    });
    plain_coding && plain_charset
}

/// Whether a content type is the expected one, whatever its parameters.
pub(super) fn is_type(content_type: Option<&str>, expected: &str) -> bool {
    let essence = content_type.and_then(|content_type| content_type.split(';').next()).unwrap_or("");
    essence.trim().eq_ignore_ascii_case(expected)
}

/// Whether two readers could take a path for different ones: servers and proxies differ in how they treat
/// encoded separators, dot segments, empty segments and backslashes.
pub(super) fn is_ambiguous(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or("");
    let odd_byte = path.bytes().any(|byte| !(0x21..=0x7e).contains(&byte) || byte == b'\\');
    let mut escapes =
        path.split('%').skip(1).map(|rest| rest.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()));
    // An escape of a character that needs none, or of a separator, is a second spelling of a path.
    let odd_escape = escapes.any(|byte| {
        byte.is_none_or(|byte| {
            byte.is_ascii_alphanumeric()
                || byte.is_ascii_control()
                || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/' | b'\\' | b'%')
        })
    });
    let mut segments = path.strip_prefix('/').unwrap_or("").split('/').rev();
    let last_is_dots = segments.next().is_some_and(|last| matches!(last, "." | ".."));
    let odd_segment = last_is_dots || segments.any(|segment| matches!(segment, "" | "." | ".."));
    !path.starts_with('/') || odd_byte || odd_escape || odd_segment
}
