//! The executable specification: random policies and calls, decided from the table and as the language is defined.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod naive;
mod random;

use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::read_policy;
use proptest::prelude::*;
use random::{decide, layered, policy, question, rule, rules, table};
use serde_json::json;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_table_decides_as_the_language_is_defined(rules in rules(), questions in prop::collection::vec(question(), 4)) {
        let source = policy(&rules);
        let table = table(&source);
        let (read, _) = read_policy(&source);
        let read = read.unwrap();
        for question in &questions {
            prop_assert_eq!(decide(&table, question), naive::decide(&read, question), "{:#?}\n{}", question, source.text);
        }
    }

    #[test]
    fn layers_decide_as_they_are_defined(
        rules in rules(),
        (layers, turn) in (2..=4_usize, 1..4_usize),
        questions in prop::collection::vec(question(), 2),
    ) {
        let (table, found) = layered(&rules, layers, turn).compile();
        let table = Table::from_bytes(table.unwrap_or_else(|| panic!("{found:#?}"))).unwrap();
        let read = layered(&rules, layers, turn).policy().0.unwrap();
        for question in &questions {
            prop_assert_eq!(decide(&table, question), naive::decide(&read, question), "{:#?}\n{:?}", question, rules);
        }
    }

    #[test]
    fn a_further_restriction_never_widens(rules in rules(), mut added in rule(), question in question()) {
        added["id"] = json!("z");
        let before = decide(&table(&policy(&rules)), &question).0;
        // A rule that permits within limits, or after approval, restricts only what is permitted anyway.
        if added["decision"] == "ALLOW" || !before.is_permit() {
            added["decision"] = json!("DENY");
            added.as_object_mut().unwrap().remove("constraints");
            added.as_object_mut().unwrap().remove("guards");
        }
        let after = decide(&table(&policy(&[rules, vec![added]].concat())), &question).0;
        prop_assert!(after >= before);
    }

    #[test]
    fn the_order_of_rules_means_nothing_and_compiling_is_deterministic(rules in rules(), turn in 0..6_usize) {
        let bytes = table(&policy(&rules)).as_bytes().to_vec();
        let mut turned = rules.clone();
        turned.rotate_left(turn.min(rules.len()));
        turned.reverse();
        let other = table(&policy(&turned));
        prop_assert_eq!(other.as_bytes(), bytes.as_slice());
    }
}
