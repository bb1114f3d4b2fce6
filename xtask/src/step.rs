//! Progress of long tasks: the name of a step when it begins, its time when it ends.

use std::time::Instant;

use crate::Result;

/// Runs the step called `name`, and says on standard error that it began and how long it took.
///
/// # Errors
/// Those of `work`.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begin = Instant::now();
    eprintln!("==> {name}");
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "failed" };
    eprintln!("    {name}: {outcome} in {:.1} s", begin.elapsed().as_secs_f64());
    result
}
