//! Places in a decoded string to places in what it was decoded from.

use alloc::vec::Vec;

/// The escapes of a string, in order. Between two of them both forms are the same.
#[derive(Debug, Default)]
pub struct Escapes {
    all: Vec<Escape>,
}

/// Where an escape ends: in the decoded string, and as it is written.
#[derive(Debug)]
struct Escape {
    decoded: usize,
    written: usize,
}

impl Escapes {
    /// Of a JSON string without its quotes, as far as they end before the byte `until` of the decoded string.
    #[must_use]
    pub fn of_json(body: &str, until: usize) -> Escapes {
        let body = body.as_bytes();
        let mut escapes = Escapes::default();
        let (mut decoded, mut written) = (0, 0);
        while decoded < until
            && let Some(plain) =
                body.get(written..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
        {
            let escape = body.get(written + plain..).unwrap_or_default();
            let (spelled, means) = escape_sizes(escape);
            decoded += plain + means;
            written += plain + spelled;
            escapes.push(decoded, written);
        }
        escapes
    }

    /// Adds the next escape, which ends before these bytes of the decoded and of the written string.
    pub fn push(&mut self, decoded: usize, written: usize) {
        self.all.push(Escape { decoded, written });
    }

    /// Where the byte of the decoded string is written at which a character begins or ends.
    #[must_use]
    pub fn written(&self, decoded: usize) -> usize {
        let before = self.all.partition_point(|escape| escape.decoded <= decoded);
        let last = before.checked_sub(1).and_then(|last| self.all.get(last));
        last.map_or(decoded, |last| decoded + last.written - last.decoded)
    }
}

/// How many bytes the escape of a JSON string at the front is long, and how many it stands for.
fn escape_sizes(text: &[u8]) -> (usize, usize) {
    let [b'\\', b'u', digits @ ..] = text else { return (2, 1) };
    let value = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or(0);
    match digits.iter().take(4).fold(0, |code, digit| code << 4 | value(digit)) {
        0..0x80 => (6, 1),
        0x80..0x800 => (6, 2),
        // The first half of a pair; the second is written alike.
        0xD800..0xE000 => (12, 4),
        _ => (6, 3),
    }
}
