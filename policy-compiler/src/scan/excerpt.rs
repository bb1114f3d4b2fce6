//! What may be shown of a source around a finding: never a confidential value, and nothing that a terminal obeys.

use std::collections::HashSet;

use super::Finding;
use crate::source::{Source, Span};

/// Characters shown on either side of a finding.
const AROUND_CHARS: usize = 32;
/// Characters shown of a finding itself.
const VALUE_CHARS: usize = 80;
/// How far a word is followed beyond what was found of it.
const WORD_BYTES_MAX: usize = 4096;
/// Shorter words say nothing wherever else they stand.
const WORD_BYTES_MIN: usize = 4;

/// A line of text with a finding in it.
pub(super) struct Excerpt {
    pub(super) before: String,
    pub(super) value: String,
    pub(super) after: String,
}

/// The places of a source whose text is not shown.
pub(super) struct Excerpts<'s> {
    source: &'s Source,
    /// In order, without overlap.
    hidden: Vec<Span>,
    /// The words of those places: where they stand once more, a detector may miss what leads to them.
    words: HashSet<&'s str>,
}

impl<'s> Excerpts<'s> {
    pub(super) fn new(source: &'s Source, findings: &[Finding]) -> Self {
        let confidential = findings.iter().filter(|finding| finding.detector.confidential);
        let mut spans: Vec<Span> =
            confidential.map(|finding| whole_word(&source.text, finding.span)).collect();
        spans.sort_by_key(|span| span.start);
        let mut hidden: Vec<Span> = Vec::new();
        for span in spans {
            match hidden.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => hidden.push(span),
            }
        }
        let words = hidden.iter().flat_map(|span| words(source.slice(*span)));
        let words = words.filter(|word| is_word_of(word) && word.len() >= WORD_BYTES_MIN).collect();
        Self { source, hidden, words }
    }

    pub(super) fn of(&self, finding: &Finding) -> Excerpt {
        let text = self.source.text.as_str();
        let span = if finding.detector.confidential { whole_word(text, finding.span) } else { finding.span };
        // Only so far, because the line may be megabytes long.
        let before = text.get(..span.start).unwrap_or_default();
        let (mut start, mut is_cut) = (span.start, false);
        for (count, (at, char)) in before.char_indices().rev().enumerate() {
            is_cut = char != '\n' && count == AROUND_CHARS;
            if is_cut || char == '\n' {
                break;
            }
            start = at;
        }
        let after = text.get(span.end..).unwrap_or_default();
        let mut rest = after.char_indices().enumerate();
        let end = rest.find(|(count, (_, char))| *count == AROUND_CHARS || matches!(char, '\n' | '\r'));
        let (length, more) = match end {
            Some((_, (at, char))) => (at, if matches!(char, '\n' | '\r') { "" } else { "…" }),
            None => (after.len(), ""),
        };
        let end = span.end + length;
        let first = self.shown(Span { start, end: span.start });
        // What a line is indented by says nothing.
        let first = if is_cut { format!("…{first}") } else { first.trim_start().to_owned() };
        Excerpt {
            before: first,
            value: shortened(&self.shown(span)),
            after: format!("{}{more}", self.shown(Span { start: span.end, end })),
        }
    }

    /// The text of the span, with what is hidden left out.
    fn shown(&self, span: Span) -> String {
        let mut shown = String::new();
        let mut from = span.start;
        let first = self.hidden.partition_point(|hidden| hidden.end <= span.start);
        for hidden in self.hidden.get(first..).unwrap_or_default() {
            if hidden.start >= span.end {
                break;
            }
            shown.push_str(&visible(self.source.slice(Span { start: from, end: hidden.start.max(from) })));
            shown.push_str(&format!("[{} bytes]", hidden.end - hidden.start));
            from = hidden.end;
        }
        if from < span.end {
            self.push(&mut shown, Span { start: from, end: span.end });
        }
        shown
    }

    /// Writes what is not hidden for its place, but for words that are hidden elsewhere.
    fn push(&self, shown: &mut String, span: Span) {
        let mut is_escaped = false;
        for word in words(self.source.slice(span)) {
            // The first letter may be an escape's: `\n`.
            let behind = word.get(1..).filter(|_| is_escaped).unwrap_or_default();
            if self.words.contains(word) || self.words.contains(behind) {
                shown.push_str(&format!("[{} bytes]", word.len()));
            } else {
                shown.push_str(&visible(word));
            }
            is_escaped = word.ends_with('\\');
        }
    }
}

/// The words of a text, and what is between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.as_bytes().chunk_by(|a, b| is_word(a) == is_word(b)).scan(0, |at, bytes| {
        let start = *at;
        *at += bytes.len();
        // Bytes of one character are of one kind.
        text.get(start..*at)
    })
}

fn is_word_of(text: &str) -> bool {
    text.as_bytes().first().is_some_and(is_word)
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/_-.~%".contains(byte) || *byte >= 0x80
}

/// The span with what adjoins it of the same word: a detector that finds a part must not leave the rest to be read.
fn whole_word(text: &str, span: Span) -> Span {
    let before = text.as_bytes().get(..span.start).unwrap_or_default();
    let after = text.as_bytes().get(span.end..).unwrap_or_default();
    Span {
        start: span.start - before.iter().rev().take(WORD_BYTES_MAX).take_while(|byte| is_word(byte)).count(),
        // Base64 ends in `=`; in front of a value it belongs to the name.
        end: span.end
            + after.iter().take(WORD_BYTES_MAX).take_while(|byte| is_word(byte) || **byte == b'=').count(),
    }
}

/// The text with control characters, and characters that nobody sees, spelled out.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => visible.push_str("\\n"),
            _ if char.is_control() || is_unseen(char) => visible.extend(char.escape_unicode()),
            _ => visible.push(char),
        }
    }
    visible
}

/// Characters without a width, that reorder text, or that look like a space and are none.
fn is_unseen(char: char) -> bool {
    matches!(u32::from(char),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpts, visible};
    use crate::{
        scan::{Detector, Finding, Severity},
        source::{Source, Span},
    };

    fn finding(text: &str, value: &str, confidential: bool) -> Finding {
        let start = text.find(value).expect("it is there");
        Finding {
            detector: Detector { name: "test".to_owned(), severity: Severity::High, confidential },
            span: Span { start, end: start + value.len() },
            path: String::new(),
            message: String::new(),
        }
    }

    fn shown(text: &str, findings: &[Finding]) -> Vec<String> {
        let source = Source { path: String::new(), text: text.to_owned() };
        let excerpts = Excerpts::new(&source, findings);
        let all = findings.iter().map(|finding| excerpts.of(finding));
        all.map(|excerpt| format!("{}<{}>{}", excerpt.before, excerpt.value, excerpt.after)).collect()
    }

    #[test]
    fn no_confidential_value_is_shown_not_even_as_the_surroundings_of_another() {
        let text = "user=ann password=open,sesame token=abcdef";
        let findings = [
            finding(text, "ann", false),
            finding(text, "open,sesame", true),
            // Only a part of the word is found.
            finding(text, "bcd", true),
        ];
        assert_eq!(
            shown(text, &findings),
            [
                "user=<ann> password=[11 bytes] token=[6 bytes]…",
                "user=ann password=<[11 bytes]> token=[6 bytes]",
                "…=ann password=[11 bytes] token=<[6 bytes]>",
            ]
        );
    }

    #[test]
    fn a_confidential_value_is_not_shown_where_it_was_not_found_either() {
        let text = r#"password=sesame9 here\nsesame9: ignore "sesame9", sesame99"#;
        let findings = [finding(text, "sesame9", true), finding(text, "ignore", false)];
        let shown = shown(text, &findings);
        assert_eq!(shown[1], r#"password=[7 bytes] here\[8 bytes]: <ignore> "[7 bytes]", sesame99"#);
    }

    #[test]
    fn only_the_line_and_a_part_of_it_are_shown() {
        let text = format!("first\n{} here {}\nlast", "x".repeat(100), "y".repeat(100));
        let shown = shown(&text, &[finding(&text, "here", false)]);
        assert_eq!(shown, [format!("…{} <here> {}…", "x".repeat(31), "y".repeat(31))]);
        let long = "z".repeat(500);
        assert_eq!(super::shortened(&long).chars().count(), super::VALUE_CHARS + 1);
    }

    #[test]
    fn nothing_reaches_the_terminal_that_it_obeys_or_that_nobody_sees() {
        assert_eq!(visible("a\u{1b}[0m\u{202e}b\u{e0041}\nc é"), "a\\u{1b}[0m\\u{202e}b\\u{e0041}\\nc é");
    }
}
