//! How much of what detectors are for they find in labelled corpora, and how much else.
//!
//! The corpora lie beside the repository and are read in place. A part of the same sources is held out and not there:
//! figures here are for finding faults, not for showing.

mod corpus;
mod figure;
mod measure;
mod measures;
mod product;
mod ratchet;
mod report;

use std::{collections::HashMap, path::PathBuf, process::ExitCode, time::Instant};

use clap::Parser;

use corpus::Row;
use measure::{Hit, Measure, Sight};
use product::Product;
use ratchet::Ratchet;
use report::Line;

#[derive(Parser)]
#[command(about = "Measures the detectors on labelled corpora", bin_name = "cargo xtask accuracy")]
struct Arguments {
    /// Folder of the corpora
    #[arg(long, value_name = "DIR")]
    corpora: PathBuf,
    /// Class to measure instead of all
    #[arg(long, value_name = "CLASS")]
    only: Option<String>,
    /// Show this many faults of each measure
    #[arg(long, value_name = "N", default_value_t = 0)]
    misses: usize,
    /// Take what is better than the ratchet into it
    #[arg(long)]
    update: bool,
    /// With `--update`: take also what is worse
    #[arg(long, requires = "update")]
    lower: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Whether no figure has fallen.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let begin = Instant::now();
    if !arguments.corpora.is_dir() {
        return Err(format!("there is no folder `{}`", arguments.corpora.display()));
    }
    let mut measures = measures::all();
    if let Some(class) = &arguments.only {
        measures.retain(|measure| measure.class == class);
        if measures.is_empty() {
            let mut classes: Vec<&str> = measures::all().iter().map(|measure| measure.class).collect();
            classes.dedup();
            return Err(format!(
                "there is no class `{class}`\n  help: the classes are {}",
                classes.join(", ")
            ));
        }
    }
    let mut library =
        Library { arguments, product: Product::new()?, files: HashMap::new(), hits: HashMap::new() };
    let mut ratchet = Ratchet::read()?;
    if let [unknown, ..] = ratchet.unknown(&measures::all()).as_slice() {
        return Err(format!("nothing measures `{unknown}` of the ratchet any more"));
    }
    let mut lines = Vec::new();
    let mut faults = String::new();
    for measure in &measures {
        lines.extend(library.measure(measure, &mut ratchet, &mut faults)?);
    }
    if !lines.iter().any(|line| line.figure.is_some()) {
        return Err(format!("`{}` has none of the corpora", arguments.corpora.display()));
    }
    print!("{}{faults}", report::table(&lines));
    let fallen = lines.iter().filter(|line| line.has_fallen()).count();
    let missed = lines.iter().filter(|line| line.is_missed()).count();
    println!(
        "\n{missed} goals missed, {fallen} figures below the ratchet; {} rows in {:.1} s",
        library.files.values().flatten().map(Vec::len).sum::<usize>(),
        begin.elapsed().as_secs_f64()
    );
    if arguments.update {
        ratchet.write()?;
    }
    Ok(fallen == 0)
}

/// Files and what was found in them, each read and looked through once.
struct Library<'a> {
    arguments: &'a Arguments,
    product: Product,
    files: HashMap<&'static str, Option<Vec<Row>>>,
    hits: HashMap<(&'static str, Sight), Option<Vec<Vec<Hit>>>>,
}

impl Library<'_> {
    fn measure(
        &mut self,
        measure: &Measure,
        ratchet: &mut Ratchet,
        faults: &mut String,
    ) -> Result<Vec<Line>, String> {
        if !self.files.contains_key(measure.file) {
            self.files.insert(measure.file, corpus::read(&self.arguments.corpora, measure.file)?);
        }
        let Some(Some(rows)) = self.files.get(measure.file) else {
            return Ok(vec![Line { note: "no such file", ..Line::new(measure) }]);
        };
        let sight = measure.by.0;
        let hits = self.hits.entry((measure.file, sight)).or_insert_with(|| self.product.hits(sight, rows));
        let Some(hits) = hits else {
            return Ok(vec![Line { note: "not measured", ..Line::new(measure) }]);
        };
        let outcome = measure.count(rows, hits);
        if self.arguments.misses > 0 && !outcome.faults.is_empty() {
            faults.push_str(&report::faults(measure, &outcome.faults, rows, self.arguments.misses));
        }
        let mut lines = Vec::new();
        for (metric, share) in outcome.shares {
            let goal = measure.goals.iter().find(|(other, _)| *other == metric).map(|(_, goal)| *goal);
            if self.arguments.update && goal.is_some() {
                ratchet.take(measure, metric, share.value(), self.arguments.lower);
            }
            let ratchet = ratchet.get(measure, metric);
            lines.push(Line { figure: Some((metric, share)), goal, ratchet, ..Line::new(measure) });
        }
        Ok(lines)
    }
}
