//! What looking through answers costs: processor time of the proxy for the answer to a call, with detectors and without,
//! beside what people write by hand.

mod outcome;
mod policies;
mod texts;
mod work;

use std::fs;
use std::path::Path;

use xtask::step::step;
use xtask::{Failure, Result, paths};

use super::chains::Plan;
use super::proxy::{Place, Proxy};
use super::report::Outcome;
use super::{case, upstream, workload};
use work::{Holds, Work};

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
    let works = work::works();
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
    Ok(outcome::outcome(&works, &cells, &tables, &memory))
}

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
