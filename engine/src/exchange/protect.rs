//! Detectors in the order of an exchange: what a client sends is looked through before it goes on, what a server
//! sends before the client sees it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::govern::Governed;
use super::judge::Words;
use super::{Exchange, Terms};
use crate::decide::{Call, Name, Outcome};
use crate::edit::Edits;
use crate::json::{Value, write_string};
use crate::list::List;
use crate::message::{Kind, Message, Method, Object};
use crate::protect::{Area, Plan, Protector, Report, Sum};
use crate::record::Found;
use crate::reply::Reply;
use crate::scan::poison::Siblings;
use crate::subject::Caller;
use crate::table::View;
use crate::vocabulary::{Direction, Reason, Treatment};

/// What is done with what detectors find in one exchange's answers.
#[derive(Debug, Default)]
pub(super) struct Plans {
    /// By the id of what was asked.
    asked: Vec<(String, Option<Plan>)>,
    /// For what belongs to no request of this exchange; made when it is first needed.
    open: Option<Option<Plan>>,
}

/// What detectors found in a client's message.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) found: Vec<Found>,
    /// Why it is refused, in words.
    pub(super) refused: Option<String>,
    /// The message as it goes on, if it changes.
    pub(super) text: Option<String>,
    /// The name of what it is about, if something is found in that: as it may be written down.
    pub(super) object: Option<String>,
}

/// Looks through what a client says.
pub(super) fn look(
    terms: &Terms<'_>,
    view: &View<'_>,
    caller: &Caller,
    call: &Call<'_>,
    message: &Message<'_>,
    is_mirrored: bool,
) -> Seen {
    let Some(value) = message.params().or_else(|| message.result()).or_else(|| message.error()) else {
        return Seen::default();
    };
    let Some(plan) = Plan::new(view, caller, call, Direction::Arguments) else { return Seen::default() };
    let Some(mut protector) = Protector::new(view, &plan, terms.session_key) else { return Seen::default() };
    let mut edits = Edits::default();
    protector.value(value, Area::Protocol, &mut edits);
    let has_finds = !protector.report.sums.is_empty();
    let object = message.object().filter(|_| has_finds).and_then(|name| protector.masked(name));
    let report = protector.report;
    let mut refused = report.message.map(|(_, detector)| String::from(name(view, detector)));
    if !edits.is_empty() && is_mirrored {
        // A header repeats an argument, and would show the server what was taken out of it.
        refused =
            refused.or_else(|| report.finds.first().map(|find| String::from(name(view, find.detector))));
    }
    let text = (!edits.is_empty()).then(|| edits.apply(message.doc().text()));
    Seen { found: summed(view, &report), refused, text, object }
}

impl Exchange {
    /// Remembers what is done with the answer to a request that goes on.
    pub(super) fn plan(&mut self, message: &Message<'_>, plan: Option<Plan>) {
        if let Some(id) = message.id().filter(|_| message.kind() == Kind::Request) {
            self.plans.asked.push((id.to_string(), plan));
        }
    }

    fn found(&mut self, found: Vec<Found>) {
        self.looked.add(&found);
        self.answer.add_found(found);
    }

    /// Whether a message of the server may be changed at all.
    pub(super) fn protects(&self, view: &View<'_>) -> bool {
        !view.protections.is_empty()
    }

    /// The plan for a message of the server: that of the request it answers, or that of anything.
    fn plan_of(&mut self, terms: &Terms<'_>, view: &View<'_>, message: &Message<'_>) -> Option<Plan> {
        let describes =
            |result: Value<'_>| ["instructions", "serverInfo"].iter().any(|name| result.get(name).is_some());
        let asked = self.plans.asked.iter();
        let mut asked = asked.filter(|(id, _)| message.kind() == Kind::Response && message.id() == Some(id));
        if let Some((_, plan)) = asked.next() {
            return plan.clone();
        }
        if message.result().is_some_and(describes) {
            return self.open_plan(terms, view, &[Direction::Results, Direction::Descriptions]);
        }
        if self.plans.open.is_none() {
            self.plans.open = Some(self.open_plan(terms, view, &[Direction::Results]));
        }
        self.plans.open.clone().flatten()
    }

    /// What applies whatever is called: a condition on that cannot be evaluated.
    fn open_plan(&self, terms: &Terms<'_>, view: &View<'_>, directions: &[Direction]) -> Option<Plan> {
        let caller = self.caller.as_ref()?;
        let call = Call::of_listed(self.server(view), Method::Unknown, Object::None, Name::Open)
            .with_context(self.context(terms))
            .with_everything_open();
        Plan::of_any(view, caller, &call, directions)
    }

    /// Whether the body of an HTTP error, of whatever kind, may pass.
    pub(super) fn is_harmless(&mut self, terms: &Terms<'_>, body: &[u8]) -> bool {
        let Some(view) = terms.policy.view().filter(|view| self.protects(view)) else { return true };
        let Some(plan) = self.open_plan(terms, view, &[Direction::Results]) else { return true };
        let Some(mut protector) = Protector::new(view, &plan, terms.session_key) else { return true };
        if !self.asked.is_coded {
            protector.plain(&String::from_utf8_lossy(body));
        }
        let report = protector.report;
        self.looked.messages = self.looked.messages.saturating_add(1);
        self.found(summed(view, &report));
        !self.asked.is_coded && report.sums.iter().all(|sum| sum.treated.now == Treatment::Log)
    }

    /// Looks through one entry of a list: its new text if it changes, `Err` where it is to be hidden.
    pub(super) fn protect_entry(
        &mut self,
        terms: &Terms<'_>,
        view: &View<'_>,
        message: &Message<'_>,
        list: List,
        entry: Value<'_>,
        siblings: &Siblings<'_>,
    ) -> Result<Option<String>, Hidden> {
        let Some(caller) = &self.caller else { return Ok(None) };
        let name = list.name(entry).map_or(Name::None, Name::Is);
        let call = Call::of_listed(self.server(view), list.used_by, list.kind, name)
            .with_context(self.context(terms));
        let Some(plan) = Plan::new(view, caller, &call, Direction::Descriptions) else { return Ok(None) };
        let Some(mut protector) = Protector::new(view, &plan, terms.session_key) else { return Ok(None) };
        let mut edits = Edits::default();
        protector.value(entry, Area::Protocol, &mut edits);
        if list.kind == Object::Tool {
            protector.definition(entry, siblings);
        }
        let report = protector.report;
        self.found(summed(view, &report));
        match report.message {
            Some(_) => Err(Hidden),
            None => Ok((!edits.is_empty()).then(|| edits.apply_in(message.doc().text(), entry.span()))),
        }
    }

    /// Looks through a result, an error, or the parameters of what the server asks or tells. Lists are looked through
    /// entry by entry elsewhere. What is to become of the message as a whole, if it is not merely changed.
    pub(super) fn protect(
        &mut self,
        terms: &Terms<'_>,
        view: &View<'_>,
        message: &Message<'_>,
        value: Value<'_>,
        edits: &mut Edits,
    ) -> Option<Governed> {
        let plan = self.plan_of(terms, view, message)?;
        let mut protector = Protector::new(view, &plan, terms.session_key)?;
        // Lists are only what results have under these names.
        let lists = List::ALL.map(List::member);
        protector.members(value, if message.result().is_some() { &lists } else { &[] }, edits);
        let report = protector.report;
        self.looked.messages = self.looked.messages.saturating_add(1);
        self.found(summed(view, &report));
        let (treatment, detector) = report.message?;
        let Some(id) = message.id().filter(|_| message.kind() == Kind::Response) else {
            // Nobody waits for it.
            return Some(Governed::Drop);
        };
        if treatment == Treatment::Quarantine {
            self.looked.quarantined = self.looked.quarantined.saturating_add(1);
        }
        let note = name(view, detector);
        // Some servers leave the one away where they have the other.
        let is_tool_result = message.result().is_some_and(|result| {
            ["content", "structuredContent"].iter().any(|name| result.get(name).is_some())
        });
        if treatment == Treatment::Quarantine && is_tool_result {
            self.answer.replaced = Some(Reason::Quarantined);
            return Some(Governed::Change(quarantined(id, note, message.result())));
        }
        let reason = if treatment == Treatment::Quarantine { Reason::Quarantined } else { Reason::Detected };
        self.answer.replaced = Some(reason);
        let why = Words::new(terms, &self.head, Outcome::deny(reason)).with_note(note);
        Some(Governed::Change(Reply::error(id, &why.explanation()).body))
    }
}

/// An entry of a list that is not shown.
#[derive(Debug)]
pub(super) struct Hidden;

/// The result of a tool that tells the model why there is none: clients take an error result for an answer, and
/// go on.
fn quarantined(id: &str, detector: &str, result: Option<Value<'_>>) -> String {
    let mut body =
        alloc::format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":"#);
    let text =
        alloc::format!("The result was withheld by policy ({}): {detector}.", Reason::Quarantined.name());
    write_string(&mut body, &text);
    body.push_str(r#"}],"isError":true"#);
    // Required since 2026-07-28, unknown before. What the server says there goes with the rest.
    if result.is_some_and(|result| result.get("resultType").is_some()) {
        body.push_str(r#","resultType":"complete""#);
    }
    body.push_str("}}");
    body
}

fn name<'v>(view: &View<'v>, detector: u16) -> &'v str {
    view.detectors.get(usize::from(detector)).map_or("", |detector| view.text(detector.name))
}

/// What was found, by detector.
fn summed(view: &View<'_>, report: &Report) -> Vec<Found> {
    let found = report.sums.iter().map(|Sum { detector, treated, count }| {
        let rule = view.protections.get(usize::from(treated.by));
        let rule = rule.map_or("", |protection| view.text(protection.id));
        let places =
            report.finds.iter().filter(|find| find.detector == *detector && find.treated == *treated);
        let places = places.map(|find| find.place.clone());
        Found::new(name(view, *detector), rule, (treated.now, treated.would), *count, places)
    });
    found.collect()
}
