//! What a request costs in each case: processor time of the proxy, in rounds over all cases, so that what disturbs the
//! machine disturbs all of them alike.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::step::step;
use xtask::{Failure, Result, paths};

use super::case::{self, Case};
use super::cores::Cores;
use super::proxy::{Place, Proxy};
use super::report::{Bound, Goal, Outcome, Table, figure, summary};
use super::statistics::Summary;
use super::{upstream, workload};

/// What is measured with what.
pub(crate) struct Plan<'a> {
    pub(crate) envoy: &'a Path,
    pub(crate) filter: &'a Path,
    pub(crate) noop: &'a Path,
    pub(crate) cores: Cores,
    /// Sizes of the calls.
    pub(crate) bodies: &'a [usize],
    pub(crate) rounds: usize,
    /// Times that every proxy is started, for two starts of the same differ by more than two rounds do.
    pub(crate) starts: usize,
    /// Requests in a batch of the shortest calls.
    pub(crate) requests: usize,
}

impl Plan<'_> {
    /// Rounds of each start.
    pub(crate) fn rounds_of_start(&self) -> usize {
        self.rounds.div_ceil(self.starts)
    }

    /// Which rounds the figures are of.
    pub(crate) fn basis(&self) -> String {
        format!("{} starts, each the calmer half of {} rounds", self.starts, self.rounds_of_start())
    }
}

/// Microseconds of each round, by case.
pub(crate) type Series = Vec<Vec<f64>>;

/// The half of the rounds in which all cases together took least time: what disturbs the machine for a while, such as
/// somebody's build, disturbs whole rounds.
pub(crate) fn calmer_half(series: &Series) -> Series {
    let rounds = series.first().map_or(0, Vec::len);
    let total = |round: usize| series.iter().filter_map(|case| case.get(round)).sum::<f64>();
    let mut calm: Vec<usize> = (0..rounds).collect();
    calm.sort_by(|a, b| total(*a).total_cmp(&total(*b)));
    calm.truncate(rounds.div_ceil(2));
    series.iter().map(|case| calm.iter().filter_map(|round| case.get(*round).copied()).collect()).collect()
}

/// Runs the plan.
pub(crate) fn run(plan: &Plan<'_>) -> Result<Outcome> {
    let folder = paths::target().join("bench");
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("cannot create `{}`: {error}", folder.display())))?;
    let upstream = upstream::start([upstream::ANSWER])?;
    let place = Place { envoy: plan.envoy, core: plan.cores.proxy, folder: &folder, upstream };
    let cases = case::all(plan.filter, plan.noop)?;
    let (mut all, mut memory) = (Vec::new(), Vec::new());
    for start in 1..=plan.starts {
        let name = format!("start {start} of {}: a proxy for each case, and what it does", plan.starts);
        let mut proxies = step(&name, || {
            cases.iter().map(|case| prepared(&place, case, plan.bodies)).collect::<Result<Vec<_>>>()
        })?;
        all.push(step("measure", || measure(plan, &mut proxies))?);
        memory.push(proxies.iter().map(Proxy::resident_kib).collect::<Result<Vec<_>>>()?);
    }
    Ok(outcome(plan, &cases, &all, &memory))
}

fn prepared(place: &Place<'_>, case: &Case, bodies: &[usize]) -> Result<Proxy> {
    let name: String = case.name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut proxy = Proxy::start(place, &name, &case.chain)?;
    for bytes in bodies {
        case.check(&mut proxy, &workload::request(0, &workload::call(0, *bytes)))?;
    }
    Ok(proxy)
}

/// The rounds of one start, by size of the call.
fn measure(plan: &Plan<'_>, proxies: &mut [Proxy]) -> Result<Vec<Series>> {
    let mut all = vec![vec![Vec::new(); proxies.len()]; plan.bodies.len()];
    for round in 0..plan.rounds_of_start() {
        for (bytes, series) in plan.bodies.iter().zip(&mut all) {
            let request = workload::request(0, &workload::call(0, *bytes));
            // Longer calls take longer: batches of about the same time.
            let count = (plan.requests * 20_000 / (20_000 + bytes)).max(1);
            let mut turns: Vec<_> = proxies.iter_mut().zip(series).collect();
            // Nobody always follows the same neighbour's start.
            let first = round % turns.len().max(1);
            turns.rotate_left(first);
            for (proxy, series) in turns {
                series.push(proxy.measure(&request, count, upstream::ANSWER.as_bytes())?);
            }
        }
    }
    Ok(all)
}

/// `all` are the rounds by start and size of the call, `memory` is by start and case.
fn outcome(plan: &Plan<'_>, cases: &[Case], all: &[Vec<Series>], memory: &[Vec<u64>]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut bodies = Vec::new();
    let index = |name: &str| cases.iter().position(|case| case.name == name).unwrap_or(0);
    let empty = index(case::EMPTY);
    for (body, bytes) in plan.bodies.iter().enumerate() {
        let rounds: Vec<&Series> = all.iter().filter_map(|start| start.get(body)).collect();
        let starts: Vec<Series> = rounds.iter().map(|series| calmer_half(series)).collect();
        let mut table = Table::new(
            format!(
                "tools/call of {bytes} bytes: processor time of the proxy for one request, {}",
                plan.basis()
            ),
            &["case", "µs", "middle half", "× empty", "added µs", "× added by mcp + rbac"],
        );
        let mut rows = Vec::new();
        let native =
            over_starts(&starts, [index(case::NATIVE), empty], |native, empty| native / empty).center;
        for (number, case) in cases.iter().enumerate() {
            let of = |figure| over_starts(&starts, [number, empty], figure);
            let (total, ratio, added) =
                (of(|case, _| case), of(|case, empty| case / empty), of(|case, empty| case - empty));
            // Not start by start: what mcp + rbac add is a small difference, and dividing by one that scatters misleads.
            let of_native = ratio.map(|ratio| (ratio - 1.0) / (native - 1.0));
            table.row([
                case.name.to_owned(),
                figure(total.center),
                format!("{} to {}", figure(total.low), figure(total.high)),
                figure(ratio.center),
                figure(added.center),
                format!(
                    "{} ({} to {})",
                    figure(of_native.center),
                    figure(of_native.low),
                    figure(of_native.high)
                ),
            ]);
            let goal = match case.name {
                case::GOVERNED if *bytes <= 200 => Some(("a governed call", 0.7)),
                case::WHOLE if *bytes <= 200 => {
                    Some(("with identity and every answer read, a governed call", 1.0))
                }
                _ => None,
            };
            if let Some((what, at_most)) = goal {
                let text = format!("{what} of {bytes} bytes adds at most {at_most} of what mcp + rbac add");
                outcome.goals.push(Goal { text, bound: Bound::AtMost(at_most), measured: of_native.center });
            }
            rows.push(json!({
                "case": case.name,
                "microseconds": summary(&total),
                "times_empty": summary(&ratio),
                "added_microseconds": summary(&added),
                "times_added_by_mcp_rbac": summary(&of_native),
                "starts": rounds.iter().filter_map(|series| series.get(number)).collect::<Vec<_>>(),
            }));
        }
        outcome.tables.push(table);
        bodies.push(json!({ "bytes": bytes, "cases": rows }));
    }
    let kib_of =
        |number: usize| memory.iter().filter_map(move |start| start.get(number).map(|kib| *kib as f64));
    let memory: Vec<f64> = (0..cases.len()).map(|number| Summary::of(kib_of(number)).center).collect();
    outcome.tables.push(memory_table(cases, &memory));
    outcome.goals.extend(memory_goal(cases, &memory));
    let memory: Vec<Value> = cases
        .iter()
        .zip(memory)
        .map(|(case, kib)| json!({ "case": case.name, "resident_kib": kib }))
        .collect();
    outcome.figures = json!({ "bodies": bodies, "memory": memory });
    outcome
}

/// A figure of what two cases took in the same round, of each start the median. How far starts lie apart is what no number
/// of rounds averages out: where code and data come to lie in memory.
pub(crate) fn over_starts(starts: &[Series], cases: [usize; 2], figure: fn(f64, f64) -> f64) -> Summary {
    Summary::of_starts(starts.iter().map(|series| {
        let [case, other] = cases.map(|case| series.get(case).map_or(&[][..], Vec::as_slice));
        Summary::of(case.iter().zip(other).map(|(case, other)| figure(*case, *other))).center
    }))
}

fn memory_table(cases: &[Case], memory: &[f64]) -> Table {
    let mut table = Table::new("resident memory of the proxy, one worker".to_owned(), &["case", "MiB"]);
    for (case, kib) in cases.iter().zip(memory) {
        table.row([case.name.to_owned(), figure(kib / 1024.0)]);
    }
    table
}

/// Two instances of the module run: the worker's and the main thread's.
fn memory_goal(cases: &[Case], memory: &[f64]) -> Option<Goal> {
    let of = |name: &str| cases.iter().zip(memory).find(|(case, _)| case.name == name).map(|(_, kib)| *kib);
    let measured = (of(case::GOVERNED)? - of(case::NOOP)?) / 1024.0 / 2.0;
    let text = "each instance takes at most 8 MiB more than a no-op module".to_owned();
    Some(Goal { text, bound: Bound::AtMost(8.0), measured })
}

#[cfg(test)]
mod tests {
    use super::{calmer_half, over_starts};
    use crate::bench::statistics::Summary;

    #[test]
    fn a_start_counts_once_however_far_its_rounds_lie_apart() {
        let starts = [vec![vec![1.0, 1.0, 90.0]], vec![vec![3.0, 2.0, 3.0]], vec![vec![8.0]]];
        let summary = Summary { center: 4.0, low: 2.0, high: 5.5 };
        assert_eq!(over_starts(&starts, [0, 0], |case, _| case), summary);
    }

    #[test]
    fn disturbed_rounds_are_left_out_for_all_cases() {
        let series = vec![vec![5.0, 1.0, 2.0, 1.5], vec![2.0, 9.0, 2.0, 3.0]];
        assert_eq!(calmer_half(&series), [[2.0, 1.5], [2.0, 3.0]]);
    }
}
