//! Bodies that two readers could read differently, made from one plain call by a table of changes.

/// The two ways a client says which revision it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// Up to 2025-11-25: once per session.
    Legacy,
    /// From 2026-07-28 on: in every message, and again in the headers.
    Modern,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// What is odd about it.
    pub(crate) name: String,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// All headers but the one that says how long the body is.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Bytes of a chunk where the body is chunked.
    pub(crate) chunk: Option<usize>,
}

impl Case {
    fn new(name: impl Into<String>, body: impl Into<Vec<u8>>, era: Era) -> Self {
        let mut headers = vec![
            ("host", "localhost".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json, text/event-stream".to_owned()),
        ];
        if era == Era::Modern {
            headers.push(("mcp-protocol-version", "2026-07-28".to_owned()));
            headers.push(("mcp-method", "tools/call".to_owned()));
            headers.push(("mcp-name", "alpha".to_owned()));
        }
        Self { name: name.into(), body: body.into(), headers, chunk: None }
    }

    fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }

    fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| *name != header);
        self
    }

    fn chunked(mut self, bytes: usize) -> Self {
        self.chunk = Some(bytes);
        self
    }
}

/// The call that all others are made from. `@` is where a modern message says which revision it is of.
const PLAIN: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{@"name":"alpha","arguments":{"n":1,"path":"a"}}}"#;
const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"#;

/// The plain call.
pub(crate) fn plain(era: Era) -> Case {
    Case::new("plain", text(PLAIN, era), era)
}

fn text(template: &str, era: Era) -> String {
    template.replace('@', if era == Era::Modern { META } else { "" })
}

/// [`PLAIN`] with `from` replaced by `to`.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(PLAIN.matches(from).count(), 1, "`{from}` must be in the plain call once");
    PLAIN.replacen(from, to, 1)
}

/// Every case of the table.
pub(crate) fn all(era: Era) -> Vec<Case> {
    let texts = keys().into_iter().chain(values()).chain(envelopes()).chain(surroundings());
    let mut cases: Vec<_> = texts.map(|(name, body)| Case::new(name, text(&body, era), era)).collect();
    cases.extend(encodings(era));
    cases.extend(transports(era));
    cases
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
    let mut cases = Vec::new();
    let digits = "9".repeat(5000);
    let numbers = [
        "-0",
        "1.0",
        "1E0",
        "0.1e1",

        "1e-400",
        "9007199254740993",
        "12345678901234567890123",
        "0.1000000000000000055511151231257827",
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        ".5",
        "5.",
        "0x10",
        "1_000",
        "1e",
        "--1",
        "1n",
        "\u{661}",
    ];
    for number in numbers {
        let name = &number[..number.len().min(24)];
        cases.push((format!("number {name}"), changed(r#""n":1"#, &format!(r#""n":{number}"#))));
    }
    let long = format!("\"{}\"", "x".repeat(10_000));
    let ids = [
        "null",
        "true",
        "0",
        "-1",
        "1.0",
        "1.5",
        "1e3",
        "-0",
        "12345678901234567890",

        "\"\"",
        "\"1\"",
        "[1]",
        "{}",
        r#""\ud800""#,
        r#""\u0000""#,
        &long,
    ];
    for id in ids {
        let name = &id[..id.len().min(24)];
        cases.push((format!("id {name}"), changed(r#""id":1"#, &format!(r#""id":{id}"#))));
    }
    cases.push(("no id".to_owned(), changed(r#""id":1,"#, "")));
    let names = [
        "null",
        "1",
        "true",
        r#"["alpha"]"#,
        r#"{"name":"alpha"}"#,
        r#""""#,
        r#""\u0061lpha""#,
        r#""al\u0070ha""#,
        r#""alpha\u0000""#,
        r#""alpha ""#,
        r#"" alpha""#,
        r#""Alpha""#,
        r#""alph\u00e4""#,
        r#""alph\ud800""#,
        r#""\ud83d\ude00""#,
        r#""\ude00\ud83d""#,
        r#""alpha\n""#,
        "\"alpha\n\"",
        "\"alpha\t\"",
        r#""alpha\x00""#,
        r#""alpha\/""#,
        r#""\uFEFFalpha""#,
        r#""alpha\u202e""#,
        "'alpha'",
        "alpha",
        &long,
    ];
    for name in names {
        let shown = &name[..name.len().min(24)];
        cases.push((format!("name {shown}"), changed(r#""name":"alpha""#, &format!(r#""name":{name}"#))));
    }
    let nested = |depth: usize| format!(r#"{{"n":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let (shallow, limit, over, deep) = (nested(20), nested(120), nested(140), nested(3000));
    let arguments = [
        "null",
        "[]",
        r#"["n"]"#,
        "\"{}\"",
        "1",
        "{}",
        r#"{"__proto__":{"n":2}}"#,
        r#"{"constructor":{"prototype":{}}}"#,
        r#"{"n":1,"n":2}"#,
        r#"{"n":1,"N":2}"#,
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"a":[{"b":1,"\u0062":2}]}"#,
        r#"{"":1}"#,
        r#"{"":1,"":2}"#,
        r#"{"n":"\ud800"}"#,
        r#"{"\ud800":1}"#,
        r#"{"n":"\u0000"}"#,
        r#"{"n":"a\u2028b"}"#,
        r#"{"1":1,"01":2,"1.0":3}"#,
        "{\"n\":\"\u{2028}\"}",
        "{\"n\":\"\u{7f}\"}",
        "{\"n\":\"\u{1}\"}",
        &shallow,
        &limit,
        &over,
        &deep,
    ];
    for value in arguments {
        let shown: String = value.chars().take(24).collect();
        let to = format!(r#""arguments":{value}"#);
        cases.push((format!("arguments {shown}"), changed(r#""arguments":{"n":1,"path":"a"}"#, &to)));
    }
    cases.push(("no arguments".to_owned(), changed(r#","arguments":{"n":1,"path":"a"}"#, "")));
    cases.push(("no name".to_owned(), changed(r#""name":"alpha","#, "")));
    cases
}

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

/// Other encodings of text.
fn encodings(era: Era) -> Vec<Case> {
    let plain = text(PLAIN, era);
    let utf16 = |order: fn(u16) -> [u8; 2]| plain.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let utf32 =
        |order: fn(u32) -> [u8; 4]| plain.chars().flat_map(|char| order(char.into())).collect::<Vec<u8>>();
    let invalid = |bytes: &[u8]| {
        let (before, after) = plain.split_once("alpha").expect("the plain call names its tool");
        [before.as_bytes(), b"alpha", bytes, after.as_bytes()].concat()
    };
    let mut cases = Vec::new();
    let wide = [
        ("UTF-16LE", utf16(u16::to_le_bytes), vec![0xff, 0xfe], "utf-16le"),
        ("UTF-16BE", utf16(u16::to_be_bytes), vec![0xfe, 0xff], "utf-16"),
        ("UTF-32LE", utf32(u32::to_le_bytes), vec![0xff, 0xfe, 0, 0], "utf-32le"),
        ("UTF-32BE", utf32(u32::to_be_bytes), vec![0, 0, 0xfe, 0xff], "utf-32"),
    ];
    for (name, bytes, mark, charset) in wide {
        cases.push(Case::new(name, bytes.clone(), era));
        let declared = Case::new(format!("{name}, declared"), bytes.clone(), era).without("content-type");
        cases.push(declared.with("content-type", &format!("application/json; charset={charset}")));
        cases.push(Case::new(format!("{name} with its mark"), [mark, bytes].concat(), era));
    }
    let broken: [(&str, &[u8]); 9] = [
        ("a stray byte", b"\xff"),
        ("a stray continuation", b"\x80"),
        ("a character cut off", b"\xe2\x82"),
        ("a long slash", b"\xc0\xaf"),
        ("a long nul", b"\xc0\x80"),
        ("half a surrogate pair", b"\xed\xa0\x80"),
        ("a pair of surrogates", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("beyond Unicode", b"\xf4\x90\x80\x80"),
        ("a Latin-1 letter", b"\xe4"),
    ];
    cases.extend(broken.map(|(name, bytes)| Case::new(name, invalid(bytes), era)));
    cases
}

/// Headers that say what the body is, and the pieces it comes in.
fn transports(era: Era) -> Vec<Case> {
    let plain = || plain(era);
    let named = |name: &str, case: Case| Case { name: name.to_owned(), ..case };
    let mut cases = Vec::new();
    let types = [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-16",
        "application/json; charset=latin1",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json, text/plain",
        "Application/JSON",
        "application/json-rpc",
        "application/vnd.api+json",
        "text/json",
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "*/*",
        "application/jsonx",
        "",
    ];
    for value in types {
        cases.push(named(
            &format!("type {value}"),
            plain().without("content-type").with("content-type", value),
        ));
    }
    cases.push(named("no type", plain().without("content-type")));
    cases.push(named("two types", plain().with("content-type", "text/plain")));
    for value in ["gzip", "deflate", "br", "identity", "identity, gzip", "x", ""] {
        cases.push(named(&format!("encoding {value}"), plain().with("content-encoding", value)));
    }
    let stored = Case { body: gzip_stored(&plain().body), ..plain() };
    cases.push(named("compressed, not declared", stored.clone()));
    cases.push(named("compressed", stored.with("content-encoding", "gzip")));
    for revision in ["2025-11-25", "2025-03-26", "2026-07-28", "2099-01-01", "garbage", ""] {
        let other = plain().without("mcp-protocol-version").with("mcp-protocol-version", revision);
        cases.push(named(&format!("revision {revision}"), other));
        cases
            .push(named(&format!("revision {revision} too"), plain().with("mcp-protocol-version", revision)));
    }
    cases.push(named("no revision", plain().without("mcp-protocol-version")));
    for value in [
        "beta",
        "ALPHA",
        "=?base64?YWxwaGE=?=",
        "=?base64?YmV0YQ==?=",
        "=?BASE64?YWxwaGE=?=",
        "=?base64?!?=",
        "",
    ] {
        cases.push(named(
            &format!("name header {value}"),
            plain().without("mcp-name").with("mcp-name", value),
        ));
        cases.push(named(&format!("name header {value} too"), plain().with("mcp-name", value)));
    }
    for value in ["tools/list", "Tools/Call", "ping"] {
        cases.push(named(
            &format!("method header {value}"),
            plain().without("mcp-method").with("mcp-method", value),
        ));
        cases.push(named(&format!("method header {value} too"), plain().with("mcp-method", value)));
    }
    for session in ["", "x", "a,b", "\u{7f}"] {
        cases.push(named(&format!("session {session:?}"), plain().with("mcp-session-id", session)));
    }
    for other in ["POST", "GET", "DELETE"] {
        cases.push(named(&format!("override {other}"), plain().with("x-http-method-override", other)));
    }
    for chunk in [1, 2, 3, 5, 17, 64, 4096] {
        cases.push(named(&format!("chunks of {chunk}"), plain().chunked(chunk)));
    }
    // The odd bodies that a reader could see as sound ones for as long as pieces are missing.
    for body in [format!("{PLAIN}{PLAIN}"), changed(r#""name":"alpha""#, r#""name":"alpha","name":"beta""#)] {
        for chunk in [1, 7, 33] {
            cases.push(Case::new(format!("chunks of {chunk} of two"), text(&body, era), era).chunked(chunk));
        }
    }
    cases
}

/// A gzip file that holds `bytes` as they are (RFC 1952, RFC 1951 section 3.2.4).
fn gzip_stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a short body");
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let (length, inverse) = (length.to_le_bytes(), (!length).to_le_bytes());
    let size = u32::from(u16::from_le_bytes(length)).to_le_bytes();
    [&head[..], &length, &inverse, bytes, &(!crc).to_le_bytes(), &size].concat()
}

/// `count` bodies with random changes, the same in every run.
pub(crate) fn random(era: Era, count: usize) -> Vec<Case> {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let pieces: [&[u8]; 24] = [
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"\\u0000",
        b"\\u0061",
        b"\xef\xbb\xbf",
        b"\0",
        b"1e9",
        b"-",
        b"null",
        b"\"name\":\"beta\",",
        b"\"method\":\"ping\",",
        b"\"params\":{},",
        b"\"id\":2,",
        b"\\ud800",
        b"\xff",
        b" ",
        b"\"arguments\":{},",
        b"\"Name\":\"beta\",",
    ];
    let one = |number| {
        let mut body = text(PLAIN, era).into_bytes();
        for _ in 0..=random.below(3) {
            let at = random.below(body.len());
            match random.below(4) {
                0 => drop(body.remove(at)),
                1 => body[at] ^= 1 << random.below(8),
                2 => {
                    let end = (at + random.below(12)).min(body.len());
                    let copy = body[at..end].to_vec();
                    body.splice(at..at, copy);
                }
                _ => drop(body.splice(at..at, pieces[random.below(pieces.len())].iter().copied())),
            }
        }
        Case::new(format!("random {number}"), body, era)
    };
    (0..count).map(one).collect()
}

/// Marsaglia's xorshift: enough to choose places.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}
