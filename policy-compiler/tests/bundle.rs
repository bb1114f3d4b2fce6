//! Policies of several files: what belongs together, what must not, and that layers only take away.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use mcpgov_engine::{table::Table, vocabulary::Verdict};
use mcpgov_policy_compiler::{
    bundle::{Bundle, Entry},
    explain::{Object, Question, explain},
};

fn whole(path: &str, text: &str) -> String {
    if path.ends_with(".json") { text.to_owned() } else { format!("version: v1\n{text}") }
}

/// Files in memory; a path that others begin with is a folder.
fn compile(root: &str, files: &[(&str, &str)]) -> Result<Table<Vec<u8>>, String> {
    let files: BTreeMap<PathBuf, String> =
        files.iter().map(|(path, text)| (PathBuf::from(path), whole(path, text))).collect();
    let mut read = |path: &Path| {
        if let Some(text) = files.get(path) {
            return Ok(Entry::File(text.clone()));
        }
        let inside: Vec<PathBuf> = files.keys().filter(|file| file.parent() == Some(path)).cloned().collect();
        if inside.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(Entry::Folder(inside)) }
    };
    let (table, diagnostics) = Bundle::load(Path::new(root), &mut read).unwrap().compile();
    let said: Vec<String> = diagnostics
        .iter()
        .flat_map(|(source, found)| found.iter().map(|one| format!("{}: {}", source.path, one.message)))
        .collect();
    for (source, found) in &diagnostics {
        for diagnostic in found {
            assert!(source.text.get(diagnostic.primary.span.range()).is_some(), "{diagnostic:?}");
        }
    }
    table.map(|bytes| Table::from_bytes(bytes).unwrap()).ok_or_else(|| said.join("\n"))
}

fn decide(table: &Table<Vec<u8>>, tool: &str) -> (Verdict, Option<String>) {
    let question =
        Question { server: Some("hub".into()), object: Object::Tool(tool.into()), ..Question::default() };
    let explanation = explain(table, &question).unwrap();
    (explanation.verdict, explanation.rule)
}

fn permit(id: &str, tool: &str) -> String {
    format!("rules:\n  - {{ id: {id}, match: {{ labels: {{ mcp.tool: \"{tool}\" }} }}, decision: ALLOW }}\n")
}

const REGISTRY: &str = "servers: { hub: { owner: ops } }\nroles: { ops: { groups: [ops] } }\n";

#[test]
fn included_files_and_folders_are_one_policy() {
    let (a, b) = (permit("a", "one"), permit("b", "two"));
    let main = format!("include: [more/b.yaml]\n{REGISTRY}{a}");
    let table = compile("main.yaml", &[("main.yaml", &main), ("more/b.yaml", &b)]).unwrap();
    let folder = compile(
        "all",
        &[
            ("all/registry.yaml", REGISTRY),
            ("all/1.yml", &b),
            ("all/2.yaml", &a),
            ("all/x.txt", "no: policy"),
        ],
    );
    assert_eq!(folder.unwrap().as_bytes(), table.as_bytes(), "the names and the order of files mean nothing");
    assert_eq!(decide(&table, "one"), (Verdict::Allow, Some("a".to_owned())));
    assert_eq!(decide(&table, "two").0, Verdict::Allow);
    assert_eq!(decide(&table, "three").0, Verdict::Deny);
}

#[test]
fn neither_layer_widens_the_other() {
    let organisation = format!("{REGISTRY}{}", permit("org", "shared-*"));
    let team = permit("team", "*-read");
    let frame = "layers: [org.yaml, teams/a]\n";
    let table =
        compile("main.yaml", &[("main.yaml", frame), ("org.yaml", &organisation), ("teams/a/x.yaml", &team)])
            .unwrap();
    assert_eq!(decide(&table, "shared-read"), (Verdict::Allow, Some("org".to_owned())));
    assert_eq!(decide(&table, "shared-write").0, Verdict::Deny, "the team does not permit it");
    assert_eq!(decide(&table, "own-read").0, Verdict::Deny, "the organisation does not permit it");
}

#[test]
fn what_must_not_be_said_twice_or_late_is_an_error() {
    let a = permit("a", "one");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("main.yaml", "include: [x.yaml]\n"), ("x.yaml", "rules: []\nmode: shadow\n"), ("y.yaml", "")],
            "",
        ),
        (&[("main.yaml", "include: [none.yaml]\n")], "main.yaml: cannot read `none.yaml`"),
        (
            &[("main.yaml", "include: [x.yaml, x.yaml]\n"), ("x.yaml", "")],
            "main.yaml: `x.yaml` is read twice",
        ),
        (&[("main.yaml", "include: [main.yaml]\n")], "main.yaml: `main.yaml` is read twice"),
        (
            &[("main.yaml", &format!("include: [x.yaml]\n{a}")), ("x.yaml", &a)],
            "x.yaml: duplicate rule id `a` (first used here at main.yaml:4:11)",
        ),
        (
            &[("main.yaml", "include: [x.yaml]\nmode: shadow\n"), ("x.yaml", "mode: enforce\n")],
            "x.yaml: a setting of the whole policy is given in two files (the other at main.yaml:3:1)",
        ),
        (
            &[("main.yaml", "layers: [x.yaml, y.yaml]\n"), ("x.yaml", &a), ("y.yaml", "mode: shadow\n")],
            "y.yaml: a setting of the whole policy stands in a later layer",
        ),
        (
            &[("main.yaml", "layers: [x.yaml, y.yaml]\n"), ("x.yaml", &a), ("y.yaml", REGISTRY)],
            "y.yaml: server `hub` is defined in a later layer",
        ),
        (
            &[("main.yaml", "include: [x.yaml]\n"), ("x.yaml", "layers: [y.yaml]\n")],
            "x.yaml: `layers` stand in the file that is compiled",
        ),
        (
            &[("main.yaml", &format!("layers: [x.yaml]\n{a}")), ("x.yaml", "")],
            "main.yaml: `rules` do not go with `layers`",
        ),
        (
            &[("main.yaml", "include: [x.yaml]\n"), ("x.yaml", "rulez: []\n")],
            "x.yaml: unknown key `rulez` in a policy",
        ),
    ];
    for (files, expected) in cases {
        let said = compile("main.yaml", files).err().unwrap_or_default();
        assert!(said.starts_with(expected) && said.is_empty() == expected.is_empty(), "{files:?}\n{said}");
    }
}

#[test]
fn the_policies_of_the_language_reference_compile() {
    let reference = include_str!("../README.md");
    let mut count = 0;
    for snippet in reference.split("```yaml\n").skip(1) {
        let text = snippet.split("```").next().unwrap().strip_prefix("version: v1\n").unwrap();
        let tools = include_str!("../examples/tools.json");
        compile("main.yaml", &[("main.yaml", text), ("tools.json", tools)])
            .unwrap_or_else(|said| panic!("{said}\n{text}"));
        count += 1;
    }
    assert!(count > 0);
}
