//! Configuration files of MCP clients: which servers they start or call, and what they give them.
//!
//! Claude Desktop, Claude Code, Cursor, Windsurf and many others write `mcpServers`, VS Code `servers` (in its settings
//! inside `mcp`), Zed `context_servers`; in each a server has a name and either a command or a URL. So what is looked
//! for is that shape, wherever in the file it is.

use mcpgov_engine::{
    registry::{Traffic, recognise},
    table::Table,
};
use serde_json::Value;

use super::{Detect, Detector, Finding, Severity, piece::Piece, piece::pieces, texts};
use crate::source::Source;

/// Members that hold servers by name.
const SERVERS: [&str; 4] = ["mcpServers", "servers", "context_servers", "mcp_servers"];

/// A server of a client's configuration.
#[derive(Debug, PartialEq, Eq)]
struct Server {
    name: String,
    /// Where it listens; a server that the client starts itself has none.
    url: Option<String>,
    /// The way to the text that names it best: its URL, else its command.
    path: String,
}

/// The text with comments and trailing commas blanked out, which editors allow in their settings. All else keeps its
/// place.
#[must_use]
pub fn without_comments(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut comma = None;
    let mut at = 0;
    let blank = |bytes: &mut [u8], from: usize, to: usize| {
        let inside = bytes.get_mut(from..to).unwrap_or_default();
        inside.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
    };
    while let Some(byte) = bytes.get(at).copied() {
        let rest = bytes.get(at..).unwrap_or_default();
        let end = match byte {
            b'"' => at + string_bytes(rest),
            b'/' if rest.starts_with(b"//") => {
                let end = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                blank(&mut bytes, at, end);
                at = end;
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                let close = rest.windows(2).skip(2).position(|two| two == b"*/");
                let end = close.map_or(bytes.len(), |close| at + close + 4);
                blank(&mut bytes, at, end);
                at = end;
                continue;
            }
            b'}' | b']' => {
                if let Some(comma) = comma {
                    blank(&mut bytes, comma, comma + 1);
                }
                at + 1
            }
            _ => at + 1,
        };
        if !byte.is_ascii_whitespace() {
            comma = (byte == b',').then_some(at);
        }
        at = end;
    }
    // A mark at the beginning is no part of the text, and three spaces are as long.
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        blank(&mut bytes, 0, 3);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// How long the string is that these bytes begin with.
fn string_bytes(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// What is in a client's configuration: what the detectors find, and, with a `registry`, the servers it does not have.
///
/// # Errors
/// The text is no JSON; with what is wrong.
pub fn configuration(
    detect: &dyn Detect,
    source: &Source,
    registry: Option<&Table<Vec<u8>>>,
) -> Result<Vec<Finding>, String> {
    let text = without_comments(&source.text);
    let document: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut pieces = pieces(&text);
    name_values_of_flags(&mut pieces);
    let mut found = Vec::new();
    if let Some(registry) = registry {
        for server in servers(&document) {
            if let Some(message) = unregistered(&server, registry) {
                let piece = pieces.iter().find(|piece| piece.path == server.path);
                found.push(Finding {
                    detector: Detector {
                        name: "config.unregistered_server".to_owned(),
                        severity: Severity::High,
                        confidential: false,
                    },
                    // Where a name is there twice, the file is looked through as one text, and has no ways.
                    span: piece.map(|piece| piece.span(&(0..piece.text.len()))).unwrap_or_default(),
                    path: server.path,
                    message,
                });
            }
        }
    }
    Ok(texts(detect, &pieces, found))
}

/// A value after `--api-key` is the value of `api-key`.
fn name_values_of_flags(pieces: &mut [Piece]) {
    let mut flag: Option<String> = None;
    for piece in pieces.iter_mut().filter(|piece| !piece.is_name) {
        let is_argument = piece.key.as_deref() == Some("args");
        let name = piece.text.strip_prefix('-').map(|name| name.trim_start_matches('-').to_owned());
        if is_argument
            && name.is_none()
            && let Some(flag) = flag.take()
        {
            piece.key = Some(flag);
        }
        flag = name.filter(|name| is_argument && !name.is_empty() && !name.contains('='));
    }
}

/// The servers of a configuration, in its order.
fn servers(document: &Value) -> Vec<Server> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document)];
    while let Some((path, value)) = open.pop() {
        let Value::Object(members) = value else { continue };
        for (name, member) in members {
            let path = super::piece::joined(&path, name);
            if SERVERS.contains(&name.as_str())
                && let Value::Object(entries) = member
            {
                let of = |(name, entry): (&String, &Value)| {
                    server(name, entry, &super::piece::joined(&path, name))
                };
                found.extend(entries.iter().filter_map(of));
            }
            open.push((path, member));
        }
    }
    found
}

fn server(name: &str, entry: &Value, path: &str) -> Option<Server> {
    let text = |member: &str| entry.get(member).and_then(Value::as_str);
    let name = name.to_owned();
    for member in ["url", "serverUrl", "httpUrl"] {
        if let Some(url) = text(member) {
            return Some(Server { name, url: Some(url.to_owned()), path: format!("{path}.{member}") });
        }
    }
    text("command")?;
    // `mcp-remote URL` and its like: a local program that only carries messages to a server elsewhere.
    let arguments = entry.get("args").and_then(Value::as_array).into_iter().flatten();
    let remote = arguments.enumerate().find_map(|(index, argument)| {
        let url =
            argument.as_str().filter(|text| text.starts_with("https://") || text.starts_with("http://"))?;
        Some((index, url.to_owned()))
    });
    Some(match remote {
        Some((index, url)) => Server { name, url: Some(url), path: format!("{path}.args[{index}]") },
        None => Server { name, url: None, path: format!("{path}.command") },
    })
}

/// Why the registry does not know the server, if it does not.
fn unregistered(server: &Server, registry: &Table<Vec<u8>>) -> Option<String> {
    let view = registry.view();
    let Some(url) = &server.url else {
        let known = view.servers.iter().any(|known| view.text(known.name) == server.name);
        return (!known).then(|| {
            format!("the registry has no server `{}`, which the client starts itself", server.name)
        });
    };
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let traffic =
        Traffic { host, path: if path.starts_with('/') { path } else { "/" }, cluster: None, route: None };
    let known = recognise(&view, &traffic).number.is_some();
    (!known).then(|| format!("the registry has no server for the host `{host}` and this path"))
}

#[cfg(test)]
mod tests {
    use super::{name_values_of_flags, servers, without_comments};
    use crate::scan::piece::pieces;
    use serde_json::json;

    #[test]
    fn comments_and_trailing_commas_become_spaces_and_strings_stay() {
        for (text, expected) in [
            ("{\"a\": 1, // one\n}", "{\"a\": 1        \n}"),
            ("/* x */[1,2 , /**/ ]", "       [1,2        ]"),
            (r#"{"u": "http://x/*y*/", "e": "\",]"}"#, r#"{"u": "http://x/*y*/", "e": "\",]"}"#),
            ("\u{feff}{}", "   {}"),
            ("[1,,2]", "[1,,2]"),
            ("\"open", "\"open"),
            ("[1,2/* open", "[1,2       "),
        ] {
            assert_eq!(without_comments(text), expected);
            assert_eq!(expected.len(), text.len());
        }
    }

    #[test]
    fn servers_are_found_in_the_files_of_every_client() {
        let local = json!({ "command": "npx", "args": ["-y", "x"] });
        let remote = json!({ "type": "http", "url": "https://mcp.example/mcp" });
        for document in [
            json!({ "mcpServers": { "a": local, "b": remote } }),
            json!({ "servers": { "a": local, "b": remote }, "inputs": [] }),
            json!({ "mcp": { "servers": { "a": local, "b": remote } } }),
            json!({ "projects": { "/home/x": { "mcpServers": { "a": local, "b": remote } } } }),
        ] {
            let found = servers(&document);
            let urls: Vec<_> =
                found.iter().map(|server| (server.name.as_str(), server.url.as_deref())).collect();
            assert_eq!(urls, [("a", None), ("b", Some("https://mcp.example/mcp"))], "{document}");
            let source = document.to_string();
            let pieces = pieces(&source);
            assert!(found.iter().all(|server| pieces.iter().any(|piece| piece.path == server.path)));
        }
        assert!(
            servers(&json!({ "servers": ["x"], "mcpServers": { "c": { "disabled": true } } })).is_empty()
        );
    }

    #[test]
    fn a_bridge_to_a_server_elsewhere_is_that_server() {
        let document = json!({ "mcpServers": { "x": { "command": "npx", "args": ["mcp-remote", "https://a.example/"] } } });
        let found = servers(&document);
        assert_eq!(found[0].url.as_deref(), Some("https://a.example/"));
        assert_eq!(found[0].path, "mcpServers.x.args[1]");
    }

    #[test]
    fn the_value_after_a_flag_is_the_flags() {
        let source = json!({ "args": ["-y", "--api-key", "v", "w", "--port=1", "x"] }).to_string();
        let mut pieces = pieces(&source);
        name_values_of_flags(&mut pieces);
        let keys: Vec<_> = pieces.iter().skip(1).map(|piece| piece.key.as_deref().unwrap()).collect();
        assert_eq!(keys, ["args", "args", "api-key", "args", "args", "args"]);
    }
}
