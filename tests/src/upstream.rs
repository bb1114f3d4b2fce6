//! Servers that are no MCP server: one that only listens, and one whose answers end in HTTP/2 trailers.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use tokio::runtime::Runtime;

/// Takes every byte and never answers. Records what arrives, so a test can say what did not.
pub struct Sink {
    port: u16,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Sink {
    /// Starts listening on a local port, for as long as the test program runs.
    pub fn start() -> Self {
        Self::answering(b"")
    }

    /// As [`Sink::start`], but answers each piece it receives with `response`, the bytes of an HTTP/1.1 response.
    pub fn answering(response: &'static [u8]) -> Self {
        let (listener, port) = listen();
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&received);
        thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let record = Arc::clone(&record);
                thread::spawn(move || {
                    let mut buffer = [0; 16384];
                    while let Ok(count @ 1..) = stream.read(&mut buffer) {
                        record
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .extend_from_slice(&buffer[..count]);
                        if stream.write_all(response).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { port, received }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything received so far, on all connections.
    pub fn received(&self) -> Vec<u8> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until `text` has been received.
    pub fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let received = String::from_utf8_lossy(&self.received()).into_owned();
            if received.contains(text) {
                return;
            }
            assert!(Instant::now() < deadline, "`{text}` was not received, only: {received}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Speaks HTTP/2 and answers every request with the same body, ended by trailers instead of by the last data frame.
pub struct Trailing {
    port: u16,
}

impl Trailing {
    /// Starts the server on a local port, for as long as the test program runs.
    pub fn start(body: String) -> Self {
        Self::answering("application/json", body)
    }

    /// As [`Trailing::start`], with a body of Server-Sent Events.
    pub fn streaming(body: String) -> Self {
        Self::answering("text/event-stream", body)
    }

    fn answering(content_type: &'static str, body: String) -> Self {
        let (listener, port) = listen();
        listener.set_nonblocking(true).expect("a socket can be made non-blocking");
        let body = Bytes::from(body);
        thread::spawn(move || {
            let runtime = Runtime::new().expect("threads can be had");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a runtime is running");
                while let Ok((stream, _)) = listener.accept().await {
                    let body = body.clone();
                    tokio::spawn(async move {
                        let _ = serve(stream, content_type, body).await;
                    });
                }
            });
        });
        Self { port }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

async fn serve(
    stream: tokio::net::TcpStream,
    content_type: &'static str,
    body: Bytes,
) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request?;
        let body = body.clone();
        tokio::spawn(async move {
            let mut incoming = request.into_body();
            while let Some(data) = incoming.data().await {
                let _ = incoming.flow_control().release_capacity(data?.len());
            }
            let head = http::Response::builder().header("content-type", content_type).body(());
            let head = head.expect("a valid response");
            let mut stream = respond.send_response(head, false)?;
            stream.send_data(body, false)?;
            let mut trailers = HeaderMap::new();
            trailers.insert("x-checksum", HeaderValue::from_static("none"));
            stream.send_trailers(trailers)
        });
    }
    Ok(())
}

fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a local port");
    let port = listener.local_addr().expect("a bound socket has an address").port();
    (listener, port)
}
