//! Sections to one blob.

use alloc::vec;
use alloc::vec::Vec;

use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes};

use super::super::format::{DirectoryEntry, Header, MAGIC, NONE, Section, VERSION};
use super::super::validate;
use super::{WriteError, count};

pub(super) fn bytes_of<T: IntoBytes + Immutable>(records: &[T]) -> Vec<u8> {
    records.as_bytes().to_vec()
}

/// Slots of an open-addressing hash at most half full: each holds a member's number or `NONE`.
pub(super) fn slots(hashes: impl ExactSizeIterator<Item = u32>) -> Vec<U32> {
    let size = hashes.len().saturating_mul(2).next_power_of_two().max(2);
    let mut slots = vec![U32::new(NONE); size];
    for (number, hash) in (0_u32..).zip(hashes) {
        let free = (0..size).map(|step| (hash as usize).wrapping_add(step) & (size - 1));
        for slot in free {
            if let Some(slot) = slots.get_mut(slot).filter(|slot| slot.get() == NONE) {
                *slot = number.into();
                break;
            }
        }
    }
    slots
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
