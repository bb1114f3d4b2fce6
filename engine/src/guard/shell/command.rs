//! Which words are commands, and which of them need an operand to be taken for one.

use super::{Start, names, word};

/// Whether what stands here is a command. `start` is what made it a place for one.
pub(super) fn begins(text: &str, start: Start, quoted: bool) -> bool {
    let (mut written, mut rest) = word(text);
    if written.is_empty() && text.starts_with('$') && rest.starts_with(' ') {
        // A variable that is not set leaves what follows it.
        (written, rest) = word(rest.trim_start());
    }
    let raw = text.get(..text.len() - rest.len()).unwrap_or_default();
    let name = base(&written);
    // `VAR=x command`
    if let Some(value) = rest.strip_prefix('=').filter(|_| !name.is_empty()) {
        return assigned(value);
    }
    if name.is_empty() || name.len() > 32 {
        return false;
    }
    let (is_word, is_plain) = (names::is_word(name), names::is_plain(name));
    if !is_word && !is_plain {
        // Whatever lies in a folder of programs is one.
        return raw.contains("bin/")
            && start != Start::Line
            && operand(rest) != Shape::Prose
            && !raw.contains("://");
    }
    // Nobody quotes the inside of a word who does not hide it.
    let inside = raw.trim_matches(['"', '\'']);
    if is_plain && name.len() > 1 && inside.contains(['"', '\'', '\\', '^', '$']) && !inside.contains(":\\") {
        return true;
    }
    if name == "if" && batch(rest) || name == "alias" && near(rest).contains('=') {
        return true;
    }
    if PREFIXES.contains(&name) {
        let (next, _) = word(rest.trim_start_matches(['"', ' ', '\t']));
        let next = base(&next);
        if names::is_plain(next) && !names::is_word(next) {
            return true;
        }
    }
    // The quote that was opened before the name.
    if quoted {
        rest = rest.trim_start_matches(['"', '\'']);
    }
    let mut shape = operand(rest);
    if COUNTED.contains(&name)
        && shape == Shape::Word
        && line(rest).trim().bytes().all(|b| b.is_ascii_digit())
    {
        shape = Shape::Sharp;
    }
    match start {
        Start::Text => {
            shape == Shape::Sharp
                || leads_with_option(rest)
                || (!is_word
                    && (shape == Shape::Option
                        || shape == Shape::Nothing && name.len() > 4 && start == Start::Text))
        }
        Start::Semicolon | Start::Line | Start::Ampersand => {
            matches!(shape, Shape::Sharp | Shape::Option)
                || (!is_word && (shape != Shape::Prose || start == Start::Semicolon))
                || (name == "net" && shape == Shape::Word)
                || (shape == Shape::Nothing && start != Start::Line && STANDALONE.contains(&name))
                || (shape == Shape::Nothing
                    && start == Start::Line
                    && (STANDALONE.contains(&name) || !is_word))
        }
        Start::Pipe => {
            matches!(shape, Shape::Sharp | Shape::Option | Shape::Nothing)
                || !is_word
                || (name == "net" && shape == Shape::Word)
        }
        Start::Substitution => true,
        Start::Backquote => !is_word || shape != Shape::Prose,
    }
}

/// Commands whose operand is a command.
const PREFIXES: &[&str] = &[
    "which", "whereis", "time", "timeout", "nice", "watch", "sudo", "exec", "env", "nohup", "xargs",
    "command", "builtin", "man", "doas", "strace", "call", "start", "run", "net",
];
/// Commands whose operand is a number.
const COUNTED: &[&str] = &["sleep", "kill", "usleep", "timeout"];

/// Whether the first operand is an option with a letter.
fn leads_with_option(rest: &str) -> bool {
    matches!(rest.trim_start_matches([' ', '\t', '"', '\'']).as_bytes(), [b'-', next, ..] if next.is_ascii_alphabetic())
        && rest.starts_with([' ', '\t', '"', '\''])
}

/// What stands behind the `if` of a batch file.
fn batch(rest: &str) -> bool {
    let mut words = line(rest).split_whitespace().take(8).filter(|word| !matches!(*word, "not" | "/i"));
    let first = words.next().unwrap_or_default();
    matches!(first, "exist" | "defined" | "errorlevel" | "cmdextversion")
        || first.contains("==")
        || words.take(3).any(|word| {
            matches!(word, "equ" | "neq" | "lss" | "leq" | "gtr" | "geq") || word.starts_with("==")
        })
}

/// Words that end a sentence rarely, and a chain of commands often.
const STANDALONE: &[&str] = &[
    "id", "ls", "ps", "pwd", "w", "dir", "env", "cat", "df", "bash", "sh", "who", "date", "hostname", "ss",
    "uptime", "groups", "printenv", "sudo", "su", "reboot", "shutdown", "php", "perl", "python", "sleep",
    "curl", "wget",
];

/// What follows a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
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

/// What belongs to the same command.
fn line(rest: &str) -> &str {
    rest.split(['\n', '\r', ';', '|', '&', ')', '`', '}']).next().unwrap_or_default()
}

/// What stands close by: a look ahead that costs the same however long the text is.
fn near(rest: &str) -> &str {
    rest.get(..rest.len().min(256)).unwrap_or_else(|| line(rest))
}

fn operand(rest: &str) -> Shape {
    let glued = rest.chars().next().is_some_and(|char| matches!(char, '<' | '>' | '`'));
    let line = line(rest);
    let ended = line.len() < rest.len();
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
    if line.is_empty() {
        return Shape::Nothing;
    }
    if glued {
        return Shape::Sharp;
    }
    let words = || line.split([' ', '\t', ',']).filter(|word| !word.is_empty());
    let mut shape = Shape::Prose;
    for word in words().take(12) {
        let bytes = word.as_bytes();
        let sharp = match bytes {
            [b'/', next, ..] => next.is_ascii_alphanumeric() || matches!(next, b'?' | b'*'),
            [b'~', ..] => bytes.len() == 1 || bytes.get(1) == Some(&b'/'),
            [b'$', next, ..] => next.is_ascii_alphabetic() || matches!(next, b'{' | b'('),
            [b'%', .., b'%'] => bytes.len() > 2,
            [b'%', b'%', ..] => true,
            [b'.', b'.' | b'/', ..] => true,
            [b'<' | b'>', ..] | [b'0'..=b'9', b'>', ..] => true,
            [b'*'] | [b'*', b'.', ..] => true,
            [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
            [drive, b':'] => drive.is_ascii_alphabetic(),
            _ => {
                word.starts_with("http://")
                    || word.starts_with("https://")
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

/// Whether a part of a command is put into a variable, and used behind it: `a=/etc&&cat $a`
fn assigned(value: &str) -> bool {
    let (part, rest) = word(value);
    let chained = rest.starts_with([';', '&', '\n']);
    chained && (part.starts_with('/') || names::is_plain(base(&part))) && near(rest).contains('$')
}

/// The name without the folders before it and without what Windows adds.
fn base(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name);
    name.trim_start_matches(['.', '@', '-'])
}
