//! Which styles show nothing of their element.

/// Whether a style shows nothing of its element.
pub(super) fn invisible(style: &[u8]) -> bool {
    let (mut colour, mut ground) = (None, None);
    for part in style.split(|byte| *byte == b';') {
        let mut halves = part.splitn(2, |byte| *byte == b':');
        let (Some(name), Some(value)) = (halves.next(), halves.next()) else { continue };
        let (name, value) = (name.trim_ascii(), value.trim_ascii());
        let value = value.split(|byte| *byte == b'!').next().unwrap_or_default().trim_ascii_end();
        let is = |word| same(value, word);
        let property = |word| same(name, word);
        let nothing = || matches!(number(value), Some(size) if size < 2);
        let hides = if property(b"display") {
            is(b"none")
        } else if property(b"visibility") {
            is(b"hidden") || is(b"collapse")
        } else if property(b"font-size") {
            nothing() && !value.contains(&b'.') && !value.ends_with(b"em") && !value.ends_with(b"%")
                || number(value) == Some(0) && !value.contains(&b'.')
        } else if property(b"opacity") {
            value.iter().all(|byte| matches!(byte, b'0' | b'.' | b'%')) && !value.is_empty()
        } else if property(b"left")
            || property(b"top")
            || property(b"text-indent")
            || property(b"margin-left")
        {
            value.first() == Some(&b'-')
                && value.get(1..).and_then(number).is_some_and(|distance| distance >= 999)
        } else {
            if property(b"color") {
                colour = Some(value);
            } else if property(b"background") || property(b"background-color") {
                ground = Some(value);
            }
            property(b"color") && is(b"transparent")
        };
        if hides {
            return true;
        }
    }
    matches!((colour, ground), (Some(colour), Some(ground)) if same(colour, ground))
}

/// Whether two words are the same but for case. Written out at each comparison this is kilobytes.
#[inline(never)]
fn same(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The number that a value begins with, without its fraction.
fn number(value: &[u8]) -> Option<u32> {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit());
    let number = digits.take(6).fold(None, |sum: Option<u32>, digit| {
        Some(sum.unwrap_or(0).saturating_mul(10).saturating_add(u32::from(digit.wrapping_sub(b'0'))))
    });
    // `.5` and the like.
    number.or((value.first() == Some(&b'.')).then_some(1))
}
