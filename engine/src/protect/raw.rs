//! Places in a decoded string to places in the JSON text it was decoded from.

use alloc::vec::Vec;

use super::report::Find;
use crate::json::Value;

/// Turns the places of finds in a decoded string into places in the JSON text.
pub(super) fn raw_places(value: Value<'_>, finds: &mut [Find]) {
    if finds.is_empty() {
        return;
    }
    let inner = value.span().start.saturating_add(1);
    let raw = value.raw();
    let body = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
    let is_plain = value.as_str().is_some_and(|text| text.len() == body.len());
    let last = finds.iter().map(|find| find.place.end).max().unwrap_or(0);
    let escapes = if is_plain { Vec::new() } else { escapes(body.as_bytes(), last) };
    let raw_of = |offset: usize| {
        let before = escapes.partition_point(|escape| escape.decoded <= offset);
        let last = before.checked_sub(1).and_then(|last| escapes.get(last));
        inner.saturating_add(last.map_or(offset, |last| offset + last.raw - last.decoded).min(body.len()))
    };
    for Find { place, .. } in finds {
        *place = raw_of(place.start)..raw_of(place.end);
    }
}

/// Where an escape ends: in the decoded string, and as it is written.
struct Escape {
    decoded: usize,
    raw: usize,
}

/// The escapes of a string's text up to a place in the decoded string, in order. Between two of them both forms are the
/// same.
fn escapes(body: &[u8], until: usize) -> Vec<Escape> {
    let mut escapes = Vec::new();
    let (mut decoded, mut raw) = (0, 0);
    while decoded < until
        && let Some(plain) = body.get(raw..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        let escape = body.get(raw + plain..).unwrap_or_default();
        let (written, means) = sizes(escape);
        decoded += plain + means;
        raw += plain + written;
        escapes.push(Escape { decoded, raw });
    }
    escapes
}

/// How many bytes the escape at the front is long, and how many it stands for.
fn sizes(text: &[u8]) -> (usize, usize) {
    let [b'\\', b'u', digits @ ..] = text else { return (2, 1) };
    let value = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0);
    match digits.iter().take(4).fold(0, |code, digit| code << 4 | value(digit)) {
        0..0x80 => (6, 1),
        0x80..0x800 => (6, 2),
        // The first half of a pair; the second is written alike.
        0xD800..0xE000 => (12, 4),
        _ => (6, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Doc, Limits};
    use crate::protect::Treated;
    use crate::vocabulary::Treatment;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_place_of_each_character_is_that_of_its_spelling() {
        let text = r#" "a\u00e9\n\"\/\ud83d\ude00é\u0041\u4e2d中b\\" "#;
        let doc = Doc::parse(text.as_bytes(), &Limits::default()).unwrap();
        let decoded = doc.root().as_str().unwrap();
        let treated = Treated { now: Treatment::Log, would: None, by: 0 };
        let place = |(at, char): (usize, char)| at..at + char.len_utf8();
        let find = |place| Find { detector: 0, place, treated };
        let mut finds: Vec<Find> = decoded.char_indices().map(place).map(find).collect();
        finds.reverse();
        raw_places(doc.root(), &mut finds);
        let spelled: Vec<&str> =
            finds.iter().rev().map(|find| text.get(find.place.clone()).unwrap()).collect();
        let expected = [
            "a",
            "\\u00e9",
            "\\n",
            "\\\"",
            "\\/",
            "\\ud83d\\ude00",
            "é",
            "\\u0041",
            "\\u4e2d",
            "中",
            "b",
            "\\\\",
        ];
        assert_eq!(spelled, expected);
    }
}
