//! Server-Sent Events, read as they come (WHATWG HTML §9.2.6, "Interpreting an event stream").
//!
//! ```text
//! chunks ──Reader::push──> Aside: blank lines, comments outside an event     pass at once
//!                          Event: from its first field to its blank line     judged, then raw or rewritten
//! ```
//! The pieces in order are the stream, byte for byte, but for an unterminated tail, which clients drop as well.
//! Every piece ends where a line ends, so another event may be put between any two.
//!
//! Clients differ from the standard in what they take for the end of a line. What passes as an aside is read by all
//! of them as nothing; an event that some could read otherwise says so ([`Event::is_ambiguous`]) and can be written
//! in a form in which they agree ([`Event::canonical`]).

mod event;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;

use alloc::vec::Vec;
use core::{fmt, mem};

use crate::lanes;

pub use event::{Event, Reading};

/// A part of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The byte order mark, blank lines and comments outside an event: nothing that any client acts on. Keep-alives
    /// must not be held.
    Aside(&'a [u8]),
    /// One event, or fields without data.
    Event(Event<'a>),
}

/// An event, or a comment outside one, is longer than `event_bytes_max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event is longer than the limit")
    }
}

impl core::error::Error for TooLong {}

/// What the end of a stream left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// Bytes after the last piece: an event without its blank line, or an unfinished line. Clients drop it.
    pub bytes: usize,
}

/// Cuts a stream into pieces. Takes time in proportion to the bytes, and memory for the piece that is not complete.
#[derive(Debug)]
pub struct Reader {
    event_bytes_max: usize,
    /// Bytes of the byte order mark seen; all of them once the stream is past its start.
    mark: usize,
    /// The incomplete piece, as far as it came in earlier chunks.
    held: Vec<u8>,
    /// The first byte of the line being read, which says what it is. `None` before it: the line may be blank.
    first: Option<u8>,
    /// Whether the piece being read is an event.
    in_event: bool,
    /// Whether the last chunk ended in CR: an LF would belong to that line end.
    after_cr: bool,
    failed: bool,
}

const MARK: &[u8] = b"\xef\xbb\xbf";

impl Reader {
    /// A reader at the start of a stream.
    ///
    /// `event_bytes_max`: bytes of one event with its blank line, not counting an LF after the last CR.
    #[must_use]
    pub fn new(event_bytes_max: usize) -> Reader {
        Reader {
            event_bytes_max,
            mark: 0,
            held: Vec::new(),
            first: None,
            in_event: false,
            after_cr: false,
            failed: false,
        }
    }

    /// Takes the next bytes, and calls `each` for every piece they complete, in order.
    ///
    /// # Errors
    /// A piece is too long. The pieces before it have been given; the reader takes nothing more.
    pub fn push(&mut self, chunk: &[u8], each: &mut dyn FnMut(Piece<'_>)) -> Result<(), TooLong> {
        if self.failed {
            return Err(TooLong);
        }
        // `rest` is what belongs to no piece yet; `read` bytes of it are lines of the current event.
        let mut rest = self.pass_mark(chunk, each);
        let mut read = self.pass_line_feed(&mut rest, each);
        while let Some(unread) = rest.get(read..)
            && let Some(length) = lanes::find(unread, is_line_end)
        {
            let first = self.first.take().or(unread.first().copied().filter(|_| length > 0));
            let ended = read + length + 1;
            self.limit(ended)?;
            let cr = unread.get(length) == Some(&b'\r');
            let crlf = cr && unread.get(length + 1) == Some(&b'\n');
            self.after_cr = cr && unread.len() == length + 1;
            let Some((lines, after)) = rest.split_at_checked(ended + usize::from(crlf)) else { break };
            if self.is_complete(first) {
                self.give(lines, first, each);
                (rest, read) = (after, 0);
            } else {
                (self.in_event, read) = (true, lines.len());
            }
        }
        self.limit(rest.len())?;
        self.first = self.first.or(rest.get(read..).and_then(|line| line.first().copied()));
        self.held.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the stream.
    pub fn finish(&mut self) -> Tail {
        let mark = if self.mark < MARK.len() { self.mark } else { 0 };
        Tail { bytes: mem::take(&mut self.held).len() + mark }
    }

    /// A mark counts only as the very first bytes, which may come one by one.
    fn pass_mark<'c>(&mut self, chunk: &'c [u8], each: &mut dyn FnMut(Piece<'_>)) -> &'c [u8] {
        let mut rest = chunk;
        while let Some(expected) = MARK.get(self.mark)
            && let Some((byte, after)) = rest.split_first()
        {
            if byte != expected {
                // No mark, but the beginning of a line.
                self.held.extend(MARK.iter().take(self.mark));
                self.first = self.held.first().copied();
                self.mark = MARK.len();
                break;
            }
            rest = after;
            self.mark += 1;
            if self.mark == MARK.len() {
                each(Piece::Aside(MARK));
            }
        }
        rest
    }

    /// The second half of a CRLF between chunks: no line of its own. Returns how many bytes of the event it is.
    fn pass_line_feed(&mut self, rest: &mut &[u8], each: &mut dyn FnMut(Piece<'_>)) -> usize {
        if rest.is_empty() || !mem::take(&mut self.after_cr) {
            return 0;
        }
        match rest.split_first() {
            Some((b'\n', _)) if self.in_event => 1,
            Some((b'\n', after)) => {
                each(Piece::Aside(b"\n"));
                *rest = after;
                0
            }
            _ => 0,
        }
    }

    /// Whether the line that has just ended ends a piece.
    fn is_complete(&self, first: Option<u8>) -> bool {
        first.is_none() || (first == Some(b':') && !self.in_event)
    }

    fn give(&mut self, lines: &[u8], first: Option<u8>, each: &mut dyn FnMut(Piece<'_>)) {
        let mut held = mem::take(&mut self.held);
        let piece = if held.is_empty() {
            lines
        } else {
            held.extend_from_slice(lines);
            &held
        };
        if first.is_some() && !event::is_plain_line(piece) {
            // A comment that some client takes for more than one line: held and judged like a field.
            self.in_event = true;
            self.held = piece.to_vec();
        } else if mem::take(&mut self.in_event) {
            each(Piece::Event(Event { raw: piece }));
        } else {
            each(Piece::Aside(piece));
        }
    }

    fn limit(&mut self, bytes: usize) -> Result<(), TooLong> {
        if self.held.len().saturating_add(bytes) > self.event_bytes_max {
            self.failed = true;
            self.held = Vec::new();
            return Err(TooLong);
        }
        Ok(())
    }
}

fn is_line_end(byte: u8) -> bool {
    (byte == b'\n') | (byte == b'\r')
}
