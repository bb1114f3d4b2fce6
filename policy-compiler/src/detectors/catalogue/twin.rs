//! Every format against the same expression in another engine of regular expressions: the same places are found.

use std::{collections::BTreeSet, fs, path::Path};

use mcpgov_engine::scan::{Trigger, pattern::Patterns};
use regex_lite::Regex;

use super::{
    super::testing::{Random, matching, search},
    *,
};

/// A word that nothing else in the texts holds.
const WORD: &str = "qqword";

/// The form of a format alone; where it needs a name beside it, near a word that is put there.
struct Form {
    format: &'static Format,
    /// What makes it stand where it is looked for.
    before: String,
    patterns: Patterns,
    trigger: Trigger,
    /// The expression as a part of a text.
    anywhere: Regex,
    /// The expression as the beginning of a text, and as the whole of one.
    begins: Regex,
    whole: Regex,
}

impl Form {
    fn new(format: &'static Format) -> Form {
        let is_assigned = !format.near.is_empty();
        let near = Options { keywords: vec![WORD.to_owned()], assigned: is_assigned, ..Options::default() };
        let alone = pattern::compile(format.pattern, &Options::default()).ok().filter(|_| !is_assigned);
        let before = match &alone {
            Some(_) => String::new(),
            None if is_assigned => format!("{WORD} = \""),
            None => format!("{WORD} "),
        };
        let patterns = alone.unwrap_or_else(|| pattern::compile(format.pattern, &near).unwrap());
        let patterns = Patterns::new(patterns).unwrap();
        let grams: Vec<_> = patterns.triggers().collect();
        let regex = |before: &str, after: &str| {
            Regex::new(&format!("(?s){before}(?:{}){after}", format.pattern)).unwrap()
        };
        Form {
            format,
            before,
            trigger: Trigger::new(&grams).unwrap(),
            patterns,
            anywhere: regex("", ""),
            begins: regex(r"\A", ""),
            whole: regex(r"\A", r"\z"),
        }
    }

    fn found(&self, text: &str) -> BTreeSet<(usize, usize)> {
        let all = search(&self.patterns, &self.trigger, text.as_bytes());
        all.into_iter().map(|(_, place)| (place.start, place.end)).collect()
    }

    /// A part of the text that the expression matches as a whole, between bytes that it may not have beside it.
    fn meant(&self, text: &str) -> BTreeSet<(usize, usize)> {
        let mut all = BTreeSet::new();
        let bytes = text.as_bytes();
        let (left, right) = self.patterns.iter().next().map(|pattern| (pattern.left, pattern.right)).unwrap();
        let mut from = 0;
        while let Some(first) = text.get(from..).and_then(|rest| self.anywhere.find(rest)) {
            let start = from + first.start();
            if self.before.ends_with('"') && start != self.before.len() {
                // A value is assigned from its beginning.
                from = start + 1;
                continue;
            }
            from = start + text.get(start..).unwrap_or_default().chars().next().map_or(1, char::len_utf8);
            let goes_on = start.checked_sub(1).is_some_and(|before| left.has(bytes[before]));
            if goes_on && !ends_escape(&bytes[..start])
                || !self.begins.is_match(text.get(start..).unwrap_or_default())
            {
                continue;
            }
            for end in start + 1..=text.len() {
                if bytes.get(end).is_some_and(|byte| right.has(*byte)) {
                    continue;
                }
                let Some(part) = text.get(start..end) else { continue };
                if let Some(groups) = self.whole.captures(part) {
                    let secret = groups.get(1).or(groups.get(0)).unwrap();
                    let place = (start + secret.start(), start + secret.end());
                    // What may begin behind an escape is not looked for where it begins before that.
                    if !(goes_on && all.iter().any(|(_, end)| *end == place.1)) {
                        all.insert(place);
                    }
                }
            }
        }
        all
    }
}

/// Whether an escape such as `%3D` ends here: then a value may begin.
fn ends_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

fn forms() -> Vec<Form> {
    formats().map(Form::new).collect()
}

/// Characters that patterns have a meaning for, and some that they have none for.
const NOISE: &[u8] = b"aZ09 -_.:=/+\"'\n%@";

#[test]
fn what_is_found_of_each_format_is_what_its_expression_matches() {
    let mut random = Random::new(5);
    let mut places = 0;
    for form in forms() {
        for turn in 0..5 {
            let noise = |random: &mut Random| {
                let length = random.below(4);
                (0..length).map(|_| char::from(NOISE[random.below(NOISE.len())])).collect::<String>()
            };
            let mut sample = matching(form.format.pattern, &mut random);
            if turn % 3 == 0 {
                // The first character may not become part of what assigns it.
                let at = 1 + random.below(sample.len() - 1);
                match random.below(3) {
                    0 => sample[at] = NOISE[random.below(NOISE.len())],
                    1 => sample.insert(at, NOISE[random.below(NOISE.len())]),
                    _ => drop(sample.remove(at)),
                }
            }
            let sample = String::from_utf8(sample).unwrap();
            let is_assigned = form.before.ends_with('"');
            let head = if is_assigned { String::new() } else { noise(&mut random) };
            let text = format!("{}{head}{sample}{}\"", form.before, noise(&mut random));
            let found = form.found(&text);
            assert_eq!(found, form.meant(&text), "{}: {text:?}", form.format.name);
            places += found.len();
        }
    }
    assert!(places > 600, "too little to compare: {places}");
}

/// Texts of other projects' tests, where they are at hand.
#[test]
fn what_is_found_in_corpora_is_what_the_expressions_match() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let forms: Vec<Form> = forms().into_iter().filter(|form| form.before.is_empty()).collect();
    for file in ["secrets_gitleaks", "secrets_secretlint", "secrets_noseyparker", "benign_docs"] {
        let Ok(rows) = fs::read_to_string(folder.join(file).with_extension("jsonl")) else { continue };
        let count = rows.lines().count();
        for row in rows.lines().step_by(count.div_ceil(100)) {
            let row: serde_json::Value = serde_json::from_str(row).unwrap();
            let Some(text) = row["text"].as_str().filter(|text| text.len() < 2_000) else { continue };
            for form in &forms {
                assert_eq!(form.found(text), form.meant(text), "{}: {text:?}", form.format.name);
            }
        }
    }
}
