//! What is said to a server, and in which order.

use serde_json::{Value, json};

use super::{
    LiveError,
    http::{Answer, Connection},
    problem,
};
use crate::scan::visible;

/// Pages of a list; a server with more is going round in circles.
const PAGES_MAX: usize = 100;
const PROTOCOL: &str = "2025-06-18";

/// A session that has begun.
pub(super) struct Session<'s> {
    connection: &'s Connection<'s>,
    id: Option<String>,
    /// Requests sent.
    requests: usize,
}

impl<'s> Session<'s> {
    /// A session, and what the server says of itself at its beginning.
    pub(super) fn open(connection: &'s Connection<'s>) -> Result<(Self, Value), LiveError> {
        let mut session = Session { connection, id: None, requests: 0 };
        let hello = json!({
            "protocolVersion": PROTOCOL,
            "capabilities": {},
            "clientInfo": { "name": "mcpgov", "version": env!("CARGO_PKG_VERSION") },
        });
        let welcome = session.request("initialize", hello)?;
        session.send(
            "notifications/initialized",
            &json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        )?;
        Ok((session, welcome))
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
    fn request(&mut self, method: &str, params: Value) -> Result<Value, LiveError> {
        self.requests += 1;
        let id = self.requests;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let mut messages = self.send(method, &request)?;
        let found = messages.iter_mut().find(|message| message.get("id") == Some(&json!(id)));
        let message = found.ok_or_else(|| problem(format!("there was no answer to {method}")))?;
        match refusal(message) {
            Some(text) => Err(problem(format!("the server refuses {method}: {text}"))),
            None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
        }
    }

    /// Sends one message; the messages of the answer.
    fn send(&mut self, method: &str, message: &Value) -> Result<Vec<Value>, LiveError> {
        let mut headers = vec![("MCP-Protocol-Version", PROTOCOL)];
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
            _ => Err(refused()),
        }
    }
}

/// What a server says where it refuses; of much the beginning.
fn refusal(message: &Value) -> Option<String> {
    const BYTES_MAX: usize = 300;
    let text = message.get("error")?.get("message").and_then(Value::as_str).unwrap_or_default();
    text.get(..text.floor_char_boundary(BYTES_MAX)).map(visible)
}
