//! The groupings that some number is told by, as one set: most groups of digits are none of them.

use super::form::Form;
use super::{card, identity, numeral, phone};

/// Whether some number is written in groups of these sizes and told by that; seldom also of others.
pub(super) fn is_known(form: Form) -> bool {
    let bit = form.sizes().hash(KNOWN_BITS);
    KNOWN.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 != 0)
}

const KNOWN_BITS: u32 = 12;
type Known = [u64; 1 << (KNOWN_BITS - 6)];

/// The hashes of all sizes that are known.
static KNOWN: Known = known();

const fn known() -> Known {
    let mut known = [0; _];
    let mut identities = identity::FORMS;
    while let [(form, _, _), rest @ ..] = identities {
        add(&mut known, *form);
        identities = rest;
    }
    let (mut cards, mut phones) = (card::PRINTED, phone::PRINTED);
    while let [form, rest @ ..] = cards {
        add(&mut known, *form);
        cards = rest;
    }
    while let [form, rest @ ..] = phones {
        add(&mut known, *form);
        phones = rest;
    }
    add(&mut known, numeral::SOCIAL_SECURITY);
    known
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn add(known: &mut Known, form: Form) {
    let bit = form.sizes().hash(KNOWN_BITS);
    known[bit / 64] |= 1 << (bit % 64);
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn few_forms_are_taken_for_known_ones() {
        let all = identity::FORMS.iter().map(|(form, _, _)| form).chain(card::PRINTED).chain(phone::PRINTED);
        assert!(all.clone().all(|form| is_known(*form)));
        let bits: u32 = KNOWN.iter().map(|word| word.count_ones()).sum();
        assert!(bits as usize <= all.count() && bits > 30);
        assert!(!is_known(Form::of("ddd ddd ddd ddd")) && !is_known(Form::of("dd.dddd dd.dddd")));
    }
}
