//! Detectors by name, and protections to what the engine writes tables from.

use std::collections::BTreeMap;

use mcpgov_engine::glob;
use mcpgov_engine::scan::{Class, Kind};
use mcpgov_engine::table::source;

use crate::policy::{Detector, Protection, Severity};

/// A detector that a policy can ask for.
#[derive(Debug, Clone, Copy)]
pub struct Known<'p> {
    /// What finds it.
    pub origin: Origin<'p>,
    /// How bad it is to find it, unless the policy says otherwise.
    pub severity: Severity,
}

/// What a detector is made of.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'p> {
    /// It is built into the engine.
    Kind(Kind),
    /// The policy brings it.
    Own(&'p Detector),
}

/// Every detector that there is for these own ones, by name.
pub fn known(own: &[Detector]) -> BTreeMap<&str, Known<'_>> {
    let mut known: BTreeMap<&str, Known> = BTreeMap::new();
    for kind in Kind::ALL {
        known.insert(kind.name(), Known { origin: Origin::Kind(*kind), severity: severity(*kind) });
    }
    for detector in own.iter().filter(|detector| detector.shape.is_some()) {
        let severity = Severity::Medium;
        known.insert(&detector.name.value, Known { origin: Origin::Own(detector), severity });
    }
    known
}

/// How bad it is to find something of a built-in kind.
fn severity(kind: Kind) -> Severity {
    match (kind, kind.class()) {
        (Kind::PrivateKey, _) => Severity::Critical,
        (Kind::Card | Kind::Iban | Kind::Ssn | Kind::NationalId, _) => Severity::High,
        (Kind::Ip | Kind::Mac, _) => Severity::Low,
        (_, Class::Secret | Class::Injection | Class::Poison) => Severity::High,
        (_, Class::Pii | Class::Hidden) => Severity::Medium,
    }
}

/// The detectors that the protections ask for, and the protections. `conditions` lowers a protection's own.
pub fn lower(
    policy: &mut source::Policy,
    own: &[Detector],
    protections: Vec<Protection>,
    mut conditions: impl FnMut(&mut Protection) -> Vec<source::Condition>,
) {
    let known = known(own);
    let mut asked: BTreeMap<&str, Known> = BTreeMap::new();
    for mut protection in protections {
        let globs: Vec<&str> = protection.detect.iter().map(|glob| glob.value.as_str()).collect();
        let found = known.iter().filter(|(name, _)| globs.iter().any(|glob| glob::matches(glob, name)));
        let mut detectors = Vec::new();
        for (name, detector) in found {
            detectors.push((*name).to_owned());
            asked.insert(name, *detector);
        }
        policy.protections.push(source::Protection {
            conditions: conditions(&mut protection),
            id: protection.id.value,
            detectors,
            treatment: protection.treatment.value,
            directions: protection.directions,
            blobs: protection.blobs,
            shadow: protection.shadow,
        });
    }
    for (name, detector) in asked {
        let own = own.iter().find(|own| own.name.value == name);
        policy.detectors.push(source::Detector {
            name: name.to_owned(),
            kind: match detector.origin {
                Origin::Kind(kind) => Some(kind),
                Origin::Own(_) => None,
            },
            severity: own.and_then(|own| own.severity).unwrap_or(detector.severity),
            allow: own.iter().flat_map(|own| &own.allow).map(|glob| glob.value.clone()).collect(),
        });
    }
}
