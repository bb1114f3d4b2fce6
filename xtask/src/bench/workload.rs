//! What is decided, and by what: policies of any size, and calls that concern the same number of rules in all of them.
//!
//! A policy of n rules is two rules for everything and eight for each of as many servers as it takes. A call concerns the
//! rules of its server; the rest is what a decision must not pay for.

use std::fmt::Write as _;

/// Rules for each server.
const RULES_PER_SERVER: usize = 8;

/// The text of a policy with `rules` rules, at least the ten for one server.
pub(crate) fn policy(rules: usize) -> String {
    let servers = servers(rules);
    let mut text = String::from("version: v1\nidentity: { user: sub }\nservers:\n");
    for server in 0..servers {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}", registration(server));
    }
    text.push_str(
        "rules:\n  \
         - { id: nothing-is-deleted, match: { labels: { mcp.action: destructive } }, decision: DENY }\n  \
         - { id: no-sampling, match: { labels: { mcp.method: \"sampling/*\" } }, decision: DENY }\n",
    );
    let own = (0..servers).flat_map(rules_of).take(rules.saturating_sub(2));
    for rule in own {
        let _ = writeln!(text, "  - {rule}");
    }
    text
}

/// How many servers a policy of `rules` rules registers.
pub(crate) fn servers(rules: usize) -> usize {
    rules.saturating_sub(2).div_ceil(RULES_PER_SERVER)
}

/// The text of a policy with `rules` rules of the simplest kind: this tool on this server.
pub(crate) fn simple_policy(rules: usize) -> String {
    let mut text = String::from("version: v1\nrules:\n");
    for rule in 0..rules {
        let (server, tool) = (rule / 20, rule % 20);
        let _ = writeln!(
            text,
            "  - {{ id: s{server}-t{tool}, match: {{ labels: {{ mcp.server: server-{server}, mcp.tool: tool-{tool} }} }}, \
             decision: ALLOW }}"
        );
    }
    text
}

fn registration(server: usize) -> String {
    format!(
        "  server-{server}:
    match: {{ hosts: [{}] }}
    environment: prod
    tools:
      search_issues: {{ action: read }}
      create_issue: {{ action: write }}
      merge_change: {{ action: write, risk_tags: [prod] }}
      \"delete_*\": {{ action: destructive, risk_tags: [prod] }}
",
        host(server)
    )
}

fn rules_of(server: usize) -> [String; RULES_PER_SERVER] {
    let rule = |name: &str, labels: &str, more: &str, decision: &str| {
        format!(
            "{{ id: server-{server}-{name}, match: {{ labels: {{ mcp.server: server-{server}, {labels} }}{more} }}, \
             decision: {decision} }}"
        )
    };
    let create = "mcp.tool: create_issue";
    let own = format!(", args: {{ repo: {{ matches: \"acme/server-{server}-*\" }} }}");
    let leads =
        ", subject: { users: [ada@acme.example, lin@acme.example] }, args: { repo: { matches: \"acme/*\" } }";
    [
        rule("reads", "mcp.action: read", "", "ALLOW"),
        rule("own-issues", create, &own, "ALLOW"),
        rule("leads", create, leads, "ALLOW"),
        rule(
            "no-passwords",
            create,
            ", args: { title: { matches: [\"*password*\", \"*secret*\"] } }",
            "DENY",
        ),
        rule("not-in-public", create, ", args: { visibility: { in: [public, everyone] } }", "DENY"),
        rule("legal-is-asked", create, ", args: { repo: { matches: \"*/legal-*\" } }", "REQUIRE_APPROVAL"),
        rule("releases", "mcp.tool: merge_change", ", risk_tags: [prod]", "REQUIRE_APPROVAL"),
        rule(
            "merges",
            "mcp.tool: merge_change",
            ", args: { branch: { matches: [\"main\", \"release-*\"] } }",
            "ALLOW",
        ),
    ]
}

/// The host name of a server.
pub(crate) fn host(server: usize) -> String {
    format!("server-{server}.mcp.example")
}

/// A permitted call of `bytes` bytes to a server, at least as many as it takes without text in its body.
pub(crate) fn call(server: usize, bytes: usize) -> String {
    let start = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"create_issue","arguments":{{"repo":"acme/server-{server}-web","visibility":"team","title":"Crash","body":""#
    );
    let end = r#""}}}"#;
    let text = bytes.saturating_sub(start.len() + end.len());
    // As texts are: lines, and a quotation now and then.
    let line = r#"The worker stops with \"connection reset\" after the second attempt, and stays down.\n"#;
    let mut body = line.repeat(text / line.len());
    body.push_str(&"x".repeat(text % line.len()));
    format!("{start}{body}{end}")
}

/// A call of a tool that every case refuses.
pub(crate) fn call_of_deletion() -> &'static str {
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_repository","arguments":{"repo":"acme/server-0-web"}}}"#
}

/// A call that only rules on arguments can refuse.
pub(crate) fn call_elsewhere() -> &'static str {
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_issue","arguments":{"repo":"other/web","visibility":"team","title":"Crash","body":""}}}"#
}

/// An HTTP request with that body, of a client that needs no session.
pub(crate) fn request(server: usize, body: &str) -> Vec<u8> {
    request_with("", server, body)
}

/// As [`request`], to be answered with the answer of that number.
pub(crate) fn request_for(answer: usize, server: usize, body: &str) -> Vec<u8> {
    request_with(&format!("x-answer: {answer}\r\n"), server, body)
}

fn request_with(headers: &str, server: usize, body: &str) -> Vec<u8> {
    let host = host(server);
    let length = body.len();
    format!(
        "POST /mcp HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\n\
         mcp-protocol-version: 2025-11-25\r\nuser-agent: bench\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mcpgov_policy_compiler::{read_policy, source::Source};

    #[test]
    fn policies_have_as_many_rules_as_asked_for() {
        for rules in [10, 11, 1000] {
            for text in [policy(rules), simple_policy(rules)] {
                let (policy, _) = read_policy(&Source { path: String::new(), text });
                assert_eq!(policy.unwrap().rules.len(), rules);
            }
        }
    }

    #[test]
    fn calls_have_as_many_bytes_as_asked_for() {
        for bytes in [200, 10 * 1024, 200 * 1024] {
            assert_eq!(call(0, bytes).len(), bytes);
        }
    }
}
