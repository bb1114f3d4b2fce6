//! The request's half of an exchange: read it, decide, forward or refuse.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::head::{Head, Kept, is_ambiguous, is_plain};
use super::{Changes, Effect, Exchange, Policy, State};
use crate::decide::{
    Call, Decision, Limits, Name, ObjectName, Outcome, decide, has_access, is_visible, roles,
};
use crate::json::JsonErrorKind;
use crate::list::List;
use crate::message::{self, Kind, Message, MessageError, MessageErrorKind, Method, Object};
use crate::record::{self, Record};
use crate::registry::{ServerName, recognise};
use crate::reply::{Explanation, Reply};
use crate::subject::{Caller, Subject};
use crate::table::View;
use crate::vocabulary::{Capture, Reason, Verdict};

/// How a refusal is put to the client.
enum Refusal {
    /// HTTP error with a JSON-RPC error that has no id.
    Http(u16),
    /// JSON-RPC error to the request with this id.
    Request(String),
    /// Accept and drop.
    Drop,
    /// Method not allowed.
    Method,
}

impl Exchange {
    pub(super) fn request_head(
        &mut self,
        policy: Policy<'_>,
        head: &Head<'_>,
        subject: Subject,
        ends: bool,
    ) -> Effect {
        self.head = Kept::of(head);
        self.caller = Some(match policy {
            Policy::Loaded(view) => Caller::new(view, subject),
            Policy::Unavailable => Caller::unresolved(subject),
        });
        if is_ambiguous(head.path) {
            return self.refuse(policy, Reason::AmbiguousPath, None, Refusal::Http(400));
        }
        if head.is_repeated {
            return self.refuse(
                policy,
                Reason::AmbiguousMessage,
                Some("repeated-header"),
                Refusal::Http(400),
            );
        }
        match head.method {
            "POST" if ends => self.refuse(policy, Reason::EmptyBody, None, Refusal::Http(400)),
            "POST" if !is_plain(head.content_type, head.content_encoding) => {
                self.refuse(policy, Reason::EncodedBody, None, Refusal::Http(415))
            }
            "POST" => {
                self.state = State::Body;
                Effect::Hold
            }
            "DELETE" => self.session_end(policy),
            _ => self.refuse(policy, Reason::HttpMethod, None, Refusal::Method),
        }
    }

    pub(super) fn request_held(&mut self, policy: Policy<'_>, bytes: usize) -> Effect {
        if bytes > self.options.body_bytes_max {
            return self.refuse(policy, Reason::BodyTooLarge, None, Refusal::Http(413));
        }
        Effect::Hold
    }

    pub(super) fn request_body(&mut self, policy: Policy<'_>, body: &[u8]) -> Effect {
        match message::parse(body, &self.json_limits()) {
            Ok(message) => self.message(policy, &message),
            Err(error) => self.unreadable(policy, error),
        }
    }

    /// The proxy failed, or broke the order of events.
    pub(super) fn host_failure(&mut self, policy: Policy<'_>) -> Effect {
        self.refuse(policy, Reason::HostFailure, None, Refusal::Http(500))
    }

    fn unreadable(&mut self, policy: Policy<'_>, error: MessageError) -> Effect {
        let (reason, status) = match error.kind {
            MessageErrorKind::Json(json) if json.kind == JsonErrorKind::TooLarge => {
                (Reason::BodyTooLarge, 413)
            }
            MessageErrorKind::Json(json) if json.kind == JsonErrorKind::DuplicateKey => {
                (Reason::AmbiguousMessage, 400)
            }
            MessageErrorKind::AmbiguousMember
            | MessageErrorKind::ExtraMember
            | MessageErrorKind::MethodWithResult
            | MessageErrorKind::ResultAndError => (Reason::AmbiguousMessage, 400),
            MessageErrorKind::Batch => (Reason::Batch, 400),
            _ => (Reason::UnreadableMessage, 400),
        };
        let refusal = match error.id {
            Some(id) => Refusal::Request(id),
            None if error.notification => Refusal::Drop,
            None => Refusal::Http(status),
        };
        self.refuse(policy, reason, Some(error.kind.name()), refusal)
    }

    fn message(&mut self, policy: Policy<'_>, message: &Message<'_>) -> Effect {
        self.id = message.id().map(ToString::to_string);
        let head = core::mem::take(&mut self.head);
        let caller = self.caller.take();
        let effect = match (policy, &caller) {
            (Policy::Loaded(view), Some(caller)) => {
                let server = recognise(view, &head.traffic());
                let call = Call::of(message, server);
                let decision = decide(view, caller, &call);
                self.write_record(
                    policy,
                    caller,
                    &head,
                    Some(message),
                    &decision,
                    server,
                    kind_name(message),
                    None,
                );
                self.settle(view, caller, &head, message, &call, &decision)
            }
            (_, caller) => {
                let decision = denial(Reason::PolicyUnavailable);
                let nobody = Caller::unresolved(Subject::default());
                let caller = caller.as_ref().unwrap_or(&nobody);
                let server = ServerName { number: None, name: "" };
                self.write_record(
                    policy,
                    caller,
                    &head,
                    Some(message),
                    &decision,
                    server,
                    kind_name(message),
                    None,
                );
                self.refuse_message(policy, &head, message, decision.outcome)
            }
        };
        (self.head, self.caller) = (head, caller);
        effect
    }

    /// Carries a decision out.
    fn settle(
        &mut self,
        view: &View<'_>,
        caller: &Caller,
        head: &Kept,
        message: &Message<'_>,
        call: &Call<'_>,
        decision: &Decision,
    ) -> Effect {
        let outcome = decision.outcome;
        if outcome.verdict.is_permit() {
            self.max_runtime = decision.limits.max_runtime_sec.is_some();
            let list =
                List::of(message.method()).filter(|_| message.kind() == Kind::Request && !view.is_shadow());
            let state = list.map_or(State::Passing, State::Listing);
            return self.forward(state, Changes { headers: request_headers(&decision.limits), body: None });
        }
        if outcome.verdict == Verdict::Deny
            && message.kind() == Kind::Request
            && let Some(id) = message.id()
            && let Some(reply) = hidden(view, caller, message, call, outcome.reason)
        {
            return self.reply(reply(id));
        }
        self.refuse_message(Policy::Loaded(view), head, message, outcome)
    }

    fn refuse_message(
        &mut self,
        policy: Policy<'_>,
        head: &Kept,
        message: &Message<'_>,
        outcome: Outcome,
    ) -> Effect {
        let reply = match (message.kind(), message.id()) {
            (Kind::Request, Some(id)) => with_explanation(policy, head, outcome, |why| Reply::error(id, why)),
            _ => Reply::accepted(outcome.reason),
        };
        self.reply(reply)
    }

    /// DELETE ends a session; whoever may use the server may end a session on it.
    fn session_end(&mut self, policy: Policy<'_>) -> Effect {
        let head = core::mem::take(&mut self.head);
        let caller = self.caller.take();
        let mut decision = denial(Reason::PolicyUnavailable);
        let mut server = ServerName { number: None, name: "" };
        if let (Policy::Loaded(view), Some(caller)) = (policy, &caller) {
            server = recognise(view, &head.traffic());
            decision = denial(Reason::DefaultDeny);
            let object = ObjectName { kind: Object::None, name: Name::None };
            let call = Call::of_listed(server, Method::Unknown, object.kind, object.name);
            if view.is_shadow() || has_access(view, caller, &call) {
                decision.outcome = Outcome { verdict: Verdict::Allow, rule: None, reason: Reason::Plumbing };
            }
        }
        if let Some(caller) = &caller {
            self.write_record(policy, caller, &head, None, &decision, server, "session-end", None);
        }
        (self.head, self.caller) = (head, caller);
        if decision.outcome.verdict.is_permit() {
            return self.forward(State::Passing, Changes::default());
        }
        self.reply(Reply::method_not_allowed(decision.outcome.reason))
    }

    /// Refuses what is no message to decide about. A shadow policy only records it.
    fn refuse(
        &mut self,
        policy: Policy<'_>,
        reason: Reason,
        detail: Option<&'static str>,
        refusal: Refusal,
    ) -> Effect {
        let head = core::mem::take(&mut self.head);
        let caller = self.caller.take().unwrap_or_else(|| Caller::unresolved(Subject::default()));
        let mut decision = denial(reason);
        if is_shadow(policy) {
            let outcome = Outcome { verdict: Verdict::Allow, rule: None, reason: Reason::Shadow };
            decision = Decision { outcome, shadow: Some(decision.outcome), ..decision };
        }
        let server = match policy {
            Policy::Loaded(view) => recognise(view, &head.traffic()),
            Policy::Unavailable => ServerName { number: None, name: "" },
        };
        self.write_record(policy, &caller, &head, None, &decision, server, "unreadable", detail);
        let effect = if decision.outcome.verdict.is_permit() {
            self.forward(State::Passing, Changes::default())
        } else {
            let outcome = decision.outcome;
            let reply = match &refusal {
                Refusal::Http(status) => {
                    with_explanation(policy, &head, outcome, |why| Reply::unreadable(*status, why))
                }
                Refusal::Request(id) => with_explanation(policy, &head, outcome, |why| Reply::error(id, why)),
                Refusal::Drop => Reply::accepted(reason),
                Refusal::Method => Reply::method_not_allowed(reason),
            };
            self.reply(reply)
        };
        (self.head, self.caller) = (head, Some(caller));
        effect
    }

    /// An error to the request in place of the server's answer.
    pub(super) fn replace_answer(&mut self, policy: Policy<'_>, reason: Reason) -> Effect {
        self.answer.replaced = Some(reason);
        let outcome = Outcome::deny(reason);
        let reply = match self.id.as_deref() {
            Some(id) => with_explanation(policy, &self.head, outcome, |why| Reply::error(id, why)),
            None => with_explanation(policy, &self.head, outcome, |why| Reply::unreadable(502, why)),
        };
        self.reply(reply)
    }

    #[expect(clippy::too_many_arguments, reason = "each is a different fact of the one record")]
    fn write_record(
        &mut self,
        policy: Policy<'_>,
        caller: &Caller,
        head: &Kept,
        message: Option<&Message<'_>>,
        decision: &Decision,
        server: ServerName<'_>,
        kind: &'static str,
        detail: Option<&'static str>,
    ) {
        self.decided = Some((decision.outcome.verdict, decision.outcome.reason));
        let view = match policy {
            Policy::Loaded(view) => Some(view),
            Policy::Unavailable => None,
        };
        let claim = message.and_then(Message::protocol_version_claim);
        let facts = record::Facts {
            kind,
            detail,
            id: message.and_then(Message::id),
            server: server.name,
            host: &head.host,
            path: &head.path,
            method: message.map_or("", Message::method_name),
            object: message.and_then(|message| Some((object_key(message.object_kind())?, message.object()?))),
            arguments: message.and_then(Message::arguments),
            capture: view
                .and_then(View::settings)
                .and_then(|settings| Capture::from_number(settings.capture))
                .unwrap_or(Capture::Digest),
            outcome: decision.outcome,
            shadow: decision.shadow,
            is_shadow: is_shadow(policy),
            session: head.session.as_deref(),
            protocol: claim.or(head.protocol.as_deref()),
            era: if claim.is_some() { "modern" } else { "legacy" },
            request_id: &head.request_id,
        };
        let digest = policy_text(policy);
        let record = match view {
            Some(view) => {
                let call = Call::of_listed(server, Method::Unknown, Object::None, Name::None);
                let names = roles(view, caller, &call)
                    .filter_map(|number| Some(view.text(view.roles.get(number as usize)?.name)));
                Record::new(Some(view), &digest, caller.subject(), names, &facts)
            }
            None => Record::new(None, &digest, caller.subject(), core::iter::empty(), &facts),
        };
        self.record = Some(record);
    }
}

fn denial(reason: Reason) -> Decision {
    Decision { outcome: Outcome::deny(reason), limits: Limits::default(), shadow: None }
}

fn is_shadow(policy: Policy<'_>) -> bool {
    matches!(policy, Policy::Loaded(view) if view.is_shadow())
}

fn kind_name(message: &Message<'_>) -> &'static str {
    match message.kind() {
        Kind::Request => "request",
        Kind::Notification => "notification",
        Kind::Response => "response",
    }
}

fn object_key(kind: Object) -> Option<&'static str> {
    match kind {
        Object::Tool => Some("tool"),
        Object::Prompt => Some("prompt"),
        Object::Resource => Some("uri"),
        Object::None => None,
    }
}

/// Headers by which the proxy's router holds a call to its limits. They are set after the proxy has removed
/// what a client sent under these names, and the alternative answer to a time-out would hide it.
fn request_headers(limits: &Limits) -> Vec<(&'static str, Option<String>)> {
    let mut headers = Vec::from([("accept-encoding", Some(String::from("identity")))]);
    if let Some(seconds) = limits.max_runtime_sec {
        let milliseconds = u64::from(seconds).saturating_mul(1000);
        headers.push(("x-envoy-upstream-rq-timeout-ms", Some(milliseconds.to_string())));
        headers.push(("x-envoy-upstream-rq-timeout-alt-response", None));
    }
    if let Some(retries) = limits.max_retries {
        headers.push(("x-envoy-max-retries", Some(retries.to_string())));
    }
    headers
}

/// How a denied call is answered where its object is not even shown to the caller: as one that does not exist.
fn hidden<'m>(
    view: &View<'_>,
    caller: &Caller,
    message: &'m Message<'_>,
    call: &Call<'_>,
    reason: Reason,
) -> Option<impl FnOnce(&str) -> Reply + 'm> {
    let (kind, name) = (message.object_kind(), message.object()?);
    let open = Call::of_listed(call.server, message.method(), kind, Name::Is(name));
    let is_hidden = has_access(view, caller, call) && !is_visible(view, caller, &open);
    is_hidden.then_some(move |id: &str| Reply::unknown_object(id, kind, name, reason))
}

fn policy_text(policy: Policy<'_>) -> String {
    match policy {
        Policy::Loaded(view) => view.digest.text(),
        Policy::Unavailable => String::from("none"),
    }
}

fn with_explanation(
    policy: Policy<'_>,
    head: &Kept,
    outcome: Outcome,
    reply: impl FnOnce(&Explanation<'_>) -> Reply,
) -> Reply {
    let digest = policy_text(policy);
    let rule = match (policy, outcome.rule) {
        (Policy::Loaded(view), Some(number)) => view.rules.get(number as usize).map(|rule| (view, rule)),
        _ => None,
    };
    reply(&Explanation {
        verdict: outcome.verdict,
        rule: rule.map(|(view, rule)| view.text(rule.id)),
        reason: outcome.reason,
        note: rule.and_then(|(view, rule)| view.optional_text(rule.reason)),
        policy: &digest,
        request_id: &head.request_id,
    })
}
