//! The pure centre of mcpgov: bytes -> message -> decision -> effect.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod json;
pub mod message;
pub mod number;
pub mod target;
