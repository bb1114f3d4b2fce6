//! What a new policy decides otherwise than an old one, with a call as witness of each change.
//!
//! The calls are made of what both tables speak of: their servers, tools and methods make cells, and in each cell the
//! callers and arguments that its rules tell apart are tried, besides a name that no rule knows, a value of another type
//! and none at all. Both tables decide each call. A cell in which the same rules can apply in both is left out: equal
//! rules decide equally.

mod cells;
mod pools;
mod protections;
mod report;

use std::collections::BTreeMap;

use mcpgov_engine::{
    decide::{Arguments, Call, Decision, Name, NoTrace, ObjectName, decide, evaluate_rule},
    json::{Doc, Limits},
    message::Object,
    registry::{self, ServerName},
    subject::{Caller, Subject},
    table::{
        Table, View,
        format::{Role, Rule, rule_flags},
    },
    truth::Truth,
    vocabulary::{Reason, Verdict},
};

pub use protections::Protected;
pub use report::{json, text};

use crate::{conditions, describe, explain::Circumstances};
use cells::Cell;
use pools::{Axes, Choice};

/// Calls tried in one cell. Beyond it the cell is sampled, and the report says so.
const CALLS_PER_CELL_MAX: usize = 20_000;

/// What changes.
#[derive(Debug, Default)]
pub struct Difference {
    /// Changes, each with its witness; those of one cell together.
    pub changes: Vec<Change>,
    /// Cells with more combinations than were tried: there, what is not reported may still change.
    pub sampled: Vec<String>,
    /// Servers that are recognised by other traffic than before.
    pub traffic: Vec<String>,
    /// Changes of what is done with what detectors find.
    pub protections: Vec<Protected>,
    /// What about protections is not compared, in words.
    pub uncompared: Vec<String>,
}

impl Difference {
    /// Which way each of the changes goes.
    pub fn directions(&self) -> impl Iterator<Item = Direction> {
        let calls = self.changes.iter().map(Change::direction);
        calls.chain(self.protections.iter().map(Protected::direction))
    }
}

/// One change, shown by a call.
#[derive(Debug)]
pub struct Change {
    /// Server; empty for unregistered traffic.
    pub server: String,
    /// Method of the witness.
    pub method: String,
    /// What it is about.
    pub object: Option<(&'static str, String)>,
    /// Who calls: only what matters is given.
    pub caller: Subject,
    /// What the proxy knows about the call: only what matters is given.
    pub known: Circumstances,
    /// Arguments of the witness, a JSON object.
    pub arguments: Option<String>,
    /// What the old policy decides.
    pub old: Decided,
    /// What the new policy decides.
    pub new: Decided,
}

/// A decision, with names in place of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What happens.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The rule that decided.
    pub rule: Option<String>,
    /// Longest run time of a permitted call, seconds.
    pub max_runtime_sec: Option<u32>,
    /// Most retries of a permitted call.
    pub max_retries: Option<u32>,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// More is possible than before.
    Widens,
    /// Less is possible than before.
    Narrows,
}

impl Change {
    /// Which way it goes. A limit that goes away or grows widens.
    pub fn direction(&self) -> Direction {
        let limit = |limit: Option<u32>| limit.unwrap_or(u32::MAX);
        let freedom = |decided: &Decided| (limit(decided.max_runtime_sec), limit(decided.max_retries));
        let ((old_time, old_retries), (new_time, new_retries)) = (freedom(&self.old), freedom(&self.new));
        match self.new.verdict.cmp(&self.old.verdict) {
            std::cmp::Ordering::Less => Direction::Widens,
            std::cmp::Ordering::Greater => Direction::Narrows,
            std::cmp::Ordering::Equal if new_time > old_time || new_retries > old_retries => {
                Direction::Widens
            }
            std::cmp::Ordering::Equal => Direction::Narrows,
        }
    }
}

/// Compares two tables; `progress` is told how many of how many cells are done.
pub fn difference<A: AsRef<[u8]>, B: AsRef<[u8]>>(
    old: &Table<A>,
    new: &Table<B>,
    mut progress: impl FnMut(usize, usize),
) -> Difference {
    let (old, new) = (old.view(), new.view());
    let sides = [Side::new(&old), Side::new(&new)];
    let cells = cells::cells(&old, &new);
    let mut difference = Difference { traffic: cells::traffic_changes(&old, &new), ..Difference::default() };
    for (done, cell) in cells.iter().enumerate() {
        progress(done, cells.len());
        in_cell(&sides, cell, &mut difference);
    }
    progress(cells.len(), cells.len());
    (difference.protections, difference.uncompared) = protections::compare(&old, &new);
    difference
}

/// One of the two policies.
struct Side<'t> {
    view: View<'t>,
    /// What each rule says, without its id: equal texts decide equally.
    meanings: Vec<String>,
}

impl<'t> Side<'t> {
    fn new(view: &View<'t>) -> Self {
        let meanings = view.rules.iter().map(|rule| meaning(view, rule)).collect();
        Self { view: *view, meanings }
    }

    /// The rules that can be other than false in the cell, whoever calls with whatever arguments.
    fn live(&self, cell: &Cell) -> Vec<u32> {
        let anybody = Caller::new(&self.view, Subject::default());
        let call = cell.call(&self.view, Arguments::Open);
        // Session plumbing depends on everything that the caller could be permitted on the server.
        let call = if cell.is_plumbing() { call.with_everything_open() } else { call };
        let is_live = |number: &u32| {
            evaluate_rule(&self.view, &anybody, &call, *number, &mut NoTrace)
                .is_some_and(|(truth, ..)| truth != Truth::FALSE)
        };
        (0..).take(self.view.rules.len()).filter(is_live).collect()
    }

    fn decide(
        &self,
        cell: &Cell,
        caller: &Subject,
        known: &Circumstances,
        document: Option<&Doc>,
    ) -> Decided {
        let arguments = document.map_or(Arguments::None, |document| Arguments::Are(document.root()));
        let caller = Caller::new(&self.view, caller.clone());
        let call = Call { context: known.context(), ..cell.call(&self.view, arguments) };
        Decided::new(&self.view, &decide(&self.view, &caller, &call))
    }
}

impl Decided {
    /// `decision` in words.
    pub fn new(view: &View, decision: &Decision) -> Self {
        let id = |number: u32| Some(view.text(view.rules.get(number as usize)?.id).to_owned());
        let verdict = decision.outcome.verdict;
        // What a denied call would have been held to is nobody's concern.
        let limits = if verdict == Verdict::Deny { Default::default() } else { decision.limits };
        Self {
            verdict,
            reason: decision.outcome.reason,
            rule: decision.outcome.rule.and_then(id),
            max_runtime_sec: limits.max_runtime_sec,
            max_retries: limits.max_retries,
        }
    }

    /// Whether a caller would notice a difference.
    fn differs(&self, other: &Self) -> bool {
        (self.verdict, self.max_runtime_sec, self.max_retries)
            != (other.verdict, other.max_runtime_sec, other.max_retries)
    }
}

fn in_cell(sides: &[Side; 2], cell: &Cell, difference: &mut Difference) {
    let [old, new] = sides;
    let live = sides.each_ref().map(|side| side.live(cell));
    if same_rules(sides, &live) && old.view.is_shadow() == new.view.is_shadow() {
        return;
    }
    let mut axes = Axes::default();
    for (side, live) in sides.iter().zip(&live) {
        for number in live {
            let Some(rule) = side.view.rules.get(*number as usize) else { continue };
            axes.add_rule(&side.view, rule, !cell.has_arguments());
        }
    }
    // The least telling witness of each change, for each kind of caller.
    let mut found: BTreeMap<(Decision2, Vec<String>), (usize, Change)> = BTreeMap::new();
    let complete = axes.each(CALLS_PER_CELL_MAX, &mut |choice: &Choice| {
        let text = choice.arguments();
        let document = text.as_ref().and_then(|text| Doc::parse(text.as_bytes(), &Limits::default()).ok());
        let (caller, known) = (choice.subject(), choice.circumstances());
        let decided = sides.each_ref().map(|side| side.decide(cell, &caller, &known, document.as_ref()));
        let [was, is] = &decided;
        if !was.differs(is) {
            return;
        }
        let key = (Decision2::of(&decided), report::caller_parts(&caller, &known));
        let size = text.as_ref().map_or(0, String::len);
        if found.get(&key).is_none_or(|(least, _)| size < *least) {
            let [was, is] = decided;
            found.insert(key, (size, cell.change(caller, known, text, was, is)));
        }
    });
    if !complete {
        difference.sampled.push(cell.name());
    }
    difference.changes.extend(minimal(found));
}

/// Both verdicts and limits: changes are told apart by them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Decision2([(Verdict, Option<u32>, Option<u32>); 2]);

impl Decision2 {
    fn of(decided: &[Decided; 2]) -> Self {
        Self(decided.each_ref().map(|one| (one.verdict, one.max_runtime_sec, one.max_retries)))
    }
}

/// Without those callers of whom another caller with the same change has a part: the rest of them does not matter.
fn minimal(found: BTreeMap<(Decision2, Vec<String>), (usize, Change)>) -> Vec<Change> {
    let keys: Vec<(Decision2, Vec<String>)> = found.keys().cloned().collect();
    let superfluous = |(change, parts): &(Decision2, Vec<String>)| {
        keys.iter().any(|(other_change, other)| {
            other_change == change
                && other.len() < parts.len()
                && other.iter().all(|part| parts.contains(part))
        })
    };
    found.into_iter().filter(|(key, _)| !superfluous(key)).map(|(_, (_, change))| change).collect()
}

fn same_rules(sides: &[Side; 2], live: &[Vec<u32>; 2]) -> bool {
    let [a, b] = [0, 1].map(|side: usize| {
        let (Some(side), Some(live)) = (sides.get(side), live.get(side)) else { return Vec::new() };
        let mut meanings: Vec<&str> = live
            .iter()
            .filter_map(|number| side.meanings.get(*number as usize))
            .map(String::as_str)
            .collect();
        meanings.sort_unstable();
        meanings
    });
    a == b
}

/// What a rule says: everything but its id and its author's reason.
fn meaning(view: &View, rule: &Rule) -> String {
    let limits = conditions::limits(view, rule);
    let text = condition(view, rule.node.get(), rule.node_len.get());
    format!("{} {} {limits:?} {text}", rule.verdict, rule.flags & rule_flags::ALL)
}

/// A conjunction in words, with what the roles in it are.
fn condition(view: &View, node: u32, len: u16) -> String {
    let mut roles: Vec<&Role> = Vec::new();
    for tree in conditions::conjunction(view, view.node_run(node, len)) {
        tree.each_leaf(&mut Vec::new(), &mut |_, leaf| roles.extend(leaf.role(view)));
    }
    let run = |node: u32, len: u16| {
        describe::members(view.node_run(node, len))
            .map(|member| describe::condition(view, member))
            .collect::<Vec<_>>()
            .join(" and ")
    };
    let mut text = run(node, len);
    for role in roles {
        let members = run(role.node.get(), role.node_len.get());
        text.push_str(&format!("; {} is {members}", view.text(role.name)));
    }
    text
}

impl Cell {
    fn call<'a>(&'a self, view: &View<'a>, arguments: Arguments<'a>) -> Call<'a> {
        let (kind, name) = match &self.object {
            None => (Object::None, Name::None),
            Some((kind, name)) => (*kind, Name::Is(name.as_str())),
        };
        let object = ObjectName { kind, name };
        Call { server: self.server(view), method: Name::Is(&self.method), object, arguments, ..no_call() }
    }

    /// The server as the policy in `view` knows it: what its registry does not have is unregistered traffic.
    fn server<'a>(&'a self, view: &View<'a>) -> ServerName<'a> {
        if view.servers.is_empty() {
            return ServerName { number: None, name: &self.server };
        }
        match view.server_named(&self.server) {
            Some(number) => registry::named(view, number),
            None => ServerName { number: None, name: "" },
        }
    }

    fn change(
        &self,
        caller: Subject,
        known: Circumstances,
        arguments: Option<String>,
        old: Decided,
        new: Decided,
    ) -> Change {
        let object = self.object.as_ref().map(|(kind, name)| (cells::word(*kind), name.clone()));
        Change {
            server: self.server.clone(),
            method: self.method.clone(),
            object,
            caller,
            known,
            arguments,
            old,
            new,
        }
    }
}

/// A call about which nothing is said yet.
fn no_call<'a>() -> Call<'a> {
    Call {
        server: ServerName { number: None, name: "" },
        method: Name::None,
        object: ObjectName { kind: Object::None, name: Name::None },
        arguments: Arguments::None,
        context: mcpgov_engine::decide::Context::default(),
        action: None,
        risk_tags: &[],
    }
}
