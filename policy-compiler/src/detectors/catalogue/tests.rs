use std::collections::BTreeSet;

use mcpgov_engine::scan::{Trigger, pattern::Patterns};

use super::{
    super::testing::{Random, matching, search},
    *,
};

/// The detector of what is weak.
const WEAK: u16 = 10_000;

/// The whole catalogue; a detector's number is its place.
fn all() -> (Patterns, Trigger) {
    let compiled = (0..)
        .zip(formats())
        .flat_map(|(number, format)| format.compile(number, Some(WEAK)).unwrap())
        .collect();
    let patterns = Patterns::new(compiled).unwrap();
    let patterns = Patterns::from_bytes(&patterns.to_bytes()).unwrap();
    let grams: Vec<_> = patterns.triggers().collect();
    let trigger = Trigger::new(&grams).unwrap();
    (patterns, trigger)
}

#[test]
fn every_format_compiles() {
    let refused: Vec<String> = formats()
        .filter_map(|format| format.compile(0, None).err().map(|error| format!("{}: {error}", format.name)))
        .collect();
    assert_eq!(refused, [""; 0]);
}

#[test]
fn names_are_unique_and_of_one_shape() {
    let names: BTreeSet<&str> = formats().map(|format| format.name).collect();
    assert_eq!(names.len(), formats().count());
    for name in names {
        assert!(
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
            "{name}"
        );
    }
    assert!(formats().all(|format| format.page.is_empty() || format.page.starts_with("https://")));
}

#[test]
fn the_catalogue_is_large_and_its_bytes_are_few() {
    let (patterns, _) = all();
    assert!(formats().count() >= 250);
    let bytes = patterns.to_bytes();
    assert!(bytes.len() < 60 * 1024, "{}", bytes.len());
}

/// A secret of the format, in the context that it needs.
fn sample(format: &Format, random: &mut Random) -> (String, String) {
    loop {
        let value = String::from_utf8(matching(format.pattern, random)).unwrap();
        let mut text = value.clone();
        if let Some(word) = format.near.first() {
            text = format!("{word} = \"{value}\"");
        } else if let Some(word) = format.with.first() {
            text = format!("{word} {value}");
        }
        let proven = format.proof == Proof::None || format.proof.holds(value.as_bytes());
        if proven {
            return (text, value);
        }
    }
}

#[test]
fn every_format_is_found_and_its_neighbours_are_not() {
    let (patterns, trigger) = all();
    let mut random = Random::new(20_261_121);
    for (number, format) in (0..).zip(formats()) {
        let has = |text: &str| {
            search(&patterns, &trigger, text.as_bytes()).iter().any(|(detector, _)| *detector == number)
        };
        let mut found = 0;
        for _ in 0..10 {
            let (text, value) = sample(format, &mut random);
            if has(&text) {
                found += 1;
                let spoilt =
                    text.replace(&value, &value.replace(|byte: char| byte.is_ascii_alphanumeric(), "~"));
                assert!(!has(&spoilt), "{}: {spoilt}", format.name);
                if value.ends_with(char::is_alphanumeric)
                    && !format.pattern.contains([',', '?', '+', '*', '|'])
                {
                    let longer = text.replace(&value, &format!("{value}Zz9"));
                    assert!(!has(&longer), "{}: {longer}", format.name);
                }
            }
        }
        // The rest has little entropy by chance.
        assert!(found >= 7, "{}: {found} of 10", format.name);
    }
}

#[test]
fn published_examples_are_fine() {
    let (patterns, trigger) = all();
    for text in ["AKIAIOSFODNN7EXAMPLE", "sk-your-api-key-goes-here"] {
        assert_eq!(search(&patterns, &trigger, text.as_bytes()), [], "{text}");
    }
}

#[test]
fn one_letter_repeated_is_weak() {
    let (patterns, trigger) = all();
    for (text, found) in [
        ("ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &[(WEAK, 0..40)][..]),
        ("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", &[(WEAK, 0..40)]),
        // Where only the vendor's name tells it from other text, it is none.
        ("ai21 = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &[]),
    ] {
        assert_eq!(search(&patterns, &trigger, text.as_bytes()), found, "{text}");
    }
}
