//! What of a string stands in JSON as it is.

use crate::lanes;

/// How many bytes are before the first quote, backslash or control byte. Bytes above 0x7f are plain: the text is UTF-8
/// already.
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    lanes::find(bytes, |byte| (byte < 0x20) | (byte == b'"') | (byte == b'\\')).unwrap_or(bytes.len())
}
