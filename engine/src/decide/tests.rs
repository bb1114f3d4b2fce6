//! What decisions come to, and that the index changes none of them.

use alloc::vec;
use alloc::vec::Vec;

use super::*;
use crate::json::{Doc, Limits as JsonLimits};
use crate::message::Object;
use crate::sample::*;
use crate::table::format::{Label, Literal};
use crate::table::source::{Condition, Limit, Policy, Rule};
use crate::vocabulary::Verdict::{Allow, AllowWithConstraints, Deny, RequireApproval};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn decide_call(policy: &Policy, user: Option<&str>, tool: &str, arguments: &str) -> Decision {
    let table = table(policy);
    let caller = caller(&table, user, Some(&[]));
    let doc = Doc::parse(arguments.as_bytes(), &JsonLimits::default()).unwrap();
    decide(&table.view(), &caller, &tool_call(GITHUB, tool, Arguments::Are(doc.root())))
}

fn outcome(
    policy: &Policy,
    user: Option<&str>,
    tool: &str,
    arguments: &str,
) -> (Verdict, Option<u32>, Reason) {
    let outcome = decide_call(policy, user, tool, arguments).outcome;
    (outcome.verdict, outcome.rule, outcome.reason)
}

fn in_every_order(rules: Vec<Rule>, mut check: impl FnMut(&Policy)) {
    let mut rules = rules;
    for _ in 0..rules.len() {
        rules.rotate_left(1);
        check(&policy(rules.clone()));
        check(&policy(rules.iter().rev().cloned().collect()));
    }
}

#[test]
fn nothing_matches_denies() {
    assert_eq!(outcome(&policy(vec![]), None, "search", "{}"), (Deny, None, Reason::DefaultDeny));
}

#[test]
fn most_restrictive_wins_in_every_order() {
    let rules = vec![
        rule("a", Allow, vec![]),
        rule("b", AllowWithConstraints, vec![label(Label::Action, &["write", "destructive"])]),
        rule("c", RequireApproval, vec![label(Label::Tool, &["create"])]),
        rule("d", Deny, vec![label(Label::Action, &["destructive"])]),
    ];
    in_every_order(rules, |policy| {
        assert_eq!(outcome(policy, None, "search", "{}"), (Allow, Some(0), Reason::Rule));
        assert_eq!(outcome(policy, None, "other", "{}"), (AllowWithConstraints, Some(1), Reason::Rule));
        assert_eq!(outcome(policy, None, "create", "{}"), (RequireApproval, Some(2), Reason::Rule));
        assert_eq!(outcome(policy, None, "delete_all", "{}"), (Deny, Some(3), Reason::Rule));
    });
}

#[test]
fn of_equal_verdicts_the_smallest_id_is_named() {
    in_every_order(
        vec![rule("b", Allow, vec![]), rule("a", Allow, vec![]), rule("c", Allow, vec![])],
        |policy| {
            assert_eq!(outcome(policy, None, "search", "{}").1, Some(0));
        },
    );
}

#[test]
fn a_missing_argument_never_permits_and_always_restricts() {
    let own = || argument_like("repo", "acme/*");
    let permit = policy(vec![rule("permit", Allow, vec![own()])]);
    assert_eq!(outcome(&permit, None, "create", r#"{"repo":"acme/x"}"#).0, Allow);
    assert_eq!(outcome(&permit, None, "create", "{}"), (Deny, None, Reason::DefaultDeny));
    assert_eq!(outcome(&permit, None, "create", r#"{"repo":7}"#).0, Deny);
    assert_eq!(outcome(&permit, None, "create", r#"{"repo":"acme/x","REPO":"evil/x"}"#).0, Deny);

    let restrict =
        policy(vec![rule("all", Allow, vec![]), rule("deny", Deny, vec![argument_like("path", "/etc/*")])]);
    assert_eq!(outcome(&restrict, None, "create", r#"{"path":"/home"}"#).0, Allow);
    assert_eq!(outcome(&restrict, None, "create", r#"{"path":"/etc/passwd"}"#).0, Deny);
    assert_eq!(outcome(&restrict, None, "create", "{}").0, Deny);
    assert_eq!(outcome(&restrict, None, "create", r#"{"path":["/etc/passwd"]}"#).0, Deny);
}

#[test]
fn an_approval_that_cannot_be_evaluated_replaces_a_permit_but_not_a_denial() {
    let approval = || rule("ask", RequireApproval, vec![argument_is("amount", Literal::Number, "5")]);
    assert_eq!(outcome(&policy(vec![approval()]), None, "create", "{}").0, Deny);
    let permitted = policy(vec![rule("all", Allow, vec![]), approval()]);
    assert_eq!(outcome(&permitted, None, "create", "{}").0, RequireApproval);
    assert_eq!(outcome(&permitted, None, "create", r#"{"amount":6}"#).0, Allow);
    assert_eq!(outcome(&permitted, None, "create", r#"{"amount":5.0}"#).0, RequireApproval);
}

#[test]
fn a_constraint_that_cannot_be_evaluated_applies_but_does_not_permit() {
    let mut bounded = rule(
        "bounded",
        AllowWithConstraints,
        vec![argument_exists("x"), argument_is("x", Literal::Bool, "true")],
    );
    bounded.limit = Some(Limit { max_runtime_sec: Some(5), ..Limit::default() });
    let alone = policy(vec![bounded.clone()]);
    assert_eq!(outcome(&alone, None, "create", r#"{"x":"yes"}"#).0, Deny);
    let decision =
        decide_call(&policy(vec![rule("all", Allow, vec![]), bounded]), None, "create", r#"{"x":"yes"}"#);
    assert_eq!(decision.outcome.verdict, AllowWithConstraints);
    assert_eq!(decision.limits.max_runtime_sec, Some(5));
}

#[test]
fn an_exception_that_cannot_be_evaluated_excepts_nothing_from_a_denial_and_everything_from_a_permit() {
    let unless_draft = |verdict| rule("r", verdict, vec![not(argument_is("draft", Literal::Bool, "true"))]);
    let permit = policy(vec![unless_draft(Allow)]);
    assert_eq!(outcome(&permit, None, "create", r#"{"draft":false}"#).0, Allow);
    assert_eq!(outcome(&permit, None, "create", r#"{"draft":true}"#).0, Deny);
    assert_eq!(outcome(&permit, None, "create", "{}").0, Deny);
    let deny = policy(vec![rule("all", Allow, vec![]), unless_draft(Deny)]);
    assert_eq!(outcome(&deny, None, "create", r#"{"draft":true}"#).0, Allow);
    assert_eq!(outcome(&deny, None, "create", "{}").0, Deny);
}

#[test]
fn an_absent_identity_restricts_and_never_permits() {
    let for_ada = policy(vec![rule("ada", Allow, vec![user(&["ada"])])]);
    assert_eq!(outcome(&for_ada, Some("ada"), "search", "{}").0, Allow);
    assert_eq!(outcome(&for_ada, Some("eve"), "search", "{}").0, Deny);
    assert_eq!(outcome(&for_ada, None, "search", "{}").0, Deny);
    let not_eve = policy(vec![rule("all", Allow, vec![]), rule("eve", Deny, vec![user(&["eve"])])]);
    assert_eq!(outcome(&not_eve, Some("ada"), "search", "{}").0, Allow);
    assert_eq!(outcome(&not_eve, None, "search", "{}"), (Deny, Some(1), Reason::Rule));
}

#[test]
fn limits_of_all_matching_rules_combine_to_the_tightest() {
    let limited = |id: &str, seconds, retries| {
        let limit = Some(Limit { max_runtime_sec: seconds, max_retries: retries, network_allowlist: None });
        Rule { limit, ..rule(id, AllowWithConstraints, vec![]) }
    };
    in_every_order(
        vec![limited("a", Some(60), None), limited("b", Some(30), Some(3)), limited("c", None, Some(1))],
        |policy| {
            let limits = decide_call(policy, None, "search", "{}").limits;
            assert_eq!(limits, Limits { max_runtime_sec: Some(30), max_retries: Some(1) });
        },
    );
}

#[test]
fn a_host_outside_any_matching_rules_network_denies() {
    let network = |id: &str, hosts: &[&str]| {
        let limit = Some(Limit { network_allowlist: Some(strings(hosts)), ..Limit::default() });
        Rule { limit, ..rule(id, AllowWithConstraints, vec![]) }
    };
    let policy = policy(vec![
        network("a", &["*.acme.example", "api.github.com"]),
        network("b", &["docs.acme.example", "api.github.com"]),
    ]);
    let verdict = |arguments: &str| outcome(&policy, None, "search", arguments);
    assert_eq!(verdict(r#"{"url":"https://docs.acme.example/x"}"#).0, AllowWithConstraints);
    assert_eq!(
        verdict(r#"{"url":"https://other.acme.example/x"}"#),
        (Deny, Some(1), Reason::NetworkNotAllowed)
    );
    assert_eq!(
        verdict(r#"{"url":"https://api.github.com@evil.example/"}"#),
        (Deny, Some(0), Reason::NetworkNotAllowed)
    );
    assert_eq!(verdict(r#"{"deep":[{"note":"see http://evil.example"}]}"#).0, Deny);
    assert_eq!(verdict(r#"{"text":"nothing to see"}"#).0, AllowWithConstraints);
}

#[test]
fn shadow_rules_are_recorded_and_change_nothing() {
    let shadowed = Rule { shadow: true, ..rule("deny", Deny, vec![]) };
    let decision = decide_call(&policy(vec![rule("all", Allow, vec![]), shadowed]), None, "search", "{}");
    assert_eq!(decision.outcome.verdict, Allow);
    assert_eq!(decision.shadow.map(|would| (would.verdict, would.rule)), Some((Deny, Some(1))));
}

#[test]
fn a_shadow_policy_allows_and_records_what_it_would_have_done() {
    let policy = Policy { shadow: true, ..policy(vec![rule("deny", Deny, vec![])]) };
    let decision = decide_call(&policy, None, "search", "{}");
    assert_eq!((decision.outcome.verdict, decision.outcome.reason), (Allow, Reason::Shadow));
    assert_eq!(decision.shadow.map(|would| would.verdict), Some(Deny));
}

fn method_outcome(
    policy: &Policy,
    user: Option<&str>,
    server: crate::registry::ServerName<'_>,
    method: &str,
) -> Outcome {
    let table = table(policy);
    decide(&table.view(), &caller(&table, user, None), &method_call(server, method)).outcome
}

#[test]
fn plumbing_is_for_those_who_may_use_something_there() {
    let policy = policy(vec![
        rule(
            "ada",
            Allow,
            vec![
                label(Label::Server, &["github"]),
                label(Label::Tool, &["create"]),
                user(&["ada", "mallory"]),
            ],
        ),
        rule("mallory", Deny, vec![user(&["mallory"])]),
    ]);
    for method in ["initialize", "ping", "tools/list", "notifications/initialized"] {
        assert_eq!(method_outcome(&policy, Some("ada"), GITHUB, method).reason, Reason::Plumbing, "{method}");
        assert_eq!(method_outcome(&policy, Some("bob"), GITHUB, method).verdict, Deny, "{method}");
        assert_eq!(method_outcome(&policy, Some("mallory"), GITHUB, method).verdict, Deny, "{method}");
        assert_eq!(method_outcome(&policy, None, GITHUB, method).verdict, Deny, "{method}");
        assert_eq!(method_outcome(&policy, Some("ada"), UNREGISTERED, method).verdict, Deny, "{method}");
    }
}

#[test]
fn an_unknown_method_needs_a_rule_that_names_it() {
    let all = policy(vec![rule("all", Allow, vec![])]);
    assert_eq!(method_outcome(&all, None, GITHUB, "future/thing"), Outcome::deny(Reason::UnknownMethod));
    assert_eq!(method_outcome(&all, None, GITHUB, "tools/list").verdict, Allow);
    let named = policy(vec![rule("named", Allow, vec![label(Label::Method, &["future/*"])])]);
    assert_eq!(method_outcome(&named, None, GITHUB, "future/thing").verdict, Allow);
}

#[test]
fn unregistered_servers_are_not_one_of_any() {
    let policy = policy(vec![
        rule("all", Allow, vec![]),
        rule("known", Deny, vec![label(Label::Server, &["*"]), not(label(Label::Server, &["github"]))]),
    ]);
    assert_eq!(method_outcome(&policy, None, GITHUB, "ping").verdict, Allow);
    assert_eq!(method_outcome(&policy, None, UNREGISTERED, "ping").rule, Some(1));
}

fn visible(policy: &Policy, user: Option<&str>, tool: &str) -> bool {
    let table = table(policy);
    let call = Call::of_listed(GITHUB, Method::ToolsCall, Object::Tool, Name::Is(tool));
    is_visible(&table.view(), &caller(&table, user, None), &call)
}

#[test]
fn a_tool_is_listed_where_some_arguments_could_be_permitted() {
    let policy = policy(vec![
        rule(
            "own",
            Allow,
            vec![label(Label::Tool, &["create"]), argument_like("repo", "acme/*"), user(&["ada"])],
        ),
        rule("ask", RequireApproval, vec![label(Label::Tool, &["delete_x"])]),
        rule("no", Deny, vec![label(Label::Tool, &["create"]), argument_is("force", Literal::Bool, "true")]),
        rule("search", Allow, vec![label(Label::Tool, &["search"])]),
        rule("no-search", Deny, vec![label(Label::Tool, &["search"]), not(user(&["ada"]))]),
    ]);
    assert!(visible(&policy, Some("ada"), "create"));
    assert!(!visible(&policy, Some("bob"), "create"));
    assert!(visible(&policy, Some("bob"), "delete_x"));
    assert!(!visible(&policy, Some("ada"), "delete_y"));
    assert!(visible(&policy, Some("ada"), "search"));
    assert!(!visible(&policy, Some("bob"), "search"));
    assert!(!visible(&policy, None, "search"));
}

#[test]
fn several_globs_of_the_registry_add_up_to_the_most_harmful() {
    let mut policy = policy(vec![rule(
        "r",
        Allow,
        vec![Condition::RiskTag(strings(&["pii"])), label(Label::Action, &["destructive"])],
    )]);
    let server = policy.servers.first_mut().unwrap();
    server.tools.push(crate::table::source::Tool {
        name: "*_all".into(),
        action: Some(crate::vocabulary::Action::Read),
        risk_tags: strings(&["pii"]),
    });
    assert_eq!(outcome(&policy, None, "delete_all", "{}").0, Allow);
    assert_eq!(outcome(&policy, None, "delete_one", "{}").0, Deny);
}

/// The meaning of a decision, spelled out: every way of settling the rules that cannot be evaluated, and the
/// most restrictive of all their outcomes.
#[cfg(not(target_family = "wasm"))]
mod twin {
    use super::*;
    use proptest::prelude::*;

    fn naive(view: &View<'_>, caller: &Caller, call: &Call<'_>) -> (Verdict, Option<u32>) {
        let rules: Vec<(u32, Verdict, Truth)> = (0..u32::try_from(view.rules.len()).unwrap())
            .map(|number| {
                let (truth, verdict, _) = evaluate_rule(view, caller, call, number, &mut NoTrace).unwrap();
                (number, verdict, truth)
            })
            .collect();
        let unknown: Vec<_> = rules.iter().filter(|rule| rule.2 == Truth::UNKNOWN).collect();
        let (mut worst, mut sure): (Option<(Verdict, Option<u32>)>, _) = (None, None);
        for settled in 0..1_u32 << unknown.len() {
            let holds = |rule: &(u32, Verdict, Truth)| {
                rule.2 == Truth::TRUE
                    || unknown
                        .iter()
                        .position(|other| other.0 == rule.0)
                        .is_some_and(|at| settled & (1 << at) != 0)
            };
            let mut winner: Option<(Verdict, Option<u32>)> = None;
            for rule in rules.iter().filter(|rule| holds(rule)) {
                if winner.is_none_or(|winner| rule.1 > winner.0) {
                    winner = Some((rule.1, Some(rule.0)));
                }
            }
            let outcome = winner.unwrap_or((Deny, None));
            // A denial by a rule says more than one by default; a rule that holds more than one that might.
            let stricter = match worst {
                None => true,
                Some((verdict, rule)) => {
                    (outcome.0, outcome.1.is_some()) > (verdict, rule.is_some())
                        || (worst != sure && outcome.0 == verdict && outcome.1 < rule)
                }
            };
            if stricter {
                worst = Some(outcome);
            }
            if settled == 0 {
                sure = worst;
            }
        }
        worst.unwrap()
    }

    fn leaf() -> impl Strategy<Value = Condition> {
        let name = || prop::sample::select(vec!["search", "create", "delete_x", "*", "del*"]);
        prop_oneof![
            prop::sample::subsequence(vec!["github", "jira", "*"], 1..=2)
                .prop_map(|names| label(Label::Server, &names)),
            prop::collection::vec(name(), 1..3).prop_map(|names| label(Label::Tool, &names)),
            prop::sample::subsequence(vec!["read", "write", "destructive"], 1..=2)
                .prop_map(|names| label(Label::Action, &names)),
            prop::sample::subsequence(vec!["ada", "bob", "a*"], 1..=2).prop_map(|names| user(&names)),
            prop::sample::subsequence(vec!["dev", "ops"], 1..=2).prop_map(|names| group(&names)),
            Just(Condition::RiskTag(strings(&["prod"]))),
            Just(label(Label::Method, &["tools/call"])),
            prop::sample::select(vec!["acme/*", "*", "x"]).prop_map(|glob| argument_like("repo", glob)),
            Just(argument_is("n", Literal::Number, "1")),
            Just(argument_exists("n")),
        ]
    }

    fn condition() -> impl Strategy<Value = Condition> {
        leaf().prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..3).prop_map(Condition::All),
                prop::collection::vec(inner.clone(), 1..3).prop_map(Condition::Any),
                inner.prop_map(not),
            ]
        })
    }

    fn rules() -> impl Strategy<Value = Vec<Rule>> {
        let one = (prop::sample::select(Verdict::ALL.to_vec()), prop::collection::vec(condition(), 0..4));
        prop::collection::vec(one, 0..9).prop_map(|rules| {
            rules
                .into_iter()
                .enumerate()
                .map(|(n, (verdict, conditions))| rule(&alloc::format!("r{n}"), verdict, conditions))
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_index_and_the_fold_change_no_decision(
            rules in rules(),
            user in prop::option::of(prop::sample::select(vec!["ada", "bob", "eve"])),
            groups in prop::option::of(prop::sample::subsequence(vec!["dev", "ops", "hr"], 0..=2)),
            tool in prop::sample::select(vec!["search", "create", "delete_x", "new"]),
            arguments in prop::sample::select(vec!["{}", r#"{"repo":"acme/a","n":1}"#, r#"{"repo":3,"n":2}"#, r#"{"repo":"b"}"#]),
            registered in any::<bool>(),
        ) {
            let table = table(&policy(rules));
            let view = table.view();
            let caller = caller(&table, user, groups.as_deref());
            let doc = Doc::parse(arguments.as_bytes(), &JsonLimits::default()).unwrap();
            let server = if registered { GITHUB } else { UNREGISTERED };
            let call = tool_call(server, tool, Arguments::Are(doc.root()));
            let decided = decide(&view, &caller, &call).outcome;
            prop_assert_eq!((decided.verdict, decided.rule), naive(&view, &caller, &call));
            // What is permitted is listed, and whoever is permitted something has access.
            if decided.verdict != Deny {
                let listed = Call { arguments: Arguments::Open, ..call };
                prop_assert!(is_visible(&view, &caller, &listed));
                prop_assert!(has_access(&view, &caller, &call));
            }
        }

        #[test]
        fn no_layer_permits_what_another_does_not(
            first in rules(),
            second in rules(),
            user in prop::option::of(prop::sample::select(vec!["ada", "bob"])),
            tool in prop::sample::select(vec!["search", "create", "delete_x", "new"]),
            arguments in prop::sample::select(vec!["{}", r#"{"repo":"acme/a","n":1}"#, r#"{"repo":3,"n":2}"#]),
        ) {
            let second: Vec<Rule> = second.into_iter().map(|rule| Rule { id: alloc::format!("s{}", rule.id), layer: 1, ..rule }).collect();
            let decided = |policy: Policy| {
                let table = table(&policy);
                let view = table.view();
                let caller = caller(&table, user, None);
                let doc = Doc::parse(arguments.as_bytes(), &JsonLimits::default()).unwrap();
                let call = tool_call(GITHUB, tool, Arguments::Are(doc.root()));
                let listed = Call { arguments: Arguments::Open, ..call };
                (decide(&view, &caller, &call).outcome.verdict, is_visible(&view, &caller, &listed), has_access(&view, &caller, &call))
            };
            let alone = |rules: &[Rule]| decided(policy(rules.iter().cloned().map(|rule| Rule { layer: 0, ..rule }).collect()));
            let (a, b) = (alone(&first), alone(&second));
            let both = decided(Policy { layers: 2, ..policy([first, second].concat()) });
            prop_assert_eq!(both, (a.0.max(b.0), a.1 && b.1, a.2 && b.2));
        }

        #[test]
        fn a_further_restriction_never_widens(rules in rules(), conditions in prop::collection::vec(condition(), 0..3), tool in prop::sample::select(vec!["search", "create", "delete_x"])) {
            let outcome = |rules: Vec<Rule>| {
                let table = table(&policy(rules));
                let caller = caller(&table, Some("ada"), None);
                let doc = Doc::parse(br#"{"repo":"acme/a"}"#, &JsonLimits::default()).unwrap();
                decide(&table.view(), &caller, &tool_call(GITHUB, tool, Arguments::Are(doc.root()))).outcome.verdict
            };
            let before = outcome(rules.clone());
            let with_denial = [rules, vec![rule("z", Deny, conditions)]].concat();
            prop_assert!(outcome(with_denial) >= before);
        }
    }
}

#[test]
fn the_arguments_as_a_whole_are_an_object_and_open_in_lists() {
    use crate::table::format::{Relation, types};
    use crate::table::source::ArgumentTest as Test;
    use alloc::boxed::Box;
    let never = || Box::new(Test::Not(Box::new(Test::Exists)));
    let denies = |test: Test| {
        let fits = Condition::Arguments(test);
        policy(vec![
            rule("misfit", Deny, vec![Condition::Not(Box::new(fits))]),
            rule("permit", Allow, vec![]),
        ])
    };
    let verdict = |policy: &Policy, arguments: Option<&str>| {
        let table = table(policy);
        let doc = arguments.map(|text| Doc::parse(text.as_bytes(), &JsonLimits::default()).unwrap());
        let arguments = doc.as_ref().map_or(Arguments::None, |doc| Arguments::Are(doc.root()));
        let caller = caller(&table, Some("ada"), Some(&[]));
        let call = tool_call(GITHUB, "create", arguments);
        assert!(is_visible(&table.view(), &caller, &Call { arguments: Arguments::Open, ..call }));
        decide(&table.view(), &caller, &call).outcome.verdict
    };
    let only_a = denies(Test::All(vec![Test::Type(types::OBJECT), Test::Rest(strings(&["a"]), never())]));
    let at_least_one = denies(Test::Length(Relation::GreaterOrEqual, 1));
    for (arguments, only, one) in [
        (None, Allow, Deny),
        (Some("{}"), Allow, Deny),
        (Some("{\"a\":1}"), Allow, Allow),
        (Some("{\"a\":1,\"A\":1}"), Deny, Allow),
        (Some("{\"b\":null}"), Deny, Allow),
        (Some("[]"), Deny, Deny),
    ] {
        assert_eq!(verdict(&only_a, arguments), only, "{arguments:?}");
        assert_eq!(verdict(&at_least_one, arguments), one, "{arguments:?}");
    }
}
