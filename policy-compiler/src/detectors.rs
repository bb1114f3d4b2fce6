//! Detectors that are data: the catalogue of vendors' formats, and those that policies add.

pub mod catalogue;
pub mod pattern;
#[cfg(test)]
mod testing;
