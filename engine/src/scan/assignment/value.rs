//! Whether a value looks like a secret: long and random enough, and not a stand-in for one.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(super) use super::name::Says;
use super::words::{EXPRESSIONS, GUESSED, OPENINGS, PLACEHOLDERS, RANGES, SAID, STAND_INS, WORDS};
use crate::scan::Kind;
use crate::scan::pattern::Bytes;
use crate::scan::secret::run;
use crate::scan::work::looked;

/// The letters that usually follow each letter in English words and in names made of them. Random letters follow
/// this for a third of their pairs, words for nearly all. By the lowest five bits of a letter, the same in both cases.
static FOLLOWS: [u32; 32] = [
    0,
    letters(b"bcdgilmnprstuwy"),
    letters(b"aelosu"),
    letters(b"acehikloprstuy"),
    letters(b"adeios"),
    letters(b"acdefglmnpqrstvwxy"),
    letters(b"aeior"),
    letters(b"eirsu"),
    letters(b"aeiotu"),
    letters(b"acdefglmnoprstvz"),
    letters(b"es"),
    letters(b"ei"),
    letters(b"adefilostuy"),
    letters(b"abceimopu"),
    letters(b"acdefginostuv"),
    letters(b"cdglmnoprstuvw"),
    letters(b"aeiloprstu"),
    letters(b"lu"),
    letters(b"acdegimnorstuvy"),
    letters(b"acehilopqstu"),
    letters(b"acehioprstuy"),
    letters(b"bcdeilmnprst"),
    letters(b"aei"),
    letters(b"ahiors"),
    letters(b"pt"),
    letters(b"opst"),
    letters(b""),
    0,
    0,
    0,
    0,
    0,
];

/// What a pair of neighbours says for chance and against a word, in tenths of a bit.
mod weight {
    /// Two letters that follow each other in words.
    pub(super) const USUAL: i32 = -15;
    /// Two letters that do not.
    pub(super) const UNUSUAL: i32 = 28;
    /// A capital after a small letter: names have some, chance has more.
    pub(super) const HUMP: i32 = 5;
    /// Letter beside digit: names end in digits, chance mixes them.
    pub(super) const MIXED: i32 = 18;
    /// Two digits: also dates, counts, versions.
    pub(super) const DIGITS: i32 = 4;
    /// A sign: names and paths have many.
    pub(super) const SIGN: i32 = -8;
}

/// The least randomness and length by what the name says.
const TOKEN_RANDOM_MIN: i32 = 60;
const TOKEN_BYTES_MIN: usize = 12;
const MAYBE_RANDOM_MIN: i32 = 100;
const MAYBE_BYTES_MIN: usize = 16;
const PASSWORD_BYTES_MIN: usize = 6;
const LOGIN_BYTES_MIN: usize = 4;
/// How many different signs a word does not have, and one of letters in both cases and digits.
const SIGNS_MIN: u32 = 5;
const SIGNS_MIXED_MIN: u32 = 3;
/// The shortest run of successors that nobody draws by chance.
const SEQUENCE_MIN: usize = 5;
/// How much of a value is judged. A longer one is judged by its beginning.
pub(super) const JUDGED_MAX: usize = 64;
/// The shortest base64 that is no word.
const ENCODED_BYTES_MIN: usize = 8;

/// Base64 with or without its padding.
pub(in crate::scan) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether this can be a secret at all: settled quickly for most.
pub(super) fn may_be(value: &[u8], chosen: bool) -> bool {
    if chosen {
        value.len() >= LOGIN_BYTES_MIN
    } else {
        value.len() >= TOKEN_BYTES_MIN && (random(value) >= TOKEN_RANDOM_MIN || crowded(value))
    }
}

/// What this is, or is the beginning of, where the name `says` that it is secret.
#[inline(never)]
pub(super) fn secret(value: &[u8], says: Says) -> Option<Kind> {
    let (random_min, bytes_min) = match says {
        Says::Login if !nominal(value) && !value.contains(&b'.') => (i32::MIN, LOGIN_BYTES_MIN),
        Says::Password | Says::Login if chosen(value) && !nominal(value) => (i32::MIN, PASSWORD_BYTES_MIN),
        Says::Password | Says::Login | Says::Token if crowded(value) => (i32::MIN, TOKEN_BYTES_MIN),
        Says::Password | Says::Login | Says::Token => (TOKEN_RANDOM_MIN, TOKEN_BYTES_MIN),
        Says::Maybe => (MAYBE_RANDOM_MIN, MAYBE_BYTES_MIN),
    };
    let is_secret = value.len() >= bytes_min
        && random(value) >= random_min
        && !is_public(value)
        && !code(value)
        && !placeholder(value)
        && !encodes_words(value);
    is_secret.then(|| if stands_in(value) { Kind::Weak } else { Kind::Assignment })
}

/// Whether this is a password, be it a word, where one stands for certain.
#[inline(never)]
pub(super) fn guessed(value: &[u8]) -> bool {
    // `hashed_password` names one, `webhook.password` and `crypto/password` say where one is.
    let names = value.contains(&b'_') && WORDS.stand_in(value);
    let place = bare(value).iter().any(|b| matches!(b, b'.' | b'/'));
    value.len() >= LOGIN_BYTES_MIN
        && !names
        && !place
        && !code(value)
        && !is_public(value)
        && !encodes_words(value)
        && weak(value)
}

/// Whether this may be a password that somebody uses, rather than a word about passwords or a gap for one.
#[inline(never)]
pub(in crate::scan) fn weak(value: &[u8]) -> bool {
    let letters = || value.iter().filter(|b| b.is_ascii_alphabetic());
    // `PASSWORD`, `DB_PASS`: what is written large names the thing; `Passwort` is its label.
    let shouted = letters().all(u8::is_ascii_uppercase)
        && letters().next().is_some()
        && !value.iter().any(u8::is_ascii_digit);
    let label = matches!(value, [b'A'..=b'Z', rest @ ..] if rest.iter().all(u8::is_ascii_lowercase));
    value.iter().all(u8::is_ascii_graphic)
        && !value.starts_with(b"-")
        && value.iter().any(u8::is_ascii_alphanumeric)
        && !shouted
        && !label
        && !SAID.have(bare(value))
        && !placeholder(value)
}

/// How random a text looks, in tenths of bits: above zero rather chance, below rather words.
pub(in crate::scan) fn random(value: &[u8]) -> i32 {
    let Some((first, rest)) = value.split_first() else { return 0 };
    looked(value.len());
    let (mut last, mut last_sort, mut score) = (*first, sort(*first), 0_i32);
    for byte in rest {
        let sort = sort(*byte);
        let weight = match (last_sort, sort) {
            (SIGN, _) | (_, SIGN) => weight::SIGN,
            (SMALL, CAPITAL) => weight::HUMP,
            (DIGIT, DIGIT) => weight::DIGITS,
            (DIGIT, _) | (_, DIGIT) => weight::MIXED,
            _ if follows(last, *byte) => weight::USUAL,
            _ => weight::UNUSUAL,
        };
        // At most 28 for each byte of a value that was limited: this does not overflow.
        score = score.wrapping_add(weight);
        (last, last_sort) = (*byte, sort);
    }
    score
}

/// What the pairs of a value are judged by.
const SIGN: u8 = 0;
const DIGIT: u8 = 1;
const SMALL: u8 = 2;
const CAPITAL: u8 = 3;

#[inline]
fn sort(byte: u8) -> u8 {
    SORTS.get(usize::from(byte)).copied().unwrap_or(SIGN)
}

static SORTS: [u8; 256] = {
    let mut sorts = [SIGN; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            sorts[byte as usize] = match byte {
                b'a'..=b'z' => SMALL,
                b'A'..=b'Z' => CAPITAL,
                b'0'..=b'9' => DIGIT,
                _ => SIGN,
            };
        }
        byte += 1;
    }
    sorts
};

/// Whether a person or a machine made this up: it is not merely a word or a number.
#[inline(never)]
pub(in crate::scan) fn made_up(value: &[u8]) -> bool {
    chosen(value) || random(value) >= TOKEN_RANDOM_MIN
}

/// Many different signs, none of those that names, paths and sentences have: generators of passwords use them all. Nor
/// an expression that others are matched with.
#[inline(never)]
fn crowded(value: &[u8]) -> bool {
    let sign = |b: &u8| b.is_ascii_punctuation() && !b"-_./:,\\".contains(b);
    let (mut seen, mut different) = (0_u128, 0);
    for byte in value.iter().filter(|b| sign(b)) {
        let bit = 1 << (byte & 0x7F);
        different += u32::from(seen & bit == 0);
        seen |= bit;
    }
    let has = |sort: fn(&u8) -> bool| value.iter().any(sort);
    let mixed = different >= SIGNS_MIXED_MIN
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && random(value) > 0;
    (different >= SIGNS_MIN || mixed) && !RANGES.stand_in(value)
}

/// A password that a person made up: not only letters, and not the name or place of something.
#[inline(never)]
fn chosen(value: &[u8]) -> bool {
    let (mut small, mut capital, mut digit, mut sign) = (false, false, false, false);
    for byte in value {
        match byte {
            b'a'..=b'z' => small = true,
            b'A'..=b'Z' => capital = true,
            b'0'..=b'9' => digit = true,
            b'!' | b'$' | b'@' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?' => sign = true,
            b'/' => return false,
            _ => {}
        }
    }
    (small || capital) && (sign || (digit && (value.len() >= 8 || (small && capital))))
}

/// Whether this is merely a word for a password, perhaps with signs behind it.
#[inline(never)]
pub(in crate::scan) fn nominal(value: &[u8]) -> bool {
    GUESSED.have(bare(value)) || SAID.have(bare(value))
}

/// Without the signs behind it.
fn bare(value: &[u8]) -> &[u8] {
    let signs = value.iter().rev().take_while(|b| b.is_ascii_punctuation()).count();
    value.get(..value.len() - signs).unwrap_or(value)
}

/// Whether this is base64 of text that is no secret: what is encoded is as secret as it was before.
#[inline(never)]
fn encodes_words(value: &[u8]) -> bool {
    let mut room = [0; JUDGED_MAX];
    let judged = value.get(..JUDGED_MAX).unwrap_or(value);
    let Ok(length) = BASE64.decode_slice(judged, &mut room) else {
        return false;
    };
    let text = room.get(..length).unwrap_or(&[]).trim_ascii_end();
    // A sentence is no password, whatever letters and signs it has.
    let made_up = if text.contains(&b' ') { random(text) >= TOKEN_RANDOM_MIN } else { made_up(text) };
    value.len() >= ENCODED_BYTES_MIN
        && text.iter().all(|b| matches!(b, b' '..=b'~'))
        && !text.starts_with(b"{")
        && (stands_in(text) || !(made_up || is_login(text)))
}

/// A user and his password.
fn is_login(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |b| *b == b':');
    match (parts.next(), parts.next()) {
        (Some(user), Some(password)) => {
            !text.contains(&b' ')
                && password.len() >= LOGIN_BYTES_MIN
                && !nominal(password)
                && !password.eq_ignore_ascii_case(user)
        }
        _ => false,
    }
}

/// Something written where the secret would be: a word for it, one byte or a sequence repeated.
#[inline(never)]
pub(in crate::scan) fn stands_in(value: &[u8]) -> bool {
    few(value) || sequence(value) || STAND_INS.stand_in(value) || placeholder(value)
}

/// A gap that is to be filled in, or something blotted out: a word that says so, one byte repeated.
#[inline(never)]
fn placeholder(value: &[u8]) -> bool {
    let blot = |byte: &u8| matches!(byte, b'x' | b'X' | b'0' | b'.' | b'*' | b'_' | b'-' | b'#' | b'?');
    let longest = value.chunk_by(|a, b| a == b && blot(a)).map(<[u8]>::len).max().unwrap_or(0);
    (longest >= 4 && longest * 2 > value.len()) || template(value) || PLACEHOLDERS.stand_in(value)
}

/// A name in what templates put around it, `${NAME}`. Chance sets such signs, too, but seldom both around a name.
fn template(value: &[u8]) -> bool {
    let gap = |at| {
        let rest = value.get(at..)?;
        let opening = OPENINGS.begin(rest)?.1;
        let closing: &[u8] = match opening {
            b"{{" => b"}}",
            [.., b'{'] => b"}",
            [.., b'('] => b")",
            _ => b">",
        };
        let rest = rest.get(opening.len()..)?;
        let rest = rest.get(run(rest, 0, rest.len(), |b| IN_GAP.has(b))..)?;
        (at == 0 || rest.is_empty() || rest.starts_with(closing)).then_some(())
    };
    (0..value.len()).any(|at| gap(at).is_some())
}

/// What stands in the gaps of templates: names, paths, filters, defaults.
static IN_GAP: Bytes = Bytes::ALNUM.or(&Bytes::of(b"_-.:|"));

/// Fewer different bytes than chance would leave, or one of them in a row for a good part of the text.
fn few(value: &[u8]) -> bool {
    let mut seen = [0_u32; 8];
    for byte in value {
        if let Some(bits) = seen.get_mut(usize::from(byte >> 5)) {
            *bits |= 1 << (byte & 31);
        }
    }
    let different = seen.iter().map(|bits| bits.count_ones() as usize).sum::<usize>();
    let run = value.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
    different < 6.min(value.len() / 2 + 1) || (run >= 5 && run * 4 > value.len())
}

/// Mostly runs of a byte and its successors: the alphabet, the digits.
fn sequence(value: &[u8]) -> bool {
    let rising =
        value.chunk_by(|a, b| a.wrapping_add(1) == *b || (*a == b'9' && *b == b'0')).map(<[u8]>::len);
    rising.filter(|length| *length >= SEQUENCE_MIN).sum::<usize>() * 2 > value.len()
}

/// An expression that yields the value: a variable, a call, a path, a URL.
#[inline(never)]
fn code(value: &[u8]) -> bool {
    matches!(value, [b'$' | b'%' | b'/' | b'~' | b'&' | b'(' | b'[' | b'{' | b'#' | b'!', ..] if !has_digit_run(value))
        || matches!(value, [b'@' | b'*', ..] | [.., b'('])
        || value.starts_with(b"urn:")
        || is_version(value)
        || EXPRESSIONS.stand_in(value)
}

/// Three numbers with stops between them, and what follows: a version, perhaps of a commit.
fn is_version(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"v").unwrap_or(value);
    let mut numbers = value.splitn(4, |b| matches!(b, b'.' | b'-' | b'+' | b'@'));
    value.get(..value.len().min(16)).is_some_and(|head| head.contains(&b'.'))
        && (0..3).all(|_| {
            numbers.next().is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
        })
}

fn has_digit_run(value: &[u8]) -> bool {
    value.iter().filter(|b| b.is_ascii_digit()).count() >= 3
}

/// A hash with its name before it, as lock files and caches write it, a public key, or what is encrypted where it stands.
#[inline(never)]
fn is_public(value: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] = &[
        b"sha1-",
        b"sha256-",
        b"sha384-",
        b"sha512-",
        b"sha1:",
        b"sha256:",
        b"sha512:",
        b"md5:",
        b"h1:",
        // SOPS and hiera-eyaml, Spring Cloud Config.
        b"ENC[",
        b"{cipher}",
        b"ssh-",
        b"ecdsa-",
        // SubjectPublicKeyInfo in base64: elliptic curves, RSA, Edwards curves.
        b"MFkwEwYHKoZI",
        b"MHYwEAYHKoZI",
        b"MIIBIjANBgkqhki",
        b"MIICIjANBgkqhki",
        b"MIGfMA0GCSqGSI",
        b"MCowBQYDK2V",
    ];
    BEGINNINGS.iter().any(|beginning| value.starts_with(beginning))
}

/// Whether these letters usually follow each other.
#[inline]
fn follows(a: u8, b: u8) -> bool {
    FOLLOWS.get(usize::from(a & 31)).is_some_and(|set| set >> (b & 31) & 1 == 1)
}

const fn letters(text: &[u8]) -> u32 {
    let mut bits = 0;
    let mut rest = text;
    while let [first, after @ ..] = rest {
        bits |= 1 << (*first & 31);
        rest = after;
    }
    bits
}
