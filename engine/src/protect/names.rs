//! Names of members: what they say of values, those that change stay apart, those that show nothing are looked at once.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Value;
use crate::scan::{Finding, Scanner, in_order};

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
    pub(super) fn scan(self, scanner: &Scanner, text: &str) -> Vec<Finding> {
        let mut findings = scanner.scan(text, self.name);
        if self.new.is_none() {
            return findings;
        }
        findings.append(&mut scanner.scan(text, self.new));
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

/// Names in which nothing is found: records repeat them, and what is found in a name depends on nothing else.
#[derive(Debug, Default)]
pub(super) struct Clean {
    names: [String; 1 << SLOT_BITS],
}

const SLOT_BITS: u32 = 5;
/// Longer ones are hardly repeated.
const CLEAN_BYTES_MAX: usize = 40;

impl Clean {
    pub(super) fn holds(&self, name: &str) -> bool {
        name.len() <= CLEAN_BYTES_MAX && self.names.get(slot(name)).is_some_and(|known| known == name)
    }

    /// Adds a name, perhaps in place of another one.
    pub(super) fn add(&mut self, name: &str) {
        if name.len() <= CLEAN_BYTES_MAX
            && let Some(known) = self.names.get_mut(slot(name))
        {
            known.clear();
            known.push_str(name);
        }
    }
}

fn slot(name: &str) -> usize {
    // The upper bits of a product depend on all bits of its factors.
    let mix = |mixed: u32, byte| (mixed ^ u32::from(byte)).wrapping_mul(0x9E37_79B1);
    (name.bytes().fold(0, mix) >> (u32::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn only_names_that_were_added_are_held() {
        let mut clean = Clean::default();
        for number in 0..200 {
            let name = alloc::format!("name{number}");
            assert!(!clean.holds(&name));
            clean.add(&name);
            assert!(clean.holds(&name));
        }
        let long = "n".repeat(CLEAN_BYTES_MAX + 1);
        clean.add(&long);
        assert!(!clean.holds(&long));
    }
}
