//! Regular expressions as the compiler left them: automata that are only ever run.

use alloc::vec::Vec;
use core::fmt;

use regex_automata::dfa::{Automaton as _, sparse::DFA};
use regex_automata::{Anchored, Input};
use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

use super::format::Section;
use super::{Layout, TableError};

/// One regular expression. It is anchored at both ends by its construction.
#[derive(Clone)]
pub struct Automaton(DFA<Vec<u8>>);

impl Automaton {
    /// Whether it matches `text` as a whole; `None` where it gives up. Linear in the text.
    #[must_use]
    pub fn matches(&self, text: &str) -> Option<bool> {
        let input = Input::new(text).anchored(Anchored::Yes).earliest(true);
        self.0.try_search_fwd(&input).ok().map(|found| found.is_some())
    }
}

impl fmt::Debug for Automaton {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Automaton({} bytes)", self.0.memory_usage())
    }
}

/// Reads and checks all automata of a well-framed table.
pub(super) fn read(bytes: &[u8], layout: &Layout) -> Result<Vec<Automaton>, TableError> {
    let mut rest = layout.section(bytes, Section::Automata);
    let ends = layout.section(bytes, Section::AutomatonEnds);
    let ends = <[U32]>::ref_from_bytes(ends).map_err(|_| TableError::BadSection(Section::AutomatonEnds))?;
    let mut automata = Vec::with_capacity(ends.len());
    let mut start = 0;
    for (index, end) in ends.iter().enumerate() {
        let bad = TableError::BadRecord(Section::Automata, index);
        let len = end.get().checked_sub(start).ok_or(bad)? as usize;
        let (one, after) = rest.split_at_checked(len).ok_or(bad)?;
        let (automaton, read) = DFA::from_bytes(one).map_err(|_| bad)?;
        if read != len {
            return Err(bad);
        }
        automata.push(Automaton(automaton.to_owned()));
        (rest, start) = (after, end.get());
    }
    if rest.is_empty() { Ok(automata) } else { Err(TableError::BadSection(Section::Automata)) }
}
