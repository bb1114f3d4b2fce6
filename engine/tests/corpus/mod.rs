//! Outside corpora, read where they lie beside the repository.

use serde_json::Value;

/// The lines of a corpus; `None`, said aloud, where it is absent.
pub(crate) fn lines(name: &str) -> Option<Vec<Value>> {
    let path = format!("{}/../../shared/corpora/{name}", env!("CARGO_MANIFEST_DIR"));
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()),
        Err(_) => {
            eprintln!("skipped: no corpus at {path}");
            None
        }
    }
}

/// Decodes standard base64.
pub(crate) fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, c| bits << 6 | u32::from(value(*c)));
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend(bits.to_be_bytes().iter().skip(1).take(group.len() - 1));
    }
    bytes
}
