//! From the tree of values to a [`Policy`]: every key known, every value of its type. What does not fit is
//! reported and left out, and reading goes on, so that one run reports everything.

mod argument;
mod context;
mod guard;
mod host;
mod literal;
mod network;
mod operator;
mod protection;
mod rule;
mod server;
pub mod suite;
mod value;

use mcpgov_engine::table::format::LAYERS_MAX;

use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Capture, Identity, Policy, Text},
    read::value::{Fields, Reader},
    syntax::{Node, Value},
};

const TOP_KEYS: &[&str] = &[
    "version",
    "mode",
    "identity",
    "audit",
    "servers",
    "roles",
    "conditions",
    "include",
    "layers",
    "detectors",
    "protections",
    "rules",
];
const IDENTITY_KEYS: &[&str] = &["user", "groups", "agent", "tenant", "scopes", "token"];

/// Reads a policy. What could not be read is absent from it and present in `diagnostics`.
pub fn policy(root: &Node, diagnostics: &mut Vec<Diagnostic>) -> Policy {
    read(root, false, diagnostics)
}

/// Reads a file that is part of a policy, and so may have no rules.
pub fn part(root: &Node, diagnostics: &mut Vec<Diagnostic>) -> Policy {
    read(root, true, diagnostics)
}

fn read(root: &Node, part: bool, diagnostics: &mut Vec<Diagnostic>) -> Policy {
    let mut reader = Reader::new(diagnostics);
    let mut policy = Policy::default();
    let Some(fields) = reader.fields(root, "a policy", TOP_KEYS, &[]) else { return policy };
    version(&mut reader, &fields);
    policy.shadow = reader.shadow(&fields);
    policy.settings = ["mode", "identity", "audit"].iter().filter_map(|key| fields.key_span(key)).collect();
    if let Some(node) = fields.get("identity") {
        policy.identity = identity(&mut reader, node);
    }
    policy.capture = fields.get("audit").and_then(|node| audit(&mut reader, node));
    if let Some(node) = fields.get("servers") {
        policy.servers = server::servers(&mut reader, node);
    }
    if let Some(node) = fields.get("roles") {
        policy.roles = rule::roles(&mut reader, node);
    }
    if let Some(node) = fields.get("conditions") {
        policy.conditions = rule::named_conditions(&mut reader, node);
    }
    if let Some(node) = fields.get("detectors") {
        policy.detectors = protection::detectors(&mut reader, node);
    }
    if let Some(node) = fields.get("protections") {
        policy.protections = protection::protections(&mut reader, node, &mut policy.orphans);
    }
    if let Some(node) = fields.get("include") {
        policy.includes = reader.texts(node, "a file");
    }
    if let Some(node) = fields.get("layers") {
        policy.layered = reader.texts(node, "a file or folder");
        layers(&mut reader, &fields, node, &policy.layered);
    }
    let elsewhere = fields.get("include").is_some() || fields.get("layers").is_some() || part;
    let rules = if elsewhere { fields.get("rules") } else { fields.required(&mut reader, "rules") };
    if let Some(node) = rules {
        policy.rules = rule::rules(&mut reader, node, &mut policy.orphans);
    }
    policy
}

/// A file with layers is their frame: rules beside them would belong to none.
fn layers(reader: &mut Reader, fields: &Fields, node: &Node, layers: &[Text]) {
    if layers.len() > LAYERS_MAX {
        let message = format!("a policy has at most {LAYERS_MAX} layers, this one has {}", layers.len());
        reader.push(Diagnostic::error(Code::TooLarge, node.span, message));
    }
    if let Some(span) = fields.key_span("rules") {
        reader.push(
            Diagnostic::error(Code::Inconsistent, span, "`rules` do not go with `layers`")
                .help("write the rules into a file of one of the layers"),
        );
    }
}

fn version(reader: &mut Reader, fields: &Fields) {
    let Some(node) = fields.required(reader, "version") else { return };
    match &node.value {
        Value::Text(version) if version == "v1" => {}
        Value::Text(version) | Value::Number(version) => {
            let message = format!("unknown version `{version}`");
            reader.push(
                Diagnostic::error(Code::BadValue, node.span, message)
                    .help("this compiler reads `version: v1`"),
            );
        }
        _ => reader.wrong_type(node, "`v1`"),
    }
}

fn identity(reader: &mut Reader, node: &Node) -> Identity {
    let Some(fields) = reader.fields(node, "`identity`", IDENTITY_KEYS, &[]) else {
        return Identity::default();
    };
    let mut claim = |key| fields.get(key).and_then(|node| claim_path(reader, node));
    Identity {
        user: claim("user"),
        groups: claim("groups"),
        agent: claim("agent"),
        tenant: claim("tenant"),
        scopes: claim("scopes"),
        token: claim("token"),
    }
}

fn claim_path(reader: &mut Reader, node: &Node) -> Option<Text> {
    let path = reader.text(node)?;
    if path.value.split('.').any(str::is_empty) {
        let message = format!("`{}` is no claim path", path.value);
        reader.push(
            Diagnostic::error(Code::BadValue, node.span, message)
                .help("write names separated by single dots, such as `realm_access.roles`"),
        );
        return None;
    }
    Some(path)
}

fn audit(reader: &mut Reader, node: &Node) -> Option<Capture> {
    let fields = reader.fields(node, "`audit`", &["arguments"], &[])?;
    let node = fields.required(reader, "arguments")?;
    reader.choice(node, "capture", &Capture::ALL, |capture| capture.name()).map(|capture| capture.value)
}
