//! Servers, their tools and their traffic.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use zerocopy::little_endian::U32;

use super::super::facts;
use super::super::format::{Key, NONE, Server, ServerMatch, Tool};
use super::super::source::{self, is_glob};
use super::{WriteError, Writer, count, short};
use crate::vocabulary::Action;

impl Writer<'_> {
    pub(super) fn servers(&mut self, servers: &[&source::Server]) -> Result<(), WriteError> {
        if servers.is_empty() {
            // Without a registry the proxy's own names are the servers' names.
            self.facts |= facts::CLUSTER | facts::ROUTE;
        }
        for (number, server) in servers.iter().enumerate() {
            let number = count(number, "servers")?;
            let action = server.action.unwrap_or(Action::Write);
            let mut exact: Vec<&source::Tool> =
                server.tools.iter().filter(|tool| !is_glob(&tool.name)).collect();
            let mut globs: Vec<&source::Tool> =
                server.tools.iter().filter(|tool| is_glob(&tool.name)).collect();
            exact.sort_by_key(|tool| self.string(&tool.name));
            globs.sort_by_key(|tool| self.string(&tool.name));
            let tools = count(self.tools.len(), "tools")?;
            for tool in exact.iter().chain(&globs) {
                let tags = self.string_set(&tool.risk_tags);
                let tag_len = short(tags.len(), "risk tags")?;
                let tags = self.run(tags)?.into();
                self.tools.push(Tool {
                    name: self.string(&tool.name).into(),
                    tags,
                    tag_len,
                    action: tool.action.unwrap_or(action) as u8,
                });
            }
            let labels: BTreeMap<u32, u32> =
                server.labels.iter().map(|(name, value)| (self.string(name), self.string(value))).collect();
            let label_len = count(labels.len(), "labels")?;
            let labels = self.run(labels.into_iter().flat_map(|(name, value)| [name, value]).collect())?;
            self.servers.push(Server {
                name: self.string(&server.name).into(),
                environment: self.optional(server.environment.as_ref()),
                classification: self.optional(server.classification.as_ref()),
                owner: self.optional(server.owner.as_ref()),
                stage: self.optional(server.stage.as_ref()),
                resource: self.optional(server.resource.as_ref()),
                labels: labels.into(),
                label_len: label_len.into(),
                tools: tools.into(),
                tool_len: count(exact.len(), "tools")?.into(),
                glob_len: count(globs.len(), "tools")?.into(),
                action: action as u8,
            });
            let own_name = [
                source::ServerMatch::Route(server.name.clone()),
                source::ServerMatch::Cluster(server.name.clone()),
            ];
            let matches = if server.matches.is_empty() { &own_name[..] } else { &server.matches };
            for found in matches {
                self.server_match(number, found)?;
            }
        }
        Ok(())
    }

    fn server_match(&mut self, server: u32, found: &source::ServerMatch) -> Result<(), WriteError> {
        let (key, value, path) = match found {
            source::ServerMatch::Http { host, path } => {
                (Key::Host, self.optional(host.as_ref()).get(), self.optional(path.as_ref()))
            }
            source::ServerMatch::Cluster(name) => {
                self.facts |= facts::CLUSTER;
                (Key::Cluster, self.string(name), U32::new(NONE))
            }
            source::ServerMatch::Route(name) => {
                self.facts |= facts::ROUTE;
                (Key::Route, self.string(name), U32::new(NONE))
            }
        };
        let number = count(self.server_matches.len(), "server matches")?;
        self.server_matches.push(ServerMatch {
            server: server.into(),
            value: value.into(),
            path,
            kind: key as u8,
        });
        let exact_host =
            !matches!(found, source::ServerMatch::Http { host: Some(host), .. } if is_glob(host));
        let posted_as = if exact_host { value } else { NONE };
        self.match_keys.push(((key, posted_as, NONE), number));
        Ok(())
    }
}
