//! Network targets in the arguments of a call, for the `network_allowlist` constraint.
//!
//! What a tool does with its arguments is unknown, so a target is whatever some tool would connect to:
//!
//! 1. the host of a URL anywhere inside any string or key, with or without scheme;
//! 2. a string that as a whole is an IP address in any spelling, `localhost` or `name:port`;
//! 3. under a key that speaks of addresses (`host`, `url`, `endpoint`, …): a domain name, with or without path, and an
//!    integer, which is an IPv4 address too.
//!
//! A target that has no canonical host (percent-encoded, not ASCII, read differently by different readers) is refused
//! whatever the allowlist says.

mod host;
mod named;
pub(crate) mod url;

#[cfg(test)]
mod tests;

use core::net::Ipv6Addr;
use core::ops::ControlFlow;
use core::str::FromStr;

use crate::json::{Kind, Value};

pub use host::Host;
pub use named::named_host;

/// Integers below this are small numbers first, and addresses (0.0.0.0/8, which nothing routes) last.
const BARE_INTEGER_MIN: u32 = 1 << 24;

/// The first target in `value` whose canonical host is not `allowed`, as it was written.
///
/// Recursion is bounded by the depth limit the document was parsed with. Allocates nothing.
pub fn violation<'d>(value: Value<'d>, allowed: &dyn Fn(&str) -> bool) -> Option<&'d str> {
    let mut offender = None;
    let _ = each_in_value(value, Place::Anywhere, &mut |host, text| {
        if host.is_some_and(|host| allowed(host.as_str())) {
            return ControlFlow::Continue(());
        }
        offender = Some(text);
        ControlFlow::Break(())
    });
    offender
}

/// The host of the URL that is `text` as a whole, if all readers find the same one.
pub fn url_host(text: &str) -> Option<Host> {
    let mut found: Option<Host> = None;
    let flow = url::each_host(text, &mut |host, _| match (host, &found) {
        (Some(host), None) => {
            found = Some(host);
            ControlFlow::Continue(())
        }
        (Some(host), Some(earlier)) if host.as_str() == earlier.as_str() => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    });
    found.filter(|_| flow.is_continue())
}

/// Whether the key above a value makes bare names addresses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    UnderAddressKey,
}

fn each_in_value<'d>(value: Value<'d>, place: Place, visit: &mut url::Visit<'_, 'd>) -> ControlFlow<()> {
    match value.kind() {
        Kind::String => each_in_text(value.as_str().unwrap_or_default(), place, visit),
        Kind::Number if place == Place::UnderAddressKey => bare_integer(value.raw(), visit),
        Kind::Array => value.items().try_for_each(|item| each_in_value(item, place, visit)),
        Kind::Object => value.members().try_for_each(|(key, member)| {
            each_in_text(key, place, visit)?;
            let below = if speaks_of_addresses(key) { Place::UnderAddressKey } else { Place::Anywhere };
            each_in_value(member, below, visit)
        }),
        _ => ControlFlow::Continue(()),
    }
}

fn each_in_text<'d>(text: &'d str, place: Place, visit: &mut url::Visit<'_, 'd>) -> ControlFlow<()> {
    let trimmed = text.trim_matches(|c: char| c <= ' ' || c.is_whitespace() || c == '\u{feff}');
    // Most strings are plain words and numbers: they name a host only as `localhost` or in hex.
    let is_plain =
        !text.bytes().fold(false, |mark, b| mark | matches!(b, b':' | b'.' | b'/' | b'\\' | 0x80..));
    if is_plain && place == Place::Anywhere && !trimmed.starts_with(['l', 'L', '0']) {
        return ControlFlow::Continue(());
    }
    url::each_host(trimmed, visit)?;
    whole_address(trimmed, visit)?;
    if place == Place::UnderAddressKey {
        let separates = |c: char| c <= ' ' || c.is_whitespace() || matches!(c, ',' | ';' | '|');
        for word in text.split(separates) {
            whole_address(word, visit)?;
            domain(word, visit)?;
            bare_integer(word, visit)?;
        }
    }
    ControlFlow::Continue(())
}

/// An IP address, `localhost` or `name:port`, any of them with a path behind.
fn whole_address<'d>(text: &'d str, visit: &mut url::Visit<'_, 'd>) -> ControlFlow<()> {
    let (authority, has_path) = split_path(text);
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let literal = authority.strip_prefix('[').unwrap_or(authority);
    let (literal, zone) = literal.split_once('%').unwrap_or((literal, ""));
    if let Ok(address) = Ipv6Addr::from_str(literal.split(']').next().unwrap_or_default()) {
        // A zone names an interface of the reader: no two readers mean the same.
        return visit(zone.is_empty().then(|| Host::from_ipv6(address)), text);
    }
    if !authority.is_ascii() && looks_like_mapped_ipv4(authority) {
        return visit(None, text);
    }
    let (name, port) = match authority.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (authority, None),
    };
    let has_port =
        port.is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if port.is_some() && !has_port {
        return ControlFlow::Continue(());
    }
    let Some(host) = Host::parse(name) else { return ControlFlow::Continue(()) };
    let name = name.trim_end_matches('.');
    let is_address = host.ip().is_some() && {
        let is_hex = name.starts_with("0x") || name.starts_with("0X");
        let dots = name.matches('.').count();
        // With a path behind, `1.2/3` is arithmetic; an address there is written in full.
        if has_path { dots == 3 } else { dots > 0 || is_hex || (has_port && is_large_integer(name)) }
    };
    let is_name = host.ip().is_none() && (has_port || host.as_str() == "localhost");
    if is_address || is_name { visit(Some(host), text) } else { ControlFlow::Continue(()) }
}

/// A dotted name, with user, protocol, port or path if it likes.
fn domain<'d>(word: &'d str, visit: &mut url::Visit<'_, 'd>) -> ControlFlow<()> {
    let (authority, _) = split_path(word);
    let name = authority.rsplit('@').next().unwrap_or_default();
    name.split(':').try_for_each(|part| {
        let part = part.trim_matches(|c: char| c.is_ascii_punctuation() && c != '%').trim_matches(is_dot);
        let is_dotted = part.contains(is_dot) || contains_ignoring_case(part, "%2e");
        if is_dotted { visit(Host::parse(part), word) } else { ControlFlow::Continue(()) }
    })
}

/// An IPv4 address written as one number.
fn bare_integer<'d>(text: &'d str, visit: &mut url::Visit<'_, 'd>) -> ControlFlow<()> {
    let (authority, _) = split_path(text);
    let name = authority.split(':').next().unwrap_or_default();
    match host::parse_ipv4(name) {
        Some(address) if is_large_integer(name) || name == "0" => visit(Some(Host::from_ipv4(address)), text),
        _ => ControlFlow::Continue(()),
    }
}

fn is_large_integer(text: &str) -> bool {
    !text.contains('.') && host::parse_ipv4(text).is_some_and(|address| address.to_bits() >= BARE_INTEGER_MIN)
}

/// The text before the first `/`, `\`, `?` or `#`, and whether there was one.
fn split_path(text: &str) -> (&str, bool) {
    text.split_once(['/', '\\', '?', '#']).map_or((text, false), |(authority, _)| (authority, true))
}

/// The dot and what URL readers map to it (UTS 46).
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '。' | '．' | '｡')
}

/// Whether all characters are digits and dots of some script, which URL readers map to ASCII.
fn looks_like_mapped_ipv4(text: &str) -> bool {
    text.contains(is_dot)
        && text.chars().all(|c| c.is_numeric() || is_dot(c) || c.is_ascii_hexdigit() || c == 'x')
}

/// Whether a key names an address. `ip` counts as a word or at the end, lest `description` count.
pub(crate) fn speaks_of_addresses(key: &str) -> bool {
    const PARTS: [&str; 17] = [
        "host", "domain", "url", "uri", "endpoint", "server", "addr", "origin", "target", "site", "webhook",
        "callback", "proxy", "remote", "link", "href", "src",
    ];
    PARTS.iter().any(|part| contains_ignoring_case(key, part))
        || key
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case("ip") || word.eq_ignore_ascii_case("ips"))
        || ["ip", "ips"].iter().any(|end| {
            key.len()
                .checked_sub(end.len())
                .and_then(|at| key.get(at..))
                .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        })
}

/// Case-blind search without a copy; `needle` is lower case.
fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    text.windows(needle.len()).any(|window| {
        window.first().map(u8::to_ascii_lowercase) == needle.first().copied()
            && window.eq_ignore_ascii_case(needle)
    })
}
