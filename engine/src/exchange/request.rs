//! The request's half of an exchange: read it, decide, forward or refuse.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::head::{Head, is_ambiguous, is_plain};
use super::judge::{Refusal, Sender, access, content_length, denial, permit};
use super::{Changes, Effect, Exchange, Policy, State, Terms, json_limits};
use crate::decide::{Call, Limits, Name};
use crate::era::{self, Era};
use crate::json::JsonErrorKind;
use crate::list::List;
use crate::message::{self, Kind, Message, MessageError, MessageErrorKind, Method, Object};
use crate::registry::recognise;
use crate::reply::Reply;
use crate::subject::{Caller, Subject};
use crate::vocabulary::Reason;

impl Exchange {
    pub(super) fn request_head(
        &mut self,
        terms: &Terms<'_>,
        head: Head,
        subject: Subject,
        ends: bool,
    ) -> Effect {
        self.head = head;
        self.caller = Some(match terms.policy {
            Policy::Loaded(view) => {
                self.server = recognise(view, &self.head.traffic()).number;
                Caller::new(view, subject)
            }
            Policy::Unavailable => Caller::unresolved(subject),
        });
        if is_ambiguous(&self.head.path) {
            return self.refuse(terms, Reason::AmbiguousPath, None, Refusal::Http(400));
        }
        if self.head.is_under(&terms.options.pass_paths) {
            self.write_down(terms, "pass", None, None, &permit(Reason::PassPath), Sender::Client);
            return self.pass();
        }
        if self.head.is_repeated {
            return self.refuse(terms, Reason::AmbiguousMessage, Some("repeated-header"), Refusal::Http(400));
        }
        let is_plain = is_plain(self.head.content_type.as_deref(), self.head.content_encoding.as_deref());
        match self.head.method.as_str() {
            "POST" if ends => self.refuse(terms, Reason::EmptyBody, None, Refusal::Http(400)),
            "POST" if !is_plain => self.refuse(terms, Reason::EncodedBody, None, Refusal::Http(415)),
            "POST" => {
                self.state = State::Body;
                Effect::Hold
            }
            // What they carry would be read by nobody here, and perhaps by the server.
            "GET" | "DELETE" if !ends => {
                let detail = Some("body-without-post");
                self.refuse(terms, Reason::UnreadableMessage, detail, Refusal::Http(400))
            }
            // Streams to resume and sessions to end are legacy.
            "GET" if self.head.accepts_stream() && !self.head.claims_modern() => {
                self.bodyless(terms, "stream")
            }
            "DELETE" if !self.head.claims_modern() => self.bodyless(terms, "session-end"),
            _ => self.refuse(terms, Reason::HttpMethod, None, Refusal::Method),
        }
    }

    pub(super) fn request_held(&mut self, terms: &Terms<'_>, bytes: usize) -> Effect {
        if bytes > terms.options.body_bytes_max {
            return self.refuse(terms, Reason::BodyTooLarge, None, Refusal::Http(413));
        }
        Effect::Hold
    }

    pub(super) fn request_body(&mut self, terms: &Terms<'_>, body: &[u8]) -> Effect {
        match message::parse(body, &json_limits(terms.options)) {
            Ok(message) => self.message(terms, &message),
            Err(error) if error.kind == MessageErrorKind::Batch && self.may_batch() => {
                self.batch(terms, body)
            }
            Err(error) => self.unreadable(terms, error),
        }
    }

    /// Only 2025-03-26 has batches, and a client need not say that it speaks it.
    fn may_batch(&self) -> bool {
        self.head.mcp.version.as_deref().is_none_or(|version| version == era::BATCH)
    }

    fn unreadable(&mut self, terms: &Terms<'_>, error: MessageError) -> Effect {
        let (reason, status) = unreadable(error.kind);
        let refusal = match error.id {
            Some(id) => Refusal::Request(id),
            None if error.notification => Refusal::Drop,
            None => Refusal::Http(status),
        };
        self.refuse(terms, reason, Some(error.kind.name()), refusal)
    }

    fn message(&mut self, terms: &Terms<'_>, message: &Message<'_>) -> Effect {
        match era::of(&self.head.mcp, message) {
            Ok(era) => self.asked.era = era,
            Err(mismatch) if terms.policy.is_shadow() => {
                return self.refuse(terms, Reason::ProtocolMismatch, Some(mismatch.name()), Refusal::Drop);
            }
            Err(mismatch) => {
                let refused = denial(Reason::ProtocolMismatch);
                self.write_down(
                    terms,
                    "unreadable",
                    Some(mismatch.name()),
                    Some(message),
                    &refused,
                    Sender::Client,
                );
                let requested = message.protocol_version_claim().or(self.head.mcp.version.as_deref());
                let reply = Reply::protocol(message.id(), mismatch, requested.unwrap_or(""));
                return self.reply(reply);
            }
        }
        let session = match self.open_session(terms) {
            Ok(session) => session,
            Err(effect) => return effect,
        };
        let decision = self.judge(terms, message, Sender::Client);
        if !decision.outcome.verdict.is_permit() {
            let reply = self.denied(terms, message, decision.outcome);
            return self.reply(reply);
        }
        let asked = message.id().filter(|_| message.kind() == Kind::Request);
        self.asked.ids = asked.map(ToString::to_string).into_iter().collect();
        self.asked.method = Some(message.method());
        let mut headers = self.request_headers(terms, &decision.limits);
        self.asked.is_governed = self.governs_answer(terms, message.method());
        headers.extend(session);
        let body = self.asked.rewritten.take().map(String::into_bytes);
        headers.extend(body.as_deref().map(content_length));
        self.forward(State::Forwarded, Changes { headers, body })
    }

    /// Whether anything in the answer can be refused or has to be changed; under a shadow policy, whether there is
    /// anything to say about it.
    fn governs_answer(&self, terms: &Terms<'_>, method: Method) -> bool {
        let protects = terms.policy.view().is_some_and(|view| self.protects(view));
        if terms.policy.is_shadow() {
            return protects;
        }
        terms.options.govern_answers
            || protects
            || List::of(method).is_some()
            || matches!(method, Method::Initialize | Method::Unknown)
            || self.head.session.is_some()
            || self.asked.has_max_runtime
    }

    /// GET opens or resumes a stream, DELETE ends a session: for whoever may use something on the server.
    fn bodyless(&mut self, terms: &Terms<'_>, kind: &'static str) -> Effect {
        let session = match self.open_session(terms) {
            Ok(session) => session,
            Err(effect) => return effect,
        };
        let decision = match (terms.policy, &self.caller) {
            (Policy::Loaded(view), Some(caller)) => {
                let call = Call::of_listed(self.server(view), Method::Unknown, Object::None, Name::None)
                    .with_context(self.context(terms));
                access(view, caller, &call)
            }
            _ => denial(Reason::PolicyUnavailable),
        };
        self.write_down(terms, kind, None, None, &decision, Sender::Client);
        if !decision.outcome.verdict.is_permit() {
            return self.reply(Reply::method_not_allowed(decision.outcome.reason));
        }
        let protects = terms.policy.view().is_some_and(|view| self.protects(view));
        self.asked.is_governed =
            (kind == "stream" || protects) && self.governs_answer(terms, Method::Unknown);
        let mut headers = self.request_headers(terms, &Limits::default());
        headers.extend(session);
        self.forward(State::Forwarded, Changes { headers, body: None })
    }

    /// The server's own session id, to be put in place of the sealed one. A modern request has no session,
    /// whatever it says; a shadow policy seals none.
    pub(super) fn open_session(
        &mut self,
        terms: &Terms<'_>,
    ) -> Result<Option<(&'static str, Option<String>)>, Effect> {
        let Some(sealed) = self.head.session.clone() else { return Ok(None) };
        if self.asked.era == Era::Modern {
            self.head.session = None;
            return Ok(Some(("mcp-session-id", None)));
        }
        if terms.policy.is_shadow() {
            return Ok(None);
        }
        let Some(key) = terms.session_key else { return Err(self.host_failure(terms)) };
        let subject = self.caller.as_ref().map(Caller::subject);
        match subject.and_then(|subject| key.open(&sealed, subject, terms.now_sec)) {
            Some(id) => {
                // Records tell sessions apart by the server's id, which stays the same when it is sealed anew.
                self.head.session = Some(id.to_string());
                Ok(Some(("mcp-session-id", Some(id.to_string()))))
            }
            None => Err(self.refuse(terms, Reason::UnknownSession, None, Refusal::Http(404))),
        }
    }

    /// Headers by which the proxy's router holds a call to its limits, and by which the server answers in the
    /// plain. They are set after the proxy has removed what a client sent under these names, and the
    /// alternative answer to a time-out would hide it.
    pub(super) fn request_headers(
        &mut self,
        terms: &Terms<'_>,
        limits: &Limits,
    ) -> Vec<(&'static str, Option<String>)> {
        if terms.policy.is_shadow() {
            return Vec::new();
        }
        let mut headers = Vec::new();
        if self.head.takes_encodings {
            headers.push(("accept-encoding", Some(String::from("identity"))));
        }
        if let Some(seconds) = limits.max_runtime_sec {
            self.asked.has_max_runtime = true;
            let milliseconds = u64::from(seconds).saturating_mul(1000);
            headers.push(("x-envoy-upstream-rq-timeout-ms", Some(milliseconds.to_string())));
            headers.push(("x-envoy-upstream-rq-timeout-alt-response", None));
        }
        if let Some(retries) = limits.max_retries {
            headers.push(("x-envoy-max-retries", Some(retries.to_string())));
        }
        headers
    }
}

/// The reason and HTTP status for a message that cannot be read.
pub(super) fn unreadable(kind: MessageErrorKind) -> (Reason, u16) {
    match kind {
        MessageErrorKind::Json(json) if json.kind == JsonErrorKind::TooLarge => (Reason::BodyTooLarge, 413),
        MessageErrorKind::Json(json) if json.kind == JsonErrorKind::DuplicateKey => {
            (Reason::AmbiguousMessage, 400)
        }
        MessageErrorKind::AmbiguousMember
        | MessageErrorKind::ExtraMember
        | MessageErrorKind::MethodWithResult
        | MessageErrorKind::ResultAndError => (Reason::AmbiguousMessage, 400),
        MessageErrorKind::Batch => (Reason::Batch, 400),
        _ => (Reason::UnreadableMessage, 400),
    }
}
