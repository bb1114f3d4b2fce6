//! Values worth trying: those that rules mention, those just beside them, one that none mentions, and none.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use mcpgov_engine::{
    guard::Guard,
    json::write_string,
    network::Network,
    subject::Subject,
    table::{
        View,
        format::{Circumstance, Dimension, Literal, NETWORK_WORDS, Op, Role, Rule, WINDOW_WORDS},
        source::is_glob,
    },
    window::Window,
};
use regex_syntax::hir::{Hir, HirKind};
use serde_json::{Map, Value, json};

use crate::{
    conditions::{self, ITEM, Leaf, Tree},
    explain::Circumstances,
};

/// Longest text made to pass or miss a test of length.
const LENGTH_MAX: usize = 4096;
/// Groups or scopes of which all combinations are tried.
const MEMBERS_MAX: usize = 5;

/// Everything that rules of a cell tell apart.
#[derive(Debug, Default)]
pub(super) struct Axes {
    subject: BTreeMap<Dimension, BTreeSet<String>>,
    claims: BTreeMap<String, BTreeSet<String>>,
    circumstances: BTreeMap<Circumstance, BTreeSet<String>>,
    sources: BTreeSet<IpAddr>,
    times: BTreeSet<u64>,
    has_session: bool,
    arguments: BTreeMap<Vec<String>, BTreeSet<Json>>,
    hosts: BTreeSet<String>,
    has_networks: bool,
}

/// A JSON text.
type Json = String;

/// One value for each axis.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    parts: Vec<(&'a Axis, &'a Part)>,
}

#[derive(Debug)]
enum Axis {
    Subject(Dimension),
    Claim(String),
    Circumstance(Circumstance),
    Source,
    Time,
    Session,
    Argument(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Unknown,
    Name(String),
    Names(Vec<String>),
    Address(IpAddr),
    Time(u64),
    Session(bool),
    Json(Json),
}

impl Axes {
    /// Adds what a rule tells apart.
    pub(super) fn add_rule(&mut self, view: &View, rule: &Rule, callers_only: bool) {
        self.add(view, &conditions::of_rule(view, rule), callers_only);
        if let Some(hosts) = conditions::network_allowlist(view, rule)
            && !callers_only
        {
            self.has_networks = true;
            self.hosts.extend(hosts.into_iter().map(str::to_owned));
        }
    }

    fn add(&mut self, view: &View, trees: &[Tree], callers_only: bool) {
        for tree in trees {
            let mut roles: Vec<&Role> = Vec::new();
            tree.each_leaf(&mut Vec::new(), &mut |path, leaf| match leaf.op {
                Op::SubjectIn | Op::SubjectGlob => {
                    if let Some(dimension) = Dimension::from_number(leaf.node.arg) {
                        let values = leaf.values().map(|value| view.text(value).to_owned());
                        self.subject.entry(dimension).or_default().extend(values);
                    }
                }
                Op::Role => roles.extend(leaf.role(view)),
                Op::ClaimIn | Op::ClaimGlob => {
                    let number = leaf.detail().unwrap_or_default() as usize;
                    let path = view.claims.get(number).map_or("", |path| view.text(*path)).to_owned();
                    let values = leaf.values().map(|value| view.text(value).to_owned());
                    self.claims.entry(path).or_default().extend(values);
                }
                Op::ContextGlob => {
                    if let Some(circumstance) = Circumstance::from_number(leaf.node.arg) {
                        let values = leaf.values().map(|value| view.text(value).to_owned());
                        self.circumstances.entry(circumstance).or_default().extend(values);
                    }
                }
                Op::Source => self.sources.extend(addresses(leaf)),
                Op::Time => self.times.extend(times(leaf)),
                Op::Session => self.has_session = true,
                // Any argument will do; this one is no rule's own.
                Op::Guard if path.is_empty() && !callers_only => {
                    self.arguments.entry(vec!["guarded".to_owned()]).or_default().extend(values(view, leaf));
                }
                _ if !path.is_empty() && !callers_only => self.argument(view, path, leaf),
                _ => {}
            });
            for role in roles {
                let members =
                    conditions::conjunction(view, view.node_run(role.node.get(), role.node_len.get()));
                self.add(view, &members, true);
            }
        }
    }

    fn argument(&mut self, view: &View, path: &[u32], leaf: Leaf) {
        let (path, items) = match path.iter().position(|key| *key == ITEM) {
            Some(at) => path.split_at(at),
            None => (path, &[][..]),
        };
        let path = path.iter().map(|key| view.text(*key).to_owned()).collect();
        let mut values = values(view, leaf);
        for key in items.iter().rev() {
            values = if *key == ITEM {
                // All, some and none of the items.
                let other = "\"another item\"";
                let lists =
                    values.iter().flat_map(|value| [format!("[{value}]"), format!("[{value},{other}]")]);
                lists.chain(["[]".to_owned(), format!("[{other}]")]).collect()
            } else {
                let mut name = String::new();
                write_string(&mut name, view.text(*key));
                values.iter().map(|value| format!("{{{name}:{value}}}")).collect()
            };
        }
        self.arguments.entry(path).or_default().extend(values);
    }

    /// Calls `each` with the combinations of values, at most `max` of them; whether that were all.
    pub(super) fn each(self, max: usize, each: &mut impl FnMut(&Choice)) -> bool {
        let axes = self.finish();
        let total = axes.iter().try_fold(1_usize, |total, (_, parts)| total.checked_mul(parts.len()));
        let complete = total.is_some_and(|total| total <= max);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for number in 0..total.unwrap_or(usize::MAX).min(max) {
            let mut rest = number;
            let mut choice = Choice { parts: Vec::with_capacity(axes.len()) };
            for (axis, parts) in &axes {
                let at = if complete {
                    let at = rest % parts.len();
                    rest /= parts.len();
                    at
                } else {
                    // xorshift64 (Marsaglia 2003): the same samples in every run.
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    usize::try_from(random >> 33).unwrap_or_default() % parts.len()
                };
                choice.parts.extend(parts.get(at).map(|part| (axis, part)));
            }
            each(&choice);
        }
        complete
    }

    fn finish(mut self) -> Vec<(Axis, Vec<Part>)> {
        let mut axes = Vec::new();
        for (dimension, names) in std::mem::take(&mut self.subject) {
            let mut names = samples(names.iter().map(String::as_str));
            names.insert(another(dimension_word(dimension)));
            let parts = match dimension {
                Dimension::Group | Dimension::Scope => subsets(&names),
                _ => names.into_iter().map(Part::Name).collect(),
            };
            axes.push((Axis::Subject(dimension), std::iter::once(Part::Unknown).chain(parts).collect()));
        }
        for (path, values) in std::mem::take(&mut self.claims) {
            let mut values = samples(values.iter().map(String::as_str));
            values.insert(another("claim"));
            let parts = values.into_iter().map(|value| Part::Names(vec![value]));
            axes.push((Axis::Claim(path), std::iter::once(Part::Unknown).chain(parts).collect()));
        }
        for (circumstance, values) in std::mem::take(&mut self.circumstances) {
            let mut values = samples(values.iter().map(String::as_str));
            values.insert(another("place"));
            let parts = values.into_iter().map(Part::Name);
            axes.push((
                Axis::Circumstance(circumstance),
                std::iter::once(Part::Unknown).chain(parts).collect(),
            ));
        }
        let mut axis = |axis: Axis, parts: Vec<Part>| {
            if !parts.is_empty() {
                axes.push((axis, std::iter::once(Part::Unknown).chain(parts).collect()));
            }
        };
        axis(Axis::Source, self.sources.iter().copied().map(Part::Address).collect());
        axis(Axis::Time, self.times.iter().copied().map(Part::Time).collect());
        axis(
            Axis::Session,
            if self.has_session { vec![Part::Session(true), Part::Session(false)] } else { Vec::new() },
        );
        if self.has_networks {
            let mut hosts = samples(self.hosts.iter().map(String::as_str));
            hosts.insert("elsewhere.invalid".to_owned());
            let urls = hosts.iter().map(|host| json!(format!("https://{host}/")).to_string());
            self.arguments.entry(vec!["url".to_owned()]).or_default().extend(urls);
        }
        for (path, values) in self.arguments {
            let beside = ["\"another value\"", "[]", "true", "0"].map(str::to_owned);
            let parts = values.into_iter().chain(beside).collect::<BTreeSet<_>>().into_iter().map(Part::Json);
            axes.push((Axis::Argument(path), std::iter::once(Part::Unknown).chain(parts).collect()));
        }
        axes
    }
}

impl Choice<'_> {
    /// The caller.
    pub(super) fn subject(&self) -> Subject {
        let mut subject = Subject::default();
        for (axis, part) in &self.parts {
            match (axis, part) {
                (Axis::Subject(Dimension::User), Part::Name(name)) => subject.user = Some(name.clone()),
                (Axis::Subject(Dimension::Agent), Part::Name(name)) => subject.agent = Some(name.clone()),
                (Axis::Subject(Dimension::Tenant), Part::Name(name)) => subject.tenant = Some(name.clone()),
                (Axis::Subject(Dimension::Workload), Part::Name(name)) => {
                    subject.workload = Some(name.clone())
                }
                (Axis::Subject(Dimension::Group), Part::Names(names)) => subject.groups = Some(names.clone()),
                (Axis::Subject(Dimension::Scope), Part::Names(names)) => subject.scopes = Some(names.clone()),
                (Axis::Claim(path), Part::Names(values)) => {
                    subject.claims.insert(path.clone(), values.clone());
                }
                _ => {}
            }
        }
        subject
    }

    /// What the proxy knows about the call.
    pub(super) fn circumstances(&self) -> Circumstances {
        let mut known = Circumstances::default();
        for (axis, part) in &self.parts {
            match (axis, part) {
                (Axis::Source, Part::Address(address)) => known.source = Some(*address),
                (Axis::Time, Part::Time(time)) => known.time = Some(*time),
                (Axis::Session, Part::Session(session)) => known.session = Some(*session),
                (Axis::Circumstance(Circumstance::Region), Part::Name(name)) => {
                    known.region = Some(name.clone())
                }
                (Axis::Circumstance(Circumstance::Environment), Part::Name(name)) => {
                    known.environment = Some(name.clone());
                }
                _ => {}
            }
        }
        known
    }

    /// The arguments as a JSON object; none where no value was chosen.
    pub(super) fn arguments(&self) -> Option<String> {
        let mut object = Map::new();
        for (axis, part) in &self.parts {
            if let (Axis::Argument(path), Part::Json(value)) = (axis, part) {
                let Ok(value) = serde_json::from_str(value) else { continue };
                insert(&mut object, path, value);
            }
        }
        (!object.is_empty()).then(|| Value::Object(object).to_string())
    }
}

/// Puts a value at a path, unless a shorter path already has a value that is no object.
fn insert(object: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            if !object.get(key).is_some_and(Value::is_object) {
                object.insert(key.clone(), value);
            }
        }
        [key, rest @ ..] => {
            let below = object.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            if !below.is_object() {
                *below = Value::Object(Map::new());
            }
            if let Some(below) = below.as_object_mut() {
                insert(below, rest, value);
            }
        }
    }
}

/// Values that a test of an argument tells apart.
fn values(view: &View, leaf: Leaf) -> BTreeSet<Json> {
    let texts = || leaf.values().map(|value| view.text(value));
    let strings = |texts: BTreeSet<String>| texts.into_iter().map(|text| json!(text).to_string()).collect();
    match leaf.op {
        Op::In | Op::Contains => {
            leaf.literals().flat_map(|(kind, text)| literal(kind, view.text(text))).collect()
        }
        Op::Glob => strings(samples(texts())),
        Op::Compare => around(view.text(leaf.node.value.get())).into_iter().collect(),
        Op::Length => (-1..=1)
            .filter_map(|step| usize::try_from(i64::from(leaf.node.value.get()) + step).ok())
            .map(|length| json!("x".repeat(length.min(LENGTH_MAX))).to_string())
            .collect(),
        Op::Type => ["null", "1", "1.5", "{}"].map(str::to_owned).into(),
        Op::Under => strings(
            texts().flat_map(|path| [path.to_owned(), format!("{path}/x"), format!("{path}/../x")]).collect(),
        ),
        Op::Host => strings(samples(texts()).into_iter().map(|host| format!("https://{host}/")).collect()),
        Op::Regex => {
            let patterns = (0..leaf.words.len() / 2).filter_map(|pair| leaf.words.get(pair * 2));
            strings(patterns.filter_map(|pattern| matching(view.text(pattern))).collect())
        }
        Op::Cidr => {
            let url = |address: IpAddr| match address {
                IpAddr::V4(address) => format!("http://{address}/"),
                IpAddr::V6(address) => format!("http://[{address}]/"),
            };
            strings(addresses(leaf).into_iter().map(url).collect())
        }
        Op::Guard => {
            let found = Guard::of_bits(leaf.node.arg).map(|guard| match guard {
                Guard::Ssrf => "http://127.0.0.1/",
                Guard::PathTraversal => "../../etc/passwd",
                Guard::SqlWrite => "DROP TABLE x",
                Guard::Shell => "; rm -rf /",
            });
            strings(found.chain(["x"]).map(str::to_owned).collect())
        }
        // Tests of presence and of things other than arguments.
        _ => BTreeSet::new(),
    }
}

fn literal(kind: u32, text: &str) -> Vec<Json> {
    match u8::try_from(kind).ok().and_then(Literal::from_number) {
        Some(Literal::Null) | None => vec!["null".to_owned()],
        Some(Literal::Bool) => vec!["true".to_owned(), "false".to_owned()],
        Some(Literal::Number) => around(text),
        Some(Literal::String) => {
            vec![json!(text).to_string(), json!(format!("-{text}-")).to_string(), json!([text]).to_string()]
        }
    }
}

/// The first address of each network, and one that is in none that people name.
fn addresses(leaf: Leaf) -> Vec<IpAddr> {
    let words: Vec<u32> = leaf.words.iter().collect();
    let networks =
        words.chunks_exact(NETWORK_WORDS).filter_map(|words| Network::from_words(words.try_into().ok()?));
    let first = networks.filter_map(|network| network.to_string().split('/').next()?.parse().ok());
    // TEST-NET-3 (RFC 5737).
    first.chain([IpAddr::from([203, 0, 113, 77])]).collect()
}

/// For each window a time in it, and one that is not: where it begins and ends in the week of its first day.
fn times(leaf: Leaf) -> Vec<u64> {
    /// A Monday in the life of this program.
    const WEEK: u64 = 1_767_571_200;
    let words: Vec<u32> = leaf.words.iter().collect();
    let mut times = Vec::new();
    for words in words.chunks_exact(WINDOW_WORDS) {
        let Some(window) = words.try_into().ok().and_then(Window::from_words) else { continue };
        let start = WEEK.max(u64::from(window.from) * 60);
        let minutes = || (0..8 * 24 * 60).map(|minute| start + minute * 60);
        times.extend(minutes().find(|time| window.holds(*time)));
        times.extend(minutes().find(|time| !window.holds(*time)));
        times.extend([u64::from(window.from), u64::from(window.until)].map(|minute| minute * 60));
        times.extend((window.from > 0).then(|| u64::from(window.from) * 60 - 60));
    }
    times
}

/// A text that the regular expression matches: the shortest branches, the first of all characters.
fn matching(pattern: &str) -> Option<String> {
    fn of(hir: &Hir, text: &mut Vec<u8>) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
            HirKind::Class(class) => match class {
                regex_syntax::hir::Class::Unicode(class) => {
                    let first = class.iter().next().map(|range| range.start());
                    text.extend(first.into_iter().flat_map(|char| char.to_string().into_bytes()));
                }
                regex_syntax::hir::Class::Bytes(class) => {
                    text.extend(class.iter().next().map(|range| range.start()))
                }
            },
            HirKind::Repetition(repetition) => {
                (0..repetition.min.min(LENGTH_MAX as u32)).for_each(|_| of(&repetition.sub, text));
            }
            HirKind::Capture(capture) => of(&capture.sub, text),
            HirKind::Concat(parts) => parts.iter().for_each(|part| of(part, text)),
            HirKind::Alternation(parts) => parts.iter().take(1).for_each(|part| of(part, text)),
        }
    }
    let mut text = Vec::new();
    of(&regex_syntax::parse(pattern).ok()?, &mut text);
    String::from_utf8(text).ok()
}

/// A number and its neighbours.
fn around(number: &str) -> Vec<Json> {
    match number.parse::<i64>() {
        Ok(whole) => {
            [whole.saturating_sub(1), whole, whole.saturating_add(1)].map(|near| near.to_string()).into()
        }
        Err(_) => vec![number.to_owned(), format!("{}", number.parse::<f64>().unwrap_or_default() + 1.0)],
    }
}

/// Names that patterns tell apart: each name; for each glob one that it matches, with something and with nothing in
/// place of `*`; and for each two globs, if it can be, one that both match.
pub(super) fn samples<'p>(patterns: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let (globs, names): (Vec<&str>, Vec<&str>) = patterns.partition(|pattern| is_glob(pattern));
    let mut names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
    for glob in &globs {
        names.extend(
            ["x", ""].map(|filling| glob.replace('*', filling)).into_iter().filter(|name| !name.is_empty()),
        );
    }
    for (at, a) in globs.iter().enumerate() {
        names.extend(globs.iter().skip(at + 1).filter_map(|b| both(a, b)));
    }
    names
}

/// A name that both globs may match: the longer beginning, everything between, the longer end.
fn both(a: &str, b: &str) -> Option<String> {
    let ((a_first, a_rest), (b_first, b_rest)) = (a.split_once('*')?, b.split_once('*')?);
    let split = |rest: &str| {
        rest.rsplit_once('*').map_or((String::new(), rest.to_owned()), |(middle, last)| {
            (middle.replace('*', ""), last.to_owned())
        })
    };
    let ((a_middle, a_last), (b_middle, b_last)) = (split(a_rest), split(b_rest));
    let longer = |a: &str, b: &str| if a.len() >= b.len() { a.to_owned() } else { b.to_owned() };
    let (first, last) = (longer(a_first, b_first), longer(&a_last, &b_last));
    Some(format!("{first}{a_middle}{b_middle}{last}"))
}

/// A name that no sane policy has.
pub(super) fn another(what: &str) -> String {
    format!("another-{what}")
}

fn dimension_word(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::User => "user",
        Dimension::Group => "group",
        Dimension::Agent => "agent",
        Dimension::Tenant => "tenant",
        Dimension::Workload => "workload",
        Dimension::Scope => "scope",
    }
}

/// Sets of names: all of them where they are few, otherwise none, one, two, and all.
fn subsets(names: &BTreeSet<String>) -> Vec<Part> {
    let names: Vec<&String> = names.iter().collect();
    let mut sets: Vec<Vec<String>> = Vec::new();
    if names.len() <= MEMBERS_MAX {
        for bits in 0..1_usize << names.len() {
            let chosen = names.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
            sets.push(chosen.map(|(_, name)| (*name).clone()).collect());
        }
    } else {
        sets.push(Vec::new());
        for (at, a) in names.iter().enumerate() {
            sets.push(vec![(*a).clone()]);
            sets.extend(names.iter().skip(at + 1).map(|b| vec![(*a).clone(), (*b).clone()]));
        }
        sets.push(names.into_iter().cloned().collect());
    }
    sets.into_iter().map(Part::Names).collect()
}
