//! The client's end of an answer that comes bit by bit.

use std::io;
use std::time::Instant;

use serde_json::Value;

use crate::raw::{Connection, Request, Response};

/// An answer under way.
pub struct Stream {
    connection: Connection,
    /// Its head; the body in it is empty.
    pub head: Response,
    received: Vec<u8>,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Whole,
    /// Cut off.
    Cut,
}

impl Stream {
    /// Sends `request` and waits for the head of the answer, which must have a chunked body.
    ///
    /// # Panics
    /// There is none.
    pub fn open(port: u16, request: &Request) -> Self {
        let mut stream = Self::sent(port, request);
        stream.wait_for_head();
        stream
    }

    /// Sends `request` and waits for nothing.
    ///
    /// # Panics
    /// Nobody listens.
    pub fn sent(port: u16, request: &Request) -> Self {
        let mut connection = Connection::open(port).expect("envoy listens");
        let (head, body) = request.parts();
        connection.send(&[head, body].concat()).expect("envoy reads");
        let head = Response { status: 0, headers: Vec::new(), body: Vec::new() };
        Self { connection, head, received: Vec::new() }
    }

    /// Waits for the head of the answer.
    ///
    /// # Panics
    /// There is none, or the body is not chunked.
    pub fn wait_for_head(&mut self) {
        self.head = self.connection.receive_head().expect("an answer begins");
        assert_eq!(self.head.header("transfer-encoding"), Some("chunked"), "{:?}", self.head);
    }

    /// Waits until `text` has come, and says when.
    ///
    /// # Panics
    /// The answer ends without it, or it does not come in time.
    pub fn wait_for(&mut self, text: &str) -> Instant {
        while !contains(&self.received, text.as_bytes()) {
            match self.connection.receive_chunk() {
                Ok(Some(chunk)) => self.received.extend(chunk),
                ended => panic!("`{text}` did not come ({ended:?}), only: {}", self.text()),
            }
        }
        Instant::now()
    }

    /// Waits until something has come beyond what was there, and says when.
    ///
    /// # Panics
    /// The answer ends before.
    pub fn wait_for_more(&mut self) -> Instant {
        let chunk = self.connection.receive_chunk().expect("more comes in time").expect("more comes");
        self.received.extend(chunk);
        Instant::now()
    }

    /// What has been read so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    /// Forgets what has been read so far.
    pub fn forget(&mut self) {
        self.received = Vec::new();
    }

    /// Reads to the end.
    ///
    /// # Panics
    /// It does not come in time.
    pub fn rest(&mut self) -> (String, End) {
        loop {
            match self.connection.receive_chunk() {
                Ok(Some(chunk)) => self.received.extend(chunk),
                Ok(None) => return (self.text(), End::Whole),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    panic!("the answer does not end: {}", self.text())
                }
                Err(_) => return (self.text(), End::Cut),
            }
        }
    }

    /// Goes away without a word.
    pub fn disconnect(self) {
        self.connection.disconnect();
    }
}

/// The messages in a stream that is in the form all clients read alike.
///
/// # Panics
/// The data of an event is no JSON.
pub fn messages(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    data.filter(|data| !data.is_empty())
        .map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")))
        .collect()
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
