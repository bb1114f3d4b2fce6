//! Users with their passwords: in URLs, in basic authentication, in options of command lines.

use core::ops::Range;

use base64::Engine as _;

use super::{run, run_back};
use crate::scan::Kind;
use crate::scan::assignment::{BASE64, made_up, nominal, random, stands_in, weak};
use crate::scan::pattern::Bytes;

/// The longest `user:password`.
const LOGIN_MAX: usize = 256;
/// The shortest password.
const PASSWORD_MIN: usize = 5;
const WEAK_MIN: usize = 4;
/// The shortest token in a user's place, and how random it is.
const TOKEN_MIN: usize = 20;
const TOKEN_RANDOM_MIN: i32 = 150;

/// The password of the URL whose user ends before the `@` at `at`.
pub(super) fn url(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let before = bytes.get(..at)?;
    let mut length = run_back(before, LOGIN_MAX, |b| IN_LOGIN.has(b));
    // The user may be an address. One `@` is gone back over, so that many in a row are not each time.
    if let Some([rest @ .., b'@']) = before.get(..at - length)
        && length < LOGIN_MAX
    {
        length += 1;
        length += run_back(rest, LOGIN_MAX - length, |b| IN_LOGIN.has(b));
    }
    let (scheme, login) = before.split_at_checked(at - length)?;
    let begun = matches!(scheme, [.., letter, b':', b'/', b'/'] if letter.is_ascii_alphanumeric());
    begun.then_some(())?;
    let (user, password) = split(login).map_or((login, None), |(user, password)| (user, Some(password)));
    if user.contains(&b'#') {
        return None;
    }
    if let Some(password) = password {
        // What has a number before that sign has a port there, and the path of a page behind it.
        let mut parts = password.splitn(2, |b| *b == b'#');
        if parts.next()?.iter().all(u8::is_ascii_digit) && parts.next().is_some() {
            return None;
        }
        // The last `@` ends the password, if somebody did not escape his.
        let rest = run(bytes, at, LOGIN_MAX, |b| IN_LOGIN.has(b) || b == b'@');
        let last = bytes.get(at..rest)?.iter().rposition(|b| *b == b'@')?;
        let place = at - password.len()..at + last;
        let password = bytes.get(place.clone())?;
        if guarded(user, password) {
            return Some((Kind::ConnectionString, place));
        }
        if password.len() >= WEAK_MIN
            && !variable(password)
            && weak(password)
            && !variable(user)
            && host(bytes, at + last + 1)
        {
            return Some((Kind::Weak, place));
        }
    }
    // Some services take a token in the user's place, and any password or none.
    let start = at - login.len();
    let is_token = user.len() >= TOKEN_MIN && random(user) >= TOKEN_RANDOM_MIN && !stands_in(user);
    is_token.then_some((Kind::ConnectionString, start..start + user.len()))
}

/// The credentials behind the word Basic at `at`.
pub(super) fn basic(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    const SCHEME: &[u8] = b"basic ";
    let start = at + SCHEME.len();
    bytes.get(at..start)?.eq_ignore_ascii_case(SCHEME).then_some(())?;
    let end = run(bytes, start, LOGIN_MAX * 4 / 3, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
    });
    let mut room = [0; LOGIN_MAX];
    let length = BASE64.decode_slice(bytes.get(start..end)?, &mut room).ok()?;
    let login = room.get(..length)?;
    let printable = login.iter().all(|b| !b.is_ascii_control()) && core::str::from_utf8(login).is_ok();
    let (user, password) = split(login).filter(|_| printable)?;
    guarded(user, password).then_some((Kind::BasicAuth, start..end))
}

/// The password of `-u user:password` and `--user user:password`; the last dash is at `at`.
pub(super) fn option(bytes: &[u8], at: usize) -> Option<(Kind, Range<usize>)> {
    let (before, rest) = bytes.split_at_checked(at)?;
    let before = before.strip_suffix(b"-").unwrap_or(before);
    let long = rest.starts_with(b"-user") && before.len() < at;
    let name = if long { b"-user".len() } else { b"-u".len() };
    let begun = before.last().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`'));
    let short = rest.starts_with(b"-u ") && before.len() == at;
    if !begun || !(long || short) {
        return None;
    }
    let start = run(bytes, at + name, 3, |b| matches!(b, b' ' | b'=' | b'"' | b'\''));
    let end = run(bytes, start, LOGIN_MAX, |b| b.is_ascii_graphic() && !matches!(b, b'`' | b'<' | b'>'));
    let login = bytes.get(start..end)?;
    let closing = login.iter().rev().take_while(|b| matches!(b, b'"' | b'\'' | b',' | b')')).count();
    let Some((user, password)) = split(login.get(..login.len() - closing)?) else {
        return following(bytes, end);
    };
    let password = match password {
        [b'"' | b'\'', password @ ..] => password,
        _ => password,
    };
    // `-u 1000:1000` and `-u user:group` are no logins.
    let end = end - closing;
    (guarded(user, password) && made_up(password)).then(|| (Kind::BasicAuth, end - password.len()..end))
}

/// The password of `-p password` right behind a user. Few texts have one.
#[cold]
fn following(bytes: &[u8], user_end: usize) -> Option<(Kind, Range<usize>)> {
    let at = run(bytes, user_end, 2, |b| b == b' ');
    let (Some(b"-p"), true) = (bytes.get(at..at + 2), at > user_end) else { return None };
    let start = run(bytes, at + 2, 3, |b| matches!(b, b' ' | b'=' | b'"' | b'\''));
    let end = run(bytes, start, LOGIN_MAX, |b| {
        b.is_ascii_graphic() && !matches!(b, b'`' | b'<' | b'>' | b'"' | b'\'')
    });
    let password = bytes.get(start..end)?;
    // `-p 8080:80`, and a path or host.
    let is_password = password.first()?.is_ascii_alphabetic() || made_up(password);
    let place = password.contains(&b'/') || password.contains(&b':');
    if !is_password || place || password.len() < WEAK_MIN || variable(password) {
        return None;
    }
    let kind = if made_up(password) && !stands_in(password) { Kind::BasicAuth } else { Kind::Weak };
    weak(password).then_some((kind, start..end))
}

fn split(login: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = login.iter().position(|b| *b == b':')?;
    Some((login.get(..colon)?, login.get(colon + 1..)?))
}

/// Whether this password guards anything: not a variable, not a word for a password.
#[inline(never)]
fn guarded(user: &[u8], password: &[u8]) -> bool {
    password.len() >= PASSWORD_MIN
        && !variable(password)
        && !password.eq_ignore_ascii_case(user)
        && !nominal(password)
        && !stands_in(password)
}

/// Whether something is put there: a variable, a gap.
fn variable(text: &[u8]) -> bool {
    matches!(text, [b'$' | b'{' | b'<' | b'[' | b'*' | b'(', ..])
        || matches!(text, [b'%', b, ..] if !b.is_ascii_hexdigit())
}

/// Whether a host is named there, not the word for one.
fn host(bytes: &[u8], at: usize) -> bool {
    let end = run(bytes, at, LOGIN_MAX, |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let host = bytes.get(at..end).unwrap_or(&[]);
    host.len() >= 2 && host.iter().any(u8::is_ascii_lowercase) && !HOSTS.contains(&host)
}

const HOSTS: &[&[u8]] = &[b"host", b"hostname", b"server", b"ip", b"address", b"domain"];

static IN_LOGIN: Bytes = Bytes::range(b'!', b'~').and(&Bytes::of(b"\"'`<>/@\\(),?").not());
