use std::fmt::Write;

use serde_json::{Value, json as value};

use super::count::{Counts, Table, Transition};

/// Rows of each table for people.
const ROWS_MAX: usize = 10;

/// The counts for people.
pub fn text(counts: &Counts) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        text,
        "{} lines, {} records: {} replayed, {} not replayed, {} not decided by a policy",
        counts.lines,
        counts.records,
        counts.replayed,
        counts.not_replayed.values().sum::<u64>(),
        counts.undecided,
    );
    if counts.unreadable > 0 {
        let _ = writeln!(text, "{} lines are no access log lines with records", counts.unreadable);
    }
    let _ = writeln!(text, "{} calls would be decided otherwise", counts.changed_total());
    for (transition, count) in changes(counts) {
        let _ = writeln!(text, "  {count:>10}  {}", arrow(transition));
    }
    for (heading, table) in
        [("by rule", &counts.by_rule), ("by user", &counts.by_user), ("by tool", &counts.by_tool)]
    {
        rows(&mut text, heading, table);
    }
    if !counts.examples.is_empty() {
        let _ = writeln!(text, "\nexamples");
        counts.examples.iter().for_each(|example| {
            let _ = writeln!(text, "  {}", one_line(example));
        });
    }
    let lacking = lacking(counts);
    if !lacking.is_empty() {
        let _ = writeln!(text, "\nnot replayed, because records lack what a rule tests");
    }
    for (rule, needs, help, count) in lacking {
        let help = help.map_or_else(String::new, |help| format!(" ({help})"));
        let _ = writeln!(text, "  {count:>10}  rule {rule}: {needs}{help}");
    }
    text
}

/// The counts for programs.
pub fn json(counts: &Counts) -> Value {
    let change = |(old, new): Transition| value!({ "old": old.name(), "new": new.name() });
    let table = |table: &Table| {
        let rows: Vec<Value> = table
            .rows()
            .into_iter()
            .map(|(name, transition, count)| value!({ "name": name, "change": change(transition), "calls": count }))
            .collect();
        value!({ "rows": rows, "others": table.others })
    };
    value!({
        "lines": counts.lines,
        "unreadable_lines": counts.unreadable,
        "records": counts.records,
        "undecided": counts.undecided,
        "replayed": counts.replayed,
        "changed": changes(counts).into_iter().map(|(transition, count)| {
            value!({ "change": change(transition), "calls": count })
        }).collect::<Vec<_>>(),
        "by_rule": table(&counts.by_rule),
        "by_user": table(&counts.by_user),
        "by_tool": table(&counts.by_tool),
        "examples": counts.examples,
        "not_replayed": lacking(counts).into_iter().map(|(rule, needs, _, count)| {
            value!({ "rule": rule, "lacking": needs, "calls": count })
        }).collect::<Vec<_>>(),
    })
}

fn changes(counts: &Counts) -> Vec<(Transition, u64)> {
    let mut changes: Vec<_> =
        counts.changed.iter().map(|(transition, count)| (*transition, *count)).collect();
    changes.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    changes
}

fn lacking(counts: &Counts) -> Vec<(&str, String, Option<&'static str>, u64)> {
    let mut rows: Vec<_> = counts
        .not_replayed
        .iter()
        .map(|((rule, needs), count)| (rule.as_str(), needs.words(), needs.help(), *count))
        .collect();
    rows.sort_unstable_by(|a, b| b.3.cmp(&a.3).then_with(|| (a.0, &a.1).cmp(&(b.0, &b.1))));
    rows
}

fn rows(text: &mut String, heading: &str, table: &Table) {
    let rows = table.rows();
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{heading}");
    for (name, transition, count) in rows.iter().take(ROWS_MAX) {
        let _ = writeln!(text, "  {count:>10}  {}: {}", one_line(name), arrow(*transition));
    }
    let rest: u64 = rows.iter().skip(ROWS_MAX).map(|(.., count)| count).sum::<u64>() + table.others;
    if rest > 0 {
        let _ = writeln!(text, "  {rest:>10}  others");
    }
}

fn arrow((old, new): Transition) -> String {
    format!("{} -> {}", old.name(), new.name())
}

/// What clients wrote must not write on the terminal.
fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|char| if char.is_control() { char.escape_default().collect() } else { vec![char] })
        .collect()
}
