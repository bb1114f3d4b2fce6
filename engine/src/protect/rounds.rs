//! One text through the detectors, until what is left of it shows nothing more.

use alloc::string::String;
use alloc::vec::Vec;

use super::treat::{Part, treated};
use super::walk::{Find, Protector};
use crate::glob;
use crate::scan::Finding;

/// Looks at one text, each at what the one before left of it.
const ROUNDS_MAX: usize = 4;
/// Finds of a further look that are looked up in the original, so that the same one is not written down twice.
const SEARCHES_MAX: usize = 32;

impl Protector<'_> {
    /// Looks through one decoded text: what it becomes, if it changes. `raw` turns the places of finds in it into places
    /// in the JSON.
    ///
    /// What is left is looked through again: taking something out may join what it stood between, and nothing that
    /// could be found in the answer may leave.
    pub(super) fn text(
        &mut self,
        text: &str,
        key: Option<&str>,
        raw: &dyn Fn(&mut [Find]),
    ) -> Option<String> {
        let before = self.report.finds.len();
        let round = self.round(text, text, key);
        raw(self.report.finds.get_mut(before..).unwrap_or_default());
        let (parts, first) = round?;
        let mut new = first?;
        let mut worst = parts;
        for _ in 1..ROUNDS_MAX {
            let before = self.report.finds.len();
            let round = self.round(&new, text, key);
            let again = self.report.finds.get_mut(before..).unwrap_or_default();
            // Where it came from nobody can tell.
            again.iter_mut().for_each(|find| find.place = 0..text.len());
            raw(again);
            let Some((parts, Some(changed))) = round else { return Some(new) };
            (worst, new) = (parts, changed);
        }
        // Made so that there is always something more to find.
        let treatment = worst.iter().map(|part| part.treatment).max()?;
        let all = Part { place: 0..new.len(), treatment, kind: None };
        treated(&new, &[all], self.key).or(Some(new))
    }

    /// One look at a text: what is to be treated in it, and what it becomes if it changes. What stood in the
    /// `original` is written down there.
    fn round(
        &mut self,
        text: &str,
        original: &str,
        key: Option<&str>,
    ) -> Option<(Vec<Part>, Option<String>)> {
        let findings = self.scanner.scan(text, key);
        if findings.is_empty() {
            return None;
        }
        let is_again = !core::ptr::eq(text, original);
        let mut searches = 0;
        let mut parts = Vec::with_capacity(findings.len());
        for Finding { place, detector, is_encoded } in findings {
            let Some(treated) = self.plan.of(detector) else { continue };
            let Some(found) = text.get(place.clone()) else { continue };
            if self.is_allowed(detector, found) {
                continue;
            }
            let kind = self.kinds.get(usize::from(detector)).copied().flatten().filter(|_| !is_encoded);
            let part = Part { place: place.clone(), treatment: treated.now, kind };
            // Made by what was done before, or found then.
            let mut is_known = is_again && part.stays(text, self.key);
            if is_again && !is_known && searches < SEARCHES_MAX {
                searches += 1;
                is_known = original.contains(found);
            }
            if !is_known {
                self.note(detector, place, treated);
            }
            parts.push(part);
        }
        let new = treated(text, &parts, self.key);
        Some((parts, new))
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
