//! What of a string stands in JSON as it is.

/// Bytes looked at together, as one number.
const LANE: usize = 8;
/// A byte, in each place of a lane.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; LANE])
}

/// How many bytes are before the first quote, backslash or control byte. Bytes above 0x7f are plain: the text is UTF-8
/// already.
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while let Some((lane, after)) = rest.split_first_chunk::<LANE>() {
        let special = special(u64::from_le_bytes(*lane));
        if special != 0 {
            return bytes.len() - rest.len() + special.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    bytes.len() - rest.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The highest bit of each byte that is special, and perhaps of some behind the first of them: a subtraction borrows
/// from the byte behind only where it has found one.
fn special(lane: u64) -> u64 {
    let is_zero = |lane: u64| lane.wrapping_sub(each(1)) & !lane;
    let control = lane.wrapping_sub(each(0x20)) & !lane;
    (control | is_zero(lane ^ each(b'"')) | is_zero(lane ^ each(b'\\'))) & each(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_byte_is_told_at_each_place() {
        for place in 0..20 {
            for byte in 0..=u8::MAX {
                // What is behind it must not show before it.
                for other in [b'a', b'!', b'#', b'[', b']', 0x80, 0xFF] {
                    let mut bytes = [other; 20];
                    bytes[place] = byte;
                    let is_plain = byte >= 0x20 && byte != b'"' && byte != b'\\';
                    assert_eq!(plain_len(&bytes), if is_plain { 20 } else { place }, "{byte} at {place}");
                    bytes[19] = b'"';
                    assert_eq!(
                        plain_len(&bytes),
                        if is_plain { 19 } else { place }.min(19),
                        "{byte} at {place}"
                    );
                }
            }
        }
    }
}
