//! What was found, on its way to a person or a program.

use mcpgov_policy_compiler::{
    scan::{self, Finding, Report, Sarif, Summary},
    source::Source,
};
use serde_json::{Value, json};

use super::{
    super::{Failure, Format, Outcome, print, report},
    FailOn,
};

/// Prints as it goes, or keeps what is one document: findings, but no texts, so that a folder may be larger than memory.
pub(super) struct Output {
    pub(super) summary: Summary,
    shape: Shape,
    fail_on: FailOn,
    is_found: bool,
}

enum Shape {
    Human,
    Plain,
    Json(Vec<Value>),
    Sarif(Sarif),
}

impl Output {
    pub(super) fn new(format: Format, fail_on: FailOn) -> Self {
        let shape = match format {
            Format::Human => Shape::Human,
            Format::Plain => Shape::Plain,
            Format::Json => Shape::Json(Vec::new()),
            Format::Sarif => Shape::Sarif(Sarif::default()),
        };
        Self { summary: Summary::default(), shape, fail_on, is_found: false }
    }

    /// That this was found in that source.
    pub(super) fn take(&mut self, source: Source, findings: Vec<Finding>) -> Result<(), Failure> {
        let report = Report { source, findings };
        self.summary.add(&report);
        if report.findings.is_empty() {
            return Ok(());
        }
        let severities = report.findings.iter().map(|finding| finding.detector.severity);
        self.is_found |= severities.into_iter().any(|severity| self.fail_on.includes(severity));
        match &mut self.shape {
            Shape::Human => print(&scan::human(&report))?,
            Shape::Plain => print(&scan::plain(&report))?,
            Shape::Json(findings) => findings.extend(scan::json(&report)),
            Shape::Sarif(sarif) => sarif.add(&report),
        }
        Ok(())
    }

    /// That something could not be looked through; the rest is.
    pub(super) fn fail(&mut self, failure: &Failure) {
        self.summary.failures += 1;
        report::failure(failure);
        if let Shape::Sarif(sarif) = &mut self.shape {
            sarif.fail(&failure.message);
        }
    }

    pub(super) fn finish(self) -> Result<Outcome, Failure> {
        let Self { summary, shape, is_found, .. } = self;
        match shape {
            // Where nothing could be read, the errors say all.
            Shape::Human if summary.sources == 0 && summary.failures > 0 => left_out(&summary),
            Shape::Human => print(&summary.line())?,
            Shape::Plain => left_out(&summary),
            Shape::Json(findings) => {
                left_out(&summary);
                print(&format!("{:#}\n", json!(findings)))?;
            }
            Shape::Sarif(sarif) => {
                left_out(&summary);
                print(&format!("{:#}\n", sarif.finish()))?;
            }
        }
        Ok(match summary.failures {
            _ if is_found => Outcome::Found,
            0 => Outcome::Done,
            _ => Outcome::Refused,
        })
    }
}

/// Where the findings are for a program, a person reads on standard error what was left out.
fn left_out(summary: &Summary) {
    if let Some(words) = summary.left_out() {
        report::note(&words);
    }
}
