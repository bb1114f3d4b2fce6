//! The built-in families.

use super::scanner::Family;
use super::{Kind, assignment, secret};

/// Every family.
pub(super) const ALL: [Family; 2] = [
    Family { kinds: &[Kind::Assignment], grams: assignment::GRAMS, look: assignment::look },
    Family {
        kinds: &[Kind::PrivateKey, Kind::Jwt, Kind::ConnectionString],
        grams: secret::GRAMS,
        look: secret::look,
    },
];
