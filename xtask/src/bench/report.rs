//! How figures are shown: tables for people, JSON for programs, goals beside what was measured.

use serde_json::{Value, json};

use super::statistics::Summary;

/// What one part of the bench found.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) tables: Vec<Table>,
    pub(crate) goals: Vec<Goal>,
    pub(crate) figures: Value,
}

/// Something to hold.
pub(crate) struct Goal {
    pub(crate) text: String,
    pub(crate) bound: Bound,
    pub(crate) measured: f64,
}

/// What a goal asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn verdict(&self) -> &'static str {
        let is_met = match self.bound {
            Bound::AtMost(most) => self.measured <= most,
            Bound::AtLeast(least) => self.measured >= least,
        };
        if is_met { "met" } else { "missed" }
    }

    /// For JSON.
    pub(crate) fn value(&self) -> Value {
        let (name, bound) = match self.bound {
            Bound::AtMost(most) => ("at_most", most),
            Bound::AtLeast(least) => ("at_least", least),
        };
        json!({ "goal": self.text, name: bound, "measured": self.measured, "verdict": self.verdict() })
    }
}

/// A table of text.
pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows yet.
    pub(crate) fn new(title: String, head: &[&str]) -> Table {
        Table { title, rows: vec![head.iter().map(|&name| name.to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    /// The table as lines: first column to the left, the others to the right.
    pub(crate) fn text(&self) -> String {
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let mut text = format!("{}\n", self.title);
        for row in &self.rows {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let width = width(column);
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// The goals, with what was measured.
pub(crate) fn goals(goals: &[Goal]) -> Table {
    let mut table = Table::new("goals".to_owned(), &["goal", "", "measured", ""]);
    for goal in goals {
        let bound = match goal.bound {
            Bound::AtMost(most) => format!("≤ {}", figure(most)),
            Bound::AtLeast(least) => format!("≥ {}", figure(least)),
        };
        table.row([goal.text.clone(), bound, figure(goal.measured), goal.verdict().to_owned()]);
    }
    table
}

/// A number as precise as it deserves: three digits.
pub(crate) fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

/// For JSON.
pub(crate) fn summary(summary: &Summary) -> Value {
    json!({ "center": summary.center, "low": summary.low, "high": summary.high })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let mut table = Table::new("t".to_owned(), &["case", "µs"]);
        table.row(["a".to_owned(), "10".to_owned()]);
        assert_eq!(table.text(), "t\ncase  µs\na     10\n");
    }

    #[test]
    fn a_goal_that_could_not_be_measured_is_missed() {
        for (bound, worse) in [(Bound::AtMost(1.0), 1.1), (Bound::AtLeast(1.0), 0.9)] {
            let goal = |measured| Goal { text: String::new(), bound, measured };
            assert_eq!(goal(1.0).verdict(), "met");
            assert_eq!(goal(worse).verdict(), "missed");
            assert_eq!(goal(f64::NAN).verdict(), "missed");
        }
    }
}
