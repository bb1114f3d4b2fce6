//! The pure centre of mcpgov: bytes -> message -> decision -> effect.
//!
//! No clock, no host, no logging, no I/O: time and identity are arguments, effects are return values.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
// Hash maps, for writing tables; whatever reads them has no use for it.
#[cfg(any(test, feature = "write"))]
extern crate std;

pub mod decide;
pub mod edit;
pub mod era;
pub mod exchange;
pub mod glob;
pub mod guard;
pub mod json;
mod lanes;
pub mod list;
pub mod message;
pub mod network;
pub mod number;
mod order;
pub mod path;
pub mod protect;
pub mod record;
pub mod registry;
pub mod reply;
#[cfg(test)]
mod sample;
pub mod scan;
pub mod session;
mod spelling;
pub mod sse;
pub mod subject;
pub mod table;
pub mod target;
mod text;
pub mod truth;
pub mod vocabulary;
pub mod window;
