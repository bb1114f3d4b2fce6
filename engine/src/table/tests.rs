//! That a table is what was written, and that nothing else is taken for one.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::decide::{Arguments, decide, has_access, is_visible};
use crate::sample::*;
use crate::table::format::{Label, Literal};
use crate::table::source::{Limit, Policy, Role, Rule};
use crate::table::write::{WriteError, write};
use crate::vocabulary::Verdict;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn full_policy() -> Policy {
    let limit = Limit {
        max_runtime_sec: Some(1),
        max_retries: Some(2),
        network_allowlist: Some(strings(&["a.example"])),
    };
    let conditions = vec![
        label(Label::Server, &["github"]),
        label(Label::Tool, &["create", "x*"]),
        not(argument_is("draft", Literal::Bool, "true")),
        argument_like("repo.name", "acme/*"),
        source::Condition::Any(vec![source::Condition::Role("triage".into()), user(&["ada", "bob"])]),
    ];
    Policy {
        roles: vec![Role { name: "triage".into(), condition: group(&["support"]) }],
        ..policy(vec![
            Rule {
                limit: Some(limit),
                reason: Some("why".into()),
                ..rule("bounded", Verdict::AllowWithConstraints, conditions)
            },
            rule("all", Verdict::Deny, vec![]),
        ])
    }
}

/// Uses whatever a table that loaded could make fail.
fn exercise(table: &Table<Vec<u8>>) {
    let view = table.view();
    for caller in [caller(table, Some("ada"), Some(&["support"])), caller(table, None, None)] {
        for server in [GITHUB, UNREGISTERED] {
            let call = tool_call(server, "create", Arguments::None);
            let _ = decide(&view, &caller, &call);
            let _ = is_visible(&view, &caller, &call);
            let _ = has_access(&view, &caller, &call);
        }
    }
}

#[test]
fn the_same_policy_gives_the_same_bytes_in_any_order() {
    let policy = full_policy();
    let mut turned = policy.clone();
    turned.rules.reverse();
    for server in &mut turned.servers {
        server.tools.reverse();
    }
    assert_eq!(write(&policy).unwrap(), write(&turned).unwrap());
}

#[test]
fn every_flipped_bit_is_noticed() {
    let good = write(&full_policy()).unwrap();
    let mut bytes = good.clone();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            assert!(Table::from_bytes(&bytes).is_err(), "bit {bit} of byte {at}");
            bytes[at] ^= 1 << bit;
        }
    }
    assert!(Table::from_bytes(&good).is_ok());
}

#[test]
fn every_prefix_and_any_surplus_is_refused() {
    let mut bytes = write(&full_policy()).unwrap();
    for length in 0..bytes.len() {
        assert_eq!(Table::from_bytes(&bytes[..length]).unwrap_err(), TableError::Truncated, "{length} bytes");
    }
    bytes.push(0);
    assert_eq!(Table::from_bytes(&bytes).unwrap_err(), TableError::TrailingBytes);
}

#[test]
fn other_versions_and_other_files_are_named() {
    let mut bytes = write(&full_policy()).unwrap();
    bytes[8] = 3;
    assert_eq!(Table::from_bytes(&bytes).unwrap_err(), TableError::NewerVersion { found: 3 });
    let old = include_bytes!("../../testdata/table_v1.bin");
    assert_eq!(Table::from_bytes(old).unwrap_err(), TableError::OlderVersion { found: 1 });
    assert_eq!(Table::from_bytes(b"version: v1\n").unwrap_err(), TableError::NotATable);
    assert_eq!(Table::from_bytes(b"").unwrap_err(), TableError::Truncated);
}

#[test]
fn what_the_format_cannot_say_is_an_error_of_the_writer() {
    let twice = policy(vec![rule("a", Verdict::Allow, vec![]), rule("a", Verdict::Deny, vec![])]);
    assert_eq!(write(&twice).unwrap_err(), WriteError::Duplicate("a".into()));
    let unknown = policy(vec![rule("a", Verdict::Allow, vec![source::Condition::Role("nobody".into())])]);
    assert_eq!(write(&unknown).unwrap_err(), WriteError::UnknownRole("nobody".into()));
    let deep = (0..40).fold(user(&["ada"]), |condition, _| not(condition));
    assert_eq!(
        write(&policy(vec![rule("a", Verdict::Allow, vec![deep])])).unwrap_err(),
        WriteError::TooDeep("a".into())
    );
}

/// Writes a correct digest over changed bytes: what a hostile or broken compiler could hand over.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    use zerocopy::{FromBytes, IntoBytes};
    if let Ok((header, rest)) = format::Header::read_from_prefix(&bytes) {
        let mut header = header;
        header.digest = validate::digest(&header, rest).0;
        let length = header.as_bytes().len();
        bytes[..length].copy_from_slice(header.as_bytes());
    }
    bytes
}

#[test]
fn a_changed_record_under_a_right_digest_is_refused_or_harmless() {
    let good = write(&full_policy()).unwrap();
    let mut refused = 0;
    for at in 52..good.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = good.clone();
            bytes[at] = value;
            match Table::from_bytes(resealed(bytes)) {
                Ok(table) => exercise(&table),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > good.len(), "the validator refused only {refused}");
}

#[cfg(not(target_family = "wasm"))]
mod random {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_make_the_validator_or_a_reader_fail(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
            let mut bytes = write(&full_policy()).unwrap();
            for (index, value) in edits {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            if let Ok(table) = Table::from_bytes(resealed(bytes)) {
                exercise(&table);
            }
        }

        #[test]
        fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Table::from_bytes(&bytes).is_err());
        }
    }
}
