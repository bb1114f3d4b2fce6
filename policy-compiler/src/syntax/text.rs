//! What single scalars and characters mean.

use std::borrow::Cow;

use super::Value;
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
};

/// Resolves a plain scalar by the core schema (YAML 1.2.2, 10.3.2).
pub(super) fn plain(text: Cow<'_, str>) -> Value<'_> {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        other if looks_like_number(other) => Value::Number(text),
        _ => Value::Text(text),
    }
}

/// Whether YAML 1.1 or 1.2 would read `text` as a number in any base.
fn looks_like_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let special = [".inf", ".nan"].iter().any(|name| unsigned.eq_ignore_ascii_case(name));
    let based = ["0x", "0X", "0o", "0b"].iter().any(|base| unsigned.starts_with(base));
    let decimal = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    special
        || (based
            && unsigned.len() > 2
            && unsigned.chars().skip(2).all(|char| char.is_ascii_hexdigit() || char == '_'))
        || (decimal && unsigned.parse::<f64>().is_ok())
}

/// Characters that make a reviewer see another text than the compiler reads (CVE-2021-42574 and kin).
pub(super) fn deceptive_characters(text: &str, diagnostics: &mut Vec<Diagnostic>) {
    if text.is_ascii() {
        return;
    }
    for (start, char) in text.char_indices() {
        let embedding = matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let direction = embedding || matches!(char, '\u{200e}' | '\u{200f}' | '\u{61c}');
        let invisible = matches!(char, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{ad}')
            || (char == '\u{feff}' && start > 0);
        if direction || invisible {
            let span = Span { start, end: start + char.len_utf8() };
            let message = format!("invisible character U+{:04X}", u32::from(char));
            diagnostics.push(
                Diagnostic::error(Code::BadValue, span, message)
                    .help("remove it: people would review another text than the compiler reads"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_number;

    #[test]
    fn numbers_of_every_yaml_version_are_not_taken_for_text() {
        for number in [
            "0", "-1", "+1", "1.5", ".5", "1e3", "-2.E4", "007", "0x1F", "0o17", "0b101", ".inf", "-.INF",
            ".NaN",
        ] {
            assert!(looks_like_number(number), "{number}");
        }
        for text in [
            "",
            "-",
            "+",
            ".",
            "a1",
            "1a",
            "1.2.3",
            "0x",
            "0xzz",
            "10.0.0.0/8",
            "1:30",
            "2026-01-01",
            "inf",
            "nan",
            "e5",
        ] {
            assert!(!looks_like_number(text), "{text}");
        }
    }
}
