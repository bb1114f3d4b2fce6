use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use mcpgov_policy_compiler::simulation::{self, LINE_BYTES_MAX, Simulation};

use super::{Failure, Format, Outcome, files, load, print, progress::Bar};

/// Replay recorded calls and report those that a policy would decide otherwise
#[derive(clap::Args)]
#[command(after_help = "\
The log is Envoy's access log with mcpgov's records: a JSON object a line, whose `mcp` holds them.
Rules on arguments can be replayed where records have them: `audit: { arguments: full }`.
Records name roles, not groups: a role that a record names is taken as held, any other as not held.")]
pub(super) struct Arguments {
    /// Policy or table to replay against
    #[arg(value_name = "POLICY|TABLE")]
    policy: PathBuf,
    /// Access log, `-` for standard input
    #[arg(long, value_name = "ACCESS.LOG")]
    log: PathBuf,
    /// Print the report as a JSON object
    #[arg(long)]
    json: bool,
}

const BUFFER_BYTES: usize = 1 << 20;

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let Some(table) = load::table(&arguments.policy, format)? else { return Ok(Outcome::Refused) };
    let mut simulation = Simulation::new(table.view());
    replay(&arguments.log, &mut simulation)?;
    if arguments.json {
        print(&format!("{:#}\n", simulation::json(simulation.counts())))?;
    } else {
        print(&simulation::text(simulation.counts()))?;
    }
    Ok(Outcome::Done)
}

fn replay(path: &Path, simulation: &mut Simulation) -> Result<(), Failure> {
    let cannot = |error: io::Error| Failure::new(format!("cannot read `{}`: {error}", files::shown(path)));
    let standard = path == Path::new("-");
    let (input, total): (Box<dyn Read>, _) = if standard {
        (Box::new(io::stdin().lock()), None)
    } else {
        (Box::new(File::open(path).map_err(cannot)?), fs::metadata(path).ok().map(|metadata| metadata.len()))
    };
    let mut reader = BufReader::with_capacity(BUFFER_BYTES, input);
    let mut bar = Bar::new();
    let (mut line, mut done) = (Vec::new(), 0_u64);
    loop {
        line.clear();
        let read =
            reader.by_ref().take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line).map_err(cannot)?;
        if read == 0 {
            break;
        }
        done += read as u64;
        if line.ends_with(b"\n") || read < LINE_BYTES_MAX {
            simulation.line(&line);
        } else {
            simulation.long_line();
            done += skip_line(&mut reader).map_err(cannot)?;
        }
        bar.show(done / (1 << 20), total.map(|total| total / (1 << 20)), "MiB");
    }
    bar.clear();
    Ok(())
}

/// Reads on behind the next line break without keeping anything.
fn skip_line(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let (length, found) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(length);
        skipped += length as u64;
        if found {
            return Ok(skipped);
        }
    }
}
