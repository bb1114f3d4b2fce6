//! Messages to a server and its answers: Streamable HTTP (MCP, transports).

use std::{
    io::{self, Read},
    net::IpAddr,
    time::Duration,
};

use mcpgov_engine::sse::{Piece, Reader};
use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Response, Uri},
    tls::{RootCerts, TlsConfig},
};

use super::{LiveError, problem};

/// For one request with its answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Largest answer that is read.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A server, and what every request to it has.
pub(super) struct Connection<'c> {
    agent: Agent,
    uri: Uri,
    headers: &'c [(String, String)],
}

/// What a server answers to one message.
pub(super) struct Answer {
    /// The status of HTTP.
    pub(super) status: u16,
    /// The session that it begins.
    pub(super) session: Option<String>,
    /// Its messages, up to the one with the id that was asked with.
    pub(super) messages: Vec<Value>,
}

/// The URL without what may be a secret in it: user, password, query and fragment.
#[must_use]
pub fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

impl<'c> Connection<'c> {
    /// To the server at `url`; nothing is sent yet.
    pub(super) fn to(url: &str, headers: &'c [(String, String)]) -> Result<Self, LiveError> {
        let usable = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        };
        let uri: Option<Uri> = url.parse().ok().filter(usable);
        let uri = uri.ok_or_else(|| {
            problem(format!("`{}` is no URL of a server", without_secrets(url)))
                .help("write `https://HOST/PATH`, and credentials as a `--header`")
        })?;
        Ok(Self { agent: agent(uri.host().is_some_and(is_here)), uri, headers })
    }

    pub(super) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }

    /// Sends one message, with these headers beside those of every request.
    pub(super) fn post(&self, message: &Value, headers: &[(&str, &str)]) -> Result<Answer, LiveError> {
        let mut request = self
            .agent
            .post(&self.uri)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream");
        let given = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in headers.iter().copied().chain(given) {
            request = request.header(name, value);
        }
        let answer = request.send(message.to_string()).map_err(|error| self.failed(error))?;
        let status = answer.status().as_u16();
        let session = header(&answer, "mcp-session-id").map(str::to_owned);
        let messages = match messages(answer, message.get("id")) {
            // What says no with its status need not say it in JSON as well.
            Err(_) if status >= 300 => Vec::new(),
            messages => messages?,
        };
        Ok(Answer { status, session, messages })
    }

    fn failed(&self, error: ureq::Error) -> LiveError {
        let host = self.host();
        let is_untrusted = match &error {
            // Of a certificate; the other, where no authority is known at all.
            ureq::Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
            error => matches!(error, ureq::Error::Rustls(_)),
        };
        let failed = match error {
            ureq::Error::Protocol(error) => problem(format!("the answer of `{host}` is no HTTP: {error}")),
            ureq::Error::Http(error) => problem(format!("the request cannot be made: {error}")),
            ureq::Error::Io(error) => problem(format!("cannot reach `{host}`: {error}")),
            error => problem(format!("cannot reach `{host}`: {error}")),
        };
        if is_untrusted {
            failed.help(
                "authorities of the system are trusted; on Linux SSL_CERT_FILE names a file with those of your own",
            )
        } else {
            failed
        }
    }
}

/// `is_here`: the server runs on this machine, so that no proxy is asked for it, whatever the environment says.
fn agent(is_here: bool) -> Agent {
    // Authorities of the system, to which organisations add their own.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        // Servers close what is idle when they like, and a POST that meets that cannot be repeated.
        .max_idle_connections(0)
        // Credentials are for this server, and for no other that it may point to.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("mcpgov/", env!("CARGO_PKG_VERSION")));
    if is_here { config.proxy(None).build().into() } else { config.build().into() }
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']);
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn header<'a>(answer: &'a Response<Body>, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// The messages of a body: one of JSON, or events until the one with the id.
fn messages(mut answer: Response<Body>, id: Option<&Value>) -> Result<Vec<Value>, LiveError> {
    let is_stream = header(&answer, "content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/event-stream"));
    let mut found = Vec::new();
    let mut whole = Vec::new();
    let mut read = 0_usize;
    let mut events = Reader::new(BODY_BYTES_MAX);
    let mut body = answer.body_mut().as_reader();
    let mut buffer = [0; 16 * 1024];
    while !found.iter().any(|message: &Value| message.get("id") == id) {
        let len =
            body.read(&mut buffer).map_err(|error| problem(format!("the answer ends early: {error}")))?;
        let chunk = buffer.get(..len).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        // A stream need not end.
        read = read.saturating_add(len);
        if read > BODY_BYTES_MAX {
            return Err(problem(format!("the answer is longer than {BODY_BYTES_MAX} bytes")));
        }
        if !is_stream {
            whole.extend_from_slice(chunk);
            continue;
        }
        let pushed = events.push(chunk, &mut |piece| {
            if let Piece::Event(event) = piece {
                found.extend(event.data().and_then(|data| serde_json::from_str::<Value>(&data).ok()));
            }
        });
        pushed.map_err(|error| problem(error.to_string()))?;
    }
    if !whole.iter().all(u8::is_ascii_whitespace) {
        found.push(serde_json::from_slice(&whole).map_err(|_| problem("the answer is no JSON"))?);
    }
    Ok(found)
}
