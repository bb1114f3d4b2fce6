//! The sums and dates of numbers that states and insurers give to people. Digits are given as their values.

use super::checks::{luhn, mod11_2, mod11_10, remainder, verhoeff, weighted};
use super::date::{day_first, is_day, pair, year_first};

fn last_is(digits: &[u8], check: u32) -> bool {
    digits.last().is_some_and(|last| u32::from(*last) == check)
}

pub(super) fn australian_tax(digits: &[u8]) -> bool {
    weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

pub(super) fn australian_business(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    digits.first().is_some_and(|first| *first > 0) && (sum - 10).is_multiple_of(89)
}

pub(super) fn australian_company(digits: &[u8]) -> bool {
    last_is(digits, (10 - weighted(digits, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10)
}

pub(super) fn medicare(digits: &[u8]) -> bool {
    let check = weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
    matches!(digits, [2..=6, .., given, _] if u32::from(*given) == check)
}

pub(super) fn cuit(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(digits, [2 | 3, ..]) && last_is(digits, (11 - rest) % 11)
}

const BILLION_BY_97: u32 = 1_000_000_000 % 97;

pub(super) fn belgian(digits: &[u8]) -> bool {
    let [body @ .., tens, ones] = digits else { return false };
    let [a, b, c, d, e, f, ..] = body else { return false };
    // Who does not live there has 20 or 40 added to the month.
    let born = is_day(pair(*a, *b), pair(*c, *d) % 20, pair(*e, *f));
    let check = pair(*tens, *ones);
    // Who was born from 2000 on has a 2 before the nine digits in the sum.
    let [old, new] = [0, 2].map(|century| (century * BILLION_BY_97 + remainder(body, 97)) % 97);
    born && (check == 97 - old || check == 97 - new)
}

pub(super) fn cpf(digits: &[u8]) -> bool {
    brazilian(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
}

pub(super) fn cnpj(digits: &[u8]) -> bool {
    brazilian(digits, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

fn brazilian(digits: &[u8], first: &[u32], second: &[u32]) -> bool {
    let check = |weights: &[u32]| match weighted(digits, weights) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    matches!(digits, [.., a, b] if u32::from(*a) == check(first) && u32::from(*b) == check(second))
}

pub(super) fn egn(digits: &[u8]) -> bool {
    let check = weighted(digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    let [a, b, c, d, e, f, ..] = digits else { return false };
    let month = pair(*c, *d);
    // 20 more for the nineteenth century, 40 more for this one.
    is_day(pair(*a, *b), month % 20, pair(*e, *f)) && month < 60 && last_is(digits, check)
}

pub(super) fn canadian(digits: &[u8]) -> bool {
    luhn(digits) && !matches!(digits, [0 | 8, ..])
}

pub(super) fn rut(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let sum: u32 =
        body.iter().rev().zip([2, 3, 4, 5, 6, 7].iter().cycle()).map(|(d, w)| u32::from(*d) * w).sum();
    (11 - sum % 11) % 11 == u32::from(*check)
}

pub(super) fn chinese(digits: &[u8]) -> bool {
    let [region, _, _, _, _, _, a, b, rest @ ..] = digits else { return false };
    (1..=8).contains(region) && matches!(pair(*a, *b), 18..=20) && year_first(rest) && mod11_2(digits)
}

pub(super) fn czech(digits: &[u8]) -> bool {
    let [a, b, c, d, e, f, ..] = digits else { return false };
    let month = pair(*c, *d);
    // Women have 50 more, full days 20 more.
    let month = if month > 50 { month - 50 } else { month };
    let month = if month > 20 { month - 20 } else { month };
    is_day(pair(*a, *b), month, pair(*e, *f)) && remainder(digits, 11) == 0
}

pub(super) fn baltic(digits: &[u8]) -> bool {
    let rest = match weighted(digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11 {
        10 => weighted(digits, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10,
        rest => rest,
    };
    matches!(digits, [1..=8, born @ ..] if year_first(born)) && last_is(digits, rest)
}

pub(super) fn nir(digits: &[u8]) -> bool {
    let [sex, _, _, c, d, .., tens, ones] = digits else { return false };
    let body = digits.get(..13).unwrap_or_default();
    let month = matches!(pair(*c, *d), 1..=12 | 20..=42 | 50..=99);
    matches!(sex, 1 | 2) && month && 97 - remainder(body, 97) == pair(*tens, *ones)
}

pub(super) fn german_tax(digits: &[u8]) -> bool {
    digits.first() != Some(&0) && mod11_10(digits)
}

pub(super) fn amka(digits: &[u8]) -> bool {
    day_first(digits) && luhn(digits)
}

pub(super) fn aadhaar(digits: &[u8]) -> bool {
    matches!(digits, [2..=9, ..]) && verhoeff(digits)
}

pub(super) fn my_number(digits: &[u8]) -> bool {
    let check = match weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    last_is(digits, check)
}

pub(super) fn korean(digits: &[u8]) -> bool {
    year_first(digits) && matches!(digits.get(6), Some(1..=8))
}

pub(super) fn bsn(digits: &[u8]) -> bool {
    let Some((check, _)) = digits.split_last() else { return false };
    weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == u32::from(*check)
}

pub(super) fn norwegian(digits: &[u8]) -> bool {
    let first = weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11);
    let second = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    let [a, b, c, d, e, f, ..] = digits else { return false };
    // 40 more than the day for who does not live there, 40 more than the month in hospitals.
    first && second && is_day(pair(*e, *f), pair(*c, *d) % 40, pair(*a, *b) % 40)
}

pub(super) fn pesel(digits: &[u8]) -> bool {
    let [a, b, c, d, e, f, ..] = digits else { return false };
    // Each century adds 20 to the month.
    let born = is_day(pair(*a, *b), pair(*c, *d) % 20, pair(*e, *f));
    born && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

pub(super) fn portuguese(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(digits, [1..=3, ..]) && last_is(digits, if rest < 2 { 0 } else { 11 - rest })
}

pub(super) fn cnp(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    matches!(digits, [1..=9, born @ ..] if year_first(born))
        && last_is(digits, if rest == 10 { 1 } else { rest })
}

pub(super) fn jmbg(digits: &[u8]) -> bool {
    let [a, b, c, d, _, ..] = digits else { return false };
    let rest = weighted(digits, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    is_day(0, pair(*c, *d), pair(*a, *b)) && last_is(digits, if rest < 2 { 0 } else { 11 - rest })
}

pub(super) fn south_african(digits: &[u8]) -> bool {
    year_first(digits) && matches!(digits.get(10), Some(0..=2)) && luhn(digits)
}

pub(super) fn swedish(digits: &[u8]) -> bool {
    let digits = match digits {
        [1, 8 | 9, short @ ..] | [2, 0, short @ ..] if digits.len() == 12 => short,
        _ if digits.len() == 10 => digits,
        _ => return false,
    };
    year_first(digits) && luhn(digits)
}

pub(super) fn ahv(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    matches!(digits, [7, 5, 6, ..]) && sum.is_multiple_of(10)
}

pub(super) fn thai(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(digits, [1..=8, 1..=9, ..]) && last_is(digits, (11 - sum) % 10)
}

pub(super) fn tckn(digits: &[u8]) -> bool {
    let odd = weighted(digits, &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(digits, &[0, 1, 0, 1, 0, 1, 0, 1]);
    let [first, .., tenth, _] = digits else { return false };
    let all = weighted(digits, &[1; 10]) % 10;
    *first > 0 && (odd * 7 + 100 - even) % 10 == u32::from(*tenth) && last_is(digits, all)
}

pub(super) fn nhs(digits: &[u8]) -> bool {
    let check = 11 - weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    last_is(digits, check % 11)
}

pub(super) fn npi(digits: &[u8]) -> bool {
    // The prefix 80840 of US health care adds 24 to Luhn's sum, as if the number had begun with it.
    let mut whole = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (place, digit) in whole.iter_mut().skip(5).zip(digits) {
        *place = *digit;
    }
    matches!(digits, [1 | 2, ..]) && luhn(&whole)
}

pub(super) fn routing(digits: &[u8]) -> bool {
    let [a, b, ..] = digits else { return false };
    let known = matches!(pair(*a, *b), 0..=12 | 21..=32 | 61..=72 | 80);
    known && weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}
