//! Passwords that are words: what anybody guesses is told from what is said of passwords by where it stands.

use core::ops::Range;

use super::name::Name;
use super::words::{LOGINS, USERS};
use super::{Joint, Start, blanks, quote, value};
use crate::lanes;
use crate::scan::Kind;
use crate::scan::secret::run;

/// How far before a password its user may be.
const USER_DISTANCE_MAX: usize = 96;
/// The longest user before a password in a call.
const USER_MAX: usize = 64;

/// What is assigned to this name where it does not look like a secret. Few values come this far.
#[cold]
pub(super) fn password(bytes: &[u8], name: &Name<'_>, start: &Start, value: &[u8]) -> Option<Kind> {
    if !name.is_password() {
        // What signs sessions is often made up like a password.
        let signs = matches!(start.joint, Joint::Operator) && name.is_secret() && value::made_up(value);
        return (signs && start.is_string() && value::guessed(value)).then_some(Kind::Weak);
    }
    let end = start.at + value.len();
    // `{name}` is put there, and `f(user=name, password=name)` hands variables on.
    if start.quote.is_none() && (start.inside || bytes.get(end) == Some(&b')')) {
        return None;
    }
    let user = user(name.before());
    // With its user in the same string, a password need not even look like one.
    if user == User::Joined
        && let Some(kind) = value::secret(value, value::Says::Login)
    {
        return Some(kind);
    }
    let ends =
        || matches!(bytes.get(end), None | Some(b'\n' | b'\r')) && !value.iter().all(u8::is_ascii_digit);
    // What examples compare a password with is mostly a word; and the name of a member is no value.
    let compared = bytes
        .get(name.end..start.at)
        .is_some_and(|joint| joint.windows(2).any(|two| matches!(two, b"==" | b"!=")));
    let quoted = start.is_string() && bytes.get(blanks(bytes, end + 1)) != Some(&b':');
    let stands = match (start.joint, user) {
        (Joint::Call | Joint::Verb, _) | (Joint::Blank, User::None) => false,
        (Joint::Operator | Joint::Tag, User::Joined) => true,
        (Joint::Blank, User::Joined) => in_netrc(name.before()),
        (Joint::Blank, User::Near) => quoted && name.begins_line() || name.is_option(),
        (Joint::Operator | Joint::Tag, User::Near) => quoted || ends(),
        (Joint::Tag, User::None) => bytes.get(end) == Some(&b'<') && !name.is_word(value),
        (Joint::Operator, User::None) => {
            let set = start.close && (name.is_variable(bytes) || name.begins_line() && ends());
            (quoted && name.is_spoken() || set) && !name.is_word(value)
        }
    };
    (stands && !compared && value::guessed(value)).then_some(Kind::Weak)
}

/// The password behind its user in a call or list that is named for a login: `NetworkCredential("user", "password")`.
#[cold]
pub(super) fn pair(bytes: &[u8], name: &Name<'_>) -> Option<(Kind, Range<usize>)> {
    let spoken = name.takes_login()?;
    let at = blanks(bytes, run(bytes, name.end, 1, |b| b == b'='));
    let open = run(bytes, at, 1, |b| matches!(b, b'(' | b'['));
    let (mark, user) = quote(bytes, blanks(bytes, open)).filter(|_| open > at)?;
    let user_end = run(bytes, user, USER_MAX, |b| b != mark && b != b'\n');
    let comma = blanks(bytes, bytes.get(user_end).filter(|b| **b == mark).map(|_| user_end + 1)?);
    let (mark, start) = quote(bytes, blanks(bytes, comma + 1)).filter(|_| bytes.get(comma) == Some(&b','))?;
    let end = run(bytes, start, value::JUDGED_MAX, |b| b != mark && b.is_ascii_graphic());
    let password = bytes.get(start..end).filter(|_| end > start && bytes.get(end) == Some(&mark))?;
    let kind = match value::secret(password, value::Says::Password) {
        None if spoken && value::guessed(password) => Kind::Weak,
        kind => kind?,
    };
    Some((kind, start..end))
}

/// Where a user is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    /// Before the password in a connection string, a query or `.netrc`.
    Joined,
    /// In the same line or the one before.
    Near,
    None,
}

fn user(before: &[u8]) -> User {
    let near = before.get(before.len().saturating_sub(USER_DISTANCE_MAX)..).unwrap_or(&[]);
    let (above, line) = last_line(near);
    let joined = lanes::find(line, |b| b == b'=').is_some()
        && line.iter().enumerate().any(|(at, byte)| {
            *byte == b'=' && line.get(..=at).is_some_and(|until| USERS.end(until).next().is_some())
        });
    if joined || in_netrc(near) {
        return User::Joined;
    }
    let (_, above) = last_line(above.trim_ascii_end());
    if names_user(line) || names_user(above) { User::Near } else { User::None }
}

/// What comes before the last line, and the line.
fn last_line(text: &[u8]) -> (&[u8], &[u8]) {
    let from = lanes::find_last(text, |b| b == b'\n').map_or(0, |at| at + 1);
    text.split_at_checked(from).unwrap_or((&[], text))
}

/// Whether the line gives a user, in any notation: `"user": `, `username 'u'`, `--user u`, `-u u`.
fn names_user(line: &[u8]) -> bool {
    let mut rest = line;
    while let Some(at) = rest.iter().position(|b| matches!(b, b'=' | b':' | b' ')) {
        let (name, behind) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        let signs = name.iter().rev().take_while(|b| matches!(b, b'"' | b'\'' | b'\\' | b']')).count();
        let name = name.get(..name.len() - signs).unwrap_or(name);
        if LOGINS.end(name).next().is_some() || name.ends_with(b"-u") {
            return true;
        }
        rest = behind.get(1..).unwrap_or(&[]);
    }
    false
}

/// Whether this ends in `machine host login user`, on one line or several.
fn in_netrc(before: &[u8]) -> bool {
    let mut words = before.rsplit(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).skip(1);
    words.next() == Some(b"login") && words.nth(1) == Some(b"machine")
}
