//! The policy table: one self-contained blob, validated once, then read in place.
//!
//! [`Table::from_bytes`] is the only door. It never panics, whatever the bytes, and what it lets in can be
//! read without further checks that could fail: every reference has been followed once.

mod automaton;
pub mod error;
pub mod format;
#[cfg(any(test, feature = "write"))]
pub mod source;
#[cfg(test)]
mod tests;
mod validate;
mod view;
#[cfg(any(test, feature = "write"))]
pub mod write;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

pub use automaton::Automaton;
pub use error::TableError;
pub use view::{Candidates, StringId, Strings, View, Words};

use crate::scan::Scanner;
use crate::scan::pattern::Patterns;
use crate::scan::phrase::Phrases;
use format::Section;

/// What the filter must ask the proxy for so that this table can decide; bits of `Settings::facts`.
pub mod facts {
    /// The name of the cluster a route leads to.
    pub const CLUSTER: u16 = 1;
    /// The server's name in the route's metadata.
    pub const ROUTE: u16 = 2;
    /// The peer's address.
    pub const SOURCE: u16 = 4;
    /// The time.
    pub const TIME: u16 = 8;
    /// Whether the call belongs to a session.
    pub const SESSION: u16 = 16;
    /// The region.
    pub const REGION: u16 = 32;
    /// The deployment the proxy belongs to.
    pub const ENVIRONMENT: u16 = 64;
    /// All defined bits.
    pub const ALL: u16 = 127;
}

/// SHA-256 of a table, the policy's identity in replies and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// `sha256:` and the first 32 hexadecimal digits: 128 bits, enough to name a policy and short enough for
    /// every record.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from("sha256:");
        crate::text::push_hex(&mut text, self.0.get(..16).unwrap_or(&[]));
        text
    }
}

/// A validated table over its bytes, owned or borrowed.
#[derive(Debug, Clone)]
pub struct Table<B> {
    bytes: B,
    layout: Layout,
    /// Read once, because reading checks each of them whole.
    automata: Vec<Automaton>,
    /// Made once, because it is large. Shared by copies of the table.
    scanner: Option<Arc<Scanner>>,
}

/// Where the sections of a validated table lie.
#[derive(Debug, Clone)]
struct Layout {
    sections: [Range<usize>; Section::ALL.len()],
    digest: Digest,
    /// [`Digest::text`], which every record has.
    digest_text: String,
}

impl Layout {
    fn section<'b>(&self, bytes: &'b [u8], section: Section) -> &'b [u8] {
        let range = self.sections.get(section as usize - 1).cloned().unwrap_or(0..0);
        bytes.get(range).unwrap_or(&[])
    }
}

impl<B: AsRef<[u8]>> Table<B> {
    /// Checks `bytes` completely and gives access to them.
    ///
    /// # Errors
    /// A [`TableError`] naming the first thing found wrong: framing, version, digest, then every record.
    pub fn from_bytes(bytes: B) -> Result<Self, TableError> {
        let layout = validate::layout(bytes.as_ref())?;
        let automata = automaton::read(bytes.as_ref(), &layout)?;
        let mut table = Table { bytes, layout, automata, scanner: None };
        validate::records(&table.view())?;
        table.scanner = table.read_scanner()?;
        Ok(table)
    }

    /// The table's records, for reading. Cheap: a handful of slices.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View::new(self.bytes.as_ref(), &self.layout, &self.automata, self.scanner.as_deref())
    }

    fn read_scanner(&self) -> Result<Option<Arc<Scanner>>, TableError> {
        let view = self.view();
        if view.detectors.is_empty() {
            return Ok(None);
        }
        let section = |section| self.layout.section(self.bytes.as_ref(), section);
        let patterns = match section(Section::Patterns) {
            [] => None,
            bytes => {
                let bad = TableError::BadSection(Section::Patterns);
                Some(Patterns::from_bytes(bytes).map_err(|_| bad)?)
            }
        };
        let phrases = match section(Section::Phrases) {
            [] => None,
            bytes => {
                let bad = TableError::BadSection(Section::Phrases);
                Some(Phrases::from_bytes(bytes).map_err(|_| bad)?)
            }
        };
        let kinds = view.detectors.iter().map(|detector| view.kind(detector));
        let scanner = Scanner::new(kinds, patterns, phrases);
        // What its patterns and phrases ask for must fit together, too.
        scanner.map(|scanner| Some(Arc::new(scanner))).ok_or(TableError::BadSection(Section::Detectors))
    }

    /// The policy's identity.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.layout.digest
    }

    /// The bytes it was read from.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}
