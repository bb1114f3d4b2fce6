//! What follows the name of a command.

/// What follows a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing, or what ends a command.
    Nothing,
    /// An option.
    Option,
    /// A path, a variable, a redirection, a glob, an address, another command.
    Sharp,
    /// One word, or words with the look of names.
    Word,
    /// Words.
    Prose,
}

/// What belongs to the same command, as far as it is looked at.
pub(super) fn line(rest: &str) -> &str {
    near(rest).split(['\n', '\r', ';', '|', '&', ')', '`', '}']).next().unwrap_or_default()
}

/// The operands.
pub(super) fn words(rest: &str) -> impl Iterator<Item = &str> {
    line(rest).split([' ', '\t', ',', '"', '\'']).filter(|word| !word.is_empty())
}

/// What stands close by: a look ahead that costs the same however long the text is.
pub(super) fn near(rest: &str) -> &str {
    let end = (0..=rest.len().min(NEAR_BYTES_MAX)).rev().find(|end| rest.is_char_boundary(*end));
    rest.get(..end.unwrap_or_default()).unwrap_or_default()
}

const NEAR_BYTES_MAX: usize = 256;

/// How many operands are looked at.
pub(super) const WORDS_MAX: usize = 12;

pub(super) fn operand(rest: &str, words_max: usize) -> Shape {
    let glued = rest.chars().next().is_some_and(|char| matches!(char, '<' | '>' | '`'));
    let line = line(rest);
    let ended = line.len() < rest.len();
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
    // A line break that something still has to decode ends a command too.
    if line.is_empty() || ["\\n", "\\r", "#"].iter().any(|end| rest.starts_with(end)) {
        return Shape::Nothing;
    }
    if glued {
        return Shape::Sharp;
    }
    let words = || line.split([' ', '\t', ',']).filter(|word| !word.is_empty());
    let mut shape = Shape::Prose;
    for word in words().take(words_max) {
        let bytes = word.as_bytes();
        let sharp = match bytes {
            [b'/', next, ..] => next.is_ascii_alphanumeric() || matches!(next, b'?' | b'*'),
            [b'~', ..] => bytes.len() == 1 || bytes.get(1) == Some(&b'/'),
            [b'$', next, ..] => next.is_ascii_alphabetic() || matches!(next, b'{' | b'('),
            [b'%', .., b'%'] => bytes.len() > 2,
            [b'%', b'%', ..] => true,
            [b'.', b'.' | b'/', ..] => true,
            // Not where something is compared.
            [b'<' | b'>'] => words().count() < 3,
            [b'<' | b'>', next, ..] => *next != b'=',
            [b'0'..=b'9', b'>', ..] => true,
            [b'*'] | [b'*', b'.', ..] => true,
            [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
            [drive, b':'] => drive.is_ascii_alphabetic(),
            _ => {
                word.contains("://")
                    || word.contains("=/")
                    || word.starts_with("${")
                    || is_address(word)
                    || word.contains("/etc/")
                    || word.contains('\\') && word.len() > 3
            }
        };
        if sharp {
            return Shape::Sharp;
        }
        let option = match bytes {
            [b'-', next, ..] => {
                next.is_ascii_alphanumeric()
                    || (*next == b'-' && bytes.get(2).is_some_and(u8::is_ascii_alphabetic))
            }
            // As one command alone has them.
            b"aux" | b"axu" | b"auxw" | b"auxww" => true,
            // Windows
            [b'/', next] => next.is_ascii_alphabetic(),
            _ => false,
        };
        if option {
            shape = Shape::Option;
        }
    }
    if shape == Shape::Option {
        return shape;
    }
    match words().take(4).count() {
        1 => Shape::Word,
        2 | 3 if ended => Shape::Word,
        _ => Shape::Prose,
    }
}

fn is_address(word: &str) -> bool {
    word.split('.').count() == 4 && word.split('.').all(|part| part.parse::<u8>().is_ok())
}

/// Whether the first operand is an option with a letter.
pub(super) fn leads_with_option(rest: &str) -> bool {
    let operand = rest.trim_start_matches([' ', '\t', '"', '\'']).as_bytes();
    rest.starts_with([' ', '\t', '"', '\''])
        && (matches!(operand, [b'-', next, ..] if next.is_ascii_alphabetic())
            || matches!(operand, [b'-', b'-', next, ..] if next.is_ascii_alphabetic()))
}

/// Whether the first operand is an option or a path as only Windows has them.
pub(super) fn leads_with_drive(rest: &str) -> bool {
    match rest.trim_start().as_bytes() {
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        [b'/', option, b' ', ..] => option.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Whether the first operand is an absolute path, of two names at least.
pub(super) fn leads_with_path(rest: &str) -> bool {
    rest.starts_with(' ')
        && words(rest)
            .next()
            .and_then(|word| word.strip_prefix('/'))
            .is_some_and(|path| path.trim_end_matches('/').contains('/'))
}
