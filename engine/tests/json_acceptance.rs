//! What the strict JSON reader takes and refuses, against two outside authorities: `serde_json` on mutated messages,
//! and the JSONTestSuite corpus where it lies beside the repository.
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::expect_used, reason = "helpers of tests")]

mod corpus;

use corpus::base64;
use mcpgov_engine::json::{Doc, JsonErrorKind as E, Kind, Limits, Value};
use proptest::prelude::*;
use serde_json::Value as Oracle;

/// Deep enough never to differ from the oracle, which stops at 127.
const LIMITS: Limits = Limits { bytes_max: 1 << 20, depth_max: 64, nodes_max: 1 << 18 };

/// Whether both read the same thing.
fn same(ours: Value<'_>, oracle: &Oracle) -> bool {
    match oracle {
        Oracle::Null => ours.kind() == Kind::Null,
        Oracle::Bool(truth) => ours.as_bool() == Some(*truth),
        Oracle::Number(number) => {
            let read: Option<f64> = ours.as_number().and_then(|text| text.parse().ok());
            let close = |a: f64, b: f64| a == b || (a - b).abs() <= f64::EPSILON * a.abs();
            read.zip(number.as_f64()).is_some_and(|(a, b)| close(a, b))
        }
        Oracle::String(text) => ours.as_str() == Some(text),
        Oracle::Array(items) => {
            ours.kind() == Kind::Array
                && ours.items().count() == items.len()
                && ours.items().zip(items).all(|(ours, oracle)| same(ours, oracle))
        }
        Oracle::Object(members) => {
            ours.kind() == Kind::Object
                && ours.members().count() == members.len()
                && ours.members().all(|(key, ours)| members.get(key).is_some_and(|oracle| same(ours, oracle)))
        }
    }
}

/// Both must agree, but for what we refuse on purpose and for numbers the oracle cannot hold.
fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = Doc::parse(bytes, &LIMITS);
    let oracle = serde_json::from_slice::<Oracle>(bytes);
    match (&ours, &oracle) {
        (Ok(doc), Ok(oracle)) => prop_assert!(same(doc.root(), oracle), "read differently: {:?}", doc.text()),
        (Err(error), Ok(_)) => prop_assert!(
            matches!(error.kind, E::DuplicateKey | E::TooDeep),
            "refused alone, {error}: {:?}",
            String::from_utf8_lossy(bytes)
        ),
        (Ok(doc), Err(error)) => prop_assert!(
            error.to_string().starts_with("number out of range"),
            "taken alone, {error}: {:?}",
            doc.text()
        ),
        (Err(_), Err(_)) => {}
    }
    Ok(())
}

/// Fragments from which random concatenation makes nearly valid documents.
const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\"",
    "\"a\"",
    "\"b\"",
    "\"\\u0061\"",
    "\"\\ud834\\udd1e\"",
    "\"\\ud834\"",
    "\"\\n\"",
    "\"é\"",
    "\\",
    "\\u00",
    "0",
    "-",
    "1",
    "-0",
    "1.5",
    "1e3",
    "1E-2",
    "01",
    "1.",
    "e",
    "true",
    "false",
    "null",
    "tru",
    "NaN",
    "\u{0}",
    "\u{1f}",
    "\u{7f}",
    "{\"a\":1}",
    "[1,2]",
    "{\"k\":{\"k\":[]}}",
    "\u{feff}",
    "1e400",
];

const SEED: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":
    {"query":"a \"quoted\" \u00e9 \ud834\udd1e word","limit":-1.5e+3,"tags":["x",true,null,{}],"nested":{"a":[[]]}}}}"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_fragments_are_judged_as_serde_judges_them(
        picks in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..12)
    ) {
        agree(picks.concat().as_bytes())?;
    }

    #[test]
    fn a_message_with_bytes_changed_is_judged_as_serde_judges_it(
        edits in prop::collection::vec((0..SEED.len(), any::<u8>(), 0..3_u8), 1..4)
    ) {
        let mut bytes = SEED.as_bytes().to_vec();
        for (at, byte, how) in edits {
            let at = at % bytes.len();
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        agree(&bytes)?;
    }

    #[test]
    fn a_message_cut_short_is_refused(end in 0..SEED.len()) {
        prop_assert!(Doc::parse(&SEED.as_bytes()[..end], &LIMITS).is_err());
    }
}

#[test]
fn the_json_test_suite_is_judged_as_it_says() {
    let Some(corpus) = corpus::lines("json_parsing_nst.jsonl") else { return };
    let (mut right, mut judged) = (0, 0);
    for case in &corpus {
        let expected = match case["label"].as_str().unwrap() {
            "valid_json" => true,
            "invalid_json" => false,
            _ => continue,
        };
        let kind = case["kind"].as_str().unwrap();
        let bytes = match (kind, case["b64"].as_str()) {
            ("n_structure_100000_opening_arrays.json", _) => "[".repeat(100_000).into_bytes(),
            ("n_structure_open_array_object.json", _) => "[{\"\":".repeat(50_000).into_bytes(),
            (_, Some(encoded)) => base64(encoded),
            _ => case["text"].as_str().unwrap().into(),
        };
        judged += 1;
        let result = Doc::parse(&bytes, &LIMITS);
        // Valid by grammar, and refused here: readers differ about which member counts.
        let duplicate = result.as_ref().is_err_and(|e| e.kind == E::DuplicateKey);
        if result.is_ok() == expected || (duplicate && kind.starts_with("y_object_duplicated_key")) {
            right += 1;
        } else {
            eprintln!("{kind}: {:?}", result.map(|doc| doc.text().to_owned()));
        }
    }
    assert_eq!((right, judged), (283, 283));
}
