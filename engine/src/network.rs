//! IP networks, and whether an address is in one.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::table::format::{NETWORK_IPV6, NETWORK_WORDS};
use crate::truth::Truth;

/// A network: an address whose bits behind the prefix are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `address/prefix` (RFC 4632 section 3.1) or one address. `None` where it is neither.
    ///
    /// Bits behind the prefix are dropped; [`Network::is_written`] tells whether there were any.
    #[must_use]
    pub fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
            Some(_) => return None,
        };
        (prefix <= bits).then(|| Network { address: masked(address, prefix), prefix })
    }

    /// Whether `text` is how the network is written, apart from the spelling of its address.
    #[must_use]
    pub fn is_written(&self, text: &str) -> bool {
        text.split('/').next().and_then(|address| address.parse::<IpAddr>().ok()) == Some(self.address)
    }

    /// Whether `address` is in the network. An IPv6 address that stands for an IPv4 address of the network
    /// (RFC 4291 section 2.5.5.1, RFC 6052, RFC 3056) leads there or nowhere, as routers please: unknown.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> Truth {
        let address = address.to_canonical();
        if self.has(address) {
            return Truth::TRUE;
        }
        let embedded = match address {
            IpAddr::V6(address) => embedded_ipv4(address),
            IpAddr::V4(_) => None,
        };
        let leads_there = embedded.is_some_and(|address| self.has(IpAddr::V4(address)));
        if leads_there { Truth::UNKNOWN } else { Truth::FALSE }
    }

    fn has(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4() && masked(address, self.prefix) == self.address
    }

    /// The words of a table that say it.
    #[must_use]
    pub fn to_words(self) -> [u32; NETWORK_WORDS] {
        let prefix = u32::from(self.prefix);
        match self.address {
            IpAddr::V4(address) => [prefix, address.to_bits(), 0, 0, 0],
            IpAddr::V6(address) => {
                let bits = address.to_bits();
                let [a, b, c, d] = [96, 64, 32, 0].map(|shift| (bits >> shift) as u32);
                [prefix + NETWORK_IPV6, a, b, c, d]
            }
        }
    }

    /// The network that the words of a table say; `None` where they say none.
    #[must_use]
    pub fn from_words(words: [u32; NETWORK_WORDS]) -> Option<Network> {
        let [prefix, a, b, c, d] = words;
        let network = if prefix < NETWORK_IPV6 {
            Network { address: IpAddr::V4(Ipv4Addr::from_bits(a)), prefix: u8::try_from(prefix).ok()? }
        } else {
            let bits = [a, b, c, d].into_iter().fold(0_u128, |bits, word| bits << 32 | u128::from(word));
            let prefix = u8::try_from(prefix - NETWORK_IPV6).ok()?;
            Network { address: IpAddr::V6(Ipv6Addr::from_bits(bits)), prefix }
        };
        let bits = if network.address.is_ipv4() { 32 } else { 128 };
        (network.prefix <= bits && masked(network.address, network.prefix) == network.address)
            .then_some(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    }
}

/// The IPv4 address that some routers and libraries find in an IPv6 address that is not IPv4-mapped.
pub(crate) fn embedded_ipv4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Some(Ipv4Addr::from_bits(bits as u32)),
        [0x64, 0xff9b, 0 | 1, ..] => Some(Ipv4Addr::from_bits(bits as u32)),
        [0x2002, ..] => Some(Ipv4Addr::from_bits((bits >> 80) as u32)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn holds(network: &str, address: &str) -> Truth {
        Network::parse(network).unwrap().holds(address.parse().unwrap())
    }

    #[test]
    fn networks_hold_their_addresses() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.1.2.3", "10.1.2.3", "10.1.2.4"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("::1", "::1", "::2"),
            ("fe80::/10", "febf::1", "fec0::1"),
            ("::/0", "2001:db8::", "127.0.0.1"),
            ("127.0.0.0/8", "::ffff:127.0.0.1", "::ffff:128.0.0.1"),
        ] {
            assert_eq!(holds(network, inside), Truth::TRUE, "{inside} in {network}");
            assert_eq!(holds(network, outside), Truth::FALSE, "{outside} in {network}");
        }
    }

    #[test]
    fn an_address_that_may_lead_into_a_network_is_unknown() {
        for address in ["::10.1.2.3", "64:ff9b::10.1.2.3", "2002:a01:203::1"] {
            assert_eq!(holds("10.0.0.0/8", address), Truth::UNKNOWN, "{address}");
            assert_eq!(holds("11.0.0.0/8", address), Truth::FALSE, "{address}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/", "10.0.0.0/+8", "a/8", "10.0.0.0/8/8"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
        assert!(!Network::parse("10.0.0.1/8").unwrap().is_written("10.0.0.1/8"));
        assert!(Network::parse("fe80:0::/10").unwrap().is_written("fe80:0::/10"));
    }

    #[test]
    fn words_say_the_network_and_nothing_else() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "255.255.255.255/32", "2001:db8::/32", "::1/128"] {
            let network = Network::parse(text).unwrap();
            assert_eq!(Network::from_words(network.to_words()), Some(network));
            assert_eq!(alloc::string::ToString::to_string(&network), text);
        }
        for words in [[33, 0, 0, 0, 0], [8, 0x0a00_0001, 0, 0, 0], [256 + 129, 0, 0, 0, 0], [u32::MAX; 5]] {
            assert_eq!(Network::from_words(words), None, "{words:?}");
        }
    }
}
