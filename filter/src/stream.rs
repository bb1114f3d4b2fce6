//! One HTTP stream: what the host says becomes an event, and the effect becomes host calls.
//!
//! Envoy hands a request on as soon as any of its callbacks says so. Hence the one rule here: a callback
//! continues only if the exchange said `Forward`, and everything that goes wrong ends in an error reply.

use std::borrow::Cow;
use std::rc::Rc;

use mcpgov_engine::exchange::{AnswerHead, Changes, Effect, Event, Exchange, Head};
use mcpgov_engine::reply::Reply;
use mcpgov_engine::table::facts;
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

use crate::host::{self, Buffer, Level, Map, Status};
use crate::identity;
use crate::pairs::PairsBuf;
use crate::root::Shared;

/// The property that access logs show as `%FILTER_STATE(wasm.mcpgov:PLAIN)%`.
const RECORD_PROPERTY: &str = "mcpgov";

/// Headers of a request that the exchange reads.
const CLUSTER: [&str; 2] = ["xds", "cluster_name"];
const ROUTE: [&str; 5] = ["xds", "route_metadata", "filter_metadata", "mcpgov", "server"];

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
}

impl Stream {
    pub(crate) fn new(shared: Rc<Shared>) -> Stream {
        let exchange = Exchange::new(shared.exchange_options());
        Stream { shared, exchange, forwarded: false, replied: false }
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
        self.shared.with_policy(|policy| exchange.on(policy, event))
    }

    fn perform(&mut self, half: Half, effect: Effect) -> Result<Action, Status> {
        match effect {
            Effect::Hold => Ok(Action::Pause),
            Effect::Forward(changes) => {
                apply(half, &changes)?;
                if let (Half::Answer, Some(body)) = (half, &changes.body) {
                    self.exchange.sent(body.len());
                }
                self.forwarded = true;
                Ok(Action::Continue)
            }
            Effect::Reply(reply) => self.reply(&reply),
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
            Effect::Hold | Effect::Forward(_) => Err(status),
        };
        if done.is_err() {
            let stream = match half {
                Half::Request => host::Stream::Request,
                Half::Answer => host::Stream::Response,
            };
            if let Err(status) = host::close(stream) {
                host::log(Level::Error, &format!("a stream could not be closed: {status}"));
            }
        }
        Action::Pause
    }

    /// The whole body, held since its start; `size` bytes, or unknown after trailers.
    fn body(&mut self, half: Half, size: usize) -> Action {
        match host::buffer(half.body(), 0, size) {
            Ok(body) => {
                let event = match half {
                    Half::Request => Event::RequestBody(&body),
                    Half::Answer => Event::AnswerBody(&body),
                };
                self.on(half, event)
            }
            Err(status) => self.fail(half, status),
        }
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
        let headers = host::header_map(Map::RequestHeaders)?;
        let mut fields = Fields::default();
        let (cluster, route);
        {
            let config = self.shared.config.as_ref();
            let wanted = config.map_or(0, |config| config.table.view().facts());
            cluster = wanted_property(wanted & facts::CLUSTER != 0, &CLUSTER);
            route = wanted_property(wanted & facts::ROUTE != 0, &ROUTE);
        }
        fields.read(&headers);
        let head = Head {
            method: &fields.method,
            host: &fields.host,
            path: &fields.path,
            content_type: fields.content_type.as_deref(),
            content_encoding: fields.content_encoding.as_deref(),
            is_repeated: fields.is_repeated,
            request_id: fields.request_id.as_deref().unwrap_or(""),
            session: fields.session.as_deref(),
            protocol: fields.protocol.as_deref(),
            cluster: cluster.as_deref(),
            route: route.as_deref(),
        };
        let subject = match &self.shared.config {
            Some(config) => identity::subject(&config.table.view(), &config.jwt_payload_key),
            None => mcpgov_engine::subject::Subject::default(),
        };
        Ok(self.on(Half::Request, Event::RequestHead { head, subject, ends }))
    }

    fn answer_head(&mut self, ends: bool) -> Result<Action, Status> {
        let headers = host::header_map(Map::ResponseHeaders)?;
        let mut head = AnswerHead::default();
        let (mut content_type, mut content_encoding) = (None, None);
        for (name, value) in headers.as_pairs().iter() {
            match name {
                b":status" => head.status = String::from_utf8_lossy(value).parse().unwrap_or(0),
                b"content-type" => content_type = Some(String::from_utf8_lossy(value)),
                b"content-encoding" => content_encoding = Some(String::from_utf8_lossy(value)),
                _ => {}
            }
        }
        head.content_type = content_type.as_deref();
        head.content_encoding = content_encoding.as_deref();
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
        if !ends {
            return self.on(Half::Request, Event::RequestHeld(size));
        }
        self.request_body(size)
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
        if !self.exchange.holds_answer() {
            // Envoy shows the filter its own reply too, which is counted already.
            if !self.replied {
                self.exchange.sent(size);
            }
            return Action::Continue;
        }
        if !ends {
            return self.on(Half::Answer, Event::AnswerHeld(size));
        }
        self.body(Half::Answer, size)
    }

    fn on_http_response_trailers(&mut self, _: usize) -> Action {
        if !self.exchange.holds_answer() {
            return Action::Continue;
        }
        self.body(Half::Answer, usize::MAX)
    }

    fn on_log(&mut self) {
        let sent = self.exchange.sent_bytes();
        if let Some(record) = self.exchange.finish() {
            if let Err(status) = host::set_property(&[RECORD_PROPERTY], record.as_bytes()) {
                host::log(Level::Error, &format!("an audit record is lost: {status}"));
            }
        }
        let mut metrics = self.shared.metrics.borrow_mut();
        if let Some((verdict, reason)) = self.exchange.decided() {
            metrics.count(verdict.name(), reason.name());
        }
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
        Some(body) => host::replace_buffer(half.body(), body.as_bytes()),
        None => Ok(()),
    }
}

/// Header fields of a request, as text: bytes that are no UTF-8 become replacement characters.
#[derive(Default)]
struct Fields {
    method: String,
    host: String,
    path: String,
    content_type: Option<String>,
    content_encoding: Option<String>,
    request_id: Option<String>,
    session: Option<String>,
    protocol: Option<String>,
    is_repeated: bool,
}

impl Fields {
    fn read(&mut self, headers: &PairsBuf) {
        for (name, value) in headers.as_pairs().iter() {
            let text = || String::from_utf8_lossy(value).into_owned();
            let once = match name {
                b":method" => {
                    self.method = text();
                    continue;
                }
                b":authority" => {
                    self.host = text();
                    continue;
                }
                b":path" => {
                    self.path = text();
                    continue;
                }
                b"content-type" => &mut self.content_type,
                b"content-encoding" => &mut self.content_encoding,
                b"x-request-id" => &mut self.request_id,
                b"mcp-session-id" => &mut self.session,
                b"mcp-protocol-version" => &mut self.protocol,
                _ => continue,
            };
            self.is_repeated |= once.replace(text()).is_some();
        }
    }
}

fn wanted_property(wanted: bool, path: &[&str]) -> Option<String> {
    let value = if wanted { host::property(path).ok().flatten()? } else { return None };
    Some(match String::from_utf8_lossy(&value) {
        Cow::Borrowed(text) => text.to_owned(),
        Cow::Owned(text) => text,
    })
}

/// Lets a test show what becomes of the other requests when the module traps.
#[cfg(feature = "test-panic")]
#[expect(clippy::panic, reason = "the purpose of this feature, which no release has")]
fn panic_on_request() {
    if let Ok(Some(_)) = host::get_header(Map::RequestHeaders, "x-mcpgov-test-panic") {
        panic!("asked for by the test");
    }
}
