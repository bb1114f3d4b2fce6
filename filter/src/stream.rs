//! One HTTP stream: what the host says becomes an event, and the effect becomes host calls.
//!
//! Envoy hands a request on as soon as any of its callbacks says so. Hence the one rule here: a callback
//! continues only if the exchange said `Forward`, and everything that goes wrong ends in an error reply.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use mcpgov_engine::era;
use mcpgov_engine::exchange::{AnswerHead, Changes, Effect, Event, Exchange, Flow, Head, Policy};
use mcpgov_engine::reply::Reply;
use mcpgov_engine::subject::Subject;
use mcpgov_engine::table::facts;
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

use crate::host::{self, Buffer, Level, Map, Status};
use crate::identity;
use crate::pairs::Pairs;
use crate::root::Shared;

/// The property that access logs show as `%FILTER_STATE(wasm.mcpgov:PLAIN)%`.
const RECORD_PROPERTY: &str = "mcpgov";

const CLUSTER: &[u8] = b"xds\0cluster_name";
const ROUTE: &[u8] = b"xds\0route_metadata\0filter_metadata\0mcpgov\0server";
const SOURCE: &[u8] = b"source\0address";

/// Which half of the stream a callback is about.
#[derive(Clone, Copy)]
enum Half {
    Request,
    Answer,
}

impl Half {
    const fn headers(self) -> Map {
        match self {
            Half::Request => Map::RequestHeaders,
            Half::Answer => Map::ResponseHeaders,
        }
    }

    const fn stream(self) -> host::Stream {
        match self {
            Half::Request => host::Stream::Request,
            Half::Answer => host::Stream::Response,
        }
    }

    const fn body(self) -> Buffer {
        match self {
            Half::Request => Buffer::RequestBody,
            Half::Answer => Buffer::ResponseBody,
        }
    }
}

pub(crate) struct Stream {
    shared: Rc<Shared>,
    exchange: Exchange,
    /// Whether the request's head was let go: its body and trailers follow it.
    forwarded: bool,
    replied: bool,
    /// When the request came, seconds since the epoch.
    now_sec: u64,
}

impl Stream {
    pub(crate) fn new(shared: Rc<Shared>) -> Stream {
        Stream { shared, exchange: Exchange::new(), forwarded: false, replied: false, now_sec: 0 }
    }

    /// Tells the exchange, and does what it says.
    fn on(&mut self, half: Half, event: Event<'_>) -> Action {
        let effect = self.ask(event);
        match self.perform(half, effect) {
            Ok(action) => action,
            Err(status) => self.fail(half, status),
        }
    }

    fn ask(&mut self, event: Event<'_>) -> Effect {
        let exchange = &mut self.exchange;
        self.shared.with_terms(self.now_sec, |terms| exchange.on(terms, event))
    }

    fn perform(&mut self, half: Half, effect: Effect) -> Result<Action, Status> {
        match effect {
            Effect::Hold => Ok(Action::Pause),
            Effect::Forward(changes) => {
                apply(half, &changes)?;
                // Only a permit of the request lets the rest of the request go.
                self.forwarded |= matches!(half, Half::Request);
                Ok(Action::Continue)
            }
            Effect::Reply(reply) => self.reply(&reply),
            Effect::Close => {
                host::close(half.stream())?;
                Ok(Action::Pause)
            }
        }
    }

    fn reply(&mut self, reply: &Reply) -> Result<Action, Status> {
        // A second reply would hang the client.
        if !self.replied {
            self.replied = true;
            self.exchange.sent(reply.body.len());
            host::send_reply(reply.status, &reply.details, &reply.headers, reply.body.as_bytes())?;
        }
        Ok(Action::Pause)
    }

    /// The host did not do what it was asked for: the client gets an error, or at the last a cut connection.
    fn fail(&mut self, half: Half, status: Status) -> Action {
        host::log(Level::Error, &format!("denied, because a host call failed: {status}"));
        let effect = self.ask(Event::HostFailure);
        let done = match effect {
            Effect::Reply(reply) => self.reply(&reply),
            Effect::Hold | Effect::Forward(_) | Effect::Close => Err(status),
        };
        if done.is_err()
            && let Err(status) = host::close(half.stream())
        {
            host::log(Level::Error, &format!("a stream could not be closed: {status}"));
        }
        Action::Pause
    }

    /// So many bytes of a body are held, and more will come.
    fn held(&mut self, half: Half, size: usize) -> Action {
        let options = self.shared.config.as_ref().map(|config| &config.exchange);
        if options.is_some_and(|options| self.exchange.holds_on(options, size)) {
            return Action::Pause;
        }
        let event = match half {
            Half::Request => Event::RequestHeld(size),
            Half::Answer => Event::AnswerHeld(size),
        };
        self.on(half, event)
    }

    /// The whole body, held since its start; `size` bytes, or unknown after trailers.
    fn body(&mut self, half: Half, size: usize) -> Action {
        let body = match host::buffer(half.body(), 0, size) {
            Ok(body) => body,
            Err(status) => return self.fail(half, status),
        };
        let event = match half {
            Half::Request => Event::RequestBody(&body),
            Half::Answer => Event::AnswerBody(&body),
        };
        let effect = self.ask(event);
        if let (Half::Answer, Effect::Forward(changes)) = (half, &effect) {
            self.exchange.sent(changes.body.as_ref().map_or(body.len(), Vec::len));
        }
        self.perform(half, effect).unwrap_or_else(|status| self.fail(half, status))
    }

    /// The next bytes of a stream. What the exchange does not change is not written back.
    fn chunk(&mut self, size: usize, ends: bool) -> Action {
        let bytes = match host::buffer(Buffer::ResponseBody, 0, size) {
            Ok(bytes) => bytes,
            Err(status) => return self.fail(Half::Answer, status),
        };
        let mut effect = self.ask(Event::AnswerChunk { bytes: &bytes, ends });
        if let Effect::Forward(changes) = &mut effect {
            self.exchange.sent(changes.body.as_ref().map_or(bytes.len(), Vec::len));
            if changes.body.as_ref() == Some(&bytes) {
                changes.body = None;
            }
        }
        self.perform(Half::Answer, effect).unwrap_or_else(|status| self.fail(Half::Answer, status))
    }

    fn request_body(&mut self, size: usize) -> Action {
        let started = host::now_nanos();
        let action = self.body(Half::Request, size);
        let mut metrics = self.shared.metrics.borrow_mut();
        if size != usize::MAX {
            metrics.request_bytes(size);
        }
        if let (Ok(started), Ok(ended)) = (started, host::now_nanos()) {
            metrics.decision_microseconds(ended.saturating_sub(started) / 1000);
        }
        action
    }

    fn request_head(&mut self, ends: bool) -> Result<Action, Status> {
        self.now_sec = host::now_nanos()? / 1_000_000_000;
        let headers = host::header_map(Map::RequestHeaders)?;
        let mut head = read_head(headers.as_pairs());
        let (shared, exchange) = (&self.shared, &mut self.exchange);
        let effect = shared.with_terms(self.now_sec, |terms| {
            let mut subject = Subject::default();
            if let (Policy::Loaded(view), Some(config)) = (terms.policy, &shared.config) {
                let wanted = view.facts();
                if wanted & facts::CLUSTER != 0 {
                    head.cluster = property_text(CLUSTER);
                }
                if wanted & facts::SOURCE != 0 {
                    head.source = source();
                }
                if wanted & facts::ROUTE != 0 {
                    head.route = property_text(ROUTE);
                }
                subject = identity::subject(view, config);
            }
            exchange.on(terms, Event::RequestHead { head, subject, ends })
        });
        self.perform(Half::Request, effect)
    }

    fn answer_head(&mut self, ends: bool) -> Result<Action, Status> {
        let headers = host::header_map(Map::ResponseHeaders)?;
        let mut head = AnswerHead::default();
        let (mut content_type, mut content_encoding, mut session) = (None, None, None);
        for (name, value) in headers.as_pairs().iter() {
            let place = match name {
                b":status" => {
                    head.status = text(value).parse().unwrap_or(0);
                    continue;
                }
                b"content-type" => &mut content_type,
                b"content-encoding" => &mut content_encoding,
                b"mcp-session-id" => &mut session,
                _ => continue,
            };
            *place = Some(text(value));
        }
        head.content_type = content_type.as_deref();
        head.content_encoding = content_encoding.as_deref();
        head.session = session.as_deref();
        Ok(self.on(Half::Answer, Event::AnswerHead { head, ends }))
    }
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, ends: bool) -> Action {
        #[cfg(feature = "test-panic")]
        panic_on_request();
        self.request_head(ends).unwrap_or_else(|status| self.fail(Half::Request, status))
    }

    fn on_http_request_body(&mut self, size: usize, ends: bool) -> Action {
        if self.forwarded {
            return Action::Continue;
        }
        match ends {
            true => self.request_body(size),
            false => self.held(Half::Request, size),
        }
    }

    /// An HTTP/2 request with trailers ends here: its body callback never says that it ends.
    fn on_http_request_trailers(&mut self, _: usize) -> Action {
        if self.forwarded {
            return Action::Continue;
        }
        self.request_body(usize::MAX)
    }

    fn on_http_response_headers(&mut self, _: usize, ends: bool) -> Action {
        if !self.exchange.wants_answer_head() {
            return Action::Continue;
        }
        self.answer_head(ends).unwrap_or_else(|status| self.fail(Half::Answer, status))
    }

    fn on_http_response_body(&mut self, size: usize, ends: bool) -> Action {
        match self.exchange.answer_flow() {
            Flow::Hold if ends => self.body(Half::Answer, size),
            Flow::Hold => self.held(Half::Answer, size),
            Flow::Stream => self.chunk(size, ends),
            Flow::Pass => {
                // Envoy shows the filter its own reply too, which is counted already.
                if !self.replied {
                    self.exchange.sent(size);
                }
                Action::Continue
            }
        }
    }

    fn on_http_response_trailers(&mut self, _: usize) -> Action {
        match self.exchange.answer_flow() {
            Flow::Hold => self.body(Half::Answer, usize::MAX),
            Flow::Stream => self.chunk(0, true),
            Flow::Pass => Action::Continue,
        }
    }

    fn on_log(&mut self) {
        let sent = self.exchange.sent_bytes();
        if let Some(record) = self.exchange.finish()
            && let Err(status) = host::set_property(RECORD_PROPERTY, record.as_bytes())
        {
            host::log(Level::Error, &format!("an audit record is lost: {status}"));
        }
        let mut metrics = self.shared.metrics.borrow_mut();
        for (verdict, reason) in self.exchange.decided() {
            metrics.count(verdict.name(), reason.name());
        }
        metrics.looked(self.exchange.looked());
        metrics.response_bytes(usize::try_from(sent).unwrap_or(usize::MAX));
    }
}

/// Changes what goes on. The length of a new body is among the headers, which are still held.
fn apply(half: Half, changes: &Changes) -> Result<(), Status> {
    for (name, value) in &changes.headers {
        match value {
            Some(value) => host::set_header(half.headers(), name, value.as_bytes())?,
            None => host::remove_header(half.headers(), name)?,
        }
    }
    match &changes.body {
        Some(body) => host::replace_buffer(half.body(), body),
        None => Ok(()),
    }
}

/// The header fields that the exchange reads.
fn read_head(headers: Pairs<'_>) -> Head {
    let mut head = Head::default();
    let mut mcp = era::Headers::default();
    let mut params: Vec<&[u8]> = Vec::new();
    for (name, value) in headers.iter() {
        let text = || text(value).into_owned();
        let once = match name {
            b":method" => {
                head.method = text();
                continue;
            }
            b":authority" => {
                head.host = text();
                continue;
            }
            b":path" => {
                head.path = text();
                continue;
            }
            b"accept" => {
                // A list may come in several fields (RFC 9110 section 5.3).
                head.accept = Some(match head.accept.take() {
                    Some(before) => before + "," + &text(),
                    None => text(),
                });
                continue;
            }
            b"accept-encoding" => {
                head.takes_encodings |= value != b"identity";
                continue;
            }
            b"content-type" => &mut head.content_type,
            b"content-encoding" => &mut head.content_encoding,
            b"x-request-id" => &mut head.request_id,
            b"mcp-session-id" => &mut head.session,
            b"mcp-protocol-version" => &mut mcp.version,
            b"mcp-method" => &mut mcp.method,
            b"mcp-name" => &mut mcp.name,
            _ if name.starts_with(b"mcp-param-") => {
                head.is_repeated |= params.contains(&name);
                params.push(name);
                mcp.params.push(text());
                continue;
            }
            _ => continue,
        };
        head.is_repeated |= once.replace(text()).is_some();
    }
    head.mcp = mcp;
    head
}

/// The text of a header or property: bytes that are no UTF-8 become replacement characters.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Nearly all are ASCII, for which the check is quick; a search for what to replace goes byte by byte.
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The peer's address, as the proxy sees it: with forwarded addresses only where Envoy is told to trust them.
fn source() -> Option<IpAddr> {
    let text = property_text(SOURCE)?;
    text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| text.parse()).ok()
}

fn property_text(path: &[u8]) -> Option<String> {
    host::property(path).ok().flatten().map(|value| text(&value).into_owned())
}

/// Lets a test show what becomes of the other requests when the module traps.
#[cfg(feature = "test-panic")]
#[expect(clippy::panic, reason = "the purpose of this feature, which no release has")]
fn panic_on_request() {
    if let Ok(Some(_)) = host::get_header(Map::RequestHeaders, "x-mcpgov-test-panic") {
        panic!("asked for by the test");
    }
}
