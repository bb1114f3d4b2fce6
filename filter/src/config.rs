//! The plugin configuration: a raw table, or JSON with the table inside.
//!
//! ```json
//! {
//!   "table": "<base64>",
//!   "body_bytes_max": 1048576,
//!   "event_bytes_max": 1048576,
//!   "list_ttl_ms_max": 60000,
//!   "govern_answers": true,
//!   "identity": ["jwt", "mtls"],
//!   "region": "eu-central",
//!   "environment": "prod",
//!   "pass_paths": ["/.well-known"],
//!   "session_key": "<base64 of 32 bytes>",
//!   "jwt_payload_key": "payload",
//!   "flush_interval_ms": 1000
//! }
//! ```
//! Only `table` is required. Without a `session_key` each Envoy makes its own, and a session opened at one is
//! unknown at another.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mcpgov_engine::exchange::Options;
use mcpgov_engine::json::{Doc, JsonError, Kind, Limits, Value};
use mcpgov_engine::session::SessionKey;
use mcpgov_engine::table::format::MAGIC;
use mcpgov_engine::table::{Table, TableError};

/// Bytes of a plugin configuration; Envoy hands over tables of this size without trouble.
const CONFIG_BYTES_MAX: usize = 64 << 20;

/// A configuration that can be used.
#[derive(Debug)]
pub struct Config {
    /// What decides.
    pub table: Table<Vec<u8>>,
    /// Limits of exchanges.
    pub exchange: Options,
    /// Binds sessions to their callers; `None`: the process's own key.
    pub session_key: Option<SessionKey>,
    /// Whether callers are identified by the token that jwt_authn verified.
    pub reads_jwt: bool,
    /// Whether callers are identified by the peer's certificate.
    pub reads_mtls: bool,
    /// Where this proxy is, for `match.context.region`.
    pub region: Option<String>,
    /// The deployment this proxy belongs to, for `match.context.environment`.
    pub environment: Option<String>,
    /// Where jwt_authn puts a token's payload: its provider's `payload_in_metadata`.
    pub jwt_payload_key: String,
    /// How often metrics are handed to Envoy.
    pub flush_interval: Duration,
}

/// Why a configuration cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// Neither a table nor JSON.
    Json(JsonError),
    /// Not an object.
    NotAnObject,
    /// A member this version does not know.
    UnknownOption(String),
    /// An option of the wrong type, or out of range.
    BadOption(&'static str),
    /// No table in it.
    NoTable,
    /// The table is not base64.
    Base64,
    /// The table does not load.
    Table(TableError),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Json(error) => {
                write!(f, "the configuration is neither a policy table nor JSON: {error}")
            }
            ConfigError::NotAnObject => f.write_str("the configuration is no JSON object"),
            ConfigError::UnknownOption(name) => write!(f, "there is no option `{name}`"),
            ConfigError::BadOption(name) => write!(f, "the option `{name}` has a value it cannot have"),
            ConfigError::NoTable => f.write_str("the configuration has no `table`"),
            ConfigError::Base64 => f.write_str("`table` is not base64"),
            ConfigError::Table(error) => error.fmt(f),
        }
    }
}

impl From<TableError> for ConfigError {
    fn from(error: TableError) -> Self {
        ConfigError::Table(error)
    }
}

/// Reads a plugin configuration.
///
/// # Errors
/// A [`ConfigError`] for anything but a whole and valid configuration.
pub fn read(bytes: Vec<u8>) -> Result<Config, ConfigError> {
    // What can only be a table is told what is wrong with it as a table.
    if bytes.starts_with(MAGIC.get(..6).unwrap_or(&MAGIC)) {
        return Ok(Config::of(Table::from_bytes(bytes)?));
    }
    let limits = Limits { bytes_max: CONFIG_BYTES_MAX, depth_max: 2, nodes_max: 256 };
    let doc = Doc::parse(&bytes, &limits).map_err(ConfigError::Json)?;
    let root = doc.root();
    if root.kind() != Kind::Object {
        return Err(ConfigError::NotAnObject);
    }
    let table = root.get("table").and_then(|table| table.as_str()).ok_or(ConfigError::NoTable)?;
    let mut config = Config::of(Table::from_bytes(decode(table)?)?);
    for (name, value) in root.members() {
        match name {
            "table" => {}
            "body_bytes_max" => config.exchange.body_bytes_max = number("body_bytes_max", value)?,
            "event_bytes_max" => config.exchange.event_bytes_max = number("event_bytes_max", value)?,
            "list_ttl_ms_max" => config.exchange.list_ttl_ms_max = number("list_ttl_ms_max", value)?,
            "govern_answers" => {
                config.exchange.govern_answers =
                    value.as_bool().ok_or(ConfigError::BadOption("govern_answers"))?;
            }
            "identity" => {
                let names: Option<Vec<&str>> = value.items().map(|name| name.as_str()).collect();
                let names = names.filter(|names| names.iter().all(|name| ["jwt", "mtls"].contains(name)));
                let names = names.filter(|_| value.kind() == Kind::Array);
                let names = names.ok_or(ConfigError::BadOption("identity"))?;
                config.reads_jwt = names.contains(&"jwt");
                config.reads_mtls = names.contains(&"mtls");
            }
            "pass_paths" => {
                config.exchange.pass_paths = paths(value).ok_or(ConfigError::BadOption("pass_paths"))?
            }
            "session_key" => {
                let key = value.as_str().and_then(|key| STANDARD.decode(key).ok()?.try_into().ok());
                config.session_key = Some(SessionKey::new(key.ok_or(ConfigError::BadOption("session_key"))?));
            }
            "region" => config.region = Some(text("region", value)?),
            "environment" => config.environment = Some(text("environment", value)?),
            "jwt_payload_key" => config.jwt_payload_key = text("jwt_payload_key", value)?,
            "flush_interval_ms" => {
                let millis: u32 = number("flush_interval_ms", value)?;
                config.flush_interval = Duration::from_millis(millis.into());
            }
            other => return Err(ConfigError::UnknownOption(other.to_owned())),
        }
    }
    Ok(config)
}

impl Config {
    fn of(table: Table<Vec<u8>>) -> Config {
        Config {
            table,
            exchange: Options::default(),
            session_key: None,
            region: None,
            environment: None,
            reads_jwt: true,
            reads_mtls: true,
            jwt_payload_key: String::from("payload"),
            flush_interval: Duration::from_secs(1),
        }
    }
}

fn text(name: &'static str, value: Value<'_>) -> Result<String, ConfigError> {
    value.as_str().map(str::to_owned).ok_or(ConfigError::BadOption(name))
}

/// A whole number greater than zero.
fn number<T: std::str::FromStr + PartialOrd + Default>(
    name: &'static str,
    value: Value<'_>,
) -> Result<T, ConfigError> {
    let number = value.as_number().and_then(|number| number.parse().ok());
    number.filter(|number| *number > T::default()).ok_or(ConfigError::BadOption(name))
}

/// Paths below the root: the root itself would let everything pass.
fn paths(value: Value<'_>) -> Option<Vec<String>> {
    let path = |path: Value<'_>| {
        let path = path.as_str()?;
        (path.len() > 1 && path.starts_with('/')).then(|| path.to_owned())
    };
    if value.kind() == Kind::Array { value.items().map(path).collect() } else { None }
}

/// Decodes without trusting that there is memory for it: an allocation that fails would end the module.
fn decode(text: &str) -> Result<Vec<u8>, ConfigError> {
    let mut bytes = Vec::new();
    let size = base64::decoded_len_estimate(text.len());
    bytes.try_reserve_exact(size).map_err(|_| ConfigError::Table(TableError::OutOfMemory))?;
    bytes.resize(size, 0);
    let size = STANDARD.decode_slice(text, &mut bytes).map_err(|_| ConfigError::Base64)?;
    bytes.truncate(size);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mcpgov_engine::table::source::Policy;
    use mcpgov_engine::table::write::write;

    fn table() -> Vec<u8> {
        write(&Policy::default()).unwrap()
    }

    #[test]
    fn a_raw_table_and_a_table_in_json_are_the_same() {
        let raw = read(table()).unwrap();
        let json = read(format!(r#"{{"table":"{}"}}"#, STANDARD.encode(table())).into_bytes()).unwrap();
        assert_eq!(raw.table.digest(), json.table.digest());
        assert_eq!(raw.exchange, json.exchange);
    }

    #[test]
    fn options_are_read_and_unknown_or_bad_ones_refused() {
        let with = |rest: &str| {
            read(format!(r#"{{"table":"{}"{rest}}}"#, STANDARD.encode(table())).into_bytes()).map(|config| {
                (config.exchange.body_bytes_max, config.jwt_payload_key, config.flush_interval.as_millis())
            })
        };
        assert_eq!(
            with(r#","body_bytes_max":5,"jwt_payload_key":"claims","flush_interval_ms":20"#),
            Ok((5, String::from("claims"), 20))
        );
        assert_eq!(with(r#","body_max":5"#), Err(ConfigError::UnknownOption(String::from("body_max"))));
        assert_eq!(with(r#","body_bytes_max":"5""#), Err(ConfigError::BadOption("body_bytes_max")));
        assert_eq!(with(r#","body_bytes_max":0"#), Err(ConfigError::BadOption("body_bytes_max")));
        for bad in [r#"["/"]"#, r#"["x"]"#, r#""/x""#, "[5]"] {
            assert_eq!(
                with(&format!(r#","pass_paths":{bad}"#)),
                Err(ConfigError::BadOption("pass_paths")),
                "{bad}"
            );
        }
        for bad in [r#""jwt""#, r#"["oidc"]"#, "[1]"] {
            assert_eq!(
                with(&format!(r#","identity":{bad}"#)),
                Err(ConfigError::BadOption("identity")),
                "{bad}"
            );
        }
        assert_eq!(with(r#","session_key":"AAAA""#), Err(ConfigError::BadOption("session_key")));
        assert_eq!(with(r#","flush_interval_ms":-1"#), Err(ConfigError::BadOption("flush_interval_ms")));
    }

    #[test]
    fn what_is_no_configuration_is_named() {
        let error = |bytes: &[u8]| read(bytes.to_vec()).unwrap_err();
        assert!(matches!(error(b""), ConfigError::Json(_)));
        assert_eq!(error(b"[]"), ConfigError::NotAnObject);
        assert_eq!(error(b"{}"), ConfigError::NoTable);
        assert_eq!(error(br#"{"table":"%"}"#), ConfigError::Base64);
        assert_eq!(error(br#"{"table":"AAAA"}"#), ConfigError::Table(TableError::Truncated));
        let mut cut = table();
        cut.pop();
        assert_eq!(error(&cut), ConfigError::Table(TableError::Truncated));
    }
}
