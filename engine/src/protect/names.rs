//! Names of members that change, and stay apart.

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
