//! Policies, callers and calls for tests.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::decide::{Arguments, Call, Context, Name, ObjectName};
use crate::message::{Method, Object};
use crate::registry::ServerName;
use crate::scan::pattern::{self, Bytes, Pattern, Patterns, Place, Proof, Step};
use crate::subject::{Caller, Subject};
use crate::table::Table;
use crate::table::format::{Dimension, Label, Literal};
use crate::table::source::{
    ArgumentTest, Condition, Detector, Policy, Protection, Rule, Server, ServerMatch, Tool,
};
use crate::table::write::write;
use crate::vocabulary::{Action, Blobs, Direction, Severity, Treatment, Verdict};

pub(crate) fn table(policy: &Policy) -> Table<Vec<u8>> {
    Table::from_bytes(write(policy).unwrap()).unwrap()
}

pub(crate) fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

pub(crate) fn rule(id: &str, verdict: Verdict, conditions: Vec<Condition>) -> Rule {
    Rule { id: id.into(), verdict, layer: 0, shadow: false, reason: None, conditions, limit: None }
}

pub(crate) fn label(label: Label, values: &[&str]) -> Condition {
    Condition::Label { label, own: None, values: strings(values) }
}

pub(crate) fn user(values: &[&str]) -> Condition {
    Condition::Subject { dimension: Dimension::User, values: strings(values) }
}

pub(crate) fn group(values: &[&str]) -> Condition {
    Condition::Subject { dimension: Dimension::Group, values: strings(values) }
}

pub(crate) fn argument_is(path: &str, literal: Literal, text: &str) -> Condition {
    Condition::Argument { path: path_of(path), test: ArgumentTest::In(vec![(literal, text.into())]) }
}

pub(crate) fn argument_like(path: &str, glob: &str) -> Condition {
    Condition::Argument { path: path_of(path), test: ArgumentTest::Glob(strings(&[glob])) }
}

pub(crate) fn argument_exists(path: &str) -> Condition {
    Condition::Argument { path: path_of(path), test: ArgumentTest::Exists }
}

fn path_of(path: &str) -> Vec<String> {
    path.split('.').map(String::from).collect()
}

pub(crate) fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// One registered server, `github`, with a read tool, a write tool and destructive tools by glob.
pub(crate) fn registry() -> Vec<Server> {
    let tool = |name: &str, action: Action, tags: &[&str]| Tool {
        name: name.into(),
        action: Some(action),
        risk_tags: strings(tags),
    };
    vec![Server {
        name: "github".into(),
        matches: vec![ServerMatch::Http { host: None, path: Some("/github".into()) }],
        tools: vec![
            tool("search", Action::Read, &[]),
            tool("create", Action::Write, &["prod"]),
            tool("delete_*", Action::Destructive, &["prod"]),
        ],
        ..Server::default()
    }]
}

pub(crate) fn policy(rules: Vec<Rule>) -> Policy {
    Policy { servers: registry(), rules, ..Policy::default() }
}

pub(crate) fn caller(table: &Table<Vec<u8>>, user: Option<&str>, groups: Option<&[&str]>) -> Caller {
    let subject = Subject { user: user.map(String::from), groups: groups.map(strings), ..Subject::default() };
    Caller::new(&table.view(), subject)
}

pub(crate) const GITHUB: ServerName<'static> = ServerName { number: Some(0), name: "github" };
pub(crate) const UNREGISTERED: ServerName<'static> = ServerName { number: None, name: "" };

pub(crate) fn tool_call<'a>(server: ServerName<'a>, tool: &'a str, arguments: Arguments<'a>) -> Call<'a> {
    Call {
        server,
        method: Name::Is(Method::ToolsCall.name()),
        object: ObjectName { kind: Object::Tool, name: Name::Is(tool) },
        arguments,
        context: Context::default(),
        action: None,
        risk_tags: &[],
    }
}

pub(crate) fn method_call<'a>(server: ServerName<'a>, method: &'a str) -> Call<'a> {
    Call {
        server,
        method: Name::Is(method),
        object: ObjectName { kind: Object::None, name: Name::None },
        arguments: Arguments::None,
        context: Context::default(),
        action: None,
        risk_tags: &[],
    }
}

/// `KEY-` and four digits or more, found as a whole.
pub(crate) fn pattern() -> Pattern {
    Pattern {
        weak: None,
        detector: 0,
        before: vec![],
        literal: pattern::Literal { bytes: b"KEY-".to_vec(), fold: false },
        place: Place::Match,
        after: vec![Step::Run { set: Bytes::of(b"0123456789"), min: 4, max: pattern::UNBOUNDED }],
        secret: 0..2,
        left: Bytes::ALNUM,
        right: Bytes::ALNUM,
        entropy: 0,
        proof: Proof::None,
        keywords: vec![],
        allow: vec![],
    }
}

/// A policy that permits everything and treats what looks like `KEY-` and digits.
pub(crate) fn protecting(treatment: Treatment, directions: &[Direction]) -> Policy {
    Policy {
        detectors: vec![Detector {
            name: "custom.key".into(),
            kind: None,
            severity: Severity::High,
            allow: strings(&["KEY-0000"]),
        }],
        patterns: Patterns::new(vec![pattern()]).unwrap().to_bytes(),
        protections: vec![protection("keys", treatment, directions)],
        ..policy(vec![rule("all", Verdict::Allow, vec![])])
    }
}

pub(crate) fn protection(id: &str, treatment: Treatment, directions: &[Direction]) -> Protection {
    Protection {
        id: id.into(),
        conditions: vec![],
        detectors: strings(&["custom.key"]),
        treatment,
        directions: directions.to_vec(),
        blobs: Blobs::Skip,
        shadow: false,
    }
}
