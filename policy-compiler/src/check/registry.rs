use std::collections::BTreeSet;

use crate::policy::{Action, Label, Policy};

/// The names a policy defines, for rules to refer to.
pub(super) struct Registry<'p> {
    pub(super) servers: BTreeSet<&'p str>,
    pub(super) roles: BTreeSet<&'p str>,
    /// Names of conditions.
    pub(super) conditions: BTreeSet<&'p str>,
    /// Names of the servers' own labels.
    pub(super) labels: BTreeSet<&'p str>,
    pub(super) risk_tags: BTreeSet<&'p str>,
    environments: BTreeSet<&'p str>,
    classifications: BTreeSet<&'p str>,
    actions: BTreeSet<&'p str>,
}

impl<'p> Registry<'p> {
    pub(super) fn of(policy: &'p Policy) -> Self {
        let servers = &policy.servers;
        let tools = || servers.iter().flat_map(|server| &server.tools);
        Self {
            servers: servers.iter().map(|server| server.name.value.as_str()).collect(),
            roles: policy.roles.iter().map(|role| role.name.value.as_str()).collect(),
            conditions: policy.conditions.iter().map(|named| named.name.value.as_str()).collect(),
            labels: servers
                .iter()
                .flat_map(|server| &server.labels)
                .map(|(name, _)| name.value.as_str())
                .collect(),
            risk_tags: tools().flat_map(|tool| &tool.risk_tags).map(|tag| tag.value.as_str()).collect(),
            environments: values(servers.iter().map(|server| &server.environment)),
            classifications: values(servers.iter().map(|server| &server.classification)),
            actions: Action::ALL.map(Action::name).into(),
        }
    }

    /// All values that a label can have, where the policy says them all.
    pub(super) fn values(&self, label: Label) -> Option<&BTreeSet<&'p str>> {
        match label {
            Label::Action => Some(&self.actions),
            // Without a registry the names come from the proxy.
            Label::Server => (!self.servers.is_empty()).then_some(&self.servers),
            Label::Environment => (!self.servers.is_empty()).then_some(&self.environments),
            Label::Classification => (!self.servers.is_empty()).then_some(&self.classifications),
            Label::Method | Label::Tool | Label::Prompt | Label::Resource | Label::Own => None,
        }
    }
}

fn values<'p>(texts: impl Iterator<Item = &'p Option<crate::policy::Text>>) -> BTreeSet<&'p str> {
    texts.flatten().map(|text| text.value.as_str()).collect()
}
