//! Hosts of URLs, wherever they stand in a text.
//!
//! URL readers disagree, and an attacker picks the one that suits. So this does not follow one reader: from the
//! authority of a URL it reports every host that some reader in use would connect to, by these rules.
//!
//! - A text that is a URL as a whole is read the WHATWG way, tabs and line breaks removed, and also as a reader would
//!   that stops at the first of them. A URL inside a text ends at whitespace.
//! - Some characters end a host for some readers and belong to the user info for others (`\ ? # " < > , ;` …). So an
//!   authority names a host behind every `@`, and one at its beginning unless only user info stands there.
//! - What follows a host may not continue it: `api.example\.evil.example` has no host that all agree on.

use core::ops::ControlFlow;

use super::host::{Host, is_dropped_in_urls};

/// Told of each host: its canonical form, or `None` where it has none, and its text.
pub(crate) type Visit<'v, 't> = dyn FnMut(Option<Host>, &'t str) -> ControlFlow<()> + 'v;

/// Schemes whose host browsers find behind any number of slashes and backslashes, also none.
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// Bytes behind a host that could continue it: a longer name does not resolve.
const TAIL_BYTES_MAX: usize = 256;

/// Visits the hosts of all URLs in `text`. Time is linear, however many URLs share one run of characters.
pub(crate) fn each_host<'t>(text: &'t str, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    let mut handled = None;
    if let Some((authority, colon)) = whole(text) {
        handled = colon;
        whole_hosts(authority, visit)?;
    }
    let mut colon = Next::new(|b| b == b':');
    let mut run_end = Next::new(|b| b == b'/' || b <= b' ');
    let mut stop = Next::new(stops);
    let mut users_seen = 0;
    let mut from = 0;
    while let Some(at) = colon.at_or_after(text, from) {
        from = at + 1;
        let Some(authority) = embedded(text, at).filter(|_| handled != Some(at)) else { continue };
        let start = text.len() - authority.len();
        let end = run_end.at_or_after(text, start).unwrap_or(text.len());
        let run = text.get(..end).unwrap_or_default();
        let stop = stop.at_or_after(text, start).filter(|stop| *stop < end);
        first_host(run, start, stop, Breaks::End, visit)?;
        hosts_behind_users(run, start.max(users_seen), Breaks::End, visit)?;
        users_seen = end;
    }
    ControlFlow::Continue(())
}

/// Visits the hosts of the URL that `text` is as a whole, and none that stand behind its authority.
pub(super) fn each_host_of_whole<'t>(text: &'t str, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    match whole(text) {
        Some((authority, _)) => whole_hosts(authority, visit),
        None => ControlFlow::Continue(()),
    }
}

/// A search asked for growing places. It keeps its answer until that is passed, so all answers cost one pass.
struct Next<F> {
    wanted: F,
    /// The last answer; the text's length for none.
    found: Option<usize>,
}

impl<F: Fn(u8) -> bool> Next<F> {
    fn new(wanted: F) -> Self {
        Self { wanted, found: None }
    }

    fn at_or_after(&mut self, text: &str, from: usize) -> Option<usize> {
        let found = match self.found {
            Some(found) if found >= from => found,
            _ => find(text, from, &self.wanted).unwrap_or(text.len()),
        };
        self.found = Some(found);
        (found < text.len()).then_some(found)
    }
}

/// Where the authority begins if the whole text is a URL, absolute or protocol-relative, and the colon before it.
fn whole(text: &str) -> Option<(&str, Option<usize>)> {
    let mut scheme = Scheme::default();
    for (at, byte) in text.bytes().enumerate().skip_while(|(_, b)| *b <= b' ') {
        match byte {
            b':' if scheme.len > 0 => {
                return Some((behind_slashes(text, at + 1, scheme.slashes())?, Some(at)));
            }
            b'/' | b'\\' if scheme.len == 0 => {
                return Some((behind_slashes(text, at, Slashes::Any { min: 2 })?, None));
            }
            _ if is_dropped_in_urls(byte) => {}
            _ if is_scheme_byte(byte) => scheme.push(byte),
            _ => return None,
        }
    }
    None
}

/// Where the authority begins if the colon belongs to a URL inside the text.
fn embedded(text: &str, colon: usize) -> Option<&str> {
    let mut scheme = Scheme::default();
    let before = text.as_bytes().get(..colon)?;
    let len = before.iter().rev().take_while(|b| is_scheme_byte(**b)).count();
    before.iter().skip(colon - len).for_each(|byte| scheme.push(*byte));
    match text.as_bytes().get(colon + 1) {
        Some(byte) if *byte <= b' ' => None,
        _ => behind_slashes(text, colon + 1, scheme.slashes()),
    }
}

/// A scheme, lower case, as far as it takes to know the special ones.
#[derive(Default)]
struct Scheme {
    bytes: [u8; 5],
    len: usize,
}

impl Scheme {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte.to_ascii_lowercase();
        }
        self.len += 1;
    }

    fn is(&self, name: &str) -> bool {
        self.bytes.get(..self.len) == Some(name.as_bytes())
    }

    fn slashes(&self) -> Slashes {
        if SPECIAL.iter().any(|name| self.is(name)) {
            Slashes::Any { min: 0 }
        } else if self.is("file") {
            Slashes::File
        } else {
            Slashes::Two
        }
    }
}

/// What stands between a colon and the authority.
enum Slashes {
    /// Any mix of slashes and backslashes.
    Any { min: usize },
    /// `//`
    Two,
    /// Two of either kind, or four and more (a UNC path); three are a local path.
    File,
}

/// The text behind the slashes, if they introduce an authority.
fn behind_slashes(text: &str, from: usize, slashes: Slashes) -> Option<&str> {
    let rest = text.get(from..)?;
    let mut count = 0;
    let mut end = rest.len();
    for (at, byte) in rest.bytes().enumerate() {
        let limit = if matches!(slashes, Slashes::Two) { 2 } else { usize::MAX };
        match byte {
            b'/' if count < limit => count += 1,
            b'\\' if !matches!(slashes, Slashes::Two) => count += 1,
            // `\/\/` is how JSON inside a string may write `//`.
            b'\\' if count < limit => {}
            _ if is_dropped_in_urls(byte) => {}
            _ => {
                end = at;
                break;
            }
        }
    }
    let introduced = match slashes {
        Slashes::Any { min } => count >= min,
        Slashes::Two => count == 2,
        Slashes::File => count == 2 || count > 3,
    };
    rest.get(end..).filter(|authority| introduced && !authority.is_empty())
}

/// The hosts of an authority that runs to the next slash, whitespace or not.
fn whole_hosts<'t>(text: &'t str, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    let end = find(text, 0, |b| b == b'/').unwrap_or(text.len());
    let authority = text.get(..end).unwrap_or_default();
    first_host(authority, 0, find(authority, 0, stops), Breaks::End, visit)?;
    hosts_behind_users(authority, 0, Breaks::End, visit)?;
    if !authority.bytes().any(is_dropped_in_urls) {
        return ControlFlow::Continue(());
    }
    let stop = find(authority, 0, |b| stops(b) && !is_dropped_in_urls(b));
    // Line breaks vanish only for readers of the whole URL, and those refuse a space in the host.
    if stop.and_then(|stop| authority.as_bytes().get(stop)) != Some(&b' ') {
        first_host(authority, 0, stop, Breaks::Vanish, visit)?;
    }
    hosts_behind_users(authority, 0, Breaks::Vanish, visit)
}

/// What tabs and line breaks do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    End,
    Vanish,
}

/// The host that begins at `start`, unless what stands there is user info. `stop` is the next byte that [`stops`].
fn first_host<'t>(
    run: &'t str,
    start: usize,
    stop: Option<usize>,
    breaks: Breaks,
    visit: &mut Visit<'_, 't>,
) -> ControlFlow<()> {
    let authority = run.get(start..).unwrap_or_default();
    let stopped_by = stop.and_then(|stop| run.as_bytes().get(stop));
    match stopped_by {
        Some(b'@') => ControlFlow::Continue(()),
        // Prose about `https://` names nobody.
        _ if stop.unwrap_or(run.len()) == start && !matches!(stopped_by, Some(b'?' | b'#')) => {
            ControlFlow::Continue(())
        }
        _ => host_at(authority, breaks, visit),
    }
}

/// The hosts behind each `@`: with several, readers differ about which one ends the user info.
fn hosts_behind_users<'t>(
    run: &'t str,
    from: usize,
    breaks: Breaks,
    visit: &mut Visit<'_, 't>,
) -> ControlFlow<()> {
    run.get(from..)
        .unwrap_or_default()
        .match_indices('@')
        .try_for_each(|(at, _)| host_at(run.get(from + at + 1..).unwrap_or_default(), breaks, visit))
}

/// The host that `text` begins with, and whether what follows leaves it alone.
fn host_at<'t>(text: &'t str, breaks: Breaks, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    let bytes = text.as_bytes();
    let is_end = |byte: u8| {
        !(byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_' | b'%' | 0x80..)
            || (breaks == Breaks::Vanish && is_dropped_in_urls(byte)))
    };
    let end = if bytes.first() == Some(&b'[') {
        // Behind the longest address, so that a missing bracket costs no search of the rest.
        bytes.iter().take(TAIL_BYTES_MAX).position(|b| *b == b']').map_or(1, |at| at + 1)
    } else {
        find(text, 0, is_end).unwrap_or(text.len())
    };
    let host = text.get(..end).unwrap_or_default();
    let rest = text.get(end..).unwrap_or_default();
    if continues(rest) { visit(None, host) } else { visit(Host::parse(host), host) }
}

/// Whether some reader takes what follows a host for more of the host.
fn continues(rest: &str) -> bool {
    let rest = rest.as_bytes();
    let is_port = rest.first() == Some(&b':');
    if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
        return true;
    }
    let ends = |b: u8| {
        if is_port { ends_host(b) } else { b <= b' ' || matches!(b, b':' | b'?' | b'#' | b'@' | b'/') }
    };
    let mut dot = false;
    for &byte in rest.iter().skip(usize::from(is_port)).take(TAIL_BYTES_MAX).take_while(|b| !ends(**b)) {
        if dot && (byte.is_ascii_alphanumeric() || byte >= 0x80) {
            return true;
        }
        dot = byte == b'.';
    }
    false
}

/// Bytes at which some reader ends a host, and behind which another still looks for an `@`.
fn ends_host(byte: u8) -> bool {
    byte <= b' '
        || matches!(byte, b'?' | b'#' | b'\\' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'|' | b'^')
        || matches!(byte, b'{' | b'}' | b'(' | b')' | b',' | b';')
}

/// Bytes that decide whether an authority begins with its host or with user info.
fn stops(byte: u8) -> bool {
    byte == b'@' || ends_host(byte)
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn find(text: &str, from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    Some(from + text.as_bytes().get(from..)?.iter().position(|b| wanted(*b))?)
}
