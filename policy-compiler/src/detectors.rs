//! Detectors that are data: the catalogue of vendors' formats, and those that policies add.

pub mod catalogue;
pub mod pattern;
pub mod phrases;
#[cfg(test)]
mod testing;
