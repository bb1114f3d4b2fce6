//! The texts: one plain call, changed by a table. `@` stands where a modern message says which revision it is of.

/// The call that all others are made from.
pub(crate) const PLAIN: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{@"name":"alpha","arguments":{"n":1,"path":"a"}}}"#;

/// Every changed call, with what was changed.
pub(crate) fn all() -> Vec<(String, String)> {
    keys().into_iter().chain(values()).chain(envelopes()).chain(surroundings()).collect()
}

/// [`PLAIN`] with `from` replaced by `to`.
pub(crate) fn changed(from: &str, to: &str) -> String {
    assert_eq!(PLAIN.matches(from).count(), 1, "`{from}` must be in the plain call once");
    PLAIN.replacen(from, to, 1)
}

/// A key twice, in another spelling, or both.
fn keys() -> Vec<(String, String)> {
    let params = r#""params":{@"name":"alpha","arguments":{"n":1,"path":"a"}}"#;
    let members = [
        ("jsonrpc", r#""jsonrpc":"2.0""#, r#""1.0""#),
        ("id", r#""id":1"#, "2"),
        ("method", r#""method":"tools/call""#, r#""ping""#),
        ("params", params, r#"{@"name":"beta","arguments":{"n":2}}"#),
        ("name", r#""name":"alpha""#, r#""beta""#),
        ("arguments", r#""arguments":{"n":1,"path":"a"}"#, r#"{"n":2}"#),
        ("path", r#""path":"a""#, r#""b""#),
    ];
    let mut cases = Vec::new();
    for (key, member, other) in members {
        for (how, spelling) in spellings(key) {
            let extra = format!(r#""{spelling}":{other}"#);
            cases.push((format!("{key} {how}, before"), changed(member, &format!("{extra},{member}"))));
            cases.push((format!("{key} {how}, after"), changed(member, &format!("{member},{extra}"))));
            let instead = member.replacen(key, &spelling, 1);
            cases.push((format!("{key} {how}, instead"), changed(member, &instead)));
        }
    }
    cases
}

/// Spellings of a key, as they stand between its quotes, that some reader takes for the key.
fn spellings(key: &str) -> Vec<(&'static str, String)> {
    let (first, rest) = key.split_at(1);
    let escaped = format!("\\u{:04x}{rest}", u32::from(key.as_bytes()[0]));
    let mut spellings = vec![
        ("twice", key.to_owned()),
        ("escaped", escaped),
        ("capitalised", first.to_uppercase() + rest),
        ("in capitals", key.to_uppercase()),
        ("with an escaped nul", format!("{key}\\u0000")),
        ("with a space", format!("{key} ")),
        ("with an escaped byte order mark", format!("\\ufeff{key}")),
        ("with an escaped joiner", format!("{key}\\u200d")),
    ];
    if key.contains('s') {
        // U+017F is an s to whoever folds case the Unicode way.
        spellings.push(("with a long s", key.replace('s', "\u{17f}")));
    }
    spellings
}

/// Odd values in the places that matter.
fn values() -> Vec<(String, String)> {
    let long = format!("\"{}\"", "x".repeat(10_000));
    let nested = |depth: usize| format!(r#"{{"n":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let deep = [20, 120, 140, 3000].map(nested);
    let controls = ["\"alpha\n\"", "\"alpha\t\"", "\"alpha\u{1}\"", "\"alpha\u{7f}\"", "\"alpha\u{2028}\""];
    let places = [
        (r#""n":1"#, NUMBERS.split(' ').collect::<Vec<_>>()),
        (r#""id":1"#, IDS.split(' ').chain([&*long]).collect()),
        (r#""name":"alpha""#, NAMES.lines().chain(controls).chain([&*long]).collect()),
        (
            r#""arguments":{"n":1,"path":"a"}"#,
            ARGUMENTS.lines().chain(deep.iter().map(|deep| &**deep)).collect(),
        ),
    ];
    let mut cases = Vec::new();
    for (member, values) in places {
        let (key, _) = member.split_once(':').expect("a member has a key");
        for value in values {
            let shown: String = value.chars().take(40).collect();
            cases.push((format!("{key}: {shown:?}"), changed(member, &format!("{key}:{value}"))));
        }
    }
    cases.push(("no id".to_owned(), changed(r#""id":1,"#, "")));
    cases.push(("no name".to_owned(), changed(r#""name":"alpha","#, "")));
    cases.push(("no arguments".to_owned(), changed(r#","arguments":{"n":1,"path":"a"}"#, "")));
    cases
}

const NUMBERS: &str = "-0 1.0 1E0 0.1e1 1e-400 9007199254740993 12345678901234567890123 \
    0.1000000000000000055511151231257827 NaN Infinity -Infinity 01 +1 .5 5. 0x10 1_000 1e --1 1n \u{661}";
const IDS: &str = r#"null true 0 -1 1.0 1.5 1e3 -0 12345678901234567890 "" "1" [1] {} "\ud800" "\u0000""#;
const NAMES: &str = r#"null
1
true
["alpha"]
{"name":"alpha"}
""
"\u0061lpha"
"al\u0070ha"
"alpha\u0000"
"alpha "
" alpha"
"Alpha"
"alph\u00e4"
"alph\ud800"
"\ud83d\ude00"
"\ude00\ud83d"
"alpha\n"
"alpha\x00"
"alpha\/"
"\uFEFFalpha"
"alpha\u202e"
'alpha'
alpha"#;
const ARGUMENTS: &str = r#"null
[]
["n"]
"{}"
1
{}
{"__proto__":{"n":2}}
{"constructor":{"prototype":{}}}
{"n":1,"n":2}
{"n":1,"N":2}
{"a":{"b":1,"b":2}}
{"a":[{"b":1,"\u0062":2}]}
{"":1}
{"":1,"":2}
{"n":"\ud800"}
{"\ud800":1}
{"n":"\u0000"}
{"n":"a\u2028b"}
{"1":1,"01":2,"1.0":3}"#;

/// Messages that are two kinds at once, none, or several.
fn envelopes() -> Vec<(String, String)> {
    let beta = PLAIN.replace("alpha", "beta").replace(r#""id":1"#, r#""id":2"#);
    let extra = |members: &str| changed(r#""id":1"#, &format!(r#""id":1,{members}"#));
    let method = |method: &str| changed(r#""method":"tools/call""#, &format!(r#""method":{method}"#));
    let params =
        |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
    let version = |version: &str| changed(r#""jsonrpc":"2.0""#, &format!(r#""jsonrpc":{version}"#));
    let named = [
        ("method and result", extra(r#""result":{}"#)),
        ("method and error", extra(r#""error":{"code":1,"message":"x"}"#)),
        ("method, result and error", extra(r#""result":{},"error":{"code":1,"message":"x"}"#)),
        ("an unknown member", extra(r#""extra":true"#)),
        ("a member called __proto__", extra(r#""__proto__":{"method":"ping"}"#)),
        ("a result", r#"{"jsonrpc":"2.0","id":1,"result":{}}"#.to_owned()),
        ("an error", r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#.to_owned()),
        ("version 1.0", version(r#""1.0""#)),
        ("version as a number", version("2.0")),
        ("version null", version("null")),
        ("no version", changed(r#""jsonrpc":"2.0","#, "")),
        ("method in capitals", method(r#""Tools/Call""#)),
        ("method with an escaped nul", method(r#""tools/call\u0000""#)),
        ("method with a space", method(r#"" tools/call""#)),
        ("method with an escaped slash", method(r#""tools\/call""#)),
        ("method escaped", method(r#""\u0074ools/call""#)),
        ("method with two slashes", method(r#""tools//call""#)),
        ("method as a list", method(r#"["tools/call"]"#)),
        ("method null", method("null")),
        ("method with a full-width letter", method("\"\u{ff54}ools/call\"")),
        ("params as a list", params(r#"["alpha",{"n":1}]"#)),
        ("params null", params("null")),
        ("params as text", params(r#""{\"name\":\"alpha\"}""#)),
        ("params empty", params("{}")),
        ("an empty batch", "[]".to_owned()),
        ("a batch of one", format!("[{PLAIN}]")),
        ("a batch of two", format!("[{PLAIN},{beta}]")),
        (
            "a batch of a call and a notification",
            format!(r#"[{PLAIN},{{"jsonrpc":"2.0","method":"notifications/initialized"}}]"#),
        ),
        ("a batch with one id twice", format!("[{PLAIN},{PLAIN}]")),
        ("a batch in a batch", format!("[[{PLAIN}]]")),
        ("a batch with nothing in between", format!("[{PLAIN},,{beta}]")),
        ("a batch with an empty one", format!("[{PLAIN},{{}}]")),
        ("nothing", String::new()),
        ("null", "null".to_owned()),
        ("text", format!("{PLAIN:?}")),
        ("true", "true".to_owned()),
    ];
    named.map(|(name, body)| (name.to_owned(), body)).into()
}

/// What stands before, after and between.
fn surroundings() -> Vec<(String, String)> {
    let beta = PLAIN.replace("alpha", "beta");
    let befores = [
        "\u{feff}", " ", "\n", "\u{b}", "\u{c}", "\u{a0}", "\u{2028}", "\0", ")]}'\n", "//x\n", "/*x*/",
        "\u{1e}", "data: ", "=", "(",
    ];
    let afters =
        [" ", "\n", "\0", "\u{feff}", "\u{a0}", ",", ";", "}", "]", "//x", "/*x*/", "\n\n", "x", &beta];
    let mut cases = Vec::new();
    cases.extend(befores.iter().map(|before| (format!("{before:?} before"), format!("{before}{PLAIN}"))));
    cases.extend(afters.iter().map(|after| (format!("{after:?} after"), format!("{PLAIN}{after}"))));
    cases.push(("two lines".to_owned(), format!("{PLAIN}\n{beta}")));
    cases.push(("cut off".to_owned(), PLAIN[..PLAIN.len() - 1].to_owned()));
    cases.push(("a comma too much".to_owned(), changed(r#""path":"a"}"#, r#""path":"a",}"#)));
    cases.push(("a comment inside".to_owned(), changed(r#""n":1,"#, r#""n":1,/*"path":"b",*/"#)));
    cases.push(("single quotes".to_owned(), PLAIN.replace('"', "'")));
    cases.push(("no quotes".to_owned(), changed(r#""method""#, "method")));
    cases.push(("space everywhere".to_owned(), PLAIN.replace(':', "\t:\r\n ").replace(',', " ,\n")));
    cases.push(("no-break space inside".to_owned(), changed(r#""n":1"#, "\"n\":\u{a0}1")));
    cases
}
