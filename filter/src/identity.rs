//! Who calls, from what Envoy verified: the payload of a token that jwt_authn accepted, and the certificate
//! of the peer.
//!
//! Envoy's encoding of metadata is untyped, so every claim is read as the one type it must have, and what
//! does not fit is as good as absent.

use std::collections::BTreeMap;

use mcpgov_engine::subject::Subject;
use mcpgov_engine::table::View;

use crate::config::Config;
use crate::host::{self, Status};
use crate::pairs::{Pairs, property_path};

const JWT_METADATA: [&str; 3] = ["metadata", "filter_metadata", "envoy.filters.http.jwt_authn"];
/// Peer certificate's first URI, and where Istio's ambient mesh has the identity of the peer.
const WORKLOAD: [&[u8]; 2] =
    [b"connection\0uri_san_peer_certificate", b"filter_state\0io.istio.peer_principal"];

/// The identity of the current stream's caller, from what the configuration says it is read from: each look at what
/// Envoy verified costs more than all that is made of it.
#[must_use]
pub fn subject(view: &View<'_>, config: &Config) -> Subject {
    let workload = if config.reads_mtls { workload() } else { None };
    let claims = if config.reads_jwt { Claims::of_stream(&config.jwt_payload_key) } else { Claims::None };
    if let Claims::None = claims {
        // A workload without a token acts for itself.
        return Subject { agent: workload.clone(), workload, ..Subject::default() };
    }
    let path = |index: usize| {
        let settings = view.settings()?;
        view.optional_text(*settings.claims.get(index)?)
    };
    let text = |index: usize| claims.read(path(index)?, text_of);
    let list = |index: usize| claims.read(path(index)?, list_of);
    let mut by_path = BTreeMap::new();
    by_path
        .extend(view.claim_paths().filter_map(|path| Some((path.to_owned(), claims.read(path, list_of)?))));
    Subject {
        user: text(0),
        groups: list(1),
        agent: text(2).or_else(|| workload.clone()),
        tenant: text(3),
        scopes: scopes(&claims, path(4)),
        token: text(5),
        claims: by_path,
        workload,
    }
}

fn workload() -> Option<String> {
    let value = WORKLOAD.iter().find_map(|path| host::property(path).ok().flatten());
    value.and_then(|value| text_of(&value))
}

fn scopes(claims: &Claims<'_>, path: Option<&str>) -> Option<Vec<String>> {
    // RFC 8693 section 4.2: one string, values separated by spaces; some issuers send a list.
    let listed = claims.read(path?, list_of)?;
    Some(
        listed
            .iter()
            .flat_map(|scope| scope.split(' '))
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
    )
}

/// The payload of the caller's token.
enum Claims<'k> {
    /// No token was accepted.
    None,
    /// The whole payload.
    Whole(Vec<u8>),
    /// Envoy cannot hand over the payload at once, because there is a null in it: claim by claim.
    Apart(&'k str),
}

impl<'k> Claims<'k> {
    fn of_stream(jwt_payload_key: &'k str) -> Claims<'k> {
        let [a, b, c] = JWT_METADATA;
        match property(&[a, b, c, jwt_payload_key]) {
            Ok(Some(payload)) => Claims::Whole(payload),
            Err(Status::SerializationFailure) => Claims::Apart(jwt_payload_key),
            Ok(None) | Err(_) => Claims::None,
        }
    }

    /// The claim at a path: as a whole the name of one claim, such as `https://acme.example/groups`,
    /// otherwise names separated by dots.
    fn read<T>(&self, path: &str, read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        match self {
            Claims::None => None,
            Claims::Whole(payload) => read(find(payload, path)?),
            Claims::Apart(key) => {
                let [a, b, c] = JWT_METADATA;
                let mut parts = vec![a, b, c, key, path];
                let value = property(&parts).ok().flatten().or_else(|| {
                    parts.pop();
                    parts.extend(path.split('.'));
                    property(&parts).ok().flatten()
                })?;
                read(&value)
            }
        }
    }
}

fn property(parts: &[&str]) -> Result<Option<Vec<u8>>, Status> {
    host::property(&property_path(parts).ok_or(Status::BadArgument)?)
}

fn find<'p>(payload: &'p [u8], path: &str) -> Option<&'p [u8]> {
    let claims = Pairs::parse(payload)?;
    claims.get(path.as_bytes()).or_else(|| {
        let (first, rest) = path.split_once('.')?;
        find(claims.get(first.as_bytes())?, rest)
    })
}

/// A claim that is a text, and not empty.
fn text_of(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    // No name has control characters in it, but the encodings of numbers, lists and objects do.
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// A claim that is a list of texts; one text is a list of one.
fn list_of(value: &[u8]) -> Option<Vec<String>> {
    if let Some(one) = text_of(value) {
        return Some(vec![one]);
    }
    Pairs::parse(value)?.iter().map(|(element, _)| text_of(element)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::PairsBuf;

    fn payload(claims: &[(&str, &[u8])]) -> Vec<u8> {
        PairsBuf::encode(claims).unwrap().as_bytes().to_vec()
    }

    #[test]
    fn a_claim_is_found_by_its_name_before_its_path() {
        let inner = payload(&[("name", b"nested")]);
        let claims = payload(&[("org.name", b"flat"), ("org", &inner), ("team", &inner)]);
        assert_eq!(find(&claims, "org.name"), Some(&b"flat"[..]));
        assert_eq!(find(&claims, "team.name"), Some(&b"nested"[..]));
        assert_eq!(find(&claims, "team.other"), None);
    }

    #[test]
    fn only_the_wanted_type_is_read() {
        let groups = payload(&[("a", b""), ("b", b"")]);
        assert_eq!(list_of(&groups), Some(vec!["a".into(), "b".into()]));
        assert_eq!(list_of(b"one"), Some(vec!["one".into()]));
        assert_eq!(text_of(&groups), None);
        assert_eq!(text_of(&5.0_f64.to_le_bytes()), None);
        assert_eq!(text_of(b"\xff"), None);
        assert_eq!(text_of(b""), None);
        assert_eq!(list_of(b"\x01\0"), None);
    }

    #[test]
    fn an_empty_list_is_known_and_empty() {
        assert_eq!(list_of(&payload(&[])), Some(vec![]));
        // Envoy hands an empty list over as four zero bytes.
        assert_eq!(list_of(&[0, 0, 0, 0]), Some(vec![]));
    }
}
