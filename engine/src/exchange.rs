//! One HTTP exchange as a state machine without I/O: events in, effects out.
//!
//! ```text
//! RequestHead ──> Hold ──> RequestBody ──> permit: Forward, then the answer's events
//!      │                        └────────> refuse: Reply
//!      └─ no message to wait for: Forward or Reply
//!
//! AnswerHead ──> Forward: nothing to govern
//!      ├───────> Hold ──> AnswerBody: one JSON answer, forwarded, changed or replaced
//!      └───────> Stream ─> AnswerChunk …: events, each judged when it is complete
//! ```
//! Until a permit has been returned every effect on a request is `Hold` or `Reply`, whatever the order of events:
//! nothing reaches the server undecided. An event out of order is a failure of the host, and denied as such.

mod answer;
mod batch;
mod govern;
mod head;
mod judge;
mod protect;
mod request;
mod stream;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

pub use head::{AnswerHead, Head};

use crate::decide::Decision;
use crate::era::Era;
use crate::json;
use crate::message::Method;
use crate::record::{Answer, Found, Record};
use crate::reply::Reply;
use crate::session::SessionKey;
use crate::subject::{Caller, Subject};
use crate::table::View;
use crate::vocabulary::{Reason, Treatment, Verdict};

/// What the exchange decides by.
#[derive(Debug, Clone, Copy)]
pub enum Policy<'t> {
    /// A loaded table.
    Loaded(&'t View<'t>),
    /// None: everything is denied, with the reason `policy-unavailable`.
    Unavailable,
}

impl<'t> Policy<'t> {
    fn view(self) -> Option<&'t View<'t>> {
        match self {
            Policy::Loaded(view) => Some(view),
            Policy::Unavailable => None,
        }
    }

    fn is_shadow(self) -> bool {
        self.view().is_some_and(View::is_shadow)
    }

    fn digest(self) -> &'t str {
        self.view().map_or("none", |view| view.digest)
    }
}

/// Everything from outside that an event is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'t> {
    /// What decides.
    pub policy: Policy<'t>,
    /// Limits and exceptions.
    pub options: &'t Options,
    /// Binds sessions to their callers; without one a session cannot be used.
    pub session_key: Option<&'t SessionKey>,
    /// When the request came, seconds since the epoch.
    pub now_sec: u64,
    /// Where the proxy is.
    pub region: Option<&'t str>,
    /// The deployment the proxy belongs to.
    pub environment: Option<&'t str>,
}

/// Limits and exceptions of exchanges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes a request's body, or an answer in JSON, may have.
    pub body_bytes_max: usize,
    /// Bytes one event of a stream may have.
    pub event_bytes_max: usize,
    /// How long a client may keep a list, milliseconds; a new policy may show another one.
    pub list_ttl_ms_max: u32,
    /// Whether all answers are read. Otherwise only those that must be: lists, sessions being opened, resumed
    /// streams and calls with a time limit. What a server asks of the client in another answer then passes
    /// undecided.
    pub govern_answers: bool,
    /// Paths (and what lies below them) that carry no MCP and pass, such as `/.well-known`.
    pub pass_paths: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        // Envoy's own default buffer limit, for one message of either kind.
        Options {
            body_bytes_max: 1 << 20,
            event_bytes_max: 1 << 20,
            list_ttl_ms_max: 60_000,
            govern_answers: true,
            pass_paths: Vec::new(),
        }
    }
}

/// What happened.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack, for the length of a call")]
pub enum Event<'a> {
    /// The request's headers have come.
    RequestHead {
        /// Their content.
        head: Head,
        /// Who calls.
        subject: Subject,
        /// Whether there is no body.
        ends: bool,
    },
    /// So many bytes of the request's body are held, and more will come.
    RequestHeld(usize),
    /// The request has ended, by data or by trailers: the whole body.
    RequestBody(&'a [u8]),
    /// The answer's headers have come.
    AnswerHead {
        /// Their content.
        head: AnswerHead<'a>,
        /// Whether there is no body.
        ends: bool,
    },
    /// So many bytes of the answer are held, and more will come.
    AnswerHeld(usize),
    /// The answer has ended: all that was held of its body.
    AnswerBody(&'a [u8]),
    /// The next bytes of a stream.
    AnswerChunk {
        /// The bytes.
        bytes: &'a [u8],
        /// Whether they are the last.
        ends: bool,
    },
    /// The proxy did not do what an effect asked for, or did not give what an event needs.
    HostFailure,
}

/// What is to be done with what the event was about.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Let it go on, changed.
    Forward(Changes),
    /// Keep it and wait for more.
    Hold,
    /// Answer the client in the server's place.
    Reply(Reply),
    /// Cut the connection: the client was told why, and the server does not stop.
    Close,
}

/// Changes to a request or an answer that goes on.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Headers to set, or with `None` to remove.
    pub headers: Vec<(&'static str, Option<String>)>,
    /// The new body, or the new bytes of a stream.
    pub body: Option<Vec<u8>>,
}

/// How the host is to treat an answer's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// It passes; only its size counts.
    Pass,
    /// It is held until it is whole.
    Hold,
    /// It comes chunk by chunk, as `AnswerChunk`.
    Stream,
}

/// One request and its answer.
#[derive(Debug)]
pub struct Exchange {
    state: State,
    head: Head,
    caller: Option<Caller>,
    /// The number of the server, if it is registered.
    server: Option<u32>,
    asked: Asked,
    records: Records,
    /// What was decided about the server's methods, each once.
    said: Vec<(Method, Decision)>,
    answer: Answer,
    plans: protect::Plans,
    looked: Looked,
    decided: Vec<(Verdict, Reason)>,
}

#[derive(Debug)]
enum State {
    /// Nothing has come.
    Start,
    /// The head is held until the body has come.
    Body,
    /// The request went on; its answer's head has not come.
    Forwarded,
    /// The answer passes.
    Passing,
    /// The answer's head is held until its body has come. The HTTP status.
    Holding(u16),
    /// The answer is a stream.
    Streaming(stream::Stream),
    /// The client got its answer from here.
    Replied,
}

/// What went on to the server, and what its answer is judged by.
#[derive(Debug, Default)]
struct Asked {
    /// JSON texts of the ids that wait for an answer.
    ids: Vec<String>,
    /// The method; unknown for batches and streams.
    method: Option<Method>,
    era: Era,
    is_batch: bool,
    /// JSON-RPC errors for members of a batch that did not go on.
    refused: Vec<String>,
    /// Whether a time-out of the router is the policy's.
    has_max_runtime: bool,
    /// Changes to the answer's head, while it is held.
    head_changes: Vec<(&'static str, Option<String>)>,
    /// Whether the answer's body cannot be looked at.
    is_coded: bool,
    /// Whether the answer is governed at all: a message of a policy that is enforced.
    is_governed: bool,
    /// The message judged last as it goes on, where detectors changed it.
    rewritten: Option<String>,
    /// The detector for which it was refused.
    refused_for: Option<String>,
}

/// What detectors did in one exchange.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Messages of the server that were looked through.
    pub messages: u32,
    /// Those of them that were withheld.
    pub quarantined: u32,
    /// What was found, by number of the treatment.
    pub finds: [u32; Treatment::ALL.len()],
}

impl Looked {
    fn add(&mut self, found: &[Found]) {
        for (treatment, count) in found.iter().map(Found::treated) {
            if let Some(finds) = self.finds.get_mut(treatment as usize) {
                *finds = finds.saturating_add(count);
            }
        }
    }
}

/// Records of one exchange: of the client's messages, open until the end, and of the server's.
#[derive(Debug, Default)]
struct Records {
    open: Vec<Record>,
    done: Vec<String>,
}

/// Records of the server's messages in one exchange; a stream may last for hours.
const SERVER_RECORDS_MAX: usize = 32;

impl Default for Exchange {
    fn default() -> Self {
        Exchange::new()
    }
}

impl Exchange {
    /// An exchange of which nothing is known yet.
    #[must_use]
    pub fn new() -> Exchange {
        Exchange {
            state: State::Start,
            head: Head::default(),
            caller: None,
            server: None,
            asked: Asked::default(),
            records: Records::default(),
            said: Vec::new(),
            answer: Answer::default(),
            plans: protect::Plans::default(),
            looked: Looked::default(),
            decided: Vec::new(),
        }
    }

    /// Takes an event, and says what is to be done.
    pub fn on(&mut self, terms: &Terms<'_>, event: Event<'_>) -> Effect {
        match (event, &self.state) {
            // What the filter itself replied passes by.
            (_, State::Replied) => Effect::Forward(Changes::default()),
            (Event::HostFailure, State::Start | State::Body) => self.host_failure(terms),
            (Event::HostFailure, State::Streaming(_)) => Effect::Close,
            (Event::HostFailure, _) => self.replace_answer(terms, Reason::HostFailure),
            (Event::RequestHead { head, subject, ends }, State::Start) => {
                self.request_head(terms, head, subject, ends)
            }
            (Event::RequestHeld(bytes), State::Body) => self.request_held(terms, bytes),
            (Event::RequestBody(body), State::Body) => self.request_body(terms, body),
            (Event::AnswerHead { head, ends }, State::Forwarded) => self.answer_head(terms, &head, ends),
            (Event::AnswerHeld(bytes), State::Holding(_)) => self.answer_held(terms, bytes),
            (Event::AnswerBody(body), State::Holding(status)) => {
                let status = *status;
                self.answer_body(terms, status, body)
            }
            (Event::AnswerChunk { bytes, ends }, State::Streaming(_)) => {
                self.answer_chunk(terms, bytes, ends)
            }
            // The rest of a request that was permitted, or of an answer that needs no judging.
            (
                Event::RequestHeld(_) | Event::RequestBody(_),
                State::Forwarded | State::Holding(_) | State::Streaming(_),
            )
            | (_, State::Passing) => Effect::Forward(Changes::default()),
            // An answer before the request was judged is the proxy's own, such as an error of another filter.
            (
                Event::AnswerHead { .. }
                | Event::AnswerHeld(_)
                | Event::AnswerBody(_)
                | Event::AnswerChunk { .. },
                State::Start | State::Body,
            ) => Effect::Forward(Changes::default()),
            (Event::RequestHead { .. }, State::Body)
            | (Event::RequestHeld(_) | Event::RequestBody(_), State::Start) => self.host_failure(terms),
            (_, State::Streaming(_)) => Effect::Close,
            (_, State::Forwarded | State::Holding(_)) => self.replace_answer(terms, Reason::HostFailure),
        }
    }

    /// Whether the answer's head has to be shown at all: reading headers costs.
    #[must_use]
    pub fn wants_answer_head(&self) -> bool {
        matches!(self.state, State::Forwarded) && self.asked.is_governed
    }

    /// Whether so many bytes, held of a body of which more will come, are held on without a word: there is nothing to
    /// judge yet, and most bodies come in two pieces, the second of them empty.
    #[must_use]
    pub fn holds_on(&self, options: &Options, bytes: usize) -> bool {
        matches!(self.state, State::Body | State::Holding(_)) && bytes <= options.body_bytes_max
    }

    /// How the answer's body is to be treated.
    #[must_use]
    pub fn answer_flow(&self) -> Flow {
        match self.state {
            State::Holding(_) => Flow::Hold,
            State::Streaming(_) => Flow::Stream,
            State::Start | State::Body | State::Forwarded | State::Passing | State::Replied => Flow::Pass,
        }
    }

    /// Counts bytes of the answer on their way to the client.
    pub fn sent(&mut self, bytes: usize) {
        self.answer.bytes = self.answer.bytes.saturating_add(bytes as u64);
    }

    /// Bytes of the answer counted so far.
    #[must_use]
    pub fn sent_bytes(&self) -> u64 {
        self.answer.bytes
    }

    /// What was decided, message by message.
    #[must_use]
    pub fn decided(&self) -> &[(Verdict, Reason)] {
        &self.decided
    }

    /// What detectors did, for metrics.
    #[must_use]
    pub fn looked(&self) -> &Looked {
        &self.looked
    }

    /// The audit records at the end of the exchange: JSON objects, separated by commas. `None` where there are none.
    #[must_use]
    pub fn finish(&mut self) -> Option<String> {
        let records = core::mem::take(&mut self.records);
        let mut all = String::new();
        let open = records.open.into_iter().map(|record| record.finish(Some(&self.answer)));
        for record in open.chain(records.done) {
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(&record);
        }
        (!all.is_empty()).then_some(all)
    }

    fn forward(&mut self, state: State, changes: Changes) -> Effect {
        self.state = state;
        Effect::Forward(changes)
    }

    fn reply(&mut self, reply: Reply) -> Effect {
        self.state = State::Replied;
        Effect::Reply(reply)
    }

    fn pass(&mut self) -> Effect {
        self.forward(State::Passing, Changes::default())
    }
}

fn json_limits(options: &Options) -> json::Limits {
    json::Limits { bytes_max: options.body_bytes_max, ..json::Limits::default() }
}
