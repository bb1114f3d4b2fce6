use std::fmt::Write;

use mcpgov_engine::{
    truth::Truth,
    vocabulary::{Reason, Verdict},
};
use serde_json::{Value, json};

use super::{Applying, Constraints, Explanation, Role, RuleOutcome, Test};

/// The explanation for people: the decision first, then the rules that had a part in it, then the others.
pub fn text(explanation: &Explanation) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    let _ =
        writeln!(text, "{}", headline(explanation.verdict, explanation.reason, explanation.rule.as_deref()));
    if let Some(reason) = &explanation.rule_reason {
        let _ = writeln!(text, "  reason: {reason}");
    }
    for constraint in constraint_lines(explanation) {
        let _ = writeln!(text, "  {constraint}");
    }
    if let Some(would) = &explanation.shadow {
        let _ =
            writeln!(text, "  in shadow: {}", headline(would.verdict, would.reason, would.rule.as_deref()));
    }
    let call: Vec<String> = explanation.call.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let _ = writeln!(text, "  call: {}", call.join(", "));
    let _ = writeln!(text, "  policy: {}", explanation.policy);
    for protection in &explanation.protections {
        let _ = writeln!(text, "  protection {}", applying(protection));
    }

    let mut rules: Vec<&RuleOutcome> = explanation.rules.iter().collect();
    rules.sort_by_key(|rule| rank(rule));
    for rule in rules {
        let shadow = if rule.shadow { ", shadow" } else { "" };
        let layer = rule.layer.map(|layer| format!(", layer {layer}")).unwrap_or_default();
        let (verdict, note) = (rule.verdict.name(), role(rule, explanation));
        let _ = writeln!(text, "\n{} ({verdict}{shadow}{layer}): {note}", rule.id);
        for test in shown(rule) {
            let _ = match test.cause.or(test.found.as_deref()) {
                Some(cause) => writeln!(text, "  {:<8} {}: {cause}", outcome(test.outcome), test.text),
                None => writeln!(text, "  {:<8} {}", outcome(test.outcome), test.text),
            };
        }
    }
    text
}

/// The explanation for programs, with the names that replies and records use.
pub fn json(explanation: &Explanation) -> Value {
    let test = |test: &Test| json!({ "condition": test.text, "outcome": outcome(test.outcome), "cause": test.cause, "found": test.found });
    let rule = |rule: &RuleOutcome| {
        json!({
            "id": rule.id,
            "decision": rule.verdict.name(),
            "mode": if rule.shadow { "shadow" } else { "enforce" },
            "outcome": outcome(rule.outcome),
            "layer": rule.layer,
            "decided": rule.role == Role::Decided,
            "note": role(rule, explanation),
            "conditions": rule.tests.iter().map(test).collect::<Vec<_>>(),
        })
    };
    let protection = |protection: &Applying| {
        json!({
            "id": protection.id,
            "directions": protection.directions.iter().map(|direction| direction.name()).collect::<Vec<_>>(),
            "treatment": protection.treatment.name(),
            "mode": if protection.shadow { "shadow" } else { "enforce" },
            "certain": protection.certain,
            "detectors": protection.detectors,
        })
    };
    let shadow = explanation.shadow.as_ref().map(|would| {
        json!({ "decision": would.verdict.name(), "reason": would.reason.name(), "rule": would.rule })
    });
    let call: serde_json::Map<String, Value> =
        explanation.call.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "decision": explanation.verdict.name(),
        "reason": explanation.reason.name(),
        "rule": explanation.rule,
        "rule_reason": explanation.rule_reason,
        "constraints": constraints(&explanation.constraints),
        "shadow": shadow,
        "policy": explanation.policy,
        "call": call,
        "rules": explanation.rules.iter().map(rule).collect::<Vec<_>>(),
        "protections": explanation.protections.iter().map(protection).collect::<Vec<_>>(),
    })
}

/// Detectors that are named in a line; the rest are counted.
const DETECTORS_MAX: usize = 4;

fn applying(protection: &Applying) -> String {
    let directions: Vec<&str> = protection.directions.iter().map(|direction| direction.name()).collect();
    let named: Vec<&str> = protection.detectors.iter().take(DETECTORS_MAX).map(String::as_str).collect();
    let more = match protection.detectors.len().saturating_sub(DETECTORS_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shadow = if protection.shadow { ", shadow" } else { "" };
    let uncertain = if protection.certain { "" } else { "; it cannot be evaluated, and so applies" };
    format!(
        "{} ({}{shadow}) in {}: {}{more}{uncertain}",
        protection.id,
        protection.treatment.name(),
        directions.join(" and "),
        named.join(", "),
    )
}

fn headline(verdict: Verdict, reason: Reason, rule: Option<&str>) -> String {
    match rule {
        Some(rule) if reason == Reason::Rule => format!("{} by rule {rule}", verdict.name()),
        Some(rule) => format!("{} by rule {rule} ({})", verdict.name(), reason.name()),
        None => format!("{} ({})", verdict.name(), reason.name()),
    }
}

fn constraints(constraints: &Constraints) -> Value {
    json!({
        "max_runtime_sec": constraints.max_runtime_sec,
        "max_retries": constraints.max_retries,
        "network_allowlists": constraints.network_allowlists,
    })
}

/// Limits matter only for a call that goes on, now or after approval.
fn constraint_lines(explanation: &Explanation) -> Vec<String> {
    let constraints = &explanation.constraints;
    if explanation.verdict == Verdict::Deny {
        return Vec::new();
    }
    let number = |name: &str, limit: Option<u32>| limit.map(|limit| format!("{name}: {limit}"));
    let lists =
        constraints.network_allowlists.iter().map(|hosts| format!("network_allowlist: {}", hosts.join(", ")));
    number("max_runtime_sec", constraints.max_runtime_sec)
        .into_iter()
        .chain(number("max_retries", constraints.max_retries))
        .chain(lists)
        .collect()
}

fn rank(rule: &RuleOutcome) -> u8 {
    match rule.role {
        Role::Decided => 0,
        Role::Outranked | Role::NotEnforced => 1,
        Role::Uncertain => 2,
        Role::UnknownMethod | Role::NoMatch => 3,
    }
}

fn role(rule: &RuleOutcome, explanation: &Explanation) -> String {
    let certain = rule.outcome == Truth::TRUE;
    let decided = || explanation.rule.as_deref().unwrap_or_default();
    match rule.role {
        Role::Decided if certain => "decided: every condition holds".to_owned(),
        Role::Decided => "decided: it cannot be evaluated, and an uncertain restriction applies".to_owned(),
        Role::Outranked if certain && rule.verdict == explanation.verdict => {
            format!("matches too; {} is named because its id sorts first", decided())
        }
        Role::Outranked if certain => format!("matches; {} is more restrictive", decided()),
        Role::Outranked => "cannot be evaluated, which does not change the decision".to_owned(),
        Role::Uncertain => {
            "cannot be evaluated, and no other rule holds: what is uncertain is denied".to_owned()
        }
        Role::NotEnforced if certain => "matches, and is recorded only".to_owned(),
        Role::NotEnforced => "cannot be evaluated, and is recorded only".to_owned(),
        Role::UnknownMethod => "does not name this method, which is not one mcpgov knows".to_owned(),
        Role::NoMatch => "does not match".to_owned(),
    }
}

/// What tells why: of a rule that matches all tests, of the others those that stood in its way.
fn shown(rule: &RuleOutcome) -> impl Iterator<Item = &Test> {
    let outcome = rule.outcome;
    rule.tests.iter().filter(move |test| match outcome {
        Truth::TRUE => true,
        Truth::FALSE => test.outcome == Truth::FALSE,
        _ => test.outcome != Truth::TRUE,
    })
}

fn outcome(truth: Truth) -> &'static str {
    match truth {
        Truth::TRUE => "true",
        Truth::FALSE => "false",
        _ => "unknown",
    }
}
