//! A table as text: everything it holds, in the order it holds it.

use std::fmt::Write;

use mcpgov_engine::{
    table::{
        Table, View,
        format::{Key, Limit, NONE, Protection, Server, Tool, VERSION, rule_flags},
    },
    vocabulary::{Action, Blobs, Capture, Direction, Severity, Treatment, Verdict},
};

use crate::describe::{condition, members, part_of_schema, parts_of_schema};

/// The text of `table`.
pub fn table<B: AsRef<[u8]>>(table: &Table<B>) -> String {
    let view = table.view();
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    let _ =
        writeln!(text, "table {}, format {VERSION}, {} bytes", table.digest().text(), table.as_bytes().len());
    settings(&mut text, &view);
    text.push_str(&registry(&view));
    for role in view.roles {
        let _ = writeln!(text, "\nrole {}", view.text(role.name));
        conditions(&mut text, &view, role.node.get(), role.node_len.get());
    }
    for detector in view.detectors {
        let severity = Severity::from_number(detector.severity).map_or("", Severity::name);
        let _ = write!(text, "\ndetector {}: {severity}", view.text(detector.name));
        let allow = view.run(detector.allow.get(), u32::from(detector.allow_len.get()));
        if !allow.is_empty() {
            let allow: Vec<&str> = allow.iter().map(|glob| view.text(glob)).collect();
            let _ = write!(text, ", but not [{}]", allow.join(", "));
        }
    }
    if !view.detectors.is_empty() {
        text.push('\n');
    }
    for protection in view.protections {
        self::protection(&mut text, &view, protection);
    }
    for rule in view.rules {
        let verdict = Verdict::from_number(rule.verdict).map_or("", Verdict::name);
        let shadow = if rule.flags & rule_flags::SHADOW == 0 { "" } else { " (shadow)" };
        let layer = if view.layers() > 1 { format!(", layer {}", rule.layer() + 1) } else { String::new() };
        let _ = writeln!(text, "\nrule {}: {verdict}{shadow}{layer}", view.text(rule.id));
        conditions(&mut text, &view, rule.node.get(), rule.node_len.get());
        let constraints = view.limit(rule).map(|limit| constraints(&view, limit)).unwrap_or_default();
        if !constraints.is_empty() {
            let _ = writeln!(text, "  constraints: {}", constraints.join(", "));
        }
        if let Some(reason) = view.reason(rule) {
            let _ = writeln!(text, "  reason: {reason}");
        }
    }
    text
}

fn protection(text: &mut String, view: &View, protection: &Protection) {
    let treatment = Treatment::from_number(protection.treatment).map_or("", Treatment::name);
    let shadow = if protection.is_shadow == 0 { "" } else { " (shadow)" };
    let directions: Vec<&str> = Direction::ALL
        .iter()
        .filter(|direction| protection.directions & direction.bit() != 0)
        .map(|direction| direction.name())
        .collect();
    let _ = writeln!(
        text,
        "\nprotection {}: {treatment} in {}{shadow}",
        view.text(protection.id),
        directions.join(", ")
    );
    conditions(text, view, protection.node.get(), protection.node_len.get());
    let detectors = view.run(protection.detectors.get(), u32::from(protection.detector_len.get()));
    let names: Vec<&str> = detectors
        .iter()
        .filter_map(|number| Some(view.text(view.detectors.get(number as usize)?.name)))
        .collect();
    let _ = writeln!(text, "  detectors: {}", names.join(", "));
    if let Some(blobs) = Blobs::from_number(protection.blobs).filter(|blobs| *blobs != Blobs::Skip) {
        let _ = writeln!(text, "  blobs: {}", blobs.name());
    }
}

/// Constraints as `name value`.
pub fn constraints(view: &View, limit: &Limit) -> Vec<String> {
    let mut parts = Vec::new();
    if limit.max_runtime_sec.get() != NONE {
        parts.push(format!("max_runtime_sec {}", limit.max_runtime_sec));
    }
    if limit.max_retries.get() != NONE {
        parts.push(format!("max_retries {}", limit.max_retries));
    }
    if limit.network.get() != NONE {
        let hosts: Vec<&str> =
            view.run(limit.network.get(), limit.network_len.get()).iter().map(|id| view.text(id)).collect();
        parts.push(format!("network_allowlist [{}]", hosts.join(", ")));
    }
    parts
}

fn settings(text: &mut String, view: &View) {
    let Some(settings) = view.settings() else { return };
    let mode = if view.is_shadow() { "shadow" } else { "enforce" };
    let capture = Capture::from_number(settings.capture).map_or("", Capture::name);
    let _ = writeln!(text, "mode {mode}, arguments in records: {capture}");
    let names = ["user", "groups", "agent", "tenant", "scopes", "token"];
    let claims: Vec<String> = names
        .iter()
        .zip(settings.claims)
        .filter_map(|(name, claim)| Some(format!("{name} from {}", view.optional_text(claim)?)))
        .collect();
    let _ = writeln!(text, "identity: {}", claims.join(", "));
    let _ = writeln!(
        text,
        "{} rules, {} roles, {} servers, {} strings, {} conditions, {} index keys, {} regular expressions",
        view.rules.len(),
        view.roles.len(),
        view.servers.len(),
        view.strings.len(),
        view.nodes.len(),
        view.postings.len(),
        view.automata.len(),
    );
}

/// The registry as text.
pub(crate) fn registry(view: &View) -> String {
    let mut text = String::new();
    for (number, server) in view.servers.iter().enumerate() {
        self::server(&mut text, view, number, server);
    }
    text
}

fn server(text: &mut String, view: &View, number: usize, server: &Server) {
    let _ = writeln!(text, "\nserver {}", view.text(server.name));
    for found in view.server_matches.iter().filter(|found| found.server.get() as usize == number) {
        let value = view.optional_text(found.value).unwrap_or("any");
        let _ = match Key::from_number(found.kind) {
            Some(Key::Cluster) => writeln!(text, "  traffic: cluster {value}"),
            Some(Key::Route) => writeln!(text, "  traffic: route metadata {value}"),
            _ => match view.optional_text(found.path) {
                Some(path) => writeln!(text, "  traffic: host {value}, path {path}"),
                None => writeln!(text, "  traffic: host {value}"),
            },
        };
    }
    let properties = [
        ("environment", server.environment),
        ("classification", server.classification),
        ("owner", server.owner),
        ("stage", server.stage),
        ("resource", server.resource),
    ];
    for (name, id) in properties {
        if let Some(value) = view.optional_text(id) {
            let _ = writeln!(text, "  {name}: {value}");
        }
    }
    let labels: Vec<u32> =
        view.run(server.labels.get(), server.label_len.get().saturating_mul(2)).iter().collect();
    for pair in labels.chunks_exact(2) {
        if let [name, value] = pair {
            let _ = writeln!(text, "  label {}: {}", view.text(*name), view.text(*value));
        }
    }
    let tool_count = server.tool_len.get().saturating_add(server.glob_len.get());
    for tool in view.tool_run(server.tools.get(), tool_count) {
        self::tool(text, view, tool);
    }
    let _ = writeln!(text, "  other tools: {}", action(server.action));
}

fn tool(text: &mut String, view: &View, tool: &Tool) {
    let tags: Vec<&str> =
        view.run(tool.tags.get(), u32::from(tool.tag_len.get())).iter().map(|id| view.text(id)).collect();
    let tags = if tags.is_empty() { String::new() } else { format!(", risk tags {}", tags.join(", ")) };
    let _ = writeln!(text, "  tool {}: {}{tags}", view.text(tool.name), action(tool.action));
}

fn action(number: u8) -> &'static str {
    Action::from_number(number).map_or("", Action::name)
}

fn conditions(text: &mut String, view: &View, start: u32, len: u16) {
    for member in members(view.node_run(start, len)) {
        let _ = writeln!(text, "  if {}", condition(view, member));
        for part in parts_of_schema(member).into_iter().flatten() {
            let _ = writeln!(text, "    {}", part_of_schema(view, part));
        }
    }
}
