//! The answer's half of an exchange: its head says how it is read, and an answer in JSON is judged whole.

use alloc::string::String;
use alloc::vec::Vec;

use super::govern::{Governed, Unreadable};
use super::head::{AnswerHead, is_plain, is_type};
use super::judge::{array, content_length};
use super::stream::Stream;
use super::{Changes, Effect, Exchange, State, Terms, json_limits};
use crate::era::Era;
use crate::json::{Doc, Kind};
use crate::reply::Reply;
use crate::subject::Caller;
use crate::vocabulary::Reason;

/// The router's answer where the server took too long.
const GATEWAY_TIMEOUT: u16 = 504;
const ACCEPTED: u16 = 202;

impl Exchange {
    pub(super) fn answer_head(&mut self, terms: &Terms<'_>, head: &AnswerHead<'_>, ends: bool) -> Effect {
        if self.asked.has_max_runtime && head.status == GATEWAY_TIMEOUT {
            return self.replace_answer(terms, Reason::MaxRuntimeExceeded);
        }
        if terms.policy.is_shadow() {
            return self.watched_head(terms, head, ends);
        }
        let succeeded = (200..300).contains(&head.status);
        let is_plain = is_plain(head.content_type, head.content_encoding);
        if self.asked.is_batch && !self.asked.refused.is_empty() && (ends || head.status == ACCEPTED) {
            // Only notifications went on, but there are requests to answer.
            let reply = Reply::batch(&self.asked.refused, Reason::DefaultDeny);
            return self.reply(reply);
        }
        let mut changes = Changes { headers: self.sealed_session(terms, head), body: None };
        if ends {
            return self.forward(State::Passing, changes);
        }
        if is_type(head.content_type, "text/event-stream") && is_plain {
            // Events change their length, and nobody knows the length of a stream.
            changes.headers.push(("content-length", None));
            return self.forward(State::Streaming(Stream::new(terms.options.event_bytes_max)), changes);
        }
        if is_type(head.content_type, "application/json") && is_plain {
            // Header changes are made while the head is held, so they go out with it.
            self.asked.head_changes = changes.headers;
            self.state = State::Holding(head.status);
            return Effect::Hold;
        }
        if succeeded && !self.may_say_nothing(head.status) {
            return self.replace_answer(terms, Reason::EncodedAnswer);
        }
        if terms.policy.view().is_some_and(|view| self.protects(view)) {
            // Clients show the page of an error to the model, as the words of the error.
            self.asked.head_changes = changes.headers;
            self.asked.is_coded = !is_plain;
            self.state = State::Holding(head.status);
            return Effect::Hold;
        }
        self.forward(State::Passing, changes)
    }

    /// Whether nobody waits for a message in this answer, so that its body may be anything.
    fn may_say_nothing(&self, status: u16) -> bool {
        status == ACCEPTED || self.head.method == "DELETE"
    }

    /// Under a shadow policy an answer is read for what there is to say about it, and passes as it is.
    fn watched_head(&mut self, terms: &Terms<'_>, head: &AnswerHead<'_>, ends: bool) -> Effect {
        if ends || !is_plain(head.content_type, head.content_encoding) {
            return self.pass();
        }
        if is_type(head.content_type, "text/event-stream") {
            let stream = Stream::new(terms.options.event_bytes_max);
            return self.forward(State::Streaming(stream), Changes::default());
        }
        if is_type(head.content_type, "application/json") {
            self.state = State::Holding(head.status);
            return Effect::Hold;
        }
        self.pass()
    }

    /// The session id of an answer, sealed for the caller.
    fn sealed_session(
        &self,
        terms: &Terms<'_>,
        head: &AnswerHead<'_>,
    ) -> Vec<(&'static str, Option<String>)> {
        let Some(id) = head.session else { return Vec::new() };
        let subject = self.caller.as_ref().map(Caller::subject).filter(|_| self.asked.era == Era::Legacy);
        let sealed =
            terms.session_key.zip(subject).and_then(|(key, subject)| key.seal(id, subject, terms.now_sec));
        // Without a seal the client gets no session, and with it none that another one could use.
        Vec::from([("mcp-session-id", sealed)])
    }

    pub(super) fn answer_held(&mut self, terms: &Terms<'_>, bytes: usize) -> Effect {
        if bytes > terms.options.body_bytes_max {
            if terms.policy.is_shadow() {
                return self.pass();
            }
            return self.replace_answer(terms, Reason::AnswerTooLarge);
        }
        Effect::Hold
    }

    pub(super) fn answer_body(&mut self, terms: &Terms<'_>, status: u16, body: &[u8]) -> Effect {
        if terms.policy.is_shadow() {
            // What it would have become is written down; what it is goes on, readable or not.
            let _ = self.governed(terms, body);
            return self.pass();
        }
        let mut changes = Changes { headers: core::mem::take(&mut self.asked.head_changes), body: None };
        // What its reader decodes to something else is no message, whatever it looks like.
        let governed = if self.asked.is_coded { Err(Unreadable) } else { self.governed(terms, body) };
        match governed {
            Ok(None) => {}
            Ok(Some(body)) => {
                // The old length would cut the body, or take the next answer's bytes for the rest of it.
                let body = body.into_bytes();
                changes.headers.push(content_length(&body));
                changes.body = Some(body);
            }
            // An error of HTTP is no message, and no client takes it for one.
            Err(Unreadable) if !(200..300).contains(&status) || self.may_say_nothing(status) => {
                if !body.is_empty() && !self.is_harmless(terms, body) {
                    self.answer.replaced = Some(Reason::Detected);
                    changes.headers.push(("content-length", Some(String::from("0"))));
                    changes.headers.push(("content-encoding", None));
                    changes.body = Some(Vec::new());
                }
            }
            Err(Unreadable) => return self.replace_answer(terms, Reason::UnreadableAnswer),
        }
        self.forward(State::Passing, changes)
    }

    /// The answer as this caller gets to see it, or `None` where that is all of it.
    fn governed(&mut self, terms: &Terms<'_>, body: &[u8]) -> Result<Option<String>, Unreadable> {
        let text = core::str::from_utf8(body).map_err(|_| Unreadable)?;
        if !self.asked.is_batch {
            return match self.govern_answer(terms, text)? {
                Governed::Keep => Ok(None),
                Governed::Change(text) => Ok(Some(text)),
                Governed::Drop => Err(Unreadable),
            };
        }
        let doc = Doc::parse(body, &json_limits(terms.options)).map_err(|_| Unreadable)?;
        let members: Vec<&str> = match doc.root().kind() {
            Kind::Array => doc.root().items().map(|member| member.raw()).collect(),
            _ => Vec::from([text]),
        };
        let mut answers = Vec::new();
        for member in members {
            match self.govern_answer(terms, member)? {
                Governed::Keep => answers.push(String::from(member)),
                Governed::Change(text) => answers.push(text),
                Governed::Drop => {}
            }
        }
        answers.append(&mut self.asked.refused);
        Ok(Some(array(answers.iter().map(String::as_str))))
    }
}
