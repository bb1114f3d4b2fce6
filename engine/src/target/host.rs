//! One spelling for every host.

use core::fmt::{self, Write};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// Bytes of the longest domain name (RFC 1035 §2.3.4, as text without the root's dot).
const HOST_BYTES_MAX: usize = 253;

/// A canonical host: a lower-case domain name without trailing dot, a dotted decimal IPv4 address, or a compressed
/// IPv6 address without brackets. IPv4-mapped IPv6 addresses are the IPv4 address they reach.
#[derive(Clone, Copy)]
pub struct Host {
    bytes: [u8; HOST_BYTES_MAX],
    len: usize,
}

impl Host {
    /// Reads a host as the WHATWG URL standard does (§3.5), without port and user info; IPv6 in brackets.
    ///
    /// `None` where readers disagree or fail: empty, too long, anything but ASCII letters, digits, `-`, `.` and `_`,
    /// a bad IP address.
    pub fn parse(text: &str) -> Option<Self> {
        let host = Self::collect(text)?;
        let literal = host.as_str();
        if let Some(address) = literal.strip_prefix('[') {
            return Ipv6Addr::from_str(address.strip_suffix(']')?).ok().map(Self::from_ipv6);
        }
        if !literal.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')) {
            return None;
        }
        let name = literal.trim_end_matches('.');
        if name.is_empty() {
            return None;
        }
        if ends_in_number(name) {
            return parse_ipv4(name).map(Self::from_ipv4);
        }
        let len = name.len();
        Some(Self { len, ..host })
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The address, if the host is one.
    pub fn ip(&self) -> Option<IpAddr> {
        self.as_str().parse().ok()
    }

    pub(super) fn from_ipv6(address: Ipv6Addr) -> Self {
        match address.to_ipv4_mapped() {
            Some(address) => Self::from_ipv4(address),
            None => Self::print(address),
        }
    }

    pub(super) fn from_ipv4(address: Ipv4Addr) -> Self {
        Self::print(address)
    }

    fn print(address: impl fmt::Display) -> Self {
        let mut host = Self::empty();
        // An address has at most 39 characters.
        let _ = write!(host, "{address}");
        host
    }

    /// Lower-cases, and drops the tabs and line breaks that a URL may hold anywhere (WHATWG URL §4.4).
    fn collect(text: &str) -> Option<Self> {
        let mut host = Self::empty();
        for byte in text.bytes().filter(|b| !is_dropped_in_urls(*b)) {
            host.push(byte.to_ascii_lowercase()).ok()?;
        }
        Some(host)
    }

    fn empty() -> Self {
        Self { bytes: [0; HOST_BYTES_MAX], len: 0 }
    }

    fn push(&mut self, byte: u8) -> fmt::Result {
        *self.bytes.get_mut(self.len).ok_or(fmt::Error)? = byte;
        self.len += 1;
        Ok(())
    }
}

impl Write for Host {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        s.bytes().try_for_each(|byte| self.push(byte))
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.as_str())
    }
}

/// Tab, line feed and carriage return: removed by URL parsers before they look.
pub(super) fn is_dropped_in_urls(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Whether WHATWG readers take the name for an IPv4 address, and fail if it is not one.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    !last.is_empty() && (last.bytes().all(|b| b.is_ascii_digit()) || parse_part(last).is_some())
}

/// One to four parts in decimal, octal or hex, the last of which fills the remaining bytes.
pub(super) fn parse_ipv4(name: &str) -> Option<Ipv4Addr> {
    let count = name.split('.').count();
    if count > 4 {
        return None;
    }
    let mut address = 0_u64;
    for (place, part) in name.split('.').enumerate() {
        let value = parse_part(part)?;
        let is_last = place + 1 == count;
        let bits = if is_last { 8 * (5 - count as u32) } else { 8 };
        if value >> bits != 0 {
            return None;
        }
        address = address << bits | value;
    }
    u32::try_from(address).ok().map(Ipv4Addr::from)
}

/// `0x` hex, `0` octal, else decimal; a bare `0x` is zero. At most 40 bits, so that shifting a sum cannot overflow.
fn parse_part(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")) {
        Some("") => return Some(0),
        Some(hex) => (hex, 16),
        None if part.len() > 1 && part.starts_with('0') => (part, 8),
        None => (part, 10),
    };
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0_u64, |value, digit| {
        let value = value.saturating_mul(u64::from(radix)) + u64::from(digit.to_digit(radix)?);
        Some(value.min(1 << 40))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[track_caller]
    fn canonical(text: &str, expected: &str) {
        assert_eq!(Host::parse(text).as_ref().map(Host::as_str), Some(expected), "{text:?}");
    }

    #[test]
    fn names_are_lower_case_and_end_without_a_dot() {
        canonical("API.GitHub.com.", "api.github.com");
        canonical("a_b-c.xn--bcher-kva.example", "a_b-c.xn--bcher-kva.example");
        canonical("ev\til\n.com", "evil.com");
        canonical(&"a.".repeat(126), "a.".repeat(126).trim_end_matches('.'));
    }

    #[test]
    fn every_spelling_of_an_ipv4_address_is_the_address() {
        for spelling in [
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7F.1",
            "0177.0.0.01",
            "017700000001",
            "0x7f.0.0x.1",
            "[::ffff:127.0.0.1]",
            "[::FFFF:7f00:1]",
        ] {
            canonical(spelling, "127.0.0.1");
        }
    }

    #[test]
    fn ipv6_addresses_are_compressed() {
        canonical("[0:0:0:0:0:0:0:1]", "::1");
        canonical("[FE80:0::0:1]", "fe80::1");
        canonical("[::127.0.0.1]", "::7f00:1");
    }

    #[test]
    fn hosts_that_readers_disagree_about_have_no_canonical_form() {
        for text in [
            "",
            ".",
            "evil%2ecom",
            "ｅvil.com",
            "a b",
            "a,b",
            "1.2.3.4.5",
            "256.1.1.1",
            "08.1",
            "1.2.3.0x1g",
            "4294967296",
            "[::1",
            "::1",
            "[::1%25eth0]",
            "[::1]x",
            "a@b",
            "a/b",
            "0xffffffffffffffffffffffffffffffffffffff.1",
        ] {
            let parsed = Host::parse(text);
            // A name may end in something that only looks like a number.
            if text == "1.2.3.0x1g" {
                assert!(parsed.is_some());
                continue;
            }
            assert!(parsed.is_none(), "{text:?} -> {parsed:?}");
        }
        assert!(Host::parse(&"a".repeat(254)).is_none());
    }
}
