//! Detectors, and what is done with what they find.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::super::format::{Detector, Protection};
use super::super::source::{self, Policy};
use super::{WriteError, Writer, count, no_duplicates, short};

impl<'p> Writer<'p> {
    /// The detectors in the order that patterns number them by, and the protections.
    pub(super) fn detectors(&mut self, policy: &'p Policy) -> Result<(), WriteError> {
        let names: Vec<&str> = policy.detectors.iter().map(|detector| detector.name.as_str()).collect();
        if !names.is_sorted() {
            // Their numbers are in the patterns already.
            return Err(WriteError::UnknownDetector("out of order".into()));
        }
        no_duplicates(names.iter().copied())?;
        short(names.len(), "detectors")?;
        for detector in &policy.detectors {
            let allow: Vec<u32> = detector.allow.iter().map(|glob| self.string(glob)).collect();
            let allow_len = short(allow.len(), "allowed values")?;
            let allow = self.run(allow)?.into();
            self.detectors.push(Detector {
                name: self.string(&detector.name).into(),
                allow,
                allow_len,
                is_built_in: u8::from(detector.kind.is_some()),
                severity: detector.severity as u8,
            });
        }
        let mut protections: Vec<&source::Protection> = policy.protections.iter().collect();
        protections.sort_by(|a, b| a.id.cmp(&b.id));
        no_duplicates(protections.iter().map(|protection| protection.id.as_str()))?;
        for protection in protections {
            self.protection(protection, &names)?;
        }
        (self.patterns, self.phrases) = (&policy.patterns, &policy.phrases);
        Ok(())
    }

    fn protection(&mut self, protection: &'p source::Protection, names: &[&str]) -> Result<(), WriteError> {
        let (node, node_len) = self.condition(&protection.conditions, &protection.id)?;
        let mut numbers = BTreeSet::new();
        for name in &protection.detectors {
            let number = names.binary_search(&name.as_str());
            let number = number.map_err(|_| WriteError::UnknownDetector(name.clone()))?;
            numbers.insert(count(number, "detectors")?);
        }
        let detector_len = short(numbers.len(), "detectors")?;
        let detectors = self.run(numbers.into_iter().collect())?.into();
        self.protections.push(Protection {
            id: self.string(&protection.id).into(),
            node: node.into(),
            node_len,
            detectors,
            detector_len,
            treatment: protection.treatment as u8,
            directions: protection.directions.iter().fold(0, |bits, direction| bits | direction.bit()),
            blobs: protection.blobs as u8,
            is_shadow: u8::from(protection.shadow),
        });
        Ok(())
    }
}
