//! What people read when a policy is wrong: every `diagnostics/NAME.yaml` gives exactly
//! `diagnostics/NAME.expected`. `UPDATE_EXPECT=1 cargo test -p mcpgov-policy-compiler --test diagnostics`
//! writes the expectations anew.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{fs, path::Path};

use mcpgov_policy_compiler::{
    compile,
    diagnostic::{self, Diagnostic, any_error},
    source::Source,
};

fn cases() -> Vec<(String, Source)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (path.with_extension("expected").to_str().unwrap().to_owned(), Source { path: name, text })
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn diagnostics(source: &Source) -> Vec<Diagnostic> {
    let (table, diagnostics) = compile(source);
    assert_eq!(
        table.is_none(),
        any_error(&diagnostics),
        "{}: a table exactly if there is no error",
        source.path
    );
    diagnostics
}

#[test]
fn human_rendering_is_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut different = Vec::new();
    for (expected_path, source) in cases() {
        let diagnostics = diagnostics(&source);
        assert!(!diagnostics.is_empty(), "{} has nothing wrong", source.path);
        let actual = diagnostic::human(&source, &diagnostics, false);
        if update {
            fs::write(&expected_path, actual).unwrap();
        } else if fs::read_to_string(&expected_path).unwrap_or_default() != actual {
            different.push(format!("--- {}\n{actual}", source.path));
        }
    }
    assert!(different.is_empty(), "not as expected; UPDATE_EXPECT=1 accepts:\n{}", different.join("\n"));
}

#[test]
fn every_label_is_text_of_the_source() {
    for (_, source) in cases() {
        for diagnostic in diagnostics(&source) {
            for label in std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary) {
                assert!(source.text.get(label.span.range()).is_some(), "{}: {diagnostic:?}", source.path);
            }
        }
    }
}

#[test]
fn messages_keep_the_style() {
    for (_, source) in cases() {
        for diagnostic in diagnostics(&source) {
            for text in std::iter::once(&diagnostic.message).chain(&diagnostic.help) {
                assert!(!text.ends_with('.') && !text.contains('\n'), "{text:?}");
                assert!(!text.starts_with(char::is_uppercase), "{text:?}");
                assert_eq!(text.matches('`').count() % 2, 0, "unbalanced backticks: {text:?}");
            }
        }
    }
}

#[test]
fn plain_rendering_is_one_line_each() {
    for (_, source) in cases() {
        let diagnostics = diagnostics(&source);
        let plain = diagnostic::plain(&source, &diagnostics);
        assert_eq!(plain.lines().count(), diagnostics.len());
        assert!(plain.lines().all(|line| line.starts_with(&format!("{}:", source.path))), "{plain}");
    }
}

#[test]
fn json_rendering_names_bytes_lines_and_columns() {
    let text = "version: v1\nrules:\n  - id: ü\n    dicision: DENY\n";
    let source = Source { path: "p.yaml".to_owned(), text: text.to_owned() };
    let json = diagnostic::json(&[(&source, &diagnostics(&source))]);
    let unknown = json.as_array().unwrap().iter().find(|one| one["code"] == "unknown-key").unwrap();
    assert_eq!(unknown["message"], "unknown key `dicision` in a rule");
    assert_eq!(unknown["help"], "did you mean `decision`?");
    let start = text.find("dicision").unwrap();
    assert_eq!(unknown["labels"][0]["start"]["byte"], start);
    assert_eq!(unknown["labels"][0]["end"]["byte"], start + "dicision".len());
    assert_eq!(unknown["labels"][0]["start"]["line"], 4);
    assert_eq!(unknown["labels"][0]["start"]["column"], 5);
}
