//! The engine by itself, natively: what a decision costs as policies grow, and what compiling them does.

use std::hint::black_box;
use std::time::Instant;

use mcpgov_engine::decide::{Call, decide};
use mcpgov_engine::json::Limits;
use mcpgov_engine::message;
use mcpgov_engine::registry::{Traffic, recognise};
use mcpgov_engine::subject::{Caller, Subject};
use mcpgov_engine::table::Table;
use mcpgov_engine::vocabulary::Verdict;
use mcpgov_policy_compiler::{compile, source::Source};
use serde_json::json;
use xtask::{Failure, Result};

use super::report::{self, Bound, Goal, Outcome, figure, summary};
use super::statistics::Summary;
use super::{case, workload};

const SIZES: [usize; 4] = [10, 1_000, 10_000, 100_000];
/// Decisions in a batch.
const DECISIONS: usize = 100_000;
/// Different calls in turn, as far as there are servers for them, so that a large table is not read from the cache alone.
const CALLS_MAX: usize = 64;
/// Compilations of each policy.
const COMPILATIONS: usize = 3;

/// Decision cost by number of rules.
pub(crate) fn decisions(rounds: usize) -> Result<Outcome> {
    let prepared = SIZES.iter().map(|rules| Prepared::new(*rules)).collect::<Result<Vec<_>>>()?;
    let mut series = vec![Vec::with_capacity(rounds); prepared.len()];
    for _ in 0..rounds {
        for (prepared, series) in prepared.iter().zip(&mut series) {
            series.push(prepared.measure()?);
        }
    }
    let mut outcome = Outcome::default();
    let mut table = report::Table::new(
        "recognising the server and deciding a call, natively".to_owned(),
        &["rules", "ns", "middle half", "× 10 rules"],
    );
    let mut rows = Vec::new();
    let fewest = series.first().cloned().unwrap_or_default();
    for (rules, series) in SIZES.iter().zip(&series) {
        let total = Summary::of(series.iter().copied());
        let ratio = Summary::of(series.iter().zip(&fewest).map(|(series, fewest)| series / fewest));
        table.row([
            rules.to_string(),
            figure(total.center),
            format!("{} to {}", figure(total.low), figure(total.high)),
            figure(ratio.center),
        ]);
        let goal = |at_most| {
            let text = format!("a decision among {rules} rules takes at most {at_most} times one among 10");
            Goal { text, bound: Bound::AtMost(at_most), measured: ratio.center }
        };
        outcome.goals.extend(match rules {
            1_000 => Some(goal(1.5)),
            100_000 => Some(goal(2.0)),
            _ => None,
        });
        rows.push(
            json!({ "rules": rules, "nanoseconds": summary(&total), "times_10_rules": summary(&ratio) }),
        );
    }
    outcome.tables.push(table);
    outcome.figures = json!(rows);
    Ok(outcome)
}

/// A policy and calls that it permits.
struct Prepared {
    table: Table<Vec<u8>>,
    /// Host and body.
    calls: Vec<(String, String)>,
}

impl Prepared {
    fn new(rules: usize) -> Result<Prepared> {
        let table = Table::from_bytes(case::table(workload::policy(rules))?)
            .map_err(|error| Failure::new(format!("the table does not load: {error}")))?;
        let servers = workload::servers(rules);
        let count = servers.min(CALLS_MAX);
        let calls = (0..count).map(|index| {
            let server = index * servers / count;
            (workload::host(server), workload::call(server, 200))
        });
        Ok(Prepared { table, calls: calls.collect() })
    }

    /// Nanoseconds of one decision, in a batch of them.
    fn measure(&self) -> Result<f64> {
        let view = self.table.view();
        let subject = Subject { user: Some("ada@acme.example".to_owned()), ..Subject::default() };
        let caller = Caller::new(&view, subject);
        let limits = Limits::default();
        let messages: Vec<_> =
            self.calls.iter().map(|(host, body)| (host, message::parse(body.as_bytes(), &limits))).collect();
        let mut permitted = 0;
        let begin = Instant::now();
        for (host, message) in messages.iter().cycle().take(DECISIONS) {
            let Ok(message) = message else { continue };
            let traffic = Traffic { host: black_box(host), path: "/mcp", ..Traffic::default() };
            let call = Call::of(message, recognise(&view, &traffic));
            let decision = decide(&view, black_box(&caller), &call);
            permitted += usize::from(black_box(decision).outcome.verdict == Verdict::Allow);
        }
        let spent = begin.elapsed();
        if permitted != DECISIONS {
            return Err(Failure::new(format!(
                "{permitted} of {DECISIONS} calls were permitted; it should be all"
            )));
        }
        Ok(spent.as_nanos() as f64 / DECISIONS as f64)
    }
}

/// Compile time and table size.
pub(crate) fn compilation() -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut table = report::Table::new(
        "compiling a policy from YAML".to_owned(),
        &["policy", "ms", "table bytes", "bytes per rule"],
    );
    let mut rows = Vec::new();
    for (kind, text) in
        [("simple", workload::simple_policy as fn(usize) -> String), ("mixed", workload::policy)]
    {
        for rules in [1_000, 100_000] {
            let source = Source { path: "bench.yaml".to_owned(), text: text(rules) };
            let mut times = Vec::new();
            let mut bytes = 0;
            for _ in 0..COMPILATIONS {
                let begin = Instant::now();
                let (compiled, _) = compile(black_box(&source));
                times.push(begin.elapsed().as_secs_f64() * 1000.0);
                bytes = compiled.ok_or_else(|| Failure::new("the policy does not compile"))?.len();
            }
            let time = Summary::of(times);
            let per_rule = bytes as f64 / rules as f64;
            table.row([
                format!("{rules} {kind} rules"),
                figure(time.center),
                bytes.to_string(),
                figure(per_rule),
            ]);
            rows.push(json!({
                "kind": kind, "rules": rules, "milliseconds": summary(&time), "table_bytes": bytes,
                "bytes_per_rule": per_rule,
            }));
            if (kind, rules) == ("simple", 100_000) {
                let goal = |text: &str, at_most, measured| Goal {
                    text: text.to_owned(),
                    bound: Bound::AtMost(at_most),
                    measured,
                };
                outcome.goals.push(goal(
                    "100,000 simple rules compile in at most 1,000 ms",
                    1000.0,
                    time.center,
                ));
                outcome.goals.push(goal("a simple rule takes at most 64 bytes of table", 64.0, per_rule));
            }
        }
    }
    outcome.tables.push(table);
    outcome.figures = json!(rows);
    Ok(outcome)
}
