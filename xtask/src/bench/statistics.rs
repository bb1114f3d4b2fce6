//! Medians, and how far the middle half of the values lies apart.

/// What a series of measurements comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    /// The value that half of the others exceed.
    pub(crate) median: f64,
    /// The value that three quarters of the others exceed.
    pub(crate) low: f64,
    /// The value that a quarter of the others exceeds.
    pub(crate) high: f64,
}

impl Summary {
    /// Of at least one value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Summary {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Summary {
            median: quantile(&sorted, 0.5),
            low: quantile(&sorted, 0.25),
            high: quantile(&sorted, 0.75),
        }
    }
}

/// Between two values, the point at the same proportion of the way.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * sorted.len().saturating_sub(1) as f64;
    let below = position.floor() as usize;
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    let above = (below + 1).min(sorted.len().saturating_sub(1));
    at(below) + (at(above) - at(below)) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_values() {
        let summary = Summary::of([4.0, 1.0, 3.0, 2.0]);
        assert_eq!(summary, Summary { median: 2.5, low: 1.75, high: 3.25 });
    }

    #[test]
    fn one_value_is_all_of_them() {
        assert_eq!(Summary::of([7.0]), Summary { median: 7.0, low: 7.0, high: 7.0 });
    }
}
