//! Names that say that what is assigned to them is secret.

use super::words::{DESCRIBES, HARMLESS, OPENS, SAYING, WORDS};
use crate::scan::pattern::Bytes;
use crate::scan::secret::{run, run_back};

/// How much a name says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// A password: people choose those, so they need not be random.
    Password,
    /// A password with its user beside it: it need not even look like one.
    Login,
    /// A token, secret or key: those are made by machines.
    Token,
    /// Perhaps: a key may open a door or find a row, so its value has to be evident.
    Maybe,
}

/// What may be a secret name in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'t> {
    /// Where it ends.
    pub(super) end: usize,
    word: &'static [u8],
    says: Says,
    /// The text before the word.
    before: &'t [u8],
    /// The part of the name behind the word.
    tail: &'t [u8],
}

/// How many bytes of a name are read to either side of its word.
const SIDE_BYTES_MAX: usize = 40;

impl<'t> Name<'t> {
    /// The name whose word is at `at`. Cheap: most words in prose go on as other words.
    pub(super) fn at(bytes: &'t [u8], at: usize) -> Option<Self> {
        let (before, rest) = bytes.split_at_checked(at)?;
        let &(word, says) = SAYING.get(WORDS.begin(rest)?.0)?;
        let glued = || word == b"key" && OPENS.end(before).next().is_some();
        if word.len() <= 4 && !begins(bytes, at) && !glued() {
            return None;
        }
        let after = rest.get(word.len()..)?;
        let tail = continued(rest.get(word.len() - 1)?, after, word)?;
        let length = run(after, 0, SIDE_BYTES_MAX, |b| IN_NAME.has(b));
        // A full stop behind the name ends a sentence, one inside it parts two names. `key id` is one name.
        let whole = match trim(after.get(..length)?) {
            [] if word == b"key" => after.get(..b" id".len()).filter(|id| is_id(id)).unwrap_or(&[]),
            whole => whole,
        };
        let tail = whole.get(tail..).unwrap_or(&[]);
        Some(Name { end: at + word.len() + whole.len(), word, says, before, tail })
    }

    /// What it says of its value, if it says that it is secret as a whole.
    #[inline(never)]
    pub(super) fn says(&self) -> Option<Says> {
        let left = self.left();
        if self.is_plain() || HARMLESS.end(left).any(|word| begins(left, left.len() - word.len())) {
            return None;
        }
        // `access key id`: of many vendors as long and random as the key itself.
        if self.word == b"key" && ends_with(left, b"access") && is_id(self.tail) {
            return Some(Says::Maybe);
        }
        if words(self.tail).any(|word| DESCRIBES.have(word)) {
            return None;
        }
        Some(match self.says {
            Says::Maybe if self.word == b"key" && OPENS.end(left).next().is_some() => Says::Token,
            says => says,
        })
    }

    /// Whether what is assigned to it, from here on, is another name that says as much, and the value is assigned to
    /// that: then it is found there, and each link of a chain is read once.
    pub(super) fn hands_on(&self, bytes: &[u8], at: usize) -> bool {
        let at = run(bytes, at, 2, |b| b == b'-');
        Name::at(bytes, at).is_some_and(|other| {
            let joined = matches!(bytes.get(other.end..), Some([b':' | b'=' | b'|', b, ..]) if *b == b'-' || b.is_ascii_alphanumeric());
            let as_much = other.says == self.says || self.says == Says::Maybe;
            joined && as_much && !other.is_plain()
        })
    }

    /// Whether it is a key of nothing in particular, as those are that find things.
    pub(super) fn is_plain(&self) -> bool {
        self.word == b"key" && self.left().is_empty() && !self.is_option() && !self.is_parameter()
    }

    /// The text before its word.
    pub(super) fn before(&self) -> &'t [u8] {
        self.before
    }

    /// Whether it is this word.
    pub(super) fn is_word(&self, value: &[u8]) -> bool {
        self.word.eq_ignore_ascii_case(value)
    }

    /// Whether more than a short word says that it is a password: `pass` says many things.
    pub(super) fn is_spoken(&self) -> bool {
        self.word.len() > 4 || self.left().iter().any(u8::is_ascii_alphabetic)
    }

    /// Whether it is a variable of the environment, by its spelling.
    pub(super) fn is_variable(&self, bytes: &[u8]) -> bool {
        let word = bytes.get(self.before.len()..self.end).unwrap_or(&[]);
        let mut name = self.left().iter().chain(word);
        self.tail.is_empty() && self.is_spoken() && !name.any(u8::is_ascii_lowercase)
    }

    /// Whether the line begins with it, perhaps behind the word that sets a variable.
    #[inline(never)]
    pub(super) fn begins_line(&self) -> bool {
        let length = run_back(self.before, SIDE_BYTES_MAX, |b| IN_NAME.has(b) || matches!(b, b':' | b'/'));
        let before = self.before.get(..self.before.len() - length).unwrap_or(&[]).trim_ascii_end();
        let line = self.before.get(before.len()..).unwrap_or(&[]);
        before.is_empty() || line.contains(&b'\n') || before.ends_with(b"export") || before.ends_with(b"ENV")
    }

    /// Whether its word is `secret`, and nothing or `key` follows.
    pub(super) fn is_secret(&self) -> bool {
        self.word == b"secret" && (self.tail.is_empty() || ends_with(self.tail, b"key"))
    }

    /// Whether it is the name of a login, user and password, and whether it says more than `auth`.
    pub(super) fn takes_login(&self) -> Option<bool> {
        let is_login = matches!(self.word, b"auth" | b"creds" | b"credential")
            || (self.says == Says::Password && !self.tail.is_empty());
        is_login.then(|| self.word != b"auth" || !self.left().is_empty())
    }

    /// Whether its word is one for passwords.
    pub(super) fn is_password(&self) -> bool {
        self.says == Says::Password
    }

    /// Whether it is a header of HTTP whose value begins with a scheme.
    pub(super) fn takes_scheme(&self) -> bool {
        self.word.starts_with(b"auth")
    }

    /// Whether it is a header of HTTP whose value begins with another name.
    pub(super) fn takes_cookie(&self) -> bool {
        self.word == b"cookie"
    }

    /// Whether it is an option of a command, `--token`.
    pub(super) fn is_option(&self) -> bool {
        let length = run_back(self.before, SIDE_BYTES_MAX, |b| IN_NAME.has(b));
        length > 0 && self.before.get(self.before.len() - length) == Some(&b'-')
    }

    /// Whether it is a parameter of a URL, `?key=`: services take their keys so.
    fn is_parameter(&self) -> bool {
        matches!(self.before, [.., b'?' | b'&'])
    }

    /// Whether it is what follows the stop in the name of a file, `server.key`.
    pub(super) fn is_extension(&self) -> bool {
        matches!(self.before, [.., b'.'])
    }

    /// Whether a sentence speaks of no certain one.
    pub(super) fn is_any(&self) -> bool {
        matches!(self.left(), b"a" | b"any" | b"each" | b"every" | b"no")
    }

    /// Whether it is the name of a tag.
    pub(super) fn is_tag(&self) -> bool {
        let length = run_back(self.before, SIDE_BYTES_MAX, |b| IN_NAME.has(b));
        self.before.len().checked_sub(length + 1).and_then(|at| self.before.get(at)) == Some(&b'<')
    }

    /// The part of the name before its word, without what joins them. One space joins too.
    #[inline(never)]
    fn left(&self) -> &'t [u8] {
        let head = match self.before {
            [head @ .., b'-' | b'_' | b'.' | b' '] => head,
            head => head,
        };
        let length = run_back(head, SIDE_BYTES_MAX, |b| IN_NAME.has(b));
        head.get(head.len() - length..).unwrap_or(&[])
    }
}

/// What a whole name says, by its last word that says anything.
pub(super) fn whole(name: &[u8]) -> Option<Says> {
    if name.len() > 2 * SIDE_BYTES_MAX {
        return None;
    }
    let names = (0..name.len()).rev().filter_map(|at| Name::at(name, at));
    names.filter(|found| found.end == name.len()).find_map(|found| found.says())
}

/// Whether the name goes on behind this word in a way that leaves it a word: as a plural, with a sign or a digit, in
/// another case, or with another word of a secret. How many letters of the plural there are.
fn continued(last: &u8, after: &[u8], word: &[u8]) -> Option<usize> {
    let Some(first) = after.first().filter(|first| first.is_ascii_alphabetic()) else {
        return Some(0);
    };
    // So few letters are a word of their own or none; `key` often ends a longer one.
    if word.len() <= 3 && !matches!(word, b"key" | b"pwd") {
        return None;
    }
    if first.is_ascii_uppercase() && last.is_ascii_lowercase() {
        return Some(0);
    }
    if first.eq_ignore_ascii_case(&b's') && !after.get(1).is_some_and(u8::is_ascii_alphabetic) {
        return Some(1);
    }
    WORDS.begin(after).map(|_| 0)
}

fn is_id(tail: &[u8]) -> bool {
    matches!(tail, [b'i' | b'I', b'd' | b'D'] | [b'_' | b'-' | b' ', b'i' | b'I', b'd' | b'D'])
}

/// Whether a word begins here: not inside a run of letters of one case.
fn begins(bytes: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|at| bytes.get(at)) else {
        return true;
    };
    let here = bytes.get(at).copied().unwrap_or(0);
    !before.is_ascii_alphanumeric()
        || before.is_ascii_digit()
        || (before.is_ascii_lowercase() && here.is_ascii_uppercase())
}

static IN_NAME: Bytes = Bytes::ALNUM.or(&Bytes::of(b"_-."));

fn trim(name: &[u8]) -> &[u8] {
    match name {
        [head @ .., b'-' | b'_' | b'.'] => trim(head),
        _ => name,
    }
}

fn ends_with(text: &[u8], end: &[u8]) -> bool {
    matches!((text, end), ([.., a], [.., b]) if a.eq_ignore_ascii_case(b))
        && text
            .len()
            .checked_sub(end.len())
            .and_then(|at| text.get(at..))
            .is_some_and(|t| t.eq_ignore_ascii_case(end))
}

/// The words of a name: parted by signs, digits or by capitals after small letters.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = name;
    core::iter::from_fn(move || {
        let from = rest.iter().position(u8::is_ascii_alphabetic)?;
        rest = rest.get(from..)?;
        let mut small = false;
        let length = rest
            .iter()
            .position(|b| {
                let ends = !b.is_ascii_alphabetic() || (small && b.is_ascii_uppercase());
                small = b.is_ascii_lowercase();
                ends
            })
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(word)
    })
}
