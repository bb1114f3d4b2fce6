//! Cells: a server, a method and what it is about. Every name that one of the policies mentions, and one that none does.

use std::collections::{BTreeMap, BTreeSet};

use mcpgov_engine::{
    message::{Method, Object},
    table::{
        View,
        format::{Label, NONE, Op},
        source::is_glob,
    },
};

use super::pools::{another, samples};
use crate::conditions;

/// Where a call goes and what it is about.
pub(super) struct Cell {
    pub(super) server: String,
    pub(super) method: String,
    pub(super) object: Option<(Object, String)>,
}

/// A method that no revision of the protocol has.
const UNKNOWN_METHOD: &str = "another/method";

pub(super) fn cells(old: &View, new: &View) -> Vec<Cell> {
    let names = |label: Label| names([old, new], label);
    let methods = methods(&names(Label::Method));
    let (tools, prompts, resources) = (names(Label::Tool), names(Label::Prompt), names(Label::Resource));
    let mut cells = Vec::new();
    for server in servers(old, new, &names(Label::Server)) {
        let mut add = |method: &str, object: Option<(Object, &String)>| {
            let object = object.map(|(kind, name)| (kind, name.clone()));
            cells.push(Cell { server: server.clone(), method: method.to_owned(), object });
        };
        for method in &methods {
            let (kind, names) = match Method::from_name(method) {
                Method::ToolsCall => (Object::Tool, &tools),
                Method::PromptsGet => (Object::Prompt, &prompts),
                Method::ResourcesRead | Method::ResourcesSubscribe | Method::ResourcesUnsubscribe => {
                    (Object::Resource, &resources)
                }
                _ => {
                    add(method, None);
                    continue;
                }
            };
            names.iter().for_each(|name| add(method, Some((kind, name))));
        }
    }
    cells
}

impl Cell {
    pub(super) fn is_plumbing(&self) -> bool {
        Method::from_name(&self.method).is_plumbing()
    }

    pub(super) fn has_arguments(&self) -> bool {
        matches!(Method::from_name(&self.method), Method::ToolsCall | Method::PromptsGet)
    }

    /// The cell in words.
    pub(super) fn name(&self) -> String {
        let server = super::report::server(&self.server);
        match &self.object {
            Some((kind, name)) => format!("{server}, {} `{name}`", word(*kind)),
            None => format!("{server}, method `{}`", self.method),
        }
    }
}

pub(super) fn word(kind: Object) -> &'static str {
    match kind {
        Object::Tool => "tool",
        Object::Prompt => "prompt",
        Object::Resource => "resource",
        Object::None => "method",
    }
}

/// Servers that the policies tell apart: those of equal standing in both are tried once.
fn servers(old: &View, new: &View, mentioned: &BTreeSet<String>) -> Vec<String> {
    let registered = [old, new]
        .into_iter()
        .flat_map(|view| view.servers.iter().map(|server| view.text(server.name).to_owned()));
    let mut names: BTreeSet<String> = registered.chain(mentioned.iter().cloned()).collect();
    names.insert(String::new());
    // In a policy with a registry all that it lacks is unregistered; names tell more only where there is none.
    let known = |view: &View, name: &str| {
        if view.servers.is_empty() || view.server_named(name).is_some() {
            name.to_owned()
        } else {
            String::new()
        }
    };
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| seen.insert((known(old, name), known(new, name)))).collect()
}

/// Tools, prompts, resources, servers or methods that the policies speak of, and one that they do not.
fn names(views: [&View; 2], label: Label) -> BTreeSet<String> {
    let mut patterns = BTreeSet::new();
    for view in views {
        if label == Label::Tool {
            patterns.extend(view.tools.iter().map(|tool| view.text(tool.name).to_owned()));
        }
        for rule in view.rules {
            for tree in conditions::of_rule(view, rule) {
                tree.each_leaf(&mut Vec::new(), &mut |_, leaf| {
                    if leaf.label() == Some(label) && matches!(leaf.op, Op::LabelIn | Op::LabelGlob) {
                        patterns.extend(leaf.values().map(|value| view.text(value).to_owned()));
                    }
                });
            }
        }
    }
    let mut names = samples(patterns.iter().map(String::as_str));
    let fresh =
        if label == Label::Resource { "another://resource".to_owned() } else { another(label_word(label)) };
    // Servers have a kind of their own for what is not known; methods too.
    if !matches!(label, Label::Server | Label::Method) || patterns.iter().any(|pattern| is_glob(pattern)) {
        names.insert(fresh);
    }
    names
}

fn label_word(label: Label) -> &'static str {
    match label {
        Label::Server => "server",
        Label::Tool => "tool",
        Label::Prompt => "prompt",
        _ => "name",
    }
}

/// One method of each kind, and every one where rules name methods.
fn methods(named: &BTreeSet<String>) -> Vec<String> {
    let one_of_each = [
        Method::ToolsCall,
        Method::PromptsGet,
        Method::ResourcesRead,
        Method::TasksGet,
        Method::SamplingCreate,
        Method::ToolsList,
    ];
    let known: &[Method] = if named.is_empty() { &one_of_each } else { Method::ALL };
    let mut methods: BTreeSet<String> = known.iter().map(|method| method.name().to_owned()).collect();
    methods.insert(UNKNOWN_METHOD.to_owned());
    methods.extend(named.iter().cloned());
    methods.into_iter().collect()
}

/// Servers of both policies whose traffic is described otherwise. Which requests that moves is not for tables to say.
pub(super) fn traffic_changes(old: &View, new: &View) -> Vec<String> {
    let of = |view: &View| {
        let mut ways: BTreeMap<String, BTreeSet<(u8, String, String)>> =
            view.servers.iter().map(|server| (view.text(server.name).to_owned(), BTreeSet::new())).collect();
        for way in view.server_matches {
            let Some(server) = view.servers.get(way.server.get() as usize) else { continue };
            let text = |id: u32| if id == NONE { "*".to_owned() } else { view.text(id).to_owned() };
            let way = (way.kind, text(way.value.get()), text(way.path.get()));
            ways.entry(view.text(server.name).to_owned()).or_default().insert(way);
        }
        ways
    };
    let (old, new) = (of(old), of(new));
    old.into_iter()
        .filter(|(name, ways)| new.get(name).is_some_and(|other| other != ways))
        .map(|(name, _)| name)
        .collect()
}
