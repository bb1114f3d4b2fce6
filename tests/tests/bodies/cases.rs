//! Requests that two readers could read differently: odd texts, encodings, headers, pieces, and chance.

use crate::texts::{self, PLAIN, changed};

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

/// What a modern message says of itself, in its parameters.
const META: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"#;

/// The plain call.
pub(crate) fn plain(era: Era) -> Case {
    Case::new("plain", text(PLAIN, era), era)
}

fn text(template: &str, era: Era) -> String {
    template.replace('@', if era == Era::Modern { META } else { "" })
}

/// Every case of the table.
pub(crate) fn all(era: Era) -> Vec<Case> {
    let new = |(name, body): (String, String)| Case::new(name, text(&body, era), era);
    let mut cases: Vec<_> = texts::all().into_iter().map(new).collect();
    cases.extend(encodings(era));
    cases.extend(transports(era));
    cases
}

/// Numbers that are infinite to programs that keep binary fractions, and to others not.
pub(crate) fn huge_numbers(era: Era) -> Vec<Case> {
    let digits = "9".repeat(5000);
    let argument = |number: &str| changed(r#""n":1"#, &format!(r#""n":{number}"#));
    let bodies =
        [argument("1e400"), argument("-1e400"), argument(&digits), changed(r#""id":1"#, r#""id":1e400"#)];
    bodies.map(|body| Case::new("a huge number", text(&body, era), era)).into()
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
    for value in TYPES.lines() {
        cases.push(named(
            &format!("type {value}"),
            plain().without("content-type").with("content-type", value),
        ));
    }
    cases.push(named("an empty type", plain().without("content-type").with("content-type", "")));
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

const TYPES: &str = "application/json; charset=utf-8
application/json;charset=UTF-16
application/json; charset=latin1
application/json; charset=utf-8; charset=utf-16
application/json, text/plain
Application/JSON
application/json-rpc
application/vnd.api+json
text/json
text/plain
text/plain; application/json
application/x-www-form-urlencoded
multipart/form-data; boundary=x
*/*
application/jsonx
";

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
