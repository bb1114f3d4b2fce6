//! The product: everything that is asked of it goes through here.

use mcpgov_policy_compiler::{
    scan::{self, Detectors},
    source::Source,
};

use crate::{
    corpus::Row,
    measure::{Hit, Sight},
};

/// All detectors, as the proxy and `mcpgov scan` have them.
pub(crate) struct Product {
    detectors: Detectors,
}

impl Product {
    pub(crate) fn new() -> Result<Product, String> {
        Ok(Product { detectors: Detectors::all()? })
    }

    /// What is found in each of the rows of a file; `None` where the product cannot look at them so.
    pub(crate) fn hits(&self, sight: Sight, rows: &[Row]) -> Option<Vec<Vec<Hit>>> {
        match sight {
            Sight::Text => Some(rows.iter().map(|row| self.in_text(&row.text)).collect()),
            Sight::Definition | Sight::Argument | Sight::Prose => None,
        }
    }

    /// As in an answer: what is JSON is looked through as JSON.
    fn in_text(&self, text: &str) -> Vec<Hit> {
        let source = Source { path: String::new(), text: text.to_owned() };
        let findings = scan::source(&self.detectors, &source);
        findings
            .into_iter()
            .map(|finding| Hit { name: finding.detector.name, place: finding.span.range() })
            .collect()
    }
}
