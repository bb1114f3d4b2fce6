//! A server whose every byte is the test's: it hands each request to the test, which sends what it likes when it likes.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

const NEXT_SECONDS_MAX: u64 = 20;

/// The head of an answer that is a stream.
pub const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";

/// A listening server.
pub struct Script {
    port: u16,
    requests: Receiver<Taken>,
}

/// A request, to be answered by the test. Dropping it closes the connection, in the middle of whatever was sent.
pub struct Taken {
    /// The request line and the header lines, names in lower case.
    pub head: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
    stream: TcpStream,
}

impl Script {
    /// Starts listening on a local port, for as long as the test program runs.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a local port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let sender = sender.clone();
                // A thread lasts until the request has come, which for thousands at a time should cost little.
                let reader = thread::Builder::new().stack_size(128 * 1024);
                let _ = reader.spawn(move || {
                    // A connection that is closed before it brings a request is none.
                    if let Ok(taken) = Taken::read(stream) {
                        let _ = sender.send(taken);
                    }
                });
            }
        });
        Self { port, requests }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next request.
    ///
    /// # Panics
    /// None comes in time.
    pub fn next(&self) -> Taken {
        let wait = Duration::from_secs(NEXT_SECONDS_MAX);
        self.requests.recv_timeout(wait).expect("a request reaches the server in time")
    }

    /// A request that has come already.
    pub fn try_next(&self) -> Option<Taken> {
        self.requests.try_recv().ok()
    }
}

impl Taken {
    fn read(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(&stream);
        let mut head: Vec<String> = Vec::new();
        loop {
            let mut line = Vec::new();
            reader.read_until(b'\n', &mut line)?;
            match String::from_utf8_lossy(&line).trim_end() {
                "" if line.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
                "" => break,
                text if head.is_empty() => head.push(text.to_owned()),
                text => {
                    let (name, value) = text.split_once(':').unwrap_or((text, ""));
                    head.push(format!("{}:{value}", name.to_lowercase()));
                }
            }
        }
        let mut taken = Self { head, body: Vec::new(), stream: stream.try_clone()? };
        if let Some(length) = taken.header("content-length").and_then(|length| length.parse().ok()) {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            taken.body = body;
        }
        Ok(taken)
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().skip(1).find_map(|line| {
            line.split_once(':').filter(|(of, _)| *of == name).map(|(_, value)| value.trim())
        })
    }

    /// Sends bytes as they are, at once, and says when it began. A peer that went away is none of a server's business.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Instant {
        let sent = Instant::now();
        let _ = self.stream.write_all(bytes.as_ref());
        sent
    }

    /// As [`Taken::send`], as one chunk of a chunked body.
    pub fn chunk(&mut self, bytes: impl AsRef<[u8]>) -> Instant {
        let bytes = bytes.as_ref();
        self.send([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat())
    }

    /// Answers with a stream: the head of one.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.send(STREAM);
        self
    }

    /// Ends a chunked body as it should end.
    pub fn end(mut self) {
        self.send("0\r\n\r\n");
    }

    /// Answers with a whole body of that type.
    pub fn answer(mut self, status: u16, headers: &str, body: &str) {
        let length = body.len();
        self.send(format!(
            "HTTP/1.1 {status} OK\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ));
    }

    /// Answers with a whole body in JSON.
    pub fn json(self, body: &str) {
        self.answer(200, "content-type: application/json\r\n", body);
    }

    /// Whether the peer still takes what is sent.
    pub fn is_connected(&mut self) -> bool {
        let _ = self.stream.set_read_timeout(Some(Duration::from_millis(50)));
        let read = self.stream.read(&mut [0; 16]);
        !matches!(read, Ok(0))
            && read.map_or_else(|error| error.kind() == io::ErrorKind::WouldBlock, |_| true)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
