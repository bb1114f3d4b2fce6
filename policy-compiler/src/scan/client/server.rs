//! The servers of a configuration.
//!
//! Every client has a name of its own for the member that holds them, and for what starts or finds a server. So what is
//! looked for is their shape, wherever in the file it is: a member of a known name, in it servers by name or in a list,
//! each with a command or a URL.

use serde_json::Value;

use super::super::piece::joined;

/// Members that hold servers: of most clients; VS Code; Zed; Codex; opencode and Crush; Goose.
const HOLDERS: [&str; 6] = ["mcpServers", "servers", "context_servers", "mcp_servers", "mcp", "extensions"];
/// Members that hold where a server listens: of most clients; Windsurf; Gemini; Goose.
const URLS: [&str; 4] = ["url", "serverUrl", "httpUrl", "uri"];
/// Members that hold what starts a server: of most clients; Goose.
const COMMANDS: [&str; 2] = ["command", "cmd"];

/// A server of a client's configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) name: String,
    /// Where it listens; a server that the client starts itself has none.
    pub(super) url: Option<String>,
    /// The way to the text that names it best: its URL, else its command.
    pub(super) path: String,
}

/// More than any client has; a file with more is made to keep us busy, and has enough findings by then.
const SERVERS_MAX: usize = 10_000;

/// The servers of a configuration, in its order.
pub(super) fn servers(document: &Value) -> Vec<Server> {
    let mut found = Vec::new();
    search(document, &mut Vec::new(), &mut found);
    found
}

/// A step of the way to a value.
enum Step<'v> {
    Name(&'v str),
    Number(usize),
}

/// The readers bound how deep values nest.
fn search<'v>(value: &'v Value, steps: &mut Vec<Step<'v>>, found: &mut Vec<Server>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                steps.push(Step::Name(name));
                // Settings of an editor have the program in front: `amp.mcpServers`.
                let last = name.rsplit_once('.').map_or(name.as_str(), |(_, last)| last);
                if HOLDERS.contains(&last) {
                    let room = SERVERS_MAX.saturating_sub(found.len());
                    found.extend(entries(&path(steps), member).take(room));
                }
                search(member, steps, found);
                steps.pop();
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                steps.push(Step::Number(number));
                search(item, steps, found);
                steps.pop();
            }
        }
        _ => {}
    }
}

fn path(steps: &[Step<'_>]) -> String {
    steps.iter().fold(String::new(), |path, step| match step {
        Step::Name(name) => joined(&path, name),
        Step::Number(number) => format!("{path}[{number}]"),
    })
}

fn entries<'v>(path: &str, holder: &'v Value) -> impl Iterator<Item = Server> + use<'v> {
    let (by_name, listed) = match holder {
        Value::Object(members) => (Some(members), None),
        Value::Array(items) => (None, Some(items)),
        _ => (None, None),
    };
    let (path, way) = (path.to_owned(), path.to_owned());
    let by_name = by_name.into_iter().flatten().filter_map(move |(name, entry)| {
        let found = server(name, entry)?;
        Some(Server { path: format!("{}{}", joined(&path, name), found.path), ..found })
    });
    let listed = listed.into_iter().flatten().enumerate().filter_map(move |(number, entry)| {
        let found = server(entry.get("name").and_then(Value::as_str).unwrap_or_default(), entry)?;
        Some(Server { path: format!("{way}[{number}]{}", found.path), ..found })
    });
    by_name.chain(listed)
}

/// The server that an entry says, with the way from the entry.
fn server(name: &str, entry: &Value) -> Option<Server> {
    let text = |member: &str| entry.get(member).and_then(Value::as_str).filter(|text| !text.is_empty());
    let of = |url: Option<&str>, path: String| {
        Some(Server { name: name.to_owned(), url: url.map(str::to_owned), path })
    };
    if let Some((member, url)) = URLS.iter().find_map(|member| Some((member, text(member)?))) {
        return of(Some(url), format!(".{member}"));
    }
    let (member, command) = COMMANDS.iter().find_map(|member| Some((member, entry.get(*member)?)))?;
    // Of most clients a text beside `args`; of opencode a list with the arguments; of older Zed an object with both.
    let (start, arguments, way) = match command {
        Value::String(_) => (format!(".{member}"), entry.get("args"), ".args".to_owned()),
        Value::Array(_) => (format!(".{member}[0]"), Some(command), format!(".{member}")),
        Value::Object(inner) => (format!(".{member}.path"), inner.get("args"), format!(".{member}.args")),
        _ => return None,
    };
    // `mcp-remote URL` and its like: a local program that only carries messages to a server elsewhere.
    let arguments = arguments.and_then(Value::as_array).into_iter().flatten();
    let remote =
        arguments.enumerate().find_map(|(number, argument)| Some((number, url(argument.as_str()?)?)));
    match remote {
        Some((number, url)) => of(Some(url), format!("{way}[{number}]")),
        None => of(None, start),
    }
}

/// The URL that an argument is, also behind a flag: `--url=https://…`.
fn url(argument: &str) -> Option<&str> {
    let value = match argument.split_once('=') {
        Some((flag, value)) if flag.starts_with('-') => value,
        _ => argument,
    };
    let scheme = value.split_once("://")?.0;
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::servers;
    use crate::scan::piece::pieces;
    use serde_json::{Value, json};

    /// Name, URL and way of each server, in the order of names.
    fn shown(document: &Value) -> Vec<(String, Option<String>, String)> {
        let mut found: Vec<_> =
            servers(document).into_iter().map(|server| (server.name, server.url, server.path)).collect();
        found.sort();
        found
    }

    #[test]
    fn servers_are_found_in_the_files_of_every_client() {
        let url = "https://mcp.example/mcp";
        let local = json!({ "command": "npx", "args": ["-y", "x"] });
        let remote = json!({ "type": "http", "url": url });
        let goose = (json!({ "cmd": "npx", "args": [] }), json!({ "type": "sse", "uri": url }));
        let opencode = (json!({ "type": "local", "command": ["npx", "x"] }), &remote);
        let zed = (json!({ "command": { "path": "npx", "args": ["x"] } }), &remote);
        for document in [
            json!({ "mcpServers": { "a": local, "b": remote } }),
            json!({ "mcpServers": { "a": local, "b": { "serverUrl": url } } }),
            json!({ "mcpServers": { "a": local, "b": { "httpUrl": url } } }),
            json!({ "mcpServers": [{ "name": "a", "command": "npx" }, { "name": "b", "url": url }] }),
            json!({ "amp.mcpServers": { "a": local, "b": remote } }),
            json!({ "servers": { "a": local, "b": remote }, "inputs": [] }),
            json!({ "mcp": { "servers": { "a": local, "b": remote } } }),
            json!({ "mcp": { "a": opencode.0, "b": opencode.1 } }),
            json!({ "context_servers": { "a": zed.0, "b": zed.1 } }),
            json!({ "mcp_servers": { "a": local, "b": remote } }),
            json!({ "extensions": { "a": goose.0, "b": goose.1, "developer": { "type": "builtin" } } }),
            json!({ "projects": { "/home/x": { "mcpServers": { "a": local, "b": remote } } } }),
            json!({ "profiles": [{ "mcpServers": { "a": local, "b": remote } }] }),
        ] {
            let found = shown(&document);
            let urls: Vec<_> = found.iter().map(|(name, url, _)| (name.as_str(), url.as_deref())).collect();
            assert_eq!(urls, [("a", None), ("b", Some(url))], "{document}");
            let source = document.to_string();
            let pieces = pieces(&source);
            assert!(
                found.iter().all(|(.., path)| pieces.iter().any(|piece| piece.path == *path)),
                "{found:?}"
            );
        }
        let others = json!({ "servers": ["x"], "mcpServers": { "c": { "disabled": true } }, "mcp": { "enabled": true } });
        assert!(servers(&others).is_empty());
    }

    #[test]
    fn a_bridge_to_a_server_elsewhere_is_that_server() {
        for (argument, url) in [
            ("https://a.example/", Some("https://a.example/")),
            ("--endpoint=HTTPS://a.example/", Some("HTTPS://a.example/")),
            ("postgres://a.example/", None),
            ("x=https://a.example/", None),
        ] {
            let entry = json!({ "command": "npx", "args": ["mcp-remote", argument] });
            let found = shown(&json!({ "mcpServers": { "x": entry } }));
            let way = if url.is_some() { "mcpServers.x.args[1]" } else { "mcpServers.x.command" };
            assert_eq!(found, [("x".to_owned(), url.map(str::to_owned), way.to_owned())]);
        }
    }
}
