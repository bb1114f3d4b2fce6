//! Paths of files as the programs behind a tool may read them.
//!
//! What a tool does with a path is unknown: some decode `%2e`, some take `\` for `/`, all resolve `..`. A path is judged
//! as each of these readers would, and where they differ the answer is unknown. Nothing is copied.

use crate::truth::Truth;

/// Whether `path` is `base` or lies below it.
///
/// `base` is plain: absolute or relative, without `.`, `..`, empty segments, `%` and `\`; the compiler sees to it.
/// Unknown where readers differ, where one path is relative and the other is not, where a relative path leaves the place
/// it starts from, and where there are characters that end paths for some readers or look like others.
#[must_use]
pub fn is_under(path: &str, base: &str) -> Truth {
    if path.is_empty() || path.chars().any(is_deceptive) || path.contains("://") {
        return Truth::UNKNOWN;
    }
    let plain = Reading { decodes: false, backslash: false };
    let mut truth = under(path, base, plain);
    let escapes = path.contains('%');
    if escapes && (!decodes_well(path) || truth == Truth::UNKNOWN) {
        return Truth::UNKNOWN;
    }
    for reading in [
        Reading { decodes: false, backslash: true },
        Reading { decodes: true, backslash: false },
        Reading { decodes: true, backslash: true },
    ] {
        if reading.decodes && !escapes {
            continue;
        }
        if under(path, base, reading) != truth {
            truth = Truth::UNKNOWN;
        }
    }
    truth
}

/// How a reader takes a path.
#[derive(Clone, Copy)]
struct Reading {
    /// `%2e` is `.`
    decodes: bool,
    /// `\` is `/`
    backslash: bool,
}

/// Characters that some readers cut a path at, leave out, or take for `.`, `/` or `\`.
fn is_deceptive(char: char) -> bool {
    char.is_control()
        || matches!(char, '．' | '／' | '＼' | '∕' | '⁄' | '․' | '‥' | '…' | '﹨' | '∖' | '％')
        || matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether every escape stands for a printable character that is no further escape, and none for a control character
/// or a byte that no UTF-8 has, such as overlong forms of `.` and `/`.
fn decodes_well(path: &str) -> bool {
    let bytes = path.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            at += 1;
            continue;
        }
        match escape(bytes, at) {
            Some(0..=0x1f | 0x7f | b'%' | 0xc0 | 0xc1 | 0xf5..) => return false,
            // A percent sign that is no escape is itself for some readers, an error for others.
            None => return false,
            Some(_) => at += 3,
        }
    }
    true
}

/// The byte that an escape at `at` stands for.
fn escape(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(at + 1)? << 4 | digit(at + 2)?).ok()
}

/// A path's bytes as a reader has them.
struct Bytes<'p> {
    bytes: &'p [u8],
    at: usize,
    reading: Reading,
}

impl Iterator for Bytes<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let mut byte = *self.bytes.get(self.at)?;
        if byte == b'%'
            && self.reading.decodes
            && let Some(decoded) = escape(self.bytes, self.at)
        {
            byte = decoded;
            self.at += 2;
        }
        self.at += 1;
        Some(if byte == b'\\' && self.reading.backslash { b'/' } else { byte })
    }
}

/// Walks the segments of `path`, and keeps how many of the first segments of `base` it is below.
fn under(path: &str, base: &str, reading: Reading) -> Truth {
    let bytes = || Bytes { bytes: path.as_bytes(), at: 0, reading };
    let absolute = bytes().next() == Some(b'/');
    if absolute != base.starts_with('/') || is_drive(path) || path.starts_with('~') {
        return Truth::UNKNOWN;
    }
    let segments = || base.split('/').filter(|segment| !segment.is_empty());
    // How deep the path is so far, and how many of its first segments are those of the base.
    let (mut depth, mut common) = (0_usize, 0_usize);
    let mut rest = bytes().peekable();
    while rest.peek().is_some() {
        let expected = segments().nth(common).filter(|_| depth == common).unwrap_or("").as_bytes();
        let (mut len, mut dots, mut equal) = (0_usize, 0_usize, true);
        for byte in rest.by_ref().take_while(|byte| *byte != b'/') {
            equal &= expected.get(len) == Some(&byte);
            dots += usize::from(byte == b'.');
            len += 1;
        }
        match (len, dots) {
            (0, _) | (1, 1) => {}
            (2, 2) if depth == 0 && !absolute => return Truth::UNKNOWN,
            (2, 2) => {
                depth = depth.saturating_sub(1);
                common = common.min(depth);
            }
            _ => {
                common += usize::from(depth == common && equal && len == expected.len());
                depth += 1;
            }
        }
    }
    Truth::of(common == segments().count())
}

/// `C:`, which leaves the tree of the base.
fn is_drive(path: &str) -> bool {
    let bytes = path.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::is_under;
    use crate::truth::Truth;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[track_caller]
    fn expect(truth: Truth, base: &str, paths: &[&str]) {
        for path in paths {
            assert_eq!(is_under(path, base), truth, "{path:?} under {base}");
        }
    }

    #[test]
    fn paths_at_and_below_the_base_are_under_it() {
        expect(
            Truth::TRUE,
            "/srv/data",
            &[
                "/srv/data",
                "/srv/data/",
                "/srv//data/./x",
                "/srv/data/a/../b",
                "/srv/other/../data/x",
                "/../srv/data",
                "/srv/data/%20x",
                "/srv/data/…".trim_end_matches('…'),
                "/srv/data/...",
                "/srv/data/ünï",
            ],
        );
        expect(Truth::TRUE, "docs", &["docs", "docs/a", "./docs/a", "docs/../docs", "x/../docs/y"]);
        expect(Truth::TRUE, "/", &["/", "/etc", "/../.."]);
    }

    #[test]
    fn paths_elsewhere_are_not() {
        expect(
            Truth::FALSE,
            "/srv/data",
            &[
                "/srv",
                "/",
                "/srv/database",
                "/srv/dat",
                "/srv/data/..",
                "/srv/data/../../etc/passwd",
                "/etc/srv/data",
                "/srv/data/../../srv",
                "/srv/x/data",
                "/SRV/data",
            ],
        );
        expect(Truth::FALSE, "docs", &["doc", "src/docs", "docs/.."]);
    }

    #[test]
    fn what_readers_differ_about_is_unknown() {
        expect(
            Truth::UNKNOWN,
            "/srv/data",
            &[
                "",
                "srv/data",
                "~/x",
                "C:/srv/data",
                "file:///srv/data",
                "/srv/data/%2e%2e/x",
                "/srv/data/%2E./x",
                "/srv/data/..%2fx",
                "/srv/data/a\\..\\..\\x",
                "/srv\\data",
                "/srv/data/%252e%252e/x",
                "/srv/data/%c0%ae%c0%ae/x",
                "/srv/data/%00",
                "/srv/data/%zz",
                "/srv/data/x\0.png",
                "/srv/data/x\n",
                "/srv/data/．．/x",
                " /srv/data",
                "\\srv\\data",
            ],
        );
        expect(Truth::UNKNOWN, "docs", &["/docs", "../docs", "docs/../../docs", ".."]);
    }

    #[cfg(not(target_family = "wasm"))]
    mod random {
        use super::*;
        use alloc::string::String;
        use alloc::vec::Vec;
        use proptest::prelude::*;

        /// Resolving with a stack, as a file system does.
        fn resolved(path: &str) -> Vec<&str> {
            let mut stack = Vec::new();
            for segment in path.split('/') {
                match segment {
                    "" | "." => {}
                    ".." => {
                        stack.pop();
                    }
                    name => stack.push(name),
                }
            }
            stack
        }

        proptest! {
            #[test]
            fn agrees_with_resolving(
                base in prop::collection::vec("[ab]", 0..3),
                path in prop::collection::vec(prop::sample::select(["a", "b", "..", ".", "", "aa"].as_slice()), 0..8),
            ) {
                let path: String = path.iter().flat_map(|segment| ["/", segment]).collect();
                prop_assume!(!path.is_empty());
                let under = resolved(&path).starts_with(&base.iter().map(String::as_str).collect::<Vec<_>>());
                let base = alloc::format!("/{}", base.join("/"));
                prop_assert_eq!(is_under(&path, &base), Truth::of(under), "{} under {}", path, base);
            }

            #[test]
            fn no_encoding_turns_one_certain_answer_into_the_other(
                path in "/(a|b|\\.|\\.\\.)(/(a|b|\\.|\\.\\.)){0,4}",
                encoded in prop::collection::vec(any::<bool>(), 32),
            ) {
                let spelled: String = path.bytes().zip(encoded).map(|(byte, encode)| match encode {
                    true => alloc::format!("%{byte:02x}"),
                    false => char::from(byte).into(),
                }).collect();
                let (plain, spelled) = (is_under(&path, "/a"), is_under(&spelled, "/a"));
                prop_assert!(spelled == plain || spelled == Truth::UNKNOWN);
            }

            #[test]
            fn any_text_has_an_answer(path: String) {
                let _ = is_under(&path, "/srv");
            }
        }
    }
}
