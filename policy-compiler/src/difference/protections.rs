//! What is done otherwise with what detectors find: by condition, direction and detector, without trying calls.
//!
//! Conditions are compared by their words. One that only one policy has is compared with what the other does whatever the
//! call, so that a condition that was only rewritten shows as a change both ways, and none that matters is missed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use mcpgov_engine::{
    table::View,
    vocabulary::{Blobs, Direction as Texts, Treatment},
};
use serde_json::{Value, json};

use super::{Direction, condition, report::word};
use crate::show;

/// A change of what is done with what detectors find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// What it is about.
    pub subject: Subject,
    /// What was there, and what is to be; `None` for nothing.
    pub change: [Option<String>; 2],
    direction: Direction,
}

/// What a change of protections is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// What is done with what these detectors find.
    Finds(Place, Vec<String>),
    /// What becomes of media and other binary content.
    Blobs(Place),
    /// A glob of values that this detector overlooks.
    Overlooked(String),
}

/// Which texts, and of which calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The texts.
    pub texts: Texts,
    /// A condition in words; empty for whatever is called.
    pub condition: String,
}

impl Protected {
    fn new<T: Ord>(subject: Subject, change: [T; 2], name: impl Fn(&T) -> Option<String>) -> Self {
        let direction = if change[1] < change[0] { Direction::Widens } else { Direction::Narrows };
        Self { subject, change: change.each_ref().map(name), direction }
    }

    /// Which way it goes: it widens where less is done.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    pub(super) fn json(&self) -> Value {
        let (place, detectors): (_, &[String]) = match &self.subject {
            Subject::Finds(place, detectors) => (Some(place), detectors),
            Subject::Blobs(place) => (Some(place), &[]),
            Subject::Overlooked(detector) => (None, std::slice::from_ref(detector)),
        };
        let about = match &self.subject {
            Subject::Finds(..) => "finds",
            Subject::Blobs(_) => "blobs",
            Subject::Overlooked(_) => "overlooked",
        };
        json!({
            "direction": word(self.direction),
            "about": about,
            "texts": place.map(|place| place.texts.name()),
            "condition": place.map(|place| &place.condition),
            "detectors": detectors,
            "old": self.change[0],
            "new": self.change[1],
        })
    }
}

impl fmt::Display for Protected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [old, new] = self.change.each_ref().map(|done| done.as_deref().unwrap_or("nothing"));
        let (place, what) = match &self.subject {
            Subject::Finds(place, detectors) => (place, brief(detectors)),
            Subject::Blobs(place) => (place, "binary content".to_owned()),
            Subject::Overlooked(detector) if self.direction == Direction::Widens => {
                return write!(f, "detector {detector} overlooks `{new}`");
            }
            Subject::Overlooked(detector) => {
                return write!(f, "detector {detector} overlooks `{old}` no more");
            }
        };
        write!(f, "{}, {what}: {old} -> {new}", place.texts.name())?;
        if place.condition.is_empty() { Ok(()) } else { write!(f, "\n  where {}", place.condition) }
    }
}

/// Detectors that are named in one line; the rest are counted.
const NAMES_MAX: usize = 6;

fn brief(detectors: &[String]) -> String {
    match detectors.split_at_checked(NAMES_MAX) {
        Some((named, more)) if !more.is_empty() => format!("{} and {} more", named.join(", "), more.len()),
        _ => detectors.join(", "),
    }
}

/// The changes, and what was not compared.
pub(super) fn compare(old: &View, new: &View) -> (Vec<Protected>, Vec<String>) {
    let sides = [Side::new(old), Side::new(new)];
    let conditions: BTreeSet<&str> = sides.iter().flat_map(Side::conditions).chain([""]).collect();
    let mut changes = Vec::new();
    for condition in &conditions {
        for texts in Texts::ALL {
            in_place(&sides, texts, condition, &mut changes);
        }
    }
    let [was, is] = &sides;
    for (detector, before) in &was.overlooked {
        // What a detector overlooks matters where both ask for it.
        let Some(after) = is.overlooked.get(detector) else { continue };
        let subject = || Subject::Overlooked(detector.clone());
        let glob = |glob: &str| Some(glob.to_owned());
        changes.extend(after.difference(before).map(|found| Protected {
            subject: subject(),
            change: [None, glob(found)],
            direction: Direction::Widens,
        }));
        changes.extend(before.difference(after).map(|found| Protected {
            subject: subject(),
            change: [glob(found), None],
            direction: Direction::Narrows,
        }));
    }
    (changes, uncompared(old, new, &sides))
}

/// The protections of one policy.
struct Side<'t> {
    protections: Vec<Protection<'t>>,
    /// By detector: globs of values that do not count.
    overlooked: BTreeMap<String, BTreeSet<&'t str>>,
    /// Detectors that are not built in.
    patterns: (Vec<&'t str>, &'t [u8]),
}

struct Protection<'t> {
    id: &'t str,
    condition: String,
    directions: u8,
    detectors: BTreeSet<&'t str>,
    treatment: Treatment,
    blobs: Blobs,
}

impl<'t> Side<'t> {
    fn new(view: &View<'t>) -> Self {
        let name = |number: u32| Some(view.text(view.detectors.get(number as usize)?.name));
        let protections = view.protections.iter().map(|found| {
            // What is only tried changes nothing.
            let is_shadow = found.is_shadow != 0 || view.is_shadow();
            let treatment = Treatment::from_number(found.treatment).filter(|_| !is_shadow);
            let blobs = Blobs::from_number(found.blobs).filter(|_| !is_shadow);
            let detectors = view.run(found.detectors.get(), found.detector_len.get().into());
            Protection {
                id: view.text(found.id),
                condition: condition(view, found.node.get(), found.node_len.get()),
                directions: found.directions,
                detectors: detectors.iter().filter_map(name).collect(),
                treatment: treatment.unwrap_or(Treatment::Log),
                blobs: blobs.unwrap_or(Blobs::Skip),
            }
        });
        let overlooked = view.detectors.iter().map(|detector| {
            let globs = view.run(detector.allow.get(), detector.allow_len.get().into());
            (view.text(detector.name).to_owned(), globs.iter().map(|glob| view.text(glob)).collect())
        });
        let own = view.detectors.iter().filter(|detector| detector.is_built_in == 0);
        Self {
            protections: protections.collect(),
            overlooked: overlooked.collect(),
            patterns: (own.map(|detector| view.text(detector.name)).collect(), view.patterns),
        }
    }

    fn conditions(&self) -> impl Iterator<Item = &str> {
        self.protections.iter().map(|protection| protection.condition.as_str())
    }

    /// Those that apply for certain where the condition holds.
    fn applying(&self, texts: Texts, condition: &str) -> impl Iterator<Item = &Protection<'t>> {
        self.protections.iter().filter(move |protection| {
            protection.directions & texts.bit() != 0
                && (protection.condition.is_empty() || protection.condition == condition)
        })
    }

    fn treatment(&self, texts: Texts, condition: &str, detector: &str) -> Option<Treatment> {
        let asking = self.applying(texts, condition).filter(|found| found.detectors.contains(detector));
        asking.map(|found| found.treatment).max()
    }

    fn blobs(&self, texts: Texts, condition: &str) -> Blobs {
        self.applying(texts, condition).map(|found| found.blobs).max().unwrap_or(Blobs::Skip)
    }
}

fn in_place(sides: &[Side; 2], texts: Texts, condition: &str, changes: &mut Vec<Protected>) {
    let place = || Place { texts, condition: condition.to_owned() };
    let done =
        |condition: &str, name: &str| sides.each_ref().map(|side| side.treatment(texts, condition, name));
    let names: BTreeSet<&str> =
        sides.iter().flat_map(|side| &side.protections).flat_map(|found| &found.detectors).copied().collect();
    let mut alike: BTreeMap<[Option<Treatment>; 2], Vec<String>> = BTreeMap::new();
    for name in names {
        let change = done(condition, name);
        // What changes whatever is called is said once.
        if change[0] != change[1] && (condition.is_empty() || change != done("", name)) {
            alike.entry(change).or_default().push(name.to_owned());
        }
    }
    changes.extend(alike.into_iter().map(|(change, names)| {
        Protected::new(Subject::Finds(place(), names), change, |done| Some(done.as_ref()?.name().to_owned()))
    }));
    let blobs = |condition: &str| sides.each_ref().map(|side| side.blobs(texts, condition));
    let change = blobs(condition);
    if change[0] != change[1] && (condition.is_empty() || change != blobs("")) {
        changes.push(Protected::new(Subject::Blobs(place()), change, |blobs| Some(blobs.name().to_owned())));
    }
}

fn uncompared(old: &View, new: &View, sides: &[Side; 2]) -> Vec<String> {
    let [was, is] = sides;
    let mut notes = Vec::new();
    for before in &was.protections {
        if let Some(after) = is.protections.iter().find(|after| after.id == before.id)
            && after.condition != before.condition
        {
            notes.push(format!(
                "the condition of protection `{}` changed; the old and the new one are compared as if they had nothing in common",
                before.id
            ));
        }
    }
    let has_conditions = sides.iter().flat_map(Side::conditions).any(|condition| !condition.is_empty());
    if has_conditions && show::registry(old) != show::registry(new) {
        notes.push(
            "the registry changed; which calls the conditions of protections hold for is not compared"
                .to_owned(),
        );
    }
    if was.patterns.0 == is.patterns.0 && was.patterns.1 != is.patterns.1 {
        notes.push("patterns of detectors changed; what they find is not compared".to_owned());
    }
    notes
}
