//! One message of the server, judged by its shape: the result of a call may come on another exchange than the
//! call, so what was asked says little about what arrives.

use alloc::string::{String, ToString};

use super::judge::{Sender, Words};
use super::protect::Hidden;
use super::{Exchange, Policy, Terms, json_limits};
use crate::decide::{Arguments, Call, Name, ObjectName, Outcome, decide, has_access, is_visible};
use crate::edit::Edits;
use crate::json::{Kind as JsonKind, Lookup, Value};
use crate::list::{Entry, List};
use crate::message::{self, Kind, Message, Method, Object};
use crate::reply::Reply;
use crate::scan::poison::Siblings;
use crate::table::View;

/// What becomes of a message of the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Governed {
    /// It passes as it is.
    Keep,
    /// It passes changed: the new text, one line.
    Change(String),
    /// It does not reach the client.
    Drop,
}

/// The message cannot be read, or not in one way.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// MCP 2025-11-25: an error that asks the client to send its user to a URL.
const URL_ELICITATION_REQUIRED: &str = "-32042";

impl Exchange {
    /// A message of the server on a stream, where it may also ask and notify.
    pub(super) fn govern(&mut self, terms: &Terms<'_>, text: &str) -> Result<Governed, Unreadable> {
        let message = read(terms, text)?;
        match message.kind() {
            Kind::Request | Kind::Notification => {
                let decision = self.judge(terms, &message, Sender::Server);
                if !decision.outcome.verdict.is_permit() {
                    return Ok(Governed::Drop);
                }
                Ok(self.told(terms, &message))
            }
            Kind::Response => {
                let governed = self.response(terms, &message)?;
                // Who has the answer waits no more.
                self.asked.ids.retain(|waiting| message.id() != Some(waiting));
                Ok(governed)
            }
        }
    }

    /// A message of the server in an answer that is one JSON text, where it can only answer.
    pub(super) fn govern_answer(&mut self, terms: &Terms<'_>, text: &str) -> Result<Governed, Unreadable> {
        let message = read(terms, text)?;
        if message.kind() == Kind::Response { self.response(terms, &message) } else { Err(Unreadable) }
    }

    fn response(&mut self, terms: &Terms<'_>, message: &Message<'_>) -> Result<Governed, Unreadable> {
        self.answer.is_error = Some(message.is_error());
        let Policy::Loaded(view) = terms.policy else { return Err(Unreadable) };
        let refused = match (message.result(), message.error()) {
            (Some(result), _) => self.requests_denied(terms, view, result)?,
            (None, Some(error)) => self.elicitation_denied(terms, view, error),
            (None, None) => None,
        };
        if let Some(outcome) = refused {
            let id = message.id().ok_or(Unreadable)?;
            let why = Words::new(terms, &self.head, outcome);
            return Ok(Governed::Change(Reply::error(id, &why.explanation()).body));
        }
        let mut edits = Edits::default();
        if let Some(result) = message.result() {
            self.filter_lists(terms, view, message, result, &mut edits)?;
            private(result, terms.options.list_ttl_ms_max, &mut edits);
        }
        if self.protects(view)
            && let Some(value) = message.result().or_else(|| message.error())
            && let Some(governed) = self.protect(terms, view, message, value, &mut edits)
        {
            return Ok(governed);
        }
        if edits.is_empty() {
            return Ok(Governed::Keep);
        }
        Ok(Governed::Change(edits.apply(message.doc().text())))
    }

    /// What the server asks or tells, where the policy lets it.
    fn told(&mut self, terms: &Terms<'_>, message: &Message<'_>) -> Governed {
        let (Policy::Loaded(view), Some(params)) = (terms.policy, message.params()) else {
            return Governed::Keep;
        };
        if self.requests_denied(terms, view, params) != Ok(None) {
            return Governed::Drop;
        }
        let mut edits = Edits::default();
        let governed = match self.protects(view) {
            true => self.protect(terms, view, message, params, &mut edits),
            false => None,
        };
        match governed {
            Some(governed) => governed,
            None if edits.is_empty() => Governed::Keep,
            None => Governed::Change(edits.apply(message.doc().text())),
        }
    }

    /// Takes out of every list in the result what the caller may not know of.
    fn filter_lists(
        &mut self,
        terms: &Terms<'_>,
        view: &View<'_>,
        message: &Message<'_>,
        result: Value<'_>,
        edits: &mut Edits,
    ) -> Result<(), Unreadable> {
        let asked = self.asked.method.and_then(List::of);
        for list in List::ALL {
            // What was asked for must be there; anything else of the kind is a list only if it is an array.
            let entries = match list.entries(result) {
                Ok(Some(entries)) => entries,
                Ok(None) if asked != Some(list) => continue,
                Ok(None) | Err(_) => return Err(Unreadable),
            };
            let protects = self.protects(view);
            let names = entries.items().filter(|_| protects).filter_map(|entry| list.name(entry));
            let siblings = Siblings::new(names);
            let kept = list.keep(entries, |name, entry| {
                if !self.shows(terms, view, list, name) {
                    return Entry::Hide;
                }
                if !protects {
                    return Entry::Keep;
                }
                match self.protect_entry(terms, view, message, list, entry, &siblings) {
                    Ok(Some(text)) => Entry::Change(text),
                    Ok(None) => Entry::Keep,
                    Err(Hidden) => Entry::Hide,
                }
            });
            self.answer.hidden = Some(self.answer.hidden.unwrap_or(0).saturating_add(kept.hidden));
            if kept.is_changed {
                edits.replace(entries.span(), kept.text);
            }
        }
        Ok(())
    }

    fn shows(&self, terms: &Terms<'_>, view: &View<'_>, list: List, name: &str) -> bool {
        let Some(caller) = &self.caller else { return false };
        let name = if list.is_template { Name::Open } else { Name::Is(name) };
        let call = Call::of_listed(self.server(view), list.used_by, list.kind, name)
            .with_context(self.context(terms));
        // Any URI may come of a template, so it is shown to whoever may read some resource.
        if list.is_template { has_access(view, caller, &call) } else { is_visible(view, caller, &call) }
    }

    /// Questions to the client inside a result or the state of a task (MCP 2026-07-28, multi round-trip requests): each
    /// is decided as a request of the server.
    fn requests_denied(
        &self,
        terms: &Terms<'_>,
        view: &View<'_>,
        asking: Value<'_>,
    ) -> Result<Option<Outcome>, Unreadable> {
        let requests = match asking.lookup("inputRequests") {
            Lookup::Missing => return Ok(None),
            Lookup::Ambiguous => return Err(Unreadable),
            Lookup::Found(requests) => requests,
        };
        Ok(requests.members().find_map(|(_, request)| {
            let method = match request.lookup("method") {
                Lookup::Found(method) => method.as_str().unwrap_or(""),
                Lookup::Missing | Lookup::Ambiguous => "",
            };
            self.request_denied(terms, view, method)
        }))
    }

    fn elicitation_denied(&self, terms: &Terms<'_>, view: &View<'_>, error: Value<'_>) -> Option<Outcome> {
        let asks = error.get("code").is_some_and(|code| code.raw() == URL_ELICITATION_REQUIRED);
        if asks { self.request_denied(terms, view, Method::ElicitationCreate.name()) } else { None }
    }

    fn request_denied(&self, terms: &Terms<'_>, view: &View<'_>, method: &str) -> Option<Outcome> {
        let caller = self.caller.as_ref()?;
        let call = Call {
            server: self.server(view),
            method: Name::Is(method),
            object: ObjectName { kind: Object::None, name: Name::None },
            arguments: Arguments::None,
            context: self.context(terms),
            action: None,
            risk_tags: &[],
        };
        let outcome = decide(view, caller, &call).outcome;
        (!outcome.verdict.is_permit()).then_some(outcome)
    }
}

fn read<'t>(terms: &Terms<'_>, text: &'t str) -> Result<Message<'t>, Unreadable> {
    message::parse(text.as_bytes(), &json_limits(terms.options)).map_err(|_| Unreadable)
}

/// What one caller is shown may be another's secret: an answer that says it may be kept for everybody, or for
/// longer than a policy lasts, says so no more.
fn private(result: Value<'_>, ttl_ms_max: u32, edits: &mut Edits) {
    if let Some(scope) = result.get("cacheScope").filter(|scope| scope.as_str() != Some("private")) {
        edits.replace(scope.span(), String::from(r#""private""#));
    }
    if let Some(ttl) = result.get("ttlMs").filter(|ttl| ttl.kind() == JsonKind::Number) {
        let is_short = ttl.raw().parse::<u32>().is_ok_and(|ttl| ttl <= ttl_ms_max);
        if !is_short {
            edits.replace(ttl.span(), ttl_ms_max.to_string());
        }
    }
}
