//! Finds in a text what must not pass: personal data, secrets, hidden text, injected instructions.
//!
//! Two stages. A trigger, a set of four-byte grams, is looked up at every byte; only where it hits does a family of
//! detectors look closer, from that place on. So the cost on clean text does not depend on how many detectors there
//! are, and every family is written as a plain function on a text and a place.

mod assignment;
mod encoded;
mod families;
mod hidden;
mod kind;
pub mod pattern;
pub mod phrase;
mod pii;
pub mod poison;
mod scanner;
mod secret;
mod trigger;
mod words;
mod work;

use core::ops::Range;

pub use kind::{Class, Kind};
pub(crate) use scanner::in_order;
pub use scanner::{Finding, Scanner, telling};
pub use trigger::{Exact, Gram, Set, Trigger};

/// One text to look at: a decoded string, or a member's name.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    /// The UTF-8 of the text.
    pub bytes: &'t [u8],
    /// The name of the member whose value the text is: `password` says much about a value.
    pub key: Option<&'t str>,
}

/// Takes what a family finds.
pub trait Findings {
    /// Whether anybody wants to know of this kind; families may skip work for what nobody wants.
    fn wants(&self, kind: Kind) -> bool;
    /// Something of a built-in kind, at these bytes of the text. The same thing may be reported twice.
    fn report(&mut self, kind: Kind, place: Range<usize>);
}

#[cfg(test)]
pub(crate) mod testing {
    //! What the families' own tests need.

    use alloc::vec::Vec;
    use core::ops::Range;

    use super::{Findings, Kind, Text};

    /// Wants everything and keeps it, in order and once.
    #[derive(Debug, Default)]
    pub(crate) struct All(pub(crate) Vec<(Kind, Range<usize>)>);

    impl Findings for All {
        fn wants(&self, _: Kind) -> bool {
            true
        }
        fn report(&mut self, kind: Kind, place: Range<usize>) {
            if !self.0.contains(&(kind, place.clone())) {
                self.0.push((kind, place));
            }
        }
    }

    /// What `look` finds when asked at every place of the text: the twin of the trigger.
    pub(crate) fn everywhere(
        text: &str,
        key: Option<&str>,
        look: impl Fn(&Text<'_>, usize, &mut dyn Findings),
    ) -> Vec<(Kind, Range<usize>)> {
        let mut all = All::default();
        let text = Text { bytes: text.as_bytes(), key };
        for at in 0..text.bytes.len() {
            look(&text, at, &mut all);
        }
        all.0.sort_by_key(|(kind, place)| (place.start, place.end, *kind));
        all.0
    }
}
