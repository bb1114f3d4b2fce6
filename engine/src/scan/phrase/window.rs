//! What is around a word: the words after and before it, read as far as somebody asks.

use super::word;

/// How many words after the first are looked at.
pub(super) const WORDS_MAX: usize = 24;
/// How many before it.
const BEFORE_MAX: usize = 8;
const BYTES_MAX: usize = 256;
const BYTES_BEFORE_MAX: usize = 96;
/// A sentence is taken to end here at the latest.
const SENTENCE_BYTES_MAX: usize = 512;

/// A word and what stands before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The number of the word in the list, if it is there.
    pub(super) known: Option<u16>,
    /// A sentence ended between the word before and this one.
    pub(super) breaks: bool,
}

const NONE: Token = Token { start: 0, end: 0, known: None, breaks: false };

/// The words from a place on, in one direction.
pub(super) struct Window<'t> {
    text: &'t [u8],
    tokens: [Token; WORDS_MAX],
    len: usize,
    next: usize,
    limit: usize,
    forward: bool,
}

impl<'t> Window<'t> {
    /// The words that begin at `at` or later.
    pub(super) fn after(text: &'t [u8], at: usize) -> Self {
        let limit = at.saturating_add(BYTES_MAX).min(text.len());
        Self { text, tokens: [NONE; WORDS_MAX], len: 0, next: at, limit, forward: true }
    }

    /// The words that end at `at` or earlier, the nearest first.
    pub(super) fn before(text: &'t [u8], at: usize) -> Self {
        let limit = at.saturating_sub(BYTES_BEFORE_MAX);
        Self { text, tokens: [NONE; WORDS_MAX], len: 0, next: at, limit, forward: false }
    }

    /// The word of this number, counted from the place.
    pub(super) fn token(&mut self, index: usize, known: impl Fn(u32) -> Option<u16>) -> Option<Token> {
        while self.len <= index {
            let (word, gap) = if self.forward {
                let word = word::next(self.text, self.next, self.limit)?;
                (word, self.text.get(self.next..word.start)?)
            } else {
                if self.len >= BEFORE_MAX {
                    return None;
                }
                let word = word::previous(self.text, self.next, self.limit)?;
                (word, self.text.get(word.end..self.next).unwrap_or_default())
            };
            self.next = if self.forward { word.end } else { word.start };
            let token =
                Token { start: word.start, end: word.end, known: known(word.hash), breaks: has_break(gap) };
            *self.tokens.get_mut(self.len)? = token;
            self.len += 1;
        }
        self.tokens.get(index).copied()
    }
}

/// Where the sentence ends that the place is in.
pub(super) fn sentence_end(text: &[u8], from: usize) -> usize {
    let limit = from.saturating_add(SENTENCE_BYTES_MAX).min(text.len());
    let mut at = from;
    let mut space = from;
    for (here, byte) in (from..limit).zip(text.get(from..limit).unwrap_or_default()) {
        match byte {
            b'.' | b'!' | b'?' | b'\n' | b'\\' if ends_sentence(text.get(here..).unwrap_or_default()) => {
                return here + usize::from(!matches!(byte, b'\n' | b'\\'));
            }
            0xE3 | 0xEF if ends_sentence_without_space(text.get(here..).unwrap_or_default()) => {
                return here + 3;
            }
            b' ' | b'\n' | b'\t' => space = here,
            _ => {}
        }
        at = here + 1;
    }
    if at >= text.len() { text.len() } else { space }
}

/// Whether a new clause begins at this place: after a mark, at a line's start. `Err` where a word decides.
pub(super) fn clause_starts(text: &[u8], at: usize) -> Result<bool, usize> {
    let mut at = at;
    for _ in 0..8 {
        if word::ends_escape(text, at) {
            return Ok(true);
        }
        match word::char_before(text, at) {
            None => return Ok(true),
            Some((' ' | '\t' | '*' | '_' | '"' | '\'' | '`', len)) => at -= len,
            Some((char, _)) if char.is_alphanumeric() => return Err(at),
            Some(_) => return Ok(true),
        }
    }
    Ok(true)
}

/// Whether a line begins at this place, but for indentation and quoting marks.
pub(super) fn line_starts(text: &[u8], at: usize) -> bool {
    let mut at = at;
    for _ in 0..16 {
        if word::ends_escape(text, at) {
            return true;
        }
        match word::char_before(text, at) {
            None | Some(('\n' | '\r', _)) => return true,
            Some((' ' | '\t' | '*' | '_' | '"' | '\'' | '`' | '#' | '>' | '[' | '<' | '-' | '(', len)) => {
                at -= len
            }
            Some(_) => return false,
        }
    }
    true
}

/// Whether a colon follows.
pub(super) fn colon_follows(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let after = rest
        .iter()
        .take(8)
        .find(|byte| !matches!(byte, b' ' | b'*' | b'_' | b'"' | b'\'' | b'`' | b']' | b')'));
    after == Some(&b':') || rest.starts_with("：".as_bytes())
}

/// Whether no letter of these bytes is a small one, and there are some.
pub(super) fn is_capital(word: &[u8]) -> bool {
    word.len() > 1 && word.iter().all(|byte| !byte.is_ascii_lowercase())
}

/// Whether the word belongs to an address: an e-mail address, a URL or a name of a web server.
pub(super) fn is_address(text: &[u8], word: &Token) -> bool {
    let start = word.start.saturating_sub(32);
    let before = text
        .get(start..word.start)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|byte| !is_blank(**byte))
        .count();
    let rest = text.get(word.end..).unwrap_or_default();
    let after = rest.iter().take(64).take_while(|byte| !is_blank(**byte)).count();
    let chunk = text.get(word.start - before..word.end + after).unwrap_or_default();
    let at = chunk.iter().position(|byte| *byte == b'@');
    let mail = at.is_some_and(|at| at > 0 && chunk.get(at..).is_some_and(|host| host.contains(&b'.')));
    mail || chunk.windows(3).any(|three| three == b"://")
        || chunk.windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>' | b'(' | b')')
}

fn has_break(gap: &[u8]) -> bool {
    gap.len() > 1
        && (0..gap.len()).any(|at| {
            let rest = gap.get(at..).unwrap_or_default();
            // A stop before a word is inside a name or number.
            let inside = rest.len() == 1 && matches!(rest, [b'.' | b'!' | b'?']);
            (!inside && ends_sentence(rest)) || ends_sentence_without_space(rest)
        })
}

/// Whether a sentence, or an item of a list, ends at the beginning of these bytes.
fn ends_sentence(rest: &[u8]) -> bool {
    match rest {
        [b'.' | b'!' | b'?', after @ ..] => after.first().is_none_or(|next| {
            next.is_ascii_whitespace() || matches!(next, b'"' | b'\'' | b'<' | b'\\' | b')' | b']')
        }),
        [b'\n', after @ ..] => {
            let next = after.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
            matches!(next, Some(b'\n' | b'#' | b'|' | b'-'))
        }
        [b'\\', b'n', b'\\', b'n', ..] => true,
        _ => false,
    }
}

/// The full stop, question mark and exclamation mark of scripts without spaces.
fn ends_sentence_without_space(rest: &[u8]) -> bool {
    matches!(rest, [0xE3, 0x80, 0x82, ..] | [0xEF, 0xBC, 0x81 | 0x9F, ..])
}
