//! How much is looked at: counted in tests, so that they can tell linear from worse without a clock.

/// So many bytes, or characters, or words, are looked at. Whatever reads on from a place that the trigger shows says
/// so, directly or by what it asks: runs, sets of bytes, words.
#[inline]
pub(super) fn looked(count: usize) {
    #[cfg(test)]
    tests::LOOKED.with(|looked| looked.set(looked.get().wrapping_add(count)));
    let _ = count;
}

#[cfg(test)]
mod tests;
