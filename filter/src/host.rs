//! Calls to the host (Envoy), and the only `unsafe` code of the filter.
//!
//! Every function is safe, total, and returns the host's status as an error. The accessors of the
//! `proxy_wasm` crate are not used: they panic on a header byte that is not UTF-8 and on statuses they
//! do not expect, and a panic takes down the filter for every request of the worker.
//!
//! Outside wasm there is no host and every call fails with [`Status::Unimplemented`].

#[cfg_attr(
    not(target_family = "wasm"),
    expect(clippy::too_many_arguments, reason = "the twins take what the ABI says")
)]
mod ffi;

use core::{fmt, ptr, time::Duration};

use crate::pairs::PairsBuf;

/// Why a host call failed: proxy-wasm's result codes, except for success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// What was asked for does not exist, now or ever.
    NotFound = 1,
    /// An argument is wrong, or the call is not possible in the present phase of the stream.
    BadArgument = 2,
    /// The value has no serialised form.
    SerializationFailure = 3,
    /// An argument could not be decoded.
    ParseFailure = 4,
    /// An expression is wrong.
    BadExpression = 5,
    /// A pointer was outside of the module's memory.
    InvalidMemoryAccess = 6,
    /// There is nothing there.
    Empty = 7,
    /// Shared data was changed by somebody else since it was read.
    CasMismatch = 8,
    /// A value has another type than expected.
    ResultMismatch = 9,
    /// The host failed, or a capability restriction forbids the call.
    InternalFailure = 10,
    /// A connection broke.
    BrokenConnection = 11,
    /// The host has no such function.
    Unimplemented = 12,
    /// The host reported success and returned something unusable, or reported a status that the ABI does not
    /// have. Not a code of the ABI.
    Malformed,
}

impl Status {
    /// Turns the number a host call returned into a result.
    fn check(raw: u32) -> Result<(), Self> {
        Err(match raw {
            0 => return Ok(()),
            1 => Self::NotFound,
            2 => Self::BadArgument,
            3 => Self::SerializationFailure,
            4 => Self::ParseFailure,
            5 => Self::BadExpression,
            6 => Self::InvalidMemoryAccess,
            7 => Self::Empty,
            8 => Self::CasMismatch,
            9 => Self::ResultMismatch,
            10 => Self::InternalFailure,
            11 => Self::BrokenConnection,
            12 => Self::Unimplemented,
            _ => Self::Malformed,
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::BadArgument => "bad argument",
            Self::SerializationFailure => "serialization failure",
            Self::ParseFailure => "parse failure",
            Self::BadExpression => "bad expression",
            Self::InvalidMemoryAccess => "invalid memory access",
            Self::Empty => "empty",
            Self::CasMismatch => "compare-and-swap mismatch",
            Self::ResultMismatch => "result mismatch",
            Self::InternalFailure => "internal failure",
            Self::BrokenConnection => "broken connection",
            Self::Unimplemented => "unimplemented",
            Self::Malformed => "malformed answer of the host",
        })
    }
}

impl core::error::Error for Status {}

/// A header map of the current stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Map {
    /// Request headers.
    RequestHeaders = 0,
    /// Request trailers.
    RequestTrailers = 1,
    /// Response headers.
    ResponseHeaders = 2,
}

/// A buffer of the current context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Buffer {
    /// The part of the request body that is held back.
    RequestBody = 0,
    /// The part of the response body that is held back.
    ResponseBody = 1,
    /// The plugin configuration; only while configuring.
    PluginConfiguration = 7,
}

/// A direction of the current stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// From client to server.
    Request = 0,
    /// From server to client.
    Response = 1,
}

/// What a metric does with the values it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum MetricKind {
    /// Only grows; see [`increment`].
    Counter = 0,
    /// Is set; see [`record`].
    Gauge = 1,
    /// Collects a distribution; see [`record`].
    Histogram = 2,
}

/// A metric defined by [`define_metric`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric(u32);

#[cfg(test)]
impl Metric {
    /// A metric of a host that a test plays.
    pub(crate) fn from_index(index: usize) -> Self {
        Self(index as u32)
    }

    /// What it was made from.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Level {
    /// For developers.
    Debug = 1,
    /// Normal but rare events.
    Info = 2,
    /// Something an operator should look at.
    Warn = 3,
    /// Something that does not work.
    Error = 4,
}

/// All pairs of `map`, in order. Values are raw bytes, which need not be UTF-8.
///
/// A map that is not there (not come yet, gone on, or no stream at all) is an empty one to Envoy, while the
/// functions for single headers answer [`Status::BadArgument`] then.
pub fn header_map(map: Map) -> Result<PairsBuf, Status> {
    let bytes = returned(|data, size| {
        // SAFETY: `data` and `size` are valid for writes.
        unsafe { ffi::proxy_get_header_map_pairs(map as u32, data, size) }
    })?;
    PairsBuf::new(bytes).ok_or(Status::Malformed)
}

/// The value of the header `name` (lower case), `None` without such a header. Of a repeated header, the
/// first value only: ask [`header_map`] for all.
pub fn get_header(map: Map, name: &str) -> Result<Option<Vec<u8>>, Status> {
    optional(returned(|data, size| {
        // SAFETY: `name` is valid for reads of its length; `data` and `size` are valid for writes.
        unsafe { ffi::proxy_get_header_map_value(map as u32, name.as_ptr(), name.len(), data, size) }
    }))
}

/// Makes `value` the only value of the header `name`.
pub fn set_header(map: Map, name: &str, value: &[u8]) -> Result<(), Status> {
    // SAFETY: `name` and `value` are valid for reads of their lengths.
    Status::check(unsafe {
        ffi::proxy_replace_header_map_value(
            map as u32,
            name.as_ptr(),
            name.len(),
            value.as_ptr(),
            value.len(),
        )
    })
}

/// Adds a header beside those of the same name.
pub fn add_header(map: Map, name: &str, value: &[u8]) -> Result<(), Status> {
    // SAFETY: `name` and `value` are valid for reads of their lengths.
    Status::check(unsafe {
        ffi::proxy_add_header_map_value(map as u32, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

/// Removes all headers called `name`; there need not be any.
pub fn remove_header(map: Map, name: &str) -> Result<(), Status> {
    // SAFETY: `name` is valid for reads of its length.
    Status::check(unsafe { ffi::proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) })
}

/// At most `size_max` bytes of `buffer` from `start` on; none beyond its end. A body that has not come is
/// an empty one.
pub fn buffer(buffer: Buffer, start: usize, size_max: usize) -> Result<Vec<u8>, Status> {
    returned(|data, size| {
        // SAFETY: `data` and `size` are valid for writes.
        unsafe { ffi::proxy_get_buffer_bytes(buffer as u32, start, size_max, data, size) }
    })
}

/// Replaces the whole of `buffer`. Envoy leaves `content-length` as it was: remove or set it first.
pub fn replace_buffer(buffer: Buffer, bytes: &[u8]) -> Result<(), Status> {
    // Replacing a part leaves the rest behind it, which would follow the new body as a second message. Envoy takes any
    // size beyond the end for the end.
    let (start, size) = (0, usize::MAX);
    // SAFETY: `bytes` is valid for reads of its length.
    Status::check(unsafe {
        ffi::proxy_set_buffer_bytes(buffer as u32, start, size, bytes.as_ptr(), bytes.len())
    })
}

/// The value of the property at `path`, its parts separated by NULs; `None` if it does not exist. See [`crate::pairs`]
/// for how values are encoded, and [`crate::pairs::property_path`] for parts that come from elsewhere.
///
/// [`Status::SerializationFailure`] for a null, and also for a struct or list with a null anywhere in it:
/// the parts beside the null can only be read one by one.
pub fn property(path: &[u8]) -> Result<Option<Vec<u8>>, Status> {
    optional(returned(|data, size| {
        // SAFETY: `path` is valid for reads of its length; `data` and `size` are valid for writes.
        unsafe { ffi::proxy_get_property(path.as_ptr(), path.len(), data, size) }
    }))
}

/// Sets a property of the stream. Envoy keeps it as filter state `wasm.` + `name`.
pub fn set_property(name: &str, value: &[u8]) -> Result<(), Status> {
    // SAFETY: `name` and `value` are valid for reads of their lengths.
    Status::check(unsafe { ffi::proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
}

/// Answers the request (or replaces the response whose headers are held) and ends the stream.
///
/// `details` become `%RESPONSE_CODE_DETAILS%`, where Envoy writes `_` for white space. At most one reply
/// per stream: a second one hangs the client. The filter's response callbacks run for its own reply too.
pub fn send_reply(
    http_status: u16,
    details: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<(), Status> {
    /// Not a gRPC reply.
    const GRPC_NONE: i32 = -1;
    let headers = PairsBuf::encode(headers).ok_or(Status::BadArgument)?;
    let headers = headers.as_bytes();
    // SAFETY: `details`, `body` and `headers` are valid for reads of their lengths.
    Status::check(unsafe {
        ffi::proxy_send_local_response(
            http_status.into(),
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            GRPC_NONE,
        )
    })
}

/// Lets a paused direction of the current stream go on.
pub fn resume(stream: Stream) -> Result<(), Status> {
    // SAFETY: no pointers are passed.
    Status::check(unsafe { ffi::proxy_continue_stream(stream as u32) })
}

/// Resets the current stream. The client sees a cut connection, not an answer.
pub fn close(stream: Stream) -> Result<(), Status> {
    // SAFETY: no pointers are passed.
    Status::check(unsafe { ffi::proxy_close_stream(stream as u32) })
}

/// Makes `context` the one that later calls of this callback act on.
pub fn set_effective_context(context: u32) -> Result<(), Status> {
    // SAFETY: no pointers are passed.
    Status::check(unsafe { ffi::proxy_set_effective_context(context) })
}

/// Defines a metric, or finds the one of that kind and name.
pub fn define_metric(kind: MetricKind, name: &str) -> Result<Metric, Status> {
    let mut metric = 0;
    // SAFETY: `name` is valid for reads of its length, `metric` for writes.
    Status::check(unsafe {
        ffi::proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &raw mut metric)
    })?;
    Ok(Metric(metric))
}

/// Adds to a counter, or to a gauge. [`Status::BadArgument`] if a counter would not grow.
pub fn increment(metric: Metric, by: i64) -> Result<(), Status> {
    // SAFETY: no pointers are passed.
    Status::check(unsafe { ffi::proxy_increment_metric(metric.0, by) })
}

/// Sets a gauge, or adds one value to a histogram.
pub fn record(metric: Metric, value: u64) -> Result<(), Status> {
    // SAFETY: no pointers are passed.
    Status::check(unsafe { ffi::proxy_record_metric(metric.0, value) })
}

/// A value shared by all workers of this proxy, and its version for [`set_shared_data`].
///
/// The namespace is the plugin's `vm_id`, which other plugins may share: prefix `key`.
pub fn shared_data(key: &str) -> Result<Option<(Vec<u8>, u32)>, Status> {
    let mut version = 0;
    let value = optional(returned(|data, size| {
        let version = &raw mut version;
        // SAFETY: `key` is valid for reads of its length; `data`, `size` and `version` for writes.
        unsafe { ffi::proxy_get_shared_data(key.as_ptr(), key.len(), data, size, version) }
    }))?;
    Ok(value.map(|value| (value, version)))
}

/// Sets a shared value if its version is still `version`; 0 sets it in any case.
///
/// [`Status::CasMismatch`] if somebody else was faster.
pub fn set_shared_data(key: &str, value: &[u8], version: u32) -> Result<(), Status> {
    // SAFETY: `key` and `value` are valid for reads of their lengths.
    Status::check(unsafe {
        ffi::proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), version)
    })
}

/// Sets the time between ticks of the current root context, to the millisecond. Zero stops them.
pub fn set_tick_period(period: Duration) -> Result<(), Status> {
    let millis = u32::try_from(period.as_millis()).unwrap_or(u32::MAX);
    // SAFETY: no pointers are passed.
    Status::check(unsafe { ffi::proxy_set_tick_period_milliseconds(millis) })
}

/// Writes to Envoy's log. There is nowhere to report that this failed.
pub fn log(level: Level, text: &str) {
    // SAFETY: `text` is valid for reads of its length.
    let _ = unsafe { ffi::proxy_log(level as u32, text.as_ptr(), text.len()) };
}

/// Nanoseconds since the Unix epoch.
pub fn now_nanos() -> Result<u64, Status> {
    let mut nanos = 0;
    // SAFETY: `nanos` is valid for writes.
    Status::check(unsafe { ffi::proxy_get_current_time_nanoseconds(&raw mut nanos) })?;
    Ok(nanos)
}

/// Bytes no one can predict.
pub fn random<const N: usize>() -> Result<[u8; N], Status> {
    let mut bytes = [0; N];
    // SAFETY: `bytes` is valid for writes of its length.
    match unsafe { ffi::random_get(bytes.as_mut_ptr(), bytes.len()) } {
        0 => Ok(bytes),
        // WASI's error numbers are not proxy-wasm's; which one it was helps no one.
        _ => Err(Status::InternalFailure),
    }
}

/// Turns "does not exist" into `None`.
fn optional<T>(result: Result<T, Status>) -> Result<Option<T>, Status> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Status::NotFound) => Ok(None),
        Err(status) => Err(status),
    }
}

/// Makes a call that returns bytes, and takes ownership of them.
fn returned(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Result<Vec<u8>, Status> {
    let mut data = ptr::null_mut();
    let mut size = 0;
    Status::check(call(&raw mut data, &raw mut size))?;
    match (data.is_null(), size) {
        // The host allocates nothing for nothing.
        (_, 0) => Ok(Vec::new()),
        (true, _) => Err(Status::Malformed),
        // SAFETY: the host got `data` from `proxy_on_memory_allocate(size)`, which the SDK exports and which
        // leaks a boxed slice of `size` bytes from this module's global allocator, so size, capacity and
        // alignment are right; it has filled all of them and keeps no copy of the pointer. A size that is no
        // valid allocation cannot come back: that allocation would have trapped.
        (false, size) => Ok(unsafe { Vec::from_raw_parts(data, size, size) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays the host: hands out `bytes` allocated as the SDK does it.
    fn answer(status: u32, bytes: &[u8]) -> Result<Vec<u8>, Status> {
        returned(|data, size| {
            let boxed: Box<[u8]> = bytes.into();
            // SAFETY: `returned` passes pointers that are valid for writes.
            unsafe {
                *size = boxed.len();
                *data = if boxed.is_empty() { ptr::null_mut() } else { Box::into_raw(boxed).cast() };
            }
            status
        })
    }

    #[test]
    fn returned_bytes_are_owned() {
        assert_eq!(answer(0, b"\xffa").unwrap(), b"\xffa");
        assert_eq!(answer(0, b"").unwrap(), b"");
    }

    #[test]
    fn a_size_without_data_is_refused() {
        let result = returned(|_, size| {
            // SAFETY: `returned` passes pointers that are valid for writes.
            unsafe { *size = usize::MAX };
            0
        });
        assert_eq!(result, Err(Status::Malformed));
    }

    #[test]
    fn a_failed_call_yields_its_status_and_only_not_found_is_none() {
        assert_eq!(optional(answer(0, b"v")), Ok(Some(b"v".to_vec())));
        assert_eq!(optional(answer(1, b"")), Ok(None));
        assert_eq!(optional(answer(2, b"")), Err(Status::BadArgument));
    }

    #[test]
    fn every_number_is_a_status() {
        assert_eq!(Status::check(0), Ok(()));
        for raw in 1..=12 {
            assert_eq!(Status::check(raw).unwrap_err() as u32, raw);
        }
        for raw in [13, u32::MAX] {
            assert_eq!(Status::check(raw), Err(Status::Malformed));
        }
    }

    #[test]
    fn there_is_no_host_outside_wasm() {
        assert_eq!(header_map(Map::RequestHeaders), Err(Status::Unimplemented));
        assert_eq!(property(b"request\0path"), Err(Status::Unimplemented));
        assert_eq!(random::<4>(), Err(Status::InternalFailure));
    }
}
