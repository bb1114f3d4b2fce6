//! `cargo xtask bench`: what governing costs.
//!
//! Ratios are what counts: they carry over from one machine to another, while microseconds do not.

mod case;
mod chains;
mod client;
mod cores;
mod engine;
mod proxy;
mod report;
mod scan;
mod statistics;
mod streams;
mod upstream;
mod workload;

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value, json};
use xtask::step::step;
use xtask::{Failure, Result, build, command, paths, tools};

use chains::Plan;
use cores::Cores;
use report::{Bound, Goal, Outcome, Table};

/// What the module may weigh.
const MODULE_KB_MAX: f64 = 1000.0;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Rounds over all cases; those of chains and streams are spread over the starts
    #[arg(long, default_value_t = 90)]
    rounds: usize,
    /// Times that every proxy of chains and streams is started
    #[arg(long, default_value_t = 5)]
    starts: usize,
    /// Requests of each case in a round; of longer calls there are fewer
    #[arg(long, default_value_t = 500)]
    requests: usize,
    /// Sizes of the calls in bytes
    #[arg(long, value_delimiter = ',', default_values_t = [200, 10_240, 204_800])]
    bodies: Vec<usize>,
    /// Parts to run instead of all
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Filter module to measure instead of the one built here
    #[arg(long, value_name = "MODULE")]
    filter: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Processor time of Envoy with different chains of filters
    Chains,
    /// Processor time and delay of an event in a stream
    Streams,
    /// Processor time of Envoy for looking through answers
    Scan,
    /// Time of a decision by number of rules
    Decisions,
    /// Time to compile a policy, and the table's size
    Compilation,
    /// Size of the filter module
    Module,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if cfg!(debug_assertions) {
        // Load and engine are timed as they ship.
        let mut optimised =
            command::cargo(["run", "--locked", "--quiet", "--release", "--package", "xtask", "--"]);
        let error = optimised.args(env::args_os().skip(1)).exec();
        return Err(Failure::new(format!("cannot start `cargo`: {error}")));
    }
    if arguments.rounds == 0 || arguments.starts == 0 || arguments.requests == 0 {
        return Err(Failure::new("`--rounds`, `--starts` and `--requests` must be at least 1"));
    }
    let wants = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut outcomes: Vec<(&str, Outcome)> = Vec::new();
    let filter = || match &arguments.filter {
        Some(filter) => Ok(filter.clone()),
        None => step("build the filter", build::filter),
    };
    if wants(Part::Module) || wants(Part::Scan) {
        outcomes.push(("module", module(&filter()?)?));
    }
    if wants(Part::Chains) || wants(Part::Streams) || wants(Part::Scan) {
        let envoy = step("get Envoy", tools::envoy)?;
        let filter = filter()?;
        let noop = step("build the no-op module", || module_of("noop"))?;
        let cores = Cores::take()?;
        note_other_load(cores);
        let plan = Plan {
            envoy: &envoy,
            filter: &filter,
            noop: &noop,
            cores,
            bodies: &arguments.bodies,
            rounds: arguments.rounds,
            starts: arguments.starts,
            requests: arguments.requests,
        };
        if wants(Part::Chains) {
            outcomes.push(("chains", chains::run(&plan)?));
        }
        if wants(Part::Streams) {
            outcomes.push(("streams", streams::run(&plan)?));
        }
        if wants(Part::Scan) {
            let regexlite = step("build the module with regular expressions", || module_of("regexlite"))?;
            outcomes.push(("scan", scan::run(&plan, &regexlite)?));
        }
    }
    if wants(Part::Decisions) {
        outcomes.push(("decisions", step("time decisions", || engine::decisions(arguments.rounds.min(20)))?));
    }
    if wants(Part::Compilation) {
        outcomes.push(("compilation", step("time compilation", engine::compilation)?));
    }
    show(outcomes)
}

/// A module of `xtask/bench`, built.
fn module_of(name: &str) -> Result<PathBuf> {
    let target = paths::target().join("bench").join(name);
    let mut build =
        command::cargo(["build", "--locked", "--quiet", "--release", "--target", "wasm32-wasip1"]);
    build.current_dir(paths::root().join("xtask/bench").join(name)).arg("--target-dir").arg(&target);
    command::run(&mut build)?;
    Ok(target.join(format!("wasm32-wasip1/release/mcpgov_bench_{name}.wasm")))
}

fn module(filter: &Path) -> Result<Outcome> {
    let bytes = case::size(filter)?;
    let mut table = Table::new("filter module".to_owned(), &["", "bytes"]);
    table.row(["size".to_owned(), bytes.to_string()]);
    let goal = Goal {
        text: format!("the filter module has at most {MODULE_KB_MAX} kB"),
        bound: Bound::AtMost(MODULE_KB_MAX),
        measured: bytes as f64 / 1000.0,
    };
    let goals = vec![goal];
    Ok(Outcome { tables: vec![table], goals, figures: json!({ "bytes": bytes }) })
}

fn note_other_load(cores: Cores) {
    let load = cores::load_average();
    eprintln!("    the proxy runs on core {}, everything else on core {}", cores.proxy, cores.load);
    if load > 0.5 {
        eprintln!(
            "    note: other programs are at work (load average {load}), the figures will scatter more"
        );
    }
}

fn show(outcomes: Vec<(&str, Outcome)>) -> Result<()> {
    let (mut figures, mut goals) = (Map::new(), Vec::new());
    for (name, outcome) in outcomes {
        for table in &outcome.tables {
            println!("{}", table.text());
        }
        goals.extend(outcome.goals);
        figures.insert(name.to_owned(), outcome.figures);
    }
    println!("{}", report::goals(&goals).text());
    figures.insert("goals".to_owned(), goals.iter().map(Goal::value).collect());
    let path = paths::target().join("bench.json");
    let text = format!("{:#}\n", Value::Object(figures));
    fs::write(&path, text)
        .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", path.display())))?;
    println!("all figures: {}", path.display());
    Ok(())
}
