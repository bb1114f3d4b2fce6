//! An answer that is a stream of events: each is judged when it is complete, and nothing else is held.

use alloc::string::String;
use alloc::vec::Vec;

use super::govern::{Governed, Unreadable};
use super::judge::Words;
use super::{Changes, Effect, Exchange, State, Terms};
use crate::decide::Outcome;
use crate::reply::Reply;
use crate::sse::{Event, Piece, Reader, Reading};
use crate::text::push_one_line;
use crate::vocabulary::Reason;

/// A stream being read.
#[derive(Debug)]
pub(super) struct Stream {
    reader: Reader,
    /// It ended for the client; what the server still sends is not passed on.
    is_over: bool,
    /// Denied members of a batch were answered.
    is_open: bool,
}

impl Stream {
    pub(super) fn new(event_bytes_max: usize) -> Stream {
        Stream { reader: Reader::new(event_bytes_max), is_over: false, is_open: false }
    }
}

impl Exchange {
    pub(super) fn answer_chunk(&mut self, terms: &Terms<'_>, bytes: &[u8], ends: bool) -> Effect {
        let State::Streaming(mut stream) = core::mem::replace(&mut self.state, State::Passing) else {
            return self.replace_answer(terms, Reason::HostFailure);
        };
        if terms.policy.is_shadow() {
            return self.watched_chunk(terms, stream, bytes);
        }
        if stream.is_over {
            self.state = State::Streaming(stream);
            // Where the server ends too, the answer ends as it should.
            let nothing = Changes { headers: Vec::new(), body: Some(Vec::new()) };
            return if ends { Effect::Forward(nothing) } else { Effect::Close };
        }
        let mut out = Vec::with_capacity(bytes.len());
        if !core::mem::replace(&mut stream.is_open, true) {
            for refused in core::mem::take(&mut self.asked.refused) {
                write_event(&refused, &mut out);
            }
        }
        let read = stream.reader.push(bytes, &mut |piece| match piece {
            Piece::Aside(bytes) => out.extend_from_slice(bytes),
            Piece::Event(event) => self.event(terms, &event, &mut out),
        });
        if read.is_err() {
            // The rest cannot be read any more: whoever waits for it is told, and the stream ends.
            stream.is_over = true;
            self.answer.dropped = self.answer.dropped.saturating_add(1);
            self.tell_waiting(terms, Reason::AnswerTooLarge, &mut out);
        }
        if ends {
            // A tail without its blank line is no event; clients drop it, and so is it here.
            stream.reader.finish();
        }
        self.state = State::Streaming(stream);
        Effect::Forward(Changes { headers: Vec::new(), body: Some(out) })
    }

    /// Under a shadow policy events are read for what there is to say about them, and pass as they are.
    fn watched_chunk(&mut self, terms: &Terms<'_>, mut stream: Stream, bytes: &[u8]) -> Effect {
        let read = stream.reader.push(bytes, &mut |piece| {
            if let Piece::Event(event) = piece
                && let Some(data) = event.data().filter(|data| !data.is_empty())
            {
                self.answer.events = self.answer.events.saturating_add(1);
                let _ = self.govern(terms, &data);
            }
        });
        if read.is_ok() {
            self.state = State::Streaming(stream);
        }
        Effect::Forward(Changes::default())
    }

    fn event(&mut self, terms: &Terms<'_>, event: &Event<'_>, out: &mut Vec<u8>) {
        let Reading { data, name, is_ambiguous } = event.read();
        let Some(data) = data.filter(|data| !data.is_empty()) else {
            // Fields without data: ids and retry times, by which clients resume. Some clients see lines where others
            // see one, and so an event where others see a comment.
            return if is_ambiguous { event.canonical(out) } else { out.extend_from_slice(event.raw) };
        };
        match name.as_deref() {
            None | Some("" | "message") => {}
            // The address to post to, in the transport of 2024-11-05.
            Some("endpoint") if self.asked.ids.is_empty() => return event.canonical(out),
            // No client of MCP listens to another name.
            Some(_) => return self.withhold(event, out),
        }
        self.answer.events = self.answer.events.saturating_add(1);
        match self.govern(terms, &data) {
            Ok(Governed::Keep) if !is_ambiguous => out.extend_from_slice(event.raw),
            Ok(Governed::Keep) => event.with_data(&one_line(&data), out),
            Ok(Governed::Change(text)) => event.with_data(&one_line(&text), out),
            Ok(Governed::Drop) => self.withhold(event, out),
            Err(Unreadable) => {
                self.withhold(event, out);
                self.tell_waiting(terms, Reason::UnreadableAnswer, out);
            }
        }
    }

    /// Passes what is left of an event without its data: its id is the place to resume from.
    fn withhold(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        self.answer.dropped = self.answer.dropped.saturating_add(1);
        if event.id().is_some() {
            event.with_data("", out);
        }
    }

    /// Errors to the requests that still wait for their answers.
    fn tell_waiting(&mut self, terms: &Terms<'_>, reason: Reason, out: &mut Vec<u8>) {
        self.answer.replaced = Some(reason);
        let why = Words::new(terms, &self.head, Outcome::deny(reason));
        for id in core::mem::take(&mut self.asked.ids) {
            write_event(&Reply::error(&id, &why.explanation()).body, out);
        }
    }
}

fn write_event(data: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(data.as_bytes());
    out.extend_from_slice(b"\n\n");
}

fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    push_one_line(&mut line, json);
    line
}
