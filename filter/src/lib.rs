//! The Envoy filter: host calls to events, effects to host calls. It holds no policy and decides nothing.

pub mod config;
pub mod host;
pub mod identity;
pub mod metrics;
pub mod pairs;
mod root;
mod stream;

/// A quarter of the time a call takes goes into small allocations; the default allocator is made for size.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// What Envoy calls first.
mod start {
    use super::root::Root;

    proxy_wasm::main! {{
        proxy_wasm::set_log_level(proxy_wasm::types::LogLevel::Warn);
        proxy_wasm::set_root_context(|_| Box::new(Root::default()));
    }}
}
