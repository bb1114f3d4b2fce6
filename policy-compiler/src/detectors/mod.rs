//! What the built-in detectors know: data that the compiler puts into tables.

pub mod phrases;
