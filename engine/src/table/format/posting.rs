//! Postings: which rules a key can concern, and how a key is found.

use zerocopy::little_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The rules (or server matches) that one key can concern.
#[derive(Debug, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
pub struct Posting {
    /// [`Key`].
    pub key: u8,
    /// First part of the key: a string, an action number, or `NONE`.
    pub a: U32,
    /// Second part, or `NONE`.
    pub b: U32,
    /// The members; see [`members`].
    pub value: U32,
}

closed_enum! {
    /// What a posting's key is made of.
    Key: u8 {
        /// No necessary value: consulted for every call.
        Any = 0,
        /// Server and object name.
        ServerObject = 1,
        /// Object name: tool, prompt or resource URI.
        Object = 2,
        /// Server.
        Server = 3,
        /// Method.
        Method = 4,
        /// Action, by its number.
        Action = 5,
        /// A user, or `NONE` for "identity absent"; so the further subject keys.
        User = 6,
        /// A group.
        Group = 7,
        /// An agent.
        Agent = 8,
        /// A tenant.
        Tenant = 9,
        /// A workload.
        Workload = 10,
        /// A scope.
        Scope = 11,
        /// Permitting rules that can concern a server (`NONE`: any server).
        Permits = 12,
        /// Server matches by host (`NONE`: no exact host).
        Host = 13,
        /// Server matches by cluster name.
        Cluster = 14,
        /// Server matches by route metadata.
        Route = 15,
    }
}

/// The highest two bits of `Posting::value` say what the others are.
pub mod members {
    /// The one member itself.
    pub const ONE: u32 = 0;
    /// First of two words: the first of consecutive members, and how many.
    pub const RANGE: u32 = 1 << 30;
    /// First word of a list: how many members, then the members, ascending.
    pub const LIST: u32 = 2 << 30;
    /// The bits that tell.
    pub const KIND: u32 = 3 << 30;
}

/// Members of a hash in one bucket, on average, when it is written.
pub const BUCKET_LEN: usize = 4;

/// Hash of a string: FNV-1a, its bits mixed. Tables are written by the operator, so that chosen
/// collisions are the operator's own; a request can only miss.
#[must_use]
pub fn hash_text(text: &[u8]) -> u32 {
    mix(text.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)))
}

/// Hash of a posting's key.
#[must_use]
pub fn hash_key(key: u8, a: u32, b: u32) -> u32 {
    let words = u32::from(key).wrapping_mul(0x9e37_79b9) ^ a.wrapping_mul(0x85eb_ca6b);
    mix(mix(words) ^ b.wrapping_mul(0xc2b2_ae35))
}

/// The bucket of a hash among `count`, so that buckets ascend with hashes.
#[must_use]
pub fn bucket(hash: u32, count: usize) -> usize {
    ((u64::from(hash) * count as u64) >> 32) as usize
}

/// Spreads every bit over the high ones, which choose the bucket.
const fn mix(hash: u32) -> u32 {
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x7feb_352d);
    let hash = (hash ^ (hash >> 15)).wrapping_mul(0x846c_a68b);
    hash ^ (hash >> 16)
}
