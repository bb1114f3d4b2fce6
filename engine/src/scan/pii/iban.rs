//! International bank account numbers, ISO 13616.

use super::checks::remainder97;
use super::is_word;

/// How long the numbers of a country are, by the registry of SWIFT.
const COUNTRIES: &[u8] = b"AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29\
ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25\
MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25\
SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/// The longest, with a blank after each character.
const SPAN_MAX: usize = 66;

/// Where the number ends that begins at `at`.
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let [a, b, b'0'..=b'9', b'0'..=b'9', ..] = rest else { return None };
    let len = country_len(*a, *b)?;
    let mut characters = [0; 34];
    let mut taken = 0;
    let mut blank = true;
    for (offset, byte) in rest.iter().enumerate() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                *characters.get_mut(taken)? = *byte;
                taken += 1;
                blank = false;
            }
            b' ' | b'-' if !blank => blank = true,
            _ => return None,
        }
        if taken == len {
            let end = at + offset + 1;
            let (front, back) = characters.get(..len)?.split_at_checked(4)?;
            let any = |case: fn(&u8) -> bool| characters.iter().any(case);
            let mixed = || any(u8::is_ascii_lowercase) && any(u8::is_ascii_uppercase);
            let sum = || remainder97(back.iter().chain(front).copied());
            return (!is_word(bytes.get(end).copied()) && sum() == 1 && !mixed()).then_some(end);
        }
    }
    None
}

/// Whether what begins at `at` is part of an account number that began before it, right or wrong: words of four
/// characters, the first of a country.
pub(super) fn covers(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(SPAN_MAX);
    let near = bytes.get(from..at).unwrap_or_default();
    let mut words = near.rsplit(|byte| matches!(byte, b' ' | b'-'));
    words.next() == Some(b"")
        && words.take_while(|word| matches!(word, [.., a, b, c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_alphanumeric())))
            .any(|word| matches!(word, [rest @ .., a, b, b'0'..=b'9', b'0'..=b'9']
                if country_len(*a, *b).is_some() && !is_word(rest.last().copied())))
}

/// How many characters a country's numbers have.
fn country_len(a: u8, b: u8) -> Option<usize> {
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let (known, _) = COUNTRIES.as_chunks::<4>();
    let found = known.binary_search_by_key(&country, |[a, b, _, _]| [*a, *b]).ok()?;
    let [_, _, tens, ones] = known.get(found)?;
    Some(usize::from(tens - b'0') * 10 + usize::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn countries_are_sorted() {
        let (known, _) = COUNTRIES.as_chunks::<4>();
        assert!(known.is_sorted() && known.len() * 4 == COUNTRIES.len());
    }
}
