//! What is said to a server, and in which order.

use mcpgov_engine::era::Era;
use serde_json::{Value, json};

use super::{
    LiveError,
    http::{Answer, Connection},
    problem,
};
use crate::scan::visible;

/// Pages of a list; a server with more is going round in circles.
const PAGES_MAX: usize = 100;
/// The revision asked for where sessions are begun.
const LEGACY: &str = "2025-06-18";
/// The revision without sessions.
const MODERN: &str = "2026-07-28";
/// Where a server without sessions says who it is, as a JSON pointer.
const SERVER_INFO: &str = "/_meta/io.modelcontextprotocol~1serverInfo";

/// Requests to one server, in the revision that it speaks.
pub(super) struct Session<'s> {
    connection: &'s Connection<'s>,
    era: Era,
    version: String,
    /// The session's id, where the server gave it one.
    id: Option<String>,
    /// Requests sent.
    requests: usize,
}

impl<'s> Session<'s> {
    /// A session, and what the server says of itself at its beginning. Most servers still speak a revision with sessions,
    /// and those that speak none of them refuse `initialize`.
    pub(super) fn open(connection: &'s Connection<'s>) -> Result<(Self, Value), LiveError> {
        match Self::initialize(connection) {
            Err(error) if error.is_refusal => Self::discover(connection).map_err(|_| error),
            opened => opened,
        }
    }

    fn initialize(connection: &'s Connection<'s>) -> Result<(Self, Value), LiveError> {
        let mut session = Self::new(connection, Era::Legacy, LEGACY);
        let hello = json!({ "protocolVersion": LEGACY, "capabilities": {}, "clientInfo": client() });
        let welcome = session.request("initialize", hello)?;
        if let Some(version) = welcome.get("protocolVersion").and_then(Value::as_str) {
            version.clone_into(&mut session.version);
        }
        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        session.send("notifications/initialized", &initialized)?;
        Ok((session, welcome))
    }

    fn discover(connection: &'s Connection<'s>) -> Result<(Self, Value), LiveError> {
        let mut session = Self::new(connection, Era::Modern, MODERN);
        let mut welcome = session.request("server/discover", json!({}))?;
        let server = welcome.pointer(SERVER_INFO).cloned();
        if let (Some(server), Some(welcome)) = (server, welcome.as_object_mut()) {
            welcome.insert("serverInfo".to_owned(), server);
        }
        Ok((session, welcome))
    }

    fn new(connection: &'s Connection<'s>, era: Era, version: &str) -> Self {
        Session { connection, era, version: version.to_owned(), id: None, requests: 0 }
    }

    /// All pages of a list, which is the member of that name.
    pub(super) fn list(&mut self, method: &str, member: &str) -> Result<Vec<Value>, LiveError> {
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
    fn request(&mut self, method: &str, mut params: Value) -> Result<Value, LiveError> {
        if let (Era::Modern, Some(params)) = (self.era, params.as_object_mut()) {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": self.version,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": client(),
            });
            params.insert("_meta".to_owned(), meta);
        }
        self.requests += 1;
        let id = self.requests;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let mut messages = self.send(method, &request)?;
        let found = messages.iter_mut().find(|message| message.get("id") == Some(&json!(id)));
        let message = found.ok_or_else(|| problem(format!("there was no answer to {method}")))?;
        match refusal(message) {
            Some(text) => Err(problem(format!("the server refuses {method}: {text}")).refusal()),
            None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
        }
    }

    /// Sends one message; the messages of the answer.
    fn send(&mut self, method: &str, message: &Value) -> Result<Vec<Value>, LiveError> {
        let mut headers = Vec::new();
        // Before a session has begun, no revision of those with sessions is agreed upon.
        if method != "initialize" {
            headers.push(("MCP-Protocol-Version", self.version.as_str()));
        }
        if self.era == Era::Modern {
            headers.push(("Mcp-Method", method));
        }
        headers.extend(self.id.as_deref().map(|id| ("Mcp-Session-Id", id)));
        let Answer { status, session, messages } = self.connection.post(message, &headers)?;
        self.id = session.or(self.id.take());
        let refused = || {
            let text = messages.iter().find_map(refusal).map_or(String::new(), |text| format!(": {text}"));
            problem(format!("the server answers {status} to {method}{text}"))
        };
        match status {
            200 | 202 => Ok(messages),
            300..=399 => {
                Err(refused()
                    .help("give the URL that it points to; credentials are not carried there unasked"))
            }
            401 | 403 => Err(refused().help("give credentials with `--header \"Authorization: Bearer …\"`")),
            _ => Err(refused().refusal()),
        }
    }
}

/// Who asks.
fn client() -> Value {
    json!({ "name": "mcpgov", "version": env!("CARGO_PKG_VERSION") })
}

/// What a server says where it refuses; of much the beginning.
fn refusal(message: &Value) -> Option<String> {
    const BYTES_MAX: usize = 300;
    let text = message.get("error")?.get("message").and_then(Value::as_str).unwrap_or_default();
    text.get(..text.floor_char_boundary(BYTES_MAX)).map(visible)
}
