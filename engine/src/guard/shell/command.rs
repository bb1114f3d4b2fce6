//! Which words are commands, and which of them need an operand to be taken for one.

use super::operand::{
    Shape, WORDS_MAX, leads_with_drive, leads_with_option, leads_with_path, line, near, operand, words,
};
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
        let (_, behind) = word(value);
        let (next, rest) = word(behind.trim_start());
        let next = base(&next);
        let is_set = start.is_certain()
            && behind.starts_with(' ')
            && names::is_plain(next)
            && (!names::is_word(next) || matches!(operand(rest, WORDS_MAX), Shape::Sharp | Shape::Option));
        return is_set || assigned(value);
    }
    if name.is_empty() || name.len() > 32 || raw.contains("://") {
        return false;
    }
    if is_dot_command(&written, start) {
        return true;
    }
    let (is_word, is_plain) = (names::is_word(name), names::is_plain(name));
    if !is_word && !is_plain {
        // Whatever lies in a folder of programs is one.
        let is_program = raw.contains("bin/") && start != Start::Line;
        return is_program && operand(rest, WORDS_MAX) != Shape::Prose || runs(&written, rest, start);
    }
    // A name with a parenthesis behind it is a function of some language, one with a path before it a program.
    if is_word && rest.starts_with('(') && start != Start::Substitution {
        return false;
    }
    if raw.contains("bin/") && !matches!(start, Start::Text | Start::Argument | Start::Sentence | Start::Line)
    {
        return true;
    }
    // Nobody quotes the inside of a word who does not hide it.
    let inside = raw.trim_matches(['"', '\'']);
    let is_spliced = inside.contains(['"', '\'', '\\', '^', '$']) && !inside.contains(":\\");
    // An apostrophe that was doubled for some syntax is one of a sentence.
    if is_plain && name.len() > 1 && is_spliced && operand(rest, WORDS_MAX) != Shape::Prose {
        return true;
    }
    if name == "alias" && near(rest).contains('=') {
        return true;
    }
    if matches!(name, "if" | "while" | "until") {
        return batch(rest) || tests(rest);
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
    Call { name, raw, rest, is_word }.stands(start)
}

/// A name of a command, and what stands around it.
struct Call<'t> {
    name: &'t str,
    /// The name as it is written, with its path.
    raw: &'t str,
    /// What follows it.
    rest: &'t str,
    /// Whether it is a word of sentences too.
    is_word: bool,
}

impl Call<'_> {
    /// Whether what follows the name makes it a command where `start` stands before it.
    fn stands(&self, start: Start) -> bool {
        let Call { name, raw, rest, is_word } = *self;
        let is_count = || line(rest).trim().bytes().all(|b| b.is_ascii_digit());
        let shape = match operand(rest, WORDS_MAX) {
            Shape::Word if COUNTED.contains(&name) && is_count() => Shape::Sharp,
            shape => shape,
        };
        match start {
            // Who tells somebody to find or print something begins with a capital letter, or has words of English between
            // that and a path.
            Start::Sentence if words(rest).nth(1).is_some() => {
                leads_with_option(rest) || leads_with_drive(rest)
            }
            Start::Text | Start::Argument if is_word && words(rest).nth(2).is_some() => {
                let is_english =
                    words(rest).next().is_some_and(|word| word.bytes().all(|b| b.is_ascii_alphabetic()));
                !is_english && matches!(shape, Shape::Sharp | Shape::Option)
            }
            // Where it goes to a shell, a name and a word or two behind it are enough.
            Start::Argument
                if !is_word
                    && name.len() > 2
                    && rest.starts_with(' ')
                    && (1..=2).contains(&words(rest).count()) =>
            {
                true
            }
            Start::Text | Start::Argument | Start::Sentence => {
                shape == Shape::Sharp
                    || leads_with_option(rest)
                    || (!is_word
                        && (shape == Shape::Option
                            || shape == Shape::Nothing
                                && (name.len() > 4 && !raw.contains('/') || raw.contains("bin/"))))
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
            Start::Cell if is_word && matches!(shape, Shape::Nothing | Shape::Word | Shape::Prose) => false,
            Start::Cell => shape != Shape::Prose,
            Start::Substitution => true,
            Start::Backquote => !is_word || shape != Shape::Prose,
        }
    }
}

/// Whether the operand is what a shell tests: `[ -f x ]`, `true; then`.
fn tests(rest: &str) -> bool {
    ["[", "! "].iter().any(|sign| rest.trim_start().starts_with(sign))
        || ["; then", ";then", "; do", ";do"].iter().any(|word| near(rest).contains(word))
}

/// `.shell ls` as one database's command line has it.
fn is_dot_command(written: &str, start: Start) -> bool {
    matches!(start, Start::Semicolon | Start::Line)
        && matches!(written, ".shell" | ".system" | ".import" | ".load")
}

/// Whether a name that is in no list is run like a command: behind an operator and with an option or a path, or as a
/// file that is one.
fn runs(written: &str, rest: &str, start: Start) -> bool {
    const ENDS: [&str; 6] = [".exe", ".bat", ".cmd", ".ps1", ".vbs", ".sh"];
    let name = written.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_name = name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b));
    let is_operator = start.is_certain() || start == Start::Backquote;
    is_operator
        && is_name
        && (ENDS.iter().any(|end| name.ends_with(end))
            || leads_with_option(rest)
            || (start != Start::Ampersand && leads_with_path(rest)))
}

/// Commands whose operand is a command.
const PREFIXES: &[&str] = &[
    "which", "whereis", "time", "timeout", "nice", "watch", "sudo", "exec", "env", "nohup", "xargs",
    "command", "builtin", "man", "doas", "strace", "call", "start", "run", "net",
];
/// Commands whose operand is a number.
const COUNTED: &[&str] = &["sleep", "kill", "usleep", "timeout"];

/// What stands behind the `if` of a batch file.
fn batch(rest: &str) -> bool {
    let mut words = line(rest).split_whitespace().take(8).filter(|word| !matches!(*word, "not" | "/i"));
    let first = words.next().unwrap_or_default();
    matches!(first, "exist" | "defined" | "errorlevel" | "cmdextversion")
        || first.contains("==")
        || words.take(3).any(|word| matches!(word, "equ" | "neq" | "lss" | "leq" | "gtr" | "geq"))
}

/// Words that end a sentence rarely, and a chain of commands often.
const STANDALONE: &[&str] = &[
    "id", "ls", "ps", "pwd", "w", "dir", "env", "cat", "df", "bash", "sh", "who", "date", "hostname", "ss",
    "uptime", "groups", "printenv", "sudo", "su", "reboot", "shutdown", "php", "perl", "python", "sleep",
    "curl", "wget",
];

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
