//! What a string becomes where it is decoded once more than it should be.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::spelling::{Escaped, hex, percent, reference};

/// Rounds of decoding: honest values need one, attacks on filters that decode once need two or three.
const ROUNDS_MAX: usize = 3;

/// Whether `holds` for the text itself, or for what is left of it after some rounds of decoding.
pub(super) fn any_reading(text: &str, mut holds: impl FnMut(&str) -> bool) -> bool {
    if holds(text) || values(text).any(&mut holds) {
        return true;
    }
    let mut reading = Cow::Borrowed(text);
    for _ in 0..ROUNDS_MAX {
        let Some(decoded) = decoded(&reading) else { break };
        if holds(&decoded) || values(&decoded).any(&mut holds) {
            return true;
        }
        reading = Cow::Owned(decoded);
    }
    // In a query string a plus sign is a space.
    let spaced = reading.contains('+') && !reading.contains([' ', '\t']);
    spaced && holds(&reading.replace('+', " ")) || unwrapped(text).is_some_and(|inside| holds(&inside))
}

/// What a string in base64 as a whole is the form of, where that is a text.
fn unwrapped(text: &str) -> Option<String> {
    const LEN: core::ops::RangeInclusive<usize> = 8..=8192;
    let digits = text.trim_ascii().trim_end_matches('=');
    if !LEN.contains(&digits.len())
        || !digits.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
    {
        return None;
    }
    let inside = String::from_utf8(STANDARD_NO_PAD.decode(digits).ok()?).ok()?;
    inside.bytes().all(|b| (b' '..=b'~').contains(&b) || b.is_ascii_whitespace() || b == 0).then_some(inside)
}

/// Of a document in JSON or XML that a string may be: what stands in double quotes.
fn values(text: &str) -> impl Iterator<Item = &str> {
    let is_document = text.trim_start().starts_with(['{', '[', '<']);
    let document = if is_document { text } else { "" };
    document.split('"').skip(1).filter(|value| value.len() > 1)
}

/// The text with percent escapes, character references and escapes of strings decoded; `None` where there are none.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b'%') && !bytes.contains(&b'&') && !text.contains("\\x") && !text.contains("\\u") {
        return None;
    }
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let escape = match byte {
            b'%' => percent(rest),
            b'&' => reference(rest),
            b'\\' => backslash(rest),
            _ => None,
        };
        match escape {
            Some((char, len)) => {
                match char {
                    Escaped::Byte(byte) => out.push(byte),
                    Escaped::Char(char) => out.extend(char.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                at += len;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    (out != bytes).then(|| String::from_utf8_lossy(&out).into_owned())
}

/// `\x27`, `\u0027`, for the signs of a syntax: `\x64` may be a folder.
fn backslash(rest: &[u8]) -> Option<(Escaped, usize)> {
    let digits = match rest {
        [_, b'x', digits @ ..] => digits.get(..2)?,
        [_, b'u', digits @ ..] => digits.get(..4)?,
        _ => return None,
    };
    let code = digits.iter().try_fold(0, |code, digit| Some(code << 4 | hex(*digit)?))?;
    let char = char::from_u32(code).filter(char::is_ascii_punctuation)?;
    Some((Escaped::Char(char), 2 + digits.len()))
}

/// The ASCII character that URL and file name readers map a look-alike to (compatibility forms of Unicode).
pub(super) fn ascii_of(char: char) -> Option<char> {
    let code = u32::from(char);
    let letter = |first: u32, from: char| char::from_u32(u32::from(from) + (code - first));
    match code {
        0xff01..=0xff5e => letter(0xff01, '!'),
        0x24d0..=0x24e9 => letter(0x24d0, 'a'),
        0x24b6..=0x24cf => letter(0x24b6, 'a'),
        0x249c..=0x24b5 => letter(0x249c, 'a'),
        0x2460..=0x2468 => letter(0x2460, '1'),
        0x2474..=0x247c => letter(0x2474, '1'),
        0x2776..=0x277e => letter(0x2776, '1'),
        0x24ea => Some('0'),
        0x2070 | 0x2074..=0x2079 => letter(0x2070, '0'),
        0x2080..=0x2089 => letter(0x2080, '0'),
        0xb9 => Some('1'),
        0xb2 => Some('2'),
        0xb3 => Some('3'),
        // Mathematical letters and digits come in runs of one alphabet each.
        0x1d400..=0x1d6a3 => char::from_u32(u32::from('a') + (code - 0x1d400) % 26),
        0x1d7ce..=0x1d7ff => char::from_u32(u32::from('0') + (code - 0x1d7ce) % 10),
        0x3002 | 0xff61 | 0x2024 | 0xfe52 => Some('.'),
        0x2044 | 0x2215 | 0x29f8 => Some('/'),
        0x2216 | 0x29f5 | 0x29f9 | 0xfe68 => Some('\\'),
        0x2018 | 0x2019 | 0x2b9 | 0x2bc | 0x2032 => Some('\''),
        _ => None,
    }
}

/// The digits of circled numbers of two digits.
pub(super) fn circled_number(char: char) -> Option<[char; 2]> {
    let number = match u32::from(char) {
        code @ 0x2469..=0x2473 => code - 0x2460 + 1,
        code @ 0x3251..=0x325f => code - 0x3251 + 21,
        code @ 0x32b1..=0x32bf => code - 0x32b1 + 36,
        _ => return None,
    };
    let digit = |digit| char::from_digit(digit, 10);
    Some([digit(number / 10)?, digit(number % 10)?])
}

/// Characters that nobody sees and most readers drop.
pub(super) fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
