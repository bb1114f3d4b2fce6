//! The phrases of injected instructions and poisoned tool definitions, in the notation of
//! [`mcpgov_engine::scan::phrase::write`].

use std::sync::LazyLock;

use mcpgov_engine::scan::phrase::write::to_bytes;

/// Everyday words, injected instructions, poisoned definitions.
const NOTATION: &str = concat!(
    include_str!("phrases/common.txt"),
    include_str!("phrases/injection.txt"),
    include_str!("phrases/poison.txt"),
);

/// The phrases as tables hold them.
pub fn bytes() -> Vec<u8> {
    // Its tests compile it: nothing of it comes from a policy.
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| to_bytes(NOTATION).unwrap_or_default());
    BYTES.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrases_that_come_with_the_compiler_compile() {
        let bytes = to_bytes(NOTATION).unwrap();
        assert!(!bytes.is_empty());
        assert!(bytes.len() < 40_000, "{} bytes", bytes.len());
    }
}
