//! What can be found, by name. Policies choose by these names or globs of them, records and reports use them.

/// What a detector is for; decides what is done where a policy says nothing finer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Personal data.
    Pii,
    /// Credentials.
    Secret,
    /// Text a person does not see as the model does.
    Hidden,
    /// Instructions to the model.
    Injection,
    /// A tool definition that steers the model.
    Poison,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $class:ident;)+) => {
        /// A detector that is built in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $kind),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),+];

            /// The kind of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Kind> {
                Kind::ALL.iter().copied().find(|kind| kind.name() == name)
            }

            /// Its name in policies, records and reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name),+ }
            }

            /// What it is for.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Kind::$kind => Class::$class),+ }
            }
        }
    };
}

kinds! {
    /// An e-mail address.
    Email = "pii.email", Pii;
    /// A phone number.
    Phone = "pii.phone", Pii;
    /// A payment card number (12 to 19 digits, Luhn).
    Card = "pii.card", Pii;
    /// An IBAN (ISO 13616, mod 97).
    Iban = "pii.iban", Pii;
    /// A US social security number.
    Ssn = "pii.us_ssn", Pii;
    /// An IPv4 or IPv6 address.
    Ip = "pii.ip", Pii;
    /// A MAC address.
    Mac = "pii.mac", Pii;
    /// A national identifier that carries a checksum.
    NationalId = "pii.national_id", Pii;
    /// A private key in PEM or a like armour.
    PrivateKey = "secret.private_key", Secret;
    /// A JSON Web Token.
    Jwt = "secret.jwt", Secret;
    /// A password inside a URL or connection string.
    ConnectionString = "secret.connection_string", Secret;
    /// A value assigned to a name that says it is secret.
    Assignment = "secret.assignment", Secret;
    /// User and password of HTTP basic authentication.
    BasicAuth = "secret.basic_auth", Secret;
    /// A password hash as systems store it.
    PasswordHash = "secret.password_hash", Secret;
    /// A random string behind a prefix, as many vendors form their keys.
    Prefixed = "secret.prefixed", Secret;
    /// A password anybody guesses, or what looks like a stand-in, where a secret is in use.
    Weak = "secret.weak", Secret;
    /// Characters of the tag block (U+E0000) or variation selectors that spell text.
    Tags = "hidden.tags", Hidden;
    /// Zero-width characters.
    ZeroWidth = "hidden.zero_width", Hidden;
    /// Characters that reorder text.
    Bidi = "hidden.bidi", Hidden;
    /// Letters that look like others, or styled letters in their place.
    Homoglyph = "hidden.homoglyph", Hidden;
    /// Text that markup hides: comments, invisible styles.
    Markup = "hidden.markup", Hidden;
    /// Prose encoded as base64, hexadecimal, percent, entities, escapes or rot13.
    Encoded = "hidden.encoded", Hidden;
    /// A demand to ignore what was said before, or to be somebody else.
    Override = "injection.override", Injection;
    /// A fake role, turn or tool-result boundary.
    Boundary = "injection.boundary", Injection;
    /// A demand to keep something from the user.
    Secrecy = "injection.secrecy", Injection;
    /// A demand to send data somewhere.
    Exfiltration = "injection.exfiltration", Injection;
    /// An image or link that carries data out when it is shown.
    MarkupExfiltration = "injection.markup", Injection;
    /// A tool description that obliges the model to more than using the tool.
    ToolPoisoning = "poison.tool", Poison;
    /// A tool description that shows some signs of it: for a person to look at.
    ToolSuspicion = "poison.suspicion", Poison;
}
