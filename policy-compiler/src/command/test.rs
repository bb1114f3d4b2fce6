use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::testing::{self, Coverage, Suite};
use serde_json::json;

use super::{Failure, Format, Outcome, files, load, print, report};

/// Run tests of policies: calls, and what is expected to become of them
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub(super) struct Arguments {
    /// Test files, or folders with files named `*.test.yaml`
    #[arg(required = true, value_name = "FILE|DIR")]
    tests: Vec<PathBuf>,
    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Report rules, branches of conditions and protections that no test reached
    #[arg(long)]
    coverage: bool,
    /// Run again whenever a test file or its policy changes
    #[arg(long)]
    watch: bool,
}

const EXAMPLE: &str = "\
A test file:
  policy: github.yaml
  tests:
    - name: triage files issues in our own repositories
      request: { server: github, tool: create_issue, args: { repo: acme/site } }
      subject: { user: ada@acme.example, groups: [support] }
      expect: { decision: ALLOW, rule: own-repositories-only, listed: true }";

/// How often `--watch` looks.
const WATCH_INTERVAL: Duration = Duration::from_millis(200);
/// Deepest folder that is searched; a deeper one is a loop of links.
const FOLDER_DEPTH_MAX: usize = 32;

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    // Looked at before each run, so that a change during it is not missed.
    let mut before = state(&watched(arguments));
    let outcome = Run::new(arguments, format)?.finish(arguments, format)?;
    if !arguments.watch {
        return Ok(outcome);
    }
    loop {
        let mut now = state(&watched(arguments));
        while now == before {
            thread::sleep(WATCH_INTERVAL);
            now = state(&watched(arguments));
        }
        before = now;
        print("\n")?;
        // What cannot be read now may be half written: the next change tries again.
        if let Err(failure) = Run::new(arguments, format).and_then(|run| run.finish(arguments, format)) {
            report::failure(&failure);
        }
    }
}

/// The results of one run of all test files.
struct Run {
    suites: Vec<(String, Vec<testing::Outcome>)>,
    policies: BTreeMap<PathBuf, Policy>,
    /// Whether a test file or a policy had errors; they have been reported.
    refused: bool,
}

struct Policy {
    table: Table<Vec<u8>>,
    coverage: Coverage,
}

impl Run {
    fn new(arguments: &Arguments, format: Format) -> Result<Self, Failure> {
        let files = test_files(&arguments.tests)?;
        if files.is_empty() {
            return Err(Failure::new("no test files found").help("name them `*.test.yaml`"));
        }
        let mut run = Self { suites: Vec::new(), policies: BTreeMap::new(), refused: false };
        for file in &files {
            run.file(file, format)?;
        }
        Ok(run)
    }

    fn file(&mut self, file: &Path, format: Format) -> Result<(), Failure> {
        let Some(suite) = suite(file, format)? else {
            self.refused = true;
            return Ok(());
        };
        let path = policy_path(file, &suite);
        if !self.policies.contains_key(&path) {
            let Some(table) = load::table(&path, format)? else {
                self.refused = true;
                return Ok(());
            };
            self.policies.insert(path.clone(), Policy { table, coverage: Coverage::default() });
        }
        let Some(policy) = self.policies.get_mut(&path) else { return Ok(()) };
        let outcomes =
            suite.cases.iter().map(|case| testing::run(&policy.table, case, &mut policy.coverage)).collect();
        self.suites.push((file.display().to_string(), outcomes));
        Ok(())
    }

    fn finish(self, arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
        if let Some(path) = &arguments.junit {
            files::write(path, testing::junit(&self.suites).as_bytes())?;
        }
        let text = match format {
            Format::Human | Format::Plain => self.text(arguments.coverage, format),
            Format::Json | Format::Sarif => format!("{:#}\n", self.json(arguments.coverage)),
        };
        print(&text)?;
        let failed = self.suites.iter().flat_map(|(_, outcomes)| outcomes).any(|outcome| !outcome.passed());
        Ok(match (self.refused, failed) {
            (true, _) => Outcome::Refused,
            (false, true) => Outcome::TestsFailed,
            (false, false) => Outcome::Done,
        })
    }

    fn text(&self, coverage: bool, format: Format) -> String {
        let mut text = String::new();
        let (mut passed, mut failed) = (0_usize, 0_usize);
        // Writing to a string cannot fail, here and below.
        for (file, outcomes) in &self.suites {
            if format == Format::Human {
                let _ = writeln!(text, "{file}");
            }
            for outcome in outcomes {
                if outcome.passed() {
                    passed += 1
                } else {
                    failed += 1
                }
                let _ = match format {
                    Format::Human => human(&mut text, outcome),
                    _ => plain(&mut text, file, outcome),
                };
            }
        }
        if format == Format::Human {
            let total = passed + failed;
            let _ = writeln!(text, "{total} tests: {passed} passed, {failed} failed");
        }
        if coverage {
            for (path, policy) in &self.policies {
                let _ =
                    write!(text, "\n{}: {}", path.display(), policy.coverage.summary(&policy.table.view()));
            }
        }
        text
    }

    fn json(&self, coverage: bool) -> serde_json::Value {
        let test = |outcome: &testing::Outcome| json!({ "name": outcome.name, "passed": outcome.passed(), "problems": outcome.problems });
        let suites: Vec<_> = self
            .suites
            .iter()
            .map(|(file, outcomes)| {
                json!({ "file": file, "tests": outcomes.iter().map(test).collect::<Vec<_>>() })
            })
            .collect();
        let mut whole = json!({ "suites": suites });
        if coverage && let Some(whole) = whole.as_object_mut() {
            let policies = self.policies.iter().map(|(path, policy)| {
                let summary = policy.coverage.summary(&policy.table.view());
                json!({
                    "policy": path.display().to_string(),
                    "rules": summary.rules,
                    "rules_missed": summary.rules_missed,
                    "branches": summary.branches,
                    "branches_missed": summary.branches_missed.iter().map(|(rule, branch)| {
                        json!({ "rule": rule, "branch": branch })
                    }).collect::<Vec<_>>(),
                    "protections": summary.protections,
                    "protections_missed": summary.protections_missed,
                })
            });
            whole.insert("coverage".to_owned(), policies.collect());
        }
        whole
    }
}

fn human(text: &mut String, outcome: &testing::Outcome) -> std::fmt::Result {
    let (green, red, reset) = ("\u{1b}[32m", "\u{1b}[1;91m", "\u{1b}[0m");
    if outcome.passed() {
        return writeln!(text, "  {green}ok{reset}    {}", outcome.name);
    }
    writeln!(text, "  {red}FAIL{reset}  {}", outcome.name)?;
    outcome.problems.iter().try_for_each(|problem| writeln!(text, "        {problem}"))
}

fn plain(text: &mut String, file: &str, outcome: &testing::Outcome) -> std::fmt::Result {
    if outcome.passed() {
        return writeln!(text, "{file}: ok: {}", outcome.name);
    }
    writeln!(text, "{file}: failed: {}: {}", outcome.name, outcome.problems.join("; "))
}

fn suite(file: &Path, format: Format) -> Result<Option<Suite>, Failure> {
    let source = files::source(file)?;
    let (suite, diagnostics) = testing::read(&source);
    report::diagnostics(&source, &diagnostics, format);
    Ok(suite)
}

fn policy_path(file: &Path, suite: &Suite) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(&suite.policy.value)
}

/// The test files among `paths`, and those below folders; in order, each once.
fn test_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            below(path, FOLDER_DEPTH_MAX, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn below(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder)
        .map_err(|error| Failure::new(format!("cannot read `{}`: {error}", folder.display())))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && depth > 0 && !name.starts_with('.') {
            below(&path, depth - 1, found)?;
        } else if name.ends_with(".test.yaml") || name.ends_with(".test.yml") {
            found.push(path);
        }
    }
    Ok(())
}

/// Everything whose change matters: the test files there are now, and their policies.
fn watched(arguments: &Arguments) -> Vec<PathBuf> {
    let mut paths = test_files(&arguments.tests).unwrap_or_default();
    let policies: Vec<PathBuf> = paths
        .iter()
        .filter_map(|file| {
            let (suite, _) = testing::read(&files::source(file).ok()?);
            Some(policy_path(file, &suite?))
        })
        .collect();
    // All files of a policy: included ones, layers, schemas, and folders, where files come and go.
    for policy in policies {
        match load::bundle(&policy) {
            Ok(bundle) => paths.extend(bundle.paths().map(Path::to_owned)),
            Err(_) => paths.push(policy),
        }
    }
    paths
}

fn state(paths: &[PathBuf]) -> Vec<(PathBuf, Option<SystemTime>)> {
    let modified = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    paths.iter().map(|path| (path.clone(), modified(path))).collect()
}
