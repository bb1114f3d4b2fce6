use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::sample;
use crate::scan::Trigger;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn run(set: &[u8], min: u16, max: u16) -> Step {
    Step::Run { set: Bytes::of(set), min, max }
}

fn literal(text: &str) -> Literal {
    Literal { bytes: text.into(), fold: false }
}

/// `[ab]{2}key-[0-9]{3,}`, with the digits as the secret.
fn keyed() -> Pattern {
    Pattern {
        detector: 7,
        before: vec![run(b"ab", 2, 2)],
        literal: literal("key-"),
        after: vec![run(b"0123456789", 3, UNBOUNDED)],
        secret: 2..3,
        ..sample::pattern()
    }
}

fn contextual(place: Place) -> Pattern {
    Pattern {
        before: vec![],
        literal: Literal { bytes: b"acme".to_vec(), fold: true },
        place,
        after: vec![run(b"0123456789abcdef", 8, 8)],
        secret: 0..1,
        ..keyed()
    }
}

/// What is found with a look at every place, and with looks only where the trigger says.
fn found(pattern: &Pattern, text: &str) -> Vec<String> {
    let patterns = Patterns::new(vec![pattern.clone()]).unwrap();
    let patterns = Patterns::from_bytes(&patterns.to_bytes()).unwrap();
    let text = Text { bytes: text.as_bytes(), key: None };
    let mut all = Vec::new();
    let mut runs = Runs::default();
    for at in 0..text.bytes.len() {
        patterns.look(0, &text, at, &mut runs, &mut |_, place| all.push(place));
    }
    let mut triggered = Vec::new();
    runs.start_text();
    let grams: Vec<(u16, Gram)> = patterns.triggers().collect();
    Trigger::new(&grams).unwrap().each(text.bytes, |index, at| {
        patterns.look(index, &text, at, &mut runs, &mut |_, place| triggered.push(place));
    });
    assert_eq!(all, triggered, "the trigger changes what is found");
    all.into_iter().map(|place| String::from_utf8_lossy(&text.bytes[place]).into_owned()).collect()
}

#[test]
fn the_secret_part_is_found_between_its_boundaries() {
    assert_eq!(found(&keyed(), "abkey-123 x bakey-4567,abkey-12 zabkey-123 abkey-123z"), ["123", "4567"]);
    assert_eq!(found(&keyed(), "abkey-999"), ["999"]);
    assert_eq!(found(&keyed(), r"x\nabkey-123 %3Dabkey-456 \u003dabkey-789"), ["123", "456", "789"]);
}

#[test]
fn a_value_assigned_to_a_name_with_the_keyword_is_found() {
    for text in [
        "acmeToken = \"00ff00ff\"",
        "ACME_KEY=00ff00ff",
        "{\"acme\": {\"api.key\": \"00ff00ff\"}}",
        "set(\"acme.token\", \"00ff00ff\")",
        "var acmeToken string = \"00ff00ff\"",
        "<acmeToken>\n  00ff00ff\n</acmeToken>",
        "X-Acme: Bearer 00ff00ff",
        "acme_TOKEN :::= '00ff00ff'",
        "--acme-key=00ff00ff",
        "tool --acme-key '00ff00ff'",
        "myAcmeKey: 00ff00ff",
    ] {
        assert_eq!(found(&contextual(Place::Assigned), text), ["00ff00ff"], "{text}");
    }
    for text in [
        "acme at commit 00ff00ff",
        "acme = 00ff00ff0",
        "acme\n\n= 00ff00ff",
        "ac me = 00ff00ff",
        "pacme = 00ff00ff",
    ] {
        assert!(found(&contextual(Place::Assigned), text).is_empty(), "{text}");
    }
}

#[test]
fn a_value_near_a_keyword_is_found() {
    assert_eq!(found(&contextual(Place::Near), "acme at 00ff00ff and 11ff11ff."), ["00ff00ff", "11ff11ff"]);
    let far = alloc::format!("acme{:80}00ff00ff", "");
    assert!(found(&contextual(Place::Near), &far).is_empty());
}

#[test]
fn a_member_name_is_context() {
    let patterns =
        Patterns::new(vec![contextual(Place::Assigned), contextual(Place::Near), keyed()]).unwrap();
    let look = |index, name: &str, value: &str| {
        let text = Text { bytes: value.as_bytes(), key: Some(name) };
        let mut all: Vec<String> = Vec::new();
        for at in 0..name.len() {
            let mut runs = Runs::default();
            patterns.look_named(index, name.as_bytes(), at, &text, &mut runs, &mut |_, place| {
                all.push(value.get(place).unwrap().to_owned())
            });
        }
        all
    };
    assert_eq!(look(0, "x-acme-key", "Bearer 00ff00ff"), ["00ff00ff"]);
    assert!(look(0, "x-acme-key", "id is 00ff00ff").is_empty());
    assert_eq!(look(1, "x-Acme-key", "id is 00ff00ff"), ["00ff00ff"]);
    assert!(look(0, "x-key", "00ff00ff").is_empty());
    assert!(look(2, "abkey-123", "abkey-123").is_empty());
}

#[test]
fn keywords_entropy_proof_and_allow_list_hold_findings_back() {
    let with = |change: fn(&mut Pattern)| {
        let mut pattern = keyed();
        change(&mut pattern);
        pattern
    };
    let words = with(|pattern| pattern.keywords = vec![b"acme".to_vec()]);
    assert_eq!(found(&words, "abkey-123 the ACME abkey-456"), ["456"]);
    let random = with(|pattern| pattern.entropy = 32);
    assert_eq!(found(&random, "abkey-1212 abkey-1234"), ["1234"]);
    let repeated = with(|pattern| (pattern.entropy, pattern.weak) = (32, Some(1)));
    assert_eq!(found(&repeated, "abkey-1212 abkey-1234"), ["1212", "1234"]);
    let luhn = with(|pattern| pattern.proof = Proof::Luhn);
    assert_eq!(found(&luhn, "abkey-79927398713 abkey-79927398714"), ["79927398713"]);
    let allowed = with(|pattern| pattern.allow = vec!["12*".into()]);
    assert_eq!(found(&allowed, "abkey-123 abkey-321"), ["321"]);
}

#[test]
fn patterns_with_one_keyword_are_asked_together() {
    let mut longer = contextual(Place::Assigned);
    longer.detector = 8;
    longer.after = vec![run(b"0123456789abcdef", 10, 10)];
    let patterns = Patterns::new(vec![contextual(Place::Assigned), keyed(), longer]).unwrap();
    assert_eq!(patterns.triggers().map(|(index, _)| index).collect::<Vec<_>>(), [0, 1]);
    let mut detectors = Vec::new();
    for text in ["acme=00ff00ff", "acme=00ff00ff00"] {
        let text = Text { bytes: text.as_bytes(), key: None };
        for at in 0..text.bytes.len() {
            patterns.look(0, &text, at, &mut Runs::default(), &mut |detector, _| detectors.push(detector));
        }
    }
    assert_eq!(detectors, [7, 8]);
}

#[test]
fn what_looks_cannot_rely_on_is_refused() {
    let changes: [fn(&mut Pattern); 7] = [
        |pattern| pattern.literal.bytes.clear(),
        |pattern| pattern.secret = 2..4,
        |pattern| pattern.secret = 1..1,
        |pattern| pattern.after = vec![run(b"", 1, 1)],
        |pattern| pattern.after = vec![run(b"a", 3, 2)],
        |pattern| pattern.place = Place::Near,
        |pattern| pattern.keywords = vec![vec![]],
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut pattern = keyed();
        change(&mut pattern);
        assert_eq!(Patterns::new(vec![pattern]).unwrap_err(), Bad::Pattern, "{number}");
    }
}

#[test]
fn the_bytes_give_the_patterns_back() {
    let mut full = keyed();
    full.keywords = vec![b"one".to_vec(), b"two".to_vec()];
    full.allow = vec!["a*".into()];
    full.before.push(Step::Literal(literal("mid")));
    full.secret = 1..4;
    let all = vec![full, contextual(Place::Assigned), contextual(Place::Near)];
    let patterns = Patterns::new(all.clone()).unwrap();
    let again = Patterns::from_bytes(&patterns.to_bytes()).unwrap();
    assert_eq!(again.iter().cloned().collect::<Vec<_>>(), all);
}

#[test]
fn no_bytes_panic() {
    let bytes = Patterns::new(vec![keyed(), contextual(Place::Near)]).unwrap().to_bytes();
    let text = Text { bytes: b"abkey-123 acme 00ff00ff", key: None };
    let try_one = |bytes: &[u8]| {
        let Ok(patterns) = Patterns::from_bytes(bytes) else { return };
        let mut runs = Runs::default();
        for (index, _) in patterns.triggers() {
            for at in 0..text.bytes.len() {
                patterns.look(index, &text, at, &mut runs, &mut |_, place| {
                    assert!(place.start < place.end && place.end <= text.bytes.len());
                });
            }
        }
    };
    for at in 0..bytes.len() {
        assert!(Patterns::from_bytes(&bytes[..at]).is_err());
        for byte in 0..=u8::MAX {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            try_one(&bytes);
        }
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Patterns::from_bytes(&longer).unwrap_err(), Bad::Trailing);
}

/// Texts on which a search that starts anew at each hit looks at bytes again and again.
#[test]
fn every_byte_is_looked_at_a_few_times_only() {
    let mut pattern = keyed();
    pattern.before = vec![run(b"ab-key0123456789", 2, UNBOUNDED)];
    pattern.after = vec![
        run(b"ab-key0123456789", 0, UNBOUNDED),
        run(b".", 1, 1),
        run(b"ab-key0123456789", 0, UNBOUNDED),
        run(b"!", 1, 1),
    ];
    pattern.secret = 0..6;
    pattern.left = Bytes::none();
    for text in ["key-".repeat(5_000), ["key-".repeat(2_500), ".".into(), "key-".repeat(2_500)].concat()] {
        let patterns = Patterns::new(vec![pattern.clone()]).unwrap();
        let mut runs = Runs::default();
        let text = Text { bytes: text.as_bytes(), key: None };
        for at in 0..text.bytes.len() {
            patterns.look(0, &text, at, &mut runs, &mut |_, _| {});
        }
        assert!(runs.looked <= 6 * text.bytes.len(), "{}", runs.looked);
    }
}
