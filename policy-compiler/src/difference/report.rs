use std::fmt::Write;

use mcpgov_engine::{message::Method, subject::Subject, vocabulary::Reason};
use serde_json::{Value, json as value};

use super::{Change, Decided, Difference, Direction, Protected};
use crate::explain::Circumstances;

/// Callers named in one place; the rest are counted.
const CALLERS_MAX: usize = 5;

/// The difference for people: what widens first, then what narrows.
pub fn text(difference: &Difference) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    for (direction, heading) in [(Direction::Widens, "widens"), (Direction::Narrows, "narrows")] {
        let mut changes =
            difference.changes.iter().filter(|change| change.direction() == direction).peekable();
        while let Some(first) = changes.next() {
            let _ =
                writeln!(text, "{heading}: {}: {} -> {}", place(first), brief(&first.old), brief(&first.new));
            let _ = writeln!(text, "  old: {}", decided(&first.old));
            let _ = writeln!(text, "  new: {}", decided(&first.new));
            witness(&mut text, first);
            let mut more = 0_usize;
            while let Some(next) = changes.next_if(|next| place(next) == place(first) && same(next, first)) {
                more += 1;
                if more < CALLERS_MAX {
                    witness(&mut text, next);
                }
            }
            if more >= CALLERS_MAX {
                let _ = writeln!(text, "  and {} more kinds of callers", more + 1 - CALLERS_MAX);
            }
        }
    }
    for (direction, heading) in [(Direction::Widens, "widens"), (Direction::Narrows, "narrows")] {
        for change in difference.protections.iter().filter(|change| change.direction() == direction) {
            let _ = writeln!(text, "{heading}: {change}");
        }
    }
    for server in &difference.traffic {
        let _ = writeln!(
            text,
            "note: server `{server}` is recognised by other traffic; what that moves is not compared"
        );
    }
    for cell in &difference.sampled {
        let _ =
            writeln!(text, "note: {cell}: too many combinations, some were tried; there may be more changes");
    }
    for note in &difference.uncompared {
        let _ = writeln!(text, "note: {note}");
    }
    let count = |direction| difference.directions().filter(|found| *found == direction).count();
    let _ = match (count(Direction::Widens), count(Direction::Narrows)) {
        (0, 0) => writeln!(text, "no call is decided otherwise"),
        (widens, narrows) => writeln!(text, "{widens} wider, {narrows} narrower"),
    };
    text
}

/// The difference for programs.
pub fn json(difference: &Difference) -> Value {
    let decided = |decided: &Decided| {
        value!({
            "decision": decided.verdict.name(),
            "reason": decided.reason.name(),
            "rule": decided.rule,
            "max_runtime_sec": decided.max_runtime_sec,
            "max_retries": decided.max_retries,
        })
    };
    let change = |change: &Change| {
        let arguments: Option<Value> =
            change.arguments.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let object = change.object.as_ref().map(|(kind, name)| value!({ "kind": kind, "name": name }));
        value!({
            "direction": word(change.direction()),
            "server": change.server,
            "method": change.method,
            "object": object,
            "subject": {
                "user": change.caller.user,
                "groups": change.caller.groups,
                "agent": change.caller.agent,
                "tenant": change.caller.tenant,
                "workload": change.caller.workload,
                "scopes": change.caller.scopes,
                "claims": change.caller.claims,
            },
            "context": {
                "source": change.known.source,
                "time": change.known.time,
                "session": change.known.session,
                "region": change.known.region,
                "environment": change.known.environment,
            },
            "arguments": arguments,
            "old": decided(&change.old),
            "new": decided(&change.new),
        })
    };
    value!({
        "changes": difference.changes.iter().map(change).collect::<Vec<_>>(),
        "sampled": difference.sampled,
        "traffic": difference.traffic,
        "protections": difference.protections.iter().map(Protected::json).collect::<Vec<_>>(),
        "uncompared": difference.uncompared,
    })
}

/// The word for a direction.
pub(super) fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Widens => "widens",
        Direction::Narrows => "narrows",
    }
}

/// What is known of a caller and the call's circumstances, a part each.
pub(super) fn caller_parts(caller: &Subject, known: &Circumstances) -> Vec<String> {
    let one = |word: &str, value: &Option<String>| value.as_ref().map(|value| format!("{word} `{value}`"));
    let many = |word: &str, values: &Option<Vec<String>>| {
        let values = values.as_ref()?;
        if values.is_empty() {
            return Some(format!("no {word}s"));
        }
        let names: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        Some(format!("{word} {}", names.join(" and ")))
    };
    let claims = caller.claims.iter().map(|(path, values)| format!("claim {path} `{}`", values.join("`, `")));
    let circumstances = [
        known.source.map(|source| format!("from {source}")),
        known.time.map(|time| format!("at {time} s since 1970")),
        known.session.map(|session| if session { "in a session" } else { "without a session" }.to_owned()),
        one("region", &known.region),
        one("environment", &known.environment),
    ];
    [
        one("user", &caller.user),
        many("group", &caller.groups),
        one("agent", &caller.agent),
        one("tenant", &caller.tenant),
        one("workload", &caller.workload),
        many("scope", &caller.scopes),
    ]
    .into_iter()
    .flatten()
    .chain(claims)
    .chain(circumstances.into_iter().flatten())
    .collect()
}

pub(super) fn server(name: &str) -> String {
    if name.is_empty() { "unregistered servers".to_owned() } else { format!("server `{name}`") }
}

fn witness(text: &mut String, change: &Change) {
    let parts = caller_parts(&change.caller, &change.known);
    let caller = if parts.is_empty() { "anybody".to_owned() } else { parts.join(", ") };
    let _ = match &change.arguments {
        Some(arguments) => writeln!(text, "  for {caller}, as with {arguments}"),
        None => writeln!(text, "  for {caller}"),
    };
}

fn place(change: &Change) -> String {
    match &change.object {
        Some((kind, name)) => format!("{}, {kind} `{name}`", server(&change.server)),
        None if Method::from_name(&change.method).is_plumbing() => {
            format!("{}, sessions and lists", server(&change.server))
        }
        None => format!("{}, method `{}`", server(&change.server), change.method),
    }
}

fn same(a: &Change, b: &Change) -> bool {
    !a.old.differs(&b.old) && !a.new.differs(&b.new)
}

fn brief(decided: &Decided) -> String {
    let limit = |name: &str, limit: Option<u32>| limit.map(|limit| format!("{name} {limit}"));
    let limits: Vec<String> =
        [limit("max_runtime_sec", decided.max_runtime_sec), limit("max_retries", decided.max_retries)]
            .into_iter()
            .flatten()
            .collect();
    if limits.is_empty() {
        return decided.verdict.name().to_owned();
    }
    format!("{} ({})", decided.verdict.name(), limits.join(", "))
}

fn decided(decided: &Decided) -> String {
    match &decided.rule {
        Some(rule) if decided.reason == Reason::Rule => format!("{} by rule {rule}", decided.verdict.name()),
        Some(rule) => format!("{} by rule {rule} ({})", decided.verdict.name(), decided.reason.name()),
        None => format!("{} ({})", decided.verdict.name(), decided.reason.name()),
    }
}
