//! Names of members: those that change stay apart, those that show nothing are looked at once.

use alloc::collections::BTreeSet;
use alloc::string::String;

use crate::json::Value;

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
            self.taken = object.members().map(|(name, _)| String::from(name)).collect();
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
