//! Why a table was not loaded.

use core::fmt;

use super::format::Section;

/// Why bytes are no usable table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableError {
    /// Shorter than a header, or than the header says.
    Truncated,
    /// Does not start with the magic bytes: not a table at all.
    NotATable,
    /// Written by a newer compiler.
    NewerVersion {
        /// The version found.
        found: u32,
    },
    /// Written by an older compiler whose format is no longer read.
    OlderVersion {
        /// The version found.
        found: u32,
    },
    /// Longer than the header says.
    TrailingBytes,
    /// The bytes are not those that were written.
    DigestMismatch,
    /// The directory names a section unknown, twice or out of order, or one that leaves the table.
    BadDirectory,
    /// A section is no whole number of records, or not as many as there must be.
    BadSection(Section),
    /// A record refers to something that is not there, or has a value out of range.
    BadRecord(Section, usize),
    /// Not enough memory to hold it.
    OutOfMemory,
}

impl TableError {
    /// The stable name of the error.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TableError::Truncated => "truncated",
            TableError::NotATable => "not-a-table",
            TableError::NewerVersion { .. } => "newer-version",
            TableError::OlderVersion { .. } => "older-version",
            TableError::TrailingBytes => "trailing-bytes",
            TableError::DigestMismatch => "digest-mismatch",
            TableError::BadDirectory => "bad-directory",
            TableError::BadSection(_) => "bad-section",
            TableError::BadRecord(..) => "bad-record",
            TableError::OutOfMemory => "out-of-memory",
        }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TableError::Truncated => f.write_str("the table is cut short"),
            TableError::NotATable => f.write_str("this is not a policy table"),
            TableError::NewerVersion { found } => {
                write!(
                    f,
                    "the table has format version {found}, which is newer than {}",
                    super::format::VERSION
                )
            }
            TableError::OlderVersion { found } => {
                write!(
                    f,
                    "the table has format version {found}, which is older than {}",
                    super::format::VERSION
                )
            }
            TableError::TrailingBytes => f.write_str("bytes follow the end of the table"),
            TableError::DigestMismatch => f.write_str("the table's bytes do not match its digest"),
            TableError::BadDirectory => f.write_str("the table's directory of sections is damaged"),
            TableError::BadSection(section) => write!(f, "the table's section {section:?} is damaged"),
            TableError::BadRecord(section, index) => {
                write!(f, "record {index} of the table's section {section:?} is damaged")
            }
            TableError::OutOfMemory => f.write_str("not enough memory to hold the table"),
        }
    }
}

impl core::error::Error for TableError {}
