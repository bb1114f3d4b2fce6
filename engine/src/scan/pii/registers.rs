//! The sums of further states: numbers of people, and of taxes that people pay under the same number. Digits are given
//! as their values.

use super::checks::{luhn, weighted};
use super::date::{day_first, is_day, pair, year_first};

fn last_is(digits: &[u8], check: u32) -> bool {
    digits.last().is_some_and(|last| u32::from(*last) == check)
}

/// Social insurance: serial, check, day of birth. Months beyond twelve are given out where serials of a day ran out.
pub(super) fn austrian(digits: &[u8]) -> bool {
    let [first, _, _, check, day @ .., _, _] = digits else { return false };
    let sum = weighted(digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    let born =
        matches!(day, [a, b, c, d] if (1..=31).contains(&pair(*a, *b)) && (1..=15).contains(&pair(*c, *d)));
    *first > 0 && born && sum == u32::from(*check)
}

pub(super) fn greek_tax(digits: &[u8]) -> bool {
    last_is(digits, weighted(digits, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10)
}

pub(super) fn taj(digits: &[u8]) -> bool {
    last_is(digits, weighted(digits, &[3, 7, 3, 7, 3, 7, 3, 7]) % 10)
}

pub(super) fn hungarian_tax(digits: &[u8]) -> bool {
    digits.first() == Some(&8) && last_is(digits, weighted(digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11)
}

/// The weights turned round for who was born from 1997 on.
pub(super) fn hungarian(digits: &[u8]) -> bool {
    let sums = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]];
    matches!(digits, [1..=8, born @ ..] if year_first(born))
        && sums.iter().any(|weights| last_is(digits, weighted(digits, weights) % 11))
}

/// Numbers since 2017 begin with 32 in place of the day of birth.
pub(super) fn latvian(digits: &[u8]) -> bool {
    let sum = 1 + weighted(digits, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]);
    (matches!(digits, [3, 2, ..]) || day_first(digits)) && last_is(digits, sum % 11 % 10)
}

pub(super) fn ukrainian(digits: &[u8]) -> bool {
    last_is(digits, weighted(digits, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10)
}

/// The last digit is that of the century. Companies have 40 added to the day.
pub(super) fn icelandic(digits: &[u8]) -> bool {
    let [a, b, c, d, e, f, .., century] = digits else { return false };
    is_day(pair(*e, *f), pair(*c, *d), pair(*a, *b) % 40)
        && matches!(century, 0 | 8 | 9)
        && weighted(digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// As they were until 2007; numbers given out since hold no sum.
pub(super) fn danish(digits: &[u8]) -> bool {
    day_first(digits) && weighted(digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn colombian(digits: &[u8]) -> bool {
    let Some((_, body)) = digits.split_last() else { return false };
    let weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43];
    let sum: u32 = body.iter().rev().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    last_is(digits, if sum % 11 < 2 { sum % 11 } else { 11 - sum % 11 })
}

pub(super) fn nip(digits: &[u8]) -> bool {
    last_is(digits, weighted(digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11)
}

/// Pension insurance of Russia.
pub(super) fn snils(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100;
    matches!(digits, [.., a, b] if pair(*a, *b) == sum)
}

/// Of ten digits companies', of twelve people's.
pub(super) fn russian_tax(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let check = |skipped: usize| {
        let weights = WEIGHTS.get(skipped..).unwrap_or_default();
        let check = digits.get(weights.len()).map(|digit| u32::from(*digit));
        check == Some(weighted(digits, weights) % 11 % 10)
    };
    if digits.len() == 10 { check(2) } else { check(1) && check(0) }
}

pub(super) fn iranian(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    last_is(digits, if rest < 2 { rest } else { 11 - rest })
}

/// New Zealand's, of eight digits or nine; where the first sum has no digit the second decides.
pub(super) fn inland_revenue(digits: &[u8]) -> bool {
    let mut whole = [0; 9];
    for (place, digit) in whole.iter_mut().rev().zip(digits.iter().rev()) {
        *place = *digit;
    }
    let check = |weights| (11 - weighted(&whole, weights) % 11) % 11;
    let check = match check(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => check(&[7, 4, 3, 2, 5, 2, 7, 6]),
        check => check,
    };
    last_is(digits, check)
}

/// Ecuador's: the province first.
pub(super) fn ecuadorian(digits: &[u8]) -> bool {
    matches!(digits, [a, b, 0..=5, ..] if matches!(pair(*a, *b), 1..=24 | 30)) && luhn(digits)
}

/// Peru's RUC: of people, and of companies.
pub(super) fn peruvian(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(digits, [1, 0 | 5..=7, ..] | [2, 0, ..]) && last_is(digits, (11 - sum) % 10)
}
