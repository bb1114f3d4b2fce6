//! What detectors find in what a test says that a client or a server says, and what becomes of it.

use std::collections::BTreeMap;

use mcpgov_engine::{
    decide::{Arguments, Call},
    edit::Edits,
    json::{Doc, Limits, write_string},
    list::List,
    message::Method,
    protect::{Area, Plan, Protector, direction},
    scan::poison::Siblings,
    session::SessionKey,
    subject::Caller,
    table::View,
    vocabulary::{Direction, Treatment},
};
use serde_json::Value;

use super::{Coverage, Expectation, Said};
use crate::explain::{Object, Question, QuestionError};

/// The digests of tests are those of this key, so that they stay the same.
const KEY: SessionKey = SessionKey::new([0; 32]);

/// What was found, and what is left.
struct Seen {
    /// By detector: what is done with it, and what would be.
    found: BTreeMap<String, (Treatment, Option<Treatment>)>,
    /// What becomes of the whole message, and the detector for which.
    message: Option<(Treatment, String)>,
    /// What goes on if the whole message does.
    left: Value,
}

/// What of the expectations about detectors did not come true.
pub(super) fn problems(
    view: &View,
    question: &Question,
    said: Option<&Said>,
    expect: &Expectation,
    coverage: &mut Coverage,
) -> Result<Vec<String>, QuestionError> {
    let seen = look(view, question, said, coverage)?;
    let mut problems = Vec::new();
    let found: Vec<&str> = seen.found.keys().map(String::as_str).collect();
    if let Some(expected) = &expect.found {
        let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        expected.sort_unstable();
        expected.dedup();
        if expected != found {
            problems.push(format!("expected to find {}, found {}", names(&expected), names(&found)));
        }
    }
    let now = seen.found.values().map(|(now, _)| *now).max();
    let would = seen.found.values().filter_map(|(_, would)| *would).max();
    let told = |treatment: Option<Treatment>| treatment.map_or("nothing", Treatment::name);
    for (what, expected, actual) in [("treatment", expect.treatment, now), ("would", expect.would, would)] {
        if expected.is_some() && expected != actual {
            problems.push(format!("expected {what} {}, it is {}", told(expected), told(actual)));
        }
    }
    if let Some(expected) = &expect.left {
        problems.extend(remainder(expected, &seen));
    }
    Ok(problems)
}

/// How what is left differs from what is expected to be.
fn remainder(expected: &str, seen: &Seen) -> Option<String> {
    if let Some((treatment, detector)) = &seen.message {
        return Some(format!("nothing of it goes on: {} for `{detector}`", treatment.name()));
    }
    let expected: Value = serde_json::from_str(expected).unwrap_or_default();
    // A text stands for a result with this text alone, here as in what was said.
    let left = match (&expected, only_text(&seen.left)) {
        (Value::String(_), Some(text)) => text,
        _ => &seen.left,
    };
    (*left != expected).then(|| format!("expected {expected} to be left, it is {left}"))
}

fn only_text(result: &Value) -> Option<&Value> {
    result.get("content")?.as_array().filter(|blocks| blocks.len() == 1)?.first()?.get("text")
}

fn names(names: &[&str]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

fn look(
    view: &View,
    question: &Question,
    said: Option<&Said>,
    coverage: &mut Coverage,
) -> Result<Seen, QuestionError> {
    let limits = Limits::default();
    let arguments = question.arguments.as_deref().unwrap_or("{}");
    let document = Doc::parse(arguments.as_bytes(), &limits).map_err(QuestionError::Arguments)?;
    let tags: Vec<&str> = question.risk_tags.iter().map(String::as_str).collect();
    let has_arguments = question.arguments.is_some();
    let asked = question.call(view, Some(&document).filter(|_| has_arguments), &tags)?;
    let caller = Caller::new(view, question.subject.clone());
    let (call, direction, text) = match said {
        None => (asked, Direction::Arguments, params(question, arguments)),
        Some(Said::Answer(text)) => (asked, direction(Method::from_name(question.method())), text.clone()),
        Some(Said::Definition(text)) => {
            let listed = Call { arguments: Arguments::Open, ..asked };
            (listed, Direction::Descriptions, text.clone())
        }
    };
    let doc = Doc::parse(text.as_bytes(), &limits).map_err(QuestionError::Said)?;
    let left = |text: &str| {
        let mut left: Value = serde_json::from_str(text).unwrap_or_default();
        match said {
            // Of a request only the arguments are what a test gives.
            None => left.get_mut("arguments").map(Value::take).unwrap_or_default(),
            Some(_) => left,
        }
    };
    let nothing = || Seen { found: BTreeMap::new(), message: None, left: left(&text) };
    let Some(plan) = Plan::new(view, &caller, &call, direction) else { return Ok(nothing()) };
    let Some(mut protector) = Protector::new(view, &plan, Some(&KEY)) else { return Ok(nothing()) };
    let mut edits = Edits::default();
    match said {
        Some(Said::Answer(_)) => protector.members(doc.root(), &List::ALL.map(List::member), &mut edits),
        _ => protector.value(doc.root(), Area::Protocol, &mut edits),
    }
    if let (Some(Said::Definition(_)), Object::Tool(_)) = (said, &question.object) {
        protector.definition(doc.root(), &siblings(view, &call));
    }
    let report = protector.report;
    let name = |detector: u16| {
        view.detectors.get(usize::from(detector)).map_or("", |detector| view.text(detector.name)).to_owned()
    };
    let mut seen = Seen {
        found: BTreeMap::new(),
        message: report.message.map(|(treatment, detector)| (treatment, name(detector))),
        left: left(&edits.apply(&text)),
    };
    for find in &report.finds {
        coverage.add_find(view, &caller, &call, direction, find.detector);
        seen.found.insert(name(find.detector), (find.treated.now, find.treated.would));
    }
    Ok(seen)
}

/// The parameters of the request that the question is about.
fn params(question: &Question, arguments: &str) -> String {
    let mut text = String::from("{");
    if let Some((member, name)) = match &question.object {
        Object::None => None,
        Object::Tool(name) | Object::Prompt(name) => Some(("name", name)),
        Object::Resource(uri) => Some(("uri", uri)),
    } {
        text.push_str(&format!("\"{member}\":"));
        write_string(&mut text, name);
        text.push(',');
    }
    text.push_str(&format!("\"arguments\":{arguments}}}"));
    text
}

/// The tools that the registry has beside the one that is defined.
fn siblings<'v>(view: &'v View, call: &Call<'v>) -> Siblings<'v> {
    let server = call.server.number.and_then(|number| view.servers.get(number as usize));
    let tools = server.map_or(&[][..], |server| view.tool_run(server.tools.get(), server.tool_len.get()));
    Siblings::new(tools.iter().map(|tool| view.text(tool.name)))
}
