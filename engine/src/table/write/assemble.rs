//! Sections to one blob.

use alloc::vec;
use alloc::vec::Vec;

use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes};

use super::super::format::{BUCKET_LEN, DirectoryEntry, Header, MAGIC, Section, VERSION, bucket};
use super::super::validate;
use super::{WriteError, count};

pub(super) fn bytes_of<T: IntoBytes + Immutable>(records: &[T]) -> Vec<u8> {
    records.as_bytes().to_vec()
}

/// Starts of the buckets over hashes that ascend by bucket, and the end of the last.
pub(super) fn buckets(hashes: impl ExactSizeIterator<Item = u32>) -> Vec<U32> {
    let count = bucket_count(hashes.len());
    let mut starts = vec![0_u32; count + 1];
    // How many there are in each bucket, then how many before it.
    for hash in hashes {
        if let Some(len) = starts.get_mut(bucket(hash, count) + 1) {
            *len += 1;
        }
    }
    let mut sum = 0;
    starts
        .into_iter()
        .map(|len| {
            sum += len;
            U32::new(sum)
        })
        .collect()
}

/// The members in the order of their buckets; within one they keep their order.
pub(super) fn bucketed<T>(mut members: Vec<T>, hash: impl Fn(&T) -> u32) -> Vec<T> {
    let count = bucket_count(members.len());
    members.sort_by_cached_key(|member| bucket(hash(member), count));
    members
}

fn bucket_count(members: usize) -> usize {
    members.div_ceil(BUCKET_LEN).max(1)
}

pub(super) fn assemble(sections: &[(Section, Vec<u8>)]) -> Result<Vec<u8>, WriteError> {
    let directory_end = size_of::<Header>() + sections.len() * size_of::<DirectoryEntry>();
    let length = directory_end + sections.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
    let mut rest = Vec::with_capacity(length);
    let mut start = directory_end;
    for (section, bytes) in sections {
        let entry = DirectoryEntry {
            kind: (*section as u32).into(),
            start: count(start, "bytes")?.into(),
            length: count(bytes.len(), "bytes")?.into(),
        };
        rest.extend_from_slice(entry.as_bytes());
        start += bytes.len();
    }
    for (_, bytes) in sections {
        rest.extend_from_slice(bytes);
    }
    let mut header = Header {
        magic: MAGIC,
        version: VERSION.into(),
        length: count(length, "bytes")?.into(),
        digest: [0; 32],
        section_count: count(sections.len(), "sections")?.into(),
    };
    header.digest = validate::digest(&header, &rest).0;
    let mut table = header.as_bytes().to_vec();
    table.append(&mut rest);
    Ok(table)
}
