//! Findings about one rule alone.

use mcpgov_engine::{
    message::Method,
    table::{
        View,
        format::{Label, Op},
    },
    vocabulary::Verdict,
};

use super::{
    Subject,
    entail::{Sense, entails, exclude},
};
use crate::{
    conditions::{Leaf, Tree},
    diagnostic::{Code, Diagnostic},
};

pub(super) fn rule(view: &View, rule: &Subject, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(never) = never_matches(view, rule) {
        diagnostics.push(never);
        return; // What it would do if it matched is beside the point.
    }
    diagnostics.extend(list_only(view, rule));
    diagnostics.extend(call_only(view, rule));
    diagnostics.extend(approval_for_everybody(rule));
    diagnostics.extend(exception_on_missing_argument(view, rule));
}

fn never_matches(view: &View, rule: &Subject) -> Option<Diagnostic> {
    let warning = |message: String| Diagnostic::warning(Code::NeverMatches, rule.places.id, message);
    for (at, a) in rule.conditions.iter().enumerate() {
        for b in rule.conditions.iter().skip(at.saturating_add(1)) {
            // Two objects of different kinds are reported where they are written.
            let objects = |tree: &Tree| tree.leaf().is_some_and(Leaf::is_object);
            if exclude(a, b) && !(objects(a) && objects(b)) {
                let about = match a.argument() {
                    Some((path, _)) => format!("the argument `{}` is to have two values", dotted(view, path)),
                    None => String::new(),
                };
                return Some(
                    warning(format!("`{}` never matches: no call meets two of its tests", rule.id))
                        .label(about)
                        .help("write a rule for each, or one list of values"),
                );
            }
        }
    }
    for condition in &rule.conditions {
        if let Tree::Not(excluded) = condition
            && excluded.iter().all(|excluded| entails(view, &rule.conditions, excluded, Sense::Holds))
        {
            return Some(
                warning(format!(
                    "`{}` never matches: `unless` takes away all that `match` takes in",
                    rule.id
                ))
                .help("make the exception narrower than the rule"),
            );
        }
    }
    let (path, _) = rule.arguments().next()?;
    let methods: Vec<&str> = exact_methods(view, rule)?;
    let has_arguments = |name: &&str| {
        matches!(Method::from_name(name), Method::ToolsCall | Method::PromptsGet | Method::Unknown)
    };
    (!methods.iter().any(has_arguments)).then(|| {
        warning(format!("`{}` never matches: {} has no arguments", rule.id, methods.join(" or ")))
            .label(format!("it tests the argument `{}`", dotted(view, path)))
            .help("arguments belong to `tools/call` and `prompts/get`; match `mcp.resource` for resources")
    })
}

fn list_only(view: &View, rule: &Subject) -> Option<Diagnostic> {
    let methods = exact_methods(view, rule)?;
    let is_list = |name: &&str| {
        matches!(
            Method::from_name(name),
            Method::ToolsList | Method::PromptsList | Method::ResourcesList | Method::ResourceTemplatesList
        )
    };
    if methods.is_empty() || !methods.iter().all(is_list) {
        return None;
    }
    let (message, help) = if rule.verdict == Verdict::Deny {
        (
            format!("`{}` denies lists only: whoever knows a name can still use it", rule.id),
            "deny the tools, prompts or resources; what is denied is hidden from lists too",
        )
    } else {
        (
            format!("`{}` is about lists only: it shows nobody an entry", rule.id),
            "permit the tools, prompts or resources; who may use one is shown it, and may ask for the list",
        )
    };
    Some(Diagnostic::warning(Code::ListOnly, rule.places.id, message).help(help))
}

fn call_only(view: &View, rule: &Subject) -> Option<Diagnostic> {
    if rule.verdict != Verdict::Deny {
        return None;
    }
    let mut arguments = rule.arguments().peekable();
    arguments.peek()?;
    let any_value = |test: &Tree| {
        test.leaf()
            .is_some_and(|leaf| leaf.op == Op::Glob && leaf.values().any(|value| view.text(value) == "*"))
    };
    arguments.all(|(_, test)| any_value(test)).then(|| {
        let message =
            format!("`{}` denies calls whatever their arguments, and yet leaves the tool listed", rule.id);
        Diagnostic::warning(Code::CallOnly, rule.places.id, message)
            .help("leave `args` out: what is always denied is hidden too")
    })
}

fn approval_for_everybody(rule: &Subject) -> Option<Diagnostic> {
    fn about_caller(tree: &Tree) -> bool {
        match tree {
            Tree::Leaf(leaf) => leaf.is_about_caller(),
            Tree::All(all) => all.iter().any(about_caller),
            Tree::Any(any) => any.iter().all(about_caller),
            _ => false,
        }
    }
    let everybody = rule.verdict == Verdict::RequireApproval && !rule.is_shadow();
    (everybody && !rule.conditions.iter().any(about_caller)).then(|| {
        let message = format!(
            "`{}` lets everybody ask for approval, and so see the tools and use the session",
            rule.id
        );
        Diagnostic::warning(Code::ApprovalForEverybody, rule.places.decision, message)
            .help("say who may ask with `subject`, such as `subject: { groups: [support] }`")
    })
}

fn exception_on_missing_argument(view: &View, rule: &Subject) -> Option<Diagnostic> {
    if !rule.verdict.is_permit() {
        return None;
    }
    for condition in &rule.conditions {
        let Tree::Not(excluded) = condition else { continue };
        for (path, _) in excluded.iter().filter_map(Tree::argument) {
            let required = rule.arguments().any(|(other, _)| other == path);
            let said = |tree: &Tree| {
                tree.argument().is_some_and(|(other, test)| {
                    other == path && test.leaf().is_some_and(|leaf| leaf.op == Op::Exists)
                })
            };
            if required || excluded.iter().any(said) {
                continue;
            }
            let path = dotted(view, path);
            let message = format!("`{}` permits nothing where the argument `{path}` is missing", rule.id);
            return Some(
                Diagnostic::warning(Code::ExceptionOnMissingArgument, rule.places.id, message)
                    .label("whether `unless` applies is then unknown")
                    .help(format!(
                        "add `exists: true` to the test of `{path}` in `unless`, or in `match` to require it"
                    )),
            );
        }
    }
    None
}

/// The methods of which the rule names one, where it does.
fn exact_methods<'t>(view: &View<'t>, rule: &Subject<'t>) -> Option<Vec<&'t str>> {
    let leaf = rule.leaves().find(|leaf| leaf.label() == Some(Label::Method) && leaf.op == Op::LabelIn)?;
    Some(leaf.values().map(|value| view.text(value)).collect())
}

fn dotted(view: &View, path: &[u32]) -> String {
    path.iter().map(|key| view.text(*key)).collect::<Vec<_>>().join(".")
}
