//! The table, and the faults behind it.

use std::fmt::Write;

use crate::{
    corpus::Row,
    figure::{Metric, Share},
    measure::{Fault, Measure},
};

/// Characters of a text that are shown beside a fault.
const TEXT_CHARS: usize = 100;

/// One line of the table.
pub(crate) struct Line {
    pub(crate) class: &'static str,
    pub(crate) what: &'static str,
    pub(crate) file: String,
    pub(crate) figure: Option<(Metric, Share)>,
    pub(crate) goal: Option<f64>,
    pub(crate) ratchet: Option<f64>,
    /// What there is instead of a figure.
    pub(crate) note: &'static str,
}

impl Line {
    pub(crate) fn new(measure: &Measure) -> Line {
        Line {
            class: measure.class,
            what: measure.what,
            file: measure.file.strip_suffix(".jsonl").unwrap_or(measure.file).to_owned(),
            figure: None,
            goal: None,
            ratchet: None,
            note: "",
        }
    }

    /// Whether the figure is worse than one that was reached.
    pub(crate) fn has_fallen(&self) -> bool {
        let (Some((metric, share)), Some(ratchet)) = (self.figure, self.ratchet) else { return false };
        !metric.is_as_good(share.value(), ratchet)
    }

    pub(crate) fn is_missed(&self) -> bool {
        let (Some((metric, share)), Some(goal)) = (self.figure, self.goal) else { return false };
        !metric.is_as_good(share.value(), goal)
    }

    fn cells(&self) -> [String; 10] {
        let dash = || "-".to_owned();
        let mut cells = [(); 10].map(|()| dash());
        let [class, what, file, metric, count, value, interval, goal, verdict, ratchet] = &mut cells;
        (*class, *what, *file) = (self.class.to_owned(), self.what.to_owned(), self.file.clone());
        let Some((kind, share)) = self.figure else {
            self.note.clone_into(metric);
            return cells;
        };
        let (low, high) = share.interval();
        kind.name().clone_into(metric);
        *count = format!("{}/{}", share.hits, share.of);
        *value = percent(share.value());
        *interval = format!("{} to {}", percent(low), percent(high));
        if let Some(aim) = self.goal {
            *goal = format!("{} {}", if kind == Metric::FalsePositives { "<=" } else { ">=" }, percent(aim));
            if self.is_missed() { "MISSED" } else { "ok" }.clone_into(verdict);
        }
        if let Some(reached) = self.ratchet {
            *ratchet = format!("{}{}", percent(reached), if self.has_fallen() { " FALLEN" } else { "" });
        }
        cells
    }
}

/// The lines as a table of text.
pub(crate) fn table(lines: &[Line]) -> String {
    let head = ["class", "what", "file", "counted", "n", "figure", "95 % interval", "goal", "", "ratchet"];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(lines.iter().map(Line::cells));
    let mut widths = [0; 10];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if (4..=5).contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The first faults of a measure, spread over its rows.
pub(crate) fn faults(measure: &Measure, faults: &[Fault], rows: &[Row], at_most: usize) -> String {
    let mut text =
        format!("\n{} / {} / {}: {} faults\n", measure.class, measure.what, measure.file, faults.len());
    let step = faults.len().div_ceil(at_most.max(1)).max(1);
    for fault in faults.iter().step_by(step) {
        let Some(row) = rows.get(fault.row) else { continue };
        let said = match &fault.by {
            Some(name) => format!("false {name}"),
            None => "missed".to_owned(),
        };
        let _ = writeln!(text, "  {said}  {} ({})", row.id, row.kind);
        let _ = writeln!(text, "    {}", shortened(row, fault));
    }
    text
}

/// The text around the fault, on one line, with brackets around the place.
fn shortened(row: &Row, fault: &Fault) -> String {
    let part = |from: usize, to: usize| row.text.get(from..to).unwrap_or_default();
    let (before, after) = (part(0, fault.place.start), part(fault.place.end, row.text.len()));
    let around = TEXT_CHARS / 4;
    let before: String = before.chars().rev().take(around).collect::<Vec<_>>().into_iter().rev().collect();
    let inside: String = part(fault.place.start, fault.place.end).chars().take(TEXT_CHARS).collect();
    let after: String = after.chars().take(around).collect();
    let shown = format!("{before}[{inside}]{after}");
    shown
        .chars()
        .flat_map(|char| if char.is_control() { char.escape_default().collect() } else { vec![char] })
        .collect()
}

fn percent(value: f64) -> String {
    format!("{:.2} %", 100.0 * value)
}

#[cfg(test)]
mod tests {
    use super::Line;
    use crate::figure::{Metric, Share};

    #[test]
    fn a_missed_goal_and_a_fall_are_two_things() {
        let line = |hits, goal, ratchet| Line {
            class: "",
            what: "",
            file: String::new(),
            figure: Some((Metric::Recall, Share { hits, of: 10 })),
            goal,
            ratchet,
            note: "",
        };
        let verdicts = |line: Line| (line.is_missed(), line.has_fallen());
        assert_eq!(verdicts(line(8, Some(0.9), Some(0.7))), (true, false));
        assert_eq!(verdicts(line(8, Some(0.8), Some(0.9))), (false, true));
        assert_eq!(verdicts(line(8, None, None)), (false, false));
    }
}
