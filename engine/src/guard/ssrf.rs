//! Network targets inside: of the own host, of private networks, of services that only machines of a cloud can reach.
//!
//! [`target`](crate::target) finds the hosts that some reader of a URL would connect to. A host that has no canonical
//! form is read here as the most lenient readers would, and it is enough that one of them arrives inside.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::ControlFlow;
use core::str::FromStr;

use alloc::string::String;

use super::decode::{any_reading, ascii_of, circled_number, is_invisible};
use crate::network::embedded_ipv4;
use crate::spelling::hex;
use crate::target::{Host, url};

/// Names that lead inside wherever they stand, also without a URL around them.
const NAMES: [&str; 13] = [
    "localhost",
    "localhost4",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.com",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "metadata.packet.net",
    "rancher-metadata",
    "kubernetes.default.svc",
];
/// Names of one label that clouds resolve for their machines: targets in URLs, words elsewhere.
const WORDS: [&str; 5] = ["metadata", "instance-data", "kubernetes", "kubernetes.default", "broadcasthost"];
/// Domains that are inside by convention or by standard (RFC 6761, RFC 8375, ICANN's `internal`).
const DOMAINS: [&str; 8] =
    ["localhost", "localdomain", "localdomain4", "localdomain6", "internal", "intranet", "home.arpa", "lan"];
/// Endings that no public name has (RFC 6762, names that ICANN keeps back, a registry of services), and which are words
/// of programs too: inside where they are hosts.
const INSIDE_ONLY: [&str; 4] = ["local", "corp", "home", "consul"];
/// Public domains all of whose names are the loopback address.
const LOOPBACK_DOMAINS: [&str; 5] = ["localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "localdomain.pw"];

/// Whether some reader would connect to the inside. `is_address` says that the string is known to be an address.
pub(super) fn finds(text: &str, is_address: bool) -> bool {
    let trimmed = text.trim_matches(|c: char| c <= ' ' || c.is_whitespace() || c == '\u{feff}');
    // Most strings are words and numbers, and name a host at most as `localhost` or in hex.
    let is_plain = !trimmed.bytes().any(|b| matches!(b, b':' | b'.' | b'/' | b'\\' | b'%' | 0x80..));
    if is_plain && !is_address {
        return bare(trimmed, false);
    }
    any_reading(trimmed, |reading| {
        in_urls(reading) || bare(reading, is_address) || (is_address && in_list(reading))
    })
}

/// Several hosts, or a sentence that names one. Numbers and words of a sentence are no hosts by themselves.
fn in_list(text: &str) -> bool {
    let words = || {
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'))
            .filter(|word| !word.is_empty())
    };
    let are_hosts = words().all(|word| word.contains(|c: char| c.is_numeric() || c == '.'));
    words().any(|word| bare(word, are_hosts))
}

/// Whether a number is an IPv4 address inside. Zero is a count first.
pub(super) fn in_number(written: &str) -> bool {
    written != "0" && is_internal_integer(written)
}

/// An IPv4 address written as one number, for readers of octal too. What is below the first network that is routed is
/// a small number first.
fn is_internal_integer(digits: &str) -> bool {
    const MIN: u32 = 1 << 24;
    let octal = u32::from_str_radix(digits, 8).ok().filter(|_| digits.starts_with('0'));
    digits == "0"
        || [octal, digits.parse().ok()]
            .into_iter()
            .flatten()
            .any(|bits| bits >= MIN && is_internal_ipv4(Ipv4Addr::from_bits(bits)))
}

fn in_urls(text: &str) -> bool {
    url::each_host(text, &mut |host, written| {
        let internal = host.is_some_and(|host| is_internal(host.as_str())) || is_internal_somehow(written);
        if internal { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .is_break()
}

/// A string that is a host as a whole, with or without user, port and path.
fn bare(text: &str, is_address: bool) -> bool {
    let authority = text.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let bracketed = authority.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let literal = bracketed.unwrap_or(authority).split('%').next().unwrap_or_default();
    if let Ok(address) = Ipv6Addr::from_str(literal) {
        // `::` alone is punctuation of many a language.
        return is_internal_ipv6(address) && (literal != "::" || is_address || bracketed.is_some());
    }
    let (name, port) = authority.split_once(':').map_or((authority, None), |(name, port)| (name, Some(port)));
    if port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) || name.len() > HOST_BYTES_MAX {
        return false;
    }
    let is_target = is_address || port.is_some_and(|port| !port.is_empty());
    if is_target && name.bytes().all(|b| b.is_ascii_digit()) {
        return is_internal_integer(name);
    }
    if is_target {
        return is_internal_somehow(name);
    }
    let Some(host) = Host::parse(name).or_else(|| Host::parse(&folded(name)?)) else { return false };
    let is_ipv4_text = name.matches('.').count() == 3 || name.starts_with("0x") || name.starts_with("0X");
    match host.ip() {
        // `0.1.2.3` and `10.5` are versions and numbers first.
        Some(IpAddr::V4(address)) => {
            is_ipv4_text
                && is_internal_ipv4(address)
                && (address.octets()[0] != 0 || address.is_unspecified())
        }
        Some(IpAddr::V6(address)) => is_internal_ipv6(address),
        None => {
            let name = host.as_str();
            NAMES.contains(&name) || (!name.starts_with('.') && DOMAINS.iter().any(|top| is_below(name, top)))
        }
    }
}

/// Longest host that is looked at: none longer resolves.
const HOST_BYTES_MAX: usize = 1024;

/// Whether a host as it was written leads inside for some reader.
fn is_internal_somehow(written: &str) -> bool {
    if written.len() > HOST_BYTES_MAX {
        return false;
    }
    let literal = written.strip_prefix('[').map(|rest| rest.split(']').next().unwrap_or_default());
    if let Some(literal) = literal {
        let address = literal.split('%').next().unwrap_or_default();
        let folded = folded(address);
        return Ipv6Addr::from_str(folded.as_deref().unwrap_or(address)).is_ok_and(is_internal_ipv6);
    }
    let name = folded(written);
    let name = name.as_deref().unwrap_or(written).trim_end_matches('.');
    lenient_ipv4(name).any(is_internal_ipv4)
        || Host::parse(name).is_some_and(|host| is_internal(host.as_str()))
        || (!name.is_ascii() && is_internal(&name.to_ascii_lowercase()))
        || name.split('%').next().is_some_and(|head| {
            head.len() < name.len() && Host::parse(head).is_some_and(|host| is_internal(host.as_str()))
        })
}

/// The host with escapes and look-alikes resolved; `None` where there are none.
fn folded(written: &str) -> Option<String> {
    if written.bytes().all(|b| b.is_ascii() && b != b'%') {
        return None;
    }
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(char) = rest.chars().next() {
        let tail = rest.get(char.len_utf8()..).unwrap_or_default();
        if char == '%'
            && let [high, low, ..] = tail.as_bytes()
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
            && let Some(byte) = char::from_u32(high << 4 | low).filter(char::is_ascii)
        {
            out.push(byte);
            rest = tail.get(2..).unwrap_or_default();
            continue;
        }
        if let Some(digits) = circled_number(char) {
            out.extend(digits);
        } else if !is_invisible(char) {
            out.push(ascii_of(char).unwrap_or(char));
        }
        rest = tail;
    }
    Some(out)
}

/// Whether a canonical host is inside.
fn is_internal(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(address)) => is_internal_ipv4(address),
        Ok(IpAddr::V6(address)) => is_internal_ipv6(address),
        Err(_) => {
            NAMES.contains(&host)
                || WORDS.contains(&host)
                || INSIDE_ONLY.iter().any(|top| is_below(host, top))
                || DOMAINS.iter().any(|top| is_below(host, top))
                || LOOPBACK_DOMAINS.iter().any(|domain| host == *domain || is_below(host, domain))
                || spells_address(host)
        }
    }
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// Whether a name has an address inside in it, as those of services do that resolve to whatever they are asked for:
/// `10.0.0.1.nip.example`, `a-127-0-0-1.example`.
fn spells_address(host: &str) -> bool {
    let mut run: [Option<u8>; 4] = [None; 4];
    for part in host.split(['.', '-']) {
        run.rotate_left(1);
        let octet = part.parse().ok().filter(|_| part.bytes().all(|b| b.is_ascii_digit()));
        if let Some(last) = run.last_mut() {
            *last = octet;
        }
        if let [Some(a), Some(b), Some(c), Some(d)] = run
            && a != 0
            && is_internal_ipv4(Ipv4Addr::new(a, b, c, d))
        {
            return true;
        }
    }
    false
}

/// The IPv4 addresses that readers find in a text of numbers and dots: those that let parts overflow, those that take
/// a leading zero for octal, and those that do not.
fn lenient_ipv4(name: &str) -> impl Iterator<Item = Ipv4Addr> {
    [Zero::Octal, Zero::Decimal].into_iter().filter_map(move |zero| lenient(name, zero))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    Octal,
    Decimal,
}

fn lenient(name: &str, zero: Zero) -> Option<Ipv4Addr> {
    let count = u32::try_from(name.split('.').count()).ok().filter(|count| *count <= 4)?;
    let mut address = 0_u32;
    for (place, part) in (1..).zip(name.split('.')) {
        let (digits, radix) = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
            Some(digits) => (digits, 16),
            None if part.starts_with(['o', 'O']) => (part.get(1..).unwrap_or_default(), 8),
            None if part.len() > 1 && part.starts_with('0') && zero == Zero::Octal => (part, 8),
            None => (part, 10),
        };
        if digits.is_empty() {
            return None;
        }
        let value = digits.chars().try_fold(0_u32, |value, digit| {
            Some(value.wrapping_mul(radix).wrapping_add(digit.to_digit(radix)?))
        })?;
        let bits = if place == count { 8 * (5 - count) } else { 8 };
        let kept = if bits == 32 { value } else { value & ((1_u32 << bits) - 1) };
        address = if bits == 32 { kept } else { address << bits | kept };
    }
    Some(Ipv4Addr::from_bits(address))
}

fn is_internal_ipv4(address: Ipv4Addr) -> bool {
    match address.octets() {
        // This network, private, loopback, link-local, multicast and above.
        [0 | 10 | 127 | 224.., ..] | [169, 254, ..] | [192, 168, ..] => true,
        [172, 16..=31, ..] => true,
        // Shared address space (RFC 6598), protocol assignments (RFC 6890), benchmarks (RFC 2544).
        [100, 64..=127, ..] | [192, 0, 0, _] | [198, 18 | 19, ..] => true,
        // Where virtual machines of Azure find their host.
        [168, 63, 129, 16] => true,
        _ => false,
    }
}

fn is_internal_ipv6(address: Ipv6Addr) -> bool {
    if let Some(address) = address.to_ipv4_mapped() {
        return is_internal_ipv4(address);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => true,
        // Unique local, link-local, site-local, multicast.
        [0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00.., ..] => true,
        // Teredo: the client's address, inverted (RFC 4380).
        [0x2001, 0, .., high, low] => {
            is_internal_ipv4(Ipv4Addr::from_bits(!(u32::from(high) << 16 | u32::from(low))))
        }
        // ISATAP (RFC 5214).
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => {
            is_internal_ipv4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => embedded_ipv4(address).is_some_and(is_internal_ipv4),
    }
}
