//! Findings about servers and their tools.

use std::collections::{BTreeSet, HashMap};

use mcpgov_engine::{
    decide::{Arguments, Call, Context, Name, NoTrace, ObjectName, evaluate_rule},
    glob,
    message::{Method, Object},
    registry,
    subject::{Caller, Subject as Identity},
    table::{
        View,
        format::{Label, Op},
        source::is_glob,
    },
    truth::Truth,
};

use super::{Places, Subject};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::Span,
};

/// Names that stand for a glob of the registry, at most.
const SAMPLES_MAX: usize = 64;
/// Tools that one finding names.
const TOOLS_SHOWN: usize = 8;

pub(super) fn owners(places: &Places, diagnostics: &mut Vec<Diagnostic>) {
    for server in places.servers.iter().filter(|server| !server.has_owner) {
        let message = format!("server `{}` has no owner", server.name.value);
        diagnostics.push(
            Diagnostic::warning(Code::NoOwner, server.name.span, message)
                .help("say who answers for it, such as `owner: platform-tools@acme.example`"),
        );
    }
}

pub(super) fn uncovered_tools(
    view: &View,
    places: &Places,
    rules: &[Subject],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let index = ByTool::of(view, rules);
    // A caller of whom nothing is known: no test of the caller then rules anything out.
    let anybody = Caller::new(view, Identity::default());
    for server in &places.servers {
        let Some(number) = view.server_named(&server.name.value) else { continue };
        let can_match = |name: &str| {
            let call = Call {
                server: registry::named(view, number),
                method: Name::Is(Method::ToolsCall.name()),
                object: ObjectName { kind: Object::Tool, name: Name::Is(name) },
                arguments: Arguments::Open,
                context: Context::default(),
                action: None,
                risk_tags: &[],
            };
            index.candidates(name).any(|rule| {
                let outcome = evaluate_rule(view, &anybody, &call, rule, &mut NoTrace);
                outcome.is_some_and(|(truth, ..)| truth != Truth::FALSE)
            })
        };
        let name = &server.name.value;
        for tool in &server.tools {
            if !index.samples(&tool.value).iter().any(|name| can_match(name)) {
                let message = format!("no rule covers tool `{}` of server `{name}`", tool.value);
                diagnostics.push(
                    Diagnostic::warning(Code::UncoveredTool, tool.span, message)
                        .help("calls of it are denied by default; write a rule for it, or remove it here"),
                );
            }
        }
        let Some((span, listed)) = &server.schema else { continue };
        let registered = |tool: &str| server.tools.iter().any(|entry| glob::matches(&entry.value, tool));
        let uncovered: Vec<&str> =
            listed.iter().map(String::as_str).filter(|tool| !registered(tool) && !can_match(tool)).collect();
        diagnostics.extend(uncovered_of_schema(name, *span, &uncovered));
    }
}

/// One finding for all: a server may have a hundred tools that nobody is meant to use.
fn uncovered_of_schema(server: &str, span: Span, uncovered: &[&str]) -> Option<Diagnostic> {
    let shown: Vec<String> = uncovered.iter().take(TOOLS_SHOWN).map(|tool| format!("`{tool}`")).collect();
    let names = shown.join(", ");
    let (more, count) = (uncovered.len().saturating_sub(TOOLS_SHOWN), uncovered.len());
    let message = match (count, more) {
        (0, _) => return None,
        (1, _) => format!("no rule covers tool {names} of server `{server}`"),
        (_, 0) => format!("no rule covers {count} tools of server `{server}`: {names}"),
        _ => format!("no rule covers {count} tools of server `{server}`: {names} and {more} more"),
    };
    let help = "calls of them are denied by default; write a rule for those that are meant to be used";
    Some(Diagnostic::warning(Code::UncoveredTool, span, message).help(help))
}

/// The rules that can concern a tool, without looking at all of them.
struct ByTool<'t> {
    exact: HashMap<&'t str, Vec<u32>>,
    /// Rules that name no tool exactly.
    others: Vec<u32>,
}

impl<'t> ByTool<'t> {
    fn of(view: &View<'t>, rules: &[Subject<'t>]) -> Self {
        let mut index = Self { exact: HashMap::new(), others: Vec::new() };
        // Of rules with the same tests of labels and tags, whatever else they test, one is enough to look at.
        let mut seen = BTreeSet::new();
        for rule in rules {
            let number =
                view.rules.partition_point(|other| view.text(other.id).as_bytes() < rule.id.as_bytes());
            let Ok(number) = u32::try_from(number) else { continue };
            let tool = rule.leaves().find(|leaf| leaf.label() == Some(Label::Tool) && leaf.op == Op::LabelIn);
            if let Some(tool) = tool {
                tool.values().for_each(|value| index.exact.entry(view.text(value)).or_default().push(number));
                continue;
            }
            let only_leaves = rule.leaves().count() == rule.conditions.len();
            let labels: Vec<(u8, u8, Vec<u32>)> = rule
                .leaves()
                .filter(|leaf| leaf.label().is_some() || leaf.op == Op::RiskTag)
                .map(|leaf| (leaf.node.op, leaf.node.arg, leaf.words.iter().collect()))
                .collect();
            if !only_leaves || seen.insert(labels) {
                index.others.push(number);
            }
        }
        index
    }

    fn candidates(&self, tool: &str) -> impl Iterator<Item = u32> + '_ {
        self.exact.get(tool).into_iter().flatten().chain(&self.others).copied()
    }

    /// Names that `tool` stands for: itself, or some that a glob matches, those first that rules speak of.
    fn samples<'s>(&self, tool: &'s str) -> Vec<std::borrow::Cow<'s, str>> {
        if !is_glob(tool) {
            return vec![tool.into()];
        }
        let named = self.exact.keys().filter(|name| glob::matches(tool, name)).take(SAMPLES_MAX);
        let made = ["x", ""].map(|filling| tool.replace('*', filling));
        made.into_iter().chain(named.map(|name| (*name).to_owned())).map(Into::into).collect()
    }
}
