//! What becomes of a message in which detectors find something: the values in it are changed by place, or the
//! message as a whole is not passed on.
//!
//! ```text
//! caller, call, direction ──plan──> what is done with the finds of each detector
//! message ──walk──> texts ──scan──> finds ──treat──> edits, and what is to become of the message
//! ```

mod mask;
mod members;
mod names;
mod plan;
mod raw;
mod report;
mod rounds;
mod treat;
mod walk;

pub use plan::{Plan, Treated, applying, direction, holds};
pub use report::{Find, Report, Sum};
pub use walk::{Area, Protector};
