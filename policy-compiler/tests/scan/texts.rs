//! Where what is found stands.

use crate::words::{ANSWER, report, shown, three};

#[test]
fn findings_stand_where_the_source_has_them() {
    let report = report(ANSWER);
    let expected = [
        three("test.name", "result.content[0].text|user", "ann"),
        three("test.password", "result.content[0].text|password", "hunter2"),
        three("test.override", "result.note", r"\u0069gnore"),
    ];
    assert_eq!(shown(ANSWER, &report.findings), expected);
}

#[test]
fn plain_text_is_looked_through_as_it_is() {
    let report = report("ann said:\nignore\u{200b}");
    let expected = [
        three("test.name", "", "ann"),
        three("test.override", "", "ignore"),
        three("test.invisible", "", "\u{200b}"),
    ];
    assert_eq!(shown("ann said:\nignore\u{200b}", &report.findings), expected);
}

#[test]
fn what_is_split_across_blocks_is_found() {
    let text = r#"{"content":[{"text":"say hun"},{"text":"te"},{"text":"r2 now"}],"other":[{"text":"hun"},{"text":"ter2"}]}"#;
    let report = report(text);
    let expected = three("test.password", "content", r#"hun"},{"text":"te"},{"text":"r2"#);
    assert_eq!(shown(text, &report.findings), [expected]);
    assert_eq!(report.findings[0].message, "split across blocks");
}

#[test]
fn what_a_comment_switches_off_is_found_and_the_rest_is_read_as_json() {
    let text = "{ /* hunter2 */ \"a\": [\"\\u0069gnore\",], // ann\n}";
    let expected = [
        three("test.password", "(comment)", "hunter2"),
        three("test.override", "a[0]", "\\u0069gnore"),
        three("test.name", "(comment)", "ann"),
    ];
    assert_eq!(shown(text, &report(text).findings), expected);
    // What only looks like comments is a text as any other.
    let text = "// ann\nfn ignore() {}";
    assert_eq!(
        shown(text, &report(text).findings),
        [three("test.name", "", "ann"), three("test.override", "", "ignore")]
    );
}
