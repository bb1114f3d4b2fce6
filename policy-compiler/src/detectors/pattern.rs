//! Regular expressions to patterns of the engine. What a pattern cannot say is refused, with what to write instead.
//!
//! A pattern finds what its expression matches, where it stands for itself: no more of a word adjoins it, nor more of
//! a repetition that it begins or ends with.

mod error;
mod expand;
#[cfg(test)]
mod tests;

use std::iter;

use mcpgov_engine::scan::pattern::{
    Bytes, CONTEXT_STEP_BYTES_MAX, LITERAL_BYTES_MAX, Literal, Pattern, Place, Proof, STEPS_MAX, Step,
};

pub use error::PatternError;
use expand::{Item, Sequence};
#[cfg(test)]
pub(super) use expand::{parse, set};

/// Shortest literal to look for.
const LITERAL_BYTES_MIN: usize = 2;

/// Members of a set that stands for part of a literal.
const SMALL_SET: usize = 8;

/// What a detector says beside its expression.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The number of the detector.
    pub detector: u16,
    /// The number of the one that gets what has too little entropy.
    pub weak: Option<u16>,
    /// Words one of which must stand shortly before, or in the name of the member.
    pub keywords: Vec<String>,
    /// Whether the value must be assigned to a name that holds the keyword, instead of standing near it. Then the
    /// keyword is what is looked for, whatever the expression holds.
    pub assigned: bool,
    /// Least Shannon entropy of what is masked, in bits a byte.
    pub entropy: f32,
    /// What else must hold.
    pub proof: Proof,
    /// Globs of values that are fine.
    pub allow: Vec<String>,
}

/// The patterns that together find what `expression` matches. A group in round brackets is what is masked;
/// without one it is everything.
///
/// # Errors
/// [`PatternError`]
pub fn compile(expression: &str, options: &Options) -> Result<Vec<Pattern>, PatternError> {
    let sequences = expand::sequences(expression)?;
    if !(0.0..=8.0).contains(&options.entropy) {
        return Err(PatternError::Entropy);
    }
    let mut keywords: Vec<String> = options.keywords.iter().map(|word| word.to_ascii_lowercase()).collect();
    keywords.sort();
    keywords.dedup();
    for keyword in &keywords {
        if keyword.len() < LITERAL_BYTES_MIN || keyword.len() > LITERAL_BYTES_MAX {
            return Err(PatternError::Keyword(keyword.clone()));
        }
    }
    let drafts: Vec<Draft> = sequences.into_iter().map(|sequence| Draft::new(sequence, options)).collect();
    // One boundary for all alternatives: what is found does not depend on how they were written.
    let left = drafts.iter().fold(Bytes::none(), |all, draft| all.or(&draft.left()));
    let right = drafts.iter().fold(Bytes::none(), |all, draft| all.or(&draft.right()));
    let mut patterns = Vec::new();
    for draft in &drafts {
        draft.check(&left, &right)?;
        let base = |literal: Literal, place: Place| Pattern {
            detector: options.detector,
            weak: options.weak,
            before: Vec::new(),
            literal,
            place,
            after: Vec::new(),
            secret: draft.secret.clone(),
            left,
            right,
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 128")]
            entropy: (options.entropy * 16.0).round() as u8,
            proof: options.proof,
            keywords: Vec::new(),
            allow: options.allow.clone(),
        };
        match draft.parts() {
            Some((before, literal, after)) => patterns.push(Pattern {
                before: before.to_vec(),
                after: after.to_vec(),
                keywords: keywords.iter().map(|word| word.clone().into_bytes()).collect(),
                ..base(literal.clone(), Place::Match)
            }),
            None if keywords.is_empty() => return Err(PatternError::NoLiteral),
            None => {
                let place = if options.assigned { Place::Assigned } else { Place::Near };
                for keyword in &keywords {
                    let literal = Literal { bytes: keyword.clone().into_bytes(), fold: true };
                    patterns.push(Pattern { after: draft.pieces.clone(), ..base(literal, place) });
                }
            }
        }
    }
    Ok(patterns)
}

/// One alternative, cut into pieces.
struct Draft {
    pieces: Vec<Step>,
    /// Which of the pieces is looked for; none if a keyword is.
    anchor: Option<usize>,
    secret: std::ops::Range<u8>,
}

impl Draft {
    fn new(sequence: Sequence, options: &Options) -> Draft {
        let mut pieces: Vec<Step> = Vec::new();
        let (mut from, mut to) = (None, None);
        let mut cut = true;
        for item in sequence {
            match item {
                Item::Open => from = Some(pieces.len()),
                Item::Close => to = Some(pieces.len()),
                Item::Run { set, min, max } => {
                    if cut || !join(pieces.last_mut(), &set, min, max) {
                        pieces.push(piece(set, min, max));
                    }
                    cut = false;
                    continue;
                }
            }
            cut = true;
        }
        let secret = from.unwrap_or(0)..to.unwrap_or(pieces.len());
        let narrow = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        let anchor = if options.assigned { None } else { anchor(&pieces) };
        Draft { pieces, anchor, secret: narrow(secret.start)..narrow(secret.end) }
    }

    /// What is looked for, with what is before and after it.
    fn parts(&self) -> Option<(&[Step], &Literal, &[Step])> {
        let (before, rest) = self.pieces.split_at_checked(self.anchor?)?;
        match rest {
            [Step::Literal(literal), after @ ..] => Some((before, literal, after)),
            _ => None,
        }
    }

    /// What must not stand before: more of a word that the match begins with, and what would make the match begin
    /// elsewhere.
    fn left(&self) -> Bytes {
        let first = edge(self.pieces.iter(), starts);
        let word = if first.and(&Bytes::ALNUM).is_empty() { Bytes::none() } else { Bytes::ALNUM };
        word.or(&match self.pieces.first() {
            // Found from the literal leftwards, as far as it goes.
            Some(Step::Run { min, max, .. }) if min != max && self.anchor.is_some() => first,
            Some(Step::Run { .. }) => first.and(&Bytes::of(b"-_+/")),
            _ => Bytes::none(),
        })
    }

    /// The same behind it.
    fn right(&self) -> Bytes {
        let last = edge(self.pieces.iter().rev(), ends);
        let word = Bytes::ALNUM.or(&Bytes::of(b"_"));
        let word = if last.and(&word).is_empty() { Bytes::none() } else { word };
        word.or(&match self.pieces.last() {
            Some(Step::Run { min, max, .. }) if min != max => last,
            Some(Step::Run { .. }) => last.and(&Bytes::of(b"-_+/=")),
            _ => Bytes::none(),
        })
    }

    /// Whether steps that never give a byte back find what the expression matches.
    fn check(&self, left: &Bytes, right: &Bytes) -> Result<(), PatternError> {
        if self.pieces.is_empty() || self.pieces.iter().all(is_optional) {
            return Err(PatternError::Empty);
        }
        if self.pieces.len() > STEPS_MAX {
            return Err(PatternError::TooLong);
        }
        if self.secret.is_empty() {
            return Err(PatternError::EmptyGroup);
        }
        let (before, after) =
            self.parts().map_or((&[][..], &self.pieces[..]), |(before, _, after)| (before, after));
        possessive(after.iter(), starts, right)?;
        possessive(before.iter().rev(), ends, left)?;
        let long = |step: &Step| matches!(step, Step::Run { max, .. } if *max > CONTEXT_STEP_BYTES_MAX);
        if self.anchor.is_none() && self.pieces.iter().any(long) {
            return Err(PatternError::UnboundedContext);
        }
        Ok(())
    }
}

/// In the order of the search: a run of variable length must be followed by what cannot be part of it, up to the
/// first piece that must be there.
fn possessive<'s>(
    steps: impl Iterator<Item = &'s Step> + Clone,
    nearest: fn(&Step) -> Bytes,
    end: &Bytes,
) -> Result<(), PatternError> {
    let mut rest = steps;
    while let Some(step) = rest.next() {
        let Step::Run { set, min, max } = step else { continue };
        if min == max {
            continue;
        }
        let mut open = true;
        for next in rest.clone() {
            let next_bytes = nearest(next);
            if !next_bytes.and(set).is_empty() {
                let next = format!("`{}`", describe(&next_bytes));
                return Err(PatternError::Ambiguous { run: describe(set), next });
            }
            if !is_optional(next) {
                open = false;
                break;
            }
        }
        if open && set.and(end) != *set {
            return Err(PatternError::Ambiguous { run: describe(set), next: "the end".to_owned() });
        }
    }
    Ok(())
}

/// Bytes that can be the outermost of a match.
fn edge<'s>(steps: impl Iterator<Item = &'s Step>, outer: fn(&Step) -> Bytes) -> Bytes {
    let mut all = Bytes::none();
    for step in steps {
        all = all.or(&outer(step));
        if !is_optional(step) {
            break;
        }
    }
    all
}

fn is_optional(step: &Step) -> bool {
    matches!(step, Step::Run { min: 0, .. })
}

fn starts(step: &Step) -> Bytes {
    match step {
        Step::Run { set, .. } => *set,
        Step::Literal(literal) => byte_of(literal, literal.bytes.first()),
    }
}

/// Read from the other side, a piece starts with its last byte.
fn ends(step: &Step) -> Bytes {
    match step {
        Step::Run { set, .. } => *set,
        Step::Literal(literal) => byte_of(literal, literal.bytes.last()),
    }
}

fn byte_of(literal: &Literal, byte: Option<&u8>) -> Bytes {
    let both = |byte: &u8| Bytes::of(&[byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]);
    byte.map_or(Bytes::none(), |byte| if literal.fold { both(byte) } else { Bytes::of(&[*byte]) })
}

/// A literal for one byte, or a letter in both cases; a run for everything else.
fn piece(set: Bytes, min: u16, max: u16) -> Step {
    match single(&set) {
        Some((byte, fold)) if min == max && usize::from(max) <= LITERAL_BYTES_MAX => {
            let bytes = iter::repeat_n(byte, usize::from(max)).collect();
            Step::Literal(Literal { bytes, fold })
        }
        _ => Step::Run { set, min, max },
    }
}

/// Adds to the piece before, where both are literals that take case alike or runs of one set.
fn join(last: Option<&mut Step>, set: &Bytes, min: u16, max: u16) -> bool {
    match (last, piece(*set, min, max)) {
        (Some(Step::Literal(last)), Step::Literal(next)) => {
            let letter = |literal: &Literal| literal.bytes.iter().any(u8::is_ascii_alphabetic);
            let (one, other) = (letter(last), letter(&next));
            if one && other && last.fold != next.fold
                || last.bytes.len() + next.bytes.len() > LITERAL_BYTES_MAX
            {
                return false;
            }
            last.fold = if one { last.fold } else { next.fold };
            last.bytes.extend(next.bytes);
            true
        }
        (Some(Step::Run { set: last, min: low, max: high }), _) if *last == *set => {
            *low = low.saturating_add(min);
            *high = high.saturating_add(max);
            true
        }
        _ => false,
    }
}

/// The byte that a set stands for, and whether in both cases.
fn single(set: &Bytes) -> Option<(u8, bool)> {
    let mut bytes = set.iter();
    match (bytes.next(), bytes.next(), bytes.next()) {
        (Some(byte), None, _) => Some((byte, false)),
        (Some(upper), Some(lower), None)
            if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower =>
        {
            Some((lower, true))
        }
        _ => None,
    }
}

/// The literal that clean text has least often: the longest, of equals the first. One byte will do where a small
/// set stands beside it.
fn anchor(pieces: &[Step]) -> Option<usize> {
    let is_small = |at: Option<usize>| match at.and_then(|at| pieces.get(at)) {
        Some(Step::Run { set, min, .. }) => *min > 0 && set.iter().count() <= SMALL_SET,
        _ => false,
    };
    let worth = |at: &usize| match pieces.get(*at) {
        Some(Step::Literal(literal)) if literal.bytes.len() >= LITERAL_BYTES_MIN => literal.bytes.len(),
        Some(Step::Literal(_)) if is_small(at.checked_sub(1)) || is_small(at.checked_add(1)) => 1,
        _ => 0,
    };
    (0..pieces.len()).rev().filter(|at| worth(at) > 0).max_by_key(worth)
}

/// A set as one would write it.
fn describe(set: &Bytes) -> String {
    let bytes: Vec<u8> = set.iter().collect();
    let ranges = bytes.chunk_by(|one, next| one.checked_add(1) == Some(*next));
    let text: String = ranges
        .map(|range| match range {
            [first, .., last] if range.len() > 2 => {
                format!("{}-{}", first.escape_ascii(), last.escape_ascii())
            }
            _ => range.escape_ascii().to_string(),
        })
        .collect();
    format!("[{text}]")
}
