//! Tests of policies: what each call of a test file is decided, compared with what its author expects. The
//! answers come from the table, as in the proxy.

mod coverage;
mod junit;
mod protection;

use mcpgov_engine::{
    decide::{Arguments, Call, is_visible},
    registry,
    subject::Caller,
    table::{Table, View},
    truth::Truth,
    vocabulary::{Reason, Treatment, Verdict},
};

pub use crate::read::suite::suite as read;
pub use coverage::Coverage;
pub use junit::junit;

use crate::{
    explain::{Explanation, Question, QuestionError, explain},
    policy::Text,
};

/// A test file.
#[derive(Debug)]
pub struct Suite {
    /// The policy it is about, as a path from the test file's folder.
    pub policy: Text,
    /// Its tests.
    pub cases: Vec<Case>,
}

/// One test.
#[derive(Debug)]
pub struct Case {
    /// What it shows, in the author's words.
    pub name: Text,
    /// The call.
    pub question: Question,
    /// The traffic that the server is recognised by, where the test does not name the server.
    pub traffic: Option<Traffic>,
    /// What the server says, for detectors to look at; without it they look at the call.
    pub said: Option<Said>,
    /// What is expected.
    pub expect: Expectation,
}

/// What a server says, as JSON text.
#[derive(Debug)]
pub enum Said {
    /// The result of the call.
    Answer(String),
    /// The entry of the tool, prompt or resource in its list.
    Definition(String),
}

/// What a proxy knows of a request before it knows the server.
#[derive(Debug)]
pub struct Traffic {
    /// Authority, with or without port; empty where the test gives none.
    pub host: String,
    /// Path; empty where the test gives none.
    pub path: String,
    /// Upstream cluster.
    pub cluster: Option<String>,
    /// Name in the route's metadata.
    pub route: Option<String>,
}

/// What a test expects; what it leaves out may be anything.
#[derive(Debug, Default)]
pub struct Expectation {
    /// The decision.
    pub verdict: Option<Verdict>,
    /// The rule that decides.
    pub rule: Option<String>,
    /// Why it is decided so.
    pub reason: Option<Reason>,
    /// Whether the tool, prompt or resource is in the caller's list.
    pub listed: Option<bool>,
    /// Names of the detectors that find something, and of no others.
    pub found: Option<Vec<String>>,
    /// The most that is done with what they find.
    pub treatment: Option<Treatment>,
    /// The most that would be done if what is only tried were enforced.
    pub would: Option<Treatment>,
    /// What is left of what they looked at, as JSON text.
    pub left: Option<String>,
}

impl Expectation {
    /// Whether it is about what detectors find.
    fn is_of_detectors(&self) -> bool {
        self.found.is_some() || self.treatment.is_some() || self.would.is_some() || self.left.is_some()
    }
}

/// How a test came out.
#[derive(Debug)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// What was not as expected; empty for a test that passed.
    pub problems: Vec<String>,
}

impl Outcome {
    /// Whether everything was as expected.
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Runs one test, and notes in `coverage` what of the policy it reached.
pub fn run<B: AsRef<[u8]>>(table: &Table<B>, case: &Case, coverage: &mut Coverage) -> Outcome {
    let problems = problems(table, case, coverage).unwrap_or_else(|error| vec![error.to_string()]);
    Outcome { name: case.name.value.clone(), problems }
}

fn problems<B: AsRef<[u8]>>(
    table: &Table<B>,
    case: &Case,
    coverage: &mut Coverage,
) -> Result<Vec<String>, QuestionError> {
    let view = table.view();
    let recognised;
    let question = match &case.traffic {
        Some(traffic) => {
            recognised = Question { server: server_of(&view, traffic), ..case.question.clone() };
            &recognised
        }
        None => &case.question,
    };
    let explanation = explain(table, question)?;
    coverage.add(&view, question)?;
    let mut problems = differences(&case.expect, &explanation);
    if let Some(expected) = case.expect.listed
        && listed(&view, question)? != expected
    {
        let word = |listed| if listed { "listed" } else { "hidden" };
        problems.push(format!("expected to be {}, is {}", word(expected), word(!expected)));
    }
    if case.said.is_some() || case.expect.is_of_detectors() {
        match &case.said {
            Some(Said::Definition(_)) if !listed(&view, question)? => {
                problems.push("the caller sees no definition: it is hidden by the rules".to_owned());
            }
            None | Some(Said::Answer(_)) if !explanation.verdict.is_permit() => {
                let verdict = explanation.verdict.name();
                problems.push(format!("the call is decided {verdict}, so that detectors see nothing of it"));
            }
            said => {
                problems.extend(protection::problems(&view, question, said.as_ref(), &case.expect, coverage)?)
            }
        }
    }
    Ok(problems)
}

fn server_of(view: &View, traffic: &Traffic) -> Option<String> {
    let traffic = registry::Traffic {
        host: &traffic.host,
        path: &traffic.path,
        cluster: traffic.cluster.as_deref(),
        route: traffic.route.as_deref(),
    };
    Some(registry::recognise(view, &traffic).name.to_owned()).filter(|name| !name.is_empty())
}

/// Whether the caller's list holds what the question is about.
fn listed(view: &View, question: &Question) -> Result<bool, QuestionError> {
    let tags: Vec<&str> = question.risk_tags.iter().map(String::as_str).collect();
    let call = Call { arguments: Arguments::Open, ..question.call(view, None, &tags)? };
    Ok(is_visible(view, &Caller::new(view, question.subject.clone()), &call))
}

fn differences(expect: &Expectation, explanation: &Explanation) -> Vec<String> {
    let mut problems = Vec::new();
    let decided = match &explanation.rule {
        Some(rule) if explanation.reason == Reason::Rule => {
            format!("{} by rule `{rule}`", explanation.verdict.name())
        }
        Some(rule) => {
            format!("{} by rule `{rule}` ({})", explanation.verdict.name(), explanation.reason.name())
        }
        None => format!("{} ({})", explanation.verdict.name(), explanation.reason.name()),
    };
    if let Some(verdict) = expect.verdict.filter(|verdict| *verdict != explanation.verdict) {
        problems.push(format!("expected {}, decided {decided}", verdict.name()));
    }
    if let Some(reason) = expect.reason.filter(|reason| *reason != explanation.reason) {
        problems.push(format!("expected reason {}, decided {decided}", reason.name()));
    }
    if let Some(rule) = expect.rule.as_ref().filter(|rule| explanation.rule.as_ref() != Some(rule)) {
        problems.push(format!("expected rule `{rule}`, decided {decided}"));
    }
    if !problems.is_empty()
        && let Some(rule) = &expect.rule
    {
        problems.extend(hindrance(rule, explanation));
    }
    problems
}

/// What kept the expected rule from deciding.
fn hindrance(id: &str, explanation: &Explanation) -> Option<String> {
    let Some(rule) = explanation.rules.iter().find(|rule| rule.id == id) else {
        return Some(format!("the policy has no rule `{id}`"));
    };
    let missed: Vec<String> = rule
        .tests
        .iter()
        .filter(|test| test.outcome != Truth::TRUE)
        .map(|test| match test.cause {
            Some(cause) => format!("{} ({cause})", test.text),
            None => test.text.clone(),
        })
        .collect();
    (!missed.is_empty()).then(|| format!("rule `{id}` needs: {}", missed.join("; ")))
}
