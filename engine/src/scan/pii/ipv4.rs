//! IPv4 addresses, told from versions and numbered sections.

use core::ops::Range;

use super::groups::Group;
use super::{before, byte, is_word};

/// An address at the front of the groups: its place, with a prefix length if one follows, and how many groups it took.
/// `version` says whether a word makes it one.
pub(super) fn address(
    bytes: &[u8],
    groups: &[Group],
    version: impl FnOnce() -> bool,
) -> Option<(Range<usize>, usize)> {
    let [a, b, c, d, rest @ ..] = groups else { return None };
    let dotted = a.join[0] != b'.' && [b, c, d].iter().all(|group| group.join == [b'.', 0]);
    if !dotted || ![a, b, c, d].iter().all(|group| is_octet(group.digits(bytes))) {
        return None;
    }
    if !may_begin(bytes, a.start) || is_heading(bytes, a.start, d.end) {
        return None;
    }
    let slashed = before(bytes, a.start) == Some(b'/');
    let (end, used) = match rest {
        [prefix, ..] if prefix.join == [b'/', 0] && !slashed && is_prefix(bytes, prefix) => (prefix.end, 5),
        // Another address makes it a range; anything else that follows a dash, a version of a package.
        [next, after, ..] if next.join == [b'-', 0] && after.join == [b'.', 0] => (d.end, 4),
        [next, ..] if matches!(next.join, [b'-' | b'.', _]) => return None,
        _ => (d.end, 4),
    };
    (may_end(bytes, end) && !version()).then_some((a.start..end, used))
}

/// 0 to 255 without leading zeros.
fn is_octet(digits: &[u8]) -> bool {
    matches!(
        digits,
        [_] | [b'1'..=b'9', _] | [b'1', _, _] | [b'2', b'0'..=b'4', _] | [b'2', b'5', b'0'..=b'5']
    )
}

fn is_prefix(bytes: &[u8], group: &Group) -> bool {
    matches!(group.digits(bytes), [_] | [b'1' | b'2', _] | [b'3', b'0'..=b'2']) && may_end(bytes, group.end)
}

fn may_begin(bytes: &[u8], at: usize) -> bool {
    match bytes.get(..at).unwrap_or_default() {
        // The name of a product and its version; hosts follow two slashes.
        [rest @ .., b'/'] if is_word(rest.last().copied()) => names_address(rest),
        [.., a, b'.' | b'-' | b'\\'] if a.is_ascii_alphanumeric() => false,
        [.., b'=' | b'>' | b'<' | b'~' | b'!', b'='] | [.., b'^' | b'~' | b'_'] => false,
        [.., b'#', b' '] => false,
        [.., a] => !a.is_ascii_alphanumeric(),
        [] => true,
    }
}

/// Whether a path leads to addresses, as in `/hosts/`.
fn names_address(path: &[u8]) -> bool {
    let ends = [&b"ip"[..], b"ips", b"ipv4", b"host", b"hosts", b"address", b"addresses", b"whois", b"addr"];
    let name = path.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    ends.contains(&name)
}

fn may_end(bytes: &[u8], end: usize) -> bool {
    let next = byte(bytes, end);
    let after = byte(bytes, end + 1);
    let tied = matches!(next, Some(b'.' | b'-')) && is_word(after);
    !is_word(next) && !tied
}

/// `1.2.3.4 Scope` at the beginning of a line numbers a section.
fn is_heading(bytes: &[u8], start: usize, end: usize) -> bool {
    end - start == 7
        && matches!(before(bytes, start), None | Some(b'\n'))
        && byte(bytes, end) == Some(b' ')
        && byte(bytes, end + 1).is_some_and(|byte| byte.is_ascii_uppercase())
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use alloc::format;
    use core::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::super::groups::{Window, first};
    use super::*;

    fn is_address(text: &str) -> bool {
        let mut window = Window::new(text.as_bytes());
        window.open(first(text.as_bytes(), 0));
        let found = address(text.as_bytes(), window.groups(), || false);
        found.is_some_and(|(place, _)| place == (0..text.len()))
    }

    proptest! {
        #[test]
        fn four_numbers_are_an_address_where_the_standard_library_reads_one(
            a in 0u16..400, b in 0u16..400, c in "0{0,1}[0-9]{1,3}", d in "[0-9]{1,4}",
        ) {
            let text = format!("{a}.{b}.{c}.{d}");
            prop_assert_eq!(is_address(&text), text.parse::<Ipv4Addr>().is_ok());
        }
    }
}
