//! Runs of bytes of one set, remembered so that no byte is looked at again and again.

use alloc::vec::Vec;

use super::set::Bytes;

/// Where the steps of patterns last found a run in one text.
///
/// The places at which one step of one pattern begins only grow while a text is looked at from its start to its end,
/// so one run for each is enough: a byte is looked at once by a step.
#[derive(Debug, Default)]
pub struct Runs {
    text: u32,
    all: Vec<Run>,
    #[cfg(test)]
    pub(super) looked: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Run {
    text: u32,
    start: usize,
    end: usize,
}

impl Runs {
    /// Forgets: another text follows.
    pub fn start_text(&mut self) {
        self.text = match self.text.checked_add(1) {
            Some(text) => text,
            None => {
                self.all.clear();
                1
            }
        };
    }

    pub(super) fn reserve(&mut self, slots: usize) {
        if self.text == 0 {
            self.text = 1;
        }
        if self.all.len() < slots {
            self.all.resize(slots, Run::default());
        }
    }

    /// The end of the run that begins or goes on at `at`.
    pub(super) fn end(&mut self, set: &Bytes, bytes: &[u8], at: usize, slot: usize) -> usize {
        let known = self.known(slot);
        if let Some(run) = known
            && (run.start..run.end).contains(&at)
        {
            return run.end;
        }
        let length = bytes.get(at..).unwrap_or(&[]).iter().take_while(|byte| set.has(**byte)).count();
        self.count(length);
        let end = at.saturating_add(length);
        self.keep(slot, at, end);
        end
    }

    /// The start of the run that ends or goes on at `at`.
    pub(super) fn start(&mut self, set: &Bytes, bytes: &[u8], at: usize, slot: usize) -> usize {
        let mut start = at;
        let known = self.known(slot);
        while let Some(before) = start.checked_sub(1) {
            if let Some(run) = known
                && (run.start..run.end).contains(&before)
            {
                start = run.start;
                break;
            }
            match bytes.get(before) {
                Some(byte) if set.has(*byte) => start = before,
                _ => break,
            }
            self.count(1);
        }
        self.keep(slot, start, at);
        start
    }

    fn known(&self, slot: usize) -> Option<Run> {
        self.all.get(slot).copied().filter(|run| run.text == self.text)
    }

    fn keep(&mut self, slot: usize, start: usize, end: usize) {
        let text = self.text;
        if let Some(run) = self.all.get_mut(slot) {
            *run = Run { text, start, end };
        }
    }

    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "counts in tests only"))]
    fn count(&mut self, bytes: usize) {
        #[cfg(test)]
        {
            self.looked += bytes;
        }
        let _ = bytes;
    }
}
