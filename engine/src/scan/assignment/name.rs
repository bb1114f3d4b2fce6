//! Names that say that what is assigned to them is secret.

use super::words::{DESCRIBES, HARMLESS, OPENS, USERS, WORDS};

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
        let rest = bytes.get(at..)?;
        let &(word, says) = WORDS.iter().find(|(word, _)| starts_with(rest, word))?;
        let after = rest.get(word.len()..)?;
        let tail = continued(rest.get(word.len() - 1)?, after, word)?;
        let length = after.iter().take(SIDE_BYTES_MAX).take_while(|b| in_name(**b)).count();
        // A full stop behind the name ends a sentence, one inside it parts two names. `key id` is one name.
        let whole = match trim(after.get(..length)?) {
            [] if word == b"key" => after.get(..b" id".len()).filter(|id| is_id(id)).unwrap_or(&[]),
            whole => whole,
        };
        let tail = whole.get(tail..).unwrap_or(&[]);
        let name = Name { end: at + word.len() + whole.len(), word, says, before: bytes.get(..at)?, tail };
        let glued = word == b"key" && OPENS.iter().any(|opens| ends_with(name.before, opens));
        (word.len() > 4 || glued || begins(bytes, at)).then_some(name)
    }

    /// What it says of its value, if it says that it is secret as a whole.
    pub(super) fn says(&self) -> Option<Says> {
        let left = self.left();
        // A key of nothing in particular is what finds things.
        let plain = self.word == b"key" && left.is_empty() && !self.is_option() && !self.is_parameter();
        if plain || HARMLESS.iter().any(|harmless| ends_with_word(left, harmless)) {
            return None;
        }
        // `access key id`: of many vendors as long and random as the key itself.
        if self.word == b"key" && ends_with(left, b"access") && is_id(self.tail) {
            return Some(Says::Maybe);
        }
        if words(self.tail).any(|word| DESCRIBES.iter().any(|describes| word.eq_ignore_ascii_case(describes)))
        {
            return None;
        }
        Some(match self.says {
            Says::Maybe if self.word == b"key" && OPENS.iter().any(|opens| ends_with(left, opens)) => {
                Says::Token
            }
            Says::Password if beside_user(self.before) => Says::Login,
            says => says,
        })
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
        let name = self.before.iter().rev().take(SIDE_BYTES_MAX).take_while(|b| in_name(**b)).last();
        name == Some(&b'-')
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
        let length = self.before.iter().rev().take(SIDE_BYTES_MAX).take_while(|b| in_name(**b)).count();
        self.before.len().checked_sub(length + 1).and_then(|at| self.before.get(at)) == Some(&b'<')
    }

    /// The part of the name before its word, without what joins them. One space joins too.
    fn left(&self) -> &'t [u8] {
        let head = match self.before {
            [head @ .., b'-' | b'_' | b'.' | b' '] => head,
            head => head,
        };
        let length = head.iter().rev().take(SIDE_BYTES_MAX).take_while(|b| in_name(**b)).count();
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
    WORDS.iter().any(|(word, _)| starts_with(after, word)).then_some(0)
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

const USER_DISTANCE_MAX: usize = 96;

/// Whether a user is named just before, on the same line.
fn beside_user(before: &[u8]) -> bool {
    let before = before.get(before.len().saturating_sub(USER_DISTANCE_MAX)..).unwrap_or(&[]);
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or(before);
    let has =
        |text: &[u8]| (0..line.len()).any(|at| line.get(at..).is_some_and(|line| starts_with(line, text)));
    USERS.iter().any(|user| has(user)) || in_netrc(before)
}

/// Whether this ends in `machine host login user`, on one line or several.
fn in_netrc(before: &[u8]) -> bool {
    let mut words = before.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).skip(1);
    words.next() == Some(b"login") && words.nth(1) == Some(b"machine")
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn trim(name: &[u8]) -> &[u8] {
    match name {
        [head @ .., b'-' | b'_' | b'.'] => trim(head),
        _ => name,
    }
}

fn starts_with(text: &[u8], start: &[u8]) -> bool {
    // The first letter alone settles most.
    matches!((text, start), ([a, ..], [b, ..]) if a.eq_ignore_ascii_case(b))
        && text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}

fn ends_with(text: &[u8], end: &[u8]) -> bool {
    matches!((text, end), ([.., a], [.., b]) if a.eq_ignore_ascii_case(b))
        && text
            .len()
            .checked_sub(end.len())
            .and_then(|at| text.get(at..))
            .is_some_and(|t| t.eq_ignore_ascii_case(end))
}

/// The same, where a word begins.
fn ends_with_word(text: &[u8], end: &[u8]) -> bool {
    ends_with(text, end) && begins(text, text.len() - end.len())
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
