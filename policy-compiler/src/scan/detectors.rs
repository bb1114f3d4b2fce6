//! The engine's detectors: the only file here that asks its scanner.

use mcpgov_engine::{
    glob,
    json::Value,
    scan::{
        Class, Finding, Kind,
        poison::{self, Siblings},
    },
    table::{Table, View, format},
    vocabulary::Severity,
};

use super::{Detect, Detector, Found, Suspect};
use crate::{compile, diagnostic::plain, source::Source};

/// A policy that asks for every detector.
const ALL: &str = r#"
version: v1
rules: []
protections:
  - { id: all, detect: "*", direction: [arguments, results, descriptions], treatment: log }
"#;

/// The detectors of a table.
#[derive(Debug)]
pub struct Detectors {
    table: Table<Vec<u8>>,
    /// By number.
    detectors: Vec<Detector>,
}

impl Detectors {
    /// Those of a policy; `None` where it has none.
    #[must_use]
    pub fn of(table: &Table<Vec<u8>>) -> Option<Self> {
        let view = table.view();
        view.scanner?;
        let detector = |record: &format::Detector| {
            let name = view.text(record.name).to_owned();
            let severity = Severity::from_number(record.severity).unwrap_or(Severity::Critical);
            let class = Kind::from_name(&name).map(Kind::class);
            // What a policy's own patterns find is taken for secret.
            let confidential = class.is_none_or(|class| matches!(class, Class::Pii | Class::Secret));
            Detector { name, severity, confidential }
        };
        let detectors = view.detectors.iter().map(detector).collect();
        Some(Self { table: table.clone(), detectors })
    }

    /// All that there are.
    ///
    /// # Errors
    /// They do not fit into a table, in words.
    pub fn all() -> Result<Self, String> {
        let source = Source { path: "all detectors".to_owned(), text: ALL.to_owned() };
        let (table, diagnostics) = compile(&source);
        let Some(table) = table else { return Err(plain(&source, &diagnostics)) };
        let table = Table::from_bytes(table).map_err(|error| error.to_string())?;
        Self::of(&table).ok_or_else(|| "no detector is built in".to_owned())
    }

    /// Each of them, in the order of names.
    #[must_use]
    pub fn each(&self) -> &[Detector] {
        &self.detectors
    }

    fn is_allowed(&self, view: &View<'_>, finding: &Finding, text: &str) -> bool {
        let Some(record) = view.detectors.get(usize::from(finding.detector)) else { return false };
        let globs = view.run(record.allow.get(), record.allow_len.get().into());
        let value = text.get(finding.place.clone()).unwrap_or_default();
        globs.iter().any(|glob| glob::matches(view.text(glob), value))
    }
}

impl Detect for Detectors {
    fn find(&self, text: &str, key: Option<&str>) -> Vec<Found> {
        let view = self.table.view();
        let findings = view.scanner.map(|scanner| scanner.scan(text, key)).unwrap_or_default();
        let found = findings.into_iter().filter(|finding| !self.is_allowed(&view, finding, text));
        found
            .filter_map(|finding| {
                let detector = self.detectors.get(usize::from(finding.detector))?.clone();
                Some(Found { detector, place: finding.place })
            })
            .collect()
    }

    fn definition(&self, tool: Value<'_>, siblings: &Siblings<'_>) -> Option<Suspect> {
        let view = self.table.view();
        let scanner = view.scanner?;
        let verdict = poison::check(tool, siblings, scanner.phrases()?);
        // As in the proxy: what is certain is also suspicious.
        let certain = scanner.detector(Kind::ToolPoisoning).filter(|_| verdict.blocks());
        let detector =
            certain.or_else(|| scanner.detector(Kind::ToolSuspicion).filter(|_| verdict.warns()))?;
        let detector = self.detectors.get(usize::from(detector))?.clone();
        Some(Suspect { detector, reasons: verdict.reasons })
    }
}
