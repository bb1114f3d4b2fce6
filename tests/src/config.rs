//! Envoy configurations: `envoy/demo.yaml` with its places filled in, and changes to it.
//!
//! Tests run the file that people start from, so a flag missing there fails a test. What a test needs otherwise is a
//! textual change that must apply, so that the file cannot drift away from under it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::artifact::Table;
use crate::scratch::Scratch;

/// The text of an Envoy bootstrap configuration, with `${…}` for what is not known yet.
#[derive(Clone)]
pub struct Config(String);

impl Config {
    /// The configuration of the demonstration, for `filter` with `table`, in front of servers at two local ports.
    pub fn demo(filter: &Path, table: &Table, github: u16, other: u16) -> Self {
        let path = xtask::paths::root().join("envoy/demo.yaml");
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("cannot read `{}`: {error}", path.display()));
        Self(text)
            .fill("FILTER_WASM", filter.display())
            .fill("TABLE_BASE64", table.base64())
            .fill("GITHUB_PORT", github)
            .fill("OTHER_PORT", other)
    }

    /// The same configuration without the filter, to see what Envoy and the test bed do on their own.
    pub fn ungoverned(github: u16, other: u16) -> Self {
        let nothing = Table::read(Path::new("/dev/null"));
        Self::demo(Path::new("none"), &nothing, github, other).replace_filter("")
    }

    /// Puts `value` in the place of `${name}`.
    #[must_use]
    pub fn fill(self, name: &str, value: impl std::fmt::Display) -> Self {
        Self(self.0.replace(&format!("${{{name}}}"), &value.to_string()))
    }

    /// Replaces `from`, which must be there exactly once.
    #[must_use]
    pub fn replace(self, from: &str, to: &str) -> Self {
        assert_eq!(self.0.matches(from).count(), 1, "`{from}` must be in the configuration once");
        Self(self.0.replacen(from, to, 1))
    }

    /// Gives up on requests, and on the server of the demo, once nothing has come for two seconds.
    #[must_use]
    pub fn impatient(self) -> Self {
        self.replace("stream_idle_timeout: 300s", "stream_idle_timeout: 2s").replace(
            "cluster: github, timeout: 0s, idle_timeout: 300s",
            "cluster: github, timeout: 0s, idle_timeout: 2s",
        )
    }

    /// Replaces the entry of the filter chain that is ours by `entry`, the lines of another list item.
    #[must_use]
    pub fn replace_filter(self, entry: &str) -> Self {
        let (start, end) = self.filter_entry();
        let mut text = self.0[..start].to_owned();
        for line in entry.lines() {
            let _ = writeln!(text, "{INDENT}{line}");
        }
        text.push_str(&self.0[end..]);
        Self(text)
    }

    /// Moves our filter's configuration out of the listener, for discovery from the file `discovered`. Returns the
    /// configuration without it, and the text of the resource to put into that file.
    pub fn discover_filter(self, discovered: &Path) -> (Self, Discovered) {
        let (start, end) = self.filter_entry();
        let entry = self.0[start..end].to_owned();
        let (_, typed_config) = entry.split_once("typed_config:\n").expect("the filter has a typed_config");
        let resource = Discovered(format!(
            "version_info: \"${{VERSION}}\"\nresources:\n- \"@type\": type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig\n  \
             name: mcpgov\n  typed_config:\n{typed_config}"
        ));
        let source = format!(
            "- name: mcpgov\n  config_discovery:\n    type_urls: [type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm]\n    \
             config_source:\n      resource_api_version: V3\n      path_config_source: {{ path: \"{}\" }}",
            discovered.display()
        );
        (self.replace_filter(&source), resource)
    }

    /// Gives the filter its configuration as JSON text: `table`, which it has bare, beside the members of `options`.
    #[must_use]
    pub fn with_options(self, table: &Table, mut options: Value) -> Self {
        let table = table.base64();
        let bare = format!("value: \"{table}\"");
        options["table"] = table.into();
        self.replace("google.protobuf.BytesValue", "google.protobuf.StringValue")
            .replace(&bare, &format!("value: '{options}'"))
    }

    /// Makes Envoy speak HTTP/2 with the server `github`.
    #[must_use]
    pub fn github_speaks_http2(self) -> Self {
        self.replace("    - name: github\n", &format!("    - name: github\n{HTTP2}"))
    }

    /// Makes the listener ask for a certificate, and forward the identity in it in `x-forwarded-client-cert`.
    #[must_use]
    pub fn with_mutual_tls(self, certificates: &Scratch) -> Self {
        self.with_tls_socket(certificates, true).replace(
            "                stat_prefix: mcp\n",
            "                stat_prefix: mcp\n                forward_client_cert_details: SANITIZE_SET\n                \
             set_current_client_cert_details: { uri: true }\n",
        )
    }

    /// Makes the listener speak TLS as the server of `certificates`.
    #[must_use]
    pub fn with_tls(self, certificates: &Scratch) -> Self {
        self.with_tls_socket(certificates, false)
    }

    fn with_tls_socket(self, certificates: &Scratch, require_client_certificate: bool) -> Self {
        let socket = format!(
            r#"{{ name: tls, typed_config: {{ "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext, require_client_certificate: {require_client_certificate}, {} }} }}"#,
            tls_context(certificates, "server")
        );
        self.replace(
            "      filter_chains:\n        - filters:\n",
            &format!("      filter_chains:\n        - transport_socket: {socket}\n          filters:\n"),
        )
    }

    /// An agent's sidecar: takes plain connections and carries them to the local port `governed` under the certificate of
    /// [`crate::certificate::WORKLOAD`].
    pub fn sidecar(governed: u16, certificates: &Scratch) -> Self {
        Self(crate::artifact::data_text("sidecar.yaml"))
            .fill("GOVERNED_PORT", governed)
            .fill("TLS_CONTEXT", tls_context(certificates, "workload"))
    }

    fn filter_entry(&self) -> (usize, usize) {
        let position = |name: &str| {
            let line = format!("\n{INDENT}- name: {name}\n");
            self.0.find(&line).unwrap_or_else(|| panic!("the filter chain has `{name}`")) + 1
        };
        (position("mcpgov"), position("envoy.filters.http.router"))
    }

    /// The text, in which every place must have been filled.
    pub(crate) fn finish(self) -> String {
        let left = self.0.split("${").nth(1).and_then(|rest| rest.split('}').next());
        assert_eq!(left, None, "a place of the configuration was not filled");
        self.0
    }
}

/// How deep the filters of the chain are indented in `envoy/demo.yaml`.
const INDENT: &str = "                  ";

/// Speak HTTP/2 whatever the server offers, which without TLS is nothing.
const HTTP2: &str = r#"      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          explicit_http_config: { http2_protocol_options: {} }
"#;

/// The certificate called `name`, and the authority that the peer's must be from.
fn tls_context(certificates: &Scratch, name: &str) -> String {
    let path = |file: &str| certificates.path(file).display().to_string();
    format!(
        r#"common_tls_context: {{ tls_certificates: [{{ certificate_chain: {{ filename: "{}" }}, private_key: {{ filename: "{}" }} }}], validation_context: {{ trusted_ca: {{ filename: "{}" }} }} }}"#,
        path(&format!("{name}.pem")),
        path(&format!("{name}.key")),
        path("ca.pem")
    )
}

/// The filter's configuration as Envoy discovers it from a file.
pub struct Discovered(String);

impl Discovered {
    /// The text of one version.
    pub fn version(&self, version: u32) -> String {
        self.0.replace("${VERSION}", &version.to_string())
    }
}
