//! Sets of bytes.

use crate::scan::work::looked;

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Bytes([u64; 4]);

impl Bytes {
    /// Letters and digits of ASCII.
    pub const ALNUM: Bytes =
        Bytes::range(b'0', b'9').or(&Bytes::range(b'A', b'Z')).or(&Bytes::range(b'a', b'z'));

    /// No byte.
    #[must_use]
    pub const fn none() -> Bytes {
        Bytes([0; 4])
    }

    /// All from `first` to `last`.
    #[must_use]
    pub const fn range(first: u8, last: u8) -> Bytes {
        let mut set = Bytes::none();
        let mut byte = first as u16;
        while byte <= last as u16 {
            set = set.with(byte);
            byte += 1;
        }
        set
    }

    /// These bytes.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Bytes {
        let mut set = Bytes::none();
        let mut rest = bytes;
        while let [first, after @ ..] = rest {
            set = set.with(*first as u16);
            rest = after;
        }
        set
    }

    const fn with(self, byte: u16) -> Bytes {
        let Bytes([a, b, c, d]) = self;
        let bit = 1 << (byte & 63);
        match byte >> 6 {
            0 => Bytes([a | bit, b, c, d]),
            1 => Bytes([a, b | bit, c, d]),
            2 => Bytes([a, b, c | bit, d]),
            _ => Bytes([a, b, c, d | bit]),
        }
    }

    /// Whether the byte is in it.
    #[must_use]
    #[inline]
    pub fn has(&self, byte: u8) -> bool {
        looked(1);
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 != 0)
    }

    /// Both.
    #[must_use]
    pub const fn or(&self, other: &Bytes) -> Bytes {
        let (Bytes([a, b, c, d]), Bytes([e, f, g, h])) = (*self, *other);
        Bytes([a | e, b | f, c | g, d | h])
    }

    /// What is in both.
    #[must_use]
    pub const fn and(&self, other: &Bytes) -> Bytes {
        let (Bytes([a, b, c, d]), Bytes([e, f, g, h])) = (*self, *other);
        Bytes([a & e, b & f, c & g, d & h])
    }

    /// What is not in it.
    #[must_use]
    pub const fn not(&self) -> Bytes {
        let Bytes([a, b, c, d]) = *self;
        Bytes([!a, !b, !c, !d])
    }

    /// Whether no byte is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Bytes::none()
    }

    /// Its bytes in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|byte| self.has(*byte))
    }
}

impl core::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[")?;
        for byte in self.iter() {
            write!(f, "{}", byte.escape_ascii())?;
        }
        f.write_str("]")
    }
}
