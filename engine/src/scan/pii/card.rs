//! Payment cards: ISO/IEC 7812 numbers of 12 to 19 digits.

use super::checks::{luhn, uniform};
use super::form::Form;

/// How the digits of a card are printed, beside all in a row.
pub(super) const PRINTED: &[Form] = &[
    Form::of("dddd dddd dddd dddd").sizes(),
    Form::of("dddd dddddd ddddd").sizes(),
    Form::of("dddd dddddd dddd").sizes(),
    Form::of("dddd dddd dddd dddd ddd").sizes(),
    Form::of("dddddd ddddddddddddd").sizes(),
    Form::of("dddd dddd dddd").sizes(),
];

/// First six digits, from and to, and how many digits there are: what issuers use so commonly that a number of that
/// kind needs no word beside it. Everything else does.
const ISSUERS: [(u32, u32, &[usize]); 27] = [
    // Air travel (UATP).
    (110_000, 179_999, &[15]),
    // Old JCB.
    (180_000, 180_099, &[15]),
    (213_100, 213_199, &[15]),
    // Mir, Mastercard.
    (220_000, 220_499, &[16]),
    (222_100, 272_099, &[16]),
    // Diners Club.
    (300_000, 305_999, &[14]),
    (309_500, 309_599, &[14]),
    // American Express, JCB, Diners Club.
    (340_000, 349_999, &[15]),
    (352_800, 358_999, &[16]),
    (360_000, 369_999, &[14]),
    (370_000, 379_999, &[15]),
    (380_000, 399_999, &[14]),
    // Visa.
    (400_000, 499_999, &[16, 19]),
    // Maestro and its national kin, RuPay, Verve, Elo.
    (501_800, 502_099, &[16]),
    (503_800, 503_899, &[16]),
    (506_099, 506_198, &[16, 19]),
    (506_699, 506_778, &[16]),
    (508_500, 508_999, &[16]),
    (509_000, 509_999, &[16]),
    // Mastercard.
    (510_000, 559_999, &[16]),
    (589_300, 589_399, &[16]),
    // Discover, UnionPay, Maestro, RuPay, Elo.
    (601_100, 601_199, &[16]),
    (606_985, 608_500, &[16]),
    (620_000, 659_999, &[16, 19]),
    (675_900, 676_999, &[16]),
    (810_000, 820_199, &[16, 19]),
    // Troy.
    (979_200, 979_289, &[16]),
];

/// Whether the digits in this form may be a card's, whoever has issued it.
pub(super) fn may_be(digits: &[u8], single: bool, form: Form) -> bool {
    (12..=19).contains(&digits.len())
        && (single || PRINTED.contains(&form.sizes()))
        && luhn(digits)
        && !uniform(digits)
}

/// Whether they are a card's though no word says so.
pub(super) fn is_common(digits: &[u8]) -> bool {
    let prefix = digits.iter().take(6).fold(0, |prefix, digit| prefix * 10 + u32::from(*digit));
    let next = ISSUERS.partition_point(|(from, _, _)| *from <= prefix);
    let issuer = next.checked_sub(1).and_then(|last| ISSUERS.get(last));
    issuer.is_some_and(|(_, to, lens)| prefix <= *to && lens.contains(&digits.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn issuers_are_sorted_and_apart() {
        assert!(ISSUERS.iter().all(|(from, to, _)| from <= to));
        assert!(ISSUERS.windows(2).all(|two| two[0].1 < two[1].0));
    }
}
