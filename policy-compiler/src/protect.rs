//! Detectors by name, and protections to what the engine writes tables from.

use std::collections::{BTreeMap, BTreeSet};

use mcpgov_engine::glob;
use mcpgov_engine::scan::pattern::{Pattern, Patterns, Proof};
use mcpgov_engine::scan::{Class, Kind};
use mcpgov_engine::table::source;

use crate::detectors::catalogue::{self, Format};
use crate::detectors::pattern::{self, Options, PatternError};
use crate::detectors::phrases;
use crate::policy::{Detector, Protection, Severity, Shape};

/// A detector that a policy can ask for.
#[derive(Debug, Clone)]
pub struct Known<'p> {
    /// What finds it.
    pub origin: Origin<'p>,
    /// How bad it is to find it, unless the policy says otherwise.
    pub severity: Severity,
}

/// What a detector is made of.
#[derive(Debug, Clone)]
pub enum Origin<'p> {
    /// It is built into the engine.
    Kind(Kind),
    /// The catalogue has it.
    Formats(Vec<&'static Format>),
    /// The policy brings it.
    Own(&'p Shape),
}

/// Checks of what own detectors find, by the names that policies use.
pub const VALIDATORS: [(&str, Proof); 4] =
    [("luhn", Proof::Luhn), ("mod97", Proof::Mod97), ("crc32", Proof::Crc32), ("mixed", Proof::Mixed)];

/// Every detector that there is for these own ones, by name.
pub fn known(own: &[Detector]) -> BTreeMap<String, Known<'_>> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for kind in Kind::ALL {
        let detector = Known { origin: Origin::Kind(*kind), severity: severity(*kind) };
        known.insert(kind.name().to_owned(), detector);
    }
    for format in catalogue::formats() {
        let name = format!("secret.{}", format.name);
        let detector = known
            .entry(name)
            .or_insert_with(|| Known { origin: Origin::Formats(Vec::new()), severity: format.severity });
        if let Origin::Formats(formats) = &mut detector.origin {
            formats.push(format);
        }
        detector.severity = detector.severity.max(format.severity);
    }
    for detector in own {
        if let Some(shape) = &detector.shape {
            let name = detector.name.value.clone();
            known.insert(name, Known { origin: Origin::Own(shape), severity: Severity::Medium });
        }
    }
    known
}

/// How bad it is to find something of a built-in kind.
fn severity(kind: Kind) -> Severity {
    match (kind, kind.class()) {
        (Kind::PrivateKey, _) => Severity::Critical,
        (Kind::Card | Kind::Iban | Kind::Ssn | Kind::NationalId, _) => Severity::High,
        (Kind::Ip | Kind::Mac | Kind::Weak, _) => Severity::Low,
        (_, Class::Secret | Class::Injection | Class::Poison) => Severity::High,
        (_, Class::Pii | Class::Hidden) => Severity::Medium,
    }
}

/// The patterns of an own detector, as those of the detector of this number.
///
/// # Errors
/// What of it cannot be a pattern.
pub fn own_patterns(shape: &Shape, number: u16) -> Result<Vec<Pattern>, PatternError> {
    let validator = shape.validator.as_ref();
    let proof = validator.and_then(|name| VALIDATORS.iter().find(|(known, _)| *known == name.value));
    #[expect(clippy::cast_precision_loss, reason = "at most 800")]
    let entropy = shape.entropy.as_ref().map_or(0.0, |bits| bits.value as f32 / 100.0);
    let options = Options {
        detector: number,
        weak: None,
        keywords: shape.keywords.iter().map(|word| word.value.to_lowercase()).collect(),
        assigned: false,
        entropy,
        proof: proof.map_or(Proof::None, |(_, proof)| *proof),
        allow: Vec::new(),
    };
    pattern::compile(&shape.pattern.value, &options)
}

/// Adds the detectors that the protections ask for, and the protections. `conditions` lowers a protection's own.
pub fn lower(
    policy: &mut source::Policy,
    own: &[Detector],
    protections: Vec<Protection>,
    mut conditions: impl FnMut(&mut Protection) -> Vec<source::Condition>,
) {
    if protections.is_empty() {
        return;
    }
    let known = known(own);
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    for mut protection in protections {
        let is_wanted = |name: &str| protection.detect.iter().any(|glob| glob::matches(&glob.value, name));
        let detectors: Vec<&str> = known.keys().map(String::as_str).filter(|name| is_wanted(name)).collect();
        asked.extend(&detectors);
        policy.protections.push(source::Protection {
            detectors: detectors.into_iter().map(str::to_owned).collect(),
            conditions: conditions(&mut protection),
            id: protection.id.value,
            treatment: protection.treatment.value,
            directions: protection.directions,
            blobs: protection.blobs,
            shadow: protection.shadow,
        });
    }
    let mut patterns = Vec::new();
    let weak = (0_u16..).zip(&asked).find(|(_, name)| **name == Kind::Weak.name()).map(|(number, _)| number);
    for (number, name) in (0_u16..).zip(asked) {
        let Some(detector) = known.get(name) else { continue };
        let own = own.iter().find(|own| own.name.value == name);
        let kind = match &detector.origin {
            Origin::Kind(kind) => Some(*kind),
            Origin::Formats(formats) => {
                // Every format of the catalogue compiles, and so does every own one that was checked.
                patterns
                    .extend(formats.iter().filter_map(|format| format.compile(number, weak).ok()).flatten());
                None
            }
            Origin::Own(shape) => {
                patterns.extend(own_patterns(shape, number).into_iter().flatten());
                None
            }
        };
        policy.detectors.push(source::Detector {
            name: name.to_owned(),
            kind,
            severity: own.and_then(|own| own.severity).unwrap_or(detector.severity),
            allow: own.iter().flat_map(|own| &own.allow).map(|glob| glob.value.clone()).collect(),
        });
    }
    if let Ok(patterns) = Patterns::new(patterns) {
        policy.patterns = patterns.to_bytes();
    }
    if policy.detectors.iter().any(|detector| detector.kind.is_some_and(needs_phrases)) {
        // Its tests compile it: nothing of it comes from a policy.
        policy.phrases = phrases::bytes().unwrap_or_default();
    }
}

fn needs_phrases(kind: Kind) -> bool {
    matches!(kind.class(), Class::Injection | Class::Poison)
}
