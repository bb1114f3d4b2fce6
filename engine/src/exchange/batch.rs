//! Batches of 2025-03-26: every member is decided by itself. Denied members are answered inside the batch, the
//! others go on as a smaller one.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::judge::{Refusal, Sender, Words, array, content_length, denial};
use super::request::unreadable;
use super::{Changes, Effect, Exchange, State, Terms, json_limits};
use crate::decide::{Limits, Outcome};
use crate::json::Doc;
use crate::message::{self, Kind, Method};
use crate::reply::Reply;
use crate::vocabulary::Reason;

/// Members of a batch.
const MEMBERS_MAX: usize = 100;

impl Exchange {
    pub(super) fn batch(&mut self, terms: &Terms<'_>, body: &[u8]) -> Effect {
        let limits = json_limits(terms.options);
        // It was an array when it was first parsed.
        let Ok(doc) = Doc::parse(body, &limits) else { return self.host_failure(terms) };
        let members: Vec<&str> = doc.root().items().map(|member| member.raw()).collect();
        if members.is_empty() || members.len() > MEMBERS_MAX || terms.policy.is_shadow() {
            return self.refuse(terms, Reason::Batch, None, Refusal::Http(400));
        }
        let session = match self.open_session(terms) {
            Ok(session) => session,
            Err(effect) => return effect,
        };
        let (mut kept, mut tightest) = (Vec::new(), Limits::default());
        let mut is_rewritten = false;
        let mut seen: Vec<String> = Vec::new();
        for member in &members {
            let message = match message::parse(member.as_bytes(), &limits) {
                Ok(message) => message,
                Err(error) => {
                    let (reason, _) = unreadable(error.kind);
                    // What nobody can be answered about spoils the batch: it may be anything.
                    let Some(id) = error.id else {
                        return self.spoilt(terms, reason, error.kind.name());
                    };
                    let refused = denial(reason);
                    self.write_down(
                        terms,
                        "unreadable",
                        Some(error.kind.name()),
                        None,
                        &refused,
                        Sender::Client,
                    );
                    self.refuse_member(terms, &id, refused.outcome);
                    continue;
                }
            };
            if let Some(id) = message.id().filter(|_| message.kind() == Kind::Request) {
                if seen.iter().any(|seen| seen == id) {
                    return self.spoilt(terms, Reason::AmbiguousMessage, "repeated-id");
                }
                seen.push(id.to_string());
            }
            if message.method() == Method::Initialize || message.protocol_version_claim().is_some() {
                return self.spoilt(terms, Reason::Batch, "not-in-a-batch");
            }
            let decision = self.judge(terms, &message, Sender::Client);
            if decision.outcome.verdict.is_permit() {
                let rewritten = self.asked.rewritten.take();
                is_rewritten |= rewritten.is_some();
                kept.push(rewritten.unwrap_or_else(|| String::from(*member)));
                tightest = tightest.and(decision.limits);
                self.asked.ids.extend(
                    message.id().filter(|_| message.kind() == Kind::Request).map(ToString::to_string),
                );
            } else if message.kind() == Kind::Request {
                let reply = self.denied(terms, &message, decision.outcome);
                self.asked.refused.push(reply.body);
            }
        }
        self.asked.is_batch = true;
        if kept.is_empty() {
            let reply = match self.asked.refused.as_slice() {
                [] => Reply::accepted(Reason::DefaultDeny),
                refused => Reply::batch(refused, Reason::DefaultDeny),
            };
            return self.reply(reply);
        }
        self.asked.is_governed = true;
        let mut headers = self.request_headers(terms, &tightest);
        headers.extend(session);
        let mut changes = Changes { headers, body: None };
        if kept.len() < members.len() || is_rewritten {
            let body = array(kept.iter().map(String::as_str)).into_bytes();
            changes.headers.push(content_length(&body));
            changes.body = Some(body);
        }
        self.forward(State::Forwarded, changes)
    }

    /// Refuses the whole batch, whatever was decided about its members.
    fn spoilt(&mut self, terms: &Terms<'_>, reason: Reason, detail: &'static str) -> Effect {
        self.records.open.clear();
        self.decided.clear();
        self.refuse(terms, reason, Some(detail), Refusal::Http(400))
    }

    fn refuse_member(&mut self, terms: &Terms<'_>, id: &str, outcome: Outcome) {
        let error = Reply::error(id, &Words::new(terms, &self.head, outcome).explanation()).body;
        self.asked.refused.push(error);
    }
}
