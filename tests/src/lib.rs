//! The test bed: real Envoy, real MCP clients and servers, and peers that behave as no library would.
//!
//! Everything here binds to the loopback address, on ports the system chooses, and ends when its value is dropped.
//! A harness reports by panicking: there is no test that could go on without it.

pub mod artifact;
pub mod audit;
pub mod certificate;
pub mod client;
pub mod config;
pub mod envoy;
pub mod fixture;
pub mod governed;
pub mod http2;
pub mod raw;
pub mod scratch;
pub mod script;
pub mod sdk;
pub mod session;
pub mod stream;
pub mod token;
pub mod upstream;

/// How often a repetitive test repeats: `count`, ten times that in a long run (`cargo xtask test --long`).
pub fn repetitions(count: usize) -> usize {
    if std::env::var_os("MCPGOV_LONG").is_some() { count * 10 } else { count }
}
