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
    /// Requests in a batch of the shortest calls.
    pub(crate) requests: usize,
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
    let mut proxies = step("start a proxy for each case and check what it does", || {
        cases.iter().map(|case| prepared(&place, case, plan.bodies)).collect::<Result<Vec<_>>>()
    })?;
    let series = step("measure", || measure(plan, &cases, &mut proxies))?;
    let memory = proxies.iter().map(Proxy::resident_kib).collect::<Result<Vec<_>>>()?;
    Ok(outcome(plan, &cases, &series, &memory))
}

fn prepared(place: &Place<'_>, case: &Case, bodies: &[usize]) -> Result<Proxy> {
    let name: String = case.name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut proxy = Proxy::start(place, &name, &case.chain)?;
    for bytes in bodies {
        case.check(&mut proxy, &workload::request(0, &workload::call(0, *bytes)))?;
    }
    Ok(proxy)
}

fn measure(plan: &Plan<'_>, cases: &[Case], proxies: &mut [Proxy]) -> Result<Vec<Series>> {
    let mut all = vec![vec![Vec::with_capacity(plan.rounds); cases.len()]; plan.bodies.len()];
    for round in 0..plan.rounds {
        if round % 10 == 0 {
            eprintln!("    round {} of {}", round + 1, plan.rounds);
        }
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

fn outcome(plan: &Plan<'_>, cases: &[Case], all: &[Series], memory: &[u64]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut bodies = Vec::new();
    for (bytes, rounds) in plan.bodies.iter().zip(all) {
        let series = calmer_half(rounds);
        let of = |name: &str| {
            cases
                .iter()
                .zip(&series)
                .find(|(case, _)| case.name == name)
                .map_or(&[][..], |(_, series)| series)
        };
        let (empty, native) = (of(case::EMPTY), of(case::NATIVE));
        let mut table = Table::new(
            format!(
                "tools/call of {bytes} bytes: processor time of the proxy for one request, calmer half of {} rounds",
                plan.rounds
            ),
            &["case", "µs", "middle half", "× empty", "added µs", "× added by mcp + rbac"],
        );
        let mut rows = Vec::new();
        for ((case, series), rounds) in cases.iter().zip(&series).zip(rounds) {
            let pairs = || series.iter().zip(empty);
            let total = Summary::of(series.iter().copied());
            let ratio = Summary::of(pairs().map(|(case, empty)| case / empty));
            let added = Summary::of(pairs().map(|(case, empty)| case - empty));
            let of_native =
                pairs().zip(native).map(|((case, empty), native)| (case - empty) / (native - empty));
            let of_native = Summary::of(of_native);
            table.row([
                case.name.to_owned(),
                figure(total.median),
                format!("{} to {}", figure(total.low), figure(total.high)),
                figure(ratio.median),
                figure(added.median),
                format!(
                    "{} ({} to {})",
                    figure(of_native.median),
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
                outcome.goals.push(Goal { text, bound: Bound::AtMost(at_most), measured: of_native.median });
            }
            rows.push(json!({
                "case": case.name,
                "microseconds": summary(&total),
                "times_empty": summary(&ratio),
                "added_microseconds": summary(&added),
                "times_added_by_mcp_rbac": summary(&of_native),
                "rounds": rounds,
            }));
        }
        outcome.tables.push(table);
        bodies.push(json!({ "bytes": bytes, "cases": rows }));
    }
    outcome.tables.push(memory_table(cases, memory));
    outcome.goals.extend(memory_goal(cases, memory));
    let memory: Vec<Value> = cases
        .iter()
        .zip(memory)
        .map(|(case, kib)| json!({ "case": case.name, "resident_kib": kib }))
        .collect();
    outcome.figures = json!({ "bodies": bodies, "memory": memory });
    outcome
}

fn memory_table(cases: &[Case], memory: &[u64]) -> Table {
    let mut table = Table::new("resident memory of the proxy, one worker".to_owned(), &["case", "MiB"]);
    for (case, kib) in cases.iter().zip(memory) {
        table.row([case.name.to_owned(), figure(*kib as f64 / 1024.0)]);
    }
    table
}

/// Two instances of the module run: the worker's and the main thread's.
fn memory_goal(cases: &[Case], memory: &[u64]) -> Option<Goal> {
    let of =
        |name: &str| cases.iter().zip(memory).find(|(case, _)| case.name == name).map(|(_, kib)| *kib as f64);
    let measured = (of(case::GOVERNED)? - of(case::NOOP)?) / 1024.0 / 2.0;
    let text = "each instance takes at most 8 MiB more than a no-op module".to_owned();
    Some(Goal { text, bound: Bound::AtMost(8.0), measured })
}

#[cfg(test)]
mod tests {
    use super::calmer_half;

    #[test]
    fn disturbed_rounds_are_left_out_for_all_cases() {
        let series = vec![vec![5.0, 1.0, 2.0, 1.5], vec![2.0, 9.0, 2.0, 3.0]];
        assert_eq!(calmer_half(&series), [[2.0, 1.5], [2.0, 3.0]]);
    }
}
