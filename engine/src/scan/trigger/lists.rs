//! Which grams may be meant where the classes of four bytes show that there is one.

use alloc::vec::Vec;

use super::gram::{Exact, Gram};
use crate::order;

/// Lists of grams, each known by where its groups begin.
pub(super) struct Lists {
    groups: Vec<Group>,
    many: Vec<Many>,
    /// Those of groups that have many.
    members: Vec<Member>,
}

/// Grams of one list that know the same bits of their bytes.
struct Group {
    fold: u32,
    mask: u32,
    members: Members,
    /// Whether it is the last of its list.
    is_last: bool,
}

enum Members {
    /// Most groups have one, and each place that is read on the way to a member is in another part of the memory.
    One(Member),
    Many(u16),
}

/// The members of a group that has several; they are few, for the classes of their bytes are the same.
struct Many {
    /// A bit for what each member must be: in scripts whose bytes the classes hardly tell apart, most places of a text
    /// lead to a list, and to none of its members.
    sieve: [u64; 4],
    /// Where they begin and end.
    from: u32,
    to: u32,
}

/// A gram of a group.
#[derive(Clone, Copy)]
struct Member {
    /// What the bits that are known must be.
    value: u32,
    meant: Meant,
}

/// What a gram means.
#[derive(Clone, Copy)]
pub(super) struct Meant {
    pub(super) source: u16,
    /// How many of the four bytes come before the place of interest.
    pub(super) before: u8,
}

impl Lists {
    pub(super) fn new() -> Lists {
        Lists { groups: Vec::new(), many: Vec::new(), members: Vec::new() }
    }

    /// Adds a list of those of these grams that have these numbers, and says which it is.
    pub(super) fn add(&mut self, grams: &[(u16, Gram)], numbers: &[u16]) -> Option<u16> {
        let start = u16::try_from(self.groups.len()).ok()?;
        let mut list: Vec<&(u16, Gram)> =
            numbers.iter().filter_map(|number| grams.get(usize::from(*number))).collect();
        order::by_number(&mut list, |(_, Gram { exact, .. })| {
            u128::from(exact.fold) << 64 | u128::from(exact.mask) << 32 | u128::from(exact.value)
        });
        for group in list.chunk_by(|(_, one), (_, other)| {
            (one.exact.fold, one.exact.mask) == (other.exact.fold, other.exact.mask)
        }) {
            let (_, Gram { exact: Exact { fold, mask, .. }, .. }) = **group.first()?;
            let members = self.members(group)?;
            self.groups.push(Group { fold, mask, members, is_last: false });
        }
        self.groups.last_mut()?.is_last = true;
        Some(start)
    }

    fn members(&mut self, grams: &[&(u16, Gram)]) -> Option<Members> {
        let mut members = grams.iter().map(|(source, gram)| Member {
            value: gram.exact.value,
            meant: Meant { source: *source, before: gram.before },
        });
        if let [_] = grams {
            return members.next().map(Members::One);
        }
        let from = u32::try_from(self.members.len()).ok()?;
        self.members.extend(members);
        let to = u32::try_from(self.members.len()).ok()?;
        let mut sieve = [0; 4];
        for (_, gram) in grams {
            let (word, bit) = sieve_bit(gram.exact.value);
            *sieve.get_mut(word)? |= bit;
        }
        let number = u16::try_from(self.many.len()).ok()?;
        self.many.push(Many { sieve, from, to });
        Some(Members::Many(number))
    }

    /// Calls `each` with what every gram of a list means that these four bytes are.
    #[inline]
    pub(super) fn each(&self, list: u16, four: u32, mut each: impl FnMut(Meant)) {
        for group in self.groups.get(usize::from(list)..).unwrap_or(&[]) {
            let shown = (four | group.fold) & group.mask;
            match group.members {
                Members::One(member) if member.value == shown => each(member.meant),
                Members::One(_) => {}
                Members::Many(number) => self.each_of(number, shown, &mut each),
            }
            if group.is_last {
                break;
            }
        }
    }

    #[inline]
    fn each_of(&self, number: u16, shown: u32, each: &mut impl FnMut(Meant)) {
        let Some(many) = self.many.get(usize::from(number)).filter(|many| many.may_have(shown)) else {
            return;
        };
        let members = self.members.get(many.from as usize..many.to as usize).unwrap_or(&[]);
        members.iter().filter(|member| member.value == shown).for_each(|member| each(member.meant));
    }
}

impl Many {
    /// Whether a member may want to see this.
    #[inline]
    fn may_have(&self, shown: u32) -> bool {
        let (word, bit) = sieve_bit(shown);
        self.sieve.get(word).is_some_and(|sieve| sieve & bit != 0)
    }
}

/// Where a sieve has the bit of four bytes: which word, and which bit of it.
#[inline]
fn sieve_bit(bytes: u32) -> (usize, u64) {
    // Any odd number with bits set all over; the upper bits have something of every byte.
    let hash = bytes.wrapping_mul(0x9E37_79B1);
    ((hash >> 30) as usize, 1 << (hash >> 24 & 63))
}
