//! What types alone do not tell: names that refer to each other, parts that must go together, conditions that
//! nothing can meet.

mod protections;
mod registry;
mod rules;
mod schema;

use std::collections::BTreeMap;

use registry::Registry;

use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Policy, Server, Text},
    source::Span,
};

/// Checks a policy as a whole.
pub fn policy(policy: &Policy, diagnostics: &mut Vec<Diagnostic>) {
    let registry = Registry::of(policy);
    traffic_of_two_servers(&policy.servers, diagnostics);
    for server in &policy.servers {
        name(&server.name, "server name", diagnostics);
    }
    for role in &policy.roles {
        name(&role.name, "role name", diagnostics);
    }
    for named in &policy.conditions {
        name(&named.name, "name of the condition", diagnostics);
        rules::named_condition(&named.condition, &registry, diagnostics);
    }
    rules::unique_ids(policy, diagnostics);
    rules::guard_ids(policy, diagnostics);
    schema::registry(policy, diagnostics);
    let has_schemas = policy.servers.iter().any(|server| server.listing.is_some());
    for rule in &policy.rules {
        name(&rule.id, "rule id", diagnostics);
        rules::rule(rule, &registry, diagnostics);
        if has_schemas {
            schema::rule(rule, policy, diagnostics);
        }
    }
    protections::policy(policy, &registry, diagnostics);
    for condition in &policy.orphans {
        rules::condition(condition, &registry, diagnostics);
    }
}

/// Longest name of a rule, server or role: it goes into every record and reply.
const NAME_BYTES_MAX: usize = 128;

fn name(name: &Text, what: &str, diagnostics: &mut Vec<Diagnostic>) {
    if name.value.len() > NAME_BYTES_MAX {
        let message = format!("the {what} is {} bytes long, the limit is {NAME_BYTES_MAX}", name.value.len());
        diagnostics.push(Diagnostic::error(Code::TooLarge, name.span, message));
    }
}

/// Reports traffic that two servers claim in the same words: which of them it is would be a guess.
fn traffic_of_two_servers(servers: &[Server], diagnostics: &mut Vec<Diagnostic>) {
    let mut claimed: BTreeMap<(&str, &str, &str), (&Server, Span)> = BTreeMap::new();
    for server in servers {
        for (way, value, path, span) in ways(server) {
            match claimed.get(&(way, value, path)) {
                None => {
                    claimed.insert((way, value, path), (server, span));
                }
                Some((other, other_span)) if other.name.value != server.name.value => {
                    let message =
                        format!("{way} `{value}{path}` is already that of server `{}`", other.name.value);
                    diagnostics.push(
                        Diagnostic::error(Code::Inconsistent, span, message)
                            .also(*other_span, "claimed here"),
                    );
                }
                // The same server saying it twice harms nobody.
                Some(_) => {}
            }
        }
    }
}

fn ways(server: &Server) -> Vec<(&'static str, &str, &str, Span)> {
    let Some(traffic) = &server.traffic else {
        let (name, span) = (server.name.value.as_str(), server.name.span);
        return vec![("cluster", name, "", span), ("route metadata", name, "", span)];
    };
    let mut ways = Vec::new();
    for host in &traffic.hosts {
        if traffic.paths.is_empty() {
            ways.push(("host", host.value.as_str(), "", host.span));
        }
        ways.extend(
            traffic.paths.iter().map(|path| ("host", host.value.as_str(), path.value.as_str(), host.span)),
        );
    }
    if traffic.hosts.is_empty() {
        ways.extend(traffic.paths.iter().map(|path| ("path", path.value.as_str(), "", path.span)));
    }
    ways.extend(traffic.clusters.iter().map(|name| ("cluster", name.value.as_str(), "", name.span)));
    ways.extend(traffic.routes.iter().map(|name| ("route metadata", name.value.as_str(), "", name.span)));
    ways
}
