//! Formats of keys and tokens, as their vendors publish or issue them.
//!
//! A format with a text of its own is found wherever it stands. One without, such as 32 hexadecimal digits, is found
//! where it is assigned to a name that holds the vendor's.

mod cloud;
mod code;
mod data;
mod identity;
mod models;
mod money;
mod talk;
mod trade;
mod watch;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod twin;

use mcpgov_engine::scan::pattern::{Pattern, Proof};
use mcpgov_engine::vocabulary::Severity;

use super::pattern::{self, Options, PatternError};

/// One format of one vendor.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Who issues it.
    pub vendor: &'static str,
    /// What it is, after the vendor: `github_pat`. Detectors are called `secret.` and this.
    pub name: &'static str,
    /// How bad a leak is.
    pub severity: Severity,
    /// What it looks like, in the notation of [`pattern`].
    pub pattern: &'static str,
    /// It is found only in what is assigned to a name that holds one of these.
    pub near: &'static [&'static str],
    /// It is found only with one of these shortly before, or in the member's name.
    pub with: &'static [&'static str],
    /// Least Shannon entropy, in bits a byte.
    pub entropy: f32,
    /// What else holds.
    pub proof: Proof,
    /// Values that are published as examples.
    pub allow: &'static [&'static str],
    /// Where the vendor says so.
    pub page: &'static str,
}

impl Format {
    /// What a secret must have so that `xxxx` and `1111` are none.
    const ENTROPY: f32 = 2.0;
    /// The same where only the vendor's name tells it from other text.
    const ENTROPY_NEAR: f32 = 2.7;

    const fn new(
        vendor: &'static str,
        name: &'static str,
        severity: Severity,
        pattern: &'static str,
    ) -> Format {
        Format {
            vendor,
            name,
            severity,
            pattern,
            near: &[],
            with: &[],
            entropy: Format::ENTROPY,
            proof: Proof::None,
            allow: &[],
            page: "",
        }
    }

    const fn near(mut self, words: &'static [&'static str]) -> Format {
        self.near = words;
        self.entropy = Format::ENTROPY_NEAR;
        self.proof = Proof::Mixed;
        self
    }

    const fn with(mut self, words: &'static [&'static str]) -> Format {
        self.with = words;
        self
    }

    const fn entropy(mut self, bits: f32) -> Format {
        self.entropy = bits;
        self
    }

    const fn proof(mut self, proof: Proof) -> Format {
        self.proof = proof;
        self
    }

    const fn allow(mut self, values: &'static [&'static str]) -> Format {
        self.allow = values;
        self
    }

    const fn page(mut self, page: &'static str) -> Format {
        self.page = page;
        self
    }

    /// Its patterns, as those of the detector of this number. What is merely a letter repeated, in a form that tells by
    /// itself what it is, goes to `weak`: nobody was issued that, but somebody wrote it where a secret stands.
    ///
    /// # Errors
    /// None for a format of this catalogue; its tests compile them all.
    pub fn compile(&self, detector: u16, weak: Option<u16>) -> Result<Vec<Pattern>, PatternError> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let is_evident = self.near.is_empty() && self.with.is_empty() && self.entropy <= Format::ENTROPY;
        let options = Options {
            detector,
            weak: weak.filter(|_| is_evident),
            keywords: owned(if self.near.is_empty() { self.with } else { self.near }),
            assigned: !self.near.is_empty(),
            entropy: self.entropy,
            proof: self.proof,
            allow: owned(self.allow),
        };
        pattern::compile(self.pattern, &options)
    }
}

/// Every format, in an order that stays.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    let areas = [
        cloud::FORMATS,
        code::FORMATS,
        data::FORMATS,
        identity::FORMATS,
        models::FORMATS,
        money::FORMATS,
        talk::FORMATS,
        trade::FORMATS,
        watch::FORMATS,
    ];
    areas.into_iter().flatten()
}

/// A UUID, in either case.
macro_rules! uuid {
    () => {
        "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    };
}
use uuid;
