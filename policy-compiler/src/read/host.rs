//! Hosts, in the one spelling that the engine compares with. Any other spelling would never match, and nobody
//! would see it.

use mcpgov_engine::{table::source::is_glob, target::Host};

use super::value::Reader;
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::Text,
};

/// A host of `servers.*.match`: compared with the request's authority in lower case, without port.
pub(super) fn of_traffic(reader: &mut Reader, host: &Text) {
    let name = host.value.strip_prefix('[').and_then(|address| address.strip_suffix(']'));
    let fits = match name {
        Some(address) => address.chars().all(|char| is_name_char(char) || char == ':'),
        None => host.value.chars().all(is_name_char),
    };
    if !fits {
        refuse(
            reader,
            host,
            "write the host name alone, in lower case and without port, such as `mcp.acme.example`",
        );
    }
}

/// A host of `network_allowlist`: compared with the canonical host of a network target.
pub(super) fn of_network(reader: &mut Reader, host: &Text) {
    let text = host.value.as_str();
    if is_glob(text) {
        if !text.chars().all(|char| is_name_char(char) || char == ':') {
            refuse(reader, host, "write a glob of host names in lower case, such as `*.github.com`");
        }
        return;
    }
    let written = if text.contains(':') { format!("[{text}]") } else { text.to_owned() };
    match Host::parse(&written) {
        Some(canonical) if canonical.as_str() == text => {}
        Some(canonical) => refuse(
            reader,
            host,
            &format!("hosts are compared in one spelling; write `{}`", canonical.as_str()),
        ),
        None => refuse(reader, host, "write the host name alone, such as `api.github.com` or `*.github.com`"),
    }
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_lowercase() || char.is_ascii_digit() || matches!(char, '-' | '.' | '_' | '*')
}

fn refuse(reader: &mut Reader, host: &Text, help: &str) {
    let message = format!("`{}` is no host", host.value);
    reader.push(Diagnostic::error(Code::BadValue, host.span, message).help(help));
}
