//! International bank account numbers, ISO 13616.

use super::checks::add97;
use super::class::{ALPHANUMERIC, is};
use super::{byte, is_word};

/// How long the numbers of a country are, by the registry of SWIFT; and of those that use them without being in it.
const COUNTRIES: &[u8] = b"AD24AE23AL28AO25AT20AZ28BA20BE16BF28BG22BH22BI27BJ28BR29BY28CF27CG27CH21CI28CM27CR22CV25\
CY28CZ24DE22DJ27DK18DO28DZ26EE20EG29ES24FI18FK18FO18FR27GA27GB22GE22GI23GL18GQ27GR27GT28GW25HN28HR21HU28IE22IL23IQ23\
IR26IS26IT27JO30KM27KW30KZ20LB28LC32LI21LT20LU20LV21LY25MA28MC27MD24ME22MG27MK19ML28MN20MR27MT31MU30MZ25NE28NI28NL18\
NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SN28SO23ST25SV28TD27TG28TL23TN24TR26UA29VA22VG24\
XK20YE30";

/// The longest, with a blank after each character.
const SPAN_MAX: usize = 66;

/// Where the number ends that begins at `at`.
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let (front, back) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let [a, b, b'0'..=b'9', b'0'..=b'9'] = front else { return None };
    let mut left = country_len(*a, *b)?.checked_sub(front.len())?;
    // Digits, capitals and small letters differ in their upper three bits.
    let cases = |byte: u8| 1_u8 << (byte >> 5);
    let (mut len, mut blank, mut sum, mut seen) = (0, false, 0, cases(*a) | cases(*b));
    while left > 0 {
        let byte = *back.get(len)?;
        len += 1;
        if byte.is_ascii_digit() {
            (left, blank) = (left - 1, false);
            sum = add97(sum, byte);
        } else if is(byte, ALPHANUMERIC) {
            (left, blank) = (left - 1, false);
            sum = add97(sum, byte);
            seen |= cases(byte);
        } else if blank || !matches!(byte, b' ' | b'-') {
            return None;
        } else {
            blank = true;
        }
    }
    let end = at + front.len() + len;
    let mixed = cases(b'A') | cases(b'a');
    let holds = seen & mixed != mixed && front.iter().fold(sum, |sum, byte| add97(sum, *byte)) % 97 == 1;
    (holds && !is_word(byte(bytes, end))).then_some(end)
}

/// Whether what begins at `at` is part of an account number that began before it, right or wrong: words of four
/// characters, the first of a country.
pub(super) fn covers(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(SPAN_MAX);
    let near = bytes.get(from..at).unwrap_or_default();
    // Most are told by this alone.
    if !matches!(near, [.., a, b' ' | b'-'] if is(*a, ALPHANUMERIC)) {
        return false;
    }
    let mut words = near.rsplit(|byte| matches!(byte, b' ' | b'-'));
    words.next() == Some(b"")
        && words.take_while(|word| matches!(word, [.., a, b, c, d] if [a, b, c, d].iter().all(|byte| is(**byte, ALPHANUMERIC))))
            .any(|word| matches!(word, [rest @ .., a, b, b'0'..=b'9', b'0'..=b'9']
                if country_len(*a, *b).is_some() && !is_word(rest.last().copied())))
}

/// How many characters a country's numbers have.
fn country_len(a: u8, b: u8) -> Option<usize> {
    let [a, b] = [a, b].map(|letter| usize::from(letter.to_ascii_uppercase().wrapping_sub(b'A')));
    let len = if a < LETTERS && b < LETTERS { LENS.get(a * LETTERS + b) } else { None };
    len.filter(|len| **len > 0).map(|len| usize::from(*len))
}

const LETTERS: usize = 26;

/// The length for each two letters; 0 for those of no country.
static LENS: [u8; LETTERS * LETTERS] = lens();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn lens() -> [u8; LETTERS * LETTERS] {
    let mut lens = [0; _];
    let mut rest = COUNTRIES;
    while let [a, b, tens, ones, after @ ..] = rest {
        lens[(*a - b'A') as usize * LETTERS + (*b - b'A') as usize] = (*tens - b'0') * 10 + *ones - b'0';
        rest = after;
    }
    lens
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_country_is_known_by_its_letters_of_either_case() {
        let (known, _) = COUNTRIES.as_chunks::<4>();
        assert!(known.is_sorted() && known.len() * 4 == COUNTRIES.len());
        for [a, b, _, _] in known {
            let len = country_len(*a, *b);
            assert!(len.is_some_and(|len| (15..=34).contains(&len)));
            assert_eq!(country_len(a.to_ascii_lowercase(), *b), len);
        }
        assert_eq!([country_len(b'U', b'S'), country_len(b'1', b'A'), country_len(b'A', b'[')], [None; 3]);
    }
}
