//! Which grams may be meant where the classes of four bytes show that there is one.

use alloc::vec::Vec;

use super::gram::{Exact, Gram};
use crate::order;

/// So many members are compared one by one.
const FEW: usize = 8;

/// Lists of grams, by number.
pub(super) struct Lists {
    lists: Vec<List>,
    groups: Vec<Group>,
    /// By group.
    members: Vec<Member>,
}

enum List {
    /// One gram that its classes tell. Digits have such lists, and each place that is read on the way to the members is
    /// in another part of the memory.
    One(Meant),
    /// Where its groups begin.
    Groups(u32),
}

/// Grams of one list that know the same bits of their bytes, ascending by what these must be.
struct Group {
    fold: u32,
    mask: u32,
    /// A bit for what each member must be: in scripts whose bytes the classes hardly tell apart, most places of a text
    /// lead to a list, and to none of its members.
    sieve: [u64; 4],
    /// Where its members begin and end.
    from: u32,
    to: u32,
    /// Whether it is the last of its list.
    is_last: bool,
}

/// A gram of a group.
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
        Lists { lists: Vec::new(), groups: Vec::new(), members: Vec::new() }
    }

    /// Adds a list of those of these grams that have these numbers.
    pub(super) fn add(&mut self, grams: &[(u16, Gram)], numbers: &[u16]) -> Option<()> {
        let meant = |(source, gram): &(u16, Gram)| Meant { source: *source, before: gram.before };
        if let [number] = numbers
            && let Some(alone) = grams.get(usize::from(*number)).filter(|(_, gram)| gram.exact.mask == 0)
        {
            self.lists.push(List::One(meant(alone)));
            return Some(());
        }
        let start = u32::try_from(self.groups.len()).ok()?;
        let mut list: Vec<&(u16, Gram)> =
            numbers.iter().filter_map(|number| grams.get(usize::from(*number))).collect();
        order::by_number(&mut list, |(_, Gram { exact, .. })| {
            u128::from(exact.fold) << 64 | u128::from(exact.mask) << 32 | u128::from(exact.value)
        });
        for group in list.chunk_by(|(_, one), (_, other)| {
            (one.exact.fold, one.exact.mask) == (other.exact.fold, other.exact.mask)
        }) {
            let (_, Gram { exact: Exact { fold, mask, .. }, .. }) = **group.first()?;
            let mut sieve = [0; 4];
            for (_, gram) in group {
                let (word, bit) = sieve_bit(gram.exact.value);
                *sieve.get_mut(word)? |= bit;
            }
            let from = u32::try_from(self.members.len()).ok()?;
            let members = group.iter().map(|one| Member { value: one.1.exact.value, meant: meant(one) });
            self.members.extend(members);
            let to = u32::try_from(self.members.len()).ok()?;
            self.groups.push(Group { fold, mask, sieve, from, to, is_last: false });
        }
        self.groups.last_mut()?.is_last = true;
        self.lists.push(List::Groups(start));
        Some(())
    }

    /// Calls `each` with what every gram of a list means that these four bytes are.
    #[inline]
    pub(super) fn each(&self, list: u16, four: u32, mut each: impl FnMut(Meant)) {
        let start = match self.lists.get(usize::from(list)) {
            Some(List::One(meant)) => return each(*meant),
            Some(List::Groups(start)) => *start as usize,
            None => return,
        };
        for group in self.groups.get(start..).unwrap_or(&[]) {
            let shown = (four | group.fold) & group.mask;
            if group.may_have(shown) {
                let members = self.members.get(group.from as usize..group.to as usize).unwrap_or(&[]);
                let first = if members.len() > FEW {
                    members.partition_point(|member| member.value < shown)
                } else {
                    0
                };
                let members = members.iter().skip(first);
                members
                    .take_while(|member| member.value <= shown)
                    .filter(|member| member.value == shown)
                    .for_each(|member| each(member.meant));
            }
            if group.is_last {
                break;
            }
        }
    }
}

impl Group {
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
