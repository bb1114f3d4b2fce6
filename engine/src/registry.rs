//! Which registered server a request goes to, and what the registry says of a tool.

use crate::glob;
use crate::table::format::{Key, NONE, Server, ServerMatch, Tool};
use crate::table::{View, Words};
use crate::vocabulary::Action;

/// Where a request goes, as the proxy sees it. The cluster and route names are the operator's; host and path
/// are the client's, but what the proxy routes by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Traffic<'a> {
    /// The authority, with or without port.
    pub host: &'a str,
    /// The path, with or without query.
    pub path: &'a str,
    /// The upstream cluster's name.
    pub cluster: Option<&'a str>,
    /// The server's name in the route's metadata.
    pub route: Option<&'a str>,
}

/// The server a request goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerName<'a> {
    /// Its number where it is registered.
    pub number: Option<u32>,
    /// Its name: of the registry, or, where the policy has none, of the proxy. Empty for unregistered
    /// traffic: nothing that a client says becomes a server's name.
    pub name: &'a str,
}

/// The server that `traffic` goes to. Of several entries that fit, the one with the longest path wins, then
/// the one with the most exact host.
#[must_use]
pub fn recognise<'a>(view: &View<'a>, traffic: &Traffic<'a>) -> ServerName<'a> {
    if view.servers.is_empty() {
        return unregistered(view, traffic);
    }
    let mut buffer = [0; HOST_BYTES_MAX];
    let host = host_name(traffic.host, &mut buffer);
    let path = traffic.path.split(['?', '#']).next().unwrap_or("");
    let posted = |key: Key, text: Option<&str>| {
        text.and_then(|text| view.strings.find(text)).map_or(Words::NONE, |id| view.posted(key, id, NONE))
    };
    let lists = [
        posted(Key::Host, Some(host)),
        view.posted(Key::Host, NONE, NONE),
        posted(Key::Cluster, traffic.cluster),
        posted(Key::Route, traffic.route),
    ];
    let mut best: Option<((usize, u8), u32)> = None;
    for number in lists.into_iter().flat_map(Words::iter) {
        let Some(found) = view.server_matches.get(number as usize) else { continue };
        let Some(fit) = fit(view, found, host, path) else { continue };
        // Of equals the last by name, so that the outcome does not depend on the order of the lists.
        if best.is_none_or(|(best_fit, server)| (fit, server) > (best_fit, found.server.get())) {
            best = Some((fit, found.server.get()));
        }
    }
    match best {
        Some((_, number)) => named(view, number),
        None => unregistered(view, traffic),
    }
}

/// The server of traffic that the registry does not know: where there is no registry, as the proxy calls it.
#[must_use]
pub fn unregistered<'a>(view: &View<'_>, traffic: &Traffic<'a>) -> ServerName<'a> {
    let name = if view.servers.is_empty() { traffic.route.or(traffic.cluster).unwrap_or("") } else { "" };
    ServerName { number: None, name }
}

/// The registered server of that number.
#[must_use]
pub fn named<'t>(view: &View<'t>, number: u32) -> ServerName<'t> {
    let server = view.servers.get(number as usize);
    ServerName { number: server.map(|_| number), name: server.map_or("", |server| view.text(server.name)) }
}

/// How well a posted match fits, or `None` where it does not.
fn fit(view: &View<'_>, found: &ServerMatch, host: &str, path: &str) -> Option<(usize, u8)> {
    if found.kind != Key::Host as u8 {
        return Some((0, 3)); // Posted under its one exact value.
    }
    let host_fit = match view.optional_text(found.value) {
        None => 0,
        Some(pattern) if pattern == host => 2,
        Some(pattern) if glob::matches(pattern, host) => 1,
        Some(_) => return None,
    };
    let path_fit = match view.optional_text(found.path) {
        None => 0,
        Some(prefix) if under(path, prefix) => prefix.len(),
        Some(_) => return None,
    };
    Some((path_fit, host_fit))
}

/// Whether `path` is `prefix` or lies below it, by whole segments.
pub(crate) fn under(path: &str, prefix: &str) -> bool {
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Bytes of a host name (RFC 1035); a longer one is nobody's.
const HOST_BYTES_MAX: usize = 255;

/// A host without its port, in lower case as the registry has it (RFC 9110 section 4.2.3: case does not matter).
fn host_name<'b>(authority: &str, buffer: &'b mut [u8; HOST_BYTES_MAX]) -> &'b str {
    let host = match authority.starts_with('[') {
        true => authority.split_inclusive(']').next(),
        false => authority.split(':').next(),
    };
    let host = host.unwrap_or("").as_bytes();
    let Some(lower) = buffer.get_mut(..host.len()) else { return "" };
    lower.copy_from_slice(host);
    lower.make_ascii_lowercase();
    core::str::from_utf8(lower).unwrap_or("")
}

/// What the registry says of one tool.
#[derive(Debug, Clone, Copy)]
pub struct ToolFacts<'t> {
    view: View<'t>,
    /// The entry that names the tool; otherwise every glob that matches counts.
    exact: Option<&'t Tool>,
    globs: &'t [Tool],
    default: Action,
}

impl<'t> ToolFacts<'t> {
    /// Facts of `tool` on a server; of an unregistered server there are none.
    #[must_use]
    pub fn new(view: &View<'t>, server: ServerName<'_>, tool: &str) -> ToolFacts<'t> {
        let server: Option<&Server> = server.number.and_then(|number| view.servers.get(number as usize));
        let Some(server) = server else {
            return ToolFacts { view: *view, exact: None, globs: &[], default: Action::Write };
        };
        let (tools, exact_len) = (server.tools.get(), server.tool_len.get());
        let exact_tools = view.tool_run(tools, exact_len);
        let exact = view.strings.find(tool).and_then(|id| {
            exact_tools
                .binary_search_by(|probe| probe.name.get().cmp(&id))
                .ok()
                .and_then(|at| exact_tools.get(at))
        });
        let globs = view.tool_run(tools.saturating_add(exact_len), server.glob_len.get());
        let default = Action::from_number(server.action).unwrap_or(Action::Write);
        ToolFacts { view: *view, exact, globs, default }
    }

    fn entries(&self, tool: &str) -> impl Iterator<Item = &'t Tool> {
        let (view, exact) = (self.view, self.exact);
        let globs = if exact.is_some() { &[][..] } else { self.globs };
        exact.into_iter().chain(globs.iter().filter(move |entry| glob::matches(view.text(entry.name), tool)))
    }

    /// What the tool does: of several globs the most harmful counts.
    #[must_use]
    pub fn action(&self, tool: &str) -> Action {
        let entries = self.entries(tool).filter_map(|entry| Action::from_number(entry.action));
        entries.max().unwrap_or(self.default)
    }

    /// Whether the tool has the risk tag: the tags of all its entries count.
    #[must_use]
    pub fn has_tag(&self, tool: &str, tag: u32) -> bool {
        self.entries(tool)
            .any(|entry| self.view.run(entry.tags.get(), u32::from(entry.tag_len.get())).holds(tag))
    }
}
