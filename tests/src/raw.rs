//! An HTTP/1.1 client that sends exactly the bytes it is told to, in the pieces it is told to.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than anything the tests wait for on purpose.
const READ_SECONDS_MAX: u64 = 30;

/// A request: the bytes of its head, and its body.
#[derive(Clone)]
pub struct Request {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    /// A request without a body.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A request with `body`, which says of itself that it is JSON from an MCP client.
    pub fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::new("POST", path)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(body)
    }

    /// A request of any method, without a body.
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            head: format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n").into_bytes(),
            body: Vec::new(),
        }
    }

    /// Adds a header; its value may be any bytes.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.head.extend_from_slice(name.as_bytes());
        self.head.extend_from_slice(b": ");
        self.head.extend_from_slice(value.as_ref());
        self.head.extend_from_slice(b"\r\n");
        self
    }

    /// Gives the request a body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds the header that carries an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// The head with the body's length, and the body.
    pub fn parts(&self) -> (Vec<u8>, Vec<u8>) {
        let request = self.clone().header("content-length", self.body.len().to_string());
        ([request.head.as_slice(), b"\r\n"].concat(), request.body)
    }

    /// The pieces of the request with a chunked body, each chunk at most `chunk` bytes: the head, the chunks, the end.
    pub fn chunks(&self, chunk: usize) -> Vec<Vec<u8>> {
        let head = self.clone().header("transfer-encoding", "chunked").head;
        let mut pieces = vec![[head.as_slice(), b"\r\n"].concat()];
        for chunk in self.body.chunks(chunk) {
            pieces.push([format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        }
        pieces.push(b"0\r\n\r\n".to_vec());
        pieces
    }
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case and values, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Response {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; the whole of it, with nothing before or after.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("the body is no JSON ({error}): {} {}", self.status, self.text()))
    }

    /// The code of the JSON-RPC error in the body, if it is one.
    pub fn error_code(&self) -> Option<i64> {
        self.json()["error"]["code"].as_i64()
    }
}

/// A connection.
pub struct Connection {
    stream: TcpStream,
    /// Received and not yet part of a response.
    received: Vec<u8>,
}

impl Connection {
    /// Connects to a local port.
    ///
    /// # Errors
    /// Nobody listens there.
    pub fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(READ_SECONDS_MAX)))?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Waits so long for the peer from now on.
    pub fn wait_at_most(&mut self, time: Duration) {
        self.stream.set_read_timeout(Some(time)).expect("a time-out that is not zero can be set");
    }

    /// Sends bytes as they are, at once.
    ///
    /// # Errors
    /// The peer closed the connection.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends a whole request and reads the response.
    ///
    /// # Errors
    /// The connection ends before the response does, or nothing comes in time.
    pub fn exchange(&mut self, request: &Request) -> io::Result<Response> {
        let (head, body) = request.parts();
        self.send(&[head, body].concat())?;
        self.receive()
    }

    /// Reads one response.
    ///
    /// # Errors
    /// As [`Connection::exchange`]; also where the bytes are no response.
    pub fn receive(&mut self) -> io::Result<Response> {
        let mut response = self.receive_head()?;
        response.body = if response.header("transfer-encoding") == Some("chunked") {
            self.receive_chunks()?
        } else if let Some(length) = response.header("content-length") {
            let length = length.parse().map_err(|_| malformed("content-length is no number"))?;
            self.take(length)?
        } else if matches!(response.status, 100..200 | 204 | 304) {
            Vec::new()
        } else {
            self.take_rest()?
        };
        Ok(response)
    }

    /// Reads the head of a response, whose body is empty here.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn receive_head(&mut self) -> io::Result<Response> {
        let end = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end;
            }
            self.fill()?;
        };
        let head: Vec<u8> = self.received.drain(..end + 4).collect();
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut lines = head.lines();
        // Strictly: surplus bytes of the response before would stand in front of it.
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| malformed("no status line"))?;
        let field = |line: &str| {
            line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        };
        Ok(Response { status, headers: lines.filter_map(field).collect(), body: Vec::new() })
    }

    /// Reads the next chunk of a chunked body, as soon as it is there; `None` where the body ends as it should.
    ///
    /// # Errors
    /// The body is cut off, or nothing comes in time.
    pub fn receive_chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = self.take_line()?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(|_| malformed("a chunk has no size"))?;
        if size == 0 {
            while !self.take_line()?.trim().is_empty() {}
            return Ok(None);
        }
        let chunk = self.take(size)?;
        self.take_line()?;
        Ok(Some(chunk))
    }

    fn receive_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = self.receive_chunk()? {
            body.extend(chunk);
        }
        Ok(body)
    }

    fn take_line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = find(&self.received, b"\r\n") {
                return Ok(String::from_utf8_lossy(&self.take(end + 2)?).into_owned());
            }
            self.fill()?;
        }
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.received.len() < length {
            self.fill()?;
        }
        Ok(self.received.drain(..length).collect())
    }

    fn take_rest(&mut self) -> io::Result<Vec<u8>> {
        loop {
            match self.fill() {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(std::mem::take(&mut self.received));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16384];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection was closed")),
            count => {
                self.received.extend_from_slice(&buffer[..count]);
                Ok(())
            }
        }
    }

    /// Goes away without a word, as a client does whose process was killed.
    pub fn disconnect(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// One request on a connection of its own.
///
/// # Errors
/// As [`Connection::exchange`].
pub fn try_exchange(port: u16, request: &Request) -> io::Result<Response> {
    Connection::open(port)?.exchange(request)
}

/// As [`try_exchange`], for a request that must be answered.
///
/// # Panics
/// There is no answer.
pub fn exchange(port: u16, request: &Request) -> Response {
    try_exchange(port, request).unwrap_or_else(|error| panic!("no answer from port {port}: {error}"))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn malformed(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
