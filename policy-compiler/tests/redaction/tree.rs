//! Random values in JSON, and how their readers see them.

use mcpgov_engine::json::{Doc, Kind, Limits, Value, write_string};
use proptest::{prelude::*, sample::select};

use super::sample::{KINDS, Random};

/// A value, before it is known how it is written.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Plain(&'static str),
    Number(u64),
    Text(Text),
    /// A string that holds JSON.
    Inside(Box<Tree>),
    Array(Vec<Tree>),
    Object(Vec<(Text, Tree)>),
}

pub(crate) type Text = Vec<Part>;

#[derive(Debug, Clone)]
pub(crate) enum Part {
    Words(&'static str),
    /// One of `KINDS`, made from this.
    Value(usize, u64),
}

const WORDS: &[&str] = &[
    "",
    " ",
    "the",
    " answer is ",
    "\n",
    ", ",
    "\"",
    "\\",
    "{",
    "é",
    "漢字",
    "😀",
    "key",
    ": ",
    "name=",
    "<b>",
    "/",
    "x",
    "-",
    "@",
    "1",
];
const NAMES: &[&str] =
    &["id", "name", "password", "note", "token", "a b", "data", "text", "type", "uri", "email", "é"];

pub(crate) fn text() -> impl Strategy<Value = Text> {
    let part = prop_oneof![
        3 => select(WORDS).prop_map(Part::Words),
        2 => (0..KINDS.len(), any::<u64>()).prop_map(|(kind, seed)| Part::Value(kind, seed)),
    ];
    prop::collection::vec(part, 0..5)
}

fn name() -> impl Strategy<Value = Text> {
    prop_oneof![4 => select(NAMES).prop_map(|name| vec![Part::Words(name)]), 1 => text()]
}

pub(crate) fn tree() -> impl Strategy<Value = Tree> {
    let number = prop_oneof![
        0..100_u64,
        any::<u64>(),
        any::<u64>().prop_map(|seed| {
            let card = KINDS[0].1(&mut Random(seed));
            card.replace(['-', ' '], "").parse().unwrap()
        }),
    ];
    let leaf = prop_oneof![
        1 => select(vec!["null", "true", "-0.5e-3", "{}", "[]"]).prop_map(Tree::Plain),
        1 => number.prop_map(Tree::Number),
        5 => text().prop_map(Tree::Text),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            2 => object(inner.clone()),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::Array),
            1 => object(inner).prop_map(|tree| Tree::Inside(Box::new(tree))),
        ]
    })
}

fn object(inner: impl Strategy<Value = Tree>) -> impl Strategy<Value = Tree> {
    prop::collection::vec((name(), inner), 0..4).prop_map(Tree::Object)
}

/// What can be the structured content of a result.
pub(crate) fn structure() -> impl Strategy<Value = Tree> {
    object(tree())
}

pub(crate) fn spelled(text: &Text) -> String {
    text.iter()
        .map(|part| match part {
            Part::Words(words) => (*words).to_owned(),
            Part::Value(kind, seed) => KINDS[*kind].1(&mut Random(*seed)),
        })
        .collect()
}

/// The value in JSON, with blanks and escapes as chance has it.
pub(crate) fn written(tree: &Tree, random: &mut Random) -> String {
    let blank = |random: &mut Random| random.of(&["", "", "", " ", "\n ", "\t"]);
    match tree {
        Tree::Plain(plain) => (*plain).to_owned(),
        Tree::Number(number) => number.to_string(),
        Tree::Text(text) => quoted(&spelled(text), random),
        Tree::Inside(inner) => {
            let inner = written(inner, random);
            quoted(&inner, random)
        }
        Tree::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| blank(random).to_owned() + &written(item, random)).collect();
            format!("[{}{}]", items.join(","), blank(random))
        }
        Tree::Object(members) => {
            let mut taken = std::collections::BTreeSet::new();
            let mut all = Vec::new();
            for (at, (name, member)) in members.iter().enumerate() {
                let mut name = spelled(name);
                if !taken.insert(name.clone()) {
                    name = format!("{at} {name}");
                    taken.insert(name.clone());
                }
                let name = blank(random).to_owned() + &quoted(&name, random);
                all.push(format!("{name}{}:{}{}", blank(random), blank(random), written(member, random)));
            }
            format!("{{{}{}}}", all.join(","), blank(random))
        }
    }
}

/// A string in JSON; now and then a character is written as an escape that it does not need.
pub(crate) fn quoted(text: &str, random: &mut Random) -> String {
    let mut out = String::from("\"");
    let often = random.below(3) * 4;
    for char in text.chars() {
        if often > 0 && random.below(often) == 0 {
            for unit in char.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            let mut one = String::new();
            write_string(&mut one, char.encode_utf8(&mut [0; 4]));
            out.push_str(&one[1..one.len() - 1]);
        }
    }
    out.push('"');
    out
}

/// Whether two readers see values of the same types, with as many items and members.
pub(crate) fn same_shape(one: Value<'_>, other: Value<'_>) -> bool {
    if one.kind() != other.kind() {
        return false;
    }
    match one.kind() {
        Kind::Array => {
            one.items().count() == other.items().count()
                && one.items().zip(other.items()).all(|(one, other)| same_shape(one, other))
        }
        Kind::Object => {
            one.members().count() == other.members().count()
                && one.members().zip(other.members()).all(|((_, one), (_, other))| same_shape(one, other))
        }
        Kind::String => {
            let (one, other) = (one.as_str().unwrap(), other.as_str().unwrap());
            match (inside(one), inside(other)) {
                (Some(one), Some(other)) => same_shape(one.root(), other.root()),
                (Some(_), None) => false,
                (None, _) => true,
            }
        }
        Kind::Number | Kind::Bool | Kind::Null => true,
    }
}

pub(crate) fn inside(text: &str) -> Option<Doc<'_>> {
    let is_json = text.trim_ascii_start().starts_with(['{', '[']);
    if is_json { Doc::parse(text.as_bytes(), &Limits::default()).ok() } else { None }
}

/// A text as its reader sees it.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) key: Option<String>,
}

/// Every text that may change, of every depth: strings, names and long numbers of data, prose of the protocol.
pub(crate) fn texts(value: Value<'_>, key: Option<&str>, is_data: bool, all: &mut Vec<Seen>) {
    let mut see = |text: &str, key: Option<&str>| {
        all.push(Seen { text: text.to_owned(), key: key.map(str::to_owned) });
    };
    match value.kind() {
        Kind::Array => value.items().for_each(|item| texts(item, key, is_data, all)),
        Kind::Object => {
            for (name, member) in value.members() {
                if is_data {
                    all.push(Seen { text: name.to_owned(), key: None });
                    texts(member, Some(name), true, all);
                    continue;
                }
                match name {
                    "id" | "jsonrpc" | "method" | "type" | "uri" | "mimeType" | "blob" | "nextCursor"
                    | "requestState" | "progressToken" | "level" => {}
                    "data" if value.get("mimeType").is_some() => {}
                    name if name.starts_with("io.modelcontextprotocol/") => {}
                    "structuredContent" | "data" | "acme.example/x" => texts(member, Some(name), true, all),
                    _ => texts(member, Some(name), false, all),
                }
            }
        }
        Kind::String => {
            let text = value.as_str().unwrap();
            match inside(text) {
                Some(doc) => texts(doc.root(), key, true, all),
                None => see(text, key),
            }
        }
        Kind::Number if is_data && value.raw().len() >= 7 => see(value.raw(), key),
        Kind::Number | Kind::Bool | Kind::Null => {}
    }
}
