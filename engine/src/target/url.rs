//! Hosts of URLs, wherever they stand in a text.
//!
//! URL readers disagree, and an attacker picks the one that suits. So this does not follow one reader: from the
//! authority of a URL it reports every host that some reader in use would connect to, by these rules.
//!
//! - A text that is a URL as a whole is read the WHATWG way, tabs and line breaks removed, and also as a reader would
//!   that stops at the first of them. A URL inside a text ends at whitespace.
//! - Characters that end a host for some readers and belong to the user info for others (`\ ? # " < > , ;` …) cut the
//!   authority into pieces. The first piece names a host; a later one does if it has an `@`.
//! - What follows a host may not continue it: `api.example\.evil.example` has no host that all agree on.

use core::ops::ControlFlow;

use super::host::{Host, is_dropped_in_urls};

/// Told of each host: its canonical form, or `None` where it has none, and its text.
pub(super) type Visit<'v, 't> = dyn FnMut(Option<Host>, &'t str) -> ControlFlow<()> + 'v;

/// Schemes whose host browsers find behind any number of slashes and backslashes, also none.
const SPECIAL: [&str; 5] = ["http", "https", "ws", "wss", "ftp"];

/// Visits the hosts of all URLs in `text`.
pub(super) fn each_host<'t>(text: &'t str, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    let mut handled = None;
    if let Some((authority, colon)) = whole(text) {
        handled = colon;
        authority_hosts(authority, Extent::Whole, visit)?;
    }
    let mut from = 0;
    while let Some(colon) = find(text, from, |b| b == b':') {
        from = colon + 1;
        if handled != Some(colon)
            && let Some(authority) = embedded(text, colon)
        {
            authority_hosts(authority, Extent::Embedded, visit)?;
        }
    }
    ControlFlow::Continue(())
}

/// How far an authority may reach.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// To the next slash: the text is the URL.
    Whole,
    /// To the next slash or whitespace.
    Embedded,
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

/// The last bytes of a scheme, lower case: enough to know the special ones.
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

fn authority_hosts<'t>(text: &'t str, extent: Extent, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    let end = find(text, 0, |b| b == b'/' || (extent == Extent::Embedded && b <= b' '));
    let authority = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    pieces(authority, Breaks::End, visit)?;
    if authority.bytes().any(is_dropped_in_urls) {
        pieces(authority, Breaks::Vanish, visit)?;
    }
    ControlFlow::Continue(())
}

/// What tabs and line breaks do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    End,
    Vanish,
}

fn pieces<'t>(authority: &'t str, breaks: Breaks, visit: &mut Visit<'_, 't>) -> ControlFlow<()> {
    let ends = |byte: u8| ends_piece(byte) && !(breaks == Breaks::Vanish && is_dropped_in_urls(byte));
    let mut from = 0;
    while from <= authority.len() {
        let end = find(authority, from, ends).unwrap_or(authority.len());
        let piece = authority.get(from..end).unwrap_or_default();
        let rest = authority.get(from..).unwrap_or_default();
        // A line break vanishes only for readers of the whole URL, and those refuse a space in the host.
        let refused = breaks == Breaks::Vanish && authority.as_bytes().get(end) == Some(&b' ');
        match piece.find('@') {
            // Prose about `https://` names nobody.
            None if from == 0 && piece.is_empty() && !rest.starts_with(['?', '#']) => {}
            None if from == 0 && !refused => host_at(rest, breaks, visit)?,
            Some(first) => {
                // With several `@` readers differ about which one ends the user info.
                for (at, _) in piece.match_indices('@').filter(|(at, _)| *at >= first) {
                    host_at(rest.get(at + 1..).unwrap_or_default(), breaks, visit)?;
                }
            }
            None => {}
        }
        from = end + 1;
    }
    ControlFlow::Continue(())
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
        find(text, 0, |b| b == b']').map_or(text.len(), |at| at + 1)
    } else {
        find(text, 0, is_end).unwrap_or(text.len())
    };
    let host = text.get(..end).unwrap_or_default();
    let rest = text.get(end..).unwrap_or_default();
    if continues(rest) { visit(None, host) } else { visit(Host::parse(host), host) }
}

/// Whether some reader takes what follows a host for more of the host.
fn continues(rest: &str) -> bool {
    let tail = match rest.as_bytes() {
        [b':', ..] => rest.get(1..).and_then(|tail| tail.split(ends_piece_char).next()),
        [byte, ..] if byte.is_ascii_alphanumeric() => return true,
        _ => rest.split(|c: char| matches!(c, ':' | '?' | '#' | '@') || c <= ' ').next(),
    };
    let tail = tail.unwrap_or_default().as_bytes();
    tail.windows(2).any(|pair| matches!(pair, [b'.', next] if next.is_ascii_alphanumeric() || *next >= 0x80))
}

/// Bytes at which some reader ends a host, and behind which another still looks for an `@`.
fn ends_piece(byte: u8) -> bool {
    byte <= b' '
        || matches!(
            byte,
            b'?' | b'#' | b'\\' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'|' | b'^' | b'{' | b'}' | b'(' | b')' | b',' | b';'
        )
}

fn ends_piece_char(c: char) -> bool {
    u8::try_from(c).is_ok_and(ends_piece)
}

fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

fn find(text: &str, from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    Some(from + text.as_bytes().get(from..)?.iter().position(|b| wanted(*b))?)
}
