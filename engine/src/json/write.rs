//! Strings out to JSON.

use alloc::string::String;

use super::plain::plain_len;

/// Appends `s` as a JSON string, quotes included. The result is one line of UTF-8 whatever `s` holds.
pub fn write_string(out: &mut String, s: &str) {
    out.push('"');
    escape_into(out, s);
    out.push('"');
}

/// Like [`write_string`] for bytes that may not be UTF-8: every invalid sequence becomes U+FFFD.
pub fn write_string_bytes(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        escape_into(out, chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    out.push('"');
}

fn escape_into(out: &mut String, s: &str) {
    let mut rest = s;
    while let Some((plain, special)) = rest.split_at_checked(plain_len(rest.as_bytes())) {
        out.push_str(plain);
        let mut chars = special.chars();
        let Some(c) = chars.next() else { return };
        escape_char(out, c);
        rest = chars.as_str();
    }
}

fn escape_char(out: &mut String, c: char) {
    out.push('\\');
    match c {
        '"' | '\\' => out.push(c),
        '\n' => out.push('n'),
        '\r' => out.push('r'),
        '\t' => out.push('t'),
        _ => {
            out.push_str("u00");
            let code = c as u32;
            for digit in [code >> 4, code & 0xf] {
                out.push(char::from_digit(digit, 16).unwrap_or('0'));
            }
        }
    }
}
