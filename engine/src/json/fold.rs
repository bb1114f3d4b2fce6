//! Which keys a lax reader takes for one another.

/// Whether some JSON reader in use takes `a` and `b` for the same key although the bytes may differ.
///
/// Go's `encoding/json` matches struct fields by simple case folding, which reaches from ASCII to `ſ` (U+017F) and the
/// Kelvin sign (U+212A), and one release of the Go MCP SDK took a key with a NUL behind it for the key itself
/// (CVE-2026-27896 and its follow-up). Everything from the first NUL on is therefore left out of the comparison.
#[inline]
pub fn same_key_to_some(a: &str, b: &str) -> bool {
    !begin_apart(a, b) && fold_alike(a, b)
}

#[inline(never)]
fn fold_alike(a: &str, b: &str) -> bool {
    a == b || folded(a).eq(folded(b))
}

/// Whether `key` is none of `known`, which are plain ASCII, but some reader takes it for one of them.
pub fn is_variant(key: &str, known: &[&str]) -> bool {
    if key.bytes().all(|byte| matches!(byte, 1..=0x7F)) {
        // Then a variant differs by the case of letters only, and nearly every name by its length.
        return known.iter().any(|known| known.eq_ignore_ascii_case(key) && *known != key);
    }
    known.iter().find(|known| same_key_to_some(key, known)).is_some_and(|known| *known != key)
}

/// Whether two letters or marks of ASCII, which begin most keys, tell them apart at once.
#[inline]
fn begin_apart(a: &str, b: &str) -> bool {
    match (a.as_bytes(), b.as_bytes()) {
        ([a @ 1..=0x7F, ..], [b @ 1..=0x7F, ..]) => !a.eq_ignore_ascii_case(b),
        _ => false,
    }
}

fn folded(key: &str) -> impl Iterator<Item = char> {
    key.chars().take_while(|&c| c != '\0').map(|c| match c {
        'ſ' => 's',
        '\u{212a}' => 'k',
        _ => c.to_ascii_lowercase(),
    })
}
