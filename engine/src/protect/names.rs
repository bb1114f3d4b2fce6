//! Names of members: what they say of values, those that change stay apart, what is known of each is found out once.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Value;
use crate::scan::{Finding, Scanner, in_order, telling};

/// What a value is called, as it came and as it goes on: a name may say what its value is.
///
/// Whoever gets the answer sees the new name only. So nothing may be left to find under it, nor under the old one.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Called<'n> {
    name: Option<&'n str>,
    /// Where it is another one.
    new: Option<&'n str>,
}

impl<'n> Called<'n> {
    pub(super) fn new(name: &'n str, new: Option<&'n str>) -> Called<'n> {
        Called { name: Some(name), new }
    }

    pub(super) fn is(self, name: &str) -> bool {
        self.name == Some(name)
    }

    /// What is found in a value of this name, in the order of the text.
    pub(super) fn scan(self, scanner: &Scanner, familiar: &mut Familiar, text: &str) -> Vec<Finding> {
        let mut scan = |name: Option<&str>| {
            let speaks = name.is_some_and(|name| familiar.speaks(name, scanner));
            scanner.scan_called(text, name, speaks)
        };
        let mut findings = scan(self.name);
        if self.new.is_none() {
            return findings;
        }
        findings.append(&mut scan(self.new));
        in_order(findings)
    }
}

/// The names of an object of which some change.
#[derive(Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    renamed: usize,
}

impl Names {
    /// The name, or one like it that the object does not have.
    pub(super) fn unique(&mut self, object: Value<'_>, name: String) -> String {
        if self.renamed == 0 {
            self.taken.extend(object.members().map(|(name, _)| String::from(name)));
        }
        let mut unique = name.clone();
        while !self.taken.insert(unique.clone()) {
            // Goes up with every name, so that many equal ones are found a place at once.
            self.renamed += 1;
            unique = alloc::format!("{name}~{}", self.renamed);
        }
        self.renamed += 1;
        unique
    }
}

/// Names of which something is known: records repeat them, and it depends on nothing else.
#[derive(Debug, Default)]
pub(super) struct Familiar {
    names: [(String, Known); 1 << SLOT_BITS],
}

#[derive(Debug, Default)]
struct Known {
    is_clean: bool,
    speaks: Option<bool>,
}

const SLOT_BITS: u32 = 5;
/// Longer ones are hardly repeated.
const NAME_BYTES_MAX: usize = 64;

impl Familiar {
    /// Whether it is known that nothing is found in the name.
    pub(super) fn is_clean(&self, name: &str) -> bool {
        self.names.get(slot(name)).is_some_and(|(other, known)| other == name && known.is_clean)
    }

    pub(super) fn add_clean(&mut self, name: &str) {
        if let Some(known) = self.known(name) {
            known.is_clean = true;
        }
    }

    /// Whether the name says by itself what its value is.
    fn speaks(&mut self, name: &str, scanner: &Scanner) -> bool {
        let name = telling(name);
        match self.known(name) {
            Some(known) => *known.speaks.get_or_insert_with(|| scanner.speaks(name)),
            None => scanner.speaks(name),
        }
    }

    /// What is known of a name, perhaps in place of another one.
    fn known(&mut self, name: &str) -> Option<&mut Known> {
        let (other, known) = self.names.get_mut(slot(name)).filter(|_| name.len() <= NAME_BYTES_MAX)?;
        if other != name {
            other.clear();
            other.push_str(name);
            *known = Known::default();
        }
        Some(known)
    }
}

/// Names of one object mostly differ in how they begin or end, or in length; of those that do not, one is forgotten.
fn slot(name: &str) -> usize {
    let name = name.as_bytes();
    let ends = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => u32::from_le_bytes(*first).rotate_left(13) ^ u32::from_le_bytes(*last),
        _ => name.iter().fold(0, |short, byte| short << 8 | u32::from(*byte)),
    };
    // The upper bits of a product depend on all bits of its factors.
    (ends.wrapping_add(name.len() as u32).wrapping_mul(0x9E37_79B1) >> (u32::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn what_is_known_of_a_name_is_known_of_no_other() {
        let mut familiar = Familiar::default();
        for number in 0..200 {
            let name = alloc::format!("name{number}");
            assert!(!familiar.is_clean(&name));
            assert_eq!(familiar.known(&name).unwrap().speaks.replace(true), None);
            familiar.add_clean(&name);
            assert!(familiar.is_clean(&name) && familiar.known(&name).unwrap().speaks == Some(true));
        }
        let long = "n".repeat(NAME_BYTES_MAX + 1);
        familiar.add_clean(&long);
        assert!(!familiar.is_clean(&long));
    }
}
