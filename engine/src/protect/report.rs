//! What was found in a message.

use alloc::vec::Vec;
use core::ops::Range;

use super::plan::Treated;
use crate::record::PLACES_MAX;
use crate::vocabulary::Treatment;

/// What was found, and what is to become of the message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How much was found.
    pub sums: Vec<Sum>,
    /// Where, of each sum the first few, in the order of the text as far as they stand in the text itself.
    pub finds: Vec<Find>,
    /// What concerns the whole message, and the detector whose find says so.
    pub message: Option<(Treatment, u16)>,
}

/// How often one detector found something that is treated alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The detector.
    pub detector: u16,
    /// What is done.
    pub treated: Treated,
    /// How often, once at least.
    pub count: u32,
}

/// Something found in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The detector.
    pub detector: u16,
    /// Bytes of the JSON text; of what stands inside a decoded string, the string's own.
    pub place: Range<usize>,
    /// What is done.
    pub treated: Treated,
}

impl Report {
    pub(super) fn note(&mut self, detector: u16, place: Range<usize>, treated: Treated) {
        if treated.now.is_of_message() && self.message.is_none_or(|(worst, _)| worst < treated.now) {
            self.message = Some((treated.now, detector));
        }
        let mut sums = self.sums.iter_mut();
        match sums.find(|sum| sum.detector == detector && sum.treated == treated) {
            Some(sum) => {
                sum.count = sum.count.saturating_add(1);
                if sum.count as usize > PLACES_MAX {
                    return;
                }
            }
            None => self.sums.push(Sum { detector, treated, count: 1 }),
        }
        self.finds.push(Find { detector, place, treated });
    }
}
