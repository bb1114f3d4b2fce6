//! The built-in families.

use super::scanner::Family;
use super::{Kind, assignment, hidden, pii, secret};

/// The number of the family of [`Kind::Assignment`].
pub(super) const ASSIGNMENT: usize = 0;

/// Every family.
pub(super) const ALL: [Family; 7] = [
    Family { kinds: &[Kind::Assignment, Kind::Weak], grams: assignment::GRAMS, look: assignment::look },
    Family {
        kinds: &[
            Kind::PrivateKey,
            Kind::Jwt,
            Kind::ConnectionString,
            Kind::BasicAuth,
            Kind::PasswordHash,
            Kind::Prefixed,
            Kind::Weak,
        ],
        grams: secret::GRAMS,
        look: secret::look,
    },
    Family {
        kinds: &[Kind::Phone, Kind::Card, Kind::Ssn, Kind::Ip, Kind::NationalId],
        grams: pii::number::GRAMS,
        look: pii::number::look,
    },
    Family { kinds: &[Kind::Email], grams: pii::email::GRAMS, look: pii::email::look },
    Family { kinds: &[Kind::Ip, Kind::Mac], grams: pii::hex::GRAMS, look: pii::hex::look },
    Family { kinds: &[Kind::Iban, Kind::NationalId], grams: pii::coded::GRAMS, look: pii::coded::look },
    Family {
        kinds: &[Kind::Tags, Kind::ZeroWidth, Kind::Bidi, Kind::Homoglyph, Kind::Markup],
        grams: hidden::GRAMS,
        look: hidden::look,
    },
];
