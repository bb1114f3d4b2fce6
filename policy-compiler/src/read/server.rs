//! `servers:`, the registry.

use super::{
    guard, host,
    value::{Fields, Reader},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Action, Server, Text, Tool, Traffic},
    syntax::{Node, Value},
};

const SERVER_KEYS: &[&str] = &[
    "match",
    "resource",
    "owner",
    "environment",
    "classification",
    "stage",
    "labels",
    "action",
    "tools",
    "schema",
    "enforce_schema",
    "guards",
];
const MATCH_KEYS: &[&str] = &["hosts", "paths", "cluster", "route_metadata"];
const TOOL_KEYS: &[&str] = &["action", "risk_tags", "cost"];

pub(super) fn servers(reader: &mut Reader, node: &Node) -> Vec<Server> {
    let Some(entries) = reader.entries(node) else { return Vec::new() };
    let mut servers = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(name) = reader.key(entry) else { continue };
        if name.value.contains('*') {
            reader.push(
                Diagnostic::error(Code::BadValue, name.span, format!("`{}` is no server name", name.value))
                    .help("`*` is for rules; a registered server has one name"),
            );
        }
        servers.push(server(reader, name, &entry.node));
    }
    servers
}

fn server(reader: &mut Reader, name: Text, node: &Node) -> Server {
    let mut server = Server {
        name,
        traffic: None,
        resource: None,
        owner: None,
        environment: None,
        classification: None,
        stage: None,
        labels: Vec::new(),
        action: None,
        tools: Vec::new(),
        schema: None,
        enforce_schema: false,
        listing: None,
        guards: Vec::new(),
    };
    let Some(fields) = reader.fields(node, "a server", SERVER_KEYS, &[]) else { return server };
    let text = |reader: &mut Reader, key| fields.get(key).and_then(|node| reader.text(node));
    server.owner = text(reader, "owner");
    server.environment = text(reader, "environment");
    server.classification = text(reader, "classification");
    server.stage = text(reader, "stage");
    server.resource = fields.get("resource").and_then(|node| resource(reader, node));
    server.traffic = fields.get("match").and_then(|node| traffic(reader, node));
    server.action = action(reader, &fields);
    if let Some(node) = fields.get("labels") {
        server.labels = labels(reader, node);
    }
    if let Some(node) = fields.get("tools") {
        server.tools = tools(reader, node);
    }
    server.schema = text(reader, "schema");
    enforce_schema(reader, &fields, &mut server);
    if let Some(node) = fields.get("guards") {
        server.guards = guard::guards(reader, node);
    }
    server
}

fn enforce_schema(reader: &mut Reader, fields: &Fields, server: &mut Server) {
    let Some(node) = fields.get("enforce_schema") else { return };
    match node.value {
        Value::Bool(enforce) => server.enforce_schema = enforce,
        _ => reader.wrong_type(node, "`true` or `false`"),
    }
    if server.enforce_schema && fields.get("schema").is_none() {
        reader.push(
            Diagnostic::error(Code::MissingKey, node.span, "`enforce_schema` without `schema`")
                .help("name the file with the saved answer to `tools/list`, such as `schema: tools.json`"),
        );
    }
}

/// A resource indicator is an absolute URI without fragment (RFC 8707, 2).
fn resource(reader: &mut Reader, node: &Node) -> Option<Text> {
    let uri = reader.text(node)?;
    let absolute = uri.value.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.starts_with(|char: char| char.is_ascii_alphabetic()) && !rest.is_empty()
    });
    if !absolute || uri.value.contains(['#', ' ']) {
        let message = format!("`{}` is no resource", uri.value);
        reader.push(
            Diagnostic::error(Code::BadValue, node.span, message)
                .help("write an absolute URI without fragment, such as `https://mcp.acme.example/github`"),
        );
        return None;
    }
    Some(uri)
}

fn traffic(reader: &mut Reader, node: &Node) -> Option<Traffic> {
    let fields = reader.fields(node, "the `match` of a server", MATCH_KEYS, &[])?;
    let mut traffic = Traffic::default();
    if let Some(node) = fields.get("hosts") {
        traffic.hosts = reader.texts(node, "a host");
        for host in &traffic.hosts {
            host::of_traffic(reader, host);
        }
    }
    if let Some(node) = fields.get("paths") {
        traffic.paths = reader.texts(node, "a path");
        for path in &traffic.paths {
            if !path.value.starts_with('/') || path.value.contains(['?', '#', '*', '%']) {
                reader.push(
                    Diagnostic::error(Code::BadValue, path.span, format!("`{}` is no path", path.value))
                        .help("write a prefix that begins with `/`, without query, `*` or `%` escapes"),
                );
            }
        }
    }
    traffic.clusters = fields.get("cluster").map(|node| reader.texts(node, "a cluster")).unwrap_or_default();
    traffic.routes =
        fields.get("route_metadata").map(|node| reader.texts(node, "a name")).unwrap_or_default();
    if fields.is_empty() {
        reader
            .push(Diagnostic::error(Code::BadValue, node.span, "the `match` of a server is empty").help(
                "leave it out: the server is then recognised by its name as route metadata or cluster",
            ));
    }
    Some(traffic)
}

fn action(reader: &mut Reader, fields: &Fields) -> Option<Action> {
    let node = fields.get("action")?;
    reader.choice(node, "action", &Action::ALL, |action| action.name()).map(|action| action.value)
}

fn labels(reader: &mut Reader, node: &Node) -> Vec<(Text, Text)> {
    let mut labels = Vec::new();
    for entry in reader.entries(node).unwrap_or_default() {
        if entry.key.starts_with("mcp.") {
            reader.push(
                Diagnostic::error(
                    Code::BadValue,
                    entry.key_span,
                    format!("label `{}` is reserved", entry.key),
                )
                .help("labels beginning with `mcp.` are set by mcpgov; choose another name"),
            );
        }
        if let (Some(name), Some(value)) = (reader.key(entry), reader.text(&entry.node)) {
            labels.push((name, value));
        }
    }
    labels
}

fn tools(reader: &mut Reader, node: &Node) -> Vec<Tool> {
    let mut tools = Vec::new();
    for entry in reader.entries(node).unwrap_or_default() {
        let Some(name) = reader.key(entry) else { continue };
        let Some(fields) = reader.fields(&entry.node, "a tool", TOOL_KEYS, &[]) else { continue };
        tools.push(Tool {
            name,
            action: action(reader, &fields),
            risk_tags: fields
                .get("risk_tags")
                .map(|node| reader.texts(node, "a risk tag"))
                .unwrap_or_default(),
            cost: fields.get("cost").and_then(|node| reader.number(node, u32::MAX - 1)),
        });
    }
    tools
}
