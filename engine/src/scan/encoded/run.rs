//! Long runs of base64 or hexadecimal digits.
//!
//! Not every byte is looked at. A run that is long enough to matter holds a whole aligned block, so only the blocks
//! are tested, from a few bytes of each on.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    DECODED_BYTES_MAX, Decoded, Each, Encoding,
    prose::{prose, readable},
};
use crate::scan::Text;

/// A run of less than two blocks need not hold a whole one, and is too short for a sentence.
const BLOCK: usize = 16;
/// How much is decoded at first, to see whether more is worth it.
const SAMPLE: usize = 32;
/// The shortest line that is followed by another one of the same run.
const LINE: usize = 32;

/// Finds every run that decodes to readable text.
pub(in crate::scan) fn runs(text: &Text<'_>, each: Each<'_>) {
    let bytes = text.bytes;
    let mut at = 0_usize;
    while let Some(block) = bytes.get(at..at.saturating_add(BLOCK)) {
        let next = at.saturating_add(BLOCK);
        if !whole(block) {
            at = next;
            continue;
        }
        let run = grow(bytes, at);
        if run.len() >= BLOCK.saturating_mul(2) {
            decode(bytes, &run, each);
        }
        // The next block that is not in the run.
        at = next.max(run.end.next_multiple_of(BLOCK));
    }
}

/// Whether all bytes of a block are digits. Words are shorter, so that a blank is looked for first, in all at once.
fn whole(block: &[u8]) -> bool {
    let halves = block.as_chunks::<8>().0;
    let blank = halves.iter().any(|half| has_blank(u64::from_le_bytes(*half)));
    !blank && block.iter().all(|byte| is_digit(*byte))
}

/// Whether one of the eight bytes is a blank (or, seldom, seems to be): subtracting 1 from a byte borrows only from 0.
const fn has_blank(bytes: u64) -> bool {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let blanks_are_0 = bytes ^ (ONES * b' ' as u64);
    blanks_are_0.wrapping_sub(ONES) & !blanks_are_0 & (ONES << 7) != 0
}

/// The run around a block, over several lines where they are as long as lines of encoders are.
fn grow(bytes: &[u8], at: usize) -> Range<usize> {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| is_digit(**byte)).count();
    let start = at.saturating_sub(bytes.iter().take(at).rev().take_while(|byte| is_digit(**byte)).count());
    let mut end = at.saturating_add(digits(at));
    let mut length = end.saturating_sub(start);
    while length >= LINE {
        let skip = match bytes.get(end..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([b'\n', ..]) => 1,
            _ => break,
        };
        let line = end.saturating_add(skip);
        length = digits(line);
        let after = line.saturating_add(length);
        // A word that begins the next paragraph is no part of it.
        if length < 2
            || !matches!(bytes.get(after), None | Some(b'\n' | b'\r' | b'=' | b'"' | b'\'' | b'<' | b'`'))
        {
            break;
        }
        end = after;
    }
    start..end
}

fn decode(bytes: &[u8], run: &Range<usize>, each: Each<'_>) {
    let Some(digits) = bytes.get(run.clone()) else { return };
    let padding = bytes.iter().skip(run.end).take(2).take_while(|byte| **byte == b'=').count();
    let whole = run.start..run.end.saturating_add(padding);
    let hex = match digits {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => digits,
    };
    if hex.iter().take(SAMPLE).all(u8::is_ascii_hexdigit) {
        let length =
            hex.iter().take_while(|byte| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace()).count();
        let start = whole.start.saturating_add(digits.len().saturating_sub(hex.len()));
        let (end, hex) = (start.saturating_add(length), hex.get(..length).unwrap_or_default());
        hand_over(Encoding::Hex, whole.start..end, hex, from_hex, each);
        return;
    }
    // Something else may stand right before, such as a path.
    for skip in 0..4 {
        let place = whole.start.saturating_add(skip)..whole.end;
        if hand_over(Encoding::Base64, place, digits.get(skip..).unwrap_or_default(), from_base64, each) {
            return;
        }
    }
}

/// Hands over what the digits say, if that can be read; whether it can.
fn hand_over(
    encoding: Encoding,
    place: Range<usize>,
    digits: &[u8],
    from: fn(&[u8]) -> Vec<u8>,
    each: Each<'_>,
) -> bool {
    let sample = narrow(from(digits.get(..SAMPLE.min(digits.len())).unwrap_or_default()));
    if readable(&sample).is_none_or(|text| text.len().saturating_add(4) < sample.len()) {
        return false;
    }
    let per_byte = if encoding == Encoding::Hex { 2 } else { 1 };
    let most = DECODED_BYTES_MAX.saturating_mul(per_byte);
    let decoded = narrow(from(digits.get(..most.min(digits.len())).unwrap_or_default()));
    let Some(text) = readable(&decoded) else { return false };
    each(Decoded { encoding, place, text, prose: prose(text) });
    true
}

/// UTF-16 of ASCII text as ASCII: some shells take base64 only so.
fn narrow(bytes: Vec<u8>) -> Vec<u8> {
    let wide = bytes.len() >= 8 && bytes.iter().skip(1).step_by(2).all(|byte| *byte == 0);
    if wide { bytes.into_iter().step_by(2).collect() } else { bytes }
}

fn from_hex(digits: &[u8]) -> Vec<u8> {
    let mut values = digits.iter().filter_map(|digit| char::from(*digit).to_digit(16));
    let mut bytes = Vec::new();
    while let (Some(high), Some(low)) = (values.next(), values.next()) {
        bytes.push(u8::try_from(high << 4 | low).unwrap_or_default());
    }
    bytes
}

fn from_base64(digits: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for value in digits.iter().filter_map(|digit| value(*digit)) {
        held = (held << 6 | value) & 0xFFFF;
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            bytes.push(u8::try_from((held >> bits) & 0xFF).unwrap_or_default());
        }
    }
    bytes
}

fn value(digit: u8) -> Option<u32> {
    let offset = |from: u8, first: u32| u32::from(digit.wrapping_sub(from)).saturating_add(first);
    match digit {
        b'A'..=b'Z' => Some(offset(b'A', 0)),
        b'a'..=b'z' => Some(offset(b'a', 26)),
        b'0'..=b'9' => Some(offset(b'0', 52)),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Whether a byte is a digit of base64 with either alphabet; those of hexadecimal numbers are among them.
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
