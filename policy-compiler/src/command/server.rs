//! What verbs that ask a live server have in common.

use mcpgov_policy_compiler::live::LiveError;

use super::Failure;

/// Reads headers of the command line. An error does not repeat them, because they hold secrets.
pub(super) fn headers(texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let wrong = |error| Failure::new(format!("`--header` cannot be used: {error}"));
    texts.iter().map(|text| header(text).map_err(wrong)).collect()
}

fn header(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once(':').ok_or("write the header's name, `:` and its value")?;
    let fits = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
    let (name, value) = (name.trim(), value.trim());
    if fits(name) && fits(value) {
        Ok((name.to_owned(), value.to_owned()))
    } else {
        Err("the header is empty or has control characters")
    }
}

/// That a server could not be asked.
pub(super) fn failure(error: LiveError) -> Failure {
    let failure = Failure::new(error.message);
    match error.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
