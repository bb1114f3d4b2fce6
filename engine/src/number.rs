//! JSON numbers compared as the decimals they are written as.
//!
//! A policy that says `lt: 1000` must mean the same for `1e3`, `1000.0` and a number no `f64` can hold; so nothing is
//! converted. Every non-zero decimal is `0.d₁d₂… × 10^point` with `d₁ ≠ 0`, and the larger of two such positive numbers
//! is the one with the larger `point`, else with the larger digits.

use alloc::string::String;
use core::{cmp::Ordering, iter, ops::RangeInclusive};

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
/// as JavaScript does, may find two equal that are not, so that what they act on need not be what was decided.
pub fn compare_for_all(a: &str, b: &str) -> Option<Ordering> {
    let exact = compare(a, b)?;
    (exact.is_eq() || are_apart(&Decimal::read(a)?, &Decimal::read(b)?)).then_some(exact)
}

/// Whether a 64-bit float can be as large as the number.
///
/// `false` for what is not a JSON number or has an exponent beyond 64 bits.
pub fn is_finite(text: &str) -> bool {
    let largest = Decimal::read(F64_LARGEST);
    Decimal::read(text)
        .zip(largest)
        .is_some_and(|(number, largest)| number.compare_magnitude(&largest).is_le())
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

/// The largest float, to as many digits as no text writes that means more.
const F64_LARGEST: &str = "1.797693134862315807e308";
/// Floats tell any two numbers of so many digits apart, where they hold that many.
const F64_DIGITS: usize = 15;
/// The first of [`F64_DIGITS`] digits, others being zero.
const ONE: u64 = 100_000_000_000_000;
const TEN: u64 = 10 * ONE;
/// Where the point stands in numbers of which floats hold so many digits.
const F64_POINTS: RangeInclusive<i64> = -306..=308;

/// Whether floats are certain to differ for two numbers that do. To know it in every case takes 16 kB of code and tables.
fn are_apart(a: &Decimal<'_>, b: &Decimal<'_>) -> bool {
    if let (Some(a), Some(b)) = (a.small_integer(), b.small_integer()) {
        #[expect(
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "what is lost is what is asked for"
        )]
        return a as f64 != b as f64;
    }
    let (a_sign, b_sign) = (a.sign(), b.sign());
    let ([a_least, a_most], [b_least, b_most]) = (a.magnitude(), b.magnitude());
    if a_sign == b_sign {
        a_most < b_least || b_most < a_least
    } else {
        a_least.max(b_least) > Magnitude::ZERO
    }
}

/// A positive number of few digits: where its point stands, and [`F64_DIGITS`] digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Magnitude(i64, u64);

impl Magnitude {
    const ZERO: Magnitude = Magnitude(i64::MIN, 0);
    const INFINITE: Magnitude = Magnitude(i64::MAX, 0);
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

    /// Between which two numbers of few digits, or at which one, this one lies without its sign.
    fn magnitude(&self) -> [Magnitude; 2] {
        let (first, last) = (*F64_POINTS.start(), *F64_POINTS.end());
        let point = match self.point {
            None => return [Magnitude::ZERO; 2],
            Some(point) if point < first => return [Magnitude::ZERO, Magnitude(first, ONE)],
            Some(point) if point > last => return [Magnitude(point, ONE), Magnitude::INFINITE],
            Some(point) => point,
        };
        let mut digits = self.significant();
        let least = number(digits.by_ref().chain(iter::repeat(b'0')).take(F64_DIGITS));
        let most = match least + u64::from(digits.any(|digit| digit != b'0')) {
            TEN => Magnitude(point + 1, ONE),
            most => Magnitude(point, most),
        };
        [Magnitude(point, least), most]
    }

    /// The integer, if it has at most 18 digits.
    fn small_integer(&self) -> Option<i64> {
        let places = usize::try_from(self.point.unwrap_or(0)).ok().filter(|places| *places <= 18)?;
        let digits = self.significant().chain(iter::repeat(b'0')).take(places);
        let magnitude = i64::try_from(number(digits)).ok().filter(|_| self.is_integer())?;
        Some(if self.negative { -magnitude } else { magnitude })
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

/// The number of these digits, of which there are at most 18.
fn number(digits: impl Iterator<Item = u8>) -> u64 {
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
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
        assert_eq!(compare_for_all("0.99999999999999999", "1"), None);
        assert_eq!(compare_for_all("0.1", "1e-1"), Some(Ordering::Equal));
        assert_eq!(compare_for_all("9007199254740994", "9007199254740992"), Some(Ordering::Greater));
    }

    #[test]
    fn what_floats_tell_apart_is_compared() {
        for [less, more] in [
            ["1", "1.00000000000001"],
            ["-1e-300", "1e-400"],
            ["-2", "0.5"],
            ["999999999999999", "1e15"],
            ["-9007199254740991", "-9007199254740990"],
            ["1e-400", "1e-300"],
            ["1e300", "1e308"],
            ["0.99999999999998", "1.0"],
        ] {
            assert_eq!(compare_for_all(less, more), Some(Ordering::Less), "{less} ? {more}");
            assert_eq!(compare_for_all(more, less), Some(Ordering::Greater), "{more} ? {less}");
        }
    }

    #[test]
    fn what_is_infinite_as_a_float_is_not_finite() {
        for finite in
            ["0", "-1.7976931348623157e308", "1.7976931348623158e308", "1e-400", "0.01e310", "1e308"]
        {
            assert!(is_finite(finite), "{finite}");
        }
        for infinite in ["1.797693134862315808e308", "-1.8e308", "1e309", "1e99999999999999999999", "x"] {
            assert!(!is_finite(infinite), "{infinite}");
        }
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
        fn what_is_compared_for_all_is_what_floats_say(
            digits in "[1-9][0-9]{0,19}",
            more in "[0-9]{0,3}",
            place in 0_usize..20,
            exponent in -340_i32..310,
            signs: (bool, bool),
        ) {
            use alloc::{format, string::String};
            let sign = |negative| if negative { "-" } else { "" };
            let a = format!("{}{digits}e{exponent}", sign(signs.0));
            // Differs in one digit, or only behind all of them.
            let mut other: String = digits.clone();
            if let Some(digit) = digits.get(place..=place) {
                other.replace_range(place..=place, if digit == "9" { "8" } else { "9" });
            }
            let b = format!("{}{other}.{more}0e{exponent}", sign(signs.1));
            let floats = a.parse::<f64>().ok().zip(b.parse::<f64>().ok());
            let floats = floats.and_then(|(a, b)| a.partial_cmp(&b));
            if let Some(order) = compare_for_all(&a, &b) {
                proptest::prop_assert_eq!(Some(order), floats, "{} ? {}", a, b);
            }
            if is_finite(&a) {
                proptest::prop_assert!(a.parse::<f64>().is_ok_and(f64::is_finite), "{}", a);
            }
        }

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
