//! Results as JUnit XML, which CI systems read.

use std::fmt::Write;

use super::Outcome;

/// The XML of several test files' outcomes, each with the file's name.
pub fn junit(suites: &[(String, Vec<Outcome>)]) -> String {
    let failed = |outcomes: &[Outcome]| outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let (tests, failures) = suites.iter().fold((0, 0), |(tests, failures), (_, outcomes)| {
        (tests + outcomes.len(), failures + failed(outcomes))
    });
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(xml, "<testsuites name=\"mcpgov\" tests=\"{tests}\" failures=\"{failures}\">");
    for (name, outcomes) in suites {
        let name = escape(name);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
            outcomes.len(),
            failed(outcomes)
        );
        for outcome in outcomes {
            let case = escape(&outcome.name);
            let _ = match outcome.problems.split_first() {
                None => writeln!(xml, "    <testcase classname=\"{name}\" name=\"{case}\"/>"),
                Some((first, _)) => writeln!(
                    xml,
                    "    <testcase classname=\"{name}\" name=\"{case}\">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                    escape(first),
                    escape(&outcome.problems.join("\n"))
                ),
            };
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Text for an attribute or an element. XML 1.0 has no way to write most control characters.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push(char),
            _ if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {
                escaped.push(char::REPLACEMENT_CHARACTER);
            }
            _ => escaped.push(char),
        }
    }
    escaped
}
