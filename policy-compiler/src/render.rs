//! Puts a table into the configuration that carries it to proxies.
//!
//! The configuration is text, with its comments, from `envoy/filter.yaml` and `k8s/base/envoyfilter.yaml`: files that load
//! as they stand. A line that ends in `# render: WHAT` says which of its values is filled in here; nothing else changes.

use std::{error::Error, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcpgov_engine::table::Table;

const ENVOY: &str = include_str!("../../envoy/filter.yaml");
const ISTIO: &str = include_str!("../../k8s/base/envoyfilter.yaml");

/// What separates a line of a template from the name of what fills it.
const MARK: &str = " # render: ";

/// Where the filter module lies in a proxy's file system, unless said otherwise.
pub const MODULE_PATH: &str = "/var/lib/mcpgov/mcpgov_filter.wasm";

/// The largest Kubernetes object, in bytes, that etcd stores with its usual settings. Found out here rather than when it
/// is applied.
pub const OBJECT_BYTES_MAX: usize = 1_572_864;

/// Whom the configuration is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An extension configuration resource (ECDS) for Envoy to read from a file.
    Envoy,
    /// An EnvoyFilter for Istio.
    Istio(EnvoyFilter),
}

/// What an EnvoyFilter is called and which proxies it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvoyFilter {
    /// Its name, a DNS label.
    pub name: String,
    /// Its namespace, a DNS label: that of the proxies.
    pub namespace: String,
    /// The proxies.
    pub attachment: Attachment,
}

/// Proxies by their part in the mesh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attachment {
    /// Those of the Gateway with this name.
    Gateway(String),
    /// Sidecars of the pods labelled `mcpgov: enabled`, for what they receive.
    SidecarInbound,
    /// Those of the waypoint whose Gateway has this name.
    Waypoint(String),
}

/// Why there is no configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderError {
    /// Kubernetes would refuse this name.
    Name(String),
    /// The object would have this many bytes, more than [`OBJECT_BYTES_MAX`].
    TooLarge(usize),
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RenderError::Name(name) => write!(f, "`{name}` is no name in Kubernetes"),
            RenderError::TooLarge(bytes) => {
                write!(f, "the object would have {bytes} bytes, of {OBJECT_BYTES_MAX} at most")
            }
        }
    }
}

impl Error for RenderError {}

/// The configuration for `target` that carries `table` and loads the module at `module_path`.
///
/// # Errors
/// A name that Kubernetes would refuse, or a table too large for a Kubernetes object.
pub fn render<B: AsRef<[u8]>>(
    table: &Table<B>,
    module_path: &str,
    target: &Target,
) -> Result<String, RenderError> {
    let template = match target {
        Target::Envoy => ENVOY,
        Target::Istio(filter) => {
            filter.check()?;
            ISTIO
        }
    };
    let mut text = String::new();
    for line in template.lines() {
        match line.split_once(MARK) {
            None => text.push_str(line),
            Some((old, mark)) => {
                let content = old.trim_start();
                let new = match (mark, target) {
                    ("table", _) => format!("value: {}", quoted(&STANDARD.encode(table.as_bytes()))),
                    ("wasm", _) => format!("filename: {}", quoted(module_path)),
                    ("version", _) => format!("version_info: {}", quoted(&table.digest().text())),
                    ("policy", _) => format!("mcpgov-policy: {}", quoted(&table.digest().text())),
                    (mark, Target::Istio(filter)) => filter.fill(mark, content),
                    _ => content.to_owned(),
                };
                text.extend(old.chars().take_while(|c| *c == ' '));
                text.extend([&new, MARK, mark]);
            }
        }
        text.push('\n');
    }
    match target {
        Target::Istio(_) if text.len() > OBJECT_BYTES_MAX => Err(RenderError::TooLarge(text.len())),
        _ => Ok(text),
    }
}

impl EnvoyFilter {
    fn check(&self) -> Result<(), RenderError> {
        let gateway = match &self.attachment {
            Attachment::Gateway(gateway) | Attachment::Waypoint(gateway) => Some(gateway),
            Attachment::SidecarInbound => None,
        };
        let names = [Some(&self.name), Some(&self.namespace), gateway];
        match names.into_iter().flatten().find(|name| !is_dns_label(name)) {
            Some(name) => Err(RenderError::Name(name.clone())),
            None => Ok(()),
        }
    }

    /// What the line `content` says for this filter.
    fn fill(&self, mark: &str, content: &str) -> String {
        match (mark, &self.attachment) {
            ("name", _) => format!("name: {}", quoted(&self.name)),
            ("namespace", _) => format!("namespace: {}", quoted(&self.namespace)),
            ("attachment", Attachment::Gateway(gateway) | Attachment::Waypoint(gateway)) => {
                let gateway = quoted(gateway);
                format!(
                    "targetRefs: [{{ group: gateway.networking.k8s.io, kind: Gateway, name: {gateway} }}]"
                )
            }
            ("attachment", Attachment::SidecarInbound) => {
                "workloadSelector: { labels: { mcpgov: enabled } }".to_owned()
            }
            ("context", Attachment::Gateway(_)) => "context: GATEWAY".to_owned(),
            // istiod patches a waypoint's listeners as inbound ones and generates nothing for the context WAYPOINT.
            ("context", Attachment::SidecarInbound | Attachment::Waypoint(_)) => {
                "context: SIDECAR_INBOUND".to_owned()
            }
            // A waypoint's other listeners carry the tunnel, which must not be governed.
            ("listener", Attachment::Waypoint(_)) => content.replacen('{', "{ name: main_internal,", 1),
            _ => content.to_owned(),
        }
    }
}

/// RFC 1123: what Kubernetes accepts as the name of a namespace, and of anything else.
fn is_dns_label(name: &str) -> bool {
    let edge =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let bytes = name.as_bytes();
    let inner = |byte: &u8| edge(Some(byte)) || *byte == b'-';
    bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inner)
}

/// `text` as a YAML scalar that is a string whatever it looks like: JSON strings are YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn table() -> Table<Vec<u8>> {
        let text = "version: v1\nrules:\n  - id: reads\n    match: { labels: { mcp.action: read } }\n    decision: ALLOW\n";
        let (table, diagnostics) =
            crate::compile(&Source { path: "policy.yaml".to_owned(), text: text.to_owned() });
        Table::from_bytes(table.unwrap_or_else(|| panic!("{diagnostics:?}"))).unwrap()
    }

    fn istio(name: &str, attachment: Attachment) -> Target {
        Target::Istio(EnvoyFilter { name: name.to_owned(), namespace: "mcp-gateway".to_owned(), attachment })
    }

    /// The lines of `text` that differ from those of `template`.
    fn changed<'a>(text: &'a str, template: &'a str) -> Vec<&'a str> {
        text.lines().filter(|line| !template.lines().any(|old| old == *line)).map(str::trim).collect()
    }

    #[test]
    fn only_the_table_and_its_digest_differ_from_the_template() {
        let table = table();
        let text =
            render(&table, MODULE_PATH, &istio("mcpgov", Attachment::Gateway("mcp-gateway".to_owned())))
                .unwrap();
        let digest = table.digest().text();
        let bytes = STANDARD.encode(table.as_bytes());
        assert_eq!(
            changed(&text, ISTIO),
            [
                format!("mcpgov-policy: \"{digest}\" # render: policy"),
                format!("value: \"{bytes}\" # render: table")
            ]
        );
        let text = render(&table, MODULE_PATH, &Target::Envoy).unwrap();
        assert_eq!(
            changed(&text, ENVOY),
            [
                format!("version_info: \"{digest}\" # render: version"),
                format!("value: \"{bytes}\" # render: table")
            ]
        );
    }

    #[test]
    fn a_table_too_large_for_kubernetes_is_found_out_here() {
        use std::fmt::Write as _;
        let mut text = "version: v1\nrules:\n".to_owned();
        for rule in 0..5 {
            let _ = writeln!(
                text,
                "  - id: rule-{rule}\n    decision: ALLOW\n    match:\n      subject:\n        users:"
            );
            for user in 0..10_000 {
                let _ = writeln!(text, "          - a-rather-long-name-{rule}-{user}@acme.example");
            }
        }
        let (table, diagnostics) = crate::compile(&Source { path: "policy.yaml".to_owned(), text });
        let table = Table::from_bytes(table.unwrap_or_else(|| panic!("{diagnostics:?}"))).unwrap();
        let istio = render(&table, MODULE_PATH, &istio("mcpgov", Attachment::SidecarInbound));
        assert!(matches!(istio, Err(RenderError::TooLarge(bytes)) if bytes > OBJECT_BYTES_MAX), "{istio:?}");
        assert!(render(&table, MODULE_PATH, &Target::Envoy).is_ok_and(|text| text.len() > OBJECT_BYTES_MAX));
    }

    #[test]
    fn every_mark_of_the_templates_is_known() {
        let known =
            ["table", "wasm", "version", "policy", "name", "namespace", "attachment", "context", "listener"];
        for line in ENVOY.lines().chain(ISTIO.lines()) {
            if let Some((_, mark)) = line.split_once(MARK) {
                assert!(known.contains(&mark), "{line}");
            }
        }
    }

    #[test]
    fn names_cannot_add_configuration() {
        for name in ["", "-a", "a-", "A", "a b", "a\nb: c", "a\"", "a.b", &"a".repeat(64)] {
            let filter = istio(name, Attachment::SidecarInbound);
            assert_eq!(render(&table(), MODULE_PATH, &filter), Err(RenderError::Name(name.to_owned())));
            let gateway = istio("mcpgov", Attachment::Waypoint(name.to_owned()));
            assert_eq!(render(&table(), MODULE_PATH, &gateway), Err(RenderError::Name(name.to_owned())));
        }
        let text = render(&table(), "/a\"b\n# c.wasm", &Target::Envoy).unwrap();
        assert!(text.contains(r#"filename: "/a\"b\n# c.wasm" # render: wasm"#), "{text}");
    }
}
