//! Compiling is total: whatever the text, there is a table or an error with a place in the text, and never a
//! panic.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::{
    compile,
    diagnostic::{self, any_error},
    source::Source,
};

const EXAMPLES: [&str; 2] =
    [include_str!("../examples/four-rules.yaml"), include_str!("../examples/registry.yaml")];

fn compiles_or_says_why(text: &str) {
    let source = Source { path: "p.yaml".to_owned(), text: text.to_owned() };
    let (table, diagnostics) = compile(&source);
    assert_eq!(table.is_some(), !any_error(&diagnostics), "{text}");
    if let Some(table) = table {
        Table::from_bytes(table).unwrap();
    }
    for diagnostic in &diagnostics {
        assert!(text.get(diagnostic.primary.span.range()).is_some(), "{diagnostic:?} in {text}");
    }
    let rendered = diagnostic::human(&source, &diagnostics, false);
    assert_eq!(rendered.is_empty(), diagnostics.is_empty());
}

#[test]
fn every_prefix() {
    for example in EXAMPLES {
        for end in 0..example.len() {
            compiles_or_says_why(example.get(..end).unwrap());
        }
    }
}

#[test]
fn every_character_left_out_or_replaced() {
    for example in EXAMPLES {
        for at in 0..example.len() {
            let (before, after) = (example.get(..at).unwrap(), example.get(at + 1..).unwrap());
            compiles_or_says_why(&format!("{before}{after}"));
            for other in [":", "{", "*", "\"", "\n", "ü"] {
                compiles_or_says_why(&format!("{before}{other}{after}"));
            }
        }
    }
}

#[test]
fn deep_nesting_and_odd_line_ends() {
    compiles_or_says_why(&"[".repeat(100_000));
    compiles_or_says_why(&"{a: ".repeat(100_000));
    compiles_or_says_why(&"- ".repeat(10_000));
    for example in EXAMPLES {
        compiles_or_says_why(&example.replace('\n', "\r\n"));
        compiles_or_says_why(&format!("\u{feff}{example}"));
    }
}

#[test]
fn carriage_returns_and_a_byte_order_mark_change_nothing() {
    let table = |text: &str| compile(&Source { path: String::new(), text: text.to_owned() }).0.unwrap();
    for example in EXAMPLES {
        assert_eq!(table(&example.replace('\n', "\r\n")), table(example));
        assert_eq!(table(&format!("\u{feff}{example}")), table(example));
    }
}
