//! Test files of policies: what a policy is expected to decide.

use std::collections::BTreeMap;

use mcpgov_engine::{
    json::write_string,
    list::List,
    message::Method,
    subject::Subject,
    vocabulary::{Action, Reason, Treatment, Verdict},
};

use super::{
    context,
    value::{Fields, Reader},
};
use crate::{
    diagnostic::{Code, Diagnostic, any_error},
    explain::{Circumstances, Object, Question},
    policy::Text,
    source::Source,
    syntax::{self, Node, Value},
    testing::{Case, Expectation, Said, Suite, Traffic},
};

const SUITE_KEYS: &[&str] = &["policy", "tests"];
const TEST_KEYS: &[&str] = &["name", "request", "subject", "context", "answer", "definition", "expect"];
const CONTEXT_KEYS: &[&str] = &["source", "time", "session", "region", "environment"];
const REQUEST_KEYS: &[&str] = &[
    "server",
    "method",
    "tool",
    "prompt",
    "resource",
    "args",
    "action",
    "risk_tags",
    "host",
    "path",
    "cluster",
    "route_metadata",
];
const SUBJECT_KEYS: &[&str] = &["user", "groups", "agent", "tenant", "workload", "scopes", "claims"];
const EXPECT_KEYS: &[&str] =
    &["decision", "rule", "reason", "listed", "found", "treatment", "would", "args", "answer", "definition"];

/// Reads a test file. It is there exactly if none of the diagnostics is an error.
pub fn suite(source: &Source) -> (Option<Suite>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let root = syntax::parse(source, &mut diagnostics);
    let suite = root.and_then(|root| {
        let mut reader = Reader::new(&mut diagnostics);
        let fields = reader.fields(&root, "a test file", SUITE_KEYS, &[])?;
        let policy = fields.required(&mut reader, "policy").and_then(|node| reader.text(node));
        let tests = fields.required(&mut reader, "tests")?;
        let items = reader.list(tests, "tests")?;
        let cases = items.iter().filter_map(|item| case(&mut reader, item)).collect();
        Some(Suite { policy: policy?, cases })
    });
    diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.start, diagnostic.primary.span.end));
    (suite.filter(|_| !any_error(&diagnostics)), diagnostics)
}

fn case(reader: &mut Reader, node: &Node) -> Option<Case> {
    let fields = reader.fields(node, "a test", TEST_KEYS, &[])?;
    let name = fields.required(reader, "name").and_then(|node| reader.text(node));
    let subject = fields.get("subject").map(|node| subject(reader, node)).unwrap_or_default();
    let known = fields.get("context").map(|node| circumstances(reader, node)).unwrap_or_default();
    let asked = fields.required(reader, "request").and_then(|node| request(reader, node, subject));
    let said = said(reader, &fields);
    let looked = match said {
        None => "args",
        Some(Said::Answer(_)) => "answer",
        Some(Said::Definition(_)) => "definition",
    };
    let expect = fields.required(reader, "expect").and_then(|node| expect(reader, node, looked));
    let (name, (question, traffic), expect) = (name?, asked?, expect?);
    let question = Question { context: known, ..question };
    about(reader, &fields, &question, said.as_ref());
    if expect.listed.is_some() && matches!(question.object, Object::None) {
        reader.push(
            Diagnostic::error(Code::Inconsistent, name.span, "`listed` is about an entry of a list")
                .help("name a `tool`, a `prompt` or a `resource` in `request`"),
        );
    }
    Some(Case { name, question, traffic, said, expect })
}

/// What the server says: one of two things, for what is done differs.
fn said(reader: &mut Reader, fields: &Fields) -> Option<Said> {
    let answer = fields.get("answer").and_then(|node| result(reader, node));
    let definition = fields.get("definition").and_then(|node| map(reader, node, "the entry of a list"));
    if let (Some(_), Some(_), Some(key)) = (&answer, &definition, fields.key_span("definition")) {
        reader.push(
            Diagnostic::error(Code::Inconsistent, key, "a test has an `answer` or a `definition`")
                .help("write a test for each"),
        );
    }
    answer.map(Said::Answer).or(definition.map(Said::Definition))
}

/// Reports what the server cannot say to this request.
fn about(reader: &mut Reader, fields: &Fields, question: &Question, said: Option<&Said>) {
    let (key, message, help) = match said {
        Some(Said::Answer(_)) if List::of(Method::from_name(question.method())).is_some() => (
            "answer",
            "lists are looked through entry by entry",
            "write a test for an entry: its name in `request`, and the entry as `definition`",
        ),
        Some(Said::Definition(_)) if matches!(question.object, Object::None) => (
            "definition",
            "a definition is that of an entry of a list",
            "name a `tool`, a `prompt` or a `resource` in `request`",
        ),
        _ => return,
    };
    if let Some(span) = fields.key_span(key) {
        reader.push(Diagnostic::error(Code::Inconsistent, span, message).help(help));
    }
}

/// A result as JSON text; a text stands for the result of a tool with this text alone.
fn result(reader: &mut Reader, node: &Node) -> Option<String> {
    if let Value::Text(_) = &node.value {
        let mut text = String::from(r#"{"content":[{"type":"text","text":"#);
        json(reader, node, &mut text);
        text.push_str("}]}");
        return Some(text);
    }
    map(reader, node, "a result, or its text")
}

fn request(reader: &mut Reader, node: &Node, subject: Subject) -> Option<(Question, Option<Traffic>)> {
    let fields = reader.fields(node, "a request", REQUEST_KEYS, &[])?;
    let mut text = |key| fields.get(key).and_then(|node| reader.text(node)).map(|text| text.value);
    let (server, method) = (text("server"), text("method"));
    let objects = [
        text("tool").map(Object::Tool),
        text("prompt").map(Object::Prompt),
        text("resource").map(Object::Resource),
    ];
    let (host, path) = (text("host"), text("path"));
    let (cluster, route) = (text("cluster"), text("route_metadata"));
    let mut objects = objects.into_iter().flatten();
    let object = objects.next().unwrap_or_default();
    if objects.next().is_some() {
        reader.push(
            Diagnostic::error(
                Code::Inconsistent,
                node.span,
                "a request is about one tool, prompt or resource",
            )
            .help("write a test for each"),
        );
    }
    let traffic = (host.is_some() || path.is_some() || cluster.is_some() || route.is_some())
        .then(|| Traffic { host: host.unwrap_or_default(), path: path.unwrap_or_default(), cluster, route });
    if let (Some(_), Some(key)) = (&traffic, fields.key_span("server")) {
        reader.push(
            Diagnostic::error(
                Code::Inconsistent,
                key,
                "the server follows from host, path, cluster or route metadata",
            )
            .help("leave `server` out to test how traffic is recognised, or the others to name it"),
        );
    }
    let action = fields
        .get("action")
        .and_then(|node| reader.choice(node, "action", &Action::ALL, Action::name))
        .map(|action| action.value);
    let tags = fields.get("risk_tags").map(|node| reader.risk_tags(node)).unwrap_or_default();
    let arguments = fields.get("args").and_then(|node| arguments(reader, node));
    let question = Question {
        server,
        method,
        object,
        arguments,
        subject,
        action,
        risk_tags: tags.into_iter().map(|tag| tag.value).collect(),
        ..Question::default()
    };
    Some((question, traffic))
}

fn subject(reader: &mut Reader, node: &Node) -> Subject {
    let Some(fields) = reader.fields(node, "`subject`", SUBJECT_KEYS, &[]) else { return Subject::default() };
    let one = |reader: &mut Reader, key| fields.get(key).and_then(|node| reader.text(node)).map(value);
    // An empty list is a caller who is known to have none; a key left out is not known.
    let many = |reader: &mut Reader, key| fields.get(key).map(|node| names(reader, node));
    Subject {
        user: one(reader, "user"),
        groups: many(reader, "groups"),
        agent: one(reader, "agent"),
        tenant: one(reader, "tenant"),
        workload: one(reader, "workload"),
        scopes: many(reader, "scopes"),
        claims: fields.get("claims").map(|node| claims(reader, node)).unwrap_or_default(),
        ..Subject::default()
    }
}

/// Claims of the token by their dotted paths; a single value is a list of one.
fn claims(reader: &mut Reader, node: &Node) -> BTreeMap<String, Vec<String>> {
    let mut claims = BTreeMap::new();
    for entry in reader.entries(node).unwrap_or_default() {
        if let Some(path) = reader.key(entry) {
            claims.insert(path.value, names(reader, &entry.node));
        }
    }
    claims
}

/// What the proxy knows about the call; a key left out is not known.
fn circumstances(reader: &mut Reader, node: &Node) -> Circumstances {
    let Some(fields) = reader.fields(node, "`context`", CONTEXT_KEYS, &[]) else {
        return Circumstances::default();
    };
    let mut known = Circumstances::default();
    if let Some(address) = fields.get("source").and_then(|node| reader.text(node)) {
        known.source = address.value.parse().ok();
        if known.source.is_none() {
            let message = format!("`{}` is no address", address.value);
            reader.push(
                Diagnostic::error(Code::BadValue, address.span, message)
                    .help("write an IP address, such as `10.1.2.3`"),
            );
        }
    }
    known.time = context::time(reader, &fields, "time");
    if let Some(node) = fields.get("session") {
        match node.value {
            Value::Bool(session) => known.session = Some(session),
            _ => reader.wrong_type(node, "`true` or `false`"),
        }
    }
    known.region = fields.get("region").and_then(|node| reader.text(node)).map(value);
    known.environment = fields.get("environment").and_then(|node| reader.text(node)).map(value);
    known
}

fn names(reader: &mut Reader, node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) if items.is_empty() => Vec::new(),
        _ => reader.texts(node, "a name").into_iter().map(value).collect(),
    }
}

fn value(text: Text) -> String {
    text.value
}

/// `looked` is the key of what detectors look at.
fn expect(reader: &mut Reader, node: &Node, looked: &str) -> Option<Expectation> {
    let fields = reader.fields(node, "`expect`", EXPECT_KEYS, &[])?;
    fields.reject_empty(reader, node);
    let verdict =
        fields.get("decision").and_then(|node| reader.choice(node, "decision", &Verdict::ALL, Verdict::name));
    let reason =
        fields.get("reason").and_then(|node| reader.choice(node, "reason", Reason::OF_POLICY, Reason::name));
    let listed = fields.get("listed").and_then(|node| match node.value {
        Value::Bool(listed) => Some(listed),
        _ => {
            reader.wrong_type(node, "`true` or `false`");
            None
        }
    });
    let rule = fields.get("rule").and_then(|node| reader.text(node)).map(value);
    let found = fields.get("found").map(|node| names(reader, node));
    let mut treatment = |key| {
        let chosen =
            fields.get(key).map(|node| reader.choice(node, "treatment", &Treatment::ALL, Treatment::name));
        chosen.flatten().map(|treatment| treatment.value)
    };
    let (treatment, would) = (treatment("treatment"), treatment("would"));
    for key in ["args", "answer", "definition"].into_iter().filter(|key| *key != looked) {
        if let Some(span) = fields.key_span(key) {
            let message = format!("detectors look at the `{looked}` of this test");
            reader.push(
                Diagnostic::error(Code::Inconsistent, span, message)
                    .help(format!("write `{looked}` for what is left of it")),
            );
        }
    }
    let left = fields.get(looked).map(|node| {
        let mut text = String::new();
        json(reader, node, &mut text);
        text
    });
    Some(Expectation {
        verdict: verdict.map(|verdict| verdict.value),
        rule,
        reason: reason.map(|reason| reason.value),
        listed,
        found,
        treatment,
        would,
        left,
    })
}

/// The arguments as JSON text.
fn arguments(reader: &mut Reader, node: &Node) -> Option<String> {
    map(reader, node, "a map of arguments")
}

fn map(reader: &mut Reader, node: &Node, expected: &str) -> Option<String> {
    if !matches!(node.value, Value::Map(_)) {
        reader.wrong_type(node, expected);
        return None;
    }
    let mut text = String::new();
    json(reader, node, &mut text);
    Some(text)
}

fn json(reader: &mut Reader, node: &Node, out: &mut String) {
    match &node.value {
        Value::Null | Value::Invalid => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(written) => {
            if serde_json::from_str::<serde_json::Number>(written).is_err() {
                let message = format!("`{written}` is no JSON number");
                reader.push(
                    Diagnostic::error(Code::BadValue, node.span, message)
                        .help(format!("write it in decimal digits, or quote it: \"{written}\"")),
                );
            }
            out.push_str(written);
        }
        Value::Text(text) => write_string(out, text),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                json(reader, item, out);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, &entry.key);
                out.push(':');
                json(reader, &entry.node, out);
            }
            out.push('}');
        }
    }
}
