//! Commands of a shell, and characters that make what follows them one.
//!
//! A command is looked for where a shell would begin one: at the start, behind `;`, `|`, `&`, a line break, in `$(…)`
//! and in backquotes. Its name is read as the shell would after all quoting is gone: `w'h'o\ami`, `/b?n/c?t`,
//! `${IFS}`. Names that are English words too need an operand that only a command has, and sentences that begin with
//! one, words of prose, rows of tables and code of other languages are none.

mod command;
mod names;
mod obfuscation;
mod operand;

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
        obfuscation::finds(&lower, is_document) || (!is_document && in_text(&lower, first(reading, meant)))
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

/// As what a text begins: names of commands are small letters.
fn first(text: &str, meant: bool) -> Start {
    let mut letters = text.bytes().skip_while(|b| !b.is_ascii_alphabetic());
    let is_capital = letters.next().is_some_and(|b| b.is_ascii_uppercase());
    if is_capital && letters.next().is_some_and(|b| b.is_ascii_lowercase()) {
        Start::Sentence
    } else if meant {
        Start::Argument
    } else {
        Start::Text
    }
}

fn in_text(text: &str, first: Start) -> bool {
    let begins = |start: Start, rest: &str| {
        let opens = |c| matches!(c, ' ' | '\t' | '"' | '\'' | '(' | '{' | '!' | '@' | '+' | '`');
        let here = rest.trim_start_matches(|c| opens(c) && (c != '`' || start.is_certain()));
        // The quote before the name may be one that ends inside it.
        let quoted = rest.get(..rest.len() - here.len()).is_some_and(|before| before.ends_with(['"', '\'']));
        let here = rest.get(rest.len() - here.len() - usize::from(quoted)..).unwrap_or_default();
        command::begins(here, start, quoted && !matches!(start, Start::Text | Start::Argument))
    };
    begins(first, text) || Starts::new(text).any(|(start, rest)| begins(start, rest))
}

/// What made a place one where a command begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The beginning of the string.
    Text,
    /// The beginning of a string that goes to a shell.
    Argument,
    /// The beginning of a string with a capital letter.
    Sentence,
    /// `;`
    Semicolon,
    /// `|`, `&&` and the like
    Pipe,
    /// A pipe as tables have them, with a space on either side.
    Cell,
    /// A single `&`
    Ampersand,
    /// `$(`, `<(`
    Substitution,
    /// A backquote
    Backquote,
    /// A line break
    Line,
}

impl Start {
    /// Whether nothing but a command follows in a shell, and little else in a text.
    fn is_certain(self) -> bool {
        matches!(self, Start::Semicolon | Start::Pipe | Start::Ampersand | Start::Substitution)
    }
}

/// The places behind the beginning where commands may begin, and the text from there on.
struct Starts<'t> {
    text: &'t str,
    at: usize,
    /// Whether backquotes open and close in turn, and what the next one does.
    in_pairs: bool,
    opens: bool,
    is_table: bool,
}

impl<'t> Starts<'t> {
    fn new(text: &'t str) -> Self {
        let count = |mark| text.bytes().filter(|b| *b == mark).count();
        Starts { text, at: 0, in_pairs: count(b'`') % 2 == 0, opens: true, is_table: count(b'|') > 2 }
    }
}

impl<'t> Iterator for Starts<'t> {
    type Item = (Start, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let last = self.at.checked_sub(1).and_then(|at| bytes.get(at));
            let next = bytes.get(self.at + 1).copied().unwrap_or_default();
            let opens = self.opens || !self.in_pairs;
            self.opens ^= *byte == b'`';
            let found = match (*byte, next) {
                (b';', _) => Some((Start::Semicolon, 1)),
                (b'|' | b'&', _) if next == *byte => Some((Start::Pipe, 2)),
                (b'|', b' ') if self.is_table && last.is_none_or(u8::is_ascii_whitespace) => {
                    Some((Start::Cell, 1))
                }
                (b'|', _) => Some((Start::Pipe, 1)),
                (b'&', _) if next != b'#' => Some((Start::Ampersand, 1)),
                (b'$' | b'<' | b'>', b'(') => Some((Start::Substitution, 2)),
                // In prose a backquote stands behind a space.
                (b'`', _) if opens && last.is_none_or(|last| !matches!(last, b' ' | b'(' | b'\n')) => {
                    Some((Start::Backquote, 1))
                }
                (b'\n' | b'\r', _) => Some((Start::Line, 1)),
                // Line breaks that something still has to decode.
                (b'\\', b'n' | b'r') => Some((Start::Line, 2)),
                _ => None,
            };
            self.at += found.map_or(1, |(_, len)| len);
            if let Some((start, _)) = found {
                return Some((start, self.text.get(self.at..)?));
            }
        }
        None
    }
}

/// The first word as the shell has it: quotes, backslashes, carets and empty variables gone, and what follows it.
fn word(text: &str) -> (String, &str) {
    let mut word = String::new();
    let mut rest = text;
    let mut open = None;
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
            // An apostrophe: a quote that is not closed would go on over the spaces.
            '\'' | '"' if open.is_none() && !word.is_empty() && is_apostrophe(rest) => break,
            '\'' | '"' => open = if open == Some(char) { None } else { open.or(Some(char)) },
            '\\' | '^' => {}
            '#' if !word.is_empty() => break,
            '$' if rest.starts_with("$()") => len = 3,
            '$' if rest.starts_with("$(") => break,
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

/// Whether a quote has letters behind it, and nothing that closes it in the same word.
fn is_apostrophe(text: &str) -> bool {
    let mut inside = text.bytes().take(WORD_BYTES_MAX).take_while(|b| !b.is_ascii_whitespace());
    let quote = inside.next();
    text.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) && !inside.any(|b| Some(b) == quote)
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
