//! Other spellings of one character: percent signs of URLs, character references of HTML.

/// What a spelling stands for.
pub(crate) enum Escaped {
    /// A byte, perhaps a part of a character.
    Byte(u8),
    Char(char),
}

/// What `%2e` or `%u002e` at the front stands for, and how long it is.
pub(crate) fn percent(rest: &[u8]) -> Option<(Escaped, usize)> {
    if let [b'%', b'u' | b'U', digits @ ..] = rest {
        let code = digits.get(..4)?.iter().try_fold(0, |code, digit| Some(code << 4 | hex(*digit)?))?;
        return Some((Escaped::Char(char::from_u32(code)?), 6));
    }
    let [b'%', high, low, ..] = rest else { return None };
    u8::try_from(hex(*high)? << 4 | hex(*low)?).ok().map(|byte| (Escaped::Byte(byte), 3))
}

/// The same of `&#39;`, `&#x27;`, and the names of the characters that mean something in a syntax, as HTML has them.
pub(crate) fn reference(rest: &[u8]) -> Option<(Escaped, usize)> {
    const NAMES: [(&[u8], char); 20] = [
        (b"&quot;", '"'),
        (b"&apos;", '\''),
        (b"&lt;", '<'),
        (b"&gt;", '>'),
        (b"&amp;", '&'),
        (b"&nbsp;", ' '),
        (b"&newline;", '\n'),
        (b"&tab;", '\t'),
        (b"&semi;", ';'),
        (b"&colon;", ':'),
        (b"&comma;", ','),
        (b"&commat;", '@'),
        (b"&equals;", '='),
        (b"&hyphen;", '-'),
        (b"&lowbar;", '_'),
        (b"&lpar;", '('),
        (b"&period;", '.'),
        (b"&plus;", '+'),
        (b"&rpar;", ')'),
        (b"&sol;", '/'),
    ];
    if let [b'&', b'#', digits @ ..] = rest {
        let (digits, radix, before) = match digits {
            [b'x' | b'X', digits @ ..] => (digits, 16, 3),
            digits => (digits, 10, 2),
        };
        let len = digits.iter().take(8).take_while(|digit| char::from(**digit).is_digit(radix)).count();
        let code = digits.iter().take(len).try_fold(0_u32, |code, digit| {
            code.checked_mul(radix)?.checked_add(char::from(*digit).to_digit(radix)?)
        })?;
        let end = usize::from(digits.get(len) == Some(&b';'));
        return (len > 0).then_some((Escaped::Char(char::from_u32(code)?), before + len + end));
    }
    NAMES.iter().find_map(|(name, char)| {
        let head = rest.get(..name.len())?;
        head.eq_ignore_ascii_case(name).then_some((Escaped::Char(*char), name.len()))
    })
}

/// The same of `\u0049`, and of two of them where the character is beyond U+FFFF.
pub(crate) fn utf16(rest: &[u8]) -> Option<(char, usize)> {
    let high = unit(rest)?;
    if let Some(char) = char::from_u32(u32::from(high)) {
        return Some((char, 6));
    }
    let low = unit(rest.get(6..)?)?;
    Some((char::decode_utf16([high, low]).next()?.ok()?, 12))
}

fn unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    let code = digits.iter().try_fold(0, |code, digit| Some(code << 4 | hex(*digit)?))?;
    u16::try_from(code).ok()
}

/// What a hexadecimal digit is worth.
pub(crate) fn hex(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}
