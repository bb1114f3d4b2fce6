//! Places in a decoded string to places in the JSON text it was decoded from.

use super::report::Find;
use crate::json::{Escapes, Value};

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
    let escapes = if is_plain { Escapes::default() } else { Escapes::of_json(body, last) };
    let raw_of = |offset: usize| inner.saturating_add(escapes.written(offset).min(body.len()));
    for Find { place, .. } in finds {
        *place = raw_of(place.start)..raw_of(place.end);
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

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
