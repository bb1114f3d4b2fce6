//! The load: a few connections that are kept open, each with one request under way, and one thread that serves them in turn.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use xtask::{Failure, Result};

/// Enough to keep one worker busy, few enough to stay in its caches.
const CONNECTIONS: usize = 8;
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Connections to one proxy.
pub(crate) struct Client {
    connections: Vec<Connection>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Sends `request` to a local port, on a connection of its own: a refusal may end it.
pub(crate) fn ask(port: u16, request: &[u8]) -> Result<Answer> {
    let answer = Connection::open(port).and_then(|mut connection| {
        connection.send(request)?;
        connection.receive()
    });
    answer.map_err(|error| Failure::new(format!("no answer: {error}")))
}

impl Client {
    /// Connects to a local port.
    pub(crate) fn connect(port: u16) -> Result<Client> {
        let connect = || (0..CONNECTIONS).map(|_| Connection::open(port)).collect::<io::Result<Vec<_>>>();
        let connections =
            connect().map_err(|error| Failure::new(format!("cannot connect to port {port}: {error}")))?;
        Ok(Client { connections })
    }

    /// Sends `request` `count` times. Every answer must be `expected`: figures for errors would be none.
    pub(crate) fn repeat(&mut self, request: &[u8], count: usize, expected: &[u8]) -> Result<()> {
        let broken = |error: io::Error| Failure::new(format!("a request failed: {error}"));
        let (mut sent, mut received) = (0, 0);
        while received < count {
            for connection in &mut self.connections {
                if connection.is_waiting {
                    let answer = connection.receive().map_err(broken)?;
                    received += 1;
                    if answer.status != 200 || answer.body != expected {
                        let text = String::from_utf8_lossy(&answer.body);
                        return Err(Failure::new(format!("an answer is wrong: {} {text}", answer.status)));
                    }
                }
                if sent < count {
                    connection.send(request).map_err(broken)?;
                    sent += 1;
                }
            }
        }
        Ok(())
    }
}

struct Connection {
    stream: TcpStream,
    is_waiting: bool,
    /// Received and not yet part of an answer.
    received: Vec<u8>,
}

impl Connection {
    fn open(port: u16) -> io::Result<Connection> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(WAIT_MAX))?;
        stream.set_write_timeout(Some(WAIT_MAX))?;
        Ok(Connection { stream, is_waiting: false, received: Vec::new() })
    }

    fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.is_waiting = true;
        self.stream.write_all(request)
    }

    fn receive(&mut self) -> io::Result<Answer> {
        self.is_waiting = false;
        loop {
            if let Some((answer, length)) = parse(&self.received)? {
                self.received.drain(..length);
                return Ok(answer);
            }
            let mut buffer = [0; 4096];
            let read = self.stream.read(&mut buffer)?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            self.received.extend_from_slice(buffer.get(..read).unwrap_or_default());
        }
    }
}

/// The answer at the start of `received` and how many bytes it takes up, once it is there as a whole.
fn parse(received: &[u8]) -> io::Result<Option<(Answer, usize)>> {
    let wrong = |what: &'static str| io::Error::new(io::ErrorKind::InvalidData, what);
    let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return Ok(None) };
    let head =
        received.get(..end).and_then(|head| str::from_utf8(head).ok()).ok_or(wrong("the head is no text"))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    let (status, length) = status.zip(length).ok_or(wrong("no status or no content-length"))?;
    let start = end + 4;
    let body = received.get(start..start + length);
    Ok(body.map(|body| (Answer { status, body: body.to_vec() }, start + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_once_it_is_whole() {
        let bytes = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nnoHTTP";
        let (answer, length) = parse(bytes).unwrap().unwrap();
        assert_eq!(answer, Answer { status: 403, body: b"no".to_vec() });
        assert_eq!(length, bytes.len() - 4);
        assert_eq!(parse(&bytes[..length - 1]).unwrap(), None);
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
