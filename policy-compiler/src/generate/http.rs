//! Asking a live server for what it lists: Streamable HTTP (MCP 2025-06-18, transports).

use std::{
    fmt,
    io::{self, Read},
    net::IpAddr,
    time::Duration,
};

use mcpgov_engine::sse::{Piece, Reader};
use serde_json::{Map, Value, json};
use ureq::{
    Agent, Body,
    http::{Response, Uri},
    tls::{RootCerts, TlsConfig},
};

use crate::scan::visible;

/// For one request with its answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Largest answer that is read.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Pages of a list; a server with more is going round in circles.
const PAGES_MAX: usize = 100;
const PROTOCOL: &str = "2025-06-18";

/// Why there is no list, and what to do.
#[derive(Debug)]
pub struct HttpError {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for HttpError {}

fn problem(message: impl Into<String>) -> HttpError {
    HttpError { message: message.into(), help: None }
}

/// What a server says of itself.
#[derive(Debug)]
pub struct Server {
    /// Its name, where it gives one.
    pub name: Option<String>,
    /// Host and path of the URL.
    pub traffic: (String, String),
    /// Its tools.
    pub tools: Vec<Value>,
}

/// Asks the server at `url` for its tools; `headers` go with every request.
///
/// # Errors
/// [`HttpError`]
pub fn list(url: &str, headers: &[(String, String)]) -> Result<Server, HttpError> {
    let target = Target::parse(url)?;
    let (mut session, welcome) = Session::open(&target, headers)?;
    let tools = session.list("tools/list", "tools")?;
    let name = welcome.pointer("/serverInfo/name").and_then(Value::as_str).map(str::to_owned);
    Ok(Server { name, traffic: (target.host().to_ascii_lowercase(), target.uri.path().to_owned()), tools })
}

/// What lists there are, by the capability that announces them; the last may be absent all the same.
const LISTS: [(&str, &str, &str); 4] = [
    ("tools", "tools/list", "tools"),
    ("prompts", "prompts/list", "prompts"),
    ("resources", "resources/list", "resources"),
    ("resources", "resources/templates/list", "resourceTemplates"),
];

/// Asks the server at `url` for all that it shows to models without being called: `serverInfo`, `instructions`, and
/// its lists, as members of one object.
///
/// # Errors
/// [`HttpError`]
pub fn survey(url: &str, headers: &[(String, String)]) -> Result<Value, HttpError> {
    let target = Target::parse(url)?;
    let (mut session, mut welcome) = Session::open(&target, headers)?;
    let mut shown = Map::new();
    for member in ["serverInfo", "instructions"] {
        if let Some(value) = welcome.get_mut(member) {
            shown.insert(member.to_owned(), value.take());
        }
    }
    for (capability, method, member) in LISTS {
        if welcome.pointer(&format!("/capabilities/{capability}")).is_none() {
            continue;
        }
        match session.list(method, member) {
            Ok(list) => drop(shown.insert(member.to_owned(), list.into())),
            // Templates came later than resources, and servers without them know no such method.
            Err(_) if member == "resourceTemplates" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Value::Object(shown))
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

/// Where a server is.
struct Target {
    uri: Uri,
}

impl Target {
    fn parse(url: &str) -> Result<Self, HttpError> {
        let usable = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
        };
        let uri = url.parse().ok().filter(usable);
        let uri = uri.ok_or_else(|| HttpError {
            message: format!("`{}` is no URL of a server", without_secrets(url)),
            help: Some("write `https://HOST/PATH`, and credentials as a `--header`"),
        })?;
        Ok(Self { uri })
    }

    fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    fn agent(&self) -> Agent {
        // Authorities of the system, to which organisations add their own.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // Credentials are for this server, and for no other that it may point to.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("mcpgov/", env!("CARGO_PKG_VERSION")));
        // No proxy is asked for what runs on this machine, whatever the environment says.
        if self.is_here() { config.proxy(None).build().into() } else { config.build().into() }
    }

    fn is_here(&self) -> bool {
        let host = self.host().trim_matches(['[', ']']);
        host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

struct Session<'s> {
    agent: Agent,
    target: &'s Target,
    headers: &'s [(String, String)],
    id: Option<String>,
    /// Requests sent.
    requests: usize,
}

impl<'s> Session<'s> {
    /// A session, and what the server answers to `initialize`.
    fn open(target: &'s Target, headers: &'s [(String, String)]) -> Result<(Self, Value), HttpError> {
        let mut session = Session { agent: target.agent(), target, headers, id: None, requests: 0 };
        let hello = json!({
            "protocolVersion": PROTOCOL,
            "capabilities": {},
            "clientInfo": { "name": "mcpgov", "version": env!("CARGO_PKG_VERSION") },
        });
        let welcome = session.request("initialize", hello)?;
        session.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }))?;
        Ok((session, welcome))
    }

    /// All pages of a list, which is the member of that name.
    fn list(&mut self, method: &str, member: &str) -> Result<Vec<Value>, HttpError> {
        let mut items = Vec::new();
        let mut cursor = Value::Null;
        for _ in 0..PAGES_MAX {
            let params = if cursor.is_null() { json!({}) } else { json!({ "cursor": cursor }) };
            let mut answer = self.request(method, params)?;
            let Some(Value::Array(page)) = answer.get_mut(member).map(Value::take) else {
                return Err(problem(format!("the answer to {method} has no list of {member}")));
            };
            items.extend(page);
            cursor = answer.get_mut("nextCursor").map(Value::take).unwrap_or_default();
            if cursor.is_null() {
                return Ok(items);
            }
        }
        Err(problem(format!("the list of {member} has more than {PAGES_MAX} pages")))
    }

    /// The result of a request.
    fn request(&mut self, method: &str, params: Value) -> Result<Value, HttpError> {
        self.requests += 1;
        let id = self.requests;
        let mut answer =
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let found = answer.iter_mut().find(|message| message.get("id") == Some(&json!(id)));
        let message = found.ok_or_else(|| problem(format!("there was no answer to {method}")))?;
        if let Some(error) = message.get("error") {
            let text = error.get("message").and_then(Value::as_str).unwrap_or_default();
            return Err(problem(format!("the server refuses {method}: {}", visible(text))));
        }
        Ok(message.get_mut("result").map(Value::take).unwrap_or_default())
    }

    /// Sends one message; the messages of the answer.
    fn send(&mut self, message: &Value) -> Result<Vec<Value>, HttpError> {
        let mut request = self
            .agent
            .post(&self.target.uri)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", PROTOCOL);
        let session = self.id.iter().map(|id| ("Mcp-Session-Id", id.as_str()));
        let given = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in session.chain(given) {
            request = request.header(name, value);
        }
        let answer = request.send(message.to_string()).map_err(|error| self.failed(error))?;
        match answer.status().as_u16() {
            200 | 202 => {}
            status @ (401 | 403) => {
                return Err(HttpError {
                    message: format!("the server answers {status}"),
                    help: Some("give credentials with `--header \"Authorization: Bearer …\"`"),
                });
            }
            status @ 300..=399 => {
                return Err(HttpError {
                    message: format!("the server answers {status}: it is elsewhere"),
                    help: Some(
                        "give the URL that it points to; it is not followed, as credentials would go there",
                    ),
                });
            }
            status => return Err(problem(format!("the server answers {status}"))),
        }
        if let Some(id) = header(&answer, "mcp-session-id") {
            self.id = Some(id.to_owned());
        }
        messages(answer, message.get("id"))
    }

    fn failed(&self, error: ureq::Error) -> HttpError {
        let host = self.target.host();
        // What TLS refuses comes as this kind.
        let is_untrusted =
            matches!(&error, ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData);
        let help = is_untrusted.then_some(
            "authorities of the system are trusted; on Linux SSL_CERT_FILE names a file with those of your own",
        );
        let message = match error {
            ureq::Error::Protocol(error) => format!("the answer of `{host}` is no HTTP: {error}"),
            ureq::Error::Http(error) => format!("the request cannot be made: {error}"),
            ureq::Error::Io(error) => format!("cannot reach `{host}`: {error}"),
            error => format!("cannot reach `{host}`: {error}"),
        };
        HttpError { message, help }
    }
}

fn header<'a>(answer: &'a Response<Body>, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// The messages of a body: one of JSON, or events until the one with the id.
fn messages(mut answer: Response<Body>, id: Option<&Value>) -> Result<Vec<Value>, HttpError> {
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
