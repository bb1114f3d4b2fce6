//! The sums of numbers that carry letters. They are given in capitals, and in a form that fits.

use super::checks::{luhn, mod11_2};
use super::date::{day_first, year_first};
use super::persons::nir;

/// The value of a digit, or of a letter counted from ten.
fn value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    }
}

fn number(digits: &[u8]) -> u32 {
    digits
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .take(9)
        .fold(0, |number, byte| number * 10 + value(*byte))
}

#[inline(never)]
fn weighted(word: &[u8], weights: &[u32]) -> u32 {
    word.iter().zip(weights).map(|(byte, weight)| value(*byte) * weight).sum()
}

fn letter_at(letters: &[u8], place: u32) -> Option<&u8> {
    letters.get(usize::try_from(place).ok()?)
}

pub(super) fn spanish(word: &[u8]) -> bool {
    letter_at(b"TRWAGMYFPDXBNJZSQVHLCKE", number(word) % 23) == word.last() && number(word) > 0
}

pub(super) fn spanish_foreigner(word: &[u8]) -> bool {
    // X, Y and Z stand for a digit; K, L and M for people without a number.
    let (first, rest) = match word {
        [b'K'..=b'M', rest @ ..] => (0, rest),
        [first @ b'X'..=b'Z', rest @ ..] => (first - b'X', rest),
        _ => return false,
    };
    let whole = u32::from(first) * 10_000_000 + number(rest);
    letter_at(b"TRWAGMYFPDXBNJZSQVHLCKE", whole % 23) == word.last()
}

pub(super) fn singaporean(word: &[u8]) -> bool {
    let [first, rest @ ..] = word else { return false };
    let sum = weighted(rest, &[2, 7, 6, 5, 4, 3, 2]);
    let (offset, letters): (u32, &[u8]) = match first {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let place = (sum + offset) % 11;
    let place = if *first == b'M' { 10 - place } else { place };
    letter_at(letters, place) == word.last()
}

pub(super) fn hong_kong(word: &[u8]) -> bool {
    let (body, check) = match word {
        [body @ .., b'(', check, b')'] | [body @ .., check] => (body, check),
        [] => return false,
    };
    // One letter stands as if a blank, worth 36, were before it.
    let sum = match body.len() {
        7 => 36 * 9 + weighted(body, &[8, 7, 6, 5, 4, 3, 2]),
        _ => weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]),
    };
    (check.is_ascii_digit() || *check == b'A') && (sum + value(*check)).is_multiple_of(11)
}

pub(super) fn taiwanese(word: &[u8]) -> bool {
    let [letter, rest @ ..] = word else { return false };
    let order = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let Some(place) = order.iter().position(|known| known == letter) else { return false };
    let region = u32::try_from(place).unwrap_or(0) + 10;
    let sum = region / 10 + region % 10 * 9 + weighted(rest, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(rest, [b'1' | b'2' | b'8' | b'9', ..]) && sum.is_multiple_of(10)
}

pub(super) fn italian(word: &[u8]) -> bool {
    // What digits and letters are worth at odd places; at even ones they count from nought.
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let Some((last, body)) = word.split_last() else { return false };
    let plain = |byte: u8| if byte.is_ascii_digit() { value(byte) } else { value(byte) - 10 };
    // Of two people with the same number one has letters for some of the digits.
    let digit = |byte: &u8| byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte);
    let digits = [6, 7, 9, 10, 12, 13, 14].iter().all(|place| word.get(*place).is_some_and(digit));
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(index, byte)| {
            let plain = plain(*byte);
            if index % 2 == 1 { plain } else { ODD.get(plain as usize).copied().unwrap_or(0) }
        })
        .sum();
    let month = word.get(8).is_some_and(|month| b"ABCDEHLMPRST".contains(month));
    month && digits && sum % 26 == plain(*last)
}

/// A company's: letters of some kinds of company have a letter for the check, which counts from J.
pub(super) fn spanish_company(word: &[u8]) -> bool {
    let [kind, body @ .., check] = word else { return false };
    let mut digits = [0; 8];
    for (digit, byte) in digits.iter_mut().zip(body.iter().chain([&b'0'])) {
        *digit = byte.wrapping_sub(b'0');
    }
    let Some(given) = (0..10).find(|given| {
        if let Some(last) = digits.last_mut() {
            *last = *given;
        }
        luhn(&digits)
    }) else {
        return false;
    };
    b"ABCDEFGHJNPQRSUVW".contains(kind)
        && (*check == b'0' + given || b"JABCDEFGHI".get(usize::from(given)) == Some(check))
}

/// Venezuela's: a letter for people, foreigners, companies, passports, the state.
pub(super) fn venezuelan(word: &[u8]) -> bool {
    let [kind, body @ .., check] = word else { return false };
    let Some(kind) = b"VEJPG".iter().position(|known| known == kind) else { return false };
    let kind = u32::try_from(kind).unwrap_or(0) + 1;
    let sum = kind * 4 + weighted(body, &[3, 2, 7, 6, 5, 4, 3, 2]);
    let left = 11 - sum % 11;
    value(*check) == if left < 10 { left } else { 0 }
}

/// Chile's with the check character K, which stands for ten.
pub(super) fn chilean(word: &[u8]) -> bool {
    let digits = || word.iter().rev().filter(|byte| byte.is_ascii_digit()).map(|byte| value(*byte));
    let sum: u32 =
        digits().zip([2, 3, 4, 5, 6, 7].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    matches!(word.last(), Some(b'K' | b'k')) && sum % 11 == 1
}

/// France's of who was born on Corsica: 2A and 2B count as 19 and 18.
pub(super) fn corsican(word: &[u8]) -> bool {
    let mut digits = [0; 15];
    for (digit, byte) in digits.iter_mut().zip(word) {
        *digit = byte.wrapping_sub(b'0');
    }
    let department = match word.get(5..7) {
        Some(b"2A") => [1, 9],
        Some(b"2B") => [1, 8],
        _ => return false,
    };
    if let Some(place) = digits.get_mut(5..7) {
        place.copy_from_slice(&department);
    }
    nir(&digits)
}

pub(super) fn curp(word: &[u8]) -> bool {
    // Its alphabet has an Ñ between N and O.
    let value = |byte: &u8| value(*byte) + u32::from(*byte > b'N' && byte.is_ascii_uppercase());
    let sum: u32 = word.iter().take(17).zip((2..=18).rev()).map(|(byte, weight)| value(byte) * weight).sum();
    let sex = matches!(word.get(10), Some(b'H' | b'M' | b'X'));
    sex && born(word, 4) && word.last().is_some_and(|last| (10 - sum % 10) % 10 == value(last))
}

pub(super) fn rfc(word: &[u8]) -> bool {
    // 0 to 9, A to N, &, O to Z, blank, Ñ; a company's has a blank before it.
    let value = |byte: &u8| value(*byte) + u32::from(*byte > b'N' && byte.is_ascii_uppercase());
    let company = word.len() == 12;
    let weights = (2..=13).rev().skip(usize::from(company));
    let body: u32 = word.iter().zip(weights).map(|(byte, weight)| value(byte) * weight).sum();
    let sum = body + if company { 37 * 13 } else { 0 };
    let check = match 11 - sum % 11 {
        11 => b'0',
        10 => b'A',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    born(word, if company { 3 } else { 4 }) && word.last() == Some(&check)
}

fn born(word: &[u8], at: usize) -> bool {
    let mut digits = [0; 6];
    for (digit, byte) in digits.iter_mut().zip(word.iter().skip(at)) {
        *digit = byte.wrapping_sub(b'0');
    }
    year_first(&digits)
}

pub(super) fn finnish(word: &[u8]) -> bool {
    let [d, e, m, n, y, z, century, a, b, c, check] = word else { return false };
    let digits = [d, e, m, n, y, z, a, b, c].map(|byte| byte.wrapping_sub(b'0'));
    let whole = digits.iter().fold(0u32, |whole, digit| whole * 10 + u32::from(*digit));
    let century = matches!(century, b'+' | b'-' | b'A'..=b'F' | b'U'..=b'Y');
    century && day_first(&digits) && letter_at(b"0123456789ABCDEFHJKLMNPRSTUVWXY", whole % 31) == Some(check)
}

pub(super) fn german_pension(word: &[u8]) -> bool {
    // The letter counts as two digits from 01; each product adds its own digits.
    let mut digits = [0; 12];
    let mut len = 0;
    for byte in word.iter().take(11) {
        let value = value(*byte);
        let values = if byte.is_ascii_digit() {
            [None, Some(value)]
        } else {
            [Some((value - 9) / 10), Some((value - 9) % 10)]
        };
        for value in values.into_iter().flatten() {
            if let Some(place) = digits.get_mut(len) {
                *place = value;
            }
            len += 1;
        }
    }
    let products =
        digits.iter().zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]).map(|(digit, weight)| digit * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    let day = number(word.get(2..4).unwrap_or_default());
    let month = number(word.get(4..6).unwrap_or_default());
    let check = word.last().is_some_and(|last| sum % 10 == value(*last));
    matches!(day, 1..=31 | 51..=81) && (1..=12).contains(&month) && check
}

pub(super) fn german_health(word: &[u8]) -> bool {
    let [letter, body @ .., check] = word else { return false };
    let place = value(*letter) - 9;
    let digits = [place / 10, place % 10].into_iter().chain(body.iter().map(|byte| value(*byte)));
    let products = digits.zip([1, 2].iter().cycle()).map(|(digit, weight)| digit * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum % 10 == value(*check)
}

/// The sum of ICAO 9303. Germany leaves out vowels, and letters that look like digits.
pub(super) fn travel_document(word: &[u8]) -> bool {
    let Some((check, body)) = word.split_last() else { return false };
    if body.iter().any(|byte| b"ABDEIOQSU".contains(byte)) {
        return false;
    }
    let sum: u32 =
        body.iter().zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| value(*byte) * weight).sum();
    sum % 10 == value(*check) && body.iter().filter(|byte| byte.is_ascii_digit()).count() >= 2
}

pub(super) fn chinese(word: &[u8]) -> bool {
    let mut digits = [0; 18];
    for (digit, byte) in digits.iter_mut().zip(word) {
        *digit = if *byte == b'X' { 10 } else { byte.wrapping_sub(b'0') };
    }
    word.last() == Some(&b'X') && digits.get(8..).is_some_and(year_first) && mod11_2(&digits)
}

pub(super) fn gstin(word: &[u8]) -> bool {
    let Some((check, body)) = word.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .zip([1, 2].iter().cycle())
        .map(|(byte, weight)| value(*byte) * weight)
        .map(|product| product / 36 + product % 36)
        .sum();
    word.get(13) == Some(&b'Z') && (36 - sum % 36) % 36 == value(*check)
}

pub(super) fn irish(word: &[u8]) -> bool {
    let second = word.get(8).map_or(0, |letter| (value(*letter) - 9) * 9);
    let sum = weighted(word.get(..7).unwrap_or_default(), &[8, 7, 6, 5, 4, 3, 2]) + second;
    letter_at(b"WABCDEFGHIJKLMNOPQRSTUV", sum % 23) == word.get(7)
}

pub(super) fn swedish(word: &[u8]) -> bool {
    let mut digits = [0; 10];
    for (digit, byte) in digits.iter_mut().zip(word.iter().filter(|byte| byte.is_ascii_digit())) {
        *digit = byte - b'0';
    }
    year_first(&digits) && luhn(&digits)
}
