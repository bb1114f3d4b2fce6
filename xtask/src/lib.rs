//! The set-up behind `cargo xtask`: where things are, which tools are needed, how the artefacts are built.
//!
//! The end-to-end tests use the same functions, so that `cargo test -p mcpgov-tests` needs no preparation either.

pub mod build;
pub mod command;
pub mod failure;
pub mod paths;
pub mod step;
pub mod tools;

pub use failure::{Failure, Result};
