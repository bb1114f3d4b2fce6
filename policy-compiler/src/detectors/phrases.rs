//! The language of prompt injection and of poisoned tools. The files beside this one are the data, in the notation of
//! [`mcpgov_engine::scan::phrase::write`]; this turns them into the bytes that the engine reads.

use mcpgov_engine::scan::phrase::write::to_bytes;

/// Phrases of injected instructions, in any text.
const INJECTION: &str = include_str!("phrases/injection.txt");
/// The same in other languages.
const LANGUAGES: &str = include_str!("phrases/languages.txt");
/// Signs of poisoning, in definitions of tools.
const POISON: &str = include_str!("phrases/poison.txt");
/// What triggers should not be found in.
const COMMON: &str = include_str!("phrases/common.txt");

/// The built-in phrases, as the engine reads them.
///
/// # Errors
/// What is wrong with the data; a test holds that nothing is.
pub fn bytes() -> Result<Vec<u8>, String> {
    to_bytes(&[INJECTION, LANGUAGES, POISON, COMMON].join("\n"))
}

#[cfg(test)]
mod tests;
