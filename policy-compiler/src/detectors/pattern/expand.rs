//! A regular expression as its alternatives, each a row of repeated sets.

use mcpgov_engine::scan::pattern::{Bytes, UNBOUNDED};
use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Look, Repetition},
};

use super::error::PatternError;

/// Alternatives that one expression may stand for.
const ALTERNATIVES_MAX: usize = 512;
/// Items of one alternative.
const ITEMS_MAX: usize = 1024;
/// Literals that two small sets in a row are replaced by.
const SPLIT_MAX: usize = 16;
/// Times that a group may be repeated.
const GROUP_REPEATS_MAX: u32 = 32;

/// Part of an alternative.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// A set, repeated.
    Run { set: Bytes, min: u16, max: u16 },
    /// The group begins.
    Open,
    /// The group ends.
    Close,
}

pub(super) type Sequence = Vec<Item>;

/// The alternatives of an expression.
pub(super) fn sequences(expression: &str) -> Result<Vec<Sequence>, PatternError> {
    let hir = parse(expression)?;
    if hir.properties().explicit_captures_len() > 1 {
        return Err(PatternError::Groups);
    }
    let mut all = Vec::new();
    for sequence in expand(without_edges(&hir))? {
        all.extend(with_literal(sequence));
    }
    if all.len() > ALTERNATIVES_MAX { Err(PatternError::TooMany) } else { Ok(all) }
}

/// Alternatives that have a literal of two bytes, where the sequence has none but two small sets in a row:
/// `[sr]k` is `sk` or `rk`.
fn with_literal(sequence: Sequence) -> Vec<Sequence> {
    let single = |item: &Item| match item {
        Item::Run { set, min: 1, max: 1 } if super::single(set).is_some() => 1,
        Item::Run { set, min: 1, max: 1 } => set.iter().count(),
        _ => usize::MAX,
    };
    let product_of = |pair: &[Item]| pair.iter().map(single).fold(1, usize::saturating_mul);
    let product = |at: usize| sequence.get(at..at + 2).map_or(usize::MAX, product_of);
    // One byte is enough of a literal beside a small set.
    let is_enough =
        |pair: &[Item]| pair.iter().any(|item| single(item) == 1) && product_of(pair) <= super::SMALL_SET;
    if sequence.windows(2).any(is_enough) {
        return vec![sequence];
    }
    let best = (0..sequence.len()).min_by_key(|at| product(*at));
    let Some(at) = best.filter(|at| (2..=SPLIT_MAX).contains(&product(*at))) else { return vec![sequence] };
    let members = |at: usize| match sequence.get(at) {
        Some(Item::Run { set, .. }) => set.iter().collect::<Vec<u8>>(),
        _ => Vec::new(),
    };
    let others = members(at + 1);
    let pairs = members(at).into_iter().flat_map(|one| others.iter().map(move |other| [one, *other]));
    let with = |pair: [u8; 2]| {
        let mut sequence = sequence.clone();
        for (item, byte) in sequence.iter_mut().skip(at).zip(pair) {
            *item = run(Bytes::of(&[byte]), 1, 1);
        }
        sequence
    };
    pairs.map(with).collect()
}

/// Parses bytes: a class is one of ASCII, and a dot takes no part of a character from another place.
pub(in crate::detectors) fn parse(expression: &str) -> Result<Hir, PatternError> {
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(64).build();
    parser.parse(expression).map_err(|error| PatternError::Syntax(problem(&error)))
}

/// Without word boundaries at the ends; those are there anyway.
fn without_edges(hir: &Hir) -> Vec<&Hir> {
    let boundary = |hir: &&Hir| {
        matches!(hir.kind(), HirKind::Look(Look::WordAscii | Look::WordStartAscii | Look::WordEndAscii))
    };
    let mut parts: Vec<&Hir> = match hir.kind() {
        HirKind::Concat(parts) => parts.iter().collect(),
        _ => vec![hir],
    };
    if parts.first().is_some_and(boundary) {
        parts.remove(0);
    }
    if parts.last().is_some_and(boundary) {
        parts.pop();
    }
    parts
}

fn expand(parts: Vec<&Hir>) -> Result<Vec<Sequence>, PatternError> {
    let mut all: Vec<Sequence> = vec![Vec::new()];
    for part in parts {
        let next = alternatives(part)?;
        all = product(&all, &next)?;
    }
    Ok(all)
}

fn product(heads: &[Sequence], tails: &[Sequence]) -> Result<Vec<Sequence>, PatternError> {
    if heads.len().saturating_mul(tails.len()) > ALTERNATIVES_MAX {
        return Err(PatternError::TooMany);
    }
    let joined = |head: &Sequence, tail: &Sequence| head.iter().chain(tail).cloned().collect::<Sequence>();
    let all: Vec<Sequence> =
        heads.iter().flat_map(|head| tails.iter().map(move |tail| joined(head, tail))).collect();
    if all.iter().any(|sequence| sequence.len() > ITEMS_MAX) { Err(PatternError::TooLong) } else { Ok(all) }
}

fn alternatives(hir: &Hir) -> Result<Vec<Sequence>, PatternError> {
    match hir.kind() {
        HirKind::Empty => Ok(vec![Vec::new()]),
        HirKind::Literal(literal) => {
            Ok(vec![literal.0.iter().map(|byte| run(Bytes::of(&[*byte]), 1, 1)).collect()])
        }
        HirKind::Class(class) => Ok(vec![vec![run(set(class)?, 1, 1)]]),
        HirKind::Look(look) => Err(PatternError::Around(match look {
            Look::Start | Look::StartLF | Look::StartCRLF => "the beginning of a text or line, `^`",
            Look::End | Look::EndLF | Look::EndCRLF => "the end of a text or line, `$`",
            _ => "a word boundary in its middle",
        })),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => {
            let inside = alternatives(&capture.sub)?;
            let wrap = |sequence: Sequence| -> Sequence {
                std::iter::once(Item::Open).chain(sequence).chain([Item::Close]).collect()
            };
            Ok(inside.into_iter().map(wrap).collect())
        }
        HirKind::Concat(parts) => expand(parts.iter().collect()),
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(alternatives(part)?);
                if all.len() > ALTERNATIVES_MAX {
                    return Err(PatternError::TooMany);
                }
            }
            Ok(all)
        }
    }
}

fn repeated(repetition: &Repetition) -> Result<Vec<Sequence>, PatternError> {
    let inside = alternatives(&repetition.sub)?;
    if let [sequence] = &inside[..]
        && let [Item::Run { set, min: 1, max: 1 }] = &sequence[..]
    {
        let narrow = |times: u32| u16::try_from(times).ok().filter(|times| *times < UNBOUNDED);
        let min = narrow(repetition.min).ok_or(PatternError::TooLong)?;
        let max = match repetition.max {
            Some(max) => narrow(max).ok_or(PatternError::TooLong)?,
            None => UNBOUNDED,
        };
        return Ok(if max == 0 { vec![Vec::new()] } else { vec![vec![run(*set, min, max)]] });
    }
    let max = repetition.max.filter(|max| *max <= GROUP_REPEATS_MAX).ok_or(PatternError::RepeatedGroup)?;
    if repetition.sub.properties().explicit_captures_len() > 0 && max > 1 {
        return Err(PatternError::RepeatedGroup);
    }
    let mut all = Vec::new();
    let mut times: Vec<Sequence> = vec![Vec::new()];
    for count in 0..=max {
        if count >= repetition.min {
            all.extend(times.iter().cloned());
        }
        if count < max {
            times = product(&times, &inside)?;
        }
        if all.len() > ALTERNATIVES_MAX {
            return Err(PatternError::TooMany);
        }
    }
    Ok(all)
}

fn run(set: Bytes, min: u16, max: u16) -> Item {
    Item::Run { set, min, max }
}

/// The bytes of a class.
pub(in crate::detectors) fn set(class: &Class) -> Result<Bytes, PatternError> {
    let ranges: Vec<(u8, u8)> = match class {
        Class::Bytes(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
        Class::Unicode(class) => {
            let ascii = |range: &regex_syntax::hir::ClassUnicodeRange| {
                Some((u8::try_from(range.start()).ok()?, u8::try_from(range.end()).ok()?))
            };
            let ranges = class.iter().map(ascii).collect::<Option<Vec<_>>>();
            ranges.ok_or_else(|| PatternError::Syntax("a class of characters beyond ASCII".to_owned()))?
        }
    };
    let set = ranges.into_iter().fold(Bytes::none(), |all, (first, last)| all.or(&Bytes::range(first, last)));
    if set.is_empty() { Err(PatternError::Empty) } else { Ok(set) }
}

fn problem(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} at character {}", error.kind(), error.span().start.column)
        }
        regex_syntax::Error::Translate(error) => {
            format!("a character beyond ASCII at character {}", error.span().start.column)
        }
        _ => "it cannot be read".to_owned(),
    }
}
