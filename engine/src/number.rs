//! JSON numbers compared as the decimals they are written as.
//!
//! A policy that says `lt: 1000` must mean the same for `1e3`, `1000.0` and a number no `f64` can hold; so nothing is
//! converted. Every non-zero decimal is `0.d₁d₂… × 10^point` with `d₁ ≠ 0`, and the larger of two such positive numbers
//! is the one with the larger `point`, else with the larger digits.

use alloc::string::String;
use core::{cmp::Ordering, iter};

/// Compares two JSON number texts exactly. Allocates nothing; time is linear in the texts.
///
/// `None` if either is not a JSON number, or if an exponent is beyond 64 bits.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Decimal::read(a)?, Decimal::read(b)?);
    Some(match (a.sign(), b.sign()) {
        (1, 1) => a.compare_magnitude(&b),
        (-1, -1) => b.compare_magnitude(&a),
        (a, b) => a.cmp(&b),
    })
}

/// Compares two JSON number texts as every reader does: `None` also where readers who take numbers for 64-bit floats,
/// as JavaScript does, find two equal that are not, so that what they act on need not be what was decided.
pub fn compare_for_all(a: &str, b: &str) -> Option<Ordering> {
    let exact = compare(a, b)?;
    let (a, b): (f64, f64) = (a.parse().ok()?, b.parse().ok()?);
    (a.partial_cmp(&b) == Some(exact)).then_some(exact)
}

/// Whether the number has no fractional part, however it is written: `2`, `2.0` and `20e-1` are integers.
///
/// `false` for what is not a JSON number or has an exponent beyond 64 bits.
pub fn is_integer(text: &str) -> bool {
    Decimal::read(text).is_some_and(|number| number.is_integer())
}

/// The digits of a whole number that is not just written as them: data frames write `4155551134.0`. Without its sign.
///
/// `None` for a number that stands there as its digits, for zero, for what is no whole number, and for one of more digits
/// than anybody is identified by.
pub fn hidden_digits(text: &str) -> Option<String> {
    const DIGITS_MAX: usize = 40;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = Decimal::read(text).filter(Decimal::is_integer)?;
    let count = usize::try_from(number.point?).ok().filter(|count| *count <= DIGITS_MAX)?;
    Some(number.significant().chain(iter::repeat(b'0')).take(count).map(char::from).collect())
}

struct Decimal<'t> {
    negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
    /// How many places behind the start of the significant digits the decimal point stands; `None` for zero.
    point: Option<i64>,
}

impl<'t> Decimal<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (negative, rest) = match bytes.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let (whole, rest) = digits(rest);
        if whole.is_empty() || (whole.len() > 1 && whole.first() == Some(&b'0')) {
            return None;
        }
        let (fraction, rest) = match rest.strip_prefix(b".") {
            Some(rest) => Some(digits(rest)).filter(|(fraction, _)| !fraction.is_empty())?,
            None => (&[][..], rest),
        };
        let exponent = match rest {
            [] => Some(0),
            [b'e' | b'E', exponent @ ..] => read_exponent(exponent)?,
            _ => return None,
        };
        let mut number = Self { negative, whole, fraction, point: None };
        let leading_zeros = number.digits().position(|d| d != b'0');
        if let Some(zeros) = leading_zeros {
            let written = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
            number.point = Some(written.checked_add(exponent?)?);
        }
        Some(number)
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.whole.iter().chain(self.fraction).copied()
    }

    /// Digits from the first that is not zero.
    fn significant(&self) -> impl Iterator<Item = u8> {
        self.digits().skip_while(|&d| d == b'0')
    }

    fn sign(&self) -> i8 {
        match (self.point, self.negative) {
            (None, _) => 0,
            (Some(_), true) => -1,
            (Some(_), false) => 1,
        }
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        self.point.cmp(&other.point).then_with(|| {
            let (mut a, mut b) = (self.significant(), other.significant());
            loop {
                match (a.next(), b.next()) {
                    (None, None) => return Ordering::Equal,
                    (a, b) => match a.unwrap_or(b'0').cmp(&b.unwrap_or(b'0')) {
                        Ordering::Equal => {}
                        unequal => return unequal,
                    },
                }
            }
        })
    }

    fn is_integer(&self) -> bool {
        let Some(point) = self.point else { return true };
        let mut last = 0;
        for (place, digit) in (1_i64..).zip(self.significant()) {
            if digit != b'0' {
                last = place;
            }
        }
        last <= point
    }
}

/// A run of digits and what follows it.
fn digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len());
    bytes.split_at(end)
}

/// Outer `None`: not an exponent. Inner `None`: one beyond 64 bits, which only zero can bear.
#[expect(clippy::option_option, reason = "malformed and out of range are answered differently")]
fn read_exponent(bytes: &[u8]) -> Option<Option<i64>> {
    let (negative, rest) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (digits, rest) = digits(rest);
    if digits.is_empty() || !rest.is_empty() {
        return None;
    }
    let magnitude = digits
        .iter()
        .try_fold(0_i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit - b'0')));
    Some(magnitude.map(|value| if negative { -value } else { value }))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[track_caller]
    fn ordered(a: &str, b: &str, expected: Ordering) {
        assert_eq!(compare(a, b), Some(expected), "{a} ? {b}");
        assert_eq!(compare(b, a), Some(expected.reverse()), "{b} ? {a}");
    }

    #[test]
    fn what_floats_cannot_tell_apart_is_not_compared() {
        assert_eq!(compare_for_all("9007199254740993", "9007199254740992"), None);
        assert_eq!(compare_for_all("0.1", "0.10000000000000000001"), None);
        assert_eq!(compare_for_all("1e400", "1e401"), None);
        assert_eq!(compare_for_all("0.1", "1e-1"), Some(Ordering::Equal));
        assert_eq!(compare_for_all("9007199254740994", "9007199254740992"), Some(Ordering::Greater));
    }

    #[test]
    fn different_spellings_of_one_number_are_equal() {
        for spelling in ["1", "1.0", "1e0", "10e-1", "0.1E+1", "100.000e-2", "0.00001e5"] {
            ordered("1", spelling, Ordering::Equal);
        }
        for zero in ["0", "-0", "0.000", "-0.0e7", "0e99999999999999999999999999"] {
            ordered("0", zero, Ordering::Equal);
        }
    }

    #[test]
    fn order_is_exact_where_floats_round() {
        ordered("9007199254740993", "9007199254740992", Ordering::Greater);
        ordered("0.1", "0.10000000000000000000000001", Ordering::Less);
        ordered("1e400", "1e399", Ordering::Greater);
        ordered("-1e400", "1e-400", Ordering::Less);
        ordered("-2", "-10", Ordering::Greater);
        ordered("1e-400", "0", Ordering::Greater);
        ordered("99", "100", Ordering::Less);
        ordered("1e9223372036854775806", "1e9223372036854775805", Ordering::Greater);
    }

    #[test]
    fn exponents_beyond_64_bits_have_no_order() {
        for hostile in ["1e99999999999999999999", "-1e-99999999999999999999", "10e9223372036854775807"] {
            assert_eq!(compare(hostile, "1"), None, "{hostile}");
            assert!(!is_integer(hostile));
        }
    }

    #[test]
    fn what_is_not_a_json_number_has_no_order() {
        for text in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x10", "NaN", "1 ", "1_0", "--1", "1e1.0"]
        {
            assert_eq!(compare(text, "1"), None, "{text:?}");
            assert!(!is_integer(text), "{text:?}");
        }
    }

    #[test]
    fn integers_are_told_by_value_not_by_spelling() {
        for integer in ["0", "-0.0", "2", "2.0", "20e-1", "1.5e1", "1e400", "-100e-2"] {
            assert!(is_integer(integer), "{integer}");
        }
        for fraction in ["0.5", "-1.01", "1e-1", "15e-1", "1e-400"] {
            assert!(!is_integer(fraction), "{fraction}");
        }
    }

    #[cfg(not(target_family = "wasm"))]
    proptest::proptest! {
        #[test]
        fn order_agrees_with_wide_integers(a: i64, b: i64, zeros in 0_usize..12, shift in -12_i64..12) {
            use alloc::format;
            let zeros_text = "0".repeat(zeros);
            // a × 10^shift written two ways, so that only the arithmetic of the point can make them meet
            let left = format!("{a}e{shift}");
            let right = format!("{b}{zeros_text}.{zeros_text}e{}", shift - zeros as i64);
            let right = if zeros == 0 { format!("{b}e{shift}") } else { right };
            proptest::prop_assert_eq!(compare(&left, &right), Some(a.cmp(&b)), "{} ? {}", left, right);
        }
    }
}
