//! What a pattern is made of.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::SHORT_RUN_BYTES_MAX;
use super::proof::Proof;
use super::run::Runs;
use super::set::Bytes;
use super::wire::Bad;
use crate::glob;

/// The length of a step that goes on as long as it can.
pub const UNBOUNDED: u16 = u16::MAX;
/// Steps on either side of a literal.
pub const STEPS_MAX: usize = 100;
/// Longest step of a pattern that is tried at several places behind a keyword.
pub const CONTEXT_STEP_BYTES_MAX: u16 = 1024;
/// Longest literal.
pub const LITERAL_BYTES_MAX: usize = 255;
/// Longest value that an allow-list is asked about.
const ALLOWED_BYTES_MAX: usize = 512;

/// One format that a detector finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The number of the detector it belongs to; the table says the name.
    pub detector: u16,
    /// The detector of what has the form and too little entropy, if that is anything.
    pub weak: Option<u16>,
    /// What stands before the literal, in the text's order.
    pub before: Vec<Step>,
    /// What is looked for first; in a pattern that needs context, the keyword.
    pub literal: Literal,
    /// Where the rest stands.
    pub place: Place,
    /// What stands after.
    pub after: Vec<Step>,
    /// Which pieces are masked. Pieces are the steps and the literal of a match, counted from its start.
    pub secret: Range<u8>,
    /// What the byte before must not be.
    pub left: Bytes,
    /// What the byte behind must not be.
    pub right: Bytes,
    /// Least Shannon entropy of the masked bytes, in sixteenths of a bit a byte.
    pub entropy: u8,
    /// What else must hold for the masked bytes.
    pub proof: Proof,
    /// One of these must stand shortly before, or in the member's name. In lower case. None: no matter.
    pub keywords: Vec<Vec<u8>>,
    /// Values that are fine: globs for the masked bytes.
    pub allow: Vec<String>,
}

/// Bytes in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The bytes; in lower case if the case does not matter.
    pub bytes: Vec<u8>,
    /// Whether the case of ASCII letters does not matter.
    pub fold: bool,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// From `min` to `max` bytes of a set, as many as there are.
    Run {
        /// Which bytes.
        set: Bytes,
        /// At least.
        min: u16,
        /// At most; [`UNBOUNDED`] for any number.
        max: u16,
    },
    /// These bytes.
    Literal(Literal),
}

/// Where the steps stand that follow the literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the literal: it is part of what is found.
    Match,
    /// In what is assigned to a name that holds the literal.
    Assigned,
    /// Anywhere shortly behind the literal.
    Near,
}

impl Pattern {
    /// Whether looks can rely on it.
    pub(super) fn check(&self) -> Result<(), Bad> {
        let pieces = self.before.len().saturating_add(self.after.len());
        let own = usize::from(self.place == Place::Match);
        if pieces > STEPS_MAX || self.literal.is_bad() {
            return Err(Bad::Pattern);
        }
        if usize::from(self.secret.end) > pieces.saturating_add(own) || self.secret.is_empty() {
            return Err(Bad::Pattern);
        }
        if self.place != Place::Match && (!self.before.is_empty() || self.after.is_empty()) {
            return Err(Bad::Pattern);
        }
        let longest = if self.place == Place::Match { UNBOUNDED } else { CONTEXT_STEP_BYTES_MAX };
        let good = |step: &Step| match step {
            Step::Run { set, min, max } => !set.is_empty() && min <= max && *max > 0 && *max <= longest,
            Step::Literal(literal) => !literal.is_bad(),
        };
        let steps = self.before.iter().chain(&self.after).all(good);
        let words = self.keywords.iter().all(|word| !word.is_empty());
        if steps && words { Ok(()) } else { Err(Bad::Pattern) }
    }

    /// How many bytes come before the literal, if always as many.
    pub(super) fn lead(&self) -> Option<usize> {
        let steps = self.before.iter().map(|step| match step {
            Step::Literal(literal) => Some(literal.bytes.len()),
            Step::Run { min, max, .. } => (min == max && *max != UNBOUNDED).then_some(usize::from(*min)),
        });
        steps.sum::<Option<usize>>().filter(|_| self.place == Place::Match)
    }

    /// Whether the value is on the allow-list.
    pub(super) fn allows(&self, value: &[u8]) -> bool {
        if self.allow.is_empty() || value.len() > ALLOWED_BYTES_MAX {
            return false;
        }
        let Ok(value) = core::str::from_utf8(value) else { return false };
        self.allow.iter().any(|allowed| glob::matches(allowed, value))
    }
}

impl Literal {
    /// Where the literal that starts at `at` ends.
    pub(super) fn ends(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let end = at.checked_add(self.bytes.len())?;
        let there = bytes.get(at..end)?;
        // The ends settle most.
        let like = |one: Option<&u8>, other: Option<&u8>| matches!((one, other), (Some(one), Some(other)) if (one ^ other) & !0x20 == 0);
        if !like(there.first(), self.bytes.first()) || !like(there.last(), self.bytes.last()) {
            return None;
        }
        let same = if self.fold { there.eq_ignore_ascii_case(&self.bytes) } else { there == self.bytes };
        same.then_some(end)
    }

    fn is_bad(&self) -> bool {
        self.bytes.is_empty() || self.bytes.len() > LITERAL_BYTES_MAX
    }

    /// What its byte at this place may be.
    pub(super) fn set(&self, at: usize) -> Option<Bytes> {
        let byte = *self.bytes.get(at)?;
        Some(if self.fold {
            Bytes::of(&[byte.to_ascii_lowercase(), byte.to_ascii_uppercase()])
        } else {
            Bytes::of(&[byte])
        })
    }
}

impl Step {
    /// Whether its last run is remembered.
    pub(super) fn is_long(&self) -> bool {
        matches!(self, Step::Run { max, .. } if *max > SHORT_RUN_BYTES_MAX)
    }

    /// Where the step that starts at `at` ends.
    pub(super) fn ends(&self, bytes: &[u8], at: usize, slot: usize, runs: &mut Runs) -> Option<usize> {
        match self {
            Step::Literal(literal) => literal.ends(bytes, at),
            Step::Run { set, min, max } => {
                let length = if self.is_long() {
                    runs.end(set, bytes, at, slot).saturating_sub(at)
                } else {
                    let rest = bytes.get(at..).unwrap_or(&[]);
                    let rest = rest.get(..usize::from(*max)).unwrap_or(rest);
                    rest.iter().position(|byte| !set.has(*byte)).unwrap_or(rest.len())
                };
                at.checked_add(limited(length, *min, *max)?)
            }
        }
    }

    /// Where the step that ends at `at` starts.
    pub(super) fn begins(&self, bytes: &[u8], at: usize, slot: usize, runs: &mut Runs) -> Option<usize> {
        match self {
            Step::Literal(literal) => {
                let start = at.checked_sub(literal.bytes.len())?;
                literal.ends(bytes, start).map(|_| start)
            }
            Step::Run { set, min, max } => {
                let length = if self.is_long() {
                    at.saturating_sub(runs.start(set, bytes, at, slot))
                } else {
                    let rest = bytes.get(at.saturating_sub(usize::from(*max))..at).unwrap_or(&[]);
                    rest.iter().rev().position(|byte| !set.has(*byte)).unwrap_or(rest.len())
                };
                at.checked_sub(limited(length, *min, *max)?)
            }
        }
    }
}

/// How much of a run a step takes.
fn limited(length: usize, min: u16, max: u16) -> Option<usize> {
    if length < usize::from(min) {
        None
    } else if max == UNBOUNDED {
        Some(length)
    } else {
        Some(length.min(usize::from(max)))
    }
}
