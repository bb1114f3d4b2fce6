//! Words of letters and digits: bank accounts, and numbers of people that carry letters.

use core::cell::OnceCell;

use super::class::{self, ALPHANUMERIC, back, is};
use super::context::Context;
use super::groups::Group;
use super::letters::{
    chilean, chinese, corsican, curp, finnish, german_health, german_pension, gstin, hong_kong, irish,
    italian, rfc, singaporean, spanish, spanish_company, spanish_foreigner, swedish, taiwanese,
    travel_document, venezuelan,
};
use super::topic::Topic;
use super::{before, byte, iban, is_word};
use crate::scan::trigger::{Gram, Set};
use crate::scan::{Findings, Kind, Text};

const LETTER: Set = Set::LETTER;
const DIGIT: Set = Set::DIGIT;
const NEITHER: Set = LETTER.or(DIGIT).not();

pub(in crate::scan) const GRAMS: &[Gram] = &[
    Gram::of([NEITHER, LETTER, LETTER, DIGIT], 1),
    Gram::of([NEITHER, LETTER, DIGIT, DIGIT], 1),
    Gram::of([LETTER, LETTER, DIGIT, DIGIT], 0),
];

/// As many letters may stand before the first gram of a word.
const LETTERS_MAX: usize = 6;
/// No number of a person is longer, nor any word that is read to its end.
const WORD_MAX: usize = 18;

pub(in crate::scan) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let bytes = text.bytes;
    let front = bytes.get(at.saturating_sub(LETTERS_MAX)..at).unwrap_or_default();
    let start = at - back(front, ALPHANUMERIC);
    if before(bytes, start).is_some_and(|byte| is(byte, ALPHANUMERIC)) {
        return at + 1;
    }
    if let Some(end) = iban::end(bytes, start) {
        found.report(Kind::Iban, start..end);
        return end;
    }
    word(text, start, found);
    at + 1
}

/// A word that begins with these digits.
pub(super) fn look_at_digits(text: &Text<'_>, digits: &Group, found: &mut dyn Findings) {
    let next = byte(text.bytes, digits.end);
    if digits.len() <= 2 && byte(text.bytes, digits.end + ".ddd.ddd".len()) == Some(b'-') {
        return dotted(text.bytes, digits, found);
    }
    let letter = next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'-' | b'+'));
    if (6..WORD_MAX).contains(&digits.len()) && letter && !is_word(before(text.bytes, digits.start)) {
        word(text, digits.start, found);
    }
}

/// Chile's number with its dots and the check K, which no other groups of digits have behind them: `12.345.678-K`.
fn dotted(bytes: &[u8], first: &Group, found: &mut dyn Findings) {
    const REST: usize = ".ddd.ddd-K".len();
    let (start, end) = (first.start, first.end + REST);
    let rest = bytes.get(first.end..end).unwrap_or_default();
    let digits = |group: &[u8]| group.iter().all(u8::is_ascii_digit);
    let fits = matches!(rest, [b'.', a, b, c, b'.', d, e, f, b'-', b'K' | b'k'] if digits(&[*a, *b, *c, *d, *e, *f]));
    let written = bytes.get(start..end).unwrap_or_default();
    if fits && chilean(written) && !is_word(before(bytes, start)) && !is_word(byte(bytes, end)) {
        found.report(Kind::NationalId, start..end);
    }
}

fn word(text: &Text<'_>, start: usize, found: &mut dyn Findings) {
    let bytes = text.bytes;
    if matches!(before(bytes, start), Some(b'-' | b'.' | b'/' | b'_' | b'+' | b'%' | b'&')) {
        return;
    }
    let rest = bytes.get(start..).unwrap_or_default();
    let rest = rest.get(..WORD_MAX + 3).unwrap_or(rest);
    let mut end = class::front(rest, ALPHANUMERIC);
    // What may follow the word and belong to it.
    match rest.get(end..) {
        Some([b'-', a, ..]) if a.is_ascii_alphabetic() && matches!(end, 7 | 8) => end += 2,
        Some([b'-' | b'+', a, b, c, _, ..])
            if end == 6 && [a, b, c].iter().all(|byte| byte.is_ascii_digit()) =>
        {
            end += 5
        }
        Some([b'(', b'0'..=b'9' | b'A' | b'a', b')', ..]) if matches!(end, 7 | 8) => end += 3,
        _ => {}
    }
    let Some(word) = rest.get(..end).filter(|word| (8..=WORD_MAX).contains(&word.len())) else { return };
    if is_word(byte(bytes, start + end))
        || byte(bytes, start + end) == Some(b'-') && is_word(byte(bytes, start + end + 1))
    {
        return;
    }
    let capital = !word.iter().any(u8::is_ascii_lowercase);
    let mut large = [0; WORD_MAX];
    for (large, byte) in large.iter_mut().zip(word) {
        *large = byte.to_ascii_uppercase();
    }
    let large = large.get(..word.len()).unwrap_or_default();
    let shown = FORMS.iter().filter(|(form, _, sum)| fits(form, large) && sum(large));
    let context = Context::new(text);
    let said = OnceCell::new();
    for (_, need, _) in shown {
        let alone = matches!(need, Need::Nothing) || matches!(need, Need::Capitals) && capital;
        let said = || {
            let before = || context.topic(start);
            *said.get_or_init(|| before().or_else(|| context.said_after(&(start..start + end))))
                == Some(Topic::Identity)
        };
        if alone || said() {
            found.report(Kind::NationalId, start..start + end);
            return;
        }
    }
}

/// What a form needs beside its sum.
#[derive(Debug, Clone, Copy)]
enum Need {
    Nothing,
    /// Capital letters, or a word beside it.
    Capitals,
    Word,
}

type Sum = fn(&[u8]) -> bool;

/// `L` stands for a letter, `d` for a digit, `X` for either.
#[rustfmt::skip]
const FORMS: &[(&str, Need, Sum)] = &[
    // Spain: NIF, with and without its leading noughts, NIE.
    ("ddddddddL", Need::Capitals, spanish), ("dddddddd-L", Need::Capitals, spanish),
    ("dddddddL", Need::Word, spanish), ("ddddddd-L", Need::Word, spanish),
    ("LdddddddX", Need::Word, spanish_company),
    ("LdddddddL", Need::Capitals, spanish_foreigner), ("Lddddddd-L", Need::Capitals, spanish_foreigner),
    // Singapore: NRIC, FIN.
    ("LdddddddL", Need::Capitals, singaporean),
    // Hong Kong.
    ("Ldddddd(X)", Need::Nothing, hong_kong), ("LLdddddd(X)", Need::Nothing, hong_kong),
    ("LddddddX", Need::Word, hong_kong), ("LLddddddX", Need::Word, hong_kong),
    // Taiwan. Venezuela: RIF.
    ("Lddddddddd", Need::Word, venezuelan), ("Lddddddddd", Need::Word, taiwanese),
    // Italy: codice fiscale.
    ("LLLLLLXXLXXLXXXL", Need::Nothing, italian),
    // Chile, with the check K. France: Corsicans.
    ("dddddddd-L", Need::Capitals, chilean), ("ddddddd-L", Need::Word, chilean), ("ddddddLdddddddd", Need::Nothing, corsican),
    // Mexico: CURP, RFC.
    ("LLLLddddddLLLLLLXd", Need::Nothing, curp),
    ("LLLLddddddXXX", Need::Capitals, rfc), ("LLLddddddXXX", Need::Capitals, rfc),
    // Finland: HETU.
    ("dddddd-dddX", Need::Nothing, finnish), ("dddddd+dddX", Need::Nothing, finnish),
    ("ddddddLdddX", Need::Nothing, finnish),
    // Germany: pension insurance, health insurance, identity card and passport.
    ("ddddddddLddd", Need::Nothing, german_pension), ("Lddddddddd", Need::Word, german_health),
    ("LXXXXXXXd", Need::Word, travel_document), ("LXXXXXXXXd", Need::Word, travel_document),
    // China: resident identity with the check character X.
    ("dddddddddddddddddL", Need::Nothing, chinese),
    // India: GSTIN.
    ("ddLLLLLddddLXLX", Need::Nothing, gstin),
    // Ireland: PPS.
    ("dddddddL", Need::Word, irish), ("dddddddLL", Need::Word, irish),
    // Sweden: somebody over a hundred years old.
    ("dddddd+dddd", Need::Nothing, swedish),
];

fn fits(form: &str, word: &[u8]) -> bool {
    form.len() == word.len()
        && form.bytes().zip(word).all(|(form, byte)| match form {
            b'L' => byte.is_ascii_uppercase(),
            b'd' => byte.is_ascii_digit(),
            b'X' => byte.is_ascii_alphanumeric(),
            _ => form == *byte,
        })
}
