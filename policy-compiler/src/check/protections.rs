use std::collections::{BTreeMap, BTreeSet};

use mcpgov_engine::{glob, table::source::is_glob};

use super::{name, registry::Registry, rules};
use crate::{
    detectors::pattern::PatternError,
    diagnostic::{Code, Diagnostic, nearest, one_of},
    policy::{Detector, Direction, Policy, Protection, Shape, Treatment},
    protect,
    source::Span,
};

/// Names of own detectors begin with this, so that a detector built in later is never one of theirs.
const OWN_PREFIX: &str = "custom.";

pub(super) fn policy(policy: &Policy, registry: &Registry, diagnostics: &mut Vec<Diagnostic>) {
    if policy.detectors.is_empty() && policy.protections.is_empty() {
        return;
    }
    let known = protect::known(&policy.detectors);
    let known: BTreeSet<&str> = known.keys().map(String::as_str).collect();
    for found in &policy.detectors {
        name(&found.name, "name of the detector", diagnostics);
        detector(found, &known, diagnostics);
    }
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for protection in &policy.protections {
        name(&protection.id, "protection id", diagnostics);
        let id = protection.id.value.as_str();
        match first.get(id) {
            Some(span) => diagnostics.push(
                Diagnostic::error(
                    Code::Duplicate,
                    protection.id.span,
                    format!("duplicate protection id `{id}`"),
                )
                .also(*span, "first used here"),
            ),
            None => {
                first.insert(id, protection.id.span);
            }
        }
        self::protection(protection, &known, registry, diagnostics);
    }
}

fn detector(detector: &Detector, known: &BTreeSet<&str>, diagnostics: &mut Vec<Diagnostic>) {
    let name = detector.name.value.as_str();
    match &detector.shape {
        Some(_) if !name.starts_with(OWN_PREFIX) => diagnostics.push(
            Diagnostic::error(
                Code::BadValue,
                detector.name.span,
                format!("`{name}` is no name for a detector of your own"),
            )
            .help(format!("write `{OWN_PREFIX}{}`", name.rsplit('.').next().unwrap_or(name))),
        ),
        Some(shape) => self::shape(shape, diagnostics),
        // What is no name at all has been reported as that.
        None if known.contains(name) || is_glob(name) => {}
        None => diagnostics.push(undefined(name, detector.name.span, known)),
    }
}

fn shape(shape: &Shape, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(validator) = &shape.validator {
        let names = protect::VALIDATORS.iter().map(|(name, _)| *name);
        if !names.clone().any(|name| name == validator.value) {
            let message = format!("unknown validator `{}`", validator.value);
            diagnostics.push(
                Diagnostic::error(Code::BadValue, validator.span, message)
                    .help(one_of(&validator.value, names)),
            );
        }
    }
    if let Err(error) = protect::own_patterns(shape, 0) {
        let span = match &error {
            PatternError::Keyword(word) => {
                let keyword = shape.keywords.iter().find(|keyword| keyword.value.eq_ignore_ascii_case(word));
                keyword.map_or(shape.pattern.span, |keyword| keyword.span)
            }
            _ => shape.pattern.span,
        };
        diagnostics.push(Diagnostic::error(Code::BadValue, span, error.to_string()).help(error.help()));
    }
}

fn protection(
    protection: &Protection,
    known: &BTreeSet<&str>,
    registry: &Registry,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for wanted in &protection.detect {
        if !known.iter().any(|name| glob::matches(&wanted.value, name)) {
            diagnostics.push(undefined(&wanted.value, wanted.span, known));
        }
    }
    let outward = protection.directions.iter().all(|direction| *direction == Direction::Arguments);
    if protection.treatment.value == Treatment::Quarantine && outward {
        diagnostics.push(
            Diagnostic::error(
                Code::Inconsistent,
                protection.treatment.span,
                "`treatment: quarantine` is for what comes from a server",
            )
            .help("to refuse a call by its arguments write `treatment: deny`"),
        );
    }
    for condition in protection.condition.iter().chain(&protection.unless) {
        if let Some(test) = &condition.servers_not_in {
            diagnostics.push(
                Diagnostic::error(
                    Code::Inconsistent,
                    test.key,
                    "`deny_servers_not_in` is for rules that deny",
                )
                .help("match the servers with `labels: { mcp.server: […] }`"),
            );
        }
        rules::condition(condition, registry, diagnostics);
    }
}

fn undefined(name: &str, span: Span, known: &BTreeSet<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::UndefinedName, span, format!("there is no detector `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None => diagnostic.help("`mcpgov scan --list` shows all; write a glob such as `secret.*` for many"),
    }
}
