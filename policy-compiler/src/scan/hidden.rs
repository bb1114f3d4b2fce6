//! Secrets that also serve as names of members: they would be shown as a part of the way to their values.

use std::{borrow::Cow, collections::BTreeSet};

use super::piece::joined;

/// What stands where a confidential name would.
const INSTEAD: &str = "…";

/// Names of members that are not shown, as ways write them.
#[derive(Default)]
pub(super) struct Hidden(BTreeSet<String>);

impl Hidden {
    /// That no name may be shown which is this.
    pub(super) fn add(&mut self, value: &str) {
        if !value.is_empty() {
            self.0.insert(joined("", value));
        }
    }

    pub(super) fn remove_from(&self, path: &mut String) {
        if !self.0.is_empty()
            && let Cow::Owned(shown) = self.shown(path)
        {
            *path = shown;
        }
    }

    /// The way without the steps that are confidential: one look at each step, because there may be many of both.
    fn shown<'t>(&self, path: &'t str) -> Cow<'t, str> {
        let mut shown = String::new();
        let (mut rest, mut is_changed) = (path, false);
        while !rest.is_empty() {
            let (step, after) = rest.split_at(step_bytes(rest));
            is_changed |= self.0.contains(step);
            shown.push_str(if self.0.contains(step) { INSTEAD } else { step });
            rest = after;
        }
        if is_changed { Cow::Owned(shown) } else { Cow::Borrowed(path) }
    }
}

/// How long the first step of a way is: a name, a name in quotes and brackets, or a sign between names.
fn step_bytes(path: &str) -> usize {
    if path.starts_with("[\"") {
        let mut is_escaped = false;
        let end = path.bytes().enumerate().skip(2).find(|(_, byte)| {
            let ends = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            ends
        });
        // With the quote and the bracket behind it.
        return end.map_or(path.len(), |(at, _)| path.len().min(at + 2));
    }
    let name = path.find(['.', '[', ']', '|', '(', ')']).unwrap_or(path.len());
    name.max(1)
}

#[cfg(test)]
mod tests {
    use super::{Hidden, step_bytes};

    #[test]
    fn a_way_loses_the_steps_that_are_confidential_and_no_other() {
        let mut hidden = Hidden::default();
        hidden.add("ann");
        hidden.add("a\"]b.c");
        for (path, shown) in [
            ("", ""),
            ("ann", "…"),
            ("annex.ann[0].annex", "annex.…[0].annex"),
            (r#"x["a\"]b.c"].y"#, "x….y"),
            (r#"x["a\"]b.c2"].y"#, r#"x["a\"]b.c2"].y"#),
            ("text|ann(name)", "text|…(name)"),
            ("[3].ann", "[3].…"),
        ] {
            assert_eq!(hidden.shown(path), shown);
        }
        // Whatever it looks like, a step is no longer than the way, and ends between characters.
        for path in ["[\"", "[\"ü\\", "ü", "[\"ü\"", "]"] {
            assert!(path.is_char_boundary(step_bytes(path)) && step_bytes(path) > 0, "{path}");
        }
    }
}
