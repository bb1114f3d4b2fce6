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
    let bounds = Limit { max_runtime_sec: Some(3), ..Limit::default() };
    Policy {
        layers: 2,
        roles: vec![Role { name: "triage".into(), condition: group(&["support"]) }],
        ..policy(vec![
            Rule { layer: 1, limit: Some(bounds), ..rule("every", Verdict::RequireApproval, every_test()) },
            Rule {
                limit: Some(limit),
                reason: Some("why".into()),
                ..rule("bounded", Verdict::AllowWithConstraints, conditions)
            },
            rule("all", Verdict::Deny, vec![]),
        ])
    }
}

/// Has every test evaluated.
struct Everything;

impl crate::decide::Trace for Everything {
    const COMPLETE: bool = true;

    fn leaf(&mut self, _: u32, _: crate::decide::Leaf) {}
}

/// One of each test that the other rules have none of.
fn every_test() -> Vec<source::Condition> {
    use crate::network::Network;
    use crate::table::format::{Circumstance, Relation, types};
    use crate::table::source::{ArgumentTest as Test, Automaton, Condition};
    use crate::window::Window;
    let automaton = Automaton {
        pattern: "v[0-9]+".into(),
        bytes: include_bytes!("../../testdata/automaton.bin").as_slice().into(),
    };
    let networks = || vec![Network::parse("10.0.0.0/8").unwrap(), Network::parse("fd00::/8").unwrap()];
    let tests = vec![
        Test::Regex(vec![automaton]),
        Test::Not(alloc::boxed::Box::new(Test::Exists)),
        Test::Compare(Relation::Less, "5".into()),
        Test::Length(Relation::GreaterOrEqual, 1),
        Test::Type(types::STRING | types::ARRAY),
        Test::Contains(vec![(Literal::String, "v".into())]),
        Test::Under(strings(&["/srv"])),
        Test::Host(strings(&["*.example", "a.example"])),
        Test::Cidr(networks()),
        Test::Each(alloc::boxed::Box::new(Test::At(strings(&["b"]), alloc::boxed::Box::new(Test::Exists)))),
        Test::Some(alloc::boxed::Box::new(Test::Any(vec![Test::Exists, Test::Glob(strings(&["x*"]))]))),
        Test::Rest(strings(&["b"]), alloc::boxed::Box::new(Test::Exists)),
    ];
    let no_other = Test::Rest(strings(&["a", "repo"]), alloc::boxed::Box::new(Test::Type(types::BOOLEAN)));
    vec![
        Condition::Any(
            tests.into_iter().map(|test| Condition::Argument { path: strings(&["a", "0"]), test }).collect(),
        ),
        Condition::Arguments(Test::All(vec![Test::Type(types::OBJECT), no_other])),
        Condition::Claim { path: "acr".into(), values: strings(&["gold", "silver"]) },
        Condition::Claim { path: "amr".into(), values: strings(&["m*"]) },
        Condition::Source(networks()),
        Condition::Context { circumstance: Circumstance::Region, globs: strings(&["eu-*"]) },
        Condition::Session,
        Condition::Time(vec![Window::ALWAYS]),
    ]
}

/// Uses whatever a table that loaded could make fail.
fn exercise(table: &Table<Vec<u8>>) {
    let view = table.view();
    let values =
        br#"{"a":["v1","/srv/x",7,[{"b":1}],"http://10.1.1.1/"],"repo":{"name":"acme/x"},"draft":true}"#;
    let doc = crate::json::Doc::parse(values, &crate::json::Limits::default()).unwrap();
    let context = crate::decide::Context {
        source: Some(core::net::Ipv4Addr::LOCALHOST.into()),
        time: Some(1_767_571_200),
        session: Some(true),
        region: Some("eu-1"),
        environment: None,
    };
    for caller in [caller(table, Some("ada"), Some(&["support"])), caller(table, None, None)] {
        for server in [GITHUB, UNREGISTERED] {
            let call = tool_call(server, "create", Arguments::Are(doc.root())).with_context(context);
            for rule in 0..view.rules.len() {
                let rule = u32::try_from(rule).unwrap();
                let _ = crate::decide::evaluate_rule(&view, &caller, &call, rule, &mut Everything);
            }
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
    bytes[8] = u8::try_from(super::format::VERSION).unwrap() + 1;
    assert_eq!(
        Table::from_bytes(&bytes).unwrap_err(),
        TableError::NewerVersion { found: super::format::VERSION + 1 }
    );
    let old: [(u32, &[u8]); 2] = [
        (1, include_bytes!("../../testdata/table_v1.bin")),
        (2, include_bytes!("../../testdata/table_v2.bin")),
    ];
    for (found, bytes) in old {
        assert_eq!(Table::from_bytes(bytes).unwrap_err(), TableError::OlderVersion { found });
    }
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
