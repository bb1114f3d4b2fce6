//! The answer's half of an exchange: lists are filtered, time-outs explained, the rest passes.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::head::{AnswerHead, is_json, is_plain};
use super::{Changes, Effect, Exchange, Policy, State};
use crate::decide::{Call, Name, has_access, is_visible};
use crate::list::{List, NotAList};
use crate::message::{self, Kind};
use crate::registry::recognise;
use crate::table::View;
use crate::vocabulary::Reason;

/// The router's answer where the server took too long.
const GATEWAY_TIMEOUT: u16 = 504;

impl Exchange {
    pub(super) fn answer_head(&mut self, policy: Policy<'_>, head: &AnswerHead<'_>, ends: bool) -> Effect {
        if self.max_runtime && head.status == GATEWAY_TIMEOUT {
            return self.replace_answer(policy, Reason::MaxRuntimeExceeded);
        }
        let State::Listing(list) = self.state else { return Effect::Forward(Changes::default()) };
        let succeeded = (200..300).contains(&head.status);
        if ends || (!succeeded && !is_json(head.content_type)) {
            return self.forward(State::Passing, Changes::default());
        }
        if !is_json(head.content_type) || !is_plain(head.content_type, head.content_encoding) {
            return self.replace_answer(policy, Reason::EncodedAnswer);
        }
        self.state = State::ListBody(list);
        Effect::Hold
    }

    pub(super) fn answer_held(&mut self, policy: Policy<'_>, bytes: usize) -> Effect {
        if bytes > self.options.body_bytes_max {
            return self.replace_answer(policy, Reason::AnswerTooLarge);
        }
        Effect::Hold
    }

    pub(super) fn answer_body(&mut self, policy: Policy<'_>, list: List, body: &[u8]) -> Effect {
        match self.filtered(policy, list, body) {
            Ok(None) => self.forward(State::Passing, Changes::default()),
            Ok(Some(body)) => {
                // The old length would cut the body, or take the next answer's bytes for the rest of it.
                let headers = Vec::from([("content-length", Some(body.len().to_string()))]);
                self.forward(State::Passing, Changes { headers, body: Some(body) })
            }
            Err(NotAList) => self.replace_answer(policy, Reason::UnreadableAnswer),
        }
    }

    /// The answer as this caller gets to see it, or `None` where that is all of it.
    fn filtered(&mut self, policy: Policy<'_>, list: List, body: &[u8]) -> Result<Option<String>, NotAList> {
        let Policy::Loaded(view) = policy else { return Err(NotAList) };
        let message = message::parse(body, &self.json_limits()).map_err(|_| NotAList)?;
        if message.kind() != Kind::Response {
            return Err(NotAList);
        }
        self.answer.is_error = Some(message.is_error());
        let Some(result) = message.result() else { return Ok(None) };
        let text = message.doc().text();
        let (filtered, hidden) = list.filter(text, result, |name| self.shows(view, list, name))?;
        self.answer.hidden = Some(hidden);
        Ok((hidden > 0).then_some(filtered))
    }

    fn shows(&self, view: &View<'_>, list: List, name: &str) -> bool {
        let Some(caller) = &self.caller else { return false };
        let server = recognise(view, &self.head.traffic());
        if list.is_template {
            // Any URI may come of a template, so it is shown to whoever may read some resource.
            let call = Call::of_listed(server, list.used_by, list.kind, Name::Open);
            return has_access(view, caller, &call);
        }
        is_visible(view, caller, &Call::of_listed(server, list.used_by, list.kind, Name::Is(name)))
    }
}
