use std::path::PathBuf;

use clap::ValueEnum;
use mcpgov_policy_compiler::difference::{self, Direction};

use super::{Failure, Format, Outcome, load, print, progress::Bar};

/// Compare what two policies decide: what is allowed, denied or needs approval now, with a call as example
#[derive(clap::Args)]
#[command(after_help = "\
A change widens if more is possible than before: a decision is less restrictive, a limit is gone or grown, less is
done with what a detector finds.
`--fail-on` makes such a change exit with 4, for pull requests that need another reviewer then.")]
pub(super) struct Arguments {
    /// Policy or table as it was
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// Policy or table as it is to be
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Which changes make the exit code 4
    #[arg(long, value_enum, value_name = "CHANGE")]
    fail_on: Option<FailOn>,
    /// Print the changes as a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Something more is possible
    Widen,
    /// Something is no longer possible
    Narrow,
    /// Any change
    Any,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let Some(old) = load::table(&arguments.old, format)? else { return Ok(Outcome::Refused) };
    let Some(new) = load::table(&arguments.new, format)? else { return Ok(Outcome::Refused) };
    let mut bar = Bar::new();
    let difference = difference::difference(&old, &new, |done, total| {
        bar.show(done as u64, Some(total as u64), "combinations of server and tool");
    });
    bar.clear();
    if arguments.json {
        print(&format!("{:#}\n", difference::json(&difference)))?;
    } else {
        print(&difference::text(&difference))?;
    }
    let fails = |fail_on: FailOn, direction: Direction| match fail_on {
        FailOn::Widen => direction == Direction::Widens,
        FailOn::Narrow => direction == Direction::Narrows,
        FailOn::Any => true,
    };
    let failed = arguments
        .fail_on
        .is_some_and(|fail_on| difference.directions().any(|direction| fails(fail_on, direction)));
    Ok(if failed { Outcome::Changed } else { Outcome::Done })
}
