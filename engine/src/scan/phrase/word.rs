//! Words: what of a text phrases are compared with.
//!
//! Case is folded, marks between words do not count, an apostrophe joins what it stands between. A character of a
//! script that is written without spaces is a word. Whether a word begins at a place is told by the few bytes around
//! it, so reading forward and backward finds the same words. A word is known by 32 bits of hash: one other word in
//! millions is taken for it, and a phrase needs several words.

use super::char::{char_at, char_before, fold, is_letter, is_single};
use super::hash::{self, Hash};
use super::sentence::has_break;

/// One word of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) hash: u32,
    /// No apostrophe is inside: it stands in the text as it does in the list of words, but for case.
    pub(super) plain: bool,
}

/// No word of a list is longer. More than is read around a place, so that nobody asks for the rest of a longer run.
const WORD_BYTES_MAX: usize = 256;

/// The hash of a word that is written alone, for lists of words; `None` where it is not one word.
#[cfg(any(test, feature = "write"))]
pub(super) fn hash_of(word: &str) -> Option<u32> {
    let found = next(word.as_bytes(), 0, word.len())?;
    (found.start == 0 && found.end == word.len()).then_some(found.hash)
}

/// What follows a word, as far as a few bytes tell.
pub(super) enum Peek {
    /// The next word, in the same sentence.
    Word(Word),
    /// The end of the sentence.
    End,
    Unclear,
}

/// What follows the word that ends here.
#[inline]
pub(super) fn peek(text: &[u8], at: usize) -> Peek {
    let between = match text.get(at..).and_then(<[u8]>::first_chunk::<3>) {
        Some([0xE5..=0xE9, ..]) => 0,
        Some([b' ' | b'\n', here, _]) if here.is_ascii_alphanumeric() => 1,
        Some([b',', b' ', here]) if here.is_ascii_alphanumeric() => 2,
        Some([b'.' | b'!' | b'?', b' ', _]) => return Peek::End,
        _ => match marks(text, at) {
            Some(gap) if has_break(gap) => return Peek::End,
            Some(gap) => gap.len(),
            None => return Peek::Unclear,
        },
    };
    Peek::Word(word_at(text, at + between))
}

/// The few marks here that a word begins behind.
#[inline(never)]
fn marks(text: &[u8], at: usize) -> Option<&[u8]> {
    const MARKS_MAX: usize = 4;
    let near = text.get(at..)?.iter().take(MARKS_MAX + 1);
    let is_mark = |byte: &u8| matches!(BYTES.get(usize::from(*byte)), Some(Byte::Other));
    let len = near.take_while(|byte| is_mark(byte)).count();
    let begins = text.get(at + len).is_some_and(u8::is_ascii_alphanumeric);
    (len > 0 && len <= MARKS_MAX && begins).then(|| text.get(at..at + len)).flatten()
}

/// The first word that begins at `at` or later, before `limit`.
#[inline]
pub(super) fn next(text: &[u8], at: usize, limit: usize) -> Option<Word> {
    let mut start = at;
    while start < limit {
        if begins(text, start) {
            return Some(word_at(text, start));
        }
        if start >= text.len() {
            break;
        }
        start += 1;
    }
    None
}

/// The last word that begins before `at`, at `limit` or later.
pub(super) fn previous(text: &[u8], at: usize, limit: usize) -> Option<Word> {
    let start = (limit..at).rev().find(|start| begins(text, *start))?;
    Some(word_at(text, start))
}

/// The word that begins here, if one does.
pub(super) fn at(text: &[u8], at: usize) -> Option<Word> {
    begins(text, at).then(|| word_at(text, at))
}

/// What a byte tells of the beginning of a word.
#[derive(Clone, Copy)]
enum Byte {
    /// Nothing of a word.
    Other,
    /// A letter or digit, or how a letter begins.
    Letter,
    /// One that may also be the letter of an escaped line end or tab.
    Escaped,
    /// The first byte of a character that is a word, whatever is beside it: most of those of Chinese.
    Single,
    /// A later byte of a character.
    Later,
    /// What only more bytes can tell.
    Unclear,
}

static BYTES: [Byte; 256] = bytes();

const fn bytes() -> [Byte; 256] {
    let mut bytes = [Byte::Unclear; 256];
    let mut byte = 0_u8;
    while byte < 0xFF {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            bytes[byte as usize] = match byte {
                b'n' | b'r' | b't' => Byte::Escaped,
                b'\'' | b'\\' => Byte::Unclear,
                0xE5..=0xE9 => Byte::Single,
                0x80..0xC0 => Byte::Later,
                // Greek, Cyrillic, Hebrew; of Arabic what is no mark.
                0xCE..=0xD7 | 0xD9 | 0xDA => Byte::Letter,
                0xC0.. => Byte::Unclear,
                _ if byte.is_ascii_alphanumeric() => Byte::Letter,
                _ => Byte::Other,
            };
        }
        byte += 1;
    }
    bytes
}

#[inline]
fn begins(text: &[u8], at: usize) -> bool {
    // Most places are decided by two bytes.
    let byte = |at: usize| text.get(at).and_then(|byte| BYTES.get(usize::from(*byte)));
    match (byte(at), byte(at.wrapping_sub(1))) {
        (None | Some(Byte::Other | Byte::Later), _) => false,
        (Some(Byte::Single), _) => true,
        (Some(Byte::Letter | Byte::Escaped), Some(Byte::Other)) => true,
        (Some(Byte::Letter | Byte::Escaped), Some(Byte::Letter)) => false,
        (Some(Byte::Letter | Byte::Escaped), Some(Byte::Escaped)) => ends_escape(text, at),
        _ => begins_in_full(text, at),
    }
}

#[cold]
fn begins_in_full(text: &[u8], at: usize) -> bool {
    let here = match text.get(at) {
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(0xC0..) => is_letter(char_at(text, at).0),
        _ => false,
    };
    if !here || (text.get(at.wrapping_sub(1)) == Some(&b'\\') && ends_escape(text, at + 1)) {
        return false;
    }
    match char_before(text, at) {
        None => true,
        Some((char, _)) if is_letter(char) => {
            ends_escape(text, at) || is_single(char) || is_single(char_at(text, at).0)
        }
        Some(_) => joint_before(text, at).is_none(),
    }
}

/// Whether the byte before `at` is the letter of an escaped line end or tab.
pub(super) fn ends_escape(text: &[u8], at: usize) -> bool {
    matches!(text.get(at.wrapping_sub(2)..at), Some([b'\\', b'n' | b'r' | b't']))
}

#[inline(always)]
fn word_at(text: &[u8], start: usize) -> Word {
    // Most words are short and of ASCII letters.
    let eight = hash::eight_at(text, start);
    let (len, letters) = hash::letters_of(eight);
    // Zeros follow the end of the text.
    let after = eight.checked_shr(8 * u32::try_from(len).unwrap_or(8)).unwrap_or_default() & 0xFF;
    if len < 8 && after < 0x80 && after != u64::from(b'\'') {
        return Word { start, end: start + len, hash: Hash::of(letters), plain: true };
    }
    if let [letter @ 0xE5..=0xE9, second, third, ..] = eight.to_le_bytes() {
        let bytes = u64::from_le_bytes([letter, second, third, 0, 0, 0, 0, 0]);
        return Word { start, end: start + 3, hash: Hash::of(bytes), plain: true };
    }
    if len > 0 { long_word_at(text, start) } else { wide_word_at(text, start) }
}

/// A word of letters beyond ASCII: of those of two bytes, and of most of India, the bytes tell as much as the
/// characters.
#[inline(never)]
fn wide_word_at(text: &[u8], start: usize) -> Word {
    let mut hash = Hash::default();
    let mut end = start;
    while end - start < WORD_BYTES_MAX {
        match text.get(end..).unwrap_or_default() {
            [first @ 0xCE..=0xDF, second @ 0x80..=0xBF, ..] => {
                let letter = u64::from(*second) << 8 | u64::from(*first);
                let small = match (*first, *second) {
                    // Capitals, of which the small letters are in two rows.
                    (0xD0, 0x80..=0x8F) => letter + 0x1001,
                    (0xD0, 0x90..=0x9F) => letter + 0x2000,
                    (0xD0, 0xA0..=0xAF) => letter - 0x1FFF,
                    // Comma, semicolon, question mark and full stop of Arabic.
                    (0xD8, 0x8C | 0x9B | 0x9F) | (0xDB, 0x94) => break,
                    _ => letter,
                };
                hash.few(small, 2);
                end += 2;
            }
            // Full stops.
            [0xE0, 0xA5, 0xA4 | 0xA5, ..] => break,
            [0xE0, second @ 0xA4..=0xB7, third @ 0x80..=0xBF, ..] => {
                hash.few(u64::from(*third) << 16 | u64::from(*second) << 8 | 0xE0, 3);
                end += 3;
            }
            [] => break,
            [byte, ..] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'\'' => break,
            _ => return word_in_full(text, start),
        }
    }
    Word { start, end, hash: hash.finish(), plain: true }
}

fn long_word_at(text: &[u8], start: usize) -> Word {
    let mut hash = Hash::default();
    let mut end = start;
    while end - start < WORD_BYTES_MAX {
        let (len, letters) = hash::letters_of(hash::eight_at(text, end));
        if len > 0 {
            hash.eight(letters);
        }
        end += len;
        if len < 8 {
            break;
        }
    }
    if text.get(end).is_none_or(|byte| byte.is_ascii() && *byte != b'\'') {
        return Word { start, end, hash: hash.finish(), plain: true };
    }
    word_in_full(text, start)
}

#[cold]
fn word_in_full(text: &[u8], start: usize) -> Word {
    let mut hash = Hash::default();
    let mut end = start;
    let mut plain = true;
    while end - start < WORD_BYTES_MAX && end < text.len() {
        let (char, len) = char_at(text, end);
        if is_letter(char) {
            if is_single(char) && end > start {
                break;
            }
            let mut bytes = [0; 4];
            fold(char).encode_utf8(&mut bytes).bytes().for_each(|byte| hash.byte(byte));
            end += len;
            if is_single(char) {
                break;
            }
        } else if let Some(joint) = joint_at(text, end).filter(|_| end > start) {
            plain = false;
            end += joint;
        } else {
            break;
        }
    }
    Word { start, end, hash: hash.finish(), plain }
}

/// The length of an apostrophe here that a letter follows; YAML doubles them.
fn joint_at(text: &[u8], at: usize) -> Option<usize> {
    let len = match text.get(at..)? {
        [b'\'', b'\'', ..] => 2,
        [b'\'', ..] => 1,
        [0xE2, 0x80, 0x99, ..] => 3,
        _ => return None,
    };
    text.get(at + len)?.is_ascii_alphabetic().then_some(len)
}

/// The length of an apostrophe that ends here, where a letter comes before it.
fn joint_before(text: &[u8], at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let len = match before {
        [.., b'\'', b'\''] => 2,
        [.., b'\''] => 1,
        [.., 0xE2, 0x80, 0x99] => 3,
        _ => return None,
    };
    let (char, _) = char_before(text, at - len)?;
    let joins = is_letter(char) && !is_single(char) && !ends_escape(text, at - len);
    (joins && text.get(at)?.is_ascii_alphabetic()).then_some(len)
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn letters_of_two_bytes_and_of_india_are_read_like_any_other(text in r#"([aé1'’— ,।۔؟،字]|[А-яЀ-џ]|[α-ω]|[ء-ي]|[अ-ह]|ั){1,40}"#) {
            for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
                let [quick, full] = [wide_word_at(text.as_bytes(), at), word_in_full(text.as_bytes(), at)];
                prop_assert_eq!((quick.end, quick.hash, quick.plain), (full.end, full.hash, full.plain));
            }
        }

        #[test]
        fn reading_back_finds_the_words_of_reading_on(text in r#"([a-cn]|é|я|Я|ن|؟|अ|।|あ|字|[ .\\'’—]|\\n|a'b|''|[x]{60}){0,40}"#) {
            let bytes = text.as_bytes();
            let mut words = Vec::new();
            let mut at = 0;
            while let Some(word) = next(bytes, at, bytes.len()) {
                words.push((word.start, word.end, word.hash));
                at = word.end;
            }
            let mut back = Vec::new();
            let mut at = bytes.len();
            while let Some(word) = previous(bytes, at, 0) {
                back.insert(0, (word.start, word.end, word.hash));
                at = word.start;
            }
            prop_assert_eq!(words, back);
        }
    }
}
