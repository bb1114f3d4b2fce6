//! Commands of a shell, and characters that make what follows them one.
//!
//! A command is looked for where a shell would begin one: at the start, behind `;`, `|`, `&`, a line break, in `$(…)`
//! and in backquotes. Its name is read as the shell would after all quoting is gone: `w'h'o\ami`, `/b?n/c?t`,
//! `${IFS}`. Names that are English words too need an operand that only a command has.

mod command;
mod names;
mod obfuscation;

use alloc::string::String;

use super::decode::any_reading;

/// Lines of a string that is a value rather than a document with examples.
const LINES_MAX: usize = 6;
/// The same, with a fence in it.
const FENCED_LINES_MAX: usize = 2;

/// Whether the string is, or holds, a command. `meant` says that the string is known to go to a shell; otherwise a
/// document may quote commands, and only what no document shows is reason enough.
pub(super) fn finds(text: &str, meant: bool) -> bool {
    any_reading(text, |reading| {
        let lower = reading.to_ascii_lowercase();
        let is_document = !meant && is_document(&lower);
        obfuscation::finds(&lower, is_document) || (!is_document && in_text(&lower))
    })
}

/// Lines, also those of JSON inside the string. Empty ones do not count, lest anybody hide behind them.
fn is_document(text: &str) -> bool {
    let has_words = |line: &&str| line.split_whitespace().filter(|word| word.len() > 1).nth(1).is_some();
    // A fence is how documents show what is not theirs.
    let lines = if text.contains("```") { FENCED_LINES_MAX } else { LINES_MAX };
    text.len() > VALUE_BYTES_MAX
        || text.split(['\n', '\r']).flat_map(|line| line.split("\\n")).filter(has_words).nth(lines).is_some()
}

/// Bytes of a string that is a value rather than a document.
const VALUE_BYTES_MAX: usize = 1500;

fn in_text(text: &str) -> bool {
    let mut start = Start::Text;
    let mut before = ' ';
    let mut rest = text;
    loop {
        let here = rest.trim_start_matches([' ', '\t', '"', '\'', '(', '{', '!', '@', '+']);
        let quoted = rest.len() != here.len() && start != Start::Text;
        if command::begins(here, start, quoted) {
            return true;
        }
        let Some((next, sign, behind)) = next_start(rest, before) else { return false };
        start = next;
        before = sign;
        rest = behind;
    }
}

/// What made a place one where a command begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The beginning of the string.
    Text,
    /// `;`
    Semicolon,
    /// `|`, `&&` and the like
    Pipe,
    /// A single `&`
    Ampersand,
    /// `$(`, `<(`
    Substitution,
    /// A backquote
    Backquote,
    /// A line break
    Line,
}

/// The next such place, the character before the text that is left, and that text.
fn next_start(text: &str, before: char) -> Option<(Start, char, &str)> {
    let bytes = text.as_bytes();
    let mut last = u8::try_from(before).unwrap_or(b'x');
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let found = match (*byte, next) {
            (b';', _) => Some((Start::Semicolon, 1)),
            (b'|' | b'&', _) if next == *byte => Some((Start::Pipe, 2)),
            (b'|', _) => Some((Start::Pipe, 1)),
            (b'&', _) if next != b'#' => Some((Start::Ampersand, 1)),
            (b'$' | b'<' | b'>', b'(') => Some((Start::Substitution, 2)),
            // In prose a backquote stands behind a space.
            (b'`', _) if at == 0 && before == ' ' || !matches!(last, b' ' | b'(' | b'\n') => {
                Some((Start::Backquote, 1))
            }
            (b'`', _) if matches!(next, b' ' | b'`') => None,
            (b'\n' | b'\r', _) => Some((Start::Line, 1)),
            // Line breaks that something still has to decode.
            (b'\\', b'n' | b'r') => Some((Start::Line, 2)),
            _ => None,
        };
        if let Some((start, len)) = found {
            return Some((start, char::from(*byte), text.get(at + len..)?));
        }
        last = *byte;
        at += 1;
    }
    None
}

/// The first word as the shell has it: quotes, backslashes, carets and empty variables gone, and what follows it.
fn word(text: &str) -> (String, &str) {
    let mut word = String::new();
    let mut rest = text;
    for _ in 0..WORD_BYTES_MAX {
        let Some(char) = rest.chars().next() else { break };
        let mut len = char.len_utf8();
        match char {
            // A line break that something still has to decode.
            '\\' if !word.is_empty()
                && matches!(
                    rest.as_bytes(),
                    [_, b'n' | b'r'] | [_, b'n' | b'r', b'\\' | b' ' | b'\'', ..]
                ) =>
            {
                break;
            }
            '\'' | '"' | '\\' | '^' => {}
            '$' => match empty_variable(rest) {
                Some(variable) => len = variable,
                None => word.push('$'),
            },
            ' ' | '\t' | '\n' | '\r' | ';' | '|' | '&' | '<' | '>' | '(' | ')' | '`' | ',' | '}' | '{'
            | '=' => break,
            _ => word.push(char),
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    (word, rest)
}

/// Longest word that is looked at: no name of a command is longer.
const WORD_BYTES_MAX: usize = 160;

/// `$@`, `$*`, `$u`, `${x}`: nothing, where it was not set.
fn empty_variable(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    match bytes.get(1)? {
        b'@' | b'*' | b'!' | b'#' | b'?' | b'-' | b'_' | b'0'..=b'9' => Some(2),
        b'{' => {
            let len = bytes.iter().skip(2).take(32).position(|b| *b == b'}')?;
            (!text.get(2..2 + len)?.starts_with("ifs")).then_some(len + 3)
        }
        byte if byte.is_ascii_alphabetic() => {
            Some(1 + bytes.iter().skip(1).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count())
        }
        _ => None,
    }
}
