//! Asking a live server for what it lists: Streamable HTTP (MCP 2025-06-18, transports) without TLS, one request a
//! connection.

use std::{
    fmt,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use mcpgov_engine::sse::{Piece, Reader};
use serde_json::{Map, Value, json};

use crate::scan::visible;

const TIMEOUT: Duration = Duration::from_secs(30);
/// Largest answer that is read.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
const HEAD_LINE_BYTES_MAX: u64 = 16 * 1024;
const HEAD_LINES_MAX: usize = 200;
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

impl From<io::Error> for HttpError {
    fn from(error: io::Error) -> Self {
        problem(format!("the connection failed: {error}"))
    }
}

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
    let host = target.authority.rsplit_once(':').map_or(target.authority, |(host, _)| host);
    Ok(Server { name, traffic: (host.to_ascii_lowercase(), target.path.to_owned()), tools })
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

struct Target<'u> {
    authority: &'u str,
    path: &'u str,
}

impl<'u> Target<'u> {
    fn parse(url: &'u str) -> Result<Self, HttpError> {
        if url.starts_with("https://") {
            return Err(HttpError {
                message: format!("https is not supported, as of `{}`", without_secrets(url)),
                help: Some("save the answer to tools/list with another client, and give the file instead"),
            });
        }
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| problem(format!("`{}` is no http URL", without_secrets(url))))?;
        let at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(at);
        let usable = |text: &str| !text.contains(|char: char| char.is_ascii_control() || char == ' ');
        if authority.is_empty() || authority.contains('@') || !usable(url) {
            return Err(problem(format!("`{}` is no http URL", without_secrets(url))));
        }
        Ok(Self { authority, path: if path.is_empty() { "/" } else { path } })
    }

    fn connect(&self) -> Result<TcpStream, HttpError> {
        let has_port = self.authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let address = if has_port { self.authority.to_owned() } else { format!("{}:80", self.authority) };
        let mut last = problem(format!("`{}` has no address", self.authority));
        for address in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, TIMEOUT) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(TIMEOUT))?;
                    stream.set_write_timeout(Some(TIMEOUT))?;
                    return Ok(stream);
                }
                Err(error) => last = problem(format!("cannot reach `{}`: {error}", self.authority)),
            }
        }
        Err(last)
    }
}

struct Session<'s> {
    target: &'s Target<'s>,
    headers: &'s [(String, String)],
    id: Option<String>,
    /// Requests sent.
    requests: usize,
}

impl<'s> Session<'s> {
    /// A session, and what the server answers to `initialize`.
    fn open(target: &'s Target<'s>, headers: &'s [(String, String)]) -> Result<(Self, Value), HttpError> {
        let mut session = Session { target, headers, id: None, requests: 0 };
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
        let body = message.to_string();
        let mut head = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {PROTOCOL}\r\nConnection: close\r\n",
            self.target.path,
            self.target.authority,
            body.len()
        );
        let session = self.id.iter().map(|id| ("Mcp-Session-Id", id.as_str()));
        let given = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in session.chain(given) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = self.target.connect()?;
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let mut reader = BufReader::new(stream);
        let answer = Head::read(&mut reader)?;
        match answer.status {
            200 | 202 => {}
            401 | 403 => {
                return Err(HttpError {
                    message: format!("the server answers {}", answer.status),
                    help: Some("give credentials with `--header \"Authorization: Bearer …\"`"),
                });
            }
            status => return Err(problem(format!("the server answers {status}"))),
        }
        if let Some(id) = answer.get("mcp-session-id") {
            self.id = Some(id.to_owned());
        }
        messages(&answer, &mut reader, message.get("id"))
    }
}

/// Status and headers of an answer.
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    fn read(reader: &mut impl BufRead) -> Result<Self, HttpError> {
        let first = line(reader)?;
        let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
        let status = status.ok_or_else(|| problem("the answer is no HTTP/1.1"))?;
        let mut headers = Vec::new();
        loop {
            let line = line(reader)?;
            if line.is_empty() {
                return Ok(Self { status, headers });
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| problem("the answer has a broken header"))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            if headers.len() > HEAD_LINES_MAX {
                return Err(problem("the answer has too many headers"));
            }
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// A line without its end.
fn line(reader: &mut impl BufRead) -> Result<String, HttpError> {
    let mut line = String::new();
    reader.take(HEAD_LINE_BYTES_MAX).read_line(&mut line)?;
    match line.strip_suffix('\n') {
        Some(line) => Ok(line.strip_suffix('\r').unwrap_or(line).to_owned()),
        None => Err(problem("the answer ends early")),
    }
}

/// The messages of a body: one of JSON, or events until the one with the id.
fn messages(head: &Head, reader: &mut impl BufRead, id: Option<&Value>) -> Result<Vec<Value>, HttpError> {
    let is_stream = head
        .get("content-type")
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/event-stream"));
    let mut found = Vec::new();
    let mut whole = Vec::new();
    let mut read = 0_usize;
    let mut events = Reader::new(BODY_BYTES_MAX);
    body(head, reader, &mut |chunk| {
        // A stream need not end either.
        read = read.saturating_add(chunk.len());
        if read > BODY_BYTES_MAX {
            return Err(problem(format!("the answer is longer than {BODY_BYTES_MAX} bytes")));
        }
        if !is_stream {
            whole.extend_from_slice(chunk);
            return Ok(true);
        }
        let pushed = events.push(chunk, &mut |piece| {
            if let Piece::Event(event) = piece {
                found.extend(event.data().and_then(|data| serde_json::from_str::<Value>(&data).ok()));
            }
        });
        pushed.map_err(|error| problem(error.to_string()))?;
        Ok(!found.iter().any(|message| message.get("id") == id))
    })?;
    if !whole.iter().all(u8::is_ascii_whitespace) {
        found.push(serde_json::from_slice(&whole).map_err(|_| problem("the answer is no JSON"))?);
    }
    Ok(found)
}

/// Gives the body to `each` piece by piece, until it says `false` or the body ends (RFC 9112, 6).
fn body(
    head: &Head,
    reader: &mut impl BufRead,
    each: &mut dyn FnMut(&[u8]) -> Result<bool, HttpError>,
) -> Result<(), HttpError> {
    let chunked = head.get("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    if !chunked {
        let length = match head.get("content-length") {
            Some(length) => length.parse().map_err(|_| problem("the answer has a broken length"))?,
            None => u64::MAX,
        };
        return pieces(reader, length, each).map(|_| ());
    }
    loop {
        let size = line(reader)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| problem("the answer has a broken chunk"))?;
        if size == 0 || !pieces(reader, size, each)? {
            return Ok(());
        }
        line(reader)?;
    }
}

/// Whether more is wanted after `length` bytes, or the end.
fn pieces(
    reader: &mut impl BufRead,
    length: u64,
    each: &mut dyn FnMut(&[u8]) -> Result<bool, HttpError>,
) -> Result<bool, HttpError> {
    let mut left = length;
    while left > 0 {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            // Without a length the end of the connection is the end of the body.
            return if length == u64::MAX { Ok(false) } else { Err(problem("the answer ends early")) };
        }
        let taken = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let goes_on = each(buffer.get(..taken).unwrap_or(buffer))?;
        reader.consume(taken);
        left = left.saturating_sub(taken as u64);
        if !goes_on {
            return Ok(false);
        }
    }
    Ok(true)
}
