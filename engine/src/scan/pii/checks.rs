//! The sums that numbers of people and accounts carry. Digits are given as their values, 0 to 9.

/// ISO/IEC 7812-1 annex B: cards, and many numbers of people.
#[inline(never)]
pub(super) fn luhn(digits: &[u8]) -> bool {
    // The sums of the digits of twice each digit, four bits each.
    let twice = |digit: u8| 0x97_5318_6420_u64.wrapping_shr(u32::from(digit) << 2) as u32 & 0xF;
    let (first, pairs) = digits.as_rchunks();
    let first = first.first().map_or(0, |odd| u32::from(*odd));
    let sum = pairs
        .iter()
        .fold(first, |sum, [even, odd]| sum.wrapping_add(twice(*even)).wrapping_add((*odd).into()));
    sum.is_multiple_of(10)
}

/// Verhoeff's sum over the dihedral group of ten elements: the Indian Aadhaar.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    // A digit at place n from the right goes n times through this permutation; it comes round after eight.
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut turned = *digit;
        for _ in 0..place % 8 {
            turned = TURN.get(usize::from(turned)).copied().unwrap_or(0);
        }
        sum = dihedral(sum, turned);
    }
    sum == 0
}

/// The product of two elements: 0 to 4 turn a pentagon, 5 to 9 turn and flip it.
fn dihedral(a: u8, b: u8) -> u8 {
    let (turn, flip) = if a < 5 { ((a + b % 5) % 5, b >= 5) } else { ((a + 5 - b % 5) % 5, b < 5) };
    turn + if flip { 5 } else { 0 }
}

/// Each digit times its weight, added up. Apart from the many that ask for it, for their size.
#[inline(never)]
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// The remainder of the number by 97 or any other small divisor.
pub(super) fn remainder(digits: &[u8], divisor: u32) -> u32 {
    digits.iter().fold(0, |rest, digit| (rest * 10 + u32::from(*digit)) % divisor)
}

/// ISO/IEC 7064 MOD 97-10, as IBANs have it once their first four characters went last: a sum with one more letter or
/// digit. What it leaves when divided by 97 counts.
#[inline]
pub(super) fn add97(sum: u32, character: u8) -> u32 {
    // Division is dear and there is room for many characters between two, so that nothing overflows: where that is watched
    // for, it costs more than the sum.
    const FULL: u32 = u32::MAX / 1000;
    let sum = if sum > FULL { sum % 97 } else { sum };
    let (shift, value) = match character {
        b'0'..=b'9' => (10, character - b'0'),
        b'A'..=b'Z' => (100, character - b'A' + 10),
        b'a'..=b'z' => (100, character - b'a' + 10),
        _ => return sum,
    };
    sum.wrapping_mul(shift).wrapping_add(u32::from(value))
}

/// ISO/IEC 7064 MOD 11,10: Germany's tax id, Croatia's OIB.
pub(super) fn mod11_10(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(*check)
}

/// ISO/IEC 7064 MOD 11-2, with ten for the check character X: China's resident id.
pub(super) fn mod11_2(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let sum = body.iter().fold(0, |sum, digit| (sum + u32::from(*digit)) * 2 % 11);
    (sum + u32::from(*check)) % 11 == 1
}

/// Whether it is one digit over and over: passes many sums and means nothing.
pub(super) fn uniform(digits: &[u8]) -> bool {
    digits.first().is_none_or(|first| digits.iter().all(|digit| digit == first))
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn values(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    fn remainder97(text: &[u8]) -> u32 {
        text.iter().fold(0, |sum, character| add97(sum, *character)) % 97
    }

    #[test]
    fn the_published_examples_of_the_sums_hold() {
        assert!(luhn(&values("79927398713")) && !luhn(&values("79927398710")));
        assert!(verhoeff(&values("2363")) && !verhoeff(&values("2364")));
        assert!(mod11_2(&values("07940")) && !mod11_2(&values("07941")));
        assert!(mod11_10(&values("86095742719")) && !mod11_10(&values("86095742718")));
        assert_eq!(remainder97(b"WEST12345698765432GB82"), 1);
        assert_eq!(remainder97(b"west 12345698765432 gb82"), 1);
    }

    proptest! {
        #[test]
        fn luhn_is_the_sum_done_by_hand(digits in prop::collection::vec(0u8..10, 1..20)) {
            let mut sum = 0;
            for (index, digit) in digits.iter().enumerate() {
                let doubled = (digits.len() - index) % 2 == 0;
                let value = u32::from(*digit) * if doubled { 2 } else { 1 };
                sum += value / 10 + value % 10;
            }
            prop_assert_eq!(luhn(&digits), sum % 10 == 0);
        }

        #[test]
        fn the_remainder_is_the_remainder_of_the_number(digits in prop::collection::vec(0u8..10, 1..30)) {
            let number: u128 = digits.iter().fold(0, |number, digit| number * 10 + u128::from(*digit));
            prop_assert_eq!(u128::from(remainder(&digits, 97)), number % 97);
            let text: Vec<u8> = digits.iter().map(|digit| digit + b'0').collect();
            prop_assert_eq!(u128::from(remainder97(&text)), number % 97);
        }

        #[test]
        fn each_sum_has_exactly_one_check_digit(body in prop::collection::vec(0u8..10, 3..18)) {
            let passing = |sum: fn(&[u8]) -> bool| (0..10u8).filter(|check| {
                let mut digits = body.clone();
                digits.push(*check);
                sum(&digits)
            }).count();
            prop_assert_eq!(passing(luhn), 1);
            prop_assert_eq!(passing(verhoeff), 1);
            prop_assert_eq!(passing(mod11_10), 1);
            prop_assert!(passing(mod11_2) <= 1);
        }

        #[test]
        fn verhoeff_notices_every_swap_of_neighbours(body in prop::collection::vec(0u8..10, 11), at in 0usize..10) {
            let digits = (0..10u8).map(|check| { let mut all = body.clone(); all.push(check); all })
                .find(|digits| verhoeff(digits)).unwrap();
            let mut swapped = digits.clone();
            swapped.swap(at, at + 1);
            prop_assert_eq!(verhoeff(&swapped), digits == swapped);
        }
    }
}
