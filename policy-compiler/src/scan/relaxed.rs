//! JSON as editors and clients let people write it: with comments and trailing commas.

/// A text taken apart; every byte keeps its place, and spaces stand where the other part is.
pub(super) struct Relaxed {
    /// Without comments and trailing commas.
    pub(super) json: String,
    /// The comments, where there are any.
    pub(super) comments: Option<String>,
}

/// Takes comments and trailing commas out of a text.
pub(super) fn relaxed(text: &str) -> Relaxed {
    let mut json = text.as_bytes().to_vec();
    let mut comments: Vec<(usize, usize)> = Vec::new();
    let mut comma = None;
    let mut at = 0;
    while let Some(byte) = json.get(at).copied() {
        let rest = json.get(at..).unwrap_or_default();
        let end = match byte {
            b'"' => at + string_bytes(rest),
            b'/' if rest.starts_with(b"//") => {
                let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                at + length.unwrap_or(rest.len())
            }
            b'/' if rest.starts_with(b"/*") => {
                let close = rest.windows(2).skip(2).position(|two| two == b"*/");
                close.map_or(json.len(), |close| at + close + 4)
            }
            _ => at + 1,
        };
        if byte == b'/' && end > at + 1 {
            comments.push((at, end));
            blank(&mut json, at, end);
            at = end;
            continue;
        }
        if matches!(byte, b'}' | b']')
            && let Some(comma) = comma
        {
            blank(&mut json, comma, comma + 1);
        }
        if !byte.is_ascii_whitespace() {
            comma = (byte == b',').then_some(at);
        }
        at = end;
    }
    // A mark at the beginning is no part of the text, and three spaces are as long.
    if json.starts_with(&[0xEF, 0xBB, 0xBF]) {
        blank(&mut json, 0, 3);
    }
    let comments = (!comments.is_empty()).then(|| {
        let mut others = text.as_bytes().to_vec();
        let mut from = 0;
        for (start, end) in comments {
            blank(&mut others, from, start);
            from = end;
        }
        let length = others.len();
        blank(&mut others, from, length);
        utf8(others)
    });
    Relaxed { json: utf8(json), comments }
}

/// Puts spaces there; lines stay lines.
fn blank(bytes: &mut [u8], from: usize, to: usize) {
    let inside = bytes.get_mut(from..to).unwrap_or_default();
    inside.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
}

/// Only whole runs between ASCII characters were changed, so it is what it was.
fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_default()
}

/// How long the string is that these bytes begin with.
fn string_bytes(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::relaxed;

    #[test]
    fn comments_and_trailing_commas_become_spaces_and_strings_stay() {
        for (text, json, comments) in [
            ("{\"a\": 1, // one\n}", "{\"a\": 1        \n}", "         // one\n "),
            ("{\"a\": 1 // ü\r}", "{\"a\": 1      \r}", "        // ü\r "),
            ("/* x */[1,2 , /**/ ]", "       [1,2        ]", "/* x */       /**/  "),
            (r#"{"u": "http://x/*y*/", "e": "\",]"}"#, r#"{"u": "http://x/*y*/", "e": "\",]"}"#, ""),
            ("\u{feff}{}", "   {}", ""),
            ("[1,,2]", "[1,,2]", ""),
            ("\"open", "\"open", ""),
            ("[1,2/* open", "[1,2       ", "    /* open"),
            ("[1/2]", "[1/2]", ""),
        ] {
            let found = relaxed(text);
            assert_eq!(
                (found.json.as_str(), found.comments.as_deref().unwrap_or_default()),
                (json, comments)
            );
            assert_eq!(found.json.len(), text.len());
        }
    }
}
