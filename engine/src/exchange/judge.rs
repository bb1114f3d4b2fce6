//! Deciding a message and writing it down, and putting a refusal into words.

use alloc::format;
use alloc::string::{String, ToString};

use super::protect::{self, Seen};
use super::{Effect, Exchange, Policy, SERVER_RECORDS_MAX, Terms};
use crate::decide::{Call, Context, Decision, Limits, Name, Outcome, decide, has_access, is_visible, roles};
use crate::era::Era;
use crate::message::{Kind, Message, Method, Object};
use crate::protect::{Plan, direction};
use crate::record::{self, Record};
use crate::registry::{self, ServerName};
use crate::reply::{Explanation, Reply};
use crate::subject::{Caller, Subject};
use crate::table::View;
use crate::vocabulary::{Capture, Reason, Verdict};

/// Who sent a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    Client,
    Server,
}

/// How a refusal is put to the client.
#[derive(Debug)]
pub(super) enum Refusal {
    /// HTTP error with a JSON-RPC error that has no id.
    Http(u16),
    /// JSON-RPC error to the request with this id.
    Request(String),
    /// Accept and drop.
    Drop,
    /// Method not allowed.
    Method,
}

pub(super) const NO_SERVER: ServerName<'static> = ServerName { number: None, name: "" };

pub(super) fn denial(reason: Reason) -> Decision {
    Decision { outcome: Outcome::deny(reason), limits: Limits::default(), shadow: None }
}

pub(super) fn permit(reason: Reason) -> Decision {
    let outcome = Outcome { verdict: Verdict::Allow, rule: None, reason };
    Decision { outcome, limits: Limits::default(), shadow: None }
}

impl Exchange {
    /// Where the request goes.
    pub(super) fn server<'t>(&'t self, view: &View<'t>) -> ServerName<'t> {
        match self.server {
            Some(number) => registry::named(view, number),
            None => registry::unregistered(view, &self.head.traffic()),
        }
    }

    /// What is known about the exchange beside its messages.
    pub(super) fn context<'t>(&self, terms: &Terms<'t>) -> Context<'t> {
        Context {
            source: self.head.source,
            time: Some(terms.now_sec),
            session: Some(self.head.session.is_some()),
            region: terms.region,
            environment: terms.environment,
        }
    }

    /// Decides a message and writes it down. Where there is no policy the answer is its absence.
    pub(super) fn judge(&mut self, terms: &Terms<'_>, message: &Message<'_>, sender: Sender) -> Decision {
        let method = message.method();
        // A stream says the same thing many times. What names no object and has no arguments is decided by its method.
        let by_method = sender == Sender::Server && method != Method::Unknown && message.object().is_none();
        if by_method && let Some((_, decision)) = self.said.iter().find(|(said, _)| *said == method) {
            return self.judged(terms, message, *decision, sender, &Seen::default());
        }
        let (mut seen, mut plan) = (Seen::default(), None);
        let mut decision = match (terms.policy, &self.caller) {
            (Policy::Loaded(view), Some(caller)) => {
                let call = Call::of(message, self.server(view)).with_context(self.context(terms));
                let decision = match message.kind() {
                    // An answer to a question that was permitted to reach the client: it goes to whom the client may
                    // speak to at all.
                    Kind::Response => access(view, caller, &call),
                    _ => decide(view, caller, &call),
                };
                let decision = match method {
                    Method::Listen if decision.outcome.verdict.is_permit() => {
                        listen(view, caller, &call, message).unwrap_or(decision)
                    }
                    _ => decision,
                };
                if sender == Sender::Client {
                    let is_mirrored = !self.head.mcp.params.is_empty();
                    seen = protect::look(terms, view, caller, &call, message, is_mirrored);
                    if decision.outcome.verdict.is_permit() {
                        plan = Plan::new(view, caller, &call, direction(method));
                    } else {
                        // It does not go on, and is looked through for its record only.
                        (seen.refused, seen.text) = (None, None);
                    }
                }
                decision
            }
            _ => denial(Reason::PolicyUnavailable),
        };
        if by_method {
            self.said.push((method, decision));
        }
        if decision.outcome.verdict.is_permit() {
            self.looked.add(&seen.found);
        }
        if seen.refused.is_some() {
            decision = denial(Reason::Detected);
        }
        self.asked.refused_for = seen.refused.take();
        if sender == Sender::Client {
            self.plan(message, plan);
            self.asked.rewritten = seen.text.take();
        }
        self.judged(terms, message, decision, sender, &seen)
    }

    fn judged(
        &mut self,
        terms: &Terms<'_>,
        message: &Message<'_>,
        decision: Decision,
        sender: Sender,
        seen: &Seen,
    ) -> Decision {
        let kind = match (sender, message.kind()) {
            (Sender::Client, Kind::Request) => "request",
            (Sender::Client, Kind::Notification) => "notification",
            (Sender::Client, Kind::Response) => "response",
            (Sender::Server, Kind::Request) => "server-request",
            (Sender::Server, _) => "server-notification",
        };
        self.write_down_with(terms, kind, None, Some(message), &decision, sender, seen);
        decision
    }

    /// Adds a record of what no detector looked at.
    pub(super) fn write_down(
        &mut self,
        terms: &Terms<'_>,
        kind: &'static str,
        detail: Option<&'static str>,
        message: Option<&Message<'_>>,
        decision: &Decision,
        sender: Sender,
    ) {
        self.write_down_with(terms, kind, detail, message, decision, sender, &Seen::default());
    }

    /// Adds a record. Of the server's messages only those that ask for something, or are refused, have one.
    #[expect(clippy::too_many_arguments, reason = "the parts of a record")]
    fn write_down_with(
        &mut self,
        terms: &Terms<'_>,
        kind: &'static str,
        detail: Option<&'static str>,
        message: Option<&Message<'_>>,
        decision: &Decision,
        sender: Sender,
        seen: &Seen,
    ) {
        let routine = kind == "server-notification" && decision.outcome.verdict.is_permit();
        if sender == Sender::Server && (routine || self.records.done.len() >= SERVER_RECORDS_MAX) {
            return;
        }
        self.decided.push((decision.outcome.verdict, decision.outcome.reason));
        let view = terms.policy.view();
        let server = view.map_or(NO_SERVER, |view| self.server(view));
        let nobody = Subject::default();
        let subject = self.caller.as_ref().map_or(&nobody, Caller::subject);
        let facts = record::Facts {
            kind,
            detail,
            id: message.and_then(Message::id),
            server: server.name,
            host: &self.head.host,
            path: self.head.path_alone(),
            method: message.map_or("", Message::method_name),
            object: message.and_then(|message| {
                Some((
                    object_key(message.object_kind())?,
                    seen.object.as_deref().or_else(|| message.object())?,
                ))
            }),
            arguments: message.and_then(Message::arguments),
            capture: view
                .and_then(View::settings)
                .and_then(|settings| Capture::from_number(settings.capture))
                .unwrap_or(Capture::Digest),
            outcome: decision.outcome,
            shadow: decision.shadow,
            is_shadow: terms.policy.is_shadow(),
            session: self.head.session.as_deref(),
            protocol: message.and_then(Message::protocol_version_claim).or(self.head.mcp.version.as_deref()),
            era: self.asked.era.name(),
            request_id: self.head.request_id.as_deref().unwrap_or(""),
            found: &seen.found,
        };
        let digest = terms.policy.digest();
        let record = match (view, &self.caller) {
            (Some(view), Some(caller)) if !view.roles.is_empty() => {
                let call = Call::of_listed(server, Method::Unknown, Object::None, Name::None);
                let names = roles(view, caller, &call)
                    .filter_map(|number| Some(view.text(view.roles.get(number as usize)?.name)));
                Record::new(Some(view), digest, subject, names, &facts)
            }
            _ => Record::new(view, digest, subject, core::iter::empty(), &facts),
        };
        match sender {
            Sender::Client => self.records.open.push(record),
            Sender::Server => self.records.done.push(record.finish(None)),
        }
    }

    /// Refuses what is no message to decide about. A shadow policy only records it.
    pub(super) fn refuse(
        &mut self,
        terms: &Terms<'_>,
        reason: Reason,
        detail: Option<&'static str>,
        refusal: Refusal,
    ) -> Effect {
        let mut decision = denial(reason);
        if terms.policy.is_shadow() {
            decision = Decision { shadow: Some(decision.outcome), ..permit(Reason::Shadow) };
        }
        self.write_down(terms, "unreadable", detail, None, &decision, Sender::Client);
        if decision.outcome.verdict.is_permit() {
            return self.pass();
        }
        let why = Words::new(terms, &self.head, decision.outcome);
        let reply = match &refusal {
            Refusal::Http(status) => Reply::unreadable(*status, &why.explanation()),
            Refusal::Request(id) => Reply::error(id, &why.explanation()),
            Refusal::Drop => Reply::accepted(reason),
            Refusal::Method => Reply::method_not_allowed(reason),
        };
        self.reply(reply)
    }

    /// The proxy failed, or broke the order of events.
    pub(super) fn host_failure(&mut self, terms: &Terms<'_>) -> Effect {
        self.refuse(terms, Reason::HostFailure, None, Refusal::Http(500))
    }

    /// The reply to a message that was denied or needs approval.
    pub(super) fn denied(&self, terms: &Terms<'_>, message: &Message<'_>, outcome: Outcome) -> Reply {
        let (Kind::Request, Some(id)) = (message.kind(), message.id()) else {
            return Reply::accepted(outcome.reason);
        };
        if self.asked.era == Era::Modern && outcome.reason == Reason::UnknownMethod {
            return Reply::unknown_method(id, message.method_name(), outcome.reason);
        }
        if outcome.verdict == Verdict::Deny
            && let (Policy::Loaded(view), Some(caller)) = (terms.policy, &self.caller)
            && let Some(reply) =
                hidden(view, caller, self.server(view), self.context(terms), message, id, outcome.reason)
        {
            return reply;
        }
        let mut why = Words::new(terms, &self.head, outcome);
        if let Some(detector) = &self.asked.refused_for {
            why = why.with_note(detector);
        }
        Reply::error(id, &why.explanation())
    }

    /// An error to what was asked in place of the server's answer.
    pub(super) fn replace_answer(&mut self, terms: &Terms<'_>, reason: Reason) -> Effect {
        self.answer.replaced = Some(reason);
        let why = Words::new(terms, &self.head, Outcome::deny(reason));
        let why = why.explanation();
        let reply = match self.asked.ids.as_slice() {
            _ if self.asked.is_batch => {
                let mut errors: alloc::vec::Vec<String> =
                    self.asked.ids.iter().map(|id| Reply::error(id, &why).body).collect();
                errors.append(&mut self.asked.refused);
                if errors.is_empty() { Reply::accepted(reason) } else { Reply::batch(&errors, reason) }
            }
            [id] => Reply::error(id, &why),
            // Nothing was asked, so nobody waits for an answer.
            _ if self.head.method == "POST" => Reply::accepted(reason),
            _ => Reply::method_not_allowed(reason),
        };
        self.reply(reply)
    }
}

/// The texts an explanation points into.
pub(super) struct Words<'w> {
    outcome: Outcome,
    rule: Option<&'w str>,
    note: Option<&'w str>,
    digest: &'w str,
    request_id: &'w str,
}

impl<'w> Words<'w> {
    pub(super) fn new(terms: &Terms<'w>, head: &'w super::Head, outcome: Outcome) -> Words<'w> {
        let view = terms.policy.view();
        let rule = view.and_then(|view| Some((view, view.rules.get(outcome.rule? as usize)?)));
        Words {
            outcome,
            rule: rule.map(|(view, rule)| view.text(rule.id)),
            note: rule.and_then(|(view, rule)| view.reason(rule)),
            digest: terms.policy.digest(),
            request_id: head.request_id.as_deref().unwrap_or(""),
        }
    }

    /// The same with a word on what it was.
    pub(super) fn with_note(self, note: &'w str) -> Words<'w> {
        Words { note: Some(note), ..self }
    }

    pub(super) fn explanation(&self) -> Explanation<'_> {
        Explanation {
            verdict: self.outcome.verdict,
            rule: self.rule,
            reason: self.outcome.reason,
            note: self.note,
            policy: self.digest,
            request_id: self.request_id,
        }
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

/// What does not ask for anything is permitted to whoever may use something on the server.
pub(super) fn access(view: &View<'_>, caller: &Caller, call: &Call<'_>) -> Decision {
    if view.is_shadow() {
        permit(Reason::Shadow)
    } else if has_access(view, caller, call) {
        permit(Reason::Plumbing)
    } else {
        denial(Reason::DefaultDeny)
    }
}

/// A subscription is permitted if every resource in it is.
fn listen(view: &View<'_>, caller: &Caller, call: &Call<'_>, message: &Message<'_>) -> Option<Decision> {
    let notifications = message.params()?.get("notifications")?;
    let resources = notifications.get("resourceSubscriptions")?;
    resources
        .items()
        .map(|uri| {
            let method = Method::ResourcesSubscribe;
            let name = uri.as_str().map_or(Name::None, Name::Is);
            let subscribe =
                Call::of_listed(call.server, method, Object::Resource, name).with_context(call.context);
            decide(view, caller, &subscribe)
        })
        .find(|decision| !decision.outcome.verdict.is_permit())
}

/// The answer to a denied call whose object is not even shown to the caller: that there is no such thing.
fn hidden(
    view: &View<'_>,
    caller: &Caller,
    server: ServerName<'_>,
    context: Context<'_>,
    message: &Message<'_>,
    id: &str,
    reason: Reason,
) -> Option<Reply> {
    let (kind, name) = (message.object_kind(), message.object()?);
    let open = Call::of_listed(server, message.method(), kind, Name::Is(name)).with_context(context);
    let is_hidden = has_access(view, caller, &open) && !is_visible(view, caller, &open);
    is_hidden.then(|| Reply::unknown_object(id, kind, name, reason))
}

/// The length header of a new body.
pub(super) fn content_length(body: &[u8]) -> (&'static str, Option<String>) {
    ("content-length", Some(body.len().to_string()))
}

/// A JSON array of JSON texts.
pub(super) fn array<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let joined = texts.fold(String::new(), |mut joined, text| {
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(text);
        joined
    });
    format!("[{joined}]")
}
