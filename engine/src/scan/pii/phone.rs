//! Phone numbers: with a country's code, by a grouping that nothing else has, or by a word that says so.

use super::checks::uniform;
use super::countries::country;
use super::form::Form;
use super::groups::{EIGHT, GROUPS, Group, digits_end};
use super::{before, byte};

/// E.164 allows no more digits.
pub(super) const DIGITS_MAX: usize = 15;
/// Fewer are extensions and short codes; with a label directly before them, `LABELLED_MIN`.
pub(super) const DIGITS_MIN: usize = 7;
const LABELLED_MIN: usize = 5;
const EXTENSION_DIGITS_MAX: usize = 7;
/// Of what stands behind a plus sign; the trunk zero that some write is one more.
const PLUS_DIGITS_MAX: usize = DIGITS_MAX + 1;

/// How many of the groups behind a plus sign are a number: as many as can be.
pub(super) fn international(bytes: &[u8], groups: &[Group], ends: impl Fn(usize) -> bool) -> Option<usize> {
    let mut digits = [0; PLUS_DIGITS_MAX + EIGHT];
    // How many digits there are with each group.
    let mut lens = [0; GROUPS];
    let mut len = 0;
    for (group, total) in groups.iter().zip(&mut lens) {
        if !is_trunk_zero(bytes, group) {
            if len + group.len() > PLUS_DIGITS_MAX {
                break;
            }
            len = group.put(bytes, &mut digits, len)?;
        }
        *total = len;
    }
    (1..=groups.len()).rev().find(|used| {
        let digits = lens.get(used - 1).and_then(|len| digits.get(..*len));
        digits.is_some_and(|digits| digits.len() >= DIGITS_MIN && ends(*used) && is_international(digits))
    })
}

/// Whether the digits are a country's code and as many digits as follow it.
pub(super) fn is_international(digits: &[u8]) -> bool {
    let Some((code, lens)) = country(digits) else { return false };
    let national = digits.get(code_len(code)..).unwrap_or_default();
    let trunk = usize::from(national.first() == Some(&0) && code != 39);
    let fits = |len: usize| lens.contains(&len);
    digits.len() >= DIGITS_MIN
        && (fits(national.len()) || trunk == 1 && fits(national.len() - 1))
        && (code != 1 || is_american(national))
        && !uniform(national)
}

fn code_len(code: u16) -> usize {
    match code {
        0..=9 => 1,
        10..=99 => 2,
        _ => 3,
    }
}

/// Whether a group is the trunk zero that stands in brackets behind a country's code.
pub(super) fn is_trunk_zero(bytes: &[u8], group: &Group) -> bool {
    group.len() == 1
        && byte(bytes, group.start) == Some(b'0')
        && before(bytes, group.start) == Some(b'(')
        && byte(bytes, group.end) == Some(b')')
}

/// A number of the North American plan: area and exchange begin with 2 to 9 and do not end in 11. Behind 555, which no
/// place has, any exchange is made up.
fn is_american(digits: &[u8]) -> bool {
    match digits {
        [a, b, c, d, e, f, ..] => {
            let made_up = (*a, *b, *c) == (5, 5, 5);
            let exchange = *d >= 2 && (*e, *f) != (1, 1);
            digits.len() == 10 && *a >= 2 && (*b, *c) != (1, 1) && (exchange || made_up)
        }
        _ => false,
    }
}

/// Whether the groups are something else that is written with a dash or brackets: years from one to another, the
/// extended ZIP codes of New England, and what stands before the year or page that it is quoted with.
pub(super) fn is_quoted(digits: &[u8], groups: &[Group]) -> bool {
    let pair = matches!(groups, [a, b] if a.len() + b.len() == digits.len() && b.join == [b'-', 0]);
    let years = matches!(digits, [1, 9, _, _, 1, 9, _, _] | [1 | 2, 9 | 0, _, _, 2, 0, _, _]);
    let zip = groups.first().is_some_and(|first| first.len() == 5) && digits.len() == 9;
    let year = groups.last().is_some_and(|last| groups.len() > 1 && last.join.contains(&b'('));
    pair && (years || zip && digits.first() == Some(&0)) || year
}

/// Whether a word or a member's name suffices to make groups of so many digits a phone number.
pub(super) fn may_be(digits: usize, groups: &[Group], labelled: bool) -> bool {
    let fewest = if labelled { LABELLED_MIN } else { DIGITS_MIN };
    let decimal = matches!(groups, [_, fraction] if fraction.join == [b'.', 0]) && digits < 9;
    let tail = groups.last().is_some_and(|last| last.len() >= 2);
    (fewest..=DIGITS_MAX).contains(&digits) && tail && !decimal
}

/// Whether it begins as one dials out of Europe or North America, with a country's code next.
pub(super) fn is_dialled_abroad(digits: &[u8], groups: &[Group]) -> bool {
    let first = groups.first().map_or(0, Group::len);
    match digits {
        // A nought by itself begins a fraction.
        [0, 0, rest @ ..] => first > 1 && groups.len() > 1 && is_international(rest),
        [0, 1, 1, rest @ ..] => first == 3 && groups.len() > 1 && is_international(rest),
        _ => false,
    }
}

/// The groups of numbers that begin with no zero and are told by their writing, whatever joins them.
pub(super) const PRINTED: &[Form] = &[
    Form::of("ddd ddd dddd").sizes(),
    Form::of("ddd ddddddd").sizes(),
    Form::of("d ddd ddd dddd").sizes(),
    Form::of("d ddd ddddddd").sizes(),
    Form::of("ddd ddd dd dd").sizes(),
    Form::of("dd dddd dddd").sizes(),
    Form::of("dd ddddd dddd").sizes(),
];

/// Whether the writing alone makes it one: a grouping, or eleven digits as mobile phones begin in many countries;
/// `open` if a bracket opens before it, `whole` if nothing is joined to it on either side.
pub(super) fn is_by_writing(digits: &[u8], groups: &[Group], open: bool, whole: bool) -> bool {
    matches!((digits, groups), ([0, 5 | 7..=9, ..], [_]) if digits.len() == 11)
        || is_american_grouping(digits, groups, open)
        || is_turkish_grouping(digits, groups, whole)
        || whole && (is_trunk_grouping(digits, groups, open) || is_bracket_grouping(digits, groups, open))
}

fn is_american_grouping(digits: &[u8], groups: &[Group], open: bool) -> bool {
    let (digits, area, rest) = match (digits, groups) {
        ([1, digits @ ..], [country, area, rest @ ..]) if country.len() == 1 => (digits, area, rest),
        (digits, [area, rest @ ..]) => (digits, area, rest),
        _ => return false,
    };
    let open = open || area.join.contains(&b'(');
    let grouped = match rest {
        [exchange, line] if exchange.len() == 3 && line.len() == 4 => match (exchange.join, line.join) {
            ([b')', _], [b'-' | b' ' | b'.', 0]) => open,
            (a, b) if a == b => matches!(a, [b'-' | b'.', 0]),
            ([b'/' | b' ', 0], [b'-', 0]) => true,
            _ => false,
        },
        [line] if line.len() == 7 => open && line.join[0] == b')',
        _ => false,
    };
    area.len() == 3 && grouped && is_american(digits)
}

/// A zero for calls between places, an area, and more digits: `01 23 45 67 89`, `020 7946 0958`, `0911/123456`.
fn is_trunk_grouping(digits: &[u8], groups: &[Group], open: bool) -> bool {
    let ([0, second, ..], [first, rest @ ..]) = (digits, groups) else { return false };
    let [next, others @ ..] = rest else { return false };
    if *second == 0 && first.len() > 1 {
        return false;
    }
    let total = digits.len();
    if open || next.join.contains(&b'(') {
        return (8..=11).contains(&total)
            && others.iter().all(|group| matches!(group.join, [b' ' | b'-', 0] | [b')', _]));
    }
    if first.len() == 1 || first.len() > 5 || rest.len() > 4 || rest.iter().any(|group| group.len() < 2) {
        return false;
    }
    // Thousands, and social security, are grouped so.
    if matches!((first.len(), next.len(), others), (3, 3, [c]) if c.len() == 3)
        || matches!((first.len(), next.len(), others), (3, 2, [c]) if c.len() == 4)
    {
        return false;
    }
    let same = others.iter().all(|group| group.join == next.join);
    let blanks = !others.is_empty() && others.iter().all(|group| group.join == [b' ', 0]);
    let pairs = rest.len() == 4 && total == 10 && first.len() == 2;
    match next.join {
        [b' ', 0] => same && (9..=11).contains(&total),
        [b'.', 0] => same && pairs,
        [b'-' | b'/', 0] => (if blanks { 8 } else { 9 }..=11).contains(&total) && (same || blanks),
        _ => false,
    }
}

/// `532-123-45-67`, with or without a zero before it.
fn is_turkish_grouping(digits: &[u8], groups: &[Group], whole: bool) -> bool {
    let (area, rest) = match (digits, groups) {
        ([0, ..], [zero, area, rest @ ..]) if zero.len() == 1 => (area, rest),
        ([2..=9, ..], [area, rest @ ..]) => (area, rest),
        _ => return false,
    };
    let [a, b, c] = rest else { return false };
    let joins = if digits.len() == 11 { area.join } else { a.join };
    (area.len(), a.len(), b.len(), c.len()) == (3, 3, 2, 2)
        && rest.iter().all(|group| group.join == joins)
        && (joins == [b'-', 0] || joins == [b' ', 0] && whole)
}

/// An area of two digits in brackets: `(11) 4706-6184`.
fn is_bracket_grouping(digits: &[u8], groups: &[Group], open: bool) -> bool {
    match groups {
        [area, exchange, line] => {
            open && area.len() == 2
                && exchange.join[0] == b')'
                && matches!(exchange.len(), 4 | 5)
                && line.len() == 4
                && matches!(line.join, [b'-' | b' ', 0])
                && digits.first() != Some(&0)
        }
        _ => false,
    }
}

/// Where the extension ends that stands at `end`: `x101`, ` ext. 5`, `;ext=5`.
pub(super) fn extension(bytes: &[u8], end: usize) -> usize {
    let rest = bytes.get(end..).unwrap_or_default();
    if !matches!(rest, [b' ', b'e' | b'E' | b'x' | b'X', ..] | [b';' | b'e' | b'E' | b'x' | b'X', ..]) {
        return end;
    }
    let marks =
        [&b";ext="[..], b" extension ", b" ext. ", b" ext.", b" ext ", b"ext.", b"ext", b" x ", b" x", b"x"];
    let mark =
        marks.iter().find(|mark| rest.get(..mark.len()).is_some_and(|at| at.eq_ignore_ascii_case(mark)));
    let Some(mark) = mark else { return end };
    let start = end + mark.len();
    let stop = digits_end(bytes, start);
    if (1..=EXTENSION_DIGITS_MAX).contains(&(stop - start)) { stop } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_country_says_how_many_digits_there_are() {
        assert!(is_international(&[4, 4, 2, 0, 7, 9, 4, 6, 0, 9, 5, 8]));
        assert!(!is_international(&[3, 3, 1, 2, 3, 4, 5, 6, 7]));
        assert!(!is_international(&[9, 9, 9, 1, 2, 3, 4, 5, 6, 7]));
        assert!(is_international(&[3, 9, 0, 6, 6, 7, 8, 4, 3, 4, 3]));
        assert!(!is_international(&[1, 1, 2, 3, 5, 5, 5, 0, 1, 0, 0]));
    }
}
