//! The detectors of one policy, put together to look through texts.

use alloc::vec::Vec;
use core::ops::Range;

use super::encoded::{Decoded, cipher, escape, run, spelled};
use super::pattern::{Patterns, Runs};
use super::phrase::{Near, Phrases};
use super::trigger::{Gram, Trigger};
use super::work::looked;
use super::{Findings, Kind, Text, assignment, families};
use crate::order;

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The bytes of the text that are to be treated.
    pub place: Range<usize>,
    /// The number of the detector that found it.
    pub detector: u16,
    /// Whether it stands there in an encoding, so that its form is that of the code.
    pub is_encoded: bool,
}

/// All detectors of a policy.
#[derive(Debug)]
pub struct Scanner {
    trigger: Trigger,
    /// What the trigger's sources are.
    sources: Vec<Source>,
    /// The detector of each built-in kind, by the kind's number.
    kinds: [Option<u16>; Kind::ALL.len()],
    patterns: Option<Patterns>,
    phrases: Option<Phrases>,
}

/// A family of built-in detectors: where it wants to look, and how it does.
pub(super) struct Family {
    pub(super) kinds: &'static [Kind],
    pub(super) grams: &'static [Gram],
    pub(super) look: fn(&Text<'_>, usize, &mut dyn Findings) -> usize,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Family(usize),
    Escape,
    Spelling,
    Cipher,
    Pattern(u16),
    Phrase(u16),
}

/// Texts inside texts that are decoded and looked through again.
const DEPTH_MAX: u8 = 2;

impl Scanner {
    /// The scanner of these detectors, in their order: the kinds of those that are built in. `None` if what they
    /// and the patterns ask for does not fit together.
    #[must_use]
    pub fn new(
        detectors: impl Iterator<Item = Option<Kind>>,
        patterns: Option<Patterns>,
        phrases: Option<Phrases>,
    ) -> Option<Scanner> {
        let mut kinds = [None; Kind::ALL.len()];
        let mut count = 0_u16;
        for kind in detectors {
            if let Some(place) = kind.and_then(|kind| kinds.get_mut(kind as usize)) {
                *place = Some(count);
            }
            count = count.checked_add(1)?;
        }
        if patterns
            .iter()
            .flat_map(Patterns::iter)
            .any(|pattern| pattern.detector.max(pattern.weak.unwrap_or(0)) >= count)
        {
            return None;
        }
        let mut sources = Vec::new();
        let mut grams = Vec::new();
        let mut add = |source, gram| {
            sources.push(source);
            grams.push((u16::try_from(sources.len() - 1).ok()?, gram));
            Some(())
        };
        let wanted = |kind: &Kind| kinds.get(*kind as usize).is_some_and(Option::is_some);
        for (number, family) in families::ALL.iter().enumerate() {
            if family.kinds.iter().any(wanted) {
                for gram in family.grams {
                    add(Source::Family(number), *gram)?;
                }
            }
        }
        if count > 0 {
            for gram in escape::GRAMS {
                add(Source::Escape, *gram)?;
            }
            for gram in spelled::GRAMS {
                add(Source::Spelling, *gram)?;
            }
            for gram in cipher::GRAMS {
                add(Source::Cipher, *gram)?;
            }
        }
        for (pattern, gram) in patterns.iter().flat_map(Patterns::triggers) {
            add(Source::Pattern(pattern), gram)?;
        }
        let mut triggers: Vec<(u16, Gram)> = Vec::new();
        for trigger in phrases.iter().flat_map(Phrases::triggers) {
            // Words of one beginning have one gram.
            if !triggers.contains(&trigger) {
                add(Source::Phrase(trigger.0), trigger.1)?;
                triggers.push(trigger);
            }
        }
        let trigger = Trigger::new(&grams)?;
        Some(Scanner { trigger, sources, kinds, patterns, phrases })
    }

    /// Everything found in a text, by place. `key` is the name of the member whose value the text is.
    #[must_use]
    pub fn scan(&self, text: &str, key: Option<&str>) -> Vec<Finding> {
        self.scan_called(text, key, true)
    }

    /// The same where it is known whether the name `speaks`, so that one that does not need not be looked at.
    pub(crate) fn scan_called(&self, text: &str, key: Option<&str>, speaks: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let text = Text { bytes: text.as_bytes(), key: key.map(telling) };
        let mut runs = self.look(&text, 0, &mut findings);
        if let Some(key) = text.key.filter(|_| speaks) {
            self.named(key, &text, &mut runs, &mut findings);
        }
        in_order(findings)
    }

    /// The number of the detector of a built-in kind, if the policy has it.
    #[must_use]
    pub fn detector(&self, kind: Kind) -> Option<u16> {
        self.kinds.get(kind as usize).copied().flatten()
    }

    /// The phrases, where the policy asks for any.
    #[must_use]
    pub fn phrases(&self) -> Option<&Phrases> {
        self.phrases.as_ref()
    }

    /// What stands in the text itself, and what its patterns remember of it.
    fn look(&self, text: &Text<'_>, depth: u8, findings: &mut Vec<Finding>) -> Runs {
        let mut runs = Runs::default();
        let mut near = None;
        let mut look = Look {
            scanner: self,
            text,
            depth,
            families_done: [0; families::ALL.len()],
            escapes_done: 0,
            spellings_done: 0,
            ciphers_done: 0,
            runs: &mut runs,
            near: &mut near,
            findings,
        };
        looked(text.bytes.len());
        self.trigger.each(text.bytes, |source, at| look.hit(source, at));
        run::runs(text, &mut |code| self.decoded(&code, depth, findings));
        runs
    }

    /// Whether a name may say by itself what its value is.
    pub(crate) fn speaks(&self, name: &str) -> bool {
        let mut speaks = false;
        let name = telling(name);
        looked(name.len());
        self.trigger.each(name.as_bytes(), |source, _| {
            let source = self.sources.get(usize::from(source));
            speaks |= matches!(source, Some(Source::Family(families::ASSIGNMENT) | Source::Pattern(_)));
        });
        speaks
    }

    /// What a value is may be said by its name alone.
    fn named(&self, key: &str, text: &Text<'_>, runs: &mut Runs, findings: &mut Vec<Finding>) {
        looked(key.len());
        let mut says_secret = false;
        self.trigger.each(key.as_bytes(), |source, at| {
            match (self.sources.get(usize::from(source)), &self.patterns) {
                (Some(Source::Family(families::ASSIGNMENT)), _) => says_secret = true,
                (Some(Source::Pattern(index)), Some(patterns)) => {
                    patterns.look_named(*index, key.as_bytes(), at, text, runs, &mut |detector, place| {
                        findings.push(Finding { place, detector, is_encoded: false });
                    });
                }
                _ => {}
            }
        });
        if says_secret {
            assignment::whole(text, &mut Sink { scanner: self, findings });
        }
    }

    /// What is found in the plain spelling is found where it is written in another one.
    fn spelled(&self, line: &spelled::Plain, key: Option<&str>, depth: u8, findings: &mut Vec<Finding>) {
        if depth >= DEPTH_MAX {
            return;
        }
        let mut inside = Vec::new();
        self.look(&Text { bytes: line.text.as_bytes(), key }, depth + 1, &mut inside);
        // What is written by its number everybody sees.
        let seen = [Kind::Tags, Kind::ZeroWidth, Kind::Bidi, Kind::Homoglyph].map(|kind| self.detector(kind));
        findings.extend(inside.into_iter().filter_map(|Finding { place, detector, is_encoded }| {
            let written = line.written(&place);
            let is_other = written.len() != place.len();
            let is_seen = is_other && seen.contains(&Some(detector));
            (!is_seen).then_some(Finding { place: written, detector, is_encoded: is_encoded || is_other })
        }));
    }

    /// What stands encoded in a text is found at the place of the code.
    fn decoded(&self, code: &Decoded<'_>, depth: u8, findings: &mut Vec<Finding>) {
        let mut add = |detector| {
            findings.push(Finding { place: code.place.clone(), detector, is_encoded: true });
        };
        if code.prose {
            self.detector(Kind::Encoded).map(&mut add);
        }
        if depth >= DEPTH_MAX {
            return;
        }
        let mut inside = Vec::new();
        self.look(&Text { bytes: code.text.as_bytes(), key: None }, depth + 1, &mut inside);
        order::by_number(&mut inside, |finding: &Finding| finding.detector.into());
        inside.dedup_by_key(|finding| finding.detector);
        inside.iter().for_each(|finding| add(finding.detector));
    }
}

/// The part of a member's name that says what its value is. A name may be as long as a message and stand before as many
/// values: it is not read again with each of them.
#[must_use]
pub fn telling(name: &str) -> &str {
    const BYTES_MAX: usize = 64;
    let start = name.ceil_char_boundary(name.len().saturating_sub(BYTES_MAX));
    name.get(start..).unwrap_or_default()
}

/// One text that is looked through.
struct Look<'l> {
    scanner: &'l Scanner,
    text: &'l Text<'l>,
    depth: u8,
    /// Before which place each family has looked already.
    families_done: [usize; families::ALL.len()],
    escapes_done: usize,
    spellings_done: usize,
    ciphers_done: usize,
    runs: &'l mut Runs,
    /// Made when it is needed: it is large, and many texts are short.
    near: &'l mut Option<Near>,
    findings: &'l mut Vec<Finding>,
}

impl Look<'_> {
    /// Has the source look. Families are what mostly looks, and in dense text every other time they have looked there
    /// already: so they are told here, and the others stay out of their way.
    #[inline]
    fn hit(&mut self, source: u16, at: usize) {
        match self.scanner.sources.get(usize::from(source)).inspect(|_| looked(1)) {
            Some(Source::Family(number)) => {
                if let (Some(family), Some(done)) =
                    (families::ALL.get(*number), self.families_done.get_mut(*number))
                    && *done <= at
                {
                    let sink = &mut Sink { scanner: self.scanner, findings: self.findings };
                    *done = (family.look)(self.text, at, sink);
                }
            }
            Some(source) => self.look(*source, at),
            None => {}
        }
    }

    #[inline(never)]
    fn look(&mut self, source: Source, at: usize) {
        let Look { scanner, text, depth, findings, .. } = self;
        match source {
            Source::Escape if self.escapes_done <= at => {
                self.escapes_done =
                    escape::look(text, at, &mut |code| scanner.decoded(&code, *depth, findings));
            }
            Source::Spelling if self.spellings_done <= at => {
                self.spellings_done =
                    spelled::look(text, at, &mut |line| scanner.spelled(line, text.key, *depth, findings));
            }
            Source::Cipher if self.ciphers_done <= at => {
                self.ciphers_done =
                    cipher::look(text, at, &mut |code| scanner.decoded(&code, *depth, findings));
            }
            Source::Pattern(index) => {
                if let Some(patterns) = &scanner.patterns {
                    patterns.look(index, text, at, self.runs, &mut |detector, place| {
                        findings.push(Finding { place, detector, is_encoded: false });
                    });
                }
            }
            Source::Phrase(index) => {
                if let Some(phrases) = &scanner.phrases {
                    let near = self.near.get_or_insert_default();
                    phrases.look(index, text, at, near, &mut Sink { scanner, findings });
                }
            }
            Source::Escape | Source::Spelling | Source::Cipher | Source::Family(_) => {}
        }
    }
}

/// These findings by place, each once.
pub(crate) fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_unstable_by_key(|finding| (finding.place.start, finding.place.end, finding.detector));
    findings.dedup();
    findings
}

struct Sink<'s> {
    scanner: &'s Scanner,
    findings: &'s mut Vec<Finding>,
}

impl Findings for Sink<'_> {
    fn wants(&self, kind: Kind) -> bool {
        self.scanner.detector(kind).is_some()
    }

    fn report(&mut self, kind: Kind, place: Range<usize>) {
        if let Some(detector) = self.scanner.detector(kind) {
            self.findings.push(Finding { place, detector, is_encoded: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn found(text: &str, key: Option<&str>) -> Vec<(Kind, Range<usize>)> {
        let kinds = Kind::ALL.iter().map(|kind| Some(*kind));
        let found = Scanner::new(kinds, None, None).unwrap().scan(text, key);
        let kind = |number| *Kind::ALL.get(usize::from(number)).unwrap();
        found.into_iter().map(|finding| (kind(finding.detector), finding.place)).collect()
    }

    #[test]
    fn a_name_speaks_for_its_value_in_any_spelling() {
        for phone in ["415 555 1134", "415&nbsp;555&nbsp;1134", "４１５５５５１１３４"] {
            assert_eq!(found(phone, Some("phone")), [(Kind::Phone, 0..phone.len())], "{phone}");
        }
    }

    #[test]
    fn what_is_hidden_only_once_it_is_read_is_not_hidden() {
        for text in [
            r#"/[\/\u200b\u200c]/, "a\/b""#,
            "a&#64;b, whether &#8203; or so",
            r"\u0027 \udb40\udc41\udb40\udc42\udb40\udc43 p\u0430ssword",
        ] {
            assert_eq!(found(text, None), [], "{text}");
        }
    }
}
