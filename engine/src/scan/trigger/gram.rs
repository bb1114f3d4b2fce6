//! What shows a place: four bytes in a row, by their classes and partly exactly.

use super::class::{CLASS_BITS, Set, class};

/// Four bytes in a row that a place of interest shows. Beyond either end of a text every byte is in the class of
/// the space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gram {
    /// What the four bytes may be.
    pub sets: [Set; 4],
    /// How many of the four come before the place of interest, 0 to 3.
    pub before: u8,
    /// What some of the four must be exactly: classes say too little where many bytes share one.
    pub exact: Exact,
}

/// Bytes of a gram that must be these, the first in the lowest bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact {
    /// The bit of the case, where it does not matter.
    pub(super) fold: u32,
    pub(super) mask: u32,
    pub(super) value: u32,
}

impl Exact {
    /// These bytes, as far as they are known; the case of ASCII letters does not matter.
    #[must_use]
    pub const fn of(bytes: [Option<u8>; 4]) -> Exact {
        let mut exact = Exact { fold: 0, mask: 0, value: 0 };
        let mut rest: &[Option<u8>] = &bytes;
        let mut shift = 0;
        while let [first, after @ ..] = rest {
            if let Some(byte) = first {
                let fold = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
                exact.fold |= fold << shift;
                exact.mask |= 0xFF << shift;
                exact.value |= (*byte as u32 | fold) << shift;
            }
            shift += 8;
            rest = after;
        }
        exact
    }

    /// One of two bytes each; also what only mixes their bits.
    #[must_use]
    pub fn either(bytes: [Option<[u8; 2]>; 4]) -> Exact {
        let mut exact = Exact::default();
        for (bytes, shift) in bytes.into_iter().zip([0, 8, 16, 24]) {
            if let Some([one, other]) = bytes {
                exact.fold |= u32::from(one ^ other) << shift;
                exact.mask |= 0xFF << shift;
                exact.value |= u32::from(one | other) << shift;
            }
        }
        exact
    }

    #[cfg(test)]
    const fn is(self, four: u32) -> bool {
        (four | self.fold) & self.mask == self.value
    }
}

impl Gram {
    /// A place where this text begins, in either case; of more than four bytes the first four count.
    #[must_use]
    pub const fn literal(text: &[u8]) -> Gram {
        let mut sets = [Set::ANY; 4];
        let mut exact = [None; 4];
        let [a, b, c, d] = &mut sets;
        let [e, f, g, h] = &mut exact;
        if let [first, ..] = text {
            (*a, *e) = (Set(1 << class(*first)), Some(*first));
        }
        if let [_, second, ..] = text {
            (*b, *f) = (Set(1 << class(*second)), Some(*second));
        }
        if let [_, _, third, ..] = text {
            (*c, *g) = (Set(1 << class(*third)), Some(*third));
        }
        if let [_, _, _, fourth, ..] = text {
            (*d, *h) = (Set(1 << class(*fourth)), Some(*fourth));
        }
        Gram { sets, before: 0, exact: Exact::of(exact) }
    }

    /// The same, where the byte of this number (0 to 3) is exactly this one.
    #[must_use]
    pub const fn with(mut self, number: u32, byte: u8) -> Gram {
        let fold = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
        self.exact.fold |= fold << (8 * number);
        self.exact.mask |= 0xFF << (8 * number);
        self.exact.value |= (byte as u32 | fold) << (8 * number);
        self
    }

    /// Four of these in a row, so many of them before the place of interest.
    #[must_use]
    pub const fn of(sets: [Set; 4], before: u8) -> Gram {
        Gram { sets, before, exact: Exact { fold: 0, mask: 0, value: 0 } }
    }

    /// Whether it shows at this place: what the trigger does for many at once, told plainly.
    #[cfg(test)]
    pub(crate) fn matches(&self, text: &[u8], at: usize) -> bool {
        (0_usize..).zip(self.sets).all(|(number, set)| {
            let place = (at + number).checked_sub(usize::from(self.before));
            let byte = place.and_then(|place| text.get(place)).copied().unwrap_or(b' ');
            set.0 >> class(byte) & 1 == 1
        }) && self.exact.is(super::four(text, at + 4 - usize::from(self.before)))
    }

    /// Windows it stands for.
    pub(super) fn cells(&self) -> usize {
        self.sets.iter().map(|set| set.0.count_ones() as usize).product()
    }

    pub(super) fn each_cell(&self, mut cell: impl FnMut(u32)) {
        let [a, b, c, d] = self.sets.map(Set::classes);
        for first in a {
            for second in b.clone() {
                for third in c.clone() {
                    for fourth in d.clone() {
                        let window = [first, second, third, fourth];
                        cell(window.into_iter().fold(0, |window, class| window << CLASS_BITS | class));
                    }
                }
            }
        }
    }
}
