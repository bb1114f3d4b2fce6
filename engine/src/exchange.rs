//! One HTTP exchange as a state machine without I/O: events in, effects out.
//!
//! ```text
//! RequestHead ──> Hold ──> RequestBody ──> permit: Forward, then the answer's events
//!      │                        └────────> refuse: Reply
//!      └─ no message to wait for: Forward or Reply
//! ```
//! Until a permit has been returned every effect is `Hold` or `Reply`, whatever the order of events: nothing
//! reaches the server undecided. An event out of order is a failure of the host, and denied as such.

mod answer;
mod head;
mod request;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

pub use head::{AnswerHead, Head};

use crate::json;
use crate::list::List;
use crate::record::{Answer, Record};
use crate::reply::Reply;
use crate::subject::{Caller, Subject};
use crate::table::View;
use crate::vocabulary::{Reason, Verdict};

/// What the exchange decides by.
#[derive(Debug, Clone, Copy)]
pub enum Policy<'t> {
    /// A loaded table.
    Loaded(&'t View<'t>),
    /// None: everything is denied, with the reason `policy-unavailable`.
    Unavailable,
}

/// Limits of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes a request's body, or an answer that has to be read, may have.
    pub body_bytes_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        // Envoy's own default buffer limit.
        Options { body_bytes_max: 1 << 20 }
    }
}

/// What happened.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, on the stack, for the length of a call")]
pub enum Event<'a> {
    /// The request's headers have come.
    RequestHead {
        /// Their content.
        head: Head<'a>,
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
}

/// Changes to a request or an answer that goes on.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Headers to set, or with `None` to remove.
    pub headers: Vec<(&'static str, Option<String>)>,
    /// The new body.
    pub body: Option<String>,
}

/// One request and its answer.
#[derive(Debug)]
pub struct Exchange {
    options: Options,
    state: State,
    head: head::Kept,
    caller: Option<Caller>,
    /// JSON text of the request's id.
    id: Option<String>,
    record: Option<Record>,
    answer: Answer,
    decided: Option<(Verdict, Reason)>,
    max_runtime: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing has come.
    Start,
    /// The head is held until the body has come.
    Body,
    /// The request went on; its answer is passed through.
    Passing,
    /// The request went on; its answer is a list to be filtered.
    Listing(List),
    /// The head of a list answer is held until its body has come.
    ListBody(List),
    /// The client got its answer from here.
    Replied,
}

impl Exchange {
    /// An exchange of which nothing is known yet.
    #[must_use]
    pub fn new(options: Options) -> Exchange {
        Exchange {
            options,
            state: State::Start,
            head: head::Kept::default(),
            caller: None,
            id: None,
            record: None,
            answer: Answer::default(),
            decided: None,
            max_runtime: false,
        }
    }

    /// Takes an event, and says what is to be done.
    pub fn on(&mut self, policy: Policy<'_>, event: Event<'_>) -> Effect {
        match (event, self.state) {
            (Event::HostFailure, State::Start | State::Body) => self.host_failure(policy),
            (Event::HostFailure, State::Passing | State::Listing(_) | State::ListBody(_)) => {
                self.replace_answer(policy, Reason::HostFailure)
            }
            // What the filter itself replied passes by.
            (_, State::Replied) => Effect::Forward(Changes::default()),
            (Event::RequestHead { head, subject, ends }, State::Start) => {
                self.request_head(policy, &head, subject, ends)
            }
            (Event::RequestHeld(bytes), State::Body) => self.request_held(policy, bytes),
            (Event::RequestBody(body), State::Body) => self.request_body(policy, body),
            (Event::AnswerHead { head, ends }, State::Passing | State::Listing(_)) => {
                self.answer_head(policy, &head, ends)
            }
            (Event::AnswerHeld(bytes), State::ListBody(_)) => self.answer_held(policy, bytes),
            (Event::AnswerBody(body), State::ListBody(list)) => self.answer_body(policy, list, body),
            // Once permitted, the rest of the request and of an answer not held just goes on.
            (_, State::Passing | State::Listing(_)) => Effect::Forward(Changes::default()),
            // An answer before the request was judged is the proxy's own, such as an error of another filter.
            (
                Event::AnswerHead { .. } | Event::AnswerHeld(_) | Event::AnswerBody(_),
                State::Start | State::Body,
            ) => Effect::Forward(Changes::default()),
            (Event::RequestHead { .. }, State::Body)
            | (Event::RequestHeld(_) | Event::RequestBody(_), State::Start)
            | (_, State::ListBody(_)) => self.host_failure(policy),
        }
    }

    /// Whether the answer's head has to be shown at all: reading headers costs.
    #[must_use]
    pub fn wants_answer_head(&self) -> bool {
        self.max_runtime || matches!(self.state, State::Listing(_))
    }

    /// Whether the answer's body is being held.
    #[must_use]
    pub fn holds_answer(&self) -> bool {
        matches!(self.state, State::ListBody(_))
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

    /// What was decided, once it was.
    #[must_use]
    pub fn decided(&self) -> Option<(Verdict, Reason)> {
        self.decided
    }

    /// The audit record, at the end of the exchange.
    #[must_use]
    pub fn finish(&mut self) -> Option<String> {
        Some(self.record.take()?.finish(&self.answer))
    }

    fn json_limits(&self) -> json::Limits {
        json::Limits { bytes_max: self.options.body_bytes_max, ..json::Limits::default() }
    }

    fn forward(&mut self, state: State, changes: Changes) -> Effect {
        self.state = state;
        Effect::Forward(changes)
    }

    fn reply(&mut self, reply: Reply) -> Effect {
        self.state = State::Replied;
        Effect::Reply(reply)
    }
}
