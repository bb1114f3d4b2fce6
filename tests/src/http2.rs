//! An HTTP/2 client, for what HTTP/1.1 cannot express: trailers, and a body that ends without its last data frame saying
//! so.

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::Builder;

use crate::raw::Response;

/// Sends `body` to `path` in data frames of at most `frame` bytes, then `trailers`; without trailers the last frame ends
/// the request.
///
/// # Panics
/// There is no answer in time.
pub fn post(
    port: u16,
    path: &str,
    body: &[u8],
    frame: usize,
    trailers: &[(&'static str, &'static str)],
) -> Response {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let exchange = exchange(port, path, body, frame, trailers);
    let answer = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(30), exchange).await });
    answer.expect("an answer in time").unwrap_or_else(|error| panic!("no answer from port {port}: {error}"))
}

async fn exchange(
    port: u16,
    path: &str,
    body: &[u8],
    frame: usize,
    trailers: &[(&'static str, &'static str)],
) -> Result<Response, h2::Error> {
    let stream = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("somebody listens");
    let (mut client, connection) = h2::client::handshake(stream).await?;
    tokio::spawn(connection);
    let head = http::Request::post(format!("http://localhost{path}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(())
        .expect("a valid request");
    let (response, mut sending) = client.send_request(head, false)?;
    let frames = body.chunks(frame).count();
    for (number, data) in body.chunks(frame).enumerate() {
        let last = trailers.is_empty() && number + 1 == frames;
        sending.send_data(Bytes::copy_from_slice(data), last)?;
        tokio::task::yield_now().await;
    }
    if !trailers.is_empty() {
        let fields = trailers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        sending.send_trailers(fields.collect::<HeaderMap>())?;
    }
    let (head, mut incoming) = response.await?.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let mut response = Response { status: head.status.as_u16(), headers, body: Vec::new() };
    while let Some(data) = incoming.data().await {
        let data = data?;
        response.body.extend_from_slice(&data);
        incoming.flow_control().release_capacity(data.len())?;
    }
    Ok(response)
}
