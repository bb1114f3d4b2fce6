//! What is compared: chains of filters, and the proof that each does its work before its time is taken.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use mcpgov_policy_compiler::source::Source;
use xtask::{Failure, Result};

use super::proxy::Proxy;
use super::{upstream, workload};

/// The chain all others are compared with.
pub(crate) const EMPTY: &str = "empty";
/// Envoy's own filters.
pub(crate) const NATIVE: &str = "mcp + rbac";
/// Ours, with a policy that fits on a page.
pub(crate) const GOVERNED: &str = "mcpgov, 10 rules";
/// Ours, with identity and with every answer read as well: more than Envoy's own filters do.
pub(crate) const WHOLE: &str = "mcpgov, all it does";
/// Options of the cases that do what Envoy's own filters do, and argument rules and the record.
const SAME_WORK: &str = r#","identity":[],"govern_answers":false"#;
/// A module that does nothing.
pub(crate) const NOOP: &str = "no-op wasm";

/// A chain of filters.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The filters before the router: a YAML list.
    pub(crate) chain: String,
    pub(crate) refuses: Refuses,
}

/// What a case keeps from the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refuses {
    Nothing,
    /// One tool, by HTTP 403.
    Tool,
    /// That tool and what rules on arguments do not permit, by JSON-RPC errors, with an audit record.
    Governed,
}

/// All cases, in the order of the tables.
pub(crate) fn all(filter: &Path, noop: &Path) -> Result<Vec<Case>> {
    let case = |name, chain: &str, refuses| Case { name, chain: chain.to_owned(), refuses };
    let of_rules = |name, rules, options| -> Result<Case> {
        let chain = governed(filter, &table(workload::policy(rules))?, options);
        Ok(Case { name, chain, refuses: Refuses::Governed })
    };
    let noop = include_str!("../../bench/chain/noop.yaml").replace("${MODULE}", &noop.display().to_string());
    Ok(vec![
        case(EMPTY, "", Refuses::Nothing),
        case(NOOP, &noop, Refuses::Nothing),
        of_rules(GOVERNED, 10, SAME_WORK)?,
        of_rules("mcpgov, 1,000 rules", 1000, SAME_WORK)?,
        of_rules(WHOLE, 10, "")?,
        case(NATIVE, include_str!("../../bench/chain/mcp-rbac.yaml"), Refuses::Tool),
        case("lua", include_str!("../../bench/chain/lua.yaml"), Refuses::Tool),
    ])
}

/// Our filter with that table, as the list of filters before the router; `options` are further members of its
/// configuration.
pub(crate) fn governed(filter: &Path, table: &[u8], options: &str) -> String {
    include_str!("../../bench/chain/mcpgov.yaml")
        .replace("${TABLE}", &BASE64_STANDARD.encode(table))
        .replace("${OPTIONS}", options)
        .replace("${MODULE}", &filter.display().to_string())
}

/// The table of a policy that has no errors.
pub(crate) fn table(policy: String) -> Result<Vec<u8>> {
    let (table, diagnostics) =
        mcpgov_policy_compiler::compile(&Source { path: "bench.yaml".to_owned(), text: policy });
    table.ok_or_else(|| Failure::new(format!("the policy does not compile: {diagnostics:?}")))
}

impl Case {
    /// Shows that the proxy permits `request`, refuses what it is there to refuse, and records what it is there to record.
    pub(crate) fn check(&self, proxy: &mut Proxy, request: &[u8]) -> Result<()> {
        let failed = |what: &str| Failure::new(format!("`{}` does not do its work: {what}", self.name));
        // Enough to fill the proxy's buffer of the access log, so that some of it is written.
        proxy
            .measure(request, 500, upstream::ANSWER.as_bytes())
            .map_err(|failure| failed(&failure.to_string()))?;
        let deletion = proxy.ask(&workload::request(0, workload::call_of_deletion()))?;
        let elsewhere = proxy.ask(&workload::request(0, workload::call_elsewhere()))?;
        let is_passed = |body: &[u8]| body == upstream::ANSWER.as_bytes();
        let is_error = |body: &[u8]| !is_passed(body) && body.windows(8).any(|bytes| bytes == b"\"error\":");
        let is_right = match self.refuses {
            Refuses::Nothing => is_passed(&deletion.body) && is_passed(&elsewhere.body),
            Refuses::Tool => deletion.status == 403 && is_passed(&elsewhere.body),
            Refuses::Governed => is_error(&deletion.body) && is_error(&elsewhere.body),
        };
        if !is_right {
            return Err(failed("it refuses too little or too much"));
        }
        let log = proxy.access_log();
        if !log.contains("\"code\":200") {
            return Err(failed("it wrote no access log"));
        }
        let is_recorded = log.contains(r#""decision":"ALLOW","rule":"server-0-own-issues""#);
        if is_recorded != (self.refuses == Refuses::Governed) {
            return Err(failed("its audit record is missing, or there where it should not be"));
        }
        Ok(())
    }
}

/// Bytes of a module.
pub(crate) fn size(module: &Path) -> Result<u64> {
    let metadata = fs::metadata(module);
    let size = metadata.map(|metadata| metadata.len());
    size.map_err(|error| Failure::new(format!("cannot read `{}`: {error}", module.display())))
}
