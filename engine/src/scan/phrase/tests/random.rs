use proptest::prelude::*;

use super::*;
use crate::scan::Set;

/// What looking only where triggers hit finds.
fn triggered(phrases: &Phrases, text: &str) -> Vec<(Kind, Range<usize>)> {
    let bytes = text.as_bytes();
    let triggers: Vec<_> = phrases.triggers().collect();
    let (mut all, mut near) = (All::default(), Near::default());
    for at in 0..bytes.len() {
        for (index, gram) in &triggers {
            let hits = (0_usize..).zip(gram.sets).all(|(number, set)| {
                let byte = (at + number).checked_sub(usize::from(gram.before)).and_then(|at| bytes.get(at));
                set.or(Set::of(&[*byte.unwrap_or(&b' ')])) == set
            });
            if hits {
                phrases.look(*index, &Text { bytes, key: None }, at, &mut near, &mut all);
            }
        }
    }
    all.0.sort_by_key(|(kind, place)| (place.start, place.end, *kind));
    all.0
}

fn texts() -> impl Strategy<Value = String> {
    let word = prop::sample::select(alloc::vec![
        "ignore",
        "Ignore",
        "IGNORE",
        "forget",
        "pay no attention to",
        "previous",
        "above",
        "instructions",
        "disregard",
        "this",
        "please",
        "stop",
        "following",
        "new",
        "orders:",
        "SYSTEM",
        "MESSAGE",
        "ai",
        "AI",
        "reader",
        "игнорируй",
        "Игнорируй",
        "инструкции",
        "忽略",
        "指令",
        "。",
        "，",
        "<information>",
        "</information>",
        "[INST]",
        "<|im_start|>",
        "\nassistant:",
        "\nuser:",
        "send",
        "secret",
        "to",
        "a@b.c",
        "not",
        "tell",
        "user",
        "n't",
        "don't",
        "'",
        "''",
        "’",
        "\\n",
        "\\",
        "\n\n",
        "\n- ",
        ".",
        "!",
        "_",
        "*",
        "\"",
        "é",
        "—",
        "“",
        "![x](http://a/?q={a})",
        "](http",
        "]: https://a",
        "src=\"https://a/?d={b}",
        "[",
        "{",
        "}",
        "(",
        ")",
        "😀",
        "ignoreprevious",
    ]);
    let space = prop::sample::select(alloc::vec!["", " ", " ", " ", "\n", "\\n", "-"]);
    prop::collection::vec((word, space), 0..24)
        .prop_map(|parts| parts.into_iter().map(|(word, space)| [word, space].concat()).collect())
}

proptest! {
    #[test]
    fn the_triggers_lead_to_everything(text in texts()) {
        prop_assert_eq!(triggered(&phrases(), &text), found(&text));
    }

    #[test]
    fn spans_are_whole_characters(text in texts()) {
        for (_, place) in found(&text) {
            prop_assert!(!place.is_empty());
            prop_assert!(text.get(place.clone()).is_some(), "{:?}", place);
        }
    }

    #[test]
    fn no_text_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let phrases = phrases();
        let text = Text { bytes: &bytes, key: None };
        for at in 0..bytes.len() {
            indices().for_each(|index| phrases.look(index, &text, at, &mut Near::default(), &mut All::default()));
        }
        phrases.all(&bytes, &mut |_, _| {});
    }

    #[test]
    fn no_bytes_of_phrases_panic_at_random(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Phrases::from_bytes(&[b"phr2", bytes.as_slice()].concat());
    }
}
