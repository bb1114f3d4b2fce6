//! Proportions, and how far to trust them.

/// Something counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) hits: usize,
    pub(crate) of: usize,
}

/// What a proportion says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Metric {
    /// Of what is there, how much is found.
    Recall,
    /// Of what is found, how much is there.
    Precision,
    /// Of the texts with nothing in them, in how many something is found.
    FalsePositives,
    /// Of the parts to find, how many are found to the last byte.
    Whole,
}

impl Metric {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Metric::Recall => "recall",
            Metric::Precision => "precision",
            Metric::FalsePositives => "false positives",
            Metric::Whole => "whole",
        }
    }

    /// Whether `value` is as good as `than`, or better.
    pub(crate) fn is_as_good(self, value: f64, than: f64) -> bool {
        // Values of the ratchet are written with fewer digits.
        const TOLERANCE: f64 = 1e-9;
        match self {
            Metric::FalsePositives => value <= than + TOLERANCE,
            _ => value >= than - TOLERANCE,
        }
    }
}

impl Share {
    pub(crate) fn value(self) -> f64 {
        self.hits as f64 / self.of as f64
    }

    /// The Wilson interval that holds the true proportion with 95 %.
    pub(crate) fn interval(self) -> (f64, f64) {
        const Z: f64 = 1.959_963_985;
        let (n, p) = (self.of as f64, self.value());
        let scale = 1.0 + Z * Z / n;
        let middle = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Metric, Share};

    #[test]
    fn intervals_are_wilsons() {
        // Textbook values.
        for (hits, of, low, high) in
            [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (98, 100, 0.9300, 0.9945)]
        {
            let (a, b) = Share { hits, of }.interval();
            assert!((a - low).abs() < 5e-5 && (b - high).abs() < 5e-5, "{hits}/{of}: {a} {b}");
        }
    }

    #[test]
    fn fewer_false_positives_are_better_and_more_of_the_rest() {
        assert!(Metric::Recall.is_as_good(0.9, 0.8) && !Metric::Recall.is_as_good(0.7, 0.8));
        assert!(Metric::FalsePositives.is_as_good(0.1, 0.2) && !Metric::FalsePositives.is_as_good(0.3, 0.2));
        assert!(Metric::Whole.is_as_good(0.8, 0.8) && Metric::FalsePositives.is_as_good(0.8, 0.8));
    }
}
