//! What looking through answers costs: processor time of the proxy for the answer to a call, with detectors and without,
//! beside what people write by hand.

mod policies;
mod texts;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use xtask::step::step;
use xtask::{Failure, Result, paths};

use super::chains::{Plan, Series, calmer_half};
use super::proxy::{Place, Proxy};
use super::report::{Bound, Goal, Outcome, Table, figure, summary};
use super::statistics::Summary;
use super::{case, upstream, workload};

const BYTES: usize = 64 * 1024;
const BYTES_SMALL: usize = 4 * 1024;
/// Processor time that a batch of requests is to take, in microseconds.
const BATCH_MICROS: f64 = 20_000.0;
/// Hostile texts are many: they are measured in one round of so many.
const HOSTILE_EVERY: usize = 4;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Nobody, and nothing else happens either.
    Envoy,
    /// Nobody: messages are read and decided.
    Governed,
    Secrets,
    Everything,
    /// Fifty detectors of the policy's own.
    Fifty,
    /// Five hundred of them.
    FiveHundred,
    Lua,
    RegexLite,
}

impl Who {
    const ALL: [Who; 8] = [
        Who::Envoy,
        Who::Governed,
        Who::Secrets,
        Who::Everything,
        Who::Fifty,
        Who::FiveHundred,
        Who::Lua,
        Who::RegexLite,
    ];

    fn name(self) -> &'static str {
        match self {
            Who::Envoy => "empty",
            Who::Governed => "mcpgov, no detectors",
            Who::Secrets => "mcpgov, secrets",
            Who::Everything => "mcpgov, everything",
            Who::Fifty => "mcpgov, 50 own detectors",
            Who::FiveHundred => "mcpgov, 500 own detectors",
            Who::Lua => "lua, 13 patterns",
            Who::RegexLite => "regex-lite, 13 patterns",
        }
    }

    /// What remains where nobody looks.
    fn without(self) -> Who {
        match self {
            Who::Envoy | Who::Governed | Who::Lua | Who::RegexLite => Who::Envoy,
            Who::Secrets | Who::Everything | Who::Fifty | Who::FiveHundred => Who::Governed,
        }
    }
}

/// What an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Nothing to find.
    Nothing,
    Finds,
    /// What takes long to look at.
    Traps,
}

/// An answer, and who looks through it.
struct Work {
    name: &'static str,
    holds: Holds,
    /// Bytes that are looked through.
    bytes: usize,
    answer: String,
    who: &'static [Who],
}

/// An answer by one proxy.
struct Cell {
    who: Who,
    request: Vec<u8>,
    expected: Vec<u8>,
    /// Requests in a batch.
    count: usize,
    /// Microseconds of each round.
    rounds: Vec<f64>,
}

/// Runs this part of the plan. `regexlite` is the module with regular expressions.
pub(crate) fn run(plan: &Plan<'_>, regexlite: &Path) -> Result<Outcome> {
    let folder = paths::target().join("bench");
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::new(format!("cannot create `{}`: {error}", folder.display())))?;
    let works = works();
    let upstream = upstream::start(works.iter().map(|work| work.answer.as_str()))?;
    let place = Place { envoy: plan.envoy, core: plan.cores.proxy, folder: &folder, upstream };
    let tables = policies::Tables::new()?;
    let mut proxies = step("start a proxy for each case", || {
        let start =
            |who| Proxy::start(&place, &format!("scan-{who:?}"), &chain(who, &tables, plan, regexlite));
        Who::ALL.into_iter().map(|who| Ok((who, start(who)?))).collect::<Result<Vec<_>>>()
    })?;
    let mut cells: Vec<Vec<Cell>> = step("check what each one finds", || {
        works.iter().enumerate().map(|(number, work)| prepared(number, work, plan, &mut proxies)).collect()
    })?;
    step("measure", || measure(plan.rounds, &works, &mut cells, &mut proxies))?;
    let memory =
        proxies.iter().map(|(who, proxy)| Ok((*who, proxy.resident_kib()?))).collect::<Result<Vec<_>>>()?;
    Ok(outcome(&works, &cells, &tables, &memory))
}

fn works() -> Vec<Work> {
    use Who::{Envoy, Everything, Fifty, FiveHundred, Governed, Lua, RegexLite, Secrets};
    let long: &[Who] = &[Envoy, Governed, Secrets, Everything, Fifty, FiveHundred, Lua];
    let ours: &[Who] = &[Envoy, Governed, Secrets, Everything];
    let short: &[Who] = &[Envoy, Governed, Everything, Lua, RegexLite];
    let hostile: &[Who] = &[Governed, Everything];
    let text = |name, holds, text: &str, who| {
        let answer =
            json!({ "jsonrpc": "2.0", "id": 1, "result": { "content": [{ "type": "text", "text": text }] } });
        Work { name, holds, bytes: text.len(), answer: answer.to_string(), who }
    };
    let records = texts::records(BYTES);
    let structured =
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[],"structuredContent":{records}}}}}"#);
    let mut works = vec![
        text(PROSE, Holds::Nothing, &texts::prose(BYTES), long),
        text(MARKDOWN, Holds::Nothing, &texts::markdown(BYTES), long),
        Work { name: "records", holds: Holds::Nothing, bytes: records.len(), answer: structured, who: ours },
        text(PERSONAL, Holds::Finds, &texts::personal(BYTES), long),
        text(PROSE, Holds::Nothing, &texts::prose(BYTES_SMALL), short),
        text(PERSONAL, Holds::Finds, &texts::personal(BYTES_SMALL), short),
    ];
    for bytes in [BYTES, 2 * BYTES] {
        let repeated = |(name, unit)| text(name, Holds::Traps, &texts::repeated(unit, bytes), hostile);
        works.extend(texts::HOSTILE.map(repeated));
    }
    works
}

const PROSE: &str = "prose";
const MARKDOWN: &str = "Markdown";
const PERSONAL: &str = "personal data";

fn chain(who: Who, tables: &policies::Tables, plan: &Plan<'_>, regexlite: &Path) -> String {
    let governed = |table: &[u8]| case::governed(plan.filter, table, "");
    match who {
        Who::Envoy => String::new(),
        Who::Governed => governed(&tables.none),
        Who::Secrets => governed(&tables.secrets),
        Who::Everything => governed(&tables.everything),
        Who::Fifty => governed(&tables.fifty),
        Who::FiveHundred => governed(&tables.five_hundred),
        Who::Lua => include_str!("../../bench/chain/lua-scan.yaml").to_owned(),
        Who::RegexLite => include_str!("../../bench/chain/regexlite.yaml")
            .replace("${MODULE}", &regexlite.display().to_string()),
    }
}

/// Everybody who looks through this answer, shown to find what there is to find.
fn prepared(number: usize, work: &Work, plan: &Plan<'_>, proxies: &mut [(Who, Proxy)]) -> Result<Vec<Cell>> {
    let request = workload::request_for(number, 0, &workload::call(0, 200));
    let looks = proxies.iter_mut().filter(|(who, _)| work.who.contains(who));
    looks
        .map(|(who, proxy)| {
            let failed = |what: &str| Failure::new(format!("`{}`, {}: {what}", who.name(), work.name));
            let answer = proxy.ask(&request).map_err(|failure| failed(&failure.to_string()))?;
            let is_changed = answer.body != work.answer.as_bytes();
            let looks = !matches!(who, Who::Envoy | Who::Governed);
            let is_right = match work.holds {
                Holds::Traps => true,
                Holds::Nothing => !is_changed,
                // Nobody's personal data is what the others look for.
                Holds::Finds if matches!(who, Who::Secrets | Who::Fifty | Who::FiveHundred) => true,
                Holds::Finds => is_changed == looks,
            };
            if answer.status != 200 || !is_right {
                let text: String = String::from_utf8_lossy(&answer.body).chars().take(400).collect();
                return Err(failed(&format!("it finds too little or too much: {} {text}…", answer.status)));
            }
            let micros = proxy.measure(&request, 3, &answer.body)?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred")]
            let count = ((BATCH_MICROS / micros) as usize).clamp(2, plan.requests);
            let request = request.clone();
            Ok(Cell { who: *who, request, expected: answer.body, count, rounds: Vec::new() })
        })
        .collect()
}

fn measure(
    rounds: usize,
    works: &[Work],
    cells: &mut [Vec<Cell>],
    proxies: &mut [(Who, Proxy)],
) -> Result<()> {
    for round in 0..rounds {
        if round % 10 == 0 {
            eprintln!("    round {} of {rounds}", round + 1);
        }
        for (work, cells) in works.iter().zip(cells.iter_mut()) {
            if work.holds == Holds::Traps && round % HOSTILE_EVERY != 0 {
                continue;
            }
            // Nobody always follows the same neighbour's start.
            let first = round % cells.len().max(1);
            let (before, after) = cells.split_at_mut(first);
            for cell in after.iter_mut().chain(before) {
                if let Some((_, proxy)) = proxies.iter_mut().find(|(who, _)| *who == cell.who) {
                    cell.rounds.push(proxy.measure(&cell.request, cell.count, &cell.expected)?);
                }
            }
        }
    }
    Ok(())
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
        work.bytes as f64 / self.added.median
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

fn outcome(works: &[Work], cells: &[Vec<Cell>], tables: &policies::Tables, memory: &[(Who, u64)]) -> Outcome {
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
    let micros = |name: &str, bytes, who| added(name, bytes, who).map_or(f64::NAN, |cost| cost.added.median);
    let speed = |name: &str| BYTES as f64 / micros(name, BYTES, Who::Everything);
    let prose = micros(PROSE, BYTES, Who::Everything);
    let mut hostile = Table::new(
        "hostile texts: what looking for everything adds to the processor time for one answer".to_owned(),
        &["repeated", "64 KiB, µs", "× prose", "MB/s", "128 KiB ÷ 64 KiB"],
    );
    let (mut slowest, mut steepest) = (f64::NAN, f64::NAN);
    for (name, unit) in texts::HOSTILE {
        let (once, twice) = (micros(name, BYTES, Who::Everything), micros(name, 2 * BYTES, Who::Everything));
        // Of what takes next to no time the ratio is noise.
        let growth = if once.max(twice) < prose { f64::NAN } else { twice / once };
        slowest = slowest.max(once / prose);
        steepest = steepest.max(growth);
        let growth = if growth.is_nan() { "-".to_owned() } else { figure(growth) };
        let name = format!("{name}: {}", unit.escape_debug());
        hostile.row([name, figure(once), figure(once / prose), figure(BYTES as f64 / once), growth]);
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
    goal("no hostile text takes more than 10 times prose", Bound::AtMost(10.0), slowest);
    goal("a hostile text twice as long takes at most 2.2 times as long", Bound::AtMost(2.2), steepest);
    goal("all detectors take at most 400 kB of table", Bound::AtMost(400.0), bytes);
    outcome.figures = json!({ "texts": figures, "detectors_kb": bytes });
    outcome
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
            figure(cost.total.median),
            format!("{} to {}", figure(cost.total.low), figure(cost.total.high)),
            cost.who.without().name().to_owned(),
            figure(cost.added.median),
            speed,
        ]);
    }
    table
}

fn sizes(tables: &policies::Tables, memory: &[(Who, u64)]) -> Table {
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
