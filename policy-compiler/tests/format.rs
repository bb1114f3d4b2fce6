//! The canonical form.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use mcpgov_policy_compiler::{compile, diagnostic::human, format::format, source::Source};

fn source(text: &str) -> Source {
    Source { path: "p.yaml".to_owned(), text: text.to_owned() }
}

fn formatted(text: &str) -> String {
    let source = source(text);
    let (formatted, diagnostics) = format(&source);
    formatted.unwrap_or_else(|| panic!("not formatted:\n{text}\n{}", human(&source, &diagnostics, false)))
}

/// Policies and test files of this crate.
fn files() -> Vec<PathBuf> {
    fn below(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["examples", "library", "tests"] {
        if root.join(folder).exists() {
            below(&root.join(folder), &mut files);
        }
    }
    files.sort();
    files
}

fn comments(text: &str) -> Vec<String> {
    let mut comments: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once("# ~").map(|(_, comment)| comment.trim().to_owned()))
        .collect();
    comments.sort();
    comments
}

#[test]
fn the_form_is_as_shown() {
    let wild = "# what this is
rules:
    - decision:   ALLOW   # yes
      # which
      match:
        subject:   {groups:   [ support,sales ]}
        labels: { mcp.tool: 'create_issue',
                  mcp.server: github }
      id: \"triage\"
      reason: >
        people ask
        for it
    - {id: b, match: {labels: {mcp.tool: [ a_long_name_of_a_tool, another_long_name_of_a_tool, a_third_and_longer_name_of_a_tool ]}}, decision: DENY}
version: v1
servers: # all of them
  github: {tools: {search: {action: read}, create: {risk_tags: [prod], action: write}}, owner: team@acme.example}
# the end
";
    let expected = "version: v1

servers: # all of them
  github:
    owner: team@acme.example
    tools:
      search: { action: read }
      create: { risk_tags: [prod], action: write }

# what this is
rules:
  - id: \"triage\"
    # which
    match:
      labels: { mcp.tool: 'create_issue', mcp.server: github }
      subject: { groups: [support, sales] }
    decision: ALLOW # yes
    reason: |
      people ask for it

  - id: b
    match:
      labels:
        mcp.tool:
          - a_long_name_of_a_tool
          - another_long_name_of_a_tool
          - a_third_and_longer_name_of_a_tool
    decision: DENY
# the end
";
    assert_eq!(formatted(wild), expected);
}

#[test]
fn formatting_changes_no_table_and_is_done_once() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let before = source(&text);
        let (Some(once), _) = format(&before) else { continue };
        assert_eq!(formatted(&once), once, "{}", path.display());
        let (was, is) = (compile(&before).0, compile(&source(&once)).0);
        assert_eq!(was, is, "{}", path.display());
    }
}

#[test]
fn the_library_is_in_canonical_form() {
    for path in files().iter().filter(|path| path.components().any(|part| part.as_os_str() == "library")) {
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(formatted(&text), text, "{}", path.display());
    }
}

#[test]
fn no_comment_is_lost_wherever_it_stands() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        if format(&source(&text)).0.is_none() || text.contains(['|', '>']) {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        // A line that ends inside quotes has no room for a comment.
        for at in (0..lines.len()).filter(|at| lines[*at].matches('"').count().is_multiple_of(2)) {
            for own_line in [true, false] {
                let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
                if own_line {
                    changed.insert(at, "      # ~ here".to_owned());
                } else {
                    changed[at].push_str(" # ~ there");
                }
                let changed = changed.join("\n");
                // In the middle of a scalar it is none.
                let Some(once) = format(&source(&changed)).0 else { continue };
                assert_eq!(comments(&once), comments(&changed), "{}:{at}\n{once}", path.display());
                assert_eq!(formatted(&once), once, "{}:{at}", path.display());
            }
        }
    }
}

#[test]
fn scalars_keep_their_meaning_in_another_place() {
    for (text, expected) in [
        ("a: \n  b: x, y\n", "a: { b: \"x, y\" }\n"),
        ("a: x, y\n", "a: x, y\n"),
        ("a: [ 'it''s', \"q\" ]\n", "a: ['it''s', \"q\"]\n"),
        ("a: |\n  two\n  lines\n", "a: |\n  two\n  lines\n"),
        ("a: |-\n  two\n  lines\n", "a: |-\n  two\n  lines\n"),
        ("a: >\n  one\n  line\n", "a: |\n  one line\n"),
        ("a: |\n    indented\n   less\n", ""),
        ("a: \"two\n  lines\"\n", "a: \"two lines\"\n"),
        ("a: ~\nb:\n", "a: null\nb: null\n"),
        ("a: 0x1F\n", "a: 0x1F\n"),
        ("[]\n", "[]\n"),
        ("- a\n- {}\n", "- a\n- {}\n"),
    ] {
        let before = source(text);
        let (formatted, diagnostics) = format(&before);
        match formatted {
            Some(formatted) => assert_eq!(formatted, expected, "{text}"),
            None => assert!(!diagnostics.is_empty() && expected.is_empty(), "{text}"),
        }
    }
}

#[test]
fn the_verb_rewrites_checks_and_refuses() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fmt");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("p.yaml");
    let fmt = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_mcpgov")).arg("fmt").args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let name = path.to_str().unwrap();
    fs::write(&path, "rules:   []\nversion: v1\n").unwrap();
    assert_eq!(fmt(&["--check", name]), (1, format!("{name}\n")));
    assert_eq!(fs::read_to_string(&path).unwrap(), "rules:   []\nversion: v1\n");
    assert_eq!(fmt(&[name]), (0, String::new()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "version: v1\n\nrules: []\n");
    assert_eq!(fmt(&["--check", name]), (0, String::new()));
    fs::write(&path, "rules: [\n").unwrap();
    assert_eq!(fmt(&[name]).0, 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), "rules: [\n");
}
