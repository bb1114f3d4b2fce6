//! What has been reached: figures with a goal may rise and not fall.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::json;

use crate::{figure::Metric, measure::Measure};

/// Figures that were reached, by measure and metric.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ratchet(BTreeMap<String, f64>);

/// The committed file.
pub(crate) fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../data/accuracy-ratchet.json")
}

impl Ratchet {
    pub(crate) fn read() -> Result<Ratchet, String> {
        let path = path();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Ratchet::default()),
            Err(error) => return Err(format!("cannot read `{}`: {error}", path.display())),
        };
        let figures =
            serde_json::from_str(&text).map_err(|error| format!("`{}`: {error}", path.display()))?;
        Ok(Ratchet(figures))
    }

    pub(crate) fn write(&self) -> Result<(), String> {
        let path = path();
        let text = format!("{:#}\n", json!(self.0));
        fs::write(&path, text).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }

    pub(crate) fn get(&self, measure: &Measure, metric: Metric) -> Option<f64> {
        self.0.get(&name(measure, metric)).copied()
    }

    /// Names of figures that nothing measures: what was renamed is not held any more.
    pub(crate) fn unknown(&self, measures: &[Measure]) -> Vec<&str> {
        let is_known = |figure: &str| {
            measures
                .iter()
                .any(|measure| measure.goals.iter().any(|(metric, _)| name(measure, *metric) == figure))
        };
        self.0.keys().map(String::as_str).filter(|figure| !is_known(figure)).collect()
    }

    /// Takes a figure where it is better than the old one, or in any case.
    pub(crate) fn take(&mut self, measure: &Measure, metric: Metric, value: f64, in_any_case: bool) {
        // Four digits, on the side that the measured value holds.
        let digits = match metric {
            Metric::FalsePositives => (value * 10_000.0).ceil(),
            _ => (value * 10_000.0).floor(),
        };
        let value = digits / 10_000.0;
        let old = self.get(measure, metric);
        if in_any_case || old.is_none_or(|old| metric.is_as_good(value, old)) {
            self.0.insert(name(measure, metric), value);
        }
    }
}

fn name(measure: &Measure, metric: Metric) -> String {
    let file = measure.file.strip_suffix(".jsonl").unwrap_or(measure.file);
    format!("{} / {} / {file} / {}", measure.class, measure.what, metric.name())
}

#[cfg(test)]
mod tests {
    use super::Ratchet;
    use crate::{figure::Metric, measures};

    #[test]
    fn figures_only_get_better_unless_asked() {
        let measures = measures::all();
        let measure = &measures[0];
        let mut ratchet = Ratchet::default();
        for (value, in_any_case, recall, false_positives) in [
            (0.50009, false, 0.5, 0.5001),
            (0.6, false, 0.6, 0.5001),
            (0.4, false, 0.6, 0.4),
            (0.55, true, 0.55, 0.55),
        ] {
            for metric in [Metric::Recall, Metric::FalsePositives] {
                ratchet.take(measure, metric, value, in_any_case);
            }
            assert_eq!(ratchet.get(measure, Metric::Recall), Some(recall));
            assert_eq!(ratchet.get(measure, Metric::FalsePositives), Some(false_positives));
        }
    }

    #[test]
    fn a_figure_holds_what_was_taken_of_it() {
        let measures = measures::all();
        let mut ratchet = Ratchet::default();
        for metric in [Metric::Recall, Metric::FalsePositives] {
            ratchet.take(&measures[0], metric, 2.0 / 3.0, false);
            assert!(metric.is_as_good(2.0 / 3.0, ratchet.get(&measures[0], metric).unwrap()));
        }
    }

    #[test]
    fn a_figure_that_nothing_measures_is_noticed() {
        let measures = measures::all();
        let mut ratchet = Ratchet::default();
        ratchet.take(&measures[0], Metric::Recall, 0.5, false);
        assert!(ratchet.unknown(&measures).is_empty());
        assert_eq!(ratchet.unknown(&measures[1..]).len(), 1);
    }

    #[test]
    fn no_two_measures_have_the_same_name() {
        let mut names: Vec<_> =
            measures::all().iter().map(|measure| super::name(measure, Metric::Recall)).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
