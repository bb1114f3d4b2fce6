//! What values come to, and how far the middle half of them lies apart.

/// What a series of measurements comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Summary {
    /// The value that half of the others exceed, or of starts their mean.
    pub(crate) center: f64,
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
            center: quantile(&sorted, 0.5),
            low: quantile(&sorted, 0.25),
            high: quantile(&sorted, 0.75),
        }
    }

    /// Of a process started several times, by what each start came to. Starts are few and their scatter is even, so the
    /// mean is steadier than the median.
    pub(crate) fn of_starts(starts: impl IntoIterator<Item = f64>) -> Summary {
        let starts: Vec<f64> = starts.into_iter().collect();
        let center = starts.iter().sum::<f64>() / starts.len() as f64;
        Summary { center, ..Summary::of(starts) }
    }

    /// What becomes of the values where each becomes `change` of it, which must not turn their order round.
    pub(crate) fn map(&self, change: impl Fn(f64) -> f64) -> Summary {
        Summary { center: change(self.center), low: change(self.low), high: change(self.high) }
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
        assert_eq!(summary, Summary { center: 2.5, low: 1.75, high: 3.25 });
    }

    #[test]
    fn one_value_is_all_of_them() {
        assert_eq!(Summary::of([7.0]), Summary { center: 7.0, low: 7.0, high: 7.0 });
    }
}
