//! Why a call is decided as it is: the engine's own decision, and how every rule came out on the way there.

mod protection;
mod question;
mod render;

use mcpgov_engine::{
    decide::{Call, Cause, Leaf, Outcome, Trace, decide, evaluate_rule},
    guard,
    json::{Doc, Limits as JsonLimits, Lookup, Value},
    registry::ToolFacts,
    subject::Caller,
    table::{
        Table, View,
        format::{NONE, Op, Rule, rule_flags},
    },
    truth::Truth,
    vocabulary::{Reason, Verdict},
};

pub use protection::Applying;
pub use question::{Circumstances, Object, Question, QuestionError};
pub use render::{json, text};

use crate::describe::{self, Condition, members};

/// A decision with its grounds.
#[derive(Debug)]
pub struct Explanation {
    /// What happens.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The id of the rule that decided.
    pub rule: Option<String>,
    /// What the rule's author says for people.
    pub rule_reason: Option<String>,
    /// What would happen with the shadow rules, or the shadow policy, enforced; where that differs.
    pub shadow: Option<Hypothesis>,
    /// What the call is held to, where it goes on.
    pub constraints: Constraints,
    /// The table's digest.
    pub policy: String,
    /// What was asked, as the rules see it: label and value.
    pub call: Vec<(&'static str, String)>,
    /// Every rule, ascending by id.
    pub rules: Vec<RuleOutcome>,
    /// The protections that apply to it, ascending by id.
    pub protections: Vec<Applying>,
}

/// A decision that is not enforced.
#[derive(Debug)]
pub struct Hypothesis {
    /// What would happen.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The rule that would decide.
    pub rule: Option<String>,
}

/// Limits on a permitted call.
#[derive(Debug, Default)]
pub struct Constraints {
    /// Longest run time, seconds.
    pub max_runtime_sec: Option<u32>,
    /// Most retries.
    pub max_retries: Option<u32>,
    /// Host globs; a host must match one of each list.
    pub network_allowlists: Vec<Vec<String>>,
}

/// How one rule came out.
#[derive(Debug)]
pub struct RuleOutcome {
    /// Its id.
    pub id: String,
    /// What it does to this call if it holds.
    pub verdict: Verdict,
    /// Recorded, never enforced.
    pub shadow: bool,
    /// The number of its layer, from 1; `None` where the policy has one alone.
    pub layer: Option<usize>,
    /// Whether it holds.
    pub outcome: Truth,
    /// What became of it in the decision.
    pub role: Role,
    /// The tests of its condition, all of which must hold.
    pub tests: Vec<Test>,
}

/// What became of a rule in the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It decided.
    Decided,
    /// It holds, or might, and another decided.
    Outranked,
    /// It might hold, and no rule holds for certain: nothing is permitted on such grounds.
    Uncertain,
    /// It is in shadow mode.
    NotEnforced,
    /// It does not hold.
    NoMatch,
    /// All its tests hold, but it does not name the method, which is not one mcpgov knows.
    UnknownMethod,
}

/// One test of a rule's condition.
#[derive(Debug)]
pub struct Test {
    /// In words.
    pub text: String,
    /// How it came out.
    pub outcome: Truth,
    /// Where it is unknown: why.
    pub cause: Option<&'static str>,
    /// What a guard found, and which.
    pub found: Option<String>,
}

/// Asks `table` the question.
///
/// # Errors
/// [`QuestionError`] where the question cannot be asked of this table.
pub fn explain<B: AsRef<[u8]>>(table: &Table<B>, question: &Question) -> Result<Explanation, QuestionError> {
    let view = table.view();
    let document = match &question.arguments {
        Some(text) => {
            Some(Doc::parse(text.as_bytes(), &JsonLimits::default()).map_err(QuestionError::Arguments)?)
        }
        None => None,
    };
    let tags: Vec<&str> = question.risk_tags.iter().map(String::as_str).collect();
    let call = question.call(&view, document.as_ref(), &tags)?;
    let caller = Caller::new(&view, question.subject.clone());
    let decision = decide(&view, &caller, &call);

    let mut rules = Vec::with_capacity(view.rules.len());
    let mut constraints = Constraints {
        max_runtime_sec: decision.limits.max_runtime_sec,
        max_retries: decision.limits.max_retries,
        network_allowlists: Vec::new(),
    };
    for (number, rule) in (0..).zip(view.rules) {
        let mut leaves = Leaves::default();
        let evaluated = evaluate_rule(&view, &caller, &call, number, &mut leaves);
        let Some((outcome, verdict, _)) = evaluated else { continue };
        let role = role(rule, number, outcome, &leaves, &decision.outcome);
        if outcome != Truth::FALSE && role != Role::NotEnforced {
            constraints.network_allowlists.extend(network_allowlist(&view, rule));
        }
        let tests = tests(&view, rule, &leaves, document.as_ref().map(Doc::root));
        let shadow = rule.flags & rule_flags::SHADOW != 0;
        let layer = (view.layers() > 1).then(|| rule.layer() + 1);
        let id = view.text(rule.id).to_owned();
        rules.push(RuleOutcome { id, verdict, shadow, layer, outcome, role, tests });
    }
    let id = |outcome: &Outcome| Some(view.text(view.rules.get(outcome.rule? as usize)?.id).to_owned());
    let decided = decision.outcome.rule.and_then(|number| view.rules.get(number as usize));
    Ok(Explanation {
        verdict: decision.outcome.verdict,
        reason: decision.outcome.reason,
        rule: id(&decision.outcome),
        rule_reason: decided.and_then(|rule| view.reason(rule)).map(str::to_owned),
        shadow: decision.shadow.map(|would| Hypothesis {
            verdict: would.verdict,
            reason: would.reason,
            rule: id(&would),
        }),
        constraints,
        policy: table.digest().text(),
        call: call_facts(&view, question, &call),
        rules,
        // What would have been done with a denied call is nobody's concern.
        protections: match decision.outcome.verdict {
            Verdict::Deny => Vec::new(),
            _ => protection::applying(&view, &caller, &call, question),
        },
    })
}

/// What the engine tells of the leaves of one rule.
#[derive(Default)]
struct Leaves(Vec<Leaf>);

impl Trace for Leaves {
    const COMPLETE: bool = true;

    fn leaf(&mut self, _: u32, leaf: Leaf) {
        self.0.push(leaf);
    }
}

fn role(rule: &Rule, number: u32, outcome: Truth, leaves: &Leaves, decided: &Outcome) -> Role {
    if outcome == Truth::FALSE {
        // The engine asks no test of a rule that cannot permit the method.
        return if leaves.0.is_empty() && rule.node_len.get() > 0 {
            Role::UnknownMethod
        } else {
            Role::NoMatch
        };
    }
    if decided.rule == Some(number) {
        Role::Decided
    } else if rule.flags & rule_flags::SHADOW != 0 || decided.reason == Reason::Shadow {
        Role::NotEnforced
    } else if outcome != Truth::TRUE && decided.rule.is_none() {
        Role::Uncertain
    } else {
        Role::Outranked
    }
}

fn network_allowlist(view: &View, rule: &Rule) -> Option<Vec<String>> {
    let limit = view.limits.get(rule.limit.get() as usize).filter(|limit| limit.network.get() != NONE)?;
    let hosts = view.run(limit.network.get(), limit.network_len.get());
    Some(hosts.iter().map(|id| view.text(id).to_owned()).collect())
}

/// The members of a rule's conjunction, each put together from its leaves.
fn tests(view: &View, rule: &Rule, leaves: &Leaves, arguments: Option<Value>) -> Vec<Test> {
    if leaves.0.is_empty() {
        return Vec::new();
    }
    let mut told = leaves.0.iter().copied();
    members(view.node_run(rule.node.get(), rule.node_len.get()))
        .map(|member| {
            if let Some(parts) = describe::parts_of_schema(member) {
                return misfit(view, parts, &mut told);
            }
            let leaf = fold(member, &mut told);
            let cause = leaf.cause.filter(|_| leaf.truth != Truth::TRUE && leaf.truth != Truth::FALSE);
            Test {
                text: describe::condition(view, member),
                outcome: leaf.truth,
                cause: cause.map(cause_text),
                found: arguments
                    .filter(|_| leaf.truth == Truth::TRUE)
                    .and_then(|arguments| found(view, member, arguments)),
            }
        })
        .collect()
}

/// Whether the arguments do not fit a schema; of its parts only those that say so.
fn misfit<'t>(
    view: &View,
    parts: impl Iterator<Item = Condition<'t>>,
    told: &mut dyn Iterator<Item = Leaf>,
) -> Test {
    let (mut fits, mut cause, mut broken) = (Truth::TRUE, None, Vec::new());
    for part in parts {
        let leaf = fold(part, told);
        fits = fits.and(leaf.truth);
        // What is open at list time says nothing about what is wrong.
        if leaf.truth == Truth::FALSE || leaf.truth == Truth::UNKNOWN {
            cause = cause.or(leaf.cause.filter(|_| leaf.truth == Truth::UNKNOWN));
            broken.push(describe::part_of_schema(view, part));
        }
    }
    let text = "the arguments do not fit the schema";
    let text = if broken.is_empty() {
        text.to_owned()
    } else {
        format!("{text}, by which {}", broken.join(", and "))
    };
    Test { text, outcome: fits.not(), cause: cause.map(cause_text), found: None }
}

/// What the guards of a condition find in the value at hand.
fn found(view: &View, condition: Condition, value: Value) -> Option<String> {
    let below = |value| members(condition.below).find_map(|member| found(view, member, value));
    match Op::from_number(condition.node.op)? {
        Op::Guard => {
            let (guard, text) = guard::first_in(condition.node.arg, value)?;
            let shown: String = text.chars().take(FOUND_CHARS_MAX).collect();
            Some(format!("`{}` finds `{}`", guard.name(), shown.escape_debug()))
        }
        Op::At => {
            let start = condition.node.value.get();
            let len = view.run(start, 1).get(0)?;
            let mut path = view.run(start.saturating_add(1), len).iter().map(|segment| view.text(segment));
            let there = path.try_fold(value, |value, segment| match value.lookup(segment) {
                Lookup::Found(value) => Some(value),
                _ => value.items().nth(segment.parse().ok()?),
            });
            below(there?)
        }
        Op::All | Op::Any => below(value),
        _ => None,
    }
}

/// Characters of an argument that an explanation shows.
const FOUND_CHARS_MAX: usize = 120;

/// Leaves are told in the order of the nodes, so that walking the nodes takes them one by one.
fn fold(condition: Condition, told: &mut dyn Iterator<Item = Leaf>) -> Leaf {
    let op = Op::from_number(condition.node.op);
    let disjunction = op == Some(Op::Any);
    if describe::is_told(condition.node) {
        let leaf = told.next().unwrap_or(Leaf { truth: Truth::UNKNOWN, cause: None });
        // Roles are conditions on the caller alone; the engine tells the role, not what is below it.
        let of_role = (op == Some(Op::Role) && leaf.truth == Truth::UNKNOWN).then_some(Cause::IdentityAbsent);
        return Leaf { cause: leaf.cause.or(of_role), ..leaf };
    }
    let mut sum = Leaf::from(!disjunction);
    for member in members(condition.below) {
        let leaf = fold(member, told);
        sum.truth = if disjunction { sum.truth.or(leaf.truth) } else { sum.truth.and(leaf.truth) };
        sum.cause = sum.cause.or(leaf.cause);
    }
    if op == Some(Op::Not) {
        sum.truth = sum.truth.not();
    }
    sum
}

fn cause_text(cause: Cause) -> &'static str {
    match cause {
        Cause::IdentityAbsent => "that part of the caller's identity is not known",
        Cause::ContextUnknown => "the proxy does not know that about the call",
        Cause::ArgumentMissing => "the argument is missing",
        Cause::ArgumentAmbiguous => "the argument is there under more than one spelling",
        Cause::ArgumentType => "the argument has another type",
        Cause::ArgumentNumber => "readers differ about the number, which no 64-bit float holds",
        Cause::ArgumentHost => "the argument names no host, or readers differ about which",
        Cause::ArgumentAddress => "the address may lead into the network, depending on who routes it",
        Cause::ArgumentPath => "readers differ about where the path leads",
        Cause::ArgumentRegex => "the regular expression could not be run on the argument",
    }
}

/// The call's labels with the values that rules compare.
fn call_facts(view: &View, question: &Question, call: &Call) -> Vec<(&'static str, String)> {
    let server = if call.server.name.is_empty() { "(unregistered)" } else { call.server.name };
    let mut facts = vec![("mcp.server", server.to_owned()), ("mcp.method", question.method().to_owned())];
    let (name, value) = match &question.object {
        Object::None => return facts,
        Object::Tool(name) => ("mcp.tool", name),
        Object::Prompt(name) => ("mcp.prompt", name),
        Object::Resource(uri) => ("mcp.resource", uri),
    };
    facts.push((name, value.clone()));
    let tool = ToolFacts::new(view, call.server, value);
    let action = match (&question.object, call.action) {
        (_, Some(action)) => Some(action),
        (Object::Tool(name), None) => Some(tool.action(name)),
        (_, None) => call.method_kind().and_then(|method| method.action()),
    };
    facts.extend(action.map(|action| ("mcp.action", action.name().to_owned())));
    let mut tags: Vec<String> = question.risk_tags.clone();
    if let Object::Tool(name) = &question.object {
        let registered = view
            .tools
            .iter()
            .flat_map(|tool| view.run(tool.tags.get(), u32::from(tool.tag_len.get())).iter());
        let carried = registered.filter(|tag| tool.has_tag(name, *tag));
        tags.extend(carried.map(|tag| view.text(tag).to_owned()));
    }
    tags.sort_unstable();
    tags.dedup();
    if !tags.is_empty() {
        facts.push(("risk tags", tags.join(", ")));
    }
    facts
}
