//! Finds values that are assigned to names which say that they are secret, in whatever notation.

mod name;
mod value;
mod weak;
mod words;

use core::ops::Range;

use name::{Name, Says};

use super::pattern::Bytes;
use super::secret::run;
use super::trigger::{Gram, Set};
use super::{Findings, Kind, Text};

pub(super) use value::{BASE64, made_up, nominal, random, stands_in, weak};

/// Where the words of such names begin.
pub(super) const GRAMS: &[Gram] = &[
    Gram::literal(b"toke"),
    Gram::literal(b"secr"),
    Gram::literal(b"pass"),
    Gram::literal(b"pswd"),
    Gram::literal(b"senh"),
    Gram::literal(b"pwd"),
    Gram::literal(b"cred"),
    Gram::literal(b"auth"),
    Gram::literal(b"apik"),
    Gram::literal(b"bear"),
    Gram::literal(b"webh"),
    Gram::literal(b"cook"),
    Gram::literal(b"crum"),
    Gram::literal(b"salt"),
    short(b"jwt"),
    short(b"dsn"),
    short(b"pat"),
    short(b"api"),
    Gram::of([Set::of(b"p"), Set::of(b"w"), Set::LETTER.not(), Set::ANY], 0),
    Gram::literal(b"key"),
];

/// A word of three letters that ends there.
const fn short(word: &[u8; 3]) -> Gram {
    let [a, b, c] = *word;
    Gram::of([Set::of(&[a]), Set::of(&[b]), Set::of(&[c]), Set::LETTER.not()], 0)
}

/// Looks at the name whose word begins at `at`.
pub(super) fn look(text: &Text<'_>, at: usize, found: &mut dyn Findings) -> usize {
    let named = Name::at(text.bytes, at).filter(|name| !name.is_plain());
    let place = named.and_then(|name| value_of(text.bytes, &name).or_else(|| weak::pair(text.bytes, &name)));
    let Some((kind, place)) = place else {
        return at + 1;
    };
    let end = place.end;
    found.report(kind, place);
    end
}

/// The secret that is assigned to this name.
fn value_of(bytes: &[u8], name: &Name<'_>) -> Option<(Kind, Range<usize>)> {
    let mut start = assigned(bytes, name)?;
    if start.quote.is_none() && name.hands_on(bytes, start.at) {
        return None;
    }
    for _ in 0..WORDS_MAX {
        let value = bytes.get(start.judged(bytes))?;
        if let Some(kind) = judged(bytes, name, &start, value) {
            return Some((kind, start.whole(bytes)));
        }
        // Several words may stand in an element.
        let next = blanks(bytes, start.at + value.len());
        if !matches!(start.joint, Joint::Tag) || next == start.at + value.len() {
            return None;
        }
        start.at = next;
    }
    None
}

/// What the value is where it is assigned to this name.
#[inline(never)]
fn judged(bytes: &[u8], name: &Name<'_>, start: &Start, value: &[u8]) -> Option<Kind> {
    // The argument behind a file, a member set to a variable of its name.
    let same = start.quote.is_none() && bytes.get(..name.end)?.ends_with(value);
    if same || (start.loose && name.is_extension()) {
        return None;
    }
    // Most are words, and then the name need not be looked at further.
    let chosen = name.is_password() || (name.is_secret() && start.is_string());
    let says = if value::may_be(value, chosen) { name.says() } else { None }?;
    // Where nothing but a blank joins them, a password has to look like one by itself.
    let says = match says {
        Says::Password if start.loose => Says::Token,
        Says::Password if start.told => Says::Login,
        says => says,
    };
    value::secret(value, says).or_else(|| weak::password(bytes, name, start, value))
}

/// Looks at the text as a whole, where the name of its member says that it is secret.
pub(super) fn whole(text: &Text<'_>, found: &mut dyn Findings) {
    let Some(says) = text.key.and_then(|key| name::whole(key.as_bytes())) else {
        return;
    };
    let start = scheme(text.bytes, 0, true);
    let value = text.bytes.get(start..).unwrap_or(&[]);
    let judged = value.get(..value.len().min(value::JUDGED_MAX)).unwrap_or(&[]);
    if value.iter().any(u8::is_ascii_whitespace) {
        return;
    }
    let short = value.len() <= value::JUDGED_MAX;
    let is_word = || says == Says::Password && short && !is_name(text.key, value) && value::guessed(value);
    let kind = value::secret(judged, says).or_else(|| is_word().then_some(Kind::Weak));
    if let Some(kind) = kind {
        found.report(kind, start..text.bytes.len());
    }
}

/// Whether the value repeats its name, or that is so short that it says many things.
fn is_name(key: Option<&str>, value: &[u8]) -> bool {
    key.is_none_or(|key| key.len() <= b"pass".len() || key.as_bytes().eq_ignore_ascii_case(value))
}

/// How far a value may be from its name: a type, an operator and some space lie between them.
const BLANKS_MAX: usize = 32;
const OPERATOR_MAX: usize = 5;
const TYPE_MAX: usize = 24;
const SCHEME_MAX: usize = 16;
const ENTRY_MAX: usize = 64;
const MEMBERS_MAX: usize = 256;
/// How many words of an element are looked at.
const WORDS_MAX: usize = 4;
/// A quote inside an attribute of HTML.
const QUOT: &[u8] = b"&quot;";

/// Where a value begins, and what ends it.
struct Start {
    at: usize,
    quote: Option<u8>,
    /// Whether its quotes are escaped: it is a string within a string.
    is_escaped: bool,
    /// Whether nothing but blanks joins it to its name, and the name is no option of a command; or both are in a list.
    loose: bool,
    /// Whether a sentence quotes it: the password is "so and so".
    told: bool,
    joint: Joint,
    /// Whether it follows its name as in a file of variables.
    close: bool,
    /// Whether a list or an object opens before it.
    inside: bool,
}

impl Start {
    /// Whether it is a string of code or JSON.
    fn is_string(&self) -> bool {
        matches!(self.quote, Some(b'"' | b'\'')) && !self.inside
    }

    /// The part of the value that is judged: its beginning, and what stands before another assignment, so that a
    /// chain of those is not read again from each link.
    fn judged(&self, bytes: &[u8]) -> Range<usize> {
        let value = self.value(bytes, value::JUDGED_MAX);
        let judged = bytes.get(value.clone()).unwrap_or(&[]);
        let chained =
            judged.windows(2).position(|pair| matches!(pair, [b'=', b] if b.is_ascii_alphanumeric()));
        match chained.filter(|_| self.quote.is_none()) {
            Some(length) => self.at..self.at + length,
            None => value,
        }
    }

    /// The value, of which at most so many bytes are read. Empty where it shows soon that it is something else; what
    /// comes after the part that is judged only says how long it is.
    #[inline(never)]
    fn value(&self, bytes: &[u8], most: usize) -> Range<usize> {
        let end = match self.quote {
            None => run(bytes, self.at, most, |b| IN_BARE.has(b)),
            Some(mark) => run(bytes, self.at, most, |b| b != mark && b != b'\\' && !b.is_ascii_whitespace()),
        };
        let next = bytes.get(end).filter(|_| end - self.at < value::JUDGED_MAX);
        match (self.quote, next) {
            // A tag is closed.
            (None, Some(b'<')) if bytes.get(end + 1) == Some(&b'/') => {}
            // A call, an element of something else, a sentence.
            (None, Some(b'(' | b'[' | b'<' | b'{')) | (Some(_), Some(b' ' | b'\t')) => {
                return self.at..self.at;
            }
            (Some(_), _) => return self.at..end,
            (None, _) => {}
        }
        let value = bytes.get(self.at..end).unwrap_or(&[]);
        let trailing = value.iter().rev().take_while(|b| matches!(b, b'.' | b':' | b'?')).count();
        self.at..end - trailing
    }
}

impl Start {
    /// The value to its end. Where it is judged by what stands before an escape, what follows that belongs to it as well.
    fn whole(&self, bytes: &[u8]) -> Range<usize> {
        let mut value = self.value(bytes, usize::MAX);
        let Some(mark) = self.quote else { return value };
        while let Some(rest) = bytes.get(value.end..) {
            let escape = match rest {
                // Quotes that are themselves escaped end with a backslash, and inside of them there are three.
                [b'\\', b'\\', b'\\', quote, ..] if *quote == mark && self.is_escaped => 4,
                [b'\\', escaped, ..] if escaped.is_ascii_whitespace() => break,
                [b'\\', quote, ..] if *quote == mark && self.is_escaped => break,
                [b'\\', _, ..] => 2,
                _ => break,
            };
            let behind = value.end + escape;
            value.end =
                run(bytes, behind, usize::MAX, |b| b != mark && b != b'\\' && !b.is_ascii_whitespace());
        }
        value
    }
}

/// Where the value assigned to this name begins.
fn assigned(bytes: &[u8], name: &Name<'_>) -> Option<Start> {
    // The name's own quotes and brackets.
    let closed =
        run(bytes, name.end, 4, |b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'}' | b'*'));
    let closed =
        if bytes.get(closed..closed + QUOT.len()) == Some(QUOT) { closed + QUOT.len() } else { closed };
    let (at, joint) = match (entry(bytes, closed), attributes(bytes, name)) {
        (Some(at), _) => (at, Joint::Operator),
        (None, Some(at)) => (at, Joint::Tag),
        (None, None) => joint(bytes, name.end, closed)?,
    };
    let at = blanks(bytes, at);
    let at = entry(bytes, at).unwrap_or(at);
    let block = matches!(joint, Joint::Operator).then(|| block(bytes, at)).flatten();
    let mut at = block.unwrap_or(at);
    let next_line = run(bytes, at, 2, |b| matches!(b, b'\n' | b'\r'));
    let wraps = next_line > at;
    let only_quoted = match joint {
        Joint::Operator | Joint::Blank | Joint::Verb => wraps && block.is_none(),
        Joint::Tag => false,
        Joint::Call => true,
    };
    at = blanks(bytes, next_line);
    let open = at;
    at = run(bytes, at, 2, |b| matches!(b, b'[' | b'(' | b'{'));
    let inside = at > open;
    // A prefix of a string literal.
    if matches!(bytes.get(at..at + 2), Some([b'b' | b'r' | b'f' | b'u' | b'L' | b'@', b'"' | b'\''])) {
        at += 1;
    }
    let is_escaped = bytes.get(at) == Some(&b'\\');
    let (quote, at) = quote(bytes, at).map_or((None, at), |(mark, behind)| (Some(mark), behind));
    let at = if name.takes_cookie() { cookie(bytes, at) } else { at };
    let start = scheme(bytes, at, name.takes_scheme());
    // A quote that opens, not the end of a string before more code.
    let opens =
        matches!(quote, Some(b'"' | b'\'')) && bytes.get(start).is_some_and(u8::is_ascii_alphanumeric);
    (quote.is_some() || !only_quoted || start > at).then_some(Start {
        at: start,
        quote,
        is_escaped,
        loose: match joint {
            Joint::Blank => !name.is_option() && !opens,
            Joint::Call => wraps,
            _ => false,
        },
        told: matches!(joint, Joint::Verb) && opens && !name.is_any(),
        joint,
        inside,
        close: matches!(bytes.get(name.end..at), Some(b"=" | b": " | b"=\"" | b"='" | b": \"" | b": '")),
    })
}

/// What joins a name and its value.
#[derive(Clone, Copy)]
enum Joint {
    Operator,
    Blank,
    /// `is`.
    Verb,
    /// The end of a tag, whose text may be on the next line.
    Tag,
    /// A comma or bracket: such a value is in quotes, or it is another name.
    Call,
}

/// Behind what joins the name, of which quotes and brackets are `closed`, and its value.
fn joint(bytes: &[u8], end: usize, closed: usize) -> Option<(usize, Joint)> {
    let at = blanks(bytes, closed);
    // `.=` appends, `!=` compares.
    let dotted = at + usize::from(matches!(bytes.get(at..at + 2), Some(b".=" | b"!=")));
    let operator = run(bytes, dotted, OPERATOR_MAX, |b| matches!(b, b'=' | b':' | b'?' | b'|' | b'>' | b'~'));
    match bytes.get(dotted..operator) {
        Some(b":") => return Some((annotation(bytes, operator).unwrap_or(operator), Joint::Operator)),
        Some(b">") => return Some((operator, Joint::Tag)),
        Some([_, ..]) => return Some((operator, Joint::Operator)),
        _ => {}
    }
    match bytes.get(at)? {
        b',' if closed > end => Some((at + 1, Joint::Call)),
        b'(' => Some((at + 1, Joint::Call)),
        b'-' if at > closed && bytes.get(at + 1) == Some(&b' ') => Some((at + 1, Joint::Blank)),
        // `=`, encoded.
        b'%' if matches!(bytes.get(at + 1..at + 3), Some(b"3D" | b"3d")) => Some((at + 3, Joint::Operator)),
        _ if at > closed => {
            let word =
                [&b"is "[..], b"was "].into_iter().find(|word| bytes.get(at..at + word.len()) == Some(word));
            match (word, annotation(bytes, at).filter(|_| closed == end)) {
                (Some(word), _) => Some((at + word.len(), Joint::Verb)),
                (None, Some(behind)) => Some((behind, Joint::Operator)),
                (None, None) => Some((at, Joint::Blank)),
            }
        }
        _ => None,
    }
}

/// Behind the attributes of the tag of this name: `<pass encoding="plain">`.
fn attributes(bytes: &[u8], name: &Name<'_>) -> Option<usize> {
    let in_tag = name.is_tag() && bytes.get(name.end) == Some(&b' ');
    let end = run(bytes, name.end, if in_tag { ENTRY_MAX } else { 0 }, |b| {
        !matches!(b, b'>' | b'<' | b'/' | b'\n')
    });
    (bytes.get(end) == Some(&b'>') && end > name.end).then_some(end + 1)
}

/// Behind the sign of YAML that the value is the text of the lines below, `key: |-`.
#[inline(never)]
fn block(bytes: &[u8], at: usize) -> Option<usize> {
    matches!(bytes.get(at)?, b'|' | b'>').then_some(())?;
    let end = run(bytes, at + 1, 2, |b| matches!(b, b'-' | b'+' | b'1'..=b'9'));
    matches!(bytes.get(end)?, b'\n' | b'\r').then_some(end)
}

/// Behind the type that some languages put between a name and its value.
fn annotation(bytes: &[u8], at: usize) -> Option<usize> {
    let at = blanks(bytes, at);
    let end = run(bytes, at, TYPE_MAX, |b| {
        b.is_ascii_alphabetic() || matches!(b, b'&' | b'*' | b'<' | b'>' | b'[' | b']' | b'_' | b'?')
    });
    let equals = blanks(bytes, end);
    (end > at && bytes.get(equals) == Some(&b'=') && bytes.get(equals + 1) != Some(&b'='))
        .then_some(equals + 1)
}

/// Behind `value:`, `value=` and the like, where a list of names and values is written out, or a variable's default.
#[inline(never)]
fn entry(bytes: &[u8], at: usize) -> Option<usize> {
    let begins = run(bytes, at, ENTRY_MAX, in_entry);
    let opens = || bytes.get(at..begins).is_some_and(|skipped| skipped.contains(&b'{'));
    member(bytes, begins, b"value")
        .or_else(|| member(bytes, begins, b"default"))
        .or_else(|| if opens() { later(bytes, begins) } else { None })
}

/// Behind `default:`, where members that tell the type and the use of a variable come before it.
#[cold]
fn later(bytes: &[u8], at: usize) -> Option<usize> {
    let end = run(bytes, at, MEMBERS_MAX, |b| !matches!(b, b'{' | b'}' | b'[' | b']'));
    let mut parts = (at..end).filter(|at| matches!(bytes.get(*at), Some(b',' | b'\n')));
    parts.find_map(|at| member(bytes, run(bytes, at, ENTRY_MAX, in_entry), b"default"))
}

/// Behind the name of this member, which is at `at`, and the sign that gives it a value.
fn member(bytes: &[u8], at: usize, name: &[u8]) -> Option<usize> {
    bytes.get(at..at + name.len())?.eq_ignore_ascii_case(name).then_some(())?;
    let at = run(bytes, at + name.len(), 2, |b| matches!(b, b'"' | b'\''));
    let at = blanks(bytes, at);
    matches!(bytes.get(at), Some(b':' | b'=')).then(|| blanks(bytes, at + 1))
}

fn in_entry(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b'{' | b'"' | b'\'')
}

/// Schemes of the Authorization header that other names take over.
const SCHEMES: &[&[u8]] = &[b"bearer", b"basic", b"token", b"bot", b"apikey"];

/// Behind the scheme of an Authorization header.
#[inline(never)]
fn scheme(bytes: &[u8], at: usize, any: bool) -> usize {
    let end = run(bytes, at, SCHEME_MAX, |b| b.is_ascii_alphanumeric() || b == b'-');
    let behind = run(bytes, end, 2, |b| b == b' ');
    let known = |scheme: &[u8]| {
        any && scheme.first().is_some_and(u8::is_ascii_alphabetic)
            || SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme))
    };
    let value = bytes.get(behind).is_some_and(|b| IN_BARE.has(*b) && *b != b'=');
    if behind > end && value && bytes.get(at..end).is_some_and(known) { behind } else { at }
}

/// Behind the name of a cookie.
fn cookie(bytes: &[u8], at: usize) -> usize {
    let end = run(bytes, at, TYPE_MAX, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    if bytes.get(end) == Some(&b'=') { end + 1 } else { at }
}

#[inline(never)]
fn quote(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    match bytes.get(at..)? {
        [mark @ (b'"' | b'\'' | b'`'), ..] => Some((*mark, at + 1)),
        [b'\\', mark @ (b'"' | b'\''), ..] => Some((*mark, at + 2)),
        quot if quot.starts_with(QUOT) => Some((b'&', at + QUOT.len())),
        _ => None,
    }
}

static IN_BARE: Bytes = Bytes::ALNUM.or(&Bytes::of(b"_-./+=~!@#$%^*:?|"));

#[inline(never)]
fn blanks(bytes: &[u8], at: usize) -> usize {
    run(bytes, at, BLANKS_MAX, |b| matches!(b, b' ' | b'\t'))
}

#[cfg(test)]
mod tests;
