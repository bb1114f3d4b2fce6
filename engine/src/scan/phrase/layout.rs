//! How a text is laid out around a word: where clauses and lines begin, what is in capitals, what is an address.

use core::ops::Range;

use super::{char, word};

/// Whether a new clause begins at this place: after a mark, at a line's start. `Err` where a word decides.
pub(super) fn clause_starts(text: &[u8], at: usize) -> Result<bool, usize> {
    let start = at;
    let mut at = at;
    for _ in 0..8 {
        if word::ends_escape(text, at) {
            return Ok(true);
        }
        match char::char_before(text, at) {
            None => return Ok(true),
            Some((' ' | '\t' | '*' | '_' | '"' | '\'' | '`', len)) => at -= len,
            Some((char, _)) if char.is_alphanumeric() => return Err(at),
            // Words joined by a hyphen are one: a host of mail is no order to mail.
            Some(('-', 1)) if joins(text, at - 1, start) => return Err(at - 1),
            Some(_) => return Ok(true),
        }
    }
    Ok(true)
}

/// Whether the hyphen at this place joins the word that begins at `start` to one before it.
fn joins(text: &[u8], hyphen: usize, start: usize) -> bool {
    let before = hyphen.checked_sub(1).and_then(|before| text.get(before));
    hyphen + 1 == start && before.is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a line begins at this place, but for indentation and quoting marks.
pub(super) fn line_starts(text: &[u8], at: usize) -> bool {
    let mut at = at;
    for _ in 0..16 {
        if word::ends_escape(text, at) {
            return true;
        }
        match char::char_before(text, at) {
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
pub(super) fn is_address(text: &[u8], word: &Range<usize>) -> bool {
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
