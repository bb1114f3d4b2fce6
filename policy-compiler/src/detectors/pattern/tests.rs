use std::collections::BTreeSet;

use mcpgov_engine::scan::{
    Text,
    pattern::{Patterns, Runs},
};
use proptest::prelude::*;

use super::{
    super::testing::{Random, found, matching},
    *,
};

fn refused(expression: &str) -> PatternError {
    compile(expression, &Options::default()).unwrap_err()
}

fn finds(expression: &str, options: &Options, text: &str) -> Vec<String> {
    let patterns = Patterns::new(compile(expression, options).unwrap()).unwrap();
    let places = found(&patterns, text.as_bytes());
    places.into_iter().map(|(_, place)| text.get(place).unwrap().to_owned()).collect()
}

#[test]
fn an_author_reads_what_to_write_instead() {
    for (expression, error) in [
        ("[0-9]{6}", "the pattern has no fixed text that could be looked for"),
        ("EMP-[0-9", "not a regular expression: unclosed character class at character 5"),
        ("ab.*cd", "a repetition of `[\\x00-\\t\\x0b-\\xff]` is followed by `[c]`, which it can also take"),
        ("ab[0-9]+0", "a repetition of `[0-9]` is followed by `[0]`, which it can also take"),
        ("^EMP-[0-9]{6}", "the pattern asks for the beginning of a text or line, `^`"),
        ("EMP-[0-9]{6}$", "the pattern asks for the end of a text or line, `$`"),
        ("EMP-(?:[0-9]-)+x", "the pattern repeats a group of several characters too often or without end"),
        ("EMP-([0-9])([a-z])", "the pattern has more than one group"),
        ("EMP-()[0-9]", "the group of the pattern can be empty"),
        ("(?:EMP)?[0-9]?", "the pattern matches the empty text"),
        ("EMP-(?:a|b|c|dd)(?:a|b|c|dd){9}", "the pattern stands for too many alternatives"),
    ] {
        let found = refused(expression);
        assert_eq!(found.to_string(), error, "{expression}");
        assert!(!found.help().is_empty() && !found.help().ends_with('.'));
    }
    let keyword = Options { keywords: vec!["e".into()], ..Options::default() };
    assert_eq!(compile("[0-9]{6}", &keyword).unwrap_err(), PatternError::Keyword("e".into()));
    let word = Options { keywords: vec!["employee".into()], ..Options::default() };
    assert_eq!(compile("[0-9]+", &word).unwrap_err(), PatternError::UnboundedContext);
}

#[test]
fn a_detector_of_a_policy_finds_what_its_author_means() {
    let plain = Options::default();
    assert_eq!(
        finds("EMP-[0-9]{6}", &plain, "EMP-123456, EMP-1234567 XEMP-123456 EMP-654321"),
        ["EMP-123456", "EMP-654321"]
    );
    assert_eq!(finds(r"\b(?i:emp)-[0-9]{2,4}\b", &plain, "eMp-12 EMP-12345"), ["eMp-12"]);
    assert_eq!(finds(r"user=([a-z]{3,8})&", &plain, "?user=alice&x"), ["alice"]);
    assert_eq!(
        finds(r"(?:acme|umbrella)_[a-f0-9]{4}", &plain, "acme_00ff umbrella_12ab"),
        ["acme_00ff", "umbrella_12ab"]
    );
    let words = Options { keywords: vec!["Employee".into(), "badge".into()], ..Options::default() };
    assert_eq!(finds("[0-9]{6}", &words, "employee number 123456; order 5"), ["123456"]);
    assert_eq!(finds("E-[0-9]{6}", &words, "badge E-123456"), ["E-123456"]);
    assert!(finds("E-[0-9]{6}", &words, "order E-123456").is_empty());
    let luhn =
        Options { proof: Proof::Luhn, entropy: 1.5, allow: vec!["N-7992*".into()], ..Options::default() };
    assert_eq!(
        finds("N-[0-9]{11}", &luhn, "N-79927398713 N-79927398714 N-49927398716 N-00000000000"),
        ["N-49927398716"]
    );
}

/// What an expression means: a part of the text that it matches as a whole, between bytes that no pattern of it
/// may have beside.
fn meant(expression: &str, patterns: &Patterns, text: &[u8]) -> BTreeSet<(usize, usize)> {
    let whole = regex::bytes::Regex::new(&format!(r"(?s-u)\A(?:{expression})\z")).unwrap();
    let (left, right) = patterns.iter().next().map(|pattern| (pattern.left, pattern.right)).unwrap();
    let mut all = BTreeSet::new();
    for start in 0..text.len() {
        for end in start + 1..=text.len() {
            let opens = start == 0 || !left.has(text[start - 1]);
            let closes = text.get(end).is_none_or(|byte| !right.has(*byte));
            if opens && closes && whole.is_match(&text[start..end]) {
                all.insert((start, end));
            }
        }
    }
    all
}

/// Expressions of all shapes that compile.
const EXPRESSIONS: [&str; 12] = [
    "ab[0-9]{2,4}",
    "[xy]{3}ab",
    "[a-c]+=[0-9]+",
    "ab[cd]?[0-9]{1,3}(?:-[0-9])?",
    "(?:ab|cd|[xy]z)[0-9]+",
    "(?i:key)[-_]?[0-9a-f]{4}",
    "a{3}b{2,}",
    "[0-9]{1,3}(?:ab|ba)[0-9]{1,3}",
    "[ab]c[0-9]?",
    "ab(?:[0-9]{2}-){1,2}x",
    "[0-9a-f]{4}-ab=?=?",
    "[a-d]{2}[xy]ab[cd][0-9]*",
];

#[test]
fn what_is_found_is_what_the_expression_matches() {
    let mut random = Random::new(7);
    let mut places = 0;
    for expression in EXPRESSIONS {
        let patterns = Patterns::new(compile(expression, &Options::default()).unwrap()).unwrap();
        for _ in 0..150 {
            let mut text = Vec::new();
            for _ in 0..random.below(4) {
                let noise = random.below(4);
                text.extend((0..noise).map(|_| b"ab1-x =cky"[random.below(10)]));
                let mut sample = matching(expression, &mut random);
                if random.below(3) == 0 && !sample.is_empty() {
                    let at = random.below(sample.len());
                    sample[at] = b"ab1-x =cky"[random.below(10)];
                }
                text.extend(sample);
            }
            let found: BTreeSet<(usize, usize)> =
                found(&patterns, &text).into_iter().map(|(_, place)| (place.start, place.end)).collect();
            let meant = meant(expression, &patterns, &text);
            assert_eq!(found, meant, "{expression} in {}", text.escape_ascii());
            places += found.len();
        }
    }
    assert!(places > 400, "too little to compare: {places}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_expression_panics_and_what_compiles_can_be_searched(
        expression in r"[ab0\[\](){}|?*+.,\\^$1-3-]{0,24}",
        text in "[ab0-3]{0,24}",
    ) {
        if let Ok(patterns) = compile(&expression, &Options::default()) {
            let patterns = Patterns::new(patterns).unwrap();
            let again = Patterns::from_bytes(&patterns.to_bytes()).unwrap();
            let text = Text { bytes: text.as_bytes(), key: None };
            for (index, _) in again.triggers() {
                for at in 0..text.bytes.len() {
                    again.look(index, &text, at, &mut Runs::default(), &mut |_, _| {});
                }
            }
        }
    }
}
