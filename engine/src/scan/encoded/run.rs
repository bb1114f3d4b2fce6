//! Long runs of base64 or hexadecimal digits.
//!
//! Not every byte is looked at. A run that is long enough to matter holds a whole aligned block, so only the blocks
//! are tested, from a few bytes of each on.

use alloc::vec;
use core::ops::Range;

use super::{
    DECODED_BYTES_MAX, Decoded, Each, Encoding,
    prose::{prose, readable},
};
use crate::scan::Text;
use crate::scan::work::looked;

/// A run of less than two blocks need not hold a whole one, and is too short for a sentence.
const BLOCK: usize = 16;
/// How much is decoded at first, to see whether more is worth it.
const SAMPLE: usize = 32;
/// The shortest line that is followed by another one of the same run.
const LINE: usize = 32;

/// Finds every run that decodes to readable text.
pub(in crate::scan) fn runs(text: &Text<'_>, each: Each<'_>) {
    let bytes = text.bytes;
    let blocks = bytes.as_chunks::<BLOCK>().0;
    let mut number = 0_usize;
    while let Some(block) = blocks.get(number) {
        if !whole(block) {
            number = number.saturating_add(1);
            continue;
        }
        let run = grow(bytes, number.saturating_mul(BLOCK));
        if run.len() >= BLOCK.saturating_mul(2) {
            decode(bytes, &run, each);
        }
        // The next block that is not in the run.
        number = number.saturating_add(1).max(run.end.div_ceil(BLOCK));
    }
}

/// Whether all bytes of a block are digits. Words are shorter, so that a blank is looked for first. Of what has none all
/// bytes are asked, so that the compiler makes vectors of it: where names and paths end cannot be foreseen.
#[inline]
fn whole(block: &[u8; BLOCK]) -> bool {
    let halves = block.as_chunks::<8>().0;
    !halves.iter().any(|half| has_blank(u64::from_le_bytes(*half)))
        && block.iter().fold(true, |whole, byte| {
            let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
            // The slash comes right before the digits.
            let digit = byte.wrapping_sub(b'/') < 11;
            whole & (letter | digit | (*byte == b'+') | (*byte == b'-') | (*byte == b'_'))
        })
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
    looked(end.saturating_sub(start));
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
        let digits = digits.get(skip..).unwrap_or_default();
        if may_be_text(digits) && hand_over(Encoding::Base64, place, digits, from_base64, each) {
            return;
        }
    }
}

/// Whether the first three bytes that digits of base64 stand for leave open that text begins with them. Most digits are
/// a path or a name, and need not be read on.
#[inline(never)]
fn may_be_text(digits: &[u8]) -> bool {
    let Some(first) = digits.first_chunk::<4>() else { return true };
    let [a, b, c, d] = first.map(|digit| VALUES.get(usize::from(digit)).copied().unwrap_or(NO_DIGIT));
    let [first, second, third] = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    let control = |byte: u8| byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t') || byte == 0x7F;
    let begins = |byte: u8| !control(byte) && !matches!(byte, 0x80..0xC2 | 0xF5..);
    match second {
        // Text in wide characters has a zero after each.
        0 => true,
        _ if first >= 0x80 => begins(first) && second & 0xC0 == 0x80,
        _ => begins(first) && begins(second) && (second >= 0x80 || begins(third)),
    }
}

/// Hands over what the digits say, if that can be read; whether it can.
fn hand_over(
    encoding: Encoding,
    place: Range<usize>,
    digits: &[u8],
    from: fn(&[u8], &mut [u8]) -> usize,
    each: Each<'_>,
) -> bool {
    looked(SAMPLE);
    let mut sample = [0; SAMPLE];
    let length = from(digits.get(..SAMPLE.min(digits.len())).unwrap_or_default(), &mut sample);
    let sample = narrow(sample.get_mut(..length).unwrap_or_default());
    if readable(sample).is_none_or(|text| text.len().saturating_add(4) < sample.len()) {
        return false;
    }
    let per_byte = if encoding == Encoding::Hex { 2 } else { 1 };
    let most = DECODED_BYTES_MAX.saturating_mul(per_byte).min(digits.len());
    looked(most);
    let mut decoded = vec![0; most];
    let length = from(digits.get(..most).unwrap_or_default(), &mut decoded);
    let decoded = narrow(decoded.get_mut(..length).unwrap_or_default());
    let Some(text) = readable(decoded) else { return false };
    each(Decoded { encoding, place, text, prose: prose(text) });
    true
}

/// UTF-16 of ASCII text as ASCII: some shells take base64 only so.
fn narrow(bytes: &mut [u8]) -> &[u8] {
    let wide = bytes.len() >= 8 && bytes.iter().skip(1).step_by(2).all(|byte| *byte == 0);
    if !wide {
        return bytes;
    }
    let length = bytes.len().div_ceil(2);
    for to in 0..length {
        if let (Some(from), Some(from_to)) = (bytes.get(to.saturating_mul(2)).copied(), bytes.get_mut(to)) {
            *from_to = from;
        }
    }
    bytes.get(..length).unwrap_or_default()
}

/// Writes what hexadecimal digits say; how many bytes that is.
fn from_hex(digits: &[u8], bytes: &mut [u8]) -> usize {
    let mut values = digits.iter().filter_map(|digit| char::from(*digit).to_digit(16));
    let mut length = 0_usize;
    for byte in bytes {
        let (Some(high), Some(low)) = (values.next(), values.next()) else { break };
        *byte = u8::try_from(high << 4 | low).unwrap_or_default();
        length = length.saturating_add(1);
    }
    length
}

/// The same for digits of base64.
fn from_base64(digits: &[u8], bytes: &mut [u8]) -> usize {
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut to = bytes.iter_mut();
    let mut length = 0_usize;
    for digit in digits {
        let value = VALUES.get(usize::from(*digit)).copied().unwrap_or(NO_DIGIT);
        if value == NO_DIGIT {
            continue;
        }
        held = held << 6 | u32::from(value);
        bits = bits.saturating_add(6);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            let Some(byte) = to.next() else { break };
            let [.., low] = (held >> bits).to_be_bytes();
            *byte = low;
            length = length.saturating_add(1);
        }
    }
    length
}

const NO_DIGIT: u8 = 0xFF;

/// What the digits of both alphabets are worth.
static VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            values[byte as usize] = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' | b'-' => 62,
                b'/' | b'_' => 63,
                _ => NO_DIGIT,
            };
        }
        byte += 1;
    }
    values
};

/// Whether a byte is a digit of base64 with either alphabet; those of hexadecimal numbers are among them.
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_block_is_whole_if_each_of_its_bytes_is_a_digit() {
        for byte in 0..=u8::MAX {
            for at in 0..super::BLOCK {
                let mut block = [b'a'; super::BLOCK];
                block[at] = byte;
                assert_eq!(super::whole(&block), super::is_digit(byte), "{byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn what_three_bytes_rule_out_is_nothing_readable() {
        let digits = || (0..=u8::MAX).filter(|byte| super::is_digit(*byte));
        let rest = b"IHdpdGggc29tZSB3b3Jkcw==";
        for (a, b) in digits().flat_map(|a| digits().map(move |b| (a, b))) {
            for (c, d) in [(b'A', b'A'), (b'J', b'z'), (b'g', b'Q'), (b'G', b'E'), (b'_', b'f')] {
                let code = [&[a, b, c, d], &rest[..]].concat();
                let mut bytes = [0; super::SAMPLE];
                let length = super::from_base64(&code, &mut bytes);
                let readable = super::readable(super::narrow(&mut bytes[..length])).is_some();
                assert!(super::may_be_text(&code) || !readable, "{:?}", code.escape_ascii());
            }
        }
    }
}
