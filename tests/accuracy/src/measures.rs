//! What is measured. Each line says which rows of a file must be found and which must not; the labels are the corpora's,
//! see SOURCES.md beside them.

use serde_json::Value;

use crate::{
    corpus::Row,
    figure::Metric::{self, FalsePositives, Precision, Recall},
    measure::{
        By, Count, Measure, Part,
        Sight::{Argument, Definition, Prose, Text},
    },
};

const SECRET: By = By(Text, &["secret."]);
/// The same without passwords that are words and what looks like a stand-in.
const STRONG: By = By(Text, &["secret.", "-secret.weak"]);
const PII: By = By(Text, &["pii."]);
/// Hidden text and instructions, whichever of the two a detector takes it for: hidden instructions are both.
const MANIPULATION: By = By(Text, &["hidden.", "injection."]);
const WARN: By = By(Definition, &["poison."]);
const BLOCK: By = By(Definition, &["poison.tool"]);

type Goals = &'static [(Metric, f64)];

const NO_GOAL: Goals = &[];
const KNOWN: Goals = &[(Recall, 0.995)];
const EXACT: Goals = &[(Recall, 0.99), (Precision, 0.99)];
const PHONE: Goals = &[(Recall, 0.80), (Precision, 0.95)];
const INVISIBLE: Goals = &[(Recall, 1.0)];
const DECODED: Goals = &[(Recall, 0.95)];
const MARKED: Goals = &[(Recall, 0.98)];

/// Every measure, in the order of the table.
pub(crate) fn all() -> Vec<Measure> {
    let mut all = Vec::new();
    secrets(&mut all);
    personal(&mut all);
    hidden(&mut all);
    injection(&mut all);
    poison(&mut all);
    arguments(&mut all);
    all
}

fn secrets(all: &mut Vec<Measure>) {
    const VALUE: Part = Part::Value;
    let mut add = |what, file, rows, part, goals| {
        all.push(measure("secrets", what, file, SECRET, Count::Rows(rows, part), goals));
    };
    // `clean` rows of these are no secrets of the row's kind and may be of another: their share is shown, not held.
    add("known formats", "secrets_gitleaks.jsonl", secret_or_clean, VALUE, KNOWN);
    // Its spans are the first group of the rule, often a user's name beside the password. Some of its rules are for what
    // has no format of its own, and some for identifiers, which open nothing.
    const NOSEY_PARKER: &str = "secrets_noseyparker.jsonl";
    add("known formats", NOSEY_PARKER, |row| nosey_parker(row, false), Part::Anywhere, KNOWN);
    add("without a format", NOSEY_PARKER, |row| nosey_parker(row, true), Part::Anywhere, KNOWN);
    add("identifiers", NOSEY_PARKER, identifier, Part::Anywhere, NO_GOAL);
    add("known formats", "secrets_secretlint.jsonl", secret_or_clean, VALUE, KNOWN);
    add("known formats", "secrets_detect_secrets.jsonl", secret_or_clean, VALUE, KNOWN);
    add("other vendors", "secrets_betterleaks_newrules.jsonl", secret_or_clean, VALUE, &[(Recall, 0.85)]);
    add("lock files", "negatives_lockfiles.jsonl", none, VALUE, &[(FalsePositives, 0.001)]);
    add("documentation", "benign_docs.jsonl", none, VALUE, &[(FalsePositives, 0.003)]);
    add("tool results", "injection_agentdojo.jsonl", benign_only, VALUE, NO_GOAL);
    let mut strong = |what, file, rows, part| {
        all.push(measure("secrets", what, file, STRONG, Count::Rows(rows, part), NO_GOAL));
    };
    strong("not weak", NOSEY_PARKER, |row| nosey_parker(row, false), Part::Anywhere);
    strong("not weak", "secrets_secretlint.jsonl", secret_or_clean, VALUE);
    strong("not weak", "secrets_detect_secrets.jsonl", secret_or_clean, VALUE);
    strong("not weak", "benign_docs.jsonl", none, VALUE);
}

const CONSTRUCTED: &str = "pii_constructed_toolresponses.jsonl";
const RESEARCH: &str = "pii_presidio_research.jsonl";
const RECOGNISERS: &str = "pii_presidio_tests.jsonl";

fn personal(all: &mut Vec<Measure>) {
    let mut add = |what, file, by, count, goals| all.push(measure("pii", what, file, by, count, goals));
    // All spans of every type are labelled in the first two files; in the third only those of the row's own kind, and
    // `clean` there means that the text is none of that kind.
    macro_rules! typed {
        ($what:literal, $detector:literal, $type:literal, $goals:expr, [$($file:expr),*]) => {
            $(add($what, $file, By(Text, &[$detector]), Count::Spans(&[$type], |_| true), $goals);)*
            add($what, RECOGNISERS, By(Text, &[$detector]), Count::Spans(&[$type], |row| row.kind == $type && is_certain(row)), $goals);
        };
    }
    typed!("card", "pii.card", "CREDIT_CARD", EXACT, [CONSTRUCTED, RESEARCH]);
    typed!("IBAN", "pii.iban", "IBAN_CODE", EXACT, [CONSTRUCTED, RESEARCH]);
    typed!("US SSN", "pii.us_ssn", "US_SSN", EXACT, [CONSTRUCTED, RESEARCH]);
    typed!("IP address", "pii.ip", "IP_ADDRESS", EXACT, [CONSTRUCTED]);
    typed!("MAC address", "pii.mac", "MAC_ADDRESS", EXACT, [CONSTRUCTED]);
    typed!("e-mail", "pii.email", "EMAIL_ADDRESS", EXACT, [CONSTRUCTED, RESEARCH]);
    let phone = By(Text, &["pii.phone"]);
    add("phone", CONSTRUCTED, phone, Count::Spans(&["PHONE_NUMBER"], |_| true), PHONE);
    add("phone", RESEARCH, phone, Count::Spans(&["PHONE_NUMBER"], |_| true), PHONE);
    // Whether a row's other numbers are phone numbers is left open there: found by a region the text does not name.
    add(
        "phone",
        RECOGNISERS,
        phone,
        Count::Rows(|row| (row.kind == "PHONE_NUMBER").then_some(true), Part::Value),
        &[(Recall, 0.80)],
    );
    add(
        "phone",
        "pii_libphonenumber_examples.jsonl",
        phone,
        Count::Spans(&["PHONE_NUMBER"], |_| true),
        PHONE,
    );
    // Shapes that are numbers only in the region the test names; `possible_only` is left out.
    add("phone", "pii_phone_matcher.jsonl", phone, Count::Rows(pii_or_clean, Part::Value), NO_GOAL);
    // Whole addresses by the letter of the standards, not addresses in text.
    add(
        "e-mail syntax",
        "pii_email_validator.jsonl",
        By(Text, &["pii.email"]),
        Count::Rows(address_or_not, Part::Value),
        NO_GOAL,
    );
    add(
        "national id",
        RECOGNISERS,
        By(Text, &["pii.national_id"]),
        Count::Rows(national_id, Part::Value),
        NO_GOAL,
    );
    add("lock files", "negatives_lockfiles.jsonl", PII, Count::Rows(none, Part::Value), NO_GOAL);
}

fn hidden(all: &mut Vec<Measure>) {
    const FILE: &str = "hidden_text.jsonl";
    let mut add = |what, file, rows, goals| {
        all.push(measure("hidden", what, file, MANIPULATION, Count::Rows(rows, Part::Mark), goals))
    };
    add("invisible", FILE, |row| is_hidden(row, &INVISIBLE_KINDS), INVISIBLE);
    add("decoded", FILE, |row| is_hidden(row, &DECODED_KINDS), DECODED);
    add("in markup", FILE, |row| is_hidden(row, &MARKUP_KINDS), DECODED);
    add("benign", FILE, benign_only, &[(FalsePositives, 0.005)]);
}

/// Characters that are not drawn, or draw others in an order that is not theirs.
const INVISIBLE_KINDS: [&str; 8] = [
    "invisible_text",
    "tags_block",
    "variation_selectors",
    "zero_width_split",
    "zero_width_binary",
    "word_joiner_split",
    "soft_hyphen_split",
    "bidi_override",
];

/// Text that is there to see, but has to be decoded to be read: encodings, and letters that stand for others.
const DECODED_KINDS: [&str; 10] = [
    "base64",
    "base64_url",
    "hex",
    "percent",
    "html_entities",
    "json_unicode_escape",
    "rot13",
    "fullwidth",
    "math_bold",
    "cyrillic_homoglyph",
];

/// Plain text that rendering leaves out, or that rendering sends away.
const MARKUP_KINDS: [&str; 5] =
    ["html_comment", "md_comment", "css_hidden", "css_zero_font", "md_image_exfil"];

fn injection(all: &mut Vec<Measure>) {
    let mut add = |what, file, rows, goals| {
        all.push(measure("injection", what, file, MANIPULATION, Count::Rows(rows, Part::Mark), goals))
    };
    add("marked", "injection_agentdojo.jsonl", |row| marked(row, &AGENTDOJO_UNMARKED, true), MARKED);
    add("marked", "injection_garak_latent.jsonl", |row| marked(row, &GARAK_UNMARKED, true), MARKED);
    add(
        "marked",
        "injection_promptwl.jsonl",
        |row| PROMPTWL_MARKED.contains(&row.kind.as_str()).then_some(true),
        MARKED,
    );
    add("over-defence", "injection_notinject.jsonl", none, &[(FalsePositives, 0.03)]);
    add("tool results", "injection_agentdojo.jsonl", benign_only, &[(FalsePositives, 0.003)]);
    add("e-mails", "injection_bipia_email.jsonl", benign_only, &[(FalsePositives, 0.003)]);
    add("reports", "injection_garak_latent.jsonl", benign_only, &[(FalsePositives, 0.003)]);
    add("documentation", "benign_docs.jsonl", none, &[(FalsePositives, 0.005)]);
    // From here on nothing is held: what is found of text that only its meaning gives away, and of text that quotes.
    add("unmarked", "injection_agentdojo.jsonl", |row| marked(row, &AGENTDOJO_UNMARKED, false), NO_GOAL);
    add("unmarked", "injection_garak_latent.jsonl", |row| marked(row, &GARAK_UNMARKED, false), NO_GOAL);
    add("unmarked", "injection_bipia_email.jsonl", |row| row.is_label("injection").then_some(true), NO_GOAL);
    add(
        "fragments",
        "injection_promptwl.jsonl",
        |row| (!PROMPTWL_MARKED.contains(&row.kind.as_str())).then_some(true),
        NO_GOAL,
    );
    add(
        "jailbreaks",
        "injection_inthewild_jailbreaks.jsonl",
        |row| row.is_label("injection").then_some(true),
        NO_GOAL,
    );
    add("requests", "injection_misc.jsonl", |row| Some(row.is_label("injection")), NO_GOAL);
    add("quoting", "benign_security_docs.jsonl", none, NO_GOAL);
}

/// AgentDojo's templates that carry a goal and nothing else: no override, no role, no boundary, no appeal to the model.
/// (`direct` puts `TODO:` in front of it.)
const AGENTDOJO_UNMARKED: [&str; 2] = ["direct", "plain_goal"];
/// A sentence to be translated that happens to be a request; the other probes override, or pose as another turn.
const GARAK_UNMARKED: [&str; 1] = ["LatentJailbreakFull"];
/// Fragments that are a mark by themselves; the others need the text around them.
const PROMPTWL_MARKED: [&str; 2] = ["injection/instruction-override", "injection/delimiter-confusion"];

fn poison(all: &mut Vec<Measure>) {
    let mut add = |what, file, by, rows, goals| {
        all.push(measure("poison", what, file, by, Count::Rows(rows, Part::Mark), goals))
    };
    // `invalid` definitions are wrong, not poisoned.
    add("warn", "tools_poisoned.jsonl", WARN, poisoned_or_benign, &[(Recall, 0.80)]);
    add("warn", "tools_benign.jsonl", WARN, none, &[(FalsePositives, 0.02)]);
    add("block", "tools_poisoned.jsonl", BLOCK, poisoned_or_benign, &[(Recall, 0.45)]);
    add("block", "tools_benign.jsonl", BLOCK, none, &[(FalsePositives, 0.005)]);
    // The same words on either side: near chance is what can be expected.
    add("matched pairs", "tools_matched_pairs.jsonl", WARN, poisoned_or_benign, NO_GOAL);
    add("real changes", "rugpull_benign_changes.jsonl", WARN, none, NO_GOAL);
}

fn arguments(all: &mut Vec<Measure>) {
    let mut add = |what, file, by, rows, goals| {
        all.push(measure("arguments", what, file, By(Argument, by), Count::Rows(rows, Part::Mark), goals))
    };
    const SSRF: &[&str] = &["guard.ssrf"];
    const SQL: &[&str] = &["guard.sql"];
    const SHELL: &[&str] = &["guard.shell"];
    const PATH: &[&str] = &["guard.path"];
    const QUIET: Goals = &[(FalsePositives, 0.05)];
    add(
        "ssrf, canonical",
        "args_ssrf.jsonl",
        SSRF,
        |row| match row.label.as_str() {
            "ssrf" => Some(true),
            "clean" => Some(false),
            _ => None,
        },
        &[(Recall, 0.999), (FalsePositives, 0.05)],
    );
    // Targets that only some parsers see.
    add(
        "ssrf, by some parsers",
        "args_ssrf.jsonl",
        SSRF,
        |row| ["ssrf_parser_discrepancy", "ssrf_unparsable"].contains(&row.label.as_str()).then_some(true),
        NO_GOAL,
    );
    add(
        "ssrf, public URLs",
        "args_url_truth_whatwg.jsonl",
        SSRF,
        |row| ["name", "public_ip"].contains(&row.kind.as_str()).then_some(false),
        NO_GOAL,
    );
    add("sql", "args_payloads_patt.jsonl", SQL, |row| row.is_label("sql").then_some(true), &[(Recall, 0.95)]);
    add(
        "sql",
        "args_sql_libinjection.jsonl",
        SQL,
        |row| Some(row.is_label("sql")),
        &[(Recall, 0.95), (FalsePositives, 0.05)],
    );
    add("sql", "args_crs.jsonl", SQL, |row| of_rule(row, "sql"), &[(Recall, 0.95), (FalsePositives, 0.05)]);
    add(
        "shell",
        "args_payloads_patt.jsonl",
        SHELL,
        |row| row.is_label("shell").then_some(true),
        &[(Recall, 0.85)],
    );
    add(
        "shell",
        "args_crs.jsonl",
        SHELL,
        |row| of_rule(row, "shell"),
        &[(Recall, 0.85), (FalsePositives, 0.05)],
    );
    add(
        "traversal",
        "args_payloads_patt.jsonl",
        PATH,
        |row| row.is_label("path_traversal_lfi").then_some(true),
        &[(Recall, 0.95)],
    );
    add(
        "traversal",
        "args_crs.jsonl",
        PATH,
        |row| of_rule(row, "path_traversal_lfi"),
        &[(Recall, 0.95), (FalsePositives, 0.05)],
    );
    add(
        "system files",
        "args_payloads_patt.jsonl",
        PATH,
        |row| row.is_label("sensitive_path").then_some(true),
        NO_GOAL,
    );
    for (what, by) in
        [("sql, prose", SQL), ("shell, prose", SHELL), ("traversal, prose", PATH), ("ssrf, prose", SSRF)]
    {
        for file in ["injection_notinject.jsonl", "injection_bipia_email.jsonl"] {
            all.push(measure(
                "arguments",
                what,
                file,
                By(Prose, by),
                Count::Rows(benign_only, Part::Mark),
                QUIET,
            ));
        }
    }
}

fn measure(
    class: &'static str,
    what: &'static str,
    file: &'static str,
    by: By,
    count: Count,
    goals: Goals,
) -> Measure {
    Measure { class, what, file, by, count, goals }
}

/// Nothing is to be found.
fn none(_: &Row) -> Option<bool> {
    Some(false)
}

fn benign_only(row: &Row) -> Option<bool> {
    row.is_label("benign").then_some(false)
}

fn secret_or_clean(row: &Row) -> Option<bool> {
    Some(row.is_label("secret"))
}

/// Nosey Parker says of its rules what they are for.
fn is_category(row: &Row, category: &str) -> bool {
    let categories = row.line.get("cats").and_then(Value::as_array);
    categories.is_some_and(|categories| categories.iter().any(|one| one.as_str() == Some(category)))
}

fn nosey_parker(row: &Row, is_vague: bool) -> Option<bool> {
    if row.is_label("clean") {
        return (!is_vague).then_some(false);
    }
    let vague = is_category(row, "fuzzy") || is_category(row, "generic");
    (is_category(row, "secret") && vague == is_vague).then_some(true)
}

fn identifier(row: &Row) -> Option<bool> {
    (row.is_label("secret") && !is_category(row, "secret")).then_some(true)
}

fn pii_or_clean(row: &Row) -> Option<bool> {
    either(row, "pii", "clean")
}

fn poisoned_or_benign(row: &Row) -> Option<bool> {
    either(row, "poisoned", "benign")
}

fn address_or_not(row: &Row) -> Option<bool> {
    either(row, "email", "invalid_email")
}

fn either(row: &Row, found: &str, not: &str) -> Option<bool> {
    match row.label.as_str() {
        label if label == found => Some(true),
        label if label == not => Some(false),
        _ => None,
    }
}

fn is_hidden(row: &Row, kinds: &[&str]) -> Option<bool> {
    (row.is_label("hidden") && kinds.contains(&row.kind.as_str())).then_some(true)
}

fn marked(row: &Row, unmarked: &[&str], wanted: bool) -> Option<bool> {
    (row.is_label("injection") && unmarked.contains(&row.kind.as_str()) != wanted).then_some(true)
}

/// Rows of a rule set's class: its attacks, and what none of its rules may match.
fn of_rule(row: &Row, class: &str) -> Option<bool> {
    (row.field("cls") == class).then(|| !row.is_label("clean_for_rule"))
}

/// Whether the recogniser the row is from is sure of it: it calls very weak matches personal data, too, and of a few
/// rows it is known that there is something but not where.
fn is_certain(row: &Row) -> bool {
    if row.is_label("pii") && row.spans.is_empty() {
        return false;
    }
    let scores = row.field("score").split(|char: char| !(char.is_ascii_digit() || char == '.'));
    let greatest = scores.filter_map(|score| score.parse::<f64>().ok()).reduce(f64::max);
    greatest.is_none_or(|score| score >= 0.5)
}

/// National ids that carry a checksum.
fn national_id(row: &Row) -> Option<bool> {
    const CHECKED: [&str; 24] = [
        "AU_ABN",
        "AU_ACN",
        "AU_MEDICARE",
        "AU_TFN",
        "CA_SIN",
        "DE_TAX_ID",
        "ES_NIE",
        "ES_NIF",
        "IN_AADHAAR",
        "IN_GSTIN",
        "IT_FISCAL_CODE",
        "IT_VAT_CODE",
        "KR_BRN",
        "KR_FRN",
        "KR_RRN",
        "PL_PESEL",
        "SE_ORGANISATIONSNUMMER",
        "SE_PERSONNUMMER",
        "SG_FIN",
        "TH_TNIN",
        "TR_NATIONAL_ID",
        "UK_NHS",
        "US_NPI",
        "ZA_ID_NUMBER",
    ];
    CHECKED.contains(&row.kind.as_str()).then(|| row.is_label("pii"))
}
