//! The host functions as the proxy-wasm ABI 0.2.1 and WASI preview 1 declare them, and nothing else.
//!
//! The SDK declares them too, but behind wrappers that panic; a status is an enum there, so that an
//! undeclared number would be undefined behaviour. Here it is the number it is.

/// Declares host functions, all returning a status.
///
/// Natively each one is there as well and answers `$absent`, so that the crate links for unit tests.
macro_rules! import {
    ($module:literal else $absent:expr; $(fn $name:ident($($arg:ident: $type:ty),* $(,)?);)*) => {
        #[cfg(target_family = "wasm")]
        #[link(wasm_import_module = $module)]
        unsafe extern "C" {
            $(pub(super) fn $name($($arg: $type),*) -> u32;)*
        }

        $(
            #[cfg(not(target_family = "wasm"))]
            pub(super) unsafe fn $name($(_: $type),*) -> u32 {
                $absent
            }
        )*
    };
}

import! { "env" else super::Status::Unimplemented as u32;
    fn proxy_log(level: u32, text: *const u8, text_size: usize);
    fn proxy_get_current_time_nanoseconds(time: *mut u64);
    fn proxy_set_tick_period_milliseconds(period: u32);
    fn proxy_set_effective_context(context: u32);

    fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize);
    fn proxy_get_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    );
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    );
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    );
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize);

    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        size_max: usize,
        data: *mut *mut u8,
        size: *mut usize,
    );
    fn proxy_set_buffer_bytes(
        buffer: u32,
        start: usize,
        replaced_size: usize,
        bytes: *const u8,
        bytes_size: usize,
    );

    fn proxy_get_property(path: *const u8, path_size: usize, data: *mut *mut u8, size: *mut usize);
    fn proxy_set_property(path: *const u8, path_size: usize, value: *const u8, value_size: usize);

    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
        version: *mut u32,
    );
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        version: u32,
    );

    fn proxy_continue_stream(stream: u32);
    fn proxy_close_stream(stream: u32);
    fn proxy_send_local_response(
        http_status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    );

    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, metric: *mut u32);
    fn proxy_increment_metric(metric: u32, by: i64);
    fn proxy_record_metric(metric: u32, value: u64);
}

/// WASI `errno::nosys`.
#[cfg(not(target_family = "wasm"))]
const NOSYS: u32 = 52;

import! { "wasi_snapshot_preview1" else NOSYS;
    fn random_get(bytes: *mut u8, size: usize);
}
