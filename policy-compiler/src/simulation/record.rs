//! Audit records as calls.

use std::net::IpAddr;

use mcpgov_engine::{
    decide::{Arguments, Call, Context, Name, ObjectName},
    json::{Kind, Value},
    message::{Method, Object},
    record::TEXT_BYTES_MAX,
    registry::{self, ServerName, Traffic},
    subject::Subject,
    table::{
        View,
        format::{Dimension, Op, Role},
    },
    vocabulary::{Reason, Verdict},
};

use super::needs::Needs;
use crate::conditions;

/// A recorded call that a policy decided.
#[derive(Debug)]
pub(super) struct Recorded<'r> {
    pub(super) server: ServerName<'r>,
    pub(super) method: &'r str,
    pub(super) object: Option<(Object, &'r str)>,
    pub(super) arguments: Option<Value<'r>>,
    pub(super) subject: Subject,
    pub(super) source: Option<IpAddr>,
    pub(super) time: Option<u64>,
    pub(super) session: bool,
    pub(super) verdict: Verdict,
    /// The rule that decided, otherwise the reason.
    pub(super) decided_by: &'r str,
    /// What it does not say.
    pub(super) lacks: Needs,
}

/// Names that make a caller have a role: what stands in for groups and scopes.
#[derive(Debug)]
pub(super) struct Roles(Vec<StandIn>);

/// A role, with a group and a scope of each of its tests.
#[derive(Debug)]
struct StandIn {
    name: String,
    groups: Vec<String>,
    scopes: Vec<String>,
}

impl<'r> Recorded<'r> {
    /// The call of a record; `None` where no policy decided it, or its names were cut.
    pub(super) fn read(view: &View<'r>, roles: &Roles, line: Value<'r>, record: Value<'r>) -> Option<Self> {
        let text = |key| record.get(key).and_then(|value| value.as_str());
        let is_call = matches!(text("kind")?, "request" | "notification");
        let reason =
            text("reason").filter(|reason| Reason::OF_POLICY.iter().any(|known| known.name() == *reason))?;
        let object = [("tool", Object::Tool), ("prompt", Object::Prompt), ("uri", Object::Resource)]
            .into_iter()
            .find_map(|(key, kind)| Some((kind, text(key)?)));
        let is_cut = object.is_some_and(|(_, name)| name.len() >= TEXT_BYTES_MAX);
        if !is_call || is_cut {
            return None;
        }
        let method = text("method")?;
        let captured = record.get("arguments");
        let arguments =
            captured.and_then(|captured| captured.get("value")).filter(|value| value.kind() == Kind::Object);
        let none =
            captured.and_then(|captured| captured.get("bytes")).is_some_and(|bytes| bytes.raw() == "0");
        let has_arguments = matches!(Method::from_name(method), Method::ToolsCall | Method::PromptsGet);
        let (subject, subject_lacks) = subject(roles, record.get("subject"));
        let source = line.get("client").and_then(|client| client.as_str()?.parse().ok());
        let time = line.get("time").and_then(|time| unix_seconds(time.as_str()?));
        let mut lacks = subject_lacks.or(Needs::CLAIMS).or(Needs::PLACE);
        for (lacking, need) in [
            (has_arguments && arguments.is_none() && !none, Needs::ARGUMENTS),
            (source.is_none(), Needs::SOURCE),
            (time.is_none(), Needs::TIME),
        ] {
            lacks = if lacking { lacks.or(need) } else { lacks };
        }
        Some(Self {
            server: server(view, line, record),
            method,
            object,
            arguments,
            subject,
            source,
            time,
            session: record.get("session").is_some(),
            verdict: Verdict::from_name(text("decision")?)?,
            decided_by: text("rule").unwrap_or(reason),
            lacks,
        })
    }

    pub(super) fn call(&self) -> Call<'_> {
        let (kind, name) =
            self.object.map_or((Object::None, Name::None), |(kind, name)| (kind, Name::Is(name)));
        Call {
            server: self.server,
            method: Name::Is(self.method),
            object: ObjectName { kind, name },
            arguments: self.arguments.map_or(Arguments::None, Arguments::Are),
            context: Context {
                source: self.source,
                time: self.time,
                session: Some(self.session),
                ..Context::default()
            },
            action: None,
            risk_tags: &[],
        }
    }

    /// Server and object, as reports name them.
    pub(super) fn object_name(&self) -> String {
        let server = if self.server.name.is_empty() { "(unregistered)" } else { self.server.name };
        format!("{server} {}", self.object.map_or(self.method, |(_, name)| name))
    }
}

/// The server that was recorded; where the policy does not have it, the one that the traffic would go to.
fn server<'r>(view: &View<'r>, line: Value<'r>, record: Value<'r>) -> ServerName<'r> {
    let text = |value: Value<'r>, key| value.get(key).and_then(|value| value.as_str());
    let name = text(record, "server").unwrap_or_default();
    if view.servers.is_empty() {
        return ServerName { number: None, name };
    }
    if let Some(number) = view.server_named(name) {
        return registry::named(view, number);
    }
    let traffic = Traffic {
        host: text(record, "host").unwrap_or_default(),
        path: text(record, "path").unwrap_or_default(),
        cluster: text(line, "cluster"),
        route: None,
    };
    registry::recognise(view, &traffic)
}

fn subject(roles: &Roles, recorded: Option<Value>) -> (Subject, Needs) {
    let text = |key| Some(recorded?.get(key)?.as_str()?.to_owned());
    let list = |key| {
        let items = recorded?.get(key)?.items();
        Some(items.filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>())
    };
    let held = list("roles").unwrap_or_default();
    // A list that was cut says no more than the roles do.
    let whole = |key, more| list(key).filter(|_| recorded.is_some_and(|subject| subject.get(more).is_none()));
    let (groups, scopes) = (whole("groups", "groups_more"), whole("scopes", "scopes_more"));
    let mut lacks = Needs::NONE;
    if groups.is_none() {
        lacks = lacks.or(Needs::GROUPS);
    }
    if scopes.is_none() {
        lacks = lacks.or(Needs::SCOPES);
    }
    let stand_in = |part: fn(&StandIn) -> &Vec<String>| {
        roles.0.iter().filter(|role| held.contains(&role.name)).flat_map(part).cloned().collect()
    };
    let subject = Subject {
        user: text("user"),
        groups: Some(groups.unwrap_or_else(|| stand_in(|role| &role.groups))),
        agent: text("agent"),
        tenant: text("tenant"),
        workload: text("workload"),
        scopes: Some(scopes.unwrap_or_else(|| stand_in(|role| &role.scopes))),
        ..Subject::default()
    };
    (subject, lacks)
}

impl Roles {
    pub(super) fn of(view: &View) -> Self {
        let names = |role: &Role, wanted: Dimension| {
            let mut names = Vec::new();
            for tree in conditions::conjunction(view, view.node_run(role.node.get(), role.node_len.get())) {
                tree.each_leaf(&mut Vec::new(), &mut |_, leaf| {
                    if matches!(leaf.op, Op::SubjectIn | Op::SubjectGlob) && leaf.node.arg == wanted as u8 {
                        names.extend(leaf.values().take(1).map(|value| view.text(value).replace('*', "x")));
                    }
                });
            }
            names
        };
        let role = |role| {
            let role: &Role = role;
            StandIn {
                name: view.text(role.name).to_owned(),
                groups: names(role, Dimension::Group),
                scopes: names(role, Dimension::Scope),
            }
        };
        Self(view.roles.iter().map(role).collect())
    }
}

/// Seconds since 1970 of a time in UTC as Envoy's `%START_TIME%` writes it (RFC 3339).
fn unix_seconds(text: &str) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !text.ends_with('Z') || year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days from civil (Hinnant): years begin in March, so that the leap day is their last.
    let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (shifted_year / 400, shifted_year % 400);
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn times_are_seconds_since_1970() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2000-02-29T12:00:01Z", 951_825_601),
            ("2026-01-05T00:00:00.123Z", 1_767_571_200),
        ] {
            assert_eq!(unix_seconds(text), Some(seconds), "{text}");
        }
        for text in
            ["", "2026-01-05T00:00:00+02:00", "1969-12-31T23:59:59Z", "2026-00-05T00:00:00Z", "soon Z"]
        {
            assert_eq!(unix_seconds(text), None, "{text}");
        }
    }
}
