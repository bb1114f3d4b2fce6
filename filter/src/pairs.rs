//! The proxy-wasm encoding of an ordered list of byte-string pairs.
//!
//! Header maps, protobuf structs and lists read as properties, and the headers of a local reply all
//! travel in it (proxy-wasm ABI 0.2.1, "serialized map"):
//!
//! ```text
//! count: u32 LE | count x (key size: u32 LE, value size: u32 LE) | count x (key, 0, value, 0)
//! ```
//!
//! Values are untyped. Envoy writes a string as its bytes, a number as an `f64` in 8 little-endian
//! bytes, a boolean as one byte, a struct as nested pairs, and a list as pairs whose keys are the
//! elements and whose values are empty. The fields of a struct come in no particular order. Nothing tells
//! an eight-character string from a number, or a hostile string from a list: read a value as the one type
//! that is wanted of it.

const WORD: usize = size_of::<u32>();
const ENTRY: usize = 2 * WORD;

/// A well-formed encoding, borrowed. Reading it does not allocate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs<'a> {
    /// The sizes of all keys and values: a multiple of `ENTRY` bytes.
    sizes: &'a [u8],
    /// The keys and values, each followed by a NUL.
    data: &'a [u8],
}

impl<'a> Pairs<'a> {
    /// Reads a whole encoding. No bytes at all are no pairs, which is how a host passes an empty map.
    ///
    /// `None` if `bytes` are anything but the one encoding of some pairs: cut short, too long, or with
    /// something else where a NUL belongs.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let (count, rest) = word(bytes)?;
        // The product may not fit a 32-bit word: `count` is whatever the bytes say.
        let (sizes, data) = rest.split_at_checked(count.checked_mul(ENTRY)?)?;
        let pairs = Self { sizes, data };
        let mut iter = pairs.iter();
        iter.by_ref().for_each(drop);
        (iter.sizes.is_empty() && iter.data.is_empty()).then_some(pairs)
    }

    /// All pairs, in order.
    pub fn iter(&self) -> Iter<'a> {
        Iter { sizes: self.sizes, data: self.data }
    }

    /// The value of the first pair whose key is exactly `key`.
    pub fn get(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.iter().find_map(|(k, value)| (k == key).then_some(value))
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.sizes.len() / ENTRY
    }

    /// Whether there are no pairs.
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }
}

impl<'a> IntoIterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Iterator over the `(key, value)` of [`Pairs`].
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    sizes: &'a [u8],
    data: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    /// Ends at the first malformed pair and leaves it unconsumed, so that `parse` can see there was one.
    fn next(&mut self) -> Option<Self::Item> {
        let (key_size, sizes) = word(self.sizes)?;
        let (value_size, sizes) = word(sizes)?;
        let (key, data) = terminated(self.data, key_size)?;
        let (value, data) = terminated(data, value_size)?;
        *self = Self { sizes, data };
        Some((key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.sizes.len() / ENTRY))
    }
}

/// A well-formed encoding, owned: what the host hands over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairsBuf(Vec<u8>);

impl PairsBuf {
    /// Takes `bytes` if they are well-formed; see [`Pairs::parse`].
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        Pairs::parse(&bytes)?;
        Some(Self(bytes))
    }

    /// Encodes `pairs`. `None` if their number or a size does not fit 32 bits.
    pub fn encode<K: AsRef<[u8]>, V: AsRef<[u8]>>(pairs: &[(K, V)]) -> Option<Self> {
        let mut bytes = Vec::new();
        bytes.extend(size(pairs.len())?);
        for (key, value) in pairs {
            bytes.extend(size(key.as_ref().len())?);
            bytes.extend(size(value.as_ref().len())?);
        }
        for (key, value) in pairs {
            bytes.extend_from_slice(key.as_ref());
            bytes.push(0);
            bytes.extend_from_slice(value.as_ref());
            bytes.push(0);
        }
        Some(Self(bytes))
    }

    /// The pairs, to be read.
    pub fn as_pairs(&self) -> Pairs<'_> {
        // They are well-formed since construction; the split is only found again, not checked again.
        let split = word(&self.0).and_then(|(count, rest)| rest.split_at_checked(count.checked_mul(ENTRY)?));
        split.map(|(sizes, data)| Pairs { sizes, data }).unwrap_or_default()
    }

    /// The encoding, to be sent.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Joins the parts of a property path the way the host splits it: by NUL.
///
/// `None` if a part contains a NUL: it would name another property than the one that was meant.
pub fn property_path(parts: &[&str]) -> Option<Vec<u8>> {
    if parts.iter().any(|part| part.contains('\0')) {
        return None;
    }
    Some(parts.join("\0").into_bytes())
}

/// Splits a little-endian `u32` off the front.
fn word(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<WORD>()?;
    Some((usize::try_from(u32::from_le_bytes(*word)).ok()?, rest))
}

/// Splits `size` bytes and the NUL behind them off the front, and drops the NUL.
fn terminated(bytes: &[u8], size: usize) -> Option<(&[u8], &[u8])> {
    let (text, rest) = bytes.split_at_checked(size)?;
    Some((text, rest.strip_prefix(b"\0")?))
}

fn size(size: usize) -> Option<[u8; WORD]> {
    u32::try_from(size).ok().map(u32::to_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    const ONE: &[u8] = b"\x01\0\0\0\x01\0\0\0\x02\0\0\0k\0\xff\xfe\0";

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        vec(any::<u8>(), 0..20)
    }

    #[test]
    fn reads_what_the_abi_describes() {
        let pairs = Pairs::parse(ONE).unwrap();
        assert_eq!(pairs.iter().collect::<Vec<_>>(), [(&b"k"[..], &b"\xff\xfe"[..])]);
        assert_eq!(pairs.get(b"k"), Some(&b"\xff\xfe"[..]));
        assert_eq!(pairs.get(b"K"), None);
        assert_eq!(PairsBuf::encode(&[("k", b"\xff\xfe")]).unwrap().as_bytes(), ONE);
    }

    #[test]
    fn no_pairs_have_two_spellings() {
        for empty in [&b""[..], b"\0\0\0\0"] {
            assert!(Pairs::parse(empty).unwrap().is_empty());
            assert!(PairsBuf::new(empty.to_vec()).unwrap().as_pairs().is_empty());
        }
    }

    #[test]
    fn repeated_keys_stay_in_order_and_get_finds_the_first() {
        let encoded = PairsBuf::encode(&[("a", "1"), ("a", "2"), ("", "")]).unwrap();
        let pairs = encoded.as_pairs();
        assert_eq!(pairs.len(), 3);
        assert_eq!(pairs.get(b"a"), Some(&b"1"[..]));
        assert_eq!(pairs.iter().nth(1), Some((&b"a"[..], &b"2"[..])));
        assert_eq!(pairs.get(b""), Some(&b""[..]));
    }

    #[test]
    fn refuses_every_prefix_surplus_and_missing_nul() {
        for end in 1..ONE.len() {
            assert_eq!(Pairs::parse(&ONE[..end]), None, "prefix of {end} bytes");
        }
        assert_eq!(Pairs::parse(&[ONE, b"\0"].concat()), None);
        assert_eq!(Pairs::parse(b"\0\0\0\0\0"), None);
        for nul in [13, 16] {
            let mut bytes = ONE.to_vec();
            assert_eq!(bytes[nul], 0);
            bytes[nul] = 1;
            assert_eq!(Pairs::parse(&bytes), None, "no NUL at {nul}");
        }
    }

    #[test]
    fn refuses_sizes_beyond_the_bytes() {
        for at in [0, 4, 8] {
            let mut bytes = ONE.to_vec();
            bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            assert_eq!(Pairs::parse(&bytes), None, "word at {at}");
        }
    }

    #[test]
    fn property_paths_are_joined_by_nul_and_may_not_smuggle_one() {
        assert_eq!(property_path(&["request", "path"]).unwrap(), b"request\0path");
        assert_eq!(property_path(&["mcpgov"]).unwrap(), b"mcpgov");
        assert_eq!(property_path(&["metadata", "a\0b"]), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(input in vec((bytes(), bytes()), 0..20)) {
            let encoded = PairsBuf::encode(&input).unwrap();
            let read = Pairs::parse(encoded.as_bytes()).unwrap();
            prop_assert_eq!(read, encoded.as_pairs());
            let read: Vec<_> = read.iter().map(|(k, v)| (k.to_vec(), v.to_vec())).collect();
            prop_assert_eq!(read, input);
        }

        /// Small words make it likely that arbitrary bytes get past the count and the sizes.
        #[test]
        fn arbitrary_bytes_are_refused_or_are_the_encoding_of_what_is_read(
            words in vec(0u32..6, 0..8),
            tail in vec(prop_oneof![Just(0u8), any::<u8>()], 0..30),
        ) {
            let mut bytes: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
            bytes.extend(tail);
            if let Some(pairs) = Pairs::parse(&bytes).filter(|_| !bytes.is_empty()) {
                let read: Vec<_> = pairs.iter().collect();
                prop_assert_eq!(read.len(), pairs.len());
                let encoded = PairsBuf::encode(&read).unwrap();
                prop_assert_eq!(encoded.as_bytes(), &bytes[..]);
            }
        }
    }
}
