//! The documentation: every YAML snippet in it is compiled, and every diagnostic has its page.
//!
//! A snippet marked `yaml` is a policy, or a part of one: its top-level keys without `version` or `rules`, or a list of
//! rules. One marked `yaml wrong`, on a page about a diagnostic, has that finding. One marked `yaml test` is a test file.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use mcpgov_engine::{
    scan::{Class, Kind},
    vocabulary::{Blobs, Direction, Treatment},
};
use mcpgov_policy_compiler::{
    bundle::{Bundle, Entry},
    detectors::catalogue,
    diagnostic::{Code, Diagnostic, any_error, human},
    protect::VALIDATORS,
    source::Source,
    testing,
};

struct Snippet {
    page: String,
    /// What follows the fence.
    mark: String,
    text: String,
}

fn pages() -> Vec<PathBuf> {
    fn below(folder: &Path, pages: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, pages);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = Vec::new();
    below(root, &mut pages);
    pages.extend(Some(root.join("../README.md")).filter(|page| page.exists()));
    pages.sort();
    pages
}

fn snippets() -> Vec<Snippet> {
    let mut snippets = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        let mut open: Option<Snippet> = None;
        for (number, line) in (1..).zip(text.lines()) {
            match (&mut open, line.trim_start().strip_prefix("```")) {
                (Some(_), Some(_)) => snippets.extend(open.take()),
                (Some(snippet), None) => {
                    snippet.text.push_str(line);
                    snippet.text.push('\n');
                }
                (None, Some(mark)) => {
                    let page = format!("{}:{number}", path.display());
                    open = Some(Snippet { page, mark: mark.to_owned(), text: String::new() });
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a fence is not closed", path.display());
    }
    snippets.retain(|snippet| snippet.mark.split(' ').next() == Some("yaml"));
    snippets
}

/// The whole policy that a snippet is a part of.
fn whole(snippet: &str) -> String {
    let first = snippet.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    if first.starts_with("version:") || snippet.contains("\nversion:") {
        return snippet.to_owned();
    }
    if first.starts_with("- ") {
        return format!("version: v1\nrules:\n{snippet}");
    }
    let rules =
        if snippet.contains("\nrules:") || snippet.starts_with("rules:") { "" } else { "rules: []\n" };
    format!("version: v1\n{rules}{snippet}")
}

/// Schemas that snippets name are those of the examples.
fn diagnostics(snippet: &Snippet) -> (Source, Vec<Diagnostic>) {
    let mut read = |path: &Path| match path.extension() {
        Some(extension) if extension == "json" => {
            let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
            fs::read_to_string(examples.join(path.file_name().unwrap())).map(Entry::File)
        }
        _ => Ok(Entry::File(whole(&snippet.text))),
    };
    let (_, files) = Bundle::load(Path::new(&snippet.page), &mut read).unwrap().inspect();
    let mut files = files.into_iter();
    let (source, mut diagnostics) = files.next().unwrap();
    diagnostics.extend(files.flat_map(|(_, found)| found));
    (source, diagnostics)
}

#[test]
fn every_snippet_compiles() {
    let snippets = snippets();
    assert!(snippets.iter().filter(|snippet| snippet.mark == "yaml").count() > 10);
    for snippet in snippets.iter().filter(|snippet| snippet.mark == "yaml") {
        let (source, diagnostics) = diagnostics(snippet);
        assert!(!any_error(&diagnostics), "{}", human(&source, &diagnostics, false));
    }
}

#[test]
fn every_test_snippet_is_a_test_file() {
    for snippet in snippets().into_iter().filter(|snippet| snippet.mark == "yaml test") {
        let source = Source { path: snippet.page, text: snippet.text };
        let (suite, diagnostics) = testing::read(&source);
        assert!(suite.is_some(), "{}", human(&source, &diagnostics, false));
    }
}

#[test]
fn marks_are_known() {
    for snippet in snippets() {
        assert!(
            ["yaml", "yaml wrong", "yaml test"].contains(&snippet.mark.as_str()),
            "{}: {}",
            snippet.page,
            snippet.mark
        );
    }
}

#[test]
fn pages_about_diagnostics_show_them_and_their_remedy() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics");
    for code in Code::ALL {
        let prefix = folder.join(format!("{}.md", code.name())).display().to_string();
        let found = |mark: &str| -> Vec<bool> {
            snippets()
                .iter()
                .filter(|snippet| snippet.page.starts_with(&prefix) && snippet.mark == mark)
                .map(|snippet| diagnostics(snippet).1.iter().any(|diagnostic| diagnostic.code == *code))
                .collect()
        };
        assert!(
            found("yaml wrong").iter().all(|found| *found),
            "{prefix}: the wrong example has no {}",
            code.name()
        );
        assert!(found("yaml").iter().all(|found| !found), "{prefix}: the remedy still has {}", code.name());
        // These two depend on the version, or need a file of megabytes.
        if !matches!(code, Code::NotSupportedYet | Code::TooLarge) {
            assert!(!found("yaml wrong").is_empty() && !found("yaml").is_empty(), "{prefix} has no examples");
        }
        assert!(code.page().contains(&format!("\n`{}`\n", code.name())), "{prefix} does not name its code");
        assert!(code.title().len() > 3);
    }
}

/// The cells of the rows of a table whose first cell is code.
fn rows(text: &str) -> Vec<(String, String)> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let name = cells.next()?.strip_suffix('`')?.to_owned();
        Some((name, cells.next()?.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn the_reference_names_every_detector_treatment_and_validator() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let rows = rows(&text);
    let class = |class: Class| match class {
        Class::Pii => "personal data",
        Class::Secret => "secret",
        Class::Hidden => "hidden text",
        Class::Injection => "injection",
        Class::Poison => "poisoning",
    };
    let is_of_class = |name: &str| {
        ["pii.", "secret.", "hidden.", "injection.", "poison."].iter().any(|class| name.starts_with(class))
    };
    let written: Vec<(&str, &str)> = rows
        .iter()
        .map(|(name, class)| (name.as_str(), class.as_str()))
        .filter(|(name, _)| is_of_class(name))
        .collect();
    let there: Vec<(&str, &str)> = Kind::ALL.iter().map(|kind| (kind.name(), class(kind.class()))).collect();
    assert_eq!(written, there, "the table of built-in detectors");
    let formats = format!("a catalogue of {} formats of keys and tokens", catalogue::formats().count());
    assert!(text.contains(&formats), "{formats}");
    for treatment in Treatment::ALL {
        assert!(rows.iter().any(|(name, _)| name == treatment.name()), "{}", treatment.name());
    }
    let names = Direction::ALL.map(Direction::name).into_iter().chain(Blobs::ALL.map(Blobs::name));
    for name in names.chain(VALIDATORS.map(|(name, _)| name)) {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
    assert!(text.contains(&format!("within {} bytes before", mcpgov_engine::scan::pattern::NEAR_BYTES_MAX)));
}

#[test]
fn check_explains_every_code_and_there_are_no_other_pages() {
    for code in Code::ALL {
        let output =
            Command::new(env!("CARGO_BIN_EXE_mcpgov")).args(["check", "--explain", code.name()]).output();
        let output = output.unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), code.page());
        assert_eq!(Code::from_name(code.name()), Some(*code));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnostics");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".md").and_then(Code::from_name);
        assert!(code.is_some(), "{name} is about no diagnostic");
    }
    let unknown =
        Command::new(env!("CARGO_BIN_EXE_mcpgov")).args(["check", "--explain", "nonsense"]).output();
    assert_eq!(unknown.unwrap().status.code(), Some(1));
}

#[test]
fn links_lead_somewhere() {
    for path in pages() {
        let page = fs::read_to_string(&path).unwrap();
        // What stands between fences is no Markdown.
        let text: String = page.split("```").step_by(2).collect();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || target.contains("://") {
                continue;
            }
            let found = path.parent().unwrap().join(file);
            assert!(found.exists(), "{}: no {}", path.display(), found.display());
        }
    }
}
