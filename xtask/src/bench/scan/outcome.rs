//! What was measured as tables, goals and figures.

use serde_json::{Value, json};

use super::policies::Tables;
use super::work::{BYTES, Holds, MARKDOWN, PERSONAL, PROSE, Work};
use super::{Cell, Who};
use crate::bench::chains::{Series, calmer_half};
use crate::bench::report::{Bound, Goal, Outcome, Table, figure, summary};
use crate::bench::statistics::Summary;

/// Tables, goals and figures.
pub(super) fn outcome(
    works: &[Work],
    cells: &[Vec<Cell>],
    tables: &Tables,
    memory: &[(Who, u64)],
) -> Outcome {
    let mut outcome = Outcome::default();
    let costs: Vec<Vec<Cost>> = cells.iter().map(|cells| costs(cells)).collect();
    let all = || works.iter().zip(&costs);
    let mut figures = Vec::new();
    for (work, costs) in all() {
        if work.holds != Holds::Traps {
            outcome.tables.push(table(work, costs));
        }
        figures.push(json!({
            "text": work.name, "bytes": work.bytes,
            "cases": costs.iter().map(|cost| figures_of(work, cost)).collect::<Vec<_>>(),
        }));
    }
    let added = |name: &str, bytes: usize, who: Who| {
        let (_, costs) = all().find(|(work, _)| work.name == name && is_about(work.bytes, bytes))?;
        costs.iter().find(|cost| cost.who == who)
    };
    let micros = |name: &str, bytes, who| added(name, bytes, who).map_or(f64::NAN, |cost| cost.added.center);
    let speed = |name: &str| BYTES as f64 / micros(name, BYTES, Who::Everything);
    let prose = micros(PROSE, BYTES, Who::Everything);
    let mut hostile = Table::new(
        "hostile answers: what looking for everything adds to the processor time for one answer".to_owned(),
        &["made of", "64 KiB, µs", "× prose", "MB/s", "128 KiB ÷ 64 KiB"],
    );
    let (mut slowest, mut steepest) = (f64::NAN, f64::NAN);
    for (work, _) in all().filter(|(work, _)| work.holds == Holds::Traps && is_about(work.bytes, BYTES)) {
        let once = micros(&work.name, BYTES, Who::Everything);
        let twice = micros(&work.name, 2 * BYTES, Who::Everything);
        // Of what takes next to no time the ratio is noise.
        let growth = if once.max(twice) < prose { f64::NAN } else { twice / once };
        slowest = slowest.max(once / prose);
        steepest = steepest.max(growth);
        let growth = if growth.is_nan() { "-".to_owned() } else { figure(growth) };
        let speed = figure(BYTES as f64 / once);
        hostile.row([work.name.clone(), figure(once), figure(once / prose), speed, growth]);
    }
    outcome.tables.push(hostile);
    outcome.tables.push(sizes(tables, memory));
    let scaling = |name| micros(name, BYTES, Who::FiveHundred) / micros(name, BYTES, Who::Fifty);
    let bytes = (tables.everything.len().saturating_sub(tables.none.len())) as f64 / 1000.0;
    let mut goal = |text: &str, bound, measured| {
        outcome.goals.push(Goal { text: text.to_owned(), bound, measured });
    };
    goal("prose is looked through for everything at 300 MB/s", Bound::AtLeast(300.0), speed(PROSE));
    goal("Markdown is looked through for everything at 300 MB/s", Bound::AtLeast(300.0), speed(MARKDOWN));
    goal("personal data is found and masked at 100 MB/s", Bound::AtLeast(100.0), speed(PERSONAL));
    goal("looking through 64 KiB of prose adds at most 250 µs", Bound::AtMost(250.0), prose);
    for name in [PROSE, MARKDOWN] {
        let text = format!("500 detectors of a policy's own take at most 1.5 times 50 in {name}");
        goal(&text, Bound::AtMost(1.5), scaling(name));
    }
    goal("no hostile answer takes more than 10 times prose", Bound::AtMost(10.0), slowest);
    goal("a hostile answer twice as long takes at most 2.2 times as long", Bound::AtMost(2.2), steepest);
    goal("all detectors take at most 400 kB of table", Bound::AtMost(400.0), bytes);
    outcome.figures = json!({ "texts": figures, "detectors_kb": bytes });
    outcome
}

/// What looking through one answer costs one who looks.
struct Cost {
    who: Who,
    total: Summary,
    /// Microseconds beyond those of the proxy where nobody looks.
    added: Summary,
}

impl Cost {
    /// Megabytes that are looked through in a second.
    fn speed(&self, work: &Work) -> f64 {
        work.bytes as f64 / self.added.center
    }
}

fn costs(cells: &[Cell]) -> Vec<Cost> {
    let rounds: Series = cells.iter().map(|cell| cell.rounds.clone()).collect();
    let series = calmer_half(&rounds);
    let of = |who| cells.iter().zip(&series).find(|(cell, _)| cell.who == who).map(|(_, series)| series);
    let cost = |(cell, series): (&Cell, &Vec<f64>)| {
        let without = of(cell.who.without())?;
        let added = Summary::of(series.iter().zip(without).map(|(with, without)| with - without));
        Some(Cost { who: cell.who, total: Summary::of(series.iter().copied()), added })
    };
    cells.iter().zip(&series).map(|pair| cost(pair).unwrap_or_else(|| Cost::alone(pair))).collect()
}

impl Cost {
    fn alone((cell, series): (&Cell, &Vec<f64>)) -> Cost {
        let total = Summary::of(series.iter().copied());
        Cost { who: cell.who, total, added: Summary::of([0.0]) }
    }
}

/// Texts end with a whole word or record.
fn is_about(bytes: usize, asked: usize) -> bool {
    bytes.abs_diff(asked) < asked / 20
}

fn table(work: &Work, costs: &[Cost]) -> Table {
    let title = format!(
        "{} bytes of {} in an answer: processor time of the proxy for one call",
        work.bytes, work.name
    );
    let mut table = Table::new(title, &["case", "µs", "middle half", "added to", "µs", "MB/s"]);
    for cost in costs {
        let speed = match cost.who {
            Who::Envoy | Who::Governed => String::new(),
            _ => figure(cost.speed(work)),
        };
        table.row([
            cost.who.name().to_owned(),
            figure(cost.total.center),
            format!("{} to {}", figure(cost.total.low), figure(cost.total.high)),
            cost.who.without().name().to_owned(),
            figure(cost.added.center),
            speed,
        ]);
    }
    table
}

fn sizes(tables: &Tables, memory: &[(Who, u64)]) -> Table {
    let mut table = Table::new(
        "what detectors take".to_owned(),
        &["case", "bytes of table", "resident MiB of the proxy"],
    );
    for (who, kib) in memory {
        let bytes = tables.of(*who).map_or_else(String::new, |table| table.len().to_string());
        table.row([who.name().to_owned(), bytes, figure(*kib as f64 / 1024.0)]);
    }
    table
}

fn figures_of(work: &Work, cost: &Cost) -> Value {
    json!({
        "case": cost.who.name(),
        "microseconds": summary(&cost.total),
        "added_to": cost.who.without().name(),
        "added_microseconds": summary(&cost.added),
        "megabytes_per_second": cost.speed(work),
    })
}
