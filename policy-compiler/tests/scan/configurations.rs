//! Configurations of clients.

use std::fs;

use mcpgov_policy_compiler::{
    scan::{self, Finding, client},
    source::Source,
};
use serde_json::{Value, json};

use crate::{
    code, folder, mcpgov, mcpgov_in, text, tree,
    words::{Words, shown, source, three},
};

#[test]
fn configurations_are_looked_through_with_comments_and_flags() {
    let text = r#"{
  // where ann keeps the servers
  "mcpServers": {
    "files": { "command": "npx", "args": ["files", "--api-key", "0123"], "env": { "PASSWORD": "hunter2" }, },
  },
}"#;
    let findings = client::configuration(&Words, &source(text), None).unwrap();
    let expected = [
        three("test.name", "(comment)", "ann"),
        three("test.key", "mcpServers.files.args[2]", "0123"),
        three("test.password", "mcpServers.files.env.PASSWORD", "hunter2"),
    ];
    assert_eq!(shown(text, &findings), expected);
    assert!(client::configuration(&Words, &source("{"), None).is_err());
    // Known by its name, it is read so without being asked for; what is wrong with it is not asked for either.
    for (path, text, expected) in [
        ("repo/.mcp.json", text, Some("test.key")),
        ("repo/other.json", text, None),
        ("repo/.mcp.json", "{ hunter2", Some("test.password")),
    ] {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        let findings = scan::source(&Words, &source);
        let name = expected.unwrap_or("test.key");
        assert_eq!(findings.iter().any(|one| one.detector.name == name), expected.is_some(), "{path}");
    }
}

#[test]
fn configurations_in_toml_and_yaml_are_read() {
    let toml = "[mcp_servers.a]\ncommand = 'npx'\nargs = ['x', '--api-key',\n  'v1', \"a\\u0062\"]\n";
    let yaml = "extensions:\n  a:\n    cmd: npx\n    args:\n      - --api-key\n      - v1\n    # ann\n";
    let read = |path: &str, text: &str| {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        let findings = client::configuration(&Words, &source, None).unwrap();
        let one = |finding: &Finding| (finding.path.clone(), source.slice(finding.span).to_owned());
        findings.iter().map(one).collect::<Vec<_>>()
    };
    let two = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    assert_eq!(read("config.toml", toml), [two("mcp_servers.a.args[2]", "v1")]);
    assert_eq!(read("config.YAML", yaml), [two("extensions.a.args[1]", "v1"), two("", "ann")]);
    for (path, words) in [("x.toml", "in TOML: "), ("x.yml", "in YAML: "), ("x", "in JSON: ")] {
        let source = Source { path: path.to_owned(), text: "a: [hunter2".to_owned() };
        let error = client::configuration(&Words, &source, None).unwrap_err();
        assert!(error.contains(words) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn servers_that_the_registry_does_not_have_are_found() {
    let folder = folder("registry");
    let (config, policy) = (folder.join("mcp.json"), folder.join("policy.yaml"));
    let servers = json!({ "mcpServers": {
        "files": { "command": "files" },
        "notes": { "command": "notes" },
        "hub": { "url": "https://gateway.example/hub" },
        "elsewhere": { "url": "https://gateway.example/other?x=1" },
        "bridge": { "command": "npx", "args": ["mcp-remote", "http://bridge.example/mcp"] },
    } });
    fs::write(&config, servers.to_string()).unwrap();
    let servers = "{ files: {}, hub: { match: { hosts: [gateway.example], paths: [/hub] } } }";
    let protections = "[{ id: card, detect: pii.card, treatment: log }]";
    let text_of =
        |servers: &str| format!("version: v1\nservers: {servers}\nrules: []\nprotections: {protections}\n");
    fs::write(&policy, text_of(servers)).unwrap();
    let arguments = ["--mcp-config", config.to_str().unwrap(), "--policy", policy.to_str().unwrap()];
    let output = mcpgov(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(code(&output), 5, "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<_> = found.as_array().unwrap().iter().map(|one| (&one["detector"], &one["in"])).collect();
    let unregistered = json!("config.unregistered_server");
    let ways = ["mcpServers.bridge.args[1]", "mcpServers.elsewhere.url", "mcpServers.notes.command"]
        .map(Value::from);
    assert_eq!(found, ways.iter().map(|way| (&unregistered, way)).collect::<Vec<_>>());
    assert_eq!(code(&mcpgov(&[&arguments[..], &["--fail-on", "never"]].concat())), 0);
    assert_eq!(code(&mcpgov(&[&arguments[..], &["--fail-on", "critical"]].concat())), 0);
    // Of two members of one name nobody knows which a client reads.
    let twice = r#"{"mcpServers":{"notes":{"command":"notes"}},"mcpServers":{}}"#;
    for (content, expected) in [(twice, 1), ("{}", 0), (" \n", 0), ("// nothing yet\n{}", 0)] {
        fs::write(&config, content).unwrap();
        assert_eq!(code(&mcpgov(&arguments)), expected, "{content}");
    }
    fs::write(&policy, text_of("{}")).unwrap();
    let output = mcpgov(&arguments);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("no registry"), "{}", text(&output.stderr));
}

#[test]
fn servers_of_toml_and_yaml_are_looked_up_too() {
    let folder = tree(
        "lookup",
        &[
            (
                "config.toml",
                b"[mcp_servers.files]\ncommand = 'files'\n[mcp_servers.x]\nurl = 'https://x.example/'\n",
            ),
            ("aliases.yaml", b"x: &x { cmd: notes }\nextensions: { a: *x }\n"),
            ("config.yaml", b"extensions:\n  notes: { cmd: notes }\n  y: { uri: 'https://y.example/' }\n"),
            (
                "policy.yaml",
                b"version: v1\nservers: { files: {}, y: { match: { hosts: [y.example] } } }\nrules: []\n",
            ),
        ],
    );
    let arguments =
        ["--mcp-config", "config.toml", "config.yaml", "--policy", "policy.yaml", "--format", "plain"];
    let (code, found, _) = mcpgov_in(&folder, &arguments);
    let found: Vec<_> = found.lines().map(|line| line.split(',').next().unwrap()).collect();
    let expected = [
        "config.toml:4:8: high[config.unregistered_server]: in mcp_servers.x.url",
        "config.yaml:2:17: high[config.unregistered_server]: in extensions.notes.cmd",
    ];
    assert_eq!((code, found), (5, expected.to_vec()));
    let (code, _, error) = mcpgov_in(&folder, &["--mcp-config", "aliases.yaml", "--policy", "policy.yaml"]);
    assert!(code == 1 && error.contains("servers are not certain"), "{error}");
}
