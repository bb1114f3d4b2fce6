//! The MCP server behind the proxy, as cheap as one can be: it takes any request and always answers the same.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use xtask::{Failure, Result};

/// The body of every answer.
pub(crate) const ANSWER: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"created issue 4711 in acme/server-0-web, "#,
    r#"assigned to the team on call, and told its channel about it; the first answer is due within a day"}]}}"#
);

/// Starts the server, which ends with the process, and returns its port.
pub(crate) fn start() -> Result<u16> {
    let cannot = |error: io::Error| Failure::new(format!("cannot listen on the loopback address: {error}"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(cannot)?;
    let port = listener.local_addr().map_err(cannot)?.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Ends with an error where the proxy closes the connection.
            thread::spawn(move || serve(&stream));
        }
    });
    Ok(port)
}

fn serve(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::with_capacity(64 * 1024, stream);
    let mut answers = stream;
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{ANSWER}",
        ANSWER.len()
    );
    let mut line = String::new();
    while let Some(length) = content_length(&mut requests, &mut line)? {
        io::copy(&mut requests.by_ref().take(length), &mut io::sink())?;
        answers.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// Reads a request's head and returns the length of its body; `None` where there is no further request.
fn content_length(requests: &mut impl io::BufRead, line: &mut String) -> io::Result<Option<u64>> {
    let mut length = None;
    loop {
        line.clear();
        if requests.read_line(line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end();
        if line.is_empty() {
            // No chunked bodies: no case has a reason to change one.
            return length.map(Some).ok_or_else(|| io::Error::other("a request without content-length"));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}
