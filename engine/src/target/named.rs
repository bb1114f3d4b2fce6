//! The host of an argument that is known to be a URL or a host, whatever it is called.

use core::net::Ipv6Addr;
use core::ops::ControlFlow;
use core::str::FromStr;

use super::host::{Host, is_dropped_in_urls};
use super::{split_path, url};

/// The host that all readers of `text` would connect to: of a URL, or of a bare host with or without port and path.
///
/// `None` where there is none, or where readers differ. URLs behind the authority do not count: nobody connects to them.
pub fn named_host(text: &str) -> Option<Host> {
    let text = text.trim_matches(|c: char| c <= ' ');
    if is_file(text) || hides_a_host(text) {
        return None;
    }
    let mut found: Option<Host> = None;
    let mut is_url = false;
    let flow = url::each_host_of_whole(text, &mut |host, _| {
        is_url = true;
        match (host, &found) {
            (Some(host), None) => {
                found = Some(host);
                ControlFlow::Continue(())
            }
            (Some(host), Some(earlier)) if host.as_str() == earlier.as_str() => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    });
    if is_url { found.filter(|_| flow.is_continue()) } else { bare_host(text) }
}

/// A file, of this host or another: not what a rule about hosts means.
fn is_file(text: &str) -> bool {
    let scheme = text.bytes().filter(|b| !is_dropped_in_urls(*b)).map(|b| b.to_ascii_lowercase());
    scheme.take(5).eq(*b"file:")
}

/// Whether there is user info that begins like an address or a domain name: some readers stop there.
fn hides_a_host(text: &str) -> bool {
    let behind_scheme = text.split_once("//").map_or(text, |(_, rest)| rest);
    let authority = behind_scheme.split('/').next().unwrap_or_default();
    let mut parts = authority.rsplit('@');
    parts.next();
    parts.any(|user| {
        let run = user.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[')));
        let run = run.into_iter().next().unwrap_or_default();
        run.starts_with('[') || run.contains('.') || Host::parse(run).is_some_and(|host| host.ip().is_some())
    })
}

/// `host`, `host:port`, `address`, `[address]:port`, each with or without a path behind.
fn bare_host(text: &str) -> Option<Host> {
    if let Ok(address) = Ipv6Addr::from_str(text) {
        return Some(Host::from_ipv6(address));
    }
    if text.contains(|c: char| c <= ' ') {
        return None;
    }
    let (authority, _) = split_path(text);
    let host_len = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at_checked(host_len)?;
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if port_fits { Host::parse(host) } else { None }
}

#[cfg(test)]
mod tests {
    use super::named_host;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn urls_and_bare_hosts_name_their_host() {
        for (text, host) in [
            ("https://API.github.com./repos?x=http://evil.example", "api.github.com"),
            ("http://web.archive.org/web/2017/http://blog.example/", "web.archive.org"),
            ("//cdn.example/x", "cdn.example"),
            ("http:\\\\a.example\\b", "a.example"),
            ("api.github.com", "api.github.com"),
            ("api.github.com:443/repos", "api.github.com"),
            ("0x7f.1", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("[::1]:80", "::1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            (" localhost:3000/x ", "localhost"),
            ("postgres://u:p@db.example:5432/x", "db.example"),
        ] {
            assert_eq!(named_host(text).as_ref().map(|host| host.as_str()), Some(host), "{text:?}");
        }
    }

    #[test]
    fn what_names_no_one_host_is_none() {
        for text in [
            "",
            "/etc/passwd",
            "mailto:ada@acme.example",
            "ada@acme.example",
            "a b",
            "a.example, b.example",
            "http://a.example@b.example@c.example/",
            "http://a.example\\@b.example/",
            "http://a%2eb/",
            "host:port",
            "host:99999",
            "javascript:alert(1)",
            "[::1",
            "file:///etc/passwd",
            "FI\tLE://host/share",
            "http://10.0.0.1:80+&@a.example/",
            "http://2130706433@a.example/",
            "http://b.example@a.example/",
        ] {
            assert!(named_host(text).is_none(), "{text:?}");
        }
    }
}
