//! How numbers are written: the sizes of their groups and what joins them, as one number that is compared at once.

use super::groups::Group;

/// How up to eight groups are written: for each, how many digits it has and what joins it to the one before, in a
/// byte of its own, the first in the lowest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Form(u64);

const GROUP_BITS: usize = 8;
const SIZE_BITS: usize = 5;
/// More digits count as so many. The sum over eight groups stays below 256.
const SIZE_MAX: u64 = (1 << SIZE_BITS) - 1;
const EACH: u64 = u64::MAX / 0xFF;

impl Form {
    /// Of a number written with `d` for each digit: `ddd-dd-dddd`.
    pub(super) const fn of(written: &str) -> Form {
        let (mut form, mut place) = (0, 0);
        let mut rest = written.as_bytes();
        while let [first, after @ ..] = rest {
            if *first == b'd' {
                form += 1 << place;
            } else {
                place += GROUP_BITS;
                form += join_code([*first, 0]) << place;
            }
            rest = after;
        }
        Form(form)
    }

    /// Of these groups, at most eight.
    pub(super) fn new(groups: &[Group]) -> Form {
        let all = groups.iter().rev().fold(0, |all, group| {
            let size = (group.len() as u64).min(SIZE_MAX);
            all << GROUP_BITS | join_code(group.join) | size
        });
        // What joins the first to something before is no part of it.
        Form(all & !(0xFF & !SIZE_MAX))
    }

    /// Of the first groups alone.
    pub(super) fn first(self, groups: usize) -> Form {
        let others = u64::MAX.checked_shl((groups * GROUP_BITS) as u32).unwrap_or(0);
        Form(self.0 & !others)
    }

    /// How many digits there are in all groups.
    pub(super) fn digits(self) -> usize {
        // The highest byte of the product is the sum of all bytes.
        (self.sizes().0.wrapping_mul(EACH) >> 56) as usize
    }

    /// Without what joins them: how many digits each group has.
    pub(super) const fn sizes(self) -> Form {
        Form(self.0 & (EACH * SIZE_MAX))
    }

    /// A number of so many bits that differs between most forms.
    pub(super) const fn hash(self, bits: u32) -> usize {
        // Fibonacci's: the golden ratio spreads all bits over the upper ones.
        (self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits)) as usize
    }
}

/// Of what joins groups all but brackets differ in these bits of a product.
const fn bits(join: u8) -> u64 {
    ((join as u64 * 27) >> 5) & 7
}

/// Numbers that are told by their form have nothing else between their groups than what has a code of its own here.
const fn join_code([first, second]: [u8; 2]) -> u64 {
    let code = if second == 0 { bits(first) } else { BRACKET };
    code << SIZE_BITS
}

/// The code of a bracket.
const BRACKET: u64 = bits(b'(');

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn each_join_but_brackets_has_a_code_of_its_own() {
        let mut codes = [0, b' ', b'-', b'.', b'/', b'('].map(|join| join_code([join, 0]));
        codes.sort_unstable();
        assert!(codes.windows(2).all(|two| two[0] < two[1]) && codes[0] == 0);
        for other in [[b')', 0], [b' ', b'('], [b')', b'-']] {
            let told = [0, b' ', b'-', b'.', b'/'].map(|join| join_code([join, 0]));
            assert!(!told.contains(&join_code(other)), "{other:?}");
        }
    }
}
