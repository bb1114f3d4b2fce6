//! One text through the detectors, until what is left of it shows nothing more.

use alloc::string::String;
use alloc::vec::Vec;

use super::names::Called;
use super::plan::Treated;
use super::report::Find;
use super::treat::{Part, marked, treated};
use super::walk::Protector;
use crate::glob;
use crate::scan::{Finding, Kind};
use crate::vocabulary::Treatment;

/// Looks at one text, each at what the one before left of it.
const ROUNDS_MAX: usize = 4;
/// Finds of a further look that are looked up in the original, so that the same one is not written down twice.
const SEARCHES_MAX: usize = 32;

impl Protector<'_> {
    /// Looks through one decoded text: what it becomes, if it changes, which one that stays does not. `raw` turns the
    /// places of finds in it into places in the JSON.
    pub(super) fn text(
        &mut self,
        text: &str,
        called: Called<'_>,
        stays: bool,
        raw: &dyn Fn(&mut [Find]),
    ) -> Option<String> {
        let findings = called.scan(self.scanner, &mut self.familiar, text);
        if findings.is_empty() { None } else { self.found(text, called, stays, findings, raw) }
    }

    /// What a text becomes in which something was found.
    ///
    /// What is left is looked through again: taking something out may join what it stood between, and nothing that
    /// could be found in the answer may leave.
    pub(super) fn found(
        &mut self,
        text: &str,
        called: Called<'_>,
        stays: bool,
        findings: Vec<Finding>,
        raw: &dyn Fn(&mut [Find]),
    ) -> Option<String> {
        let before = self.report.finds.len();
        let parts = self.parts(text, findings, stays, None);
        raw(self.report.finds.get_mut(before..).unwrap_or_default());
        if stays {
            return None;
        }
        let mut new = treated(text, &parts, self.key)?;
        let mut worst = parts;
        for _ in 1..ROUNDS_MAX {
            let before = self.report.finds.len();
            let again = called.scan(self.scanner, &mut self.familiar, &new);
            let parts = self.parts(&new, again, false, Some(text));
            let again = self.report.finds.get_mut(before..).unwrap_or_default();
            // Where it came from nobody can tell.
            again.iter_mut().for_each(|find| find.place = 0..text.len());
            raw(again);
            let Some(changed) = treated(&new, &parts, self.key) else { return Some(new) };
            (worst, new) = (parts, changed);
        }
        // Made so that there is always something more to find.
        let treatment = worst.iter().map(|part| part.treatment).max()?;
        let place = marked(&new, self.key).unwrap_or(0..new.len());
        let all = Part { place, treatment, kind: None };
        treated(&new, &[all], self.key).or(Some(new))
    }

    /// What is to be treated of what was found in a text, and what of it is new written down. What is left of an
    /// `original` was looked through before.
    fn parts(
        &mut self,
        text: &str,
        findings: Vec<Finding>,
        stays: bool,
        original: Option<&str>,
    ) -> Vec<Part> {
        let mut searches = 0;
        let mut room = Vec::new();
        let mut parts = Vec::with_capacity(findings.len());
        let marked = marked(text, self.key);
        for Finding { mut place, detector, is_encoded } in findings {
            if let Some(marked) = &marked {
                // No detector takes our own mark away.
                place = place.start.max(marked.start)..place.end.min(marked.end);
                if place.is_empty() {
                    continue;
                }
            }
            let Some(found) = text.get(place.clone()) else { continue };
            let Some((treated, kind)) = self.asked(detector, found, is_encoded) else { continue };
            let part = Part { place: place.clone(), treatment: treated.now, kind };
            // Made by what was done before, or found then.
            let is_known = original.is_some_and(|original| {
                part.stays(text, self.key, &mut room)
                    || searches < SEARCHES_MAX && {
                        searches += 1;
                        original.contains(found)
                    }
            });
            if !is_known {
                // What is not done is not written down as done.
                self.report.note(detector, place, if stays { treated.where_it_stays() } else { treated });
            }
            parts.push(part);
        }
        parts
    }

    /// A text in which something is found, as it may be written down; `None` where it may be as it is.
    #[must_use]
    pub fn masked(&self, text: &str) -> Option<String> {
        let findings = self.scanner.scan(text, None);
        let parts = findings.into_iter().filter_map(|Finding { place, detector, is_encoded }| {
            let (_, kind) = self.asked(detector, text.get(place.clone())?, is_encoded)?;
            Some(Part { place, treatment: Treatment::Mask, kind })
        });
        treated(text, &parts.collect::<Vec<_>>(), self.key)
    }

    /// What is done with a find, and of what kind it is; `None` where no protection asks for it or the value is allowed.
    fn asked(&self, detector: u16, found: &str, is_encoded: bool) -> Option<(Treated, Option<Kind>)> {
        let treated = self.plan.of(self.view, detector).filter(|_| !self.is_allowed(detector, found))?;
        let kind = self.kinds.get(usize::from(detector)).copied().flatten().filter(|_| !is_encoded);
        Some((treated, kind))
    }

    fn is_allowed(&self, detector: u16, found: &str) -> bool {
        let Some(detector) = self.view.detectors.get(usize::from(detector)) else { return false };
        if detector.allow_len.get() == 0 {
            return false;
        }
        let allow = self.view.run(detector.allow.get(), u32::from(detector.allow_len.get()));
        allow.iter().any(|allowed| glob::matches(self.view.text(allowed), found))
    }
}
