//! Random policies and calls: what a table decides is what the language says.
//!
//! Input: what choices follow from.
#![no_main]

#[path = "../../../policy-compiler/tests/specification/naive.rs"]
mod naive;
#[allow(dead_code, reason = "the specification's own tests use more of it")]
#[path = "../../../policy-compiler/tests/specification/random.rs"]
mod random;

use libfuzzer_sys::fuzz_target;
use mcpgov_fuzz::chosen;
use mcpgov_policy_compiler::read_policy;
use random::{decide, policy, question, rules, table};

fuzz_target!(|input: &[u8]| {
    let Some((rules, question)) = chosen((rules(), question()), input) else { return };
    let source = policy(&rules);
    let Some(read) = read_policy(&source).0 else { return };
    assert_eq!(
        decide(&table(&source), &question),
        naive::decide(&read, &question),
        "{question:#?}\n{}",
        source.text
    );
});
