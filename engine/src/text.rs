//! Small writers of text.

use alloc::string::String;

/// Appends lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).map_or('0', |digit| char::from(*digit));
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

/// Appends a number in decimal digits. The library's formatter also pads and signs: code that a call of a tool would run
/// through for nothing else.
pub(crate) fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' | (number % 10) as u8));
}

/// Appends JSON on one line: outside strings line breaks are only space, and inside they cannot stand.
pub(crate) fn push_one_line(out: &mut String, json: &str) {
    for (index, line) in json.split(['\n', '\r']).enumerate() {
        if index > 0 {
            out.push(' ');
        }
        out.push_str(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn numbers_are_written_as_the_library_writes_them() {
        for number in [0, 7, 10, 99, 100, 1_234_567_890, u64::MAX] {
            let mut text = String::new();
            push_number(&mut text, number);
            assert_eq!(text, number.to_string());
        }
    }
}
