//! `pattern`: regular expressions of ECMA-262, which match anywhere in the text, as automata of the table, which match
//! all of it.
//!
//! The two languages differ in what `.`, `\d`, `\s`, `\w`, `\b` and brackets mean. So a pattern is taken apart and
//! written anew, every character as its number.

use std::{fmt::Write, iter::Peekable, str::Chars, sync::Arc};

use crate::regex::{self, RegexError};

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Z_a-z";
/// WhiteSpace and LineTerminator of ECMA-262.
const SPACE: &str = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";
const NO_LINE_END: &str = r"[^\n\r\x{2028}\x{2029}]";

/// The automaton of a pattern, or why there is none.
pub(super) fn compile(pattern: &str) -> Result<Arc<[u8]>, String> {
    let translated = translate(pattern)?;
    regex::compile(&format!("(?s:.*)(?:{translated})(?s:.*)")).map_err(|error| match error {
        RegexError::Syntax(_) => "it is no regular expression that can be made an automaton".to_owned(),
        error => error.to_string(),
    })
}

/// The pattern in the syntax of the crate `regex`.
fn translate(pattern: &str) -> Result<String, String> {
    let mut rest = pattern.chars().peekable();
    let mut out = String::new();
    while let Some(char) = rest.next() {
        match char {
            '\\' => match escape(&mut rest, false)? {
                Item::Char(char) => literal(&mut out, char),
                Item::Class(class) => out.push_str(&class),
                Item::Boundary(negated) => out.push_str(if negated { r"(?-u:\B)" } else { r"(?-u:\b)" }),
            },
            '.' => out.push_str(NO_LINE_END),
            '[' => class(&mut rest, &mut out)?,
            '(' => group(&mut rest, &mut out)?,
            ')' | '|' | '*' | '+' | '?' | '^' | '$' => out.push(char),
            '{' => counted(&mut rest, &mut out)?,
            char => literal(&mut out, char),
        }
    }
    Ok(out)
}

/// A character, or several.
enum Item {
    Char(char),
    /// A class in brackets.
    Class(String),
    /// `\b`, or `\B`.
    Boundary(bool),
}

fn escape(rest: &mut Peekable<Chars>, in_class: bool) -> Result<Item, String> {
    let unsupported = |what: &str| Err(format!("`{what}` has no automaton here"));
    let Some(char) = rest.next() else { return Err("it ends in `\\`".to_owned()) };
    Ok(match char {
        'd' => Item::Class(format!("[{DIGIT}]")),
        'D' => Item::Class(format!("[^{DIGIT}]")),
        'w' => Item::Class(format!("[{WORD}]")),
        'W' => Item::Class(format!("[^{WORD}]")),
        's' => Item::Class(format!("[{SPACE}]")),
        'S' => Item::Class(format!("[^{SPACE}]")),
        'b' if in_class => Item::Char('\u{8}'),
        'b' | 'B' if !in_class => Item::Boundary(char == 'B'),
        'p' | 'P' => {
            let name = braced(rest).ok_or("`\\p` has no `{…}`")?;
            Item::Class(format!("[\\{char}{{{name}}}]"))
        }
        't' => Item::Char('\t'),
        'n' => Item::Char('\n'),
        'v' => Item::Char('\u{b}'),
        'f' => Item::Char('\u{c}'),
        'r' => Item::Char('\r'),
        '0' if !rest.peek().is_some_and(char::is_ascii_digit) => Item::Char('\0'),
        'c' => match rest.next().filter(char::is_ascii_alphabetic) {
            Some(letter) => Item::Char(char::from(letter as u8 & 0x1f)),
            None => return unsupported("\\c"),
        },
        'x' => Item::Char(number(rest, 2)?),
        'u' if rest.peek() == Some(&'{') => {
            let digits = braced(rest).unwrap_or_default();
            let char = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
            Item::Char(char.ok_or("`\\u{…}` is no character")?)
        }
        'u' => Item::Char(number(rest, 4)?),
        '1'..='9' | 'k' => return unsupported("a back-reference"),
        char if char.is_ascii_alphanumeric() => return unsupported(&format!("\\{char}")),
        char => Item::Char(char),
    })
}

/// A character by its number of that many hexadecimal digits. Halves of a pair are one character.
fn number(rest: &mut Peekable<Chars>, digits: usize) -> Result<char, String> {
    let one = |rest: &mut Peekable<Chars>| {
        (0..digits).try_fold(0_u32, |number, _| Some(number * 16 + rest.next()?.to_digit(16)?))
    };
    let bad = || "an escape is no character".to_owned();
    let first = one(rest).ok_or_else(bad)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).ok_or_else(bad);
    }
    let second = (rest.next() == Some('\\') && rest.next() == Some('u')).then(|| one(rest)).flatten();
    let second = second.filter(|second| (0xdc00..0xe000).contains(second)).ok_or_else(bad)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(bad)
}

/// What stands in braces, of which the first comes next.
fn braced(rest: &mut Peekable<Chars>) -> Option<String> {
    rest.next_if_eq(&'{')?;
    let mut inside = String::new();
    loop {
        match rest.next()? {
            '}' => return Some(inside),
            char if char.is_ascii_alphanumeric() || char == '_' || char == '=' => inside.push(char),
            _ => return None,
        }
    }
}

/// What stands behind `[`, up to its `]`. No bracket or operator inside means anything here.
fn class(rest: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut items = String::new();
    let item = |rest: &mut Peekable<Chars>| match rest.next() {
        None => Err("a `[` is not closed".to_owned()),
        Some('\\') => escape(rest, true),
        Some(char) => Ok(Item::Char(char)),
    };
    while rest.next_if_eq(&']').is_none() {
        let first = item(rest)?;
        let mut ahead = rest.clone();
        let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']');
        if !is_range {
            push(&mut items, first);
            continue;
        }
        rest.next();
        match (first, item(rest)?) {
            (Item::Char(first), Item::Char(last)) => {
                literal(&mut items, first);
                items.push('-');
                literal(&mut items, last);
            }
            (first, last) => {
                [first, Item::Char('-'), last].into_iter().for_each(|item| push(&mut items, item))
            }
        }
    }
    match (items.is_empty(), negated) {
        (true, true) => out.push_str("(?s:.)"),
        (true, false) => out.push_str(r"[^\x{0}-\x{10ffff}]"),
        (false, _) => {
            // Writing to a string cannot fail, here and below.
            let _ = write!(out, "[{}{items}]", if negated { "^" } else { "" });
        }
    }
    Ok(())
}

fn push(items: &mut String, item: Item) {
    match item {
        Item::Char(char) => literal(items, char),
        Item::Class(class) => items.push_str(&class),
        Item::Boundary(_) => {} // Not in brackets.
    }
}

fn group(rest: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    if rest.next_if_eq(&'?').is_none() {
        out.push('(');
        return Ok(());
    }
    match rest.next() {
        Some(':') => out.push_str("(?:"),
        Some('<') if !matches!(rest.peek(), Some('=' | '!')) => {
            // The name is of no use here.
            rest.by_ref().take_while(|char| *char != '>').for_each(drop);
            out.push_str("(?:");
        }
        Some('=' | '!' | '<') => return Err("it looks ahead or behind, which an automaton cannot".to_owned()),
        _ => return Err("`(?` begins nothing that ECMA-262 has".to_owned()),
    }
    Ok(())
}

/// `{n}`, `{n,}` or `{n,m}` behind `{`; what only looks like it is itself.
fn counted(rest: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    let mut ahead = rest.clone();
    let inside: String = ahead.by_ref().take_while(|char| *char != '}').collect();
    let (least, most) = inside.split_once(',').unwrap_or((&inside, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if least.is_empty() || !digits(least) || !digits(most) {
        literal(out, '{');
        return Ok(());
    }
    let _ = write!(out, "{{{inside}}}");
    *rest = ahead;
    Ok(())
}

fn literal(out: &mut String, char: char) {
    let _ = write!(out, "\\x{{{:x}}}", u32::from(char));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let pattern = format!("(?s:.*)(?:{})(?s:.*)", translate(pattern).unwrap());
        ::regex::Regex::new(&format!(r"\A(?:{pattern})\z")).unwrap().is_match(text)
    }

    #[test]
    fn patterns_match_as_in_ecmascript() {
        for (pattern, yes, no) in [
            ("b", &["abc", "b"][..], &["ac", ""][..]),
            ("^a", &["ab"], &["ba"]),
            ("a$", &["ba"], &["ab", "a\n"]),
            ("^a|b$", &["ax", "xb"], &["xa", "bx"]),
            ("^.$", &["a", "ü", "\u{85}"], &["\n", "\r", "\u{2028}", "ab"]),
            (r"^\d+$", &["12"], &["١٢", ""]),
            (r"^\w+$", &["a_1"], &["ü"]),
            (r"^\s$", &[" ", "\u{feff}", "\u{a0}", "\u{b}"], &["\u{85}", "x"]),
            (r"^[\w.-]+$", &["a-b.c"], &["a b"]),
            (r"^[\w-.]+$", &["a-b.c"], &["a b"]),
            (r"^[a&&b]+$", &["&ab"], &["c"]),
            (r"^[[a]+$", &["[a"], &["b"]),
            (r"^[^\s@]+@[^\s@]+$", &["a@b"], &["a @b"]),
            (r"^[\b]$", &["\u{8}"], &["b"]),
            (r"\bcat\b", &["a cat.", "ücatü"], &["cats"]),
            (r"^\/[\/\-]\x41\u0042\u{43}\cA\0$", &["//ABC\u{1}\0"], &["/ABC"]),
            (r"^\ud83d\ude00$", &["😀"], &["x"]),
            ("^(?<year>[0-9]{4})(?:-[0-9]{2,})?$", &["2026", "2026-123"], &["26", "2026-1"]),
            ("^[^]$", &["\n"], &[""]),
            ("^x{,2}$", &["x{,2}"], &["xx"]),
            ("#x y", &["a#x y"], &["xy"]),
            (r"^\p{Lu}$", &["Ü"], &["ü"]),
        ] {
            for text in yes {
                assert!(matches(pattern, text), "{pattern} does not match {text:?}");
            }
            for text in no {
                assert!(!matches(pattern, text), "{pattern} matches {text:?}");
            }
        }
        assert!(!matches("[]", "a") && !matches("[]", ""));
    }

    #[test]
    fn what_no_automaton_can_do_is_said() {
        for pattern in [
            "(?=a)",
            "(?!a)b",
            "(?<=a)b",
            r"(a)\1",
            r"(?<x>a)\k<x>",
            "(?i)a",
            r"\Aa\Z",
            "[a",
            "a\\",
            "(",
            "[z-a]",
            r"\ud83d",
        ] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
        compile("^(?!x)").unwrap_err();
    }
}
