//! Tokens of SQL, as the most lenient of the servers in use reads it.

use alloc::vec::Vec;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword, with dots.
    Word,
    /// A name in brackets or backquotes.
    Quoted,
    /// A variable: `@x`, `@@x`
    Variable,
    /// A number.
    Number,
    /// A literal, and whether its end is there.
    Text { quote: char, closed: bool },
    /// A comment.
    Comment,
    /// `/*!`, whose content servers execute.
    Version,
    /// Everything else.
    Mark,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    /// As written; of literals and comments what is inside.
    pub(super) text: &'t str,
    /// Whether nothing stands between it and the token before.
    pub(super) glued: bool,
    /// Where it begins in the text; of literals and comments what is inside.
    pub(super) at: usize,
}

impl Token<'_> {
    // Asked with lists of words in a hundred places, each of which would become a comparison of all of them.
    #[inline(never)]
    pub(super) fn is_word(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.contains(&self.text)
    }

    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }
}

/// Words that end a number they follow without a space: `1or 1=1`.
const BEHIND_NUMBERS: [&str; 16] = [
    "or", "and", "xor", "union", "div", "mod", "like", "rlike", "regexp", "between", "in", "is", "having",
    "order", "group", "limit",
];

const MARKS: [&str; 27] = [
    "->>", "#>>", "#>", "<=>", "!~~", "||", "&&", "<=", ">=", "<>", "!=", "==", ":=", "::", "->", "!<", "!>",
    "!~", "~*", "^=", "<@", "@>", "<<", ">>", "|/", "?|", "?&",
];

/// The tokens of lower-case text. Time and space are linear.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut in_version = false;
    let mut spliced = false;
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
        let glued = trimmed.len() == rest.len() && !found.is_empty();
        rest = trimmed;
        let Some(char) = rest.chars().next() else { break };
        let (kind, skip, len, end) = match char {
            '-' if rest.starts_with("--") => line_comment(rest, 2),
            '#' if !(rest.starts_with("#>") && found.last().is_some_and(is_json)) => line_comment(rest, 1),
            '/' if rest.starts_with("/*!") => {
                in_version = true;
                let digits = rest.bytes().skip(3).take_while(u8::is_ascii_digit).count();
                (Kind::Version, 0, 3 + digits, 0)
            }
            '/' if rest.starts_with("/*") => {
                let inside = rest.get(2..).unwrap_or_default();
                let len = inside.find("*/").unwrap_or(inside.len());
                let end = if len < inside.len() { 2 } else { 0 };
                // Between words it is a space, at the end of a text it hides what follows.
                if end > 0 {
                    rest = inside.get(len + end..).unwrap_or_default();
                    // Once may be a remark; twice is a way to write without spaces.
                    if glued && rest.starts_with(is_word) {
                        if spliced {
                            found.push(Token {
                                kind: Kind::Version,
                                text: "",
                                glued,
                                at: text.len() - rest.len(),
                            });
                        }
                        spliced = true;
                    }
                    continue;
                }
                (Kind::Comment, 2, len, end)
            }
            '*' if in_version && rest.starts_with("*/") => {
                in_version = false;
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            '\'' | '"' => literal(rest, char),
            '`' => match quoted(rest, '`') {
                Some(len) => (Kind::Quoted, 1, len, 1),
                None => literal(rest, char),
            },
            '[' => match quoted(rest, ']') {
                Some(len) => (Kind::Quoted, 1, len, 1),
                None => (Kind::Mark, 0, 1, 0),
            },
            '@' if !rest.starts_with("@>") => {
                let ats = rest.bytes().take(2).take_while(|b| *b == b'@').count();
                let name = rest.get(ats..).unwrap_or_default();
                (Kind::Variable, 0, ats + word_len(name), 0)
            }
            '0'..='9' => number(rest),
            '.' if rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => number(rest),
            _ if is_word(char) => (Kind::Word, 0, word_len(rest), 0),
            _ => {
                let mark =
                    MARKS.iter().find(|mark| rest.starts_with(**mark)).map_or(char.len_utf8(), |m| m.len());
                (Kind::Mark, 0, mark, 0)
            }
        };
        let inside = rest.get(skip..skip + len).unwrap_or_default();
        found.push(Token { kind, text: inside, glued, at: text.len() - rest.len() + skip });
        let taken = (skip + len + end).max(1);
        rest = rest.get(taken..).unwrap_or_default();
    }
    found
}

/// Whether a value was made JSON, whose operators begin like comments.
fn is_json(token: &Token<'_>) -> bool {
    token.is_word(&["json", "jsonb"])
}

type Cut = (Kind, usize, usize, usize);

fn line_comment(rest: &str, skip: usize) -> Cut {
    let inside = rest.get(skip..).unwrap_or_default();
    (Kind::Comment, skip, inside.find(['\n', '\r']).unwrap_or(inside.len()), 0)
}

/// A literal: a doubled quote and one behind a backslash are part of it.
fn literal(rest: &str, quote: char) -> Cut {
    let bytes = rest.as_bytes();
    let mark = u8::try_from(quote).unwrap_or_default();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' => at += 2,
            byte if byte == mark && bytes.get(at + 1) == Some(&mark) => at += 2,
            byte if byte == mark => return (Kind::Text { quote, closed: true }, 1, at - 1, 1),
            _ => at += 1,
        }
    }
    (Kind::Text { quote, closed: false }, 1, rest.len() - 1, 0)
}

/// Bytes of a name up to `end`; none where it is none.
fn quoted(rest: &str, end: char) -> Option<usize> {
    let inside = rest.get(1..)?;
    let len = inside.find(|char: char| !(is_word(char) || matches!(char, ' ' | '.' | '-')))?;
    (len > 0 && inside.get(len..)?.starts_with(end)).then_some(len)
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '$') || !char.is_ascii() && !char.is_whitespace()
}

/// Bytes of a word: names with dots between them, also two.
fn word_len(text: &str) -> usize {
    let mut len = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let goes_on = is_word(char)
            || (char == '.'
                && at > 0
                && chars
                    .peek()
                    .is_some_and(|(_, next)| is_word(*next) || *next == '.' && !text.starts_with('.')));
        if !goes_on {
            break;
        }
        len = at + char.len_utf8();
    }
    text.get(..len).unwrap_or_default().trim_end_matches('.').len()
}

/// A number; digits that a word goes on with are a word, unless the word is one that stands between operands.
fn number(rest: &str) -> Cut {
    let bytes = rest.as_bytes();
    if let [b'0', b'x', ..] = bytes {
        let len = bytes.iter().skip(2).take_while(|b| b.is_ascii_hexdigit()).count();
        if len > 0 {
            return (Kind::Number, 0, len + 2, 0);
        }
    }
    let mut len = bytes.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    if let Some(exponent) = bytes.get(len..)
        && let [b'e', tail @ ..] = exponent
    {
        let sign = usize::from(tail.first().is_some_and(|b| matches!(b, b'+' | b'-')));
        let digits = tail.iter().skip(sign).take_while(|b| b.is_ascii_digit()).count();
        if digits > 0 {
            len += 1 + sign + digits;
        }
    }
    let tail = rest.get(len..).unwrap_or_default();
    let word = tail.get(..word_len(tail)).unwrap_or_default();
    if word.is_empty() || BEHIND_NUMBERS.contains(&word) {
        (Kind::Number, 0, len, 0)
    } else {
        (Kind::Word, 0, len + word.len(), 0)
    }
}
