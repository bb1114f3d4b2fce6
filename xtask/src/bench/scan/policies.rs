//! What is looked for: the bench's policy of ten rules, with detectors or without.

use std::fmt::Write as _;

use xtask::Result;

use super::Who;
use super::texts::Dice;
use crate::bench::{case, workload};

/// Compiled policies.
pub(super) struct Tables {
    pub(super) none: Vec<u8>,
    pub(super) secrets: Vec<u8>,
    pub(super) everything: Vec<u8>,
    pub(super) fifty: Vec<u8>,
    pub(super) five_hundred: Vec<u8>,
}

impl Tables {
    /// Compiles them all.
    pub(super) fn new() -> Result<Tables> {
        Ok(Tables {
            none: compiled("")?,
            secrets: compiled(&protection("secret.*"))?,
            everything: compiled(&protection("*"))?,
            fifty: compiled(&own(50))?,
            five_hundred: compiled(&own(500))?,
        })
    }

    /// The table of a case that has one.
    pub(super) fn of(&self, who: Who) -> Option<&[u8]> {
        match who {
            Who::Governed => Some(&self.none),
            Who::Secrets => Some(&self.secrets),
            Who::Everything => Some(&self.everything),
            Who::Fifty => Some(&self.fifty),
            Who::FiveHundred => Some(&self.five_hundred),
            Who::Envoy | Who::Lua | Who::RegexLite => None,
        }
    }
}

fn compiled(more: &str) -> Result<Vec<u8>> {
    case::table(format!("{}{more}", workload::policy(10)))
}

fn protection(detect: &str) -> String {
    format!(
        "protections:\n  - {{ id: all, detect: \"{detect}\", treatment: mask, direction: [arguments, results, descriptions] }}\n"
    )
}

/// Detectors such as companies have: keys with a prefix, and numbers of tickets and customers.
fn own(count: usize) -> String {
    let mut dice = Dice::new();
    let mut text = String::from("detectors:\n");
    for number in 0..count {
        let letters: String = (0..3).map(|_| char::from(b'a' + dice.below(26) as u8)).collect();
        let pattern = match number % 2 {
            0 => format!("{letters}_[a-z0-9]{{20}}"),
            _ => format!("{}-[0-9]{{8}}", letters.to_uppercase()),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  custom.number_{number}: {{ pattern: \"{pattern}\" }}");
    }
    text + &protection("custom.*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detectors_of_a_policys_own_are_in_its_table() {
        let tables = Tables::new().unwrap();
        assert!(tables.none.len() < tables.fifty.len());
        assert!(tables.fifty.len() < tables.five_hundred.len());
    }
}
