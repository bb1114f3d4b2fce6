//! The MCP server behind the proxy, as cheap as one can be: it takes any request and answers what the request asks for by
//! number.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use xtask::{Failure, Result};

/// The body of an answer.
pub(crate) const ANSWER: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"created issue 4711 in acme/server-0-web, "#,
    r#"assigned to the team on call, and told its channel about it; the first answer is due within a day"}]}}"#
);

/// Starts the server, which ends with the process, and returns its port. `bodies` are its answers; the header `x-answer`
/// says which one.
pub(crate) fn start<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Result<u16> {
    let cannot = |error: io::Error| Failure::new(format!("cannot listen on the loopback address: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(cannot)?;
    let port = listener.local_addr().map_err(cannot)?.port();
    let answers: Arc<[Vec<u8>]> = bodies.into_iter().map(answer).collect();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            // Ends with an error where the proxy closes the connection.
            thread::spawn(move || serve(&stream, &answers));
        }
    });
    Ok(port)
}

fn answer(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn serve(stream: &TcpStream, answers: &[Vec<u8>]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::with_capacity(64 * 1024, stream);
    let mut connection = stream;
    let mut line = String::new();
    while let Some(head) = Head::read(&mut requests, &mut line)? {
        io::copy(&mut requests.by_ref().take(head.length), &mut io::sink())?;
        let answer = answers
            .get(head.answer)
            .ok_or_else(|| io::Error::other("a request for no answer that is here"))?;
        connection.write_all(answer)?;
    }
    Ok(())
}

/// What of a request's head matters here.
struct Head {
    /// Bytes of the body.
    length: u64,
    answer: usize,
}

impl Head {
    /// Reads a request's head; `None` where there is no further request.
    fn read(requests: &mut impl io::BufRead, line: &mut String) -> io::Result<Option<Head>> {
        let (mut length, mut answer) = (None, 0);
        loop {
            line.clear();
            if requests.read_line(line)? == 0 {
                return Ok(None);
            }
            let line = line.trim_end();
            if line.is_empty() {
                // No chunked bodies: no case has a reason to change one.
                let length = length.ok_or_else(|| io::Error::other("a request without content-length"))?;
                return Ok(Some(Head { length, answer }));
            }
            let Some((name, value)) = line.split_once(':') else { continue };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            } else if name.eq_ignore_ascii_case("x-answer") {
                answer = value.trim().parse().unwrap_or(0);
            }
        }
    }
}
