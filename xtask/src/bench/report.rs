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
    pub(crate) at_most: f64,
    pub(crate) measured: f64,
}

impl Goal {
    fn verdict(&self) -> &'static str {
        if self.measured <= self.at_most { "met" } else { "missed" }
    }

    /// For JSON.
    pub(crate) fn value(&self) -> Value {
        json!({ "goal": self.text, "at_most": self.at_most, "measured": self.measured, "verdict": self.verdict() })
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
    let mut table = Table::new("goals".to_owned(), &["goal", "at most", "measured", ""]);
    for goal in goals {
        table.row([
            goal.text.clone(),
            figure(goal.at_most),
            figure(goal.measured),
            goal.verdict().to_owned(),
        ]);
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
    json!({ "median": summary.median, "low": summary.low, "high": summary.high })
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
        let goal = |measured| Goal { text: String::new(), at_most: 1.0, measured };
        assert_eq!(goal(1.0).verdict(), "met");
        assert_eq!(goal(1.1).verdict(), "missed");
        assert_eq!(goal(f64::NAN).verdict(), "missed");
    }
}
