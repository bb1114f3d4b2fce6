//! Differences of policies: what is found, what it is worth, and that random policies hide nothing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::{fs, path::Path, process::Command};

use mcpgov_engine::{subject::Subject, table::Table, vocabulary::Verdict};
use mcpgov_policy_compiler::{
    compile,
    difference::{self, Change, Difference, Direction},
    explain::{Circumstances, Explanation, Object, Question, explain},
    source::Source,
};

fn table(text: &str) -> Table<Vec<u8>> {
    let source = Source { path: "policy.yaml".to_owned(), text: text.to_owned() };
    let (table, diagnostics) = compile(&source);
    Table::from_bytes(table.unwrap_or_else(|| panic!("{diagnostics:#?}\n{text}"))).unwrap()
}

fn rules(rules: &str) -> Table<Vec<u8>> {
    table(&format!("version: v1\nrules: [{rules}]\n"))
}

fn compare(old: &Table<Vec<u8>>, new: &Table<Vec<u8>>) -> Difference {
    difference::difference(old, new, |_, _| {})
}

/// What a policy says to the witness of a change, asked in another way.
fn ask(table: &Table<Vec<u8>>, change: &Change) -> Explanation {
    let object = match &change.object {
        None => Object::None,
        Some(("tool", name)) => Object::Tool(name.clone()),
        Some(("prompt", name)) => Object::Prompt(name.clone()),
        Some((_, uri)) => Object::Resource(uri.clone()),
    };
    let registered = |name: &String| {
        let view = table.view();
        view.servers.is_empty() || view.server_named(name).is_some()
    };
    let question = Question {
        server: Some(change.server.clone()).filter(registered),
        method: Some(change.method.clone()),
        object,
        arguments: change.arguments.clone(),
        subject: change.caller.clone(),
        context: change.known.clone(),
        ..Question::default()
    };
    explain(table, &question).unwrap()
}

fn holds(old: &Table<Vec<u8>>, new: &Table<Vec<u8>>, difference: &Difference) {
    for change in &difference.changes {
        for (table, decided) in [(old, &change.old), (new, &change.new)] {
            let explanation = ask(table, change);
            assert_eq!(
                (explanation.verdict, &explanation.rule),
                (decided.verdict, &decided.rule),
                "{change:?}"
            );
        }
        assert!(change.old != change.new);
    }
}

fn verdicts(old: &str, new: &str) -> Vec<(Verdict, Verdict)> {
    let (old, new) = (rules(old), rules(new));
    let difference = compare(&old, &new);
    holds(&old, &new, &difference);
    let mut verdicts: Vec<_> =
        difference.changes.iter().map(|change| (change.old.verdict, change.new.verdict)).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    verdicts
}

const PERMIT: &str = "{ id: a, match: { labels: { mcp.tool: t } }, decision: ALLOW }";

#[test]
fn equal_policies_do_not_differ_whatever_their_order_and_names() {
    let other = "{ id: b, match: { labels: { mcp.tool: u }, subject: { users: [x] } }, decision: DENY }";
    let (forward, backward) =
        (format!("{PERMIT}, {other}"), format!("{}, {PERMIT}", other.replace("id: b", "id: z")));
    assert_eq!(verdicts(&forward, &backward), []);
}

#[test]
fn what_another_rule_decides_anyway_is_no_difference() {
    let all = "{ id: z, match: { labels: { mcp.server: \"*\" } }, decision: DENY }";
    assert_eq!(verdicts(all, &format!("{all}, {PERMIT}")), []);
}

#[test]
fn each_kind_of_condition_has_its_witness() {
    let with =
        |rest: &str| format!("{{ id: a, match: {{ labels: {{ mcp.tool: t }}, {rest} }}, decision: ALLOW }}");
    for condition in [
        "subject: { users: [ada] }",
        "subject: { groups: [\"team-*\"] }",
        "subject: { agents: [bot], tenants: [acme], workloads: [\"spiffe://acme/x\"], scopes: [write] }",
        "subject: { claims: { department: [rd] } }",
        "args: { n: { equals: 7 } }",
        "args: { n: { gt: 10 } }",
        "args: { n: { lte: -3 } }",
        "args: { issue.title: { matches: \"[bug]*\" } }",
        "args: { issue.labels.0: { equals: bug } }",
        "args: { name: { regex: \"[a-f]{3}-(x|y)+z?\" } }",
        "args: { name: { length: { gte: 20 } } }",
        "args: { name: { type: [boolean, integer] } }",
        "args: { name: { exists: false } }",
        "args: { name: { contains: secret } }",
        "args: { file: { starts_under: /srv/data } }",
        "args: { url: { host_in: [\"*.acme.example\"] } }",
        "args: { url: { cidr_in: [10.1.0.0/16] } }",
        "args: { list: { all: { in: [bug, docs] } } }",
        "args: { list: { any: { equals: bug } } }",
        "context: { source: [10.0.0.0/8] }",
        "context: { time: { days: [sat, sun] } }",
        "context: { session: true }",
        "context: { region: [\"eu-*\"] }",
    ] {
        let (narrow, wide) = (with(condition), PERMIT);
        let expected = [(Verdict::Allow, Verdict::Deny)];
        assert_eq!(verdicts(wide, &narrow), expected, "{condition}: some call is no longer permitted");
        assert_eq!(
            verdicts("", &narrow),
            [(Verdict::Deny, Verdict::Allow)],
            "{condition}: no witness meets it"
        );
    }
}

#[test]
fn a_guard_takes_away_and_its_witness_holds_what_it_finds() {
    let rule = |guards: &str| {
        format!("{{ id: r, match: {{ labels: {{ mcp.tool: t }} }}, decision: ALLOW{guards} }}")
    };
    let denied = [(Verdict::Allow, Verdict::Deny)];
    for guards in ["ssrf", "path_traversal", "sql_write", "shell", "{ ssrf: a.b }"] {
        assert_eq!(verdicts(&rule(""), &rule(&format!(", guards: [{guards}]"))), denied, "{guards}");
    }
    assert_eq!(verdicts(&rule(", guards: [ssrf]"), &rule(", guards: [shell]")).len(), 2);
    assert_eq!(verdicts(&rule(", guards: [ssrf, shell]"), &rule(", guards: [shell, ssrf]")), []);
}

#[test]
fn limits_and_networks_are_compared() {
    let bounded = |constraints: &str| {
        format!(
            "{{ id: a, match: {{ labels: {{ mcp.tool: t }} }}, decision: ALLOW_WITH_CONSTRAINTS, constraints: {{ {constraints} }} }}"
        )
    };
    let direction = |old: &str, new: &str| {
        let (old, new) = (rules(&bounded(old)), rules(&bounded(new)));
        let difference = compare(&old, &new);
        holds(&old, &new, &difference);
        let mut directions: Vec<Direction> = difference.changes.iter().map(Change::direction).collect();
        directions.sort_unstable();
        directions.dedup();
        directions
    };
    assert_eq!(direction("max_runtime_sec: 10", "max_runtime_sec: 20"), [Direction::Widens]);
    assert_eq!(direction("max_runtime_sec: 10", "max_runtime_sec: 10, max_retries: 1"), [Direction::Narrows]);
    let network = |hosts: &str| format!("max_retries: 1, network_allowlist: [{hosts}]");
    assert_eq!(direction(&network("a.example"), &network("a.example, \"*.b.example\"")), [Direction::Widens]);
    assert_eq!(
        direction(&network("a.example"), &network("b.example")),
        [Direction::Widens, Direction::Narrows]
    );
}

#[test]
fn the_registry_is_compared_too() {
    let policy = |tools: &str| {
        table(&format!(
            "version: v1\nservers: {{ s: {{ tools: {{ {tools} }} }} }}\nrules: [{{ id: r, match: {{ labels: {{ mcp.action: read }} }}, decision: ALLOW }}]\n"
        ))
    };
    let (old, new) = (policy("x: { action: read }"), policy("x: { action: write }"));
    let difference = compare(&old, &new);
    holds(&old, &new, &difference);
    let tools: Vec<_> = difference.changes.iter().map(|change| change.object.clone().unwrap()).collect();
    assert_eq!(tools, [("tool", "x".to_owned())]);
    assert_eq!(difference.changes[0].direction(), Direction::Narrows);
    let moved = table(
        "version: v1\nservers: { s: { match: { cluster: other }, tools: { x: { action: read } } } }\nrules: [{ id: r, match: { labels: { mcp.action: read } }, decision: ALLOW }]\n",
    );
    assert_eq!(compare(&old, &moved).traffic, ["s"]);
}

#[test]
fn shadow_mode_is_a_difference() {
    assert_eq!(
        verdicts(PERMIT, &PERMIT.replace("decision", "mode: shadow, decision")),
        [(Verdict::Allow, Verdict::Deny)]
    );
}

#[test]
fn only_what_matters_is_said_of_the_caller() {
    let permit = "{ id: a, match: { labels: { mcp.tool: t }, subject: { groups: [g, h], users: [u] } }, decision: ALLOW }";
    let (old, new) = (rules(""), rules(permit));
    let difference = compare(&old, &new);
    let calls: Vec<&Change> = difference.changes.iter().filter(|change| change.object.is_some()).collect();
    for change in &calls {
        assert_eq!(change.caller.user.as_deref(), Some("u"));
        assert_eq!(change.arguments, None);
    }
    assert!(calls.iter().any(|change| change.caller.groups.as_deref() == Some(&["g".to_owned()][..])));
}

#[test]
fn many_dimensions_are_sampled_and_the_report_says_so() {
    let groups: Vec<String> = (0..60).map(|number| format!("g{number}")).collect();
    let wide = format!(
        "{{ id: a, match: {{ labels: {{ mcp.tool: t }}, subject: {{ groups: [{}], users: [a, b, c], agents: [a, b] }} }}, decision: ALLOW }}",
        groups.join(", ")
    );
    let (old, new) = (rules(""), rules(&wide));
    let difference = compare(&old, &new);
    assert!(difference.sampled.iter().any(|cell| cell.contains("tool `t`")), "{:?}", difference.sampled);
    assert!(!difference.changes.is_empty());
    assert!(difference::text(&difference).contains("too many combinations"));
}

/// xorshift64 (Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap()
    }

    fn condition(&mut self) -> String {
        let mut parts = vec![format!(
            "labels: {{ {} }}",
            self.one(&[
                "mcp.tool: t",
                "mcp.tool: [t, u]",
                "mcp.tool: \"t*\"",
                "mcp.server: s",
                "mcp.server: \"*\"",
                "mcp.server: [s, r], mcp.tool: \"*u\"",
            ])
        )];
        if self.below(2) == 0 {
            parts.push(format!(
                "subject: {{ {} }}",
                self.one(&[
                    "users: [a]",
                    "users: [a, b]",
                    "groups: [g]",
                    "groups: [g, h]",
                    "users: [\"a*\"], groups: [h]",
                    "groups: [\"*\"]",
                ])
            ));
        }
        if self.below(2) == 0 {
            parts.push(format!(
                "args: {{ {} }}",
                self.one(&[
                    "p: { equals: 1 }",
                    "p: { in: [1, x] }",
                    "p: { matches: \"x*\" }",
                    "p: { exists: true }",
                    "p: { exists: false }",
                    "p: { gt: 1 }",
                ])
            ));
        }
        format!("{{ {} }}", parts.join(", "))
    }

    fn rule(&mut self, id: usize) -> String {
        let unless =
            if self.below(3) == 0 { format!("unless: {}, ", self.condition()) } else { String::new() };
        let condition = self.condition();
        let decision = self.one(&[
            "ALLOW",
            "ALLOW",
            "ALLOW_WITH_CONSTRAINTS, constraints: { max_retries: 1 }",
            "REQUIRE_APPROVAL",
            "DENY",
        ]);
        format!("{{ id: r{id}, match: {condition}, {unless}decision: {decision} }}")
    }

    fn question(&mut self) -> Question {
        let groups = self.one(&["?", "", "g", "h", "g h", "i"]);
        let groups = (groups != "?").then(|| groups.split_whitespace().map(str::to_owned).collect());
        let user = self.one(&["?", "a", "b", "ab", "z"]);
        Question {
            server: Some(self.one(&["s", "r", "q"]).to_owned()),
            object: Object::Tool(self.one(&["t", "u", "tu", "v"]).to_owned()),
            arguments: Some(
                self.one(&[
                    "{}",
                    "{\"p\":1}",
                    "{\"p\":2}",
                    "{\"p\":\"x\"}",
                    "{\"p\":\"xy\"}",
                    "{\"p\":\"y\"}",
                    "{\"p\":true}",
                ])
                .to_owned(),
            ),
            subject: Subject { user: (user != "?").then(|| user.to_owned()), groups, ..Subject::default() },
            context: Circumstances::default(),
            ..Question::default()
        }
    }
}

#[test]
fn a_witness_is_found_exactly_when_there_is_one() {
    let mut random = Random(0x5eed);
    let (mut equal, mut different) = (0, 0);
    for _ in 0..250 {
        let count = 1 + random.below(4);
        let old: Vec<String> = (0..count).map(|id| random.rule(id)).collect();
        let mut new = old.clone();
        let changed = random.below(count);
        if random.below(2) == 0 {
            new[changed] = random.rule(changed);
        } else {
            new.remove(changed);
        }
        let (old_text, new_text) = (old.join(", "), new.join(", "));
        let (old, new) = (rules(&old_text), rules(&new_text));
        let difference = compare(&old, &new);
        // What is found is so.
        holds(&old, &new, &difference);
        // What is so is found.
        for _ in 0..200 {
            let question = random.question();
            let decide = |table| {
                let explanation = explain(table, &question).unwrap();
                (
                    explanation.verdict,
                    explanation.constraints.max_retries.filter(|_| explanation.verdict != Verdict::Deny),
                )
            };
            let (was, is) = (decide(&old), decide(&new));
            if was != is {
                let found = difference.changes.iter().any(|change| {
                    (change.old.verdict, change.old.max_retries) == was
                        && (change.new.verdict, change.new.max_retries) == is
                });
                assert!(found, "{question:?}: {was:?} -> {is:?}\nold: {old_text}\nnew: {new_text}");
            }
        }
        if difference.changes.is_empty() { equal += 1 } else { different += 1 }
    }
    assert!(
        equal > 10 && different > 100,
        "the random policies tell little: {equal} equal, {different} different"
    );
}

#[test]
fn the_verb_fails_on_what_it_is_asked_to() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff");
    fs::create_dir_all(&folder).unwrap();
    let (narrow, wide) = (folder.join("narrow.yaml"), folder.join("wide.yaml"));
    fs::write(&narrow, "version: v1\nrules: []\n").unwrap();
    fs::write(&wide, format!("version: v1\nrules: [{PERMIT}]\n")).unwrap();
    let diff = |old: &Path, new: &Path, rest: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_mcpgov"))
            .arg("diff")
            .args([old, new])
            .args(rest)
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = diff(&narrow, &wide, &["--fail-on", "widen"]);
    assert_eq!(code, 4);
    assert!(
        text.contains("widens: unregistered servers, tool `t`: DENY -> ALLOW\n  old: DENY (default-deny)\n  new: ALLOW by rule a\n  for anybody\n"),
        "{text}"
    );
    assert_eq!(diff(&wide, &narrow, &["--fail-on", "widen"]).0, 0);
    assert_eq!(diff(&wide, &narrow, &["--fail-on", "narrow"]).0, 4);
    assert_eq!(diff(&wide, &narrow, &["--fail-on", "any"]).0, 4);
    assert_eq!(diff(&wide, &narrow, &[]).0, 0);
    assert_eq!(diff(&wide, &wide, &["--fail-on", "any"]), (0, "no call is decided otherwise\n".to_owned()));
    let masked = folder.join("masked.yaml");
    fs::write(&masked, format!("version: v1\nrules: []\n{MASKED}\n")).unwrap();
    assert_eq!(diff(&masked, &narrow, &["--fail-on", "widen"]).0, 4, "less is protected");
    assert_eq!(diff(&narrow, &masked, &["--fail-on", "widen"]).0, 0);
    let json: serde_json::Value = serde_json::from_str(&diff(&masked, &narrow, &["--json"]).1).unwrap();
    assert_eq!(
        json["protections"][0],
        serde_json::json!({
            "direction": "widens", "about": "finds", "texts": "arguments", "condition": "",
            "detectors": ["pii.card", "pii.email"], "old": "mask", "new": null,
        })
    );
    let json: serde_json::Value = serde_json::from_str(&diff(&narrow, &wide, &["--json"]).1).unwrap();
    assert_eq!(json["changes"][0]["direction"], "widens");
}

/// What is said about the change of protections.
fn protected(old: &str, new: &str) -> String {
    let policy = |rest: &str| table(&format!("version: v1\nrules: []\n{rest}\n"));
    difference::text(&compare(&policy(old), &policy(new)))
}

const MASKED: &str = "protections: [{ id: a, detect: [pii.email, pii.card], direction: [arguments, results], treatment: mask }]";

#[test]
fn a_weaker_treatment_widens_and_a_stronger_one_narrows() {
    let hashed = MASKED.replace("mask", "hash");
    assert_eq!(
        protected(MASKED, &hashed),
        "widens: arguments, pii.card, pii.email: mask -> hash\nwidens: results, pii.card, pii.email: mask -> hash\n2 wider, 0 narrower\n"
    );
    assert_eq!(
        protected(&hashed, MASKED),
        "narrows: arguments, pii.card, pii.email: hash -> mask\nnarrows: results, pii.card, pii.email: hash -> mask\n0 wider, 2 narrower\n"
    );
    assert_eq!(protected(MASKED, MASKED), "no call is decided otherwise\n");
}

#[test]
fn a_protection_that_is_gone_or_only_tried_widens() {
    assert_eq!(
        protected(
            MASKED,
            &MASKED.replace("[pii.email, pii.card]", "pii.email").replace("[arguments, results]", "results")
        ),
        "widens: arguments, pii.card, pii.email: mask -> nothing\nwidens: results, pii.card: mask -> nothing\n2 wider, 0 narrower\n"
    );
    let everything = MASKED.replace("[pii.email, pii.card]", "[\"pii.*\"]").replace("arguments, ", "");
    assert_eq!(
        protected(&everything, "protections: []").lines().next().unwrap(),
        "widens: results, pii.card, pii.email, pii.iban, pii.ip, pii.mac, pii.national_id and 2 more: mask -> nothing"
    );
    let tried = MASKED.replace("id: a,", "id: a, mode: shadow,");
    assert!(protected(MASKED, &tried).starts_with("widens: arguments, pii.card, pii.email: mask -> log\n"));
    assert!(protected(MASKED, &format!("{MASKED}\nmode: shadow")).contains("mask -> log"));
}

#[test]
fn a_protection_moved_into_another_changes_nothing() {
    let two = "protections:
  - { id: x, detect: pii.email, direction: [arguments, results], treatment: mask }
  - { id: y, detect: [pii.email, pii.card], direction: [results, arguments], treatment: log }
  - { id: z, detect: pii.card, direction: [arguments, results], treatment: mask }";
    assert_eq!(protected(MASKED, two), "no call is decided otherwise\n");
    // Under a condition, what applies whatever is called applies too.
    let more = format!(
        "{two}\n  - {{ id: w, match: {{ labels: {{ mcp.tool: t }} }}, detect: pii.email, direction: results, treatment: hash }}"
    );
    assert_eq!(protected(MASKED, &more), "no call is decided otherwise\n");
}

#[test]
fn changed_conditions_are_said_to_be_and_count_both_ways() {
    let under = |tool: &str| {
        MASKED
            .replace("detect", &format!("match: {{ labels: {{ mcp.tool: {tool} }} }}, detect"))
            .replace("arguments, ", "")
    };
    assert_eq!(
        protected(&under("t"), &under("u")),
        "widens: results, pii.card, pii.email: mask -> nothing
  where mcp.tool is `t`
narrows: results, pii.card, pii.email: nothing -> mask
  where mcp.tool is `u`
note: the condition of protection `a` changed; the old and the new one are compared as if they had nothing in common
1 wider, 1 narrower
"
    );
    assert_eq!(
        protected(&under("t"), &under("t").replace("id: a", "id: b")),
        "no call is decided otherwise\n"
    );
}

#[test]
fn what_detectors_overlook_and_what_becomes_of_blobs_is_compared() {
    let allowing = |globs: &str| format!("detectors: {{ pii.email: {{ allow: [{globs}] }} }}\n{MASKED}");
    assert_eq!(
        protected(&allowing("a@x.example"), &allowing("\"*\"")),
        "widens: detector pii.email overlooks `*`\nnarrows: detector pii.email overlooks `a@x.example` no more\n1 wider, 1 narrower\n"
    );
    let with_blobs = MASKED.replace("treatment", "blobs: strip, treatment").replace("arguments, ", "");
    let without = with_blobs.replace("strip", "scan");
    assert_eq!(
        protected(&with_blobs, &without),
        "widens: results, binary content: strip -> scan\n1 wider, 0 narrower\n"
    );
    let own = |pattern: &str| {
        format!(
            "detectors: {{ custom.a: {{ pattern: '{pattern}' }} }}\nprotections: [{{ id: a, detect: custom.a, treatment: mask }}]"
        )
    };
    assert_eq!(
        protected(&own("AB-[0-9]{4}"), &own("AB-[0-9]{5}")),
        "note: patterns of detectors changed; what they find is not compared\nno call is decided otherwise\n"
    );
}

#[test]
fn a_changed_registry_is_said_to_matter_for_conditions() {
    let on = |environment: &str| {
        format!(
            "servers: {{ s: {{ environment: {environment} }} }}\nprotections: [{{ id: a, match: {{ labels: {{ mcp.environment: prod }} }}, detect: pii.email, treatment: mask }}]"
        )
    };
    assert!(protected(&on("prod"), &on("test")).contains("note: the registry changed; "));
    assert!(!protected(&on("prod"), &on("prod")).contains("note"));
}
