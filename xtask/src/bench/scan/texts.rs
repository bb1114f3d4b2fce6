//! What is looked through: texts of any size, the same in every run.

use std::fmt::Write as _;

/// Prose in which there is nothing to find.
pub(super) fn prose(bytes: usize) -> String {
    let mut dice = Dice::new();
    fill(bytes, || sentence(&mut dice))
}

/// What documentation looks like: headings, lists, tables, links and code between paragraphs.
pub(super) fn markdown(bytes: usize) -> String {
    let mut dice = Dice::new();
    fill(bytes, || {
        let mut text = format!("## {} of the {}\n\n", dice.one(NOUNS), dice.one(NOUNS));
        for _ in 0..3 {
            text.push_str(&sentence(&mut dice));
        }
        text.push_str("\n\n");
        for _ in 0..3 {
            let (noun, verb) = (dice.one(NOUNS), dice.one(VERBS));
            let _ = writeln!(
                text,
                "* **`{noun}_{verb}`** (see [the {noun}](https://docs.acme.example/{noun}#{verb}))"
            );
        }
        let _ = write!(text, "\n| {} | {} |\n|---|---|\n", dice.one(NOUNS), dice.one(NOUNS));
        for _ in 0..2 {
            let _ = writeln!(text, "| `--{}-max` | {} |", dice.one(NOUNS), dice.below(500));
        }
        let (noun, verb, limit) = (dice.one(NOUNS), dice.one(VERBS), dice.below(90));
        let _ = write!(
            text,
            "\n```rust\nfn {verb}_{noun}(limit: usize) -> Result<(), Error> {{\n    \
             let {noun} = open(\"{noun}.toml\")?.{verb}(limit.min({limit}))?;\n    Ok({noun}.finish())\n}}\n```\n\n"
        );
        text
    })
}

/// Nothing but personal data, with checksums that are right.
pub(super) fn personal(bytes: usize) -> String {
    let mut dice = Dice::new();
    fill(bytes, || {
        let (first, last) = (dice.one(FIRST_NAMES), dice.one(LAST_NAMES));
        let mail = format!("{first}.{last}{}@{}-mail.com", dice.below(90), dice.one(NOUNS)).to_lowercase();
        let phone = format!("+1 212 {} {:04}", 200 + dice.below(700), dice.below(10_000));
        let card = grouped(&luhn(&format!("4{}", dice.digits(14))));
        let iban = iban("DE", &dice.digits(18));
        let ssn =
            format!("{:03}-{:02}-{:04}", 100 + dice.below(500), 10 + dice.below(80), 1 + dice.below(9_000));
        let ip = format!("81.{}.{}.{}", dice.below(250), dice.below(250), 1 + dice.below(250));
        let mac = format!("3c:22:fb:{:02x}:{:02x}:{:02x}", dice.below(256), dice.below(256), dice.below(256));
        format!("{first} {last}, {mail}, {phone}, card {card}, IBAN {iban}, SSN {ssn}, {ip}, {mac}\n")
    })
}

/// The members of a result with structure: many short strings.
pub(super) fn records(bytes: usize) -> String {
    let mut dice = Dice::new();
    let mut text = String::from(r#"{"items":["#);
    while text.len() + 2 < bytes {
        if !text.ends_with('[') {
            text.push(',');
        }
        let _ = write!(
            text,
            r#"{{"title":"the {} {}","state":"{}","count":{},"labels":["{}","{}"]}}"#,
            dice.one(ADJECTIVES),
            dice.one(NOUNS),
            dice.one(VERBS),
            dice.below(1000),
            dice.one(NOUNS),
            dice.one(ADJECTIVES)
        );
    }
    text.push_str("]}");
    text
}

/// What somebody repeats who wants looking to take long, by what it goes for.
pub(super) const HOSTILE: [(&str, &str); 20] = [
    ("beginnings of tokens", "eyJ"),
    ("one letter", "A"),
    ("digits", "1234567890"),
    ("at signs", "@"),
    ("mail addresses without end", "a@a."),
    ("spaces", " "),
    ("beginnings of keys in PEM", "-----BEGIN "),
    ("assignments in assignments", "password=password="),
    ("prefixes of vendors", "AKIA"),
    ("numbers with dots", "1.1."),
    ("hexadecimal with colons", "ab:"),
    ("coded digits", "DE89"),
    ("users in URLs", "https://a:"),
    ("openings of comments", "<!--"),
    ("openings of links", "![a]("),
    ("openings of lists", "["),
    ("percent encoding", "%69"),
    ("zero-width characters", "a\u{200b}"),
    ("beginnings of orders", "ignore all previous "),
    ("roles", "<system>"),
];

/// `unit` again and again.
pub(super) fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

/// Pieces of text up to so many bytes.
fn fill(bytes: usize, mut piece: impl FnMut() -> String) -> String {
    let mut text = String::with_capacity(bytes);
    loop {
        let piece = piece();
        if text.len() + piece.len() > bytes {
            return text;
        }
        text.push_str(&piece);
    }
}

fn sentence(dice: &mut Dice) -> String {
    let subject = format!("the {} {}", dice.one(ADJECTIVES), dice.one(NOUNS));
    let object = format!("the {} {}", dice.one(ADJECTIVES), dice.one(NOUNS));
    let (verb, end) = (dice.one(VERBS), dice.one(ENDS));
    match dice.below(4) {
        0 => format!("Whoever reads about {subject} will {verb} {object} {end}. "),
        1 => format!("When {subject} arrives, people {verb} {object}; nobody minds {end}. "),
        2 => format!("It was {end} that they began to {verb} {subject}, and with it {object}. "),
        _ => format!("We {verb} {subject} before {object}, as it was done {end}. "),
    }
}

const ADJECTIVES: &[&str] = &[
    "old",
    "quiet",
    "narrow",
    "northern",
    "common",
    "bright",
    "second",
    "wooden",
    "early",
    "careful",
    "distant",
    "regular",
    "heavy",
    "simple",
    "curious",
    "remaining",
];
const NOUNS: &[&str] = &[
    "harbour", "garden", "library", "engine", "meeting", "bridge", "chapter", "season", "kitchen", "journey",
    "village", "picture", "question", "market", "window", "station",
];
const VERBS: &[&str] = &[
    "describe", "visit", "repair", "compare", "measure", "paint", "remember", "collect", "open", "explain",
    "follow", "share",
];
const ENDS: &[&str] = &[
    "in the morning",
    "after the rain",
    "for most of the year",
    "without much trouble",
    "at the end of the week",
    "as often as possible",
    "near the river",
    "during the festival",
];
const FIRST_NAMES: &[&str] =
    &["Maria", "Peter", "Anna", "Thomas", "Julia", "Robert", "Laura", "Daniel", "Sarah", "Martin"];
const LAST_NAMES: &[&str] =
    &["Miller", "Schneider", "Garcia", "Novak", "Johnson", "Fischer", "Moreau", "Larsen", "Brown", "Costa"];

/// Digits and the one behind them that makes the sum right (ISO/IEC 7812).
fn luhn(digits: &str) -> String {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|char| char.to_digit(10))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, double) => double / 10 + double % 10,
            _ => digit,
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// In groups of four.
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (place, char) in digits.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push(' ');
        }
        text.push(char);
    }
    text
}

/// An account number with its check digits (ISO 13616).
fn iban(country: &str, account: &str) -> String {
    let moved = format!("{account}{country}00");
    let rest = moved.chars().filter_map(|char| char.to_digit(36)).fold(0, |rest, value| {
        let width = if value < 10 { 10 } else { 100 };
        (rest * width + value) % 97
    });
    format!("{country}{:02}{account}", 98 - rest)
}

/// Numbers that look random and are the same in every run (Knuth's MMIX).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new() -> Dice {
        Dice(2026)
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(luhn("7992739871"), "79927398713");
        assert_eq!(iban("DE", "370400440532013000"), "DE89370400440532013000");
        assert_eq!(grouped("4111111111111111"), "4111 1111 1111 1111");
    }

    #[test]
    fn texts_are_nearly_as_long_as_asked_for_and_the_same_each_time() {
        for make in [prose, markdown, personal, records] {
            let text = make(65_536);
            assert!((64_000..66_000).contains(&text.len()), "{}", text.len());
            assert_eq!(text, make(65_536));
        }
        for (_, unit) in HOSTILE {
            assert!(repeated(unit, 65_536).len() > 65_000);
        }
    }
}
