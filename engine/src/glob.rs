//! Globs: `*` stands for any run of bytes, also an empty one and also across `/`; nothing else is special.

/// Whether `text` matches `pattern`. Time is at most the product of the lengths, and linear for one `*`.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // Where to go on after a mismatch: behind the last `*`, with one more byte given to it.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                if rest.is_empty() {
                    return true;
                }
                retry = Some((rest, text));
                pattern = rest;
            }
            (Some((p, pattern_rest)), Some((t, text_rest))) if p == t => {
                (pattern, text) = (pattern_rest, text_rest);
            }
            (None, None) => return true,
            _ => match retry.and_then(|(behind, from)| Some((behind, from.split_first()?.1))) {
                Some((behind, from)) => {
                    retry = Some((behind, from));
                    (pattern, text) = (behind, from);
                }
                None => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// The definition, without care for time.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|skipped| naive(rest, &text[skipped..])),
            Some((byte, rest)) => {
                text.split_first().is_some_and(|(first, text)| first == byte && naive(rest, text))
            }
        }
    }

    #[test]
    fn agrees_with_the_definition_on_all_short_inputs() {
        let words = |alphabet: &[u8], length: u32| -> alloc::vec::Vec<alloc::string::String> {
            let base = alphabet.len();
            (0..=length)
                .flat_map(|n| (0..base.pow(n)).map(move |i| (n, i)))
                .map(|(n, mut i)| {
                    (0..n)
                        .map(|_| {
                            let c = alphabet[i % base] as char;
                            i /= base;
                            c
                        })
                        .collect()
                })
                .collect()
        };
        for pattern in words(b"ab*", 5) {
            for text in words(b"ab", 5) {
                assert_eq!(
                    matches(&pattern, &text),
                    naive(pattern.as_bytes(), text.as_bytes()),
                    "{pattern:?} on {text:?}"
                );
            }
        }
    }
}
