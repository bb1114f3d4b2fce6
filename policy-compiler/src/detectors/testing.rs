//! What tests of detectors need: texts that match an expression, made from the expression, and a search as in the
//! proxy.

use std::ops::Range;

use mcpgov_engine::scan::{
    Text, Trigger,
    pattern::{Patterns, Runs},
};
use regex_syntax::hir::{Hir, HirKind};

/// Numbers that are the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ mixed >> 31) % limit as u64).unwrap()
    }
}

/// A text that the expression matches.
pub(super) fn matching(expression: &str, random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    write(&super::pattern::parse(expression).unwrap(), random, &mut text);
    text
}

fn write(hir: &Hir, random: &mut Random, text: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let all: Vec<u8> = super::pattern::set(class).unwrap().iter().collect();
            text.push(all[random.below(all.len())]);
        }
        HirKind::Repetition(repetition) => {
            let min = usize::try_from(repetition.min).unwrap();
            let max = repetition.max.map_or(min + 5, |max| usize::try_from(max).unwrap());
            for _ in 0..min + random.below(max - min + 1) {
                write(&repetition.sub, random, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, text)),
        HirKind::Alternation(parts) => {
            let part = random.below(parts.len());
            write(&parts[part], random, text);
        }
    }
}

/// Detectors and places of what is found, as the proxy finds it: from the grams on.
pub(super) fn found(patterns: &Patterns, text: &[u8]) -> Vec<(u16, Range<usize>)> {
    let grams: Vec<_> = patterns.triggers().collect();
    search(patterns, &Trigger::new(&grams).unwrap(), text)
}

/// The same where the trigger is there already.
pub(super) fn search(patterns: &Patterns, trigger: &Trigger, text: &[u8]) -> Vec<(u16, Range<usize>)> {
    let whole = Text { bytes: text, key: None };
    let mut all = Vec::new();
    let mut runs = Runs::default();
    trigger.each(text, |index, at| {
        patterns.look(index, &whole, at, &mut runs, &mut |detector, place| all.push((detector, place)));
    });
    all
}
