//! What tells a secret from text that only looks like one.

/// Sixteenths of a bit in fractions of entropy.
pub const ENTROPY_UNIT: u32 = FRACTION / 16;
const FRACTION: u32 = 1 << 12;
/// Bytes that are looked at: a longer value is not less random.
const LOOKED_MAX: usize = 256;

/// A check of a value beyond its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proof {
    /// None.
    #[default]
    None,
    /// The last digit is the check digit of ISO/IEC 7812-1, of all digits in the value.
    Luhn,
    /// The number is 1 modulo 97 with the first four characters at the end (ISO 13616), blanks ignored.
    Mod97,
    /// The last six characters are the CRC-32 of what is between them and the last `_` before, in base 62.
    Crc32,
    /// Both letters and digits.
    Mixed,
}

impl Proof {
    /// Every one.
    pub const ALL: [Proof; 5] = [Proof::None, Proof::Luhn, Proof::Mod97, Proof::Crc32, Proof::Mixed];

    /// Whether it holds for the value.
    #[must_use]
    pub fn holds(self, value: &[u8]) -> bool {
        match self {
            Proof::None => true,
            Proof::Luhn => luhn(value),
            Proof::Mod97 => mod97(value),
            Proof::Crc32 => crc32(value),
            Proof::Mixed => value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic),
        }
    }
}

/// The Shannon entropy of a byte of the value, in fractions of a bit.
pub(super) fn entropy(value: &[u8]) -> u32 {
    let mut counts = [0_u32; 256];
    let mut total = 0_u32;
    for byte in value.iter().take(LOOKED_MAX) {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
        total = total.saturating_add(1);
    }
    // log n - (sum of c log c) / n, where n is at most 256, so that nothing overflows.
    let sum = counts.iter().fold(0_u32, |sum, count| sum.saturating_add(count.saturating_mul(log2(*count))));
    log2(total).saturating_sub(sum.checked_div(total).unwrap_or(0))
}

/// The binary logarithm, in fractions of a bit; 0 for 0.
fn log2(number: u32) -> u32 {
    let Some(whole) = number.checked_ilog2() else { return 0 };
    if number.is_power_of_two() {
        return whole.saturating_mul(FRACTION);
    }
    // The mantissa, from 1 up to 2, squared again and again: each time it passes 2 is a bit of the fraction.
    let mut mantissa = (u64::from(number) << 32) >> whole;
    let mut result = whole.saturating_mul(FRACTION);
    let mut bit = FRACTION / 2;
    while bit > 0 {
        mantissa = (mantissa >> 16).saturating_mul(mantissa >> 16);
        if mantissa >= 2 << 32 {
            mantissa >>= 1;
            result = result.saturating_add(bit);
        }
        bit /= 2;
    }
    result
}

fn luhn(value: &[u8]) -> bool {
    let digits = value.iter().rev().filter(|byte| byte.is_ascii_digit());
    let mut count = 0_u32;
    let sum = digits.map(|digit| u32::from(digit - b'0')).fold(0_u32, |sum, digit| {
        let worth = match (count % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
        count = count.saturating_add(1);
        (sum + worth) % 10
    });
    count > 1 && sum == 0
}

fn mod97(value: &[u8]) -> bool {
    let letters = || value.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let mut rest = 0_u32;
    for byte in letters().skip(4).chain(letters().take(4)) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            _ => rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10,
        } % 97;
    }
    rest == 1
}

fn crc32(value: &[u8]) -> bool {
    let Some((body, check)) = value.split_last_chunk::<6>() else { return false };
    let body = body.rsplit(|byte| *byte == b'_').next().unwrap_or(body);
    let crc = !body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 0 { crc >> 1 } else { crc >> 1 ^ 0xEDB8_8320 },
        )
    });
    let stated = check.iter().try_fold(0_u64, |sum, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        sum.checked_mul(62)?.checked_add(u64::from(digit))
    });
    stated == Some(u64::from(crc))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn entropy_is_shannons() {
        for (text, bits) in
            [("aaaa", 0.0), ("abab", 1.0), ("abcdefgh", 3.0), ("aab", 0.9183), ("mississippi", 1.8232)]
        {
            let found = f64::from(entropy(text.as_bytes())) / f64::from(FRACTION);
            assert!((found - bits).abs() < 0.01, "{text}: {found}");
        }
        assert_eq!(entropy(b""), 0);
    }

    #[test]
    fn checksums_take_the_published_examples() {
        assert!(Proof::Luhn.holds(b"79927398713") && !Proof::Luhn.holds(b"79927398710"));
        assert!(Proof::Luhn.holds(b"4111 1111-1111 1111") && !Proof::Luhn.holds(b"0"));
        assert!(
            Proof::Mod97.holds(b"GB82 WEST 1234 5698 7654 32")
                && !Proof::Mod97.holds(b"GB82WEST12345698765433")
        );
        // CRC-32 of `123456789` is CBF43926; in base 62 that is 3jZRME.
        assert!(Proof::Crc32.holds(b"x_1234567893jZRME") && !Proof::Crc32.holds(b"x_1234567893jZRMF"));
        assert!(Proof::Mixed.holds(b"a1") && !Proof::Mixed.holds(b"ab") && !Proof::Mixed.holds(b"12"));
    }
}
