//! Sessions bound to the caller who opened them, without a table of sessions.
//!
//! A server's session id goes to the client sealed: with the time it expires and a MAC over id, time and
//! caller. Whoever holds the key, in any worker, recognises it; nothing is remembered, so nothing grows. A
//! client that presents another caller's session, or one that expired, is told that it does not exist.

use alloc::format;
use alloc::string::String;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::subject::Subject;
use crate::text::push_hex;

/// How long a session lasts at most, seconds: a day. The client then opens another one.
pub const SESSION_SEC_MAX: u64 = 24 * 60 * 60;

/// Bytes of the MAC in a sealed id: 128 bits.
const MAC_BYTES: usize = 16;

/// Bytes of a pseudonym.
const PSEUDONYM_BYTES: usize = 8;

/// The secret by which sealed ids are recognised.
#[derive(Clone)]
pub struct SessionKey([u8; 32]);

impl core::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

impl SessionKey {
    /// A key of random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> SessionKey {
        SessionKey(bytes)
    }

    /// Seals a server's session id for a caller. `None` for an id that is not visible ASCII (MCP 2025-11-25,
    /// transports): nobody could send it back.
    #[must_use]
    pub fn seal(&self, id: &str, caller: &Subject, now_sec: u64) -> Option<String> {
        if id.is_empty() || !id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)) {
            return None;
        }
        let expires = format!("{:x}", now_sec.saturating_add(SESSION_SEC_MAX));
        let mac = self.mac(id, &expires, caller)?;
        Some(format!("{id}.{expires}.{mac}"))
    }

    /// The server's id in a sealed one, if it was sealed for this caller and has not expired.
    #[must_use]
    pub fn open<'s>(&self, sealed: &'s str, caller: &Subject, now_sec: u64) -> Option<&'s str> {
        let mut parts = sealed.rsplitn(3, '.');
        let (mac, expires, id) = (parts.next()?, parts.next()?, parts.next()?);
        let expected = self.mac(id, expires, caller)?;
        // Every digit is compared, so that the time taken tells nothing of the right ones.
        let differing = expected.bytes().zip(mac.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b));
        let is_ours = differing == 0 && mac.len() == expected.len();
        let expires = u64::from_str_radix(expires, 16).ok()?;
        (is_ours && now_sec < expires).then_some(id)
    }

    /// Stands for a text: equal texts have equal ones, and without the key nobody can find out which text it was.
    #[must_use]
    pub fn pseudonym(&self, text: &str) -> String {
        let mut digits = String::new();
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            // What is sealed begins with a length of eight bytes, never with this.
            mac.update(b"mcpgov:text:");
            mac.update(text.as_bytes());
            push_hex(&mut digits, mac.finalize().into_bytes().get(..PSEUDONYM_BYTES).unwrap_or(&[]));
        }
        digits
    }

    fn mac(&self, id: &str, expires: &str, caller: &Subject) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        let parts = [
            Some(id),
            Some(expires),
            caller.user.as_deref(),
            caller.agent.as_deref(),
            caller.tenant.as_deref(),
            caller.workload.as_deref(),
        ];
        for part in parts {
            // Lengths keep neighbours apart, and an absent part apart from an empty one.
            mac.update(&part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
            mac.update(part.unwrap_or("").as_bytes());
        }
        let mut digits = String::new();
        push_hex(&mut digits, mac.finalize().into_bytes().get(..MAC_BYTES)?);
        Some(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn caller(user: Option<&str>, agent: Option<&str>) -> Subject {
        Subject { user: user.map(String::from), agent: agent.map(String::from), ..Subject::default() }
    }

    const KEY: SessionKey = SessionKey::new([7; 32]);

    #[test]
    fn a_session_is_its_openers_until_it_expires() {
        let ada = caller(Some("ada"), Some("bot"));
        for id in ["abc", "a.b.c", "."] {
            let sealed = KEY.seal(id, &ada, 1000).unwrap();
            assert_eq!(KEY.open(&sealed, &ada, 1000), Some(id));
            assert_eq!(KEY.open(&sealed, &ada, 1000 + SESSION_SEC_MAX - 1), Some(id));
            assert_eq!(KEY.open(&sealed, &ada, 1000 + SESSION_SEC_MAX), None);
            assert_eq!(SessionKey::new([8; 32]).open(&sealed, &ada, 1000), None);
        }
    }

    #[test]
    fn nobody_else_can_present_it() {
        let sealed = KEY.seal("abc", &caller(Some("ada"), Some("bot")), 1000).unwrap();
        for other in [
            caller(Some("eve"), Some("bot")),
            caller(Some("ada"), None),
            caller(None, Some("bot")),
            caller(Some("adab"), Some("ot")),
            caller(None, None),
        ] {
            assert_eq!(KEY.open(&sealed, &other, 1000), None, "{other:?}");
        }
    }

    #[test]
    fn no_changed_or_foreign_id_opens() {
        let ada = caller(Some("ada"), None);
        let sealed = KEY.seal("abc", &ada, 1000).unwrap();
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] ^= 1;
            assert_eq!(KEY.open(core::str::from_utf8(&bytes).unwrap(), &ada, 1000), None, "byte {at}");
        }
        for foreign in ["", "abc", "abc.1", "..", "abc.ffff.", sealed.strip_suffix(|_: char| true).unwrap()] {
            assert_eq!(KEY.open(foreign, &ada, 1000), None, "{foreign}");
        }
        assert_eq!(KEY.seal("", &ada, 0), None);
        assert_eq!(KEY.seal("a b", &ada, 0), None);
    }
}
