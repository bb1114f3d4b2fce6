//! Hashes of words, of eight letters at once.

/// The hash of the letters put in so far.
#[derive(Debug, Default)]
pub(super) struct Hash {
    state: u64,
    /// Letters that wait to be eight.
    pending: u64,
    pending_bytes: u32,
}

/// Any odd numbers with bits set all over.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
const LAST_FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;

impl Hash {
    /// Puts in eight bytes, or the last ones, filled up with zeros; nothing may be pending.
    #[inline]
    pub(super) fn eight(&mut self, bytes: u64) {
        self.state = (self.state ^ bytes).wrapping_mul(FACTOR);
        self.state ^= self.state >> 32;
    }

    /// The hash of no more than these.
    #[inline]
    pub(super) fn of(bytes: u64) -> u32 {
        let mut hash = Self::default();
        hash.eight(bytes);
        hash.finish()
    }

    /// Puts in one byte, of a letter in lower case.
    pub(super) fn byte(&mut self, byte: u8) {
        self.few(byte.into(), 1);
    }

    /// Puts in so many bytes, fewer than eight, the first in the lowest bits; zeros are above them.
    #[inline]
    pub(super) fn few(&mut self, bytes: u64, len: u32) {
        self.pending |= bytes << (8 * self.pending_bytes);
        self.pending_bytes += len;
        if self.pending_bytes >= 8 {
            self.eight(self.pending);
            self.pending_bytes -= 8;
            // None is left of those that filled up the eight.
            self.pending = bytes.checked_shr(8 * (len - self.pending_bytes)).unwrap_or(0);
        }
    }

    #[inline]
    pub(super) fn finish(mut self) -> u32 {
        if self.pending_bytes > 0 {
            self.eight(self.pending);
        }
        // The upper half has something of every bit.
        (self.state.wrapping_mul(LAST_FACTOR) >> 32) as u32
    }
}

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
const CASE_BITS: u64 = 0x2020_2020_2020_2020;

/// Eight bytes from a place on, the first in the lowest bits; zeros after the end of the text.
#[inline]
pub(super) fn eight_at(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => rest.iter().rev().fold(0, |eight, byte| eight << 8 | u64::from(*byte)),
    }
}

/// How many ASCII letters and digits these eight bytes begin with; and these, in lower case, with zeros after them.
#[inline]
pub(super) fn letters_of(eight: u64) -> (usize, u64) {
    let low = eight & !HIGH_BITS;
    let small = low | CASE_BITS;
    // The high bit of a byte says whether the byte is at least so much; no byte carries into the next.
    let at_least = |bytes: u64, least: u8| bytes.wrapping_add(LOW_BITS.wrapping_mul(u64::from(0x80 - least)));
    let letters = at_least(small, b'a') & !at_least(small, b'z' + 1);
    let digits = at_least(low, b'0') & !at_least(low, b'9' + 1);
    let others = !(letters | digits) & HIGH_BITS | eight & HIGH_BITS;
    let bits = others.trailing_zeros() & !7;
    let kept = 1_u64.checked_shl(bits).map_or(u64::MAX, |bit| bit.wrapping_sub(1));
    // The bit of the case is set in digits, too.
    (bits as usize / 8, (eight | CASE_BITS) & kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn letters_are_counted_and_folded_wherever_they_end() {
        for other in (0..=u8::MAX).filter(|byte| !byte.is_ascii_alphanumeric()) {
            for len in 0..8 {
                let mut bytes = *b"aZ09zA5m";
                bytes[len] = other;
                let mut folded = bytes.map(|byte| byte | 0x20);
                folded[len..].fill(0);
                assert_eq!(
                    letters_of(u64::from_le_bytes(bytes)),
                    (len, u64::from_le_bytes(folded)),
                    "{other}"
                );
            }
        }
        for byte in (0..=u8::MAX).filter(u8::is_ascii_alphanumeric) {
            assert_eq!(letters_of(u64::from_le_bytes([byte; 8])), (8, u64::from_le_bytes([byte | 0x20; 8])));
        }
    }

    #[test]
    fn a_hash_does_not_depend_on_how_the_letters_came() {
        for word in ["a", "sevenle", "eightlet", "nineletter", "sixteenlettersaa", "seventeenlettersa"] {
            let (mut one, mut three, mut eight) = (Hash::default(), Hash::default(), Hash::default());
            word.bytes().for_each(|byte| one.byte(byte));
            word.as_bytes()
                .chunks(3)
                .for_each(|few| three.few(eight_at(few, 0), u32::try_from(few.len()).unwrap()));
            (0..word.len()).step_by(8).for_each(|at| eight.eight(eight_at(word.as_bytes(), at)));
            let hash = eight.finish();
            assert_eq!([one.finish(), three.finish()], [hash; 2], "{word}");
        }
    }
}
